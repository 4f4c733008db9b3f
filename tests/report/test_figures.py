"""Figures: every character has a glyph, nothing lies on anything else, pictures are the same bytes again, numbers are those of the tables."""

from __future__ import annotations

import itertools
import subprocess
import sys
import warnings
from collections.abc import Callable

import made_up
import made_up_staffing
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from cslib import report
from cslib.core import tables, words
from cslib.intake.study import Study
from cslib.report import figures, figures_base, font

DRAWN: dict[str, Callable[[Study], figures.Picture]] = {
    "demand": lambda s: figures.demand(s.contacts, made_up.forecast(s), "zh", s),
    "week_profile": lambda s: figures.week_profile(made_up.forecast(s), "en", s),
    "requirement": lambda s: figures.requirement(made_up.requirement(s), "zh", s),
    "month": lambda s: figures.month(made_up.roster(s), s),
    "load": lambda s: figures.load(made_up.roster(s), made_up.hours(s, made_up.roster(s)), s),
    "coverage": lambda s: figures.coverage(made_up.coverage(s), s),
    "cost_split": lambda s: figures.cost_split(made_up.cost_split(), s),
    "wage_cost": lambda s: figures.wage_cost(made_up.wage_cost(len(s.employees)), s),
    "hiring": lambda s: figures.hiring(made_up.hiring_plan(), {"agent": "客服专员", "lead": "班组长"}, s),
    "risk": lambda s: figures.risk(made_up_staffing.chances(s), made_up_staffing.risk_curve(s), "zh", s),
    "performance": lambda s: figures.performance(made_up_staffing.performance(s), "en", s),
    "cover_ledger": lambda s: figures.cover_ledger(made_up.cover_ledger(s), s),
}


def drawn_texts(figure: Figure) -> tuple[list[str], np.ndarray]:
    """Texts that are drawn, and their boxes [x0, y0, x1, y1 in pixels], after layout."""
    with figures_base.style():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        unseen = {id(label) for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for label in _outside_the_view(axis)}
        texts = [t for t in figure.findobj(mpl.text.Text) if t.get_visible() and t.get_text().strip() and id(t) not in unseen]
        return [t.get_text() for t in texts], np.array([t.get_window_extent(canvas.get_renderer()).extents for t in texts])


def _outside_the_view(axis: mpl.axis.Axis) -> list[mpl.text.Text]:
    low, high = sorted(axis.get_view_interval())
    ticks = [tick for tick in axis.get_major_ticks() if not low - 1e-9 <= tick.get_loc() <= high + 1e-9]
    return [label for tick in ticks for label in (tick.label1, tick.label2)]


def overlapping(texts: list[str], boxes: np.ndarray) -> list[tuple[str, str]]:
    """Pairs of texts that lie on one another; neighbouring lines may touch."""
    x0, y0, x1, y1 = boxes.T
    width = np.minimum(x1, x1[:, None]) - np.maximum(x0, x0[:, None])
    height = np.minimum(y1, y1[:, None]) - np.maximum(y0, y0[:, None])
    return [(texts[i], texts[j]) for i, j in zip(*np.nonzero(np.triu((width > 1.5) & (height > 2.5), 1)), strict=True)]


def test_overlaps_are_found() -> None:
    figure = Figure(figsize=(3, 1))
    for x, text in ((0.1, "one"), (0.12, "two"), (0.6, "three")):
        figure.text(x, 0.5, text)
    assert overlapping(*drawn_texts(figure)) == [("one", "two")]


@pytest.mark.parametrize("name", [n for n in DRAWN if n not in {"month", "load"}])
def test_figures_have_all_glyphs_and_no_overlaps(name: str, line: Study, desk: Study, language: str) -> None:
    study = desk if name == "cover_ledger" else line
    picture = DRAWN[name](study)
    texts, boxes = drawn_texts(picture)
    assert overlapping(texts, boxes) == []
    width, height = picture.get_size_inches() * picture.dpi
    outside = (boxes < -1).any(axis=1) | (boxes[:, 2] > width + 1) | (boxes[:, 3] > height + 1)
    assert [text for text, out in zip(texts, outside, strict=True) if out] == []
    assert study.params.site.name[language] in picture.texts[-1].get_text()
    assert "SYNTHETIC" in picture.texts[-1].get_text()
    assert picture.alt == picture.texts[0].get_text()


@pytest.mark.parametrize(("name", "people"), [("month", 18), ("month", 60), ("load", 120)])
def test_figures_of_people_are_readable_for_small_and_large_sites(name: str, people: int, project) -> None:
    assert project.is_dir()
    study = made_up.known("line", people)
    picture = DRAWN[name](study)
    drawn, boxes = drawn_texts(picture)
    assert overlapping(drawn, boxes) == []
    order = list(study.employees.sort_values("position")["employee_id"])
    assert [text for text in drawn if text in set(order)] == order, "in the order of the staff list, everybody once"


