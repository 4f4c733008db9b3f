"""Pages: self-contained, in the reader's language, without hidden data, linked to each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import made_up
import nbformat
import pytest
from nbformat import NotebookNode

from cslib import report
from cslib.core import words
from cslib.core.errors import RunError
from cslib.core.width import units_of
from cslib.intake.study import Study
from cslib.report import html, index, privacy

v4 = nbformat.v4
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def review(run: report.Run, *outputs: NotebookNode) -> NotebookNode:
    """An executed review notebook as papermill leaves it: parameters, a sentence, a picture, a small table."""
    metadata = {"image/png": {"width": 950, "alt": "计价构成"}}
    parts = [
        v4.new_output("stream", name="stdout", text=f"results in {run.path}\n"),
        v4.new_output("display_data", data={"image/png": PIXEL, "text/plain": "<Picture>"}, metadata=metadata),
        v4.new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "a widget"}),
        v4.new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "2"}}),
        v4.new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "3"}, "text/plain": "VBox(children=(..."}),
        v4.new_output("display_data", data={"text/html": '<table class="cslib"><thead><tr><th>日期</th></tr></thead><tr><td>1</td></tr></table>'}),
        *outputs,
    ]
    cells = [
        v4.new_markdown_cell("# 60 审阅 · Review\n\nCan it be published?"),
        v4.new_code_cell('site = "desk"\nrun_folder = ""', metadata={"tags": ["parameters"], "papermill": {"duration": 1}}),
        v4.new_code_cell(f'site = "desk"\nrun_folder = "{run.path}"', metadata={"tags": ["injected-parameters"]}),
        v4.new_code_cell("answer = 41 + 1", execution_count=3, outputs=parts, metadata={"papermill": {"exception": False}}),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "papermill": {"output_path": str(run.path)},
        "widgets": {"state": {}},
    }
    return v4.new_notebook(cells=cells, metadata=metadata)


def opened(study: Study, *outputs: NotebookNode) -> report.Run:
    """A run with two tables, a file in the workbook's place, a verdict and two executed notebooks."""
    run, frames = report.start_run(study), made_up.frames(study)
    for name in ("coverage", "cost_split"):
        run.save(name, frames[name])
    run.note("solver", made_up.SOLVER)
    report.verdict(run, study, frames)
    (run.path / "roster.xlsx").write_bytes(EMPTY_ZIP)
    (run.path / "notebooks").mkdir()
    for name in ("30_roster", "60_review"):
        notebook = review(run, *outputs)
        notebook.cells[0].source = notebook.cells[0].source.replace(
            "60 审阅 · Review", "30 排班 · Roster" if name == "30_roster" else "60 审阅 · Review"
        )
        nbformat.write(notebook, run.path / "notebooks" / f"{name}.ipynb")
    return run


