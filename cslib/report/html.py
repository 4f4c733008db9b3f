"""Executed notebooks as self-contained pages: own style, code folded, no request to any other machine, scanned before they are published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import DictLoader, Environment, FileSystemLoader
from pygments.formatters import HtmlFormatter

from cslib.core import tables, words
from cslib.core.errors import RunError
from cslib.core.words import say
from cslib.report import privacy
from cslib.report.run import Run
from cslib.report.store import write_whole
from cslib.report.verdict import cards

if TYPE_CHECKING:  # nbconvert and nbformat take three seconds to import, and every kernel imports this package: only who renders pays
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

LANGUAGES = {"zh": "zh-CN", "en": "en"}
REVIEW = "60_review"
_FOLDED = (
    "{%- extends 'basic/index.html.j2' -%}\n"
    '{% block input %}<details class="code"><summary>{{ resources.code_word }}</summary>{{ super() }}</details>{% endblock input %}\n'
)
# What makes a browser ask for something: every address on these but an anchor of the page, inline data, or a file of the run beside it.
_ASKING = {"src", "srcset", "data", "poster", "action"}
_CSS_ADDRESS = re.compile(r"(?:url\(|@import)\s*['\"]?\s*(?!data:|#)([^'\")\s;]+)", re.IGNORECASE)
_BOX = "VBox("
_WIDGET = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Link:
    """A link of a page."""

    address: str
    text: str
    here: bool = False


def write_pages(run: Run) -> list[Path]:
    """Render every notebook of a run to ``html/<name>.html``, and take out of the notebooks what is not for readers.

    Returns
    -------
    Paths of the pages.

    Raises
    ------
    RunError  if a page would ask another machine for something, or if the scan finds personal data.
    """
    import nbformat

    sources = sorted((run.path / "notebooks").glob("*.ipynb"))
    notebooks = {path.stem: clean(nbformat.read(path, as_version=4), run) for path in sources}
    titles = {name: title_of(notebook, name) for name, notebook in notebooks.items()}
    pages = []
    for path in sources:
        name = path.stem
        write_whole(path, nbformat.writes(notebooks[name]).encode())
        html = page(notebooks[name], name, titles, run)
        check_page(html, f"html/{name}.html")
        pages.append(write_whole(run.path / "html" / f"{name}.html", html.encode()))
    return pages


def check_page(html: str, place: str) -> None:
    """Refuse a page that is not self-contained or shows personal data.

    Raises
    ------
    RunError  with the place and what was found.
    """
    asked = outside_requests(html)
    if asked:
        raise RunError("report.outside_request", where=place, given=asked[0][:120])
    privacy.refuse(privacy.scan_page(html, place))


def outside_requests(html: str) -> list[str]:
    """Addresses that a browser would fetch by itself when it shows the page; a link that a reader may click is none."""
    parsed = privacy.read_page(html)
    asked = [address for tag, name, address in parsed.links if name in _ASKING or (tag == "link" and name == "href")]
    blocks = ["".join(found) for found in re.findall(r"<style[^>]*>(.*?)</style>|style=\"([^\"]*)\"", html, re.DOTALL)]
    styles = [found.group(1) for block in blocks for found in _CSS_ADDRESS.finditer(block)]
    return [address for address in [*asked, *styles] if address and not address.startswith(("data:", "#"))]


def clean(notebook: NotebookNode, run: Run) -> NotebookNode:
    """The notebook without hidden metadata, widget state and machine paths (privacy requirement P08).

    The staging folder, whose name is gone after publication, is written as the folder of the finished run; as a parameter it becomes
    empty, so that the notebook can be run again.
    """
    from nbformat import NotebookNode

    notebook.metadata = NotebookNode({k: v for k, v in notebook.metadata.items() if k in {"kernelspec", "language_info"}})
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = NotebookNode({"tags": tags} if tags else {})
        if "injected-parameters" in tags:
            cell.source = re.sub(r"^run_folder = .*$", 'run_folder = ""', cell.source, flags=re.MULTILINE)
        for output in cell.get("outputs", []):
            if "text" in output:
                output.text = _placed(output.text, run)
            data = output.get("data", {})
            if data.pop(_WIDGET, None) is not None and str(data.get("text/plain", "")).startswith(_BOX):
                del data["text/plain"]  # without a kernel nothing of the sliders is left but the names of their classes
            for kind in [k for k in data if k.startswith("text/")]:
                data[kind] = _placed(data[kind], run)
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.output_type in {"stream", "error"} or o.get("data")]
    return notebook


def _placed(text: Any, run: Run) -> str:
    whole = "".join(text) if isinstance(text, list) else text
    return whole.replace(str(run.path), run.shown).replace(run.path.name, run.name)


def title_of(notebook: NotebookNode, name: str) -> str:
    """Title of a page in the language in use, from the first heading ``# 30 排班 · Roster``."""
    for cell in notebook.cells:
        found = re.match(r"#\s+(?:\d+\s+)?(.+)", cell.source) if cell.cell_type == "markdown" else None
        if found:
            zh, _, en = found.group(1).strip().partition("·")
            return (zh if words.language() == "zh" or not en else en).strip()
    return name