def test_a_character_without_glyph_is_an_error(line: Study) -> None:
    picture = figures_base.new(line, 4, 2, "\U000e0041")
    with pytest.raises(UserWarning, match="Glyph"):
        figures_base.png(picture)


def test_without_the_font_chinese_would_be_boxes(line: Study) -> None:
    figure = Figure(figsize=(3, 1))
    figure.text(0.1, 0.5, "排班表", family="DejaVu Sans")
    with pytest.raises(UserWarning, match="Glyph"), mpl.rc_context({"font.family": ["DejaVu Sans"]}):
        FigureCanvasAgg(figure).draw()
    assert line.params.site.synthetic


def test_rare_characters_of_names_have_glyphs() -> None:
    figure = Figure(figsize=(3, 1))
    with figures_base.style():
        figure.text(0.1, 0.5, "赟玥喆堃镕翀祎頔")
    assert len(figures_base.png(figure)) > 1000


def test_the_same_figure_is_the_same_bytes(line: Study) -> None:
    first, again = (figures_base.png(DRAWN["coverage"](line)) for _ in range(2))
    assert first == again
    assert b"matplotlib" not in first


def test_settings_of_the_reader_are_left_alone(line: Study) -> None:
    before = dict(mpl.rcParams)
    DRAWN["cost_split"](line)
    assert dict(mpl.rcParams) == before


def test_a_notebook_shows_a_figure_once_and_with_a_text_for_screen_readers(line: Study) -> None:
    picture = DRAWN["cost_split"](line)
    data, metadata = picture._repr_png_()
    assert data.startswith(b"\x89PNG")
    assert metadata == {"width": 950, "alt": picture.alt}
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_slow_packages_are_not_imported_before_they_are_needed() -> None:
    """Five kernels import this package: pyplot, nbconvert and nbformat would cost each of them seconds."""
    code = "import sys, cslib.report; print(*(m for m in ('matplotlib.pyplot', 'nbconvert', 'nbformat', 'zhplot', 'pulp') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_run_stores_a_figure_and_returns_it(desk: Study) -> None:
    opened, picture = report.start_run(desk), figures.cost_split(made_up.cost_split(), desk)
    assert opened.figure(picture, "cost_split") is picture
    assert (opened.path / "figures" / "cost_split.png").read_bytes() == figures_base.png(picture)


def test_the_month_shows_the_mark_of_every_cell_and_the_totals(desk: Study) -> None:
    roster = made_up.roster(desk)
    with words.speaking("en"):
        picture = figures.month(roster, desk)
    grid, counts = picture.axes
    shown = pd.Series([t.get_text() for t in grid.texts if t.get_text() in {"E", "L", "N", "Abs"}]).value_counts()
    expected = (
        roster["shift"].map({"E": "E", "M": "L", "N": "N"}).where(roster["kind"].eq("work"), roster["kind"].map({"leave": "Abs"})).value_counts()
    )
    assert dict(shown) == dict(expected)
    heads = sum(int(t.get_text()) for t in counts.texts)
    assert heads == roster["kind"].eq("work").sum()
    hours = [t.get_text() for t in grid.texts if t.get_position()[0] == pytest.approx(31.25) and t.get_text().isdigit()]
    assert sum(map(int, hours)) == 8 * roster["kind"].eq("work").sum()


def test_holidays_and_make_up_workdays_are_marked_in_the_header(desk: Study) -> None:
    grid = figures.month(made_up.roster(desk), desk).axes[0]
    labels = [tick.label2.get_text().split("\n") for tick in grid.xaxis.get_major_ticks()]
    assert labels[0] == ["1", "四", "节"]
    assert labels[3] == ["4", "日", "休"]
    assert labels[9] == ["10", "六", "班"]
    assert labels[10] == ["11", "日"]


def test_coverage_bars_are_the_person_hours_of_the_table(line: Study) -> None:
    coverage = made_up.coverage(line)
    axes = figures.coverage(coverage, line).axes[0]
    met, off_peak, peak, over = ([bar.get_height() for bar in container] for container in axes.containers)
    day = coverage["interval_start"].dt.normalize()
    half = coverage.assign(met=coverage["needed"] - coverage["short"])
    assert met == pytest.approx(list(half.groupby(day)["met"].sum() / 2))
    assert peak == pytest.approx(list(half["short"].where(half["peak"], 0).groupby(day).sum() / 2))
    assert off_peak == pytest.approx(list(half["short"].where(~half["peak"], 0).groupby(day).sum() / 2))
    assert over == pytest.approx(list(half.groupby(day)["over"].sum() / 2))


def test_a_shortage_is_not_hidden_by_people_left_over_elsewhere(line: Study) -> None:
    coverage = made_up.coverage(line).assign(short=0.0, over=0.0)
    at = coverage["interval_start"].eq(coverage["interval_start"].iloc[0])
    coverage.loc[at & coverage["queue"].eq("zh"), "short"] = 1.0
    coverage.loc[at & coverage["queue"].eq("en"), "over"] = 3.0
    image = figures.coverage(tables.check("coverage", coverage), line).axes[1].images[0].get_array()
    assert image[0, 0] == -1.0
    assert np.count_nonzero(image) == 1


