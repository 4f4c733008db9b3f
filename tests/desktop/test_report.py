"""What readers see: the workbook through LibreOffice, the pages through Chromium. Run by ``make test-desktop``."""

from __future__ import annotations

import base64
import csv
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import made_up
import matplotlib.image
import nbformat
import numpy as np
import pytest

from cslib import report
from cslib.core import words
from cslib.core.shifts import WORK
from cslib.intake.study import Study
from cslib.report import html

pytestmark = pytest.mark.desktop
A3 = (1190.55, 841.89)  # landscape [pt]
CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


def workbook(study: Study, path: Path) -> Path:
    return report.write_workbook(path, made_up.roster(study), made_up.covers(study), made_up.coverage(study), study, run_name="base-12345678")


def to_pdf(program: Callable[..., str], path: Path) -> Path:
    program("soffice", f"-env:UserInstallation=file://{path.parent}/office", "--headless", "--convert-to", "pdf", "--outdir", path.parent, path)
    return path.with_suffix(".pdf")


@pytest.mark.parametrize(("site", "people", "pages"), [("desk", 18, 1), ("line", 60, 2), ("line", 120, 3)])
def test_the_month_prints_on_a3_one_page_wide_in_chinese_characters(program, project: Path, site: str, people: int, pages: int) -> None:
    study = made_up.study(site, people)
    pdf = to_pdf(program, workbook(study, project / "roster.xlsx"))
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", program("pdfinfo", pdf))
    assert [float(size[1]), float(size[2])] == pytest.approx(A3, abs=1)
    sheets = program("pdftotext", "-layout", pdf, "-").split("\f")
    months = [text for text in sheets if "人员代号" in text]
    assert len(months) == pages
    for text in months:
        assert "签名" in text, "the last column is on every page, and the header is repeated"
    assert "NotoSansSC" in program("pdffonts", pdf)
    assert all(mark in "".join(months) for mark in "早中夜休假节班")
    assert "####" not in "".join(sheets), "no column is too narrow for its numbers"


def test_both_languages_are_printed_whole(program, project: Path, language: str) -> None:
    pdf = to_pdf(program, workbook(made_up.study("desk", 18), project / "roster.xlsx"))
    text = program("pdftotext", "-layout", pdf, "-")
    for key in ("report.workbook.how_filter", "report.workbook.tier_work_long", "report.sheet.covers", "report.day_kind.make_up_workday"):
        assert re.sub(r"\s", "", words.say(key)) in re.sub(r"\s", "", text), key
    assert language in words.LANGUAGES


def without_stored_values(path: Path) -> Path:
    """The same workbook without the values stored beside formulas, so that a program must calculate them."""
    bare = path.with_name("bare.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
            target.writestr(name, content)
    return bare


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.reader(file))


def test_libreoffice_calculates_what_is_stored(program, project: Path) -> None:
    study = made_up.study("desk", 18)
    bare = without_stored_values(workbook(study, project / "roster.xlsx"))
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    program("soffice", f"-env:UserInstallation=file://{project}/office", "--headless", "--convert-to", every_sheet, "--outdir", project, bare)
    month = rows_of(project / "bare-排班表.csv")
    roster = made_up.roster(study)
    work = roster[roster["kind"].eq(WORK)]
    for row, person in zip(month[5:23], study.employees.sort_values("position")["employee_id"], strict=True):
        mine = work[work["employee_id"].eq(person)]
        assert row[1] == person
        assert [float(row[33]), float(row[35]), float(row[36])] == [
            8.0 * len(mine),
            mine["shift"].eq("N").sum(),
            31 - len(mine) - (person in set(study.leave["employee_id"])),
        ]
    assert float(month[23][33].replace(",", "")) == 8.0 * len(work)
    for offset, code in enumerate(("E", "M", "N")):
        counted = [int(value) for value in month[25 + offset][2:33]]
        assert counted == [int(work["shift"].eq(code)[work["date"].dt.day.eq(day)].sum()) for day in range(1, 32)]
    coverage = rows_of(project / "bare-每日覆盖.csv")
    assert float(coverage[36][3].replace(",", "")) == pytest.approx(made_up.coverage(study)["needed"].sum() / 2)


def finished(study: Study) -> Path:
    """A finished run with one page that shows text, a table and a figure."""
    run, frames = report.start_run(study), made_up.frames(study)
    for name, frame in frames.items():
        run.save(name, frame)
    run.note("solver", made_up.SOLVER)
    report.verdict(run, study, frames)
    figure = report.figures.month(frames["roster"], study)
    data, metadata = figure._repr_png_()
    picture = {"image/png": base64.b64encode(data).decode()}
    table = f"<table class='cslib'><tr><th>{report.heading('date')}</th></tr><tr><td>2026-10-01</td></tr></table>"
    outputs = [
        nbformat.v4.new_output("display_data", data=picture, metadata={"image/png": metadata}),
        nbformat.v4.new_output("display_data", data={"text/html": table}),
    ]
    cells = [nbformat.v4.new_markdown_cell("# 60 审阅 · Review\n\n排班 roster"), nbformat.v4.new_code_cell("1", execution_count=1, outputs=outputs)]
    (run.path / "notebooks").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), run.path / "notebooks" / "60_review.ipynb")
    html.write_pages(run)
    return run.publish()


def asked_by(program, page: Path, shot: Path) -> set[str]:
    """Addresses that a page made Chromium ask for (its own services have no origin), and a picture of the page."""
    log = shot.with_name("net.json")
    more = (
        f"--user-data-dir={shot.parent}/browser",
        f"--log-net-log={log}",
        f"--screenshot={shot}",
        "--window-size=1280,1600",
        "--host-rules=MAP * ~NOTFOUND",
    )
    program("chromium", *CHROMIUM, *more, page.as_uri())
    events = [event.get("params", {}) for event in json.loads(log.read_text(encoding="utf-8"))["events"]]
    return {e["url"] for e in events if e.get("initiator", "not an origin") != "not an origin" and e.get("url", "").startswith(("http", "ws"))}


def test_the_page_is_drawn_without_asking_anybody(program, project: Path, language: str) -> None:
    page = finished(made_up.study("desk", 18)) / "html" / "60_review.html"
    assert asked_by(program, page, project / "page.png") == set()
    picture = matplotlib.image.imread(project / "page.png")
    assert picture.shape[:2] == (1600, 1280)
    assert len(np.unique(picture[:, :, :3].reshape(-1, 3), axis=0)) > 200, "cards, text and the coloured month are drawn"
    assert json.loads((page.parents[1] / "manifest.json").read_text(encoding="utf-8"))["language"] == language


def test_a_page_that_asks_is_noticed(program, project: Path) -> None:
    page = project / "asking.html"
    page.write_text('<html><body><img src="http://picture.invalid/a.png"></body></html>', encoding="utf-8")
    assert asked_by(program, page, project / "page.png") == {"http://picture.invalid/a.png"}


def test_the_printed_page_has_chinese_characters_and_hides_code(program, project: Path) -> None:
    page = finished(made_up.study("desk", 18)) / "html" / "60_review.html"
    program(
        "chromium", *CHROMIUM, f"--user-data-dir={project}/browser", f"--print-to-pdf={project}/page.pdf", "--no-pdf-header-footer", page.as_uri()
    )
    text = program("pdftotext", "-layout", project / "page.pdf", "-")
    assert "审阅" in text
    assert "高峰覆盖率" in text
    assert "代码" not in text.replace("代码版本", "")
    assert "NotoSansSC" in program("pdffonts", project / "page.pdf")