@cache
def _exporter() -> HTMLExporter:
    from nbconvert import HTMLExporter

    loader = DictLoader({"folded.html.j2": _FOLDED})
    return HTMLExporter(template_name="basic", extra_loaders=[loader], template_file="folded.html.j2", exclude_anchor_links=True)


def page(notebook: NotebookNode, name: str, titles: dict[str, str], run: Run) -> str:
    """One page: header with links to the other pages of the run, verdict cards on the review page, the notebook, links to the tables."""
    body, _ = _exporter().from_notebook_node(notebook, resources={"code_word": say("report.page.code")})
    record = run.record
    links = [Link(f"{other}.html", title, here=other == name) for other, title in titles.items()]
    if (run.path / "roster.xlsx").is_file():
        links.append(Link("../roster.xlsx", say("report.page.workbook")))
    links.append(Link("../../../../index.html", say("report.page.all_runs")))
    saved = [p.stem for p in sorted((run.path / "tables").glob("*.csv"))]
    found = [Link(f"../tables/{t}.csv", f"{words.pick(tables.spec(t).meaning)} ({t}.csv)") for t in saved] if name == REVIEW else []
    state = (
        say("report.page.dirty", commit=record["commit"][:8] or "-") if record["dirty"] else say("report.page.commit", commit=record["commit"][:8])
    )
    return framed(
        "notebook.html.j2", heading=f"{titles[name]} · {run.site_name}", links=links, synthetic=record["synthetic"],
        facts=[record["month"], run.scenario_name, say("report.page.run", run=run.name)],
        body=body, cards=cards(run.notes().get("verdict", {})) if name == REVIEW else [], tables=found,
        words={"tables": say("report.page.tables")},
        foot=[state, say("report.page.started", when=record["started"]), f"cslib {record['versions']['cslib']}"],
    )  # fmt: skip


def framed(template: str, *, heading: str, facts: Sequence[str], links: Sequence[Link], synthetic: bool, **content: Any) -> str:
    """A page of the house made from a template."""
    label = say("report.synthetic") if synthetic else ""
    common = {"language": LANGUAGES[words.language()], "title": heading, "heading": heading, "facts": facts, "links": links, "synthetic": label}
    return _environment().get_template(template).render(style=_style(), **common, **content)


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(Path(__file__).parent / "page"), autoescape=True, trim_blocks=True)


@cache
def _style() -> str:
    colours = HtmlFormatter(style="default", nobackground=True).get_style_defs(".highlight")
    return (Path(__file__).parent / "page" / "style.css").read_text(encoding="utf-8") + colours