@pytest.fixture
def pages(desk: Study) -> dict[str, str]:
    """Pages of a Chinese run by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in html.write_pages(opened(desk))}


def test_pages_ask_nothing_of_other_machines(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert html.outside_requests(page) == []
        assert "http://" not in page
        assert "https://" not in page
        assert "<script" not in page


@pytest.mark.parametrize(
    "element",
    ['<img src="https://x.invalid/a.png">', '<script src="//x.invalid/a.js"></script>', '<link rel="stylesheet" href="https://x.invalid/a.css">',
     "<style>@import 'https://x.invalid/a.css';</style>", '<p style="background: url(https://x.invalid/a.png)">', '<iframe src="https://x.invalid"></iframe>',
     '<img srcset="https://x.invalid/a.png 2x">', '<video poster="https://x.invalid/a.png">', '<object data="https://x.invalid/a"></object>',
     '<form action="https://x.invalid"></form>', "<style>@font-face { src: url(\"https://x.invalid/a.woff\") }</style>"],
)  # fmt: skip
def test_a_page_that_would_ask_is_refused(element: str) -> None:
    with pytest.raises(RunError) as caught:
        html.check_page(f"<html><body>{element}</body></html>", "p.html")
    assert caught.value.keys == ["report.outside_request"]


@pytest.mark.parametrize(
    "element",
    [
        '<a href="https://x.invalid">law</a>',
        '<img src="data:image/png;base64,AA=="> <a href="#top">up</a>',
        "<style>a { background: url(data:x) }</style>",
    ],
)
def test_links_to_click_and_inline_data_are_no_requests(element: str) -> None:
    html.check_page(f"<html><body>{element}</body></html>", "p.html")


def test_the_page_speaks_the_language_in_use(desk: Study, language: str) -> None:
    pages = [path.read_text(encoding="utf-8") for path in html.write_pages(opened(desk))]
    assert [privacy.read_page(page).language for page in pages] == [{"zh": "zh-CN", "en": "en"}[language]] * 2
    title = {"zh": "审阅 · 测试前台（合成示例）", "en": "Review · Test desk (synthetic)"}[language]
    assert f"<title>{title}</title>" in pages[1]
    assert {"zh": "合成数据 SYNTHETIC", "en": "SYNTHETIC DATA"}[language] in pages[0]


def test_code_is_folded_and_there(pages: dict[str, str]) -> None:
    page = pages["60_review"]
    assert page.count('<details class="code"><summary>代码</summary>') == 3
    assert "<details open" not in page
    assert "answer" in page


def test_pictures_are_inside_with_a_text_and_a_width(pages: dict[str, str]) -> None:
    assert 'src="data:image/png;base64,' in pages["60_review"]
    assert 'alt="计价构成' in pages["60_review"]
    assert 'width="950"' in pages["60_review"]


def test_every_link_of_a_page_leads_to_a_file_of_the_finished_run(desk: Study) -> None:
    run = opened(desk)
    html.write_pages(run)
    final = run.publish()
    index.write_index()
    for page in (final / "html").glob("*.html"):
        links = [address for tag, name, address in privacy.read_page(page.read_text(encoding="utf-8")).links if (tag, name) == ("a", "href")]
        assert {"30_roster.html", "60_review.html", "../roster.xlsx", "../../../../index.html"} <= set(links)
        assert all((page.parent / address).is_file() for address in links)
    review_links = privacy.read_page((final / "html" / "60_review.html").read_text(encoding="utf-8")).links
    assert {f"../tables/{name}.csv" for name in ("coverage", "cost_split")} <= {address for _, _, address in review_links}


def test_the_review_page_shows_the_verdict_as_cards(pages: dict[str, str], desk: Study) -> None:
    found = made_up.coverage(desk)
    short = found.loc[found["peak"], "short"].sum() / 2
    assert '<div class="card bad"><div class="name">高峰覆盖率</div>' in pages["60_review"]
    assert f"缺 {short:,.1f} 人时" in pages["60_review"]
    assert '<div class="card good"><div class="name">规则违规</div><div class="value">0</div>' in pages["60_review"]
    assert 'class="card' not in pages["30_roster"]


def test_hidden_data_and_machine_paths_are_taken_out(desk: Study) -> None:
    run = opened(desk)
    pages = [path.read_text(encoding="utf-8") for path in html.write_pages(run)]
    stored = [path.read_text(encoding="utf-8") for path in sorted((run.path / "notebooks").glob("*.ipynb"))]
    for text in (*pages, *stored):
        assert str(run.path) not in text
        assert ".partial-" not in text
        assert "papermill" not in text
        assert "widget-view" not in text
    assert f"outputs/desk/2026-10/{run.name}" in pages[0]
    content = json.loads(stored[0])
    assert set(content["metadata"]) == {"kernelspec", "language_info"}
    assert content["cells"][2]["metadata"] == {"tags": ["injected-parameters"]}
    assert content["cells"][2]["source"][-1] == 'run_folder = ""'
    assert len(content["cells"][3]["outputs"]) == 4, "an output of nothing but a widget is gone"
    nbformat.validate(nbformat.reads(stored[0], as_version=4))


@pytest.mark.parametrize(
    ("output", "key"),
    [
        (v4.new_output("stream", name="stdout", text="call 13812345678"), "report.leak.phone"),
        (v4.new_output("display_data", data={"text/html": "<table><tr><th>姓名</th></tr></table>"}), "report.leak.column"),
        (v4.new_output("display_data", data={"text/html": "<table><tr><th>mood</th></tr></table>"}), "report.leak.unknown_column"),
        (v4.new_output("display_data", data={"text/html": '<img src="https://x.invalid/a.png">'}), "report.outside_request"),
    ],
)
def test_a_page_with_personal_data_or_requests_is_not_written(desk: Study, output: NotebookNode, key: str) -> None:
    run = opened(desk, output)
    with pytest.raises(RunError) as caught:
        html.write_pages(run)
    assert caught.value.keys == [key]
    assert not (run.path / "html" / "30_roster.html").exists()


def test_texts_of_files_are_escaped(desk: Study) -> None:
    page = html.framed("frame.html.j2", heading="<b>&", facts=["<i>"], links=[html.Link('"x', "<u>")], synthetic=False)
    assert "<b>" not in page
    assert "<i>" not in page
    assert "<u>" not in page
    assert 'href="&#34;x"' in page
    assert desk.params.site.synthetic


@pytest.mark.parametrize(
    ("heading", "zh", "en"), [("# 30 排班 · Roster", "排班", "Roster"), ("# 排班", "排班", "排班"), ("no heading", "30_x", "30_x")]
)
def test_titles_come_from_the_first_heading(heading: str, zh: str, en: str) -> None:
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell(heading)])
    for language, expected in (("zh", zh), ("en", en)):
        with words.speaking(language):
            assert html.title_of(notebook, "30_x") == expected


def finished(study: Study) -> Path:
    run = opened(study)
    html.write_pages(run)
    return run.publish()


def test_the_index_shows_every_finished_run_with_its_verdict(desk: Study, line: Study, project: Path) -> None:
    first = finished(desk)
    with words.speaking("en"):
        second = finished(desk)
    plain = report.start_run(line)
    plain.save("cost_split", made_up.cost_split())
    third = plain.publish()
    report.open_run(desk)
    page = index.write_index().read_text(encoding="utf-8")
    assert html.outside_requests(page) == []
    links = [address for _, name, address in privacy.read_page(page).links if name == "href"]
    expected = [(third / "manifest.json"), *(folder / "html" / "60_review.html" for folder in (first, second))]
    assert set(links) == {path.relative_to(project / "outputs").as_posix() for path in expected}
    assert page.count("含未提交的改动") == 3
    judged = report.read_manifest(first)["verdict"]
    assert f"{judged['priced_yuan']:,.0f}" in page
    assert page.count("<tr>") == 4


def test_runs_as_lines_for_the_terminal(desk: Study) -> None:
    assert index.run_lines() == []
    final = finished(desk)
    titles, rule, line = index.run_lines()
    assert titles.split() == ["站点", "月份", "方案", "语言", "求解", "覆盖率", "高峰覆盖率", "违规", "间隙", "页面"]
    assert set(rule) == {"-"}
    assert line.startswith("测试前台（合成示例）  2026-10  基准方案  中文  已证在目标间隙内  ")
    assert line.endswith(f"outputs/desk/2026-10/{final.name}/html/60_review.html")
    assert units_of(line[: line.index("outputs/")]) == units_of(titles[: titles.index("页面")]), "columns stand under their titles"


def test_one_run_is_counted_in_the_singular(desk: Study) -> None:
    finished(desk)
    with words.speaking("en"):
        assert "1 finished run<" in index.write_index().read_text(encoding="utf-8")


def test_an_empty_index_says_so(project: Path) -> None:
    assert words.say("batch.no_runs") in index.write_index().read_text(encoding="utf-8")
    assert (project / "outputs" / "index.html").is_file()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "manifest cut short": lambda f: (f / "manifest.json").write_text("{", encoding="utf-8"),
    "page missing": lambda f: (f / "html" / "60_review.html").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_index_leaves_out_what_is_not_whole(desk: Study, damage: str) -> None:
    DAMAGES[damage](finished(desk))
    assert words.say("batch.no_runs") in index.write_index().read_text(encoding="utf-8")
