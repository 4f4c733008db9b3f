"""Stand-ins for absences: a long absence takes a legal chain, checked minute by minute without the product's own arithmetic."""

from __future__ import annotations

import dataclasses

import build
import pandas as pd
import pytest
from build import queue, work

from cslib.core import tables
from cslib.params.site import CoverRule
from cslib.roster import audit
from cslib.roster.life.board import Board
from cslib.roster.life.repair import absence, repair
from cslib.roster.life.stand_ins import _blocks, _too_much, chain, holes, relieve

DAY, LONG = "2026-12-09", ("08:00", "18:00")
OPEN = {"from": "08:00", "to": "19:00"}


def desk(*, skills: str = "reception", agents: int = 4, **site):
    """A counter that may never be empty, held from 8 to 19 by one person; phone agents who know the counter too (if they do)."""
    queues = {
        "phone_zh": queue("zh", {"from": "08:00", "to": "20:00", "heads": 1}, channel="phone"),
        "reception": queue("reception", {**OPEN, "heads": 1}, never_empty=True, opening=(OPEN,)),
    }
    people = {"K1": {"skills": ["reception"], "overtime_max_h": 36.0}, "A0": {"skills": ["zh"]}}
    people |= {f"B{i}": {"skills": ["zh", skills]} for i in range(agents)}
    people["X1"] = {"skills": ["zh", skills]}
    base = build.study(build.params(queues, **site), people)
    duties = [work("K1", DAY, "L", "reception", at=240), work("A0", DAY, "Q", at=240)]
    duties += [work(f"B{i}", DAY, "QR"[i % 2], at=180 + 60 * (i // 2)) for i in range(agents)]
    relief = [build.cover("reception", "K1", "B1", f"{DAY} 12:00", 60)] if skills == "reception" and agents > 1 else []
    return base, build.rest_of_month(base, duties), tables.check("covers", build.covers(*relief)), build.need(base)


def away():
    return absence("K1", pd.Timestamp(f"{DAY} {LONG[0]}"), pd.Timestamp(f"{DAY} {LONG[1]}"))


def faults(board, need, base, gone) -> set[str]:
    """Rules broken on the day: the other days of this month are empty on purpose."""
    found = audit(board.roster(), board.cover_table(), need, base, gone)
    return set(found.loc[found["start"].dt.normalize().eq(pd.Timestamp(DAY)) | found["rule"].ne("never_empty"), "rule"])


def mended(roster, covers, need, base, gone):
    made = repair(roster, covers, need, base, gone)
    assert made.repaired_yuan <= made.gap_yuan
    return made


def minutes(start, end) -> set[int]:
    return set(range(start.hour * 60 + start.minute, end.hour * 60 + end.minute))


def test_ten_hours_are_covered_by_a_legal_chain():
    base, roster, covers, need = desk()
    gone = away()
    board = Board(roster, covers, need, base, gone)
    (hole,) = holes(board, [pd.Timestamp(DAY).date()])
    assert hole.absent_id == "K1" and hole.hours_h == 9.0  # the tenth hour is the meal, relieved by plan
    found = chain(board, hole)
    assert not found.open_spans
    every = [*((c.stand_in_id, c.start, c.end) for c in covers.itertuples()), *((c.row.stand_in_id, c.row.start, c.row.end) for c in found.covers)]
    # to the minute: somebody is at the counter from 8 to 18, at most 4 hours a stint, stints of one person 4 hours apart, nobody on his own break
    assert set.union(*(minutes(a, b) for _, a, b in every)) == set(range(480, 1080))
    rows = roster[roster["date"].eq(pd.Timestamp(DAY)) & roster["kind"].eq("work")].set_index("employee_id")
    for who in {w for w, *_ in every}:
        own = sorted((a, b) for w, a, b in every if w == who)
        total, last = 0.0, None
        for a, b in own:
            total = (b - a).total_seconds() / 3600 + (total if last is not None and (a - last).total_seconds() / 3600 < 4 else 0.0)
            assert total <= 4.0
            last = b
        low, _, high = rows.loc[who, "breaks"].partition("-")
        lunch = minutes(pd.Timestamp(f"{DAY} {low}"), pd.Timestamp(f"{DAY} {high}"))
        there = minutes(rows.loc[who, "start"], rows.loc[who, "end"]) - lunch
        assert set.union(*(minutes(a, b) for a, b in own)) <= there, who


def test_the_chain_on_the_board_passes_the_audit_and_without_it_the_counter_is_empty():
    base, roster, covers, need = desk()
    gone = away()
    board = Board(roster, covers, need, base, gone)
    assert faults(board, need, base, gone) == {"never_empty"}
    (made,) = relieve(board, [pd.Timestamp(DAY).date()])
    assert faults(board, need, base, gone) == set()
    assert "absence" in set(board.cover_table()["kind"]) and len(board.cover_table()) == len(covers) + len(made.covers)
    whole = mended(roster, covers, need, base, gone)
    assert faults(whole.board, need, base, gone) == set()


@pytest.mark.parametrize(("basis", "longest"), [("stint", 4.0), ("day", 4.0)])
def test_the_limit_of_the_site_and_its_basis_bind(basis, longest):
    base, roster, covers, need = desk(agents=6, cover=CoverRule(basis=basis, min_gap_h=4.0))
    board = Board(roster, covers, need, base, away())
    found = chain(board, holes(board, [pd.Timestamp(DAY).date()])[0])
    assert found.covers
    assert max((c.end - c.start) / 60 for c in found.covers) <= longest
    if basis == "day":
        worked = pd.Series([c.row.stand_in_id for c in found.covers]).value_counts()
        assert worked.max() == 1


def test_where_nobody_can_stand_in_the_reasons_are_told_and_the_post_stays_open():
    base, roster, covers, need = desk(skills="other")
    board = Board(roster, covers, need, base, away())
    (hole,) = (h for h in holes(board, [pd.Timestamp(DAY).date()]) if h.hours_h > 5)
    found = chain(board, hole)
    assert not found.covers and sum(b - a for a, b in found.open_spans) == hole.hours_h * 60
    assert {c.why for c in found.candidates} == {"skill"}


def test_people_off_duty_are_told_apart_and_called_in_where_that_is_cheaper():
    base, roster, covers, need = desk(agents=0)
    board = Board(roster, covers, need, base, away())
    found = chain(board, holes(board, [pd.Timestamp(DAY).date()])[0])
    assert {c.employee_id: c.why for c in found.candidates}["X1"] == "off_duty"
    made = repair(roster, covers, need, base, away())
    assert [(m.employee_id, m.after.home) for m in made.moves] == [("X1", "reception")]
    assert made.repaired_yuan < made.gap_yuan


def test_a_stand_in_who_is_absent_himself_loses_his_cover():
    base, roster, covers, need = desk()
    gone = absence("B1", pd.Timestamp(f"{DAY} 11:00"), pd.Timestamp(f"{DAY} 20:00"))
    made = repair(roster, covers, need, base, gone)
    table = made.board.cover_table()
    assert "B1" not in set(table["stand_in_id"]) and (table["absent_id"] == "K1").any()
    assert faults(made.board, need, base, gone) == set()


def test_an_absence_to_the_minute_is_planned_by_stretches_of_the_grid():
    """A step of one minute would give every stint of every length: as many variables as the square of the minutes."""
    base, roster, covers, need = desk()
    board = Board(roster, covers, need, base, absence("K1", pd.Timestamp(f"{DAY} 08:07"), pd.Timestamp(f"{DAY} 17:53")))
    (hole,) = holes(board, [pd.Timestamp(DAY).date()])
    blocks = _blocks(board, hole)
    assert board.tick == 1 and len(blocks) <= 2 * 10
    assert blocks[0][0] == hole.spans[0][0] and blocks[-1][1] == hole.spans[-1][1]
    found = chain(board, hole)
    assert not found.open_spans
    first, last = found.covers[0], max(found.covers, key=lambda c: c.end)
    assert (f"{first.row.start:%H:%M}", f"{last.row.end:%H:%M}") == ("08:07", "17:53")


def test_whoever_is_missed_as_much_where_he_leaves_is_no_stand_in():
    base = desk(agents=0)[0]
    duties = [work("K1", DAY, "L", "reception", at=240), work("A0", DAY, "Q", at=240), work("X1", DAY, "L", "twin", at=240)]
    queues = dict(base.params.site.queues) | {"twin": queue("reception", {**OPEN, "heads": 1}, never_empty=True, opening=(OPEN,))}
    people = {"K1": {"skills": ["reception"]}, "A0": {"skills": ["zh"]}, "X1": {"skills": ["reception"]}}
    shifts = tuple(dataclasses.replace(s, queues=(*s.queues, "twin")) if "reception" in s.queues else s for s in base.params.shifts)
    twin = build.study(build.params(queues, shifts=shifts), people)
    board = Board(build.rest_of_month(twin, duties), tables.check("covers", build.covers()), build.need(twin), twin, away())
    hole = next(h for h in holes(board, [pd.Timestamp(DAY).date()]) if h.absent_id == "K1" and h.hours_h > 5)
    found = chain(board, hole)
    assert {c.employee_id: c.why for c in found.candidates}["X1"] == "no_gain" and not found.covers


def test_hours_add_up_with_the_relief_that_was_planned_before():
    """B1 relieves the meal at 12:00; four hours more right after it are five in one stint, told of the relief and not of the new cover."""
    base, roster, covers, need = desk()
    board = Board(roster, covers, need, base, absence("K1", pd.Timestamp(f"{DAY} 13:00"), pd.Timestamp(f"{DAY} 18:00")))
    (hole,) = holes(board, [pd.Timestamp(DAY).date()])
    day, blocks = (pd.Timestamp(DAY) - board.facts.origin).days * 1440, _blocks(board, hole)
    spans = [(day + 60.0 * 13, day + 60.0 * 14), (day + 60.0 * 15, day + 60.0 * 18)]
    barred, others = set(), [c for c in board.covers if c.row.stand_in_id == "B1"]
    for _ in range(len(blocks)):
        kept = [b for b in blocks if any(low <= b[0] < high for low, high in spans) and ("B1", b) not in barred]
        more = _too_much(board, others, [board.cover("reception", "K1", "B1", *b) for b in kept], blocks)
        if not more:
            break
        barred |= more
    assert barred == {("B1", b) for b in blocks if b[0] >= day + 60.0 * 17}, "the last hour of five"
    made = chain(board, hole)
    assert not _too_much(board, [*others], [c for c in made.covers if c.row.stand_in_id == "B1"], blocks)


def test_holes_that_are_left_stay_open():
    base, roster, covers, need = desk()
    board = Board(roster, covers, need, base, away())
    (hole,) = holes(board, [pd.Timestamp(DAY).date()])
    assert relieve(board, [pd.Timestamp(DAY).date()], left=[hole]) == [] and len(board.cover_table()) == len(covers)
