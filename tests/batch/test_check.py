"""The Excel round trip: the published workbook, edited by hand, comes back; every edit is found, every broken rule has its cells."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.cell.cell import MergedCell

from cslib import demand, intake, report, roster, staffing
from cslib.batch import check
from cslib.core import words
from cslib.core.errors import IntakeError, RunError
from cslib.core.shifts import Break
from cslib.intake import roster_lists
from cslib.params import law
from cslib.report import workbook, workbook_back
from cslib.report.workbook import write_workbook
from cslib.roster import life

SITE, MONTH, SEED = "front_desk", "2026-12", 20261122
FIRST_ROW, FIRST_DAY = 6, 3  # of the month's sheet, as Excel counts


@dataclasses.dataclass
class Published:
    """A month as published, with its workbook."""

    study: intake.Study
    plan: roster.Plan
    need: pd.DataFrame
    workbook: Path

    def review(self, path: Path) -> life.Review:
        return life.review(intake.read_roster(path, self.study), self.plan.roster, self.plan.covers, self.need, self.study)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    study = intake.open_study(SITE, month=MONTH)
    need = staffing.requirement(demand.forecast(study), study)
    plan = roster.solve(roster.problem(need, study), work=0.3)
    path = tmp_path_factory.mktemp("published") / "roster.xlsx"
    with words.speaking("en"):
        write_workbook(path, plan.roster, plan.covers, plan.coverage, study)
    return Published(study, plan, need, path)


@pytest.fixture
def sheet(published: Published, tmp_path: Path):
    """``edit(function)`` changes the month's sheet and gives the file."""

    def edit(change: Callable[[openpyxl.worksheet.worksheet.Worksheet], object]) -> Path:
        book = openpyxl.load_workbook(published.workbook)
        change(book.worksheets[0])
        book.save(tmp_path / "edited.xlsx")
        return tmp_path / "edited.xlsx"

    return edit


def person_at(ws, row: int) -> str:
    return ws.cell(row, 2).value


def people(published: Published) -> int:
    return published.plan.roster["employee_id"].nunique()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_workbook_as_published_has_no_edit(published: Published, tmp_path: Path, language: str) -> None:
    path = tmp_path / "roster.xlsx"
    with words.speaking(language):
        write_workbook(path, published.plan.roster, published.plan.covers, published.plan.coverage, published.study)
    found = published.review(path)
    assert (found.edits, found.faults, found.broken, found.delta_yuan) == ((), (), (), 0.0)


def test_twenty_edits_of_eight_kinds_are_all_found_and_nothing_else_changes(published: Published, sheet) -> None:
    rng = np.random.default_rng(SEED)
    count = people(published)
    rows = [int(r) for r in rng.permutation(np.arange(FIRST_ROW, FIRST_ROW + count))]
    done: dict[str, list[tuple[str, int]]] = {kind: [] for kind in ("changed", "unknown", "alias", "merged", "row_missing", "row_moved")}

    def change(ws) -> None:
        night, unknown, spelled, joined = rows[:4], rows[4:7], rows[7:11], rows[11:13]
        for row in night:  # a night straight before an early or day duty, or on a day off: illegal rest or a lacking skill
            days = [d for d in range(1, 31) if ws.cell(row, FIRST_DAY + d).value not in ("Off", "Abs", "N")]
            day = days[int(rng.integers(len(days)))] - 1
            if ws.cell(row, FIRST_DAY + day).value in ("N", "Abs"):
                day += 1
            ws.cell(row, FIRST_DAY + day).value = "N"
            done["changed"].append((person_at(ws, row), day + 1))
        for row in unknown:
            ws.cell(row, FIRST_DAY + 9).value = "早早班"
            done["unknown"].append((person_at(ws, row), 10))
        for row in spelled:
            day = next(d for d in range(31) if ws.cell(row, FIRST_DAY + d).value in ("E", "M", "N", "D", "L"))
            code = ws.cell(row, FIRST_DAY + day).value
            ws.cell(row, FIRST_DAY + day).value = {"E": "早班", "M": "中班", "N": "夜班", "D": "日班", "L": "晚班"}[code]
            done["alias"].append((person_at(ws, row), day + 1))
        for row in joined:
            pairs = [d for d in range(30) if ws.cell(row, FIRST_DAY + d).value == ws.cell(row, FIRST_DAY + d + 1).value]
            ws.merge_cells(start_row=row, end_row=row, start_column=FIRST_DAY + pairs[0], end_column=FIRST_DAY + pairs[0] + 1)
            done["merged"].append((person_at(ws, row), pairs[0] + 2))
        for day in (20, 24):
            ws.cell(3, FIRST_DAY + day - 1).value = f"12月{day}日"
        gone, swapped = rows[13], sorted(rows[14:16])
        done["row_missing"].append((person_at(ws, gone), 0))
        values = [[ws.cell(row, c).value for c in range(2, FIRST_DAY + 31)] for row in swapped]
        for row, row_values in zip(swapped, values[::-1], strict=True):
            for c, value in enumerate(row_values, 2):
                ws.cell(row, c).value = value
        done["row_moved"] += [(v[0], 0) for v in values]
        for column in range(1, FIRST_DAY + 36):
            ws.cell(gone, column).value = None
        last = FIRST_ROW + count
        ws.insert_rows(last)
        ws.cell(last, 2).value = "P-ADDED"
        ws.cell(last, FIRST_DAY).value = "E"

    found = published.review(sheet(change))
    kinds = {kind: {(e.employee_id, e.day.day if e.day else 0) for e in found.edits if e.kind == kind} for kind in {e.kind for e in found.edits}}
    for kind in ("changed", "alias", "row_missing"):
        assert kinds[kind] == set(done[kind]), kind
    assert set(done["merged"]) <= kinds["merged"]
    assert kinds["row_moved"] <= set(done["row_moved"]) | {(e.employee_id, 0) for e in found.edits if e.kind == "row_moved"} and kinds["row_moved"]
    assert {e.day for e in found.edits if e.kind == "text_day"} == {dt.date(2026, 12, 20), dt.date(2026, 12, 24)}
    assert sorted(f.key for f in found.faults) == ["intake.unknown_person", *["intake.unknown_shift"] * 3]
    # nothing else changed: every cell but the changed ones is the published one
    columns = ["employee_id", "date", "kind", "shift", "start", "end"]
    before, now = (
        frame.sort_values(["employee_id", "date"])[columns].reset_index(drop=True) for frame in (published.plan.roster, found.board.roster())
    )
    differ = ((before != now) & ~(before.isna() & now.isna())).any(axis=1)
    assert {(r.employee_id, r.date.day) for r in before[differ].itertuples()} == set(done["changed"])