def test_an_empty_map_of_short_and_over_says_so(line: Study) -> None:
    whole = made_up.coverage(line).assign(short=0.0, over=0.0)
    said = words.say("report.figure.neither")
    assert said in [t.get_text() for t in figures.coverage(whole, line).axes[1].texts]
    assert said not in [t.get_text() for t in figures.coverage(made_up.coverage(line), line).axes[1].texts]


def test_peaks_are_outlined_exactly(line: Study) -> None:
    need = made_up.requirement(line)
    lines = figures.requirement(need, "zh", line).axes[0].collections[0]
    marked = figures_base.day_by_slot(need[need["queue"].eq("zh")], "peak", line) > 0
    edges = np.abs(np.diff(np.pad(marked, 1).astype(int), axis=0))[:, 1:-1].sum() + np.abs(np.diff(np.pad(marked, 1).astype(int), axis=1))[1:-1].sum()
    assert len(lines.get_segments()) == edges


def test_load_stacks_the_hours_and_never_ranks_people(line: Study) -> None:
    roster = made_up.roster(line)
    hours = made_up.hours(line, roster)
    axes = figures.load(roster, hours, line).axes
    heights = np.sum([[bar.get_height() for bar in c] for c in axes[0].containers], axis=0)
    order = line.employees.sort_values("position")["employee_id"]
    expected = hours[hours["premium"].ne("night")].groupby("employee_id")["hours_h"].sum().reindex(order)
    assert list(heights) == pytest.approx(list(expected))


def test_bars_of_all_people_are_of_like_width(project) -> None:
    assert project.is_dir()
    study = made_up.known("line", 63)
    roster = made_up.roster(study)
    axes = figures.load(roster, made_up.hours(study, roster), study).axes
    assert [len(panel.containers[0]) for panel in axes] == [32, 32, 31, 31]
    assert len({panel.get_xlim() for panel in axes}) == 1


def test_items_of_too_few_people_leave_the_total_alone(desk: Study) -> None:
    total = made_up.wage_cost(6)[lambda f: f["item"].eq("total")]
    picture = figures.wage_cost(total, desk)
    assert not picture.axes
    assert words.say("report.figure.few_people") in [t.get_text() for t in picture.texts]


def test_no_covers_is_said(line: Study) -> None:
    picture = figures.cover_ledger(tables.empty("cover_ledger"), line)
    assert words.say("report.figure.no_covers") in [t.get_text() for t in picture.texts]


def test_a_site_with_nothing_to_do_can_be_drawn(line: Study) -> None:
    need = made_up.requirement(line).assign(scheduled=0, on_post=0, peak=False)
    coverage = made_up.coverage(line).assign(needed=0, rostered=0.0, short=0.0, over=0.0, peak=False)
    silent = made_up.forecast(line).assign(contacts=0.0, p10=0.0, p50=0.0, p90=0.0)
    for picture in (figures.requirement(need, "zh", line), figures.coverage(coverage, line), figures.week_profile(silent, "zh", line)):
        assert len(figures_base.png(picture)) > 1000
    assert len(figures_base.png(figures.demand(tables.empty("contacts"), silent, "zh", line))) > 1000


def test_series_colours_are_told_apart_without_red_and_green() -> None:
    """Distances in CIE Lab of the colours as a deuteranope sees them (Viénot, Brettel and Mollon 1999)."""
    series = [figures_base.BLUE, figures_base.ORANGE, figures_base.RED, figures_base.SKY, figures_base.GREY, figures_base.PURPLE]
    seen = [lab(deuteranope(np.array(to_rgb(colour)))) for colour in series]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 10


def deuteranope(rgb: np.ndarray) -> np.ndarray:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_lms = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]])
    loss = np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]])
    return np.clip(np.linalg.inv(to_lms) @ loss @ to_lms @ linear, 0, 1)


def lab(linear: np.ndarray) -> np.ndarray:
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear / np.array([0.9505, 1, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize(
    ("colour", "ink"), [("#ffe699", "#111111"), ("#9bc2e6", "#111111"), ("#1f3864", "#ffffff"), ("#000000", "#ffffff"), ("#ffffff", "#111111")]
)
def test_text_reads_on_its_colour(colour: str, ink: str) -> None:
    assert figures_base.readable_on(colour) == ink


def test_the_font_is_added_once_and_named_in_a_fontconfig_file(tmp_path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert font.add_font() == font.FAMILY
        before = len(mpl.font_manager.fontManager.ttflist)
        font.add_font()
        assert len(mpl.font_manager.fontManager.ttflist) == before
    path = report.write_fontconfig(tmp_path / "fonts")
    assert f"<dir>{font.font_folder()}</dir>" in path.read_text(encoding="utf-8")
    assert list(font.font_folder().glob("*.ttf"))