def test_every_violation_is_the_audits_and_names_the_cells_of_its_edits(published: Published, sheet) -> None:
    def change(ws) -> None:
        for row in range(FIRST_ROW, FIRST_ROW + people(published)):
            for day in range(30):
                first, second = (ws.cell(row, FIRST_DAY + day + k) for k in (0, 1))
                if first.value == "Off" and second.value == "E":
                    first.value = "N"  # off duty at seven, on duty at seven
                    return

    found = published.review(sheet(change))
    (edit,) = found.edits
    audited = roster.audit(found.board.roster(), found.board.cover_table(), published.need, published.study)
    assert len(found.broken) == len(audited) > 0
    assert "rest_between_shifts" in {b.violation["rule"] for b in found.broken}
    assert all(edit.where in b.cells for b in found.broken if b.violation["employee_id"] == edit.employee_id)
    assert "[Roster]" in edit.where
    ways = [w for w in found.ways_out if w.employee_id == edit.employee_id]
    assert ways and any(w.undo == edit.where for w in ways)
    for way in (w for w in ways if w.entry is not None):  # each offered way is legal by the audit
        board = life.Board(published.plan.roster, published.plan.covers, published.need, published.study)
        cells = {(edit.employee_id, edit.day): found.board.entry(edit.employee_id, edit.day), (way.employee_id, way.day): way.entry}
        board.apply(board.trial(cells))
        again = roster.audit(board.roster(), board.cover_table(), published.need, published.study)
        assert again[again["employee_id"].eq(edit.employee_id) & ~again["rule"].str.startswith("cover")].empty


def breaking(published: Published) -> dict[str, tuple[str, dt.date, str]]:
    """For each rule that a single cell can break: whose, when, and the shift to write there; another person for each."""
    study = published.study
    board = life.Board(published.plan.roster, published.plan.covers, published.need, study)
    found: dict[str, tuple[str, dt.date, str]] = {}
    for who in board.people:
        for day in (dt.date(2026, 12, d) for d in (10, 11, 12)):
            for shift in study.params.shifts:
                before = board.entry(who, day)
                if before is None or before.code == shift.code or who in {w for w, _, _ in found.values()}:
                    continue
                held = [q for q in shift.queues if board.people[who].holds(study.params.site.queues[q].skill, day)] or list(shift.queues)
                entry = life.Entry(shift.code, held[0], tuple(b.earliest_min for b in shift.breaks))
                rules = [v.rule for v in board.broken(board.trial({(who, day): entry})) if v.rule not in found]
                if rules:
                    found[rules[0]] = (who, day, shift.code)
    return found


def test_every_rule_that_a_cell_can_break_is_told_with_person_day_value_and_limit(published: Published, sheet, monkeypatch) -> None:
    wanted = breaking(published)
    assert len(wanted) >= 4 and {"rest_between_shifts", "skill_held"} <= set(wanted), wanted

    def change(ws) -> None:
        rows = {person_at(ws, r): r for r in range(FIRST_ROW, FIRST_ROW + people(published))}
        for who, day, code in wanted.values():
            ws.cell(rows[who], FIRST_DAY + day.day - 1).value = code

    path = sheet(change)
    found = published.review(path)
    named = {(b.violation["rule"], b.violation["employee_id"]) for b in found.broken}
    for rule, (who, day, _) in wanted.items():
        assert (rule, who) in named
        row = next(b.violation for b in found.broken if (b.violation["rule"], b.violation["employee_id"]) == (rule, who))
        assert abs((row["start"].date() - day).days) <= 31 and row["source"]
        if law.RULES[rule][1] in {"min", "max"}:
            assert pd.notna(row["value"]) and pd.notna(row["limit"]) and row["value"] != row["limit"]
    monkeypatch.setattr(check, "published", lambda _: (published.plan.roster, published.plan.covers, published.need))
    with words.speaking("en"):
        text = "\n".join(check.told(found, published.study))
        for b in found.broken:
            (sentence,) = roster.sentences(b.violation.to_frame().T)
            assert sentence in text
            assert pd.isna(b.violation["employee_id"]) or b.violation["employee_id"] in sentence
            assert f"{b.violation['start']:%m-%d}" in sentence or f"{b.violation['start']:%Y-%m}" in sentence


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_an_unreadable_file_changes_nothing(published: Published, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(content)
    with pytest.raises(IntakeError):
        intake.read_roster(path, published.study)


@pytest.mark.parametrize("count", [120, pytest.param(2000, marks=pytest.mark.torture)])
def test_fuzzed_cells_give_faults_or_edits_never_a_traceback_or_a_silent_change(published: Published, tmp_path: Path, count: int) -> None:
    rng = np.random.default_rng(SEED + count)
    texts = ["", "E", "夜", "休", "#N/A", "=1/0", "XX", "9" * 40, "N@north_lobby", "N@nowhere", "E;M", "07:00", "11:00-11:30", "25:00-26:00"]
    odd = [*texts, None, -1, 3.5, True, dt.datetime(2026, 12, 1), dt.time(7, 0)]
    known = published.plan.roster.set_index(["employee_id", "date"])
    source = shortened(published.workbook, tmp_path / "short.xlsx")
    whole = intake.read_roster(source, published.study)
    assert len(whole.duties) == len(whole.covers) == LISTED and not whole.faults
    outcomes = dict.fromkeys(("refused", "faults", "edited"), 0)
    for number in range(count):
        book = openpyxl.load_workbook(source)
        touched = set()
        for _ in range(int(rng.integers(1, 6))):
            ws = book.worksheets[int(rng.choice(3, p=(0.6, 0.2, 0.2)))]
            cell = ws.cell(int(rng.integers(1, 26)), int(rng.integers(1, 36 if ws is book.worksheets[0] else 10)))
            if not isinstance(cell, MergedCell):
                cell.value = odd[int(rng.integers(len(odd)))]
                touched.add((ws.title, cell.row))
        path = tmp_path / "fuzz.xlsx"
        book.save(path)
        try:
            found = intake.read_roster(path, published.study)
        except IntakeError:
            outcomes["refused"] += 1
            continue
        outcomes["faults" if found.faults else "edited"] += 1
        for (who, day), cell in found.cells.items():
            key = (who, pd.Timestamp(day))
            if key in known.index and cell.text and cell.text == published_mark(published, known.loc[key]):
                assert (cell.kind, cell.shift) == (known.loc[key, "kind"], known.loc[key, "shift"] if cell.kind == "work" else "")
        assert len(found.cells) + len(found.unread) <= 31 * (people(published) + 1), number
        if all(title == book.worksheets[0].title for title, _ in touched):  # a list that nobody touched is read as it was
            assert found.covers is not None and [vars(c) | {"where": ""} for c in found.covers] == [vars(c) | {"where": ""} for c in whole.covers]
        for key, line in found.duties.items():
            row = int("".join(filter(str.isdigit, line.where.rsplit(" ", 1)[1])))
            same = key in whole.duties and vars(line) | {"where": ""} == vars(whole.duties[key]) | {"where": ""}
            unsaid = key in whole.duties and vars(line) | {"where": ""} == vars(whole.duties[key]) | {"where": "", "queue": ""}  # a header is gone
            assert same or (book.worksheets[1].title, row) in touched or (unsaid and (book.worksheets[1].title, 4) in touched), number
    print(f"fuzzed {count} workbooks: {outcomes}")
    assert sum(outcomes.values()) == count and outcomes["faults"] and outcomes["edited"]


LISTED = 20  # rows of each list that the short workbook keeps


def shortened(workbook: Path, path: Path) -> Path:
    """The three sheets that are read, without formats and totals, the lists cut short: most of a long run would open and save those."""
    whole, book = openpyxl.load_workbook(workbook), openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for ws in whole.worksheets:
        if ws is whole.worksheets[0] or ws.title in {"Duties and breaks", "Covers"}:
            rows = ws.iter_rows(max_row=None if ws is whole.worksheets[0] else 4 + LISTED, values_only=True)
            short = book.create_sheet(ws.title)
            for row in rows:
                short.append([None if str(value).startswith("=") else value for value in row])
            for area in ws.merged_cells.ranges if ws is whole.worksheets[0] else ():
                short.merge_cells(str(area))
    book.save(path)
    return path


def published_mark(published: Published, row: pd.Series) -> str:
    with words.speaking("en"):
        return report.marks.marks(published.study).cell(row["kind"], row["shift"])


def test_a_list_with_a_row_a_duty_is_read_too(published: Published, tmp_path: Path) -> None:
    frame = published.plan.roster
    rows = frame.assign(shift=frame["shift"].where(frame["kind"].eq("work"), frame["kind"].map({"rest": "休", "leave": "假"})))
    path = tmp_path / "list.csv"
    rows.rename(columns={"employee_id": "代号", "date": "日期", "shift": "班次", "queue": "岗位"})[["代号", "日期", "班次", "岗位"]].to_csv(
        path, index=False
    )
    found = published.review(path)
    assert not [e for e in found.edits if e.kind == "changed"] and not found.faults


def test_the_command_needs_a_published_month_and_writes_pins_only_for_a_legal_roster(published: Published, sheet, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path / "outputs"))
    with pytest.raises(RunError) as caught:
        check.check_roster(published.workbook, SITE, MONTH)
    assert caught.value.keys == ["batch.nothing_published"]
    monkeypatch.setattr(check, "published", lambda _: (published.plan.roster, published.plan.covers, published.need))
    pins = tmp_path / "pins.csv"
    bad = sheet(lambda ws: setattr(ws.cell(FIRST_ROW, FIRST_DAY), "value", "??"))
    with pytest.raises(RunError) as caught:
        check.check_roster(bad, SITE, MONTH, accept=pins)
    assert caught.value.keys == ["batch.not_accepted"] and not pins.exists()
    for language in ("zh", "en"):
        with words.speaking(language):
            assert not check.check_roster(bad, SITE, MONTH).clean
    good = check.check_roster(published.workbook, SITE, MONTH, accept=pins)
    assert good.clean and pins.read_text(encoding="utf-8-sig").startswith("staff_no,date,shift")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_edits_on_sheets_for_reading_are_told_with_sheet_and_cell(published: Published, tmp_path: Path, monkeypatch, language: str) -> None:
    plan, study = published.plan, published.study
    monkeypatch.setattr(check, "published", lambda _: (plan.roster, plan.covers, published.need))
    named, path = intake.names(study), tmp_path / "roster.xlsx"
    for names in (None, named):  # either tier
        with words.speaking(language):
            path.write_bytes(workbook.content(plan.roster, plan.covers, plan.coverage, study, names, "run"))
            posts, coverage = (words.say(f"report.sheet.{name}") for name in ("posts", "coverage"))
            assert workbook_back.unread(intake.read_roster(path, study).others, plan.roster, plan.covers, plan.coverage, study, named) == []
            book = openpyxl.load_workbook(path)
            book[posts]["E9"], book[coverage]["D8"] = "P-ELSE", 99
            book.save(path)
            (told,) = [line for line in check.check_roster(path, SITE, MONTH).lines if posts in line]
            assert f"[{posts}] E9" in told and f"[{coverage}] D8" in told and "2" in told
            assert {"zh": "不会读回", "en": "not taken back"}[language] in told


def test_a_lost_title_of_the_short_rests_takes_no_break_away(published: Published, monkeypatch) -> None:
    study = published.study
    assert not roster_lists._short_rests(study) and intake.read_roster(published.workbook, study).duties
    pause = dataclasses.replace(study.params.shifts[0], breaks=(Break(10, 60, 120, paid=True),))
    assert roster_lists._short_rests(dataclasses.replace(study, params=dataclasses.replace(study.params, shifts=(pause,))))
    monkeypatch.setattr(roster_lists, "_short_rests", lambda _: True)  # the list of this site has no such column
    found = intake.read_roster(published.workbook, study)
    (fault,) = found.faults
    assert not found.duties and fault.key == "intake.lost_rests" and "Duties and breaks" in fault.where
    assert "breaks stay as published" in str(fault) or "休息保持已发布的内容" in str(fault)
    assert [edit for edit in published.review(published.workbook).edits if edit.kind] == []
