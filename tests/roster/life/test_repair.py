"""Repair: few cells, legal, never dearer than the hole, the past and pinned cells untouched."""

from __future__ import annotations

import dataclasses

import call_team
import front_desk
import pandas as pd
import pytest

from cslib.roster import audit, recount
from cslib.roster.life.repair import absence, repair

MONTHS = {"front_desk": front_desk.month, "call_team": call_team.month}


@pytest.fixture(scope="module", params=MONTHS)
def month(request):
    return MONTHS[request.param]()


def duties(month, every: int):
    work = month.roster[month.roster["kind"].eq("work")]
    return [work.iloc[i] for i in range(7, len(work), len(work) // every)]


def test_absences_of_a_day_are_repaired_legally_with_few_cells(month):
    calm = recount(month.roster, month.covers, month.need, month.study)[1]["priced_yuan"].sum()
    for row in duties(month, 4):
        gone = absence(row["employee_id"], row["start"], row["end"])
        made = repair(month.roster, month.covers, month.need, month.study, gone)
        after = made.board.roster(), made.board.cover_table()
        assert audit(*after, month.need, month.study, gone).query("rule != 'never_empty'").empty
        priced = recount(*after, month.need, month.study, gone)[1]["priced_yuan"].sum()
        assert priced - calm == pytest.approx(made.repaired_yuan, abs=1e-6)
        assert made.repaired_yuan <= made.gap_yuan + 1e-6
        assert len(made.moves) <= 4
        assert not any(m.employee_id == row["employee_id"] for m in made.moves)
        changed = {(m.employee_id, pd.Timestamp(m.day)) for m in made.moves}
        before = month.roster.set_index(["employee_id", "date"])["shift"].fillna("")
        now = after[0].set_index(["employee_id", "date"])["shift"].fillna("")
        assert {key for key in before.index if before[key] != now[key]} <= changed


def test_nothing_before_now_and_no_pinned_cell_moves(month):
    row = duties(month, 3)[1]
    gone = absence(row["employee_id"], row["start"], row["end"])
    late = row["end"] + pd.Timedelta(days=1)
    made = repair(month.roster, month.covers, month.need, month.study, gone, now=late)
    starts = [pd.Timestamp(m.day) for m in made.moves]
    assert all(day >= late.normalize() for day in starts)
    frozen = month.roster.assign(pinned=True)
    made = repair(frozen, month.covers, month.need, month.study, gone)
    assert made.moves == ()


def test_covers_up_to_now_stay_and_only_what_follows_is_relieved():
    month = front_desk.month()
    cover = max(month.covers.itertuples(index=False), key=lambda c: (c.hours_h, c.start))
    duty = month.roster[month.roster["employee_id"].eq(cover.stand_in_id) & month.roster["date"].eq(cover.start.normalize())].iloc[0]
    gone = absence(cover.stand_in_id, duty["start"], duty["end"])
    for now in (cover.start + pd.Timedelta(minutes=15), cover.end):
        made = repair(month.roster, month.covers, month.need, month.study, gone, now=now)
        after = made.board.cover_table()
        past = after[after["start"].lt(now)]
        known = month.covers[month.covers["start"].lt(now)]
        assert past[["post", "absent_id", "stand_in_id", "start"]].sort_values(["start", "post"]).reset_index(drop=True).equals(
            known[["post", "absent_id", "stand_in_id", "start"]].sort_values(["start", "post"]).reset_index(drop=True)
        )  # fmt: skip
        mine = past[past["stand_in_id"].eq(cover.stand_in_id) & past["start"].eq(cover.start)].iloc[0]
        assert mine["end"] == now  # what was done is kept, the rest of the cover is not
        assert all(made.board.facts.moment(c.start) >= now for m in made.chains for c in m.covers)


def test_pooled_agents_breaks_move_only_where_they_are_ahead():
    month = call_team.month()
    seen = 0
    for row in duties(month, 6):
        now = row["start"] + pd.Timedelta(hours=2)
        made = repair(month.roster, month.covers, month.need, month.study, absence(row["employee_id"], row["start"], row["end"]), now=now)
        shifts = made.board.facts.shifts
        for move in made.moves:
            starts = [pd.Timestamp(move.day) + pd.Timedelta(minutes=shifts[e.code].start_min) for e in (move.before, move.after) if e.code]
            if move.before.code == move.after.code:
                at = [(starts[0] + pd.Timedelta(minutes=m)) for pair in zip(move.before.breaks, move.after.breaks, strict=True) for m in pair]
                assert starts[0] >= now or min(at) >= now
                seen += 1
            else:
                assert min(starts) >= now
    assert seen


def test_a_changed_cell_weighs_what_the_price_list_says():
    month = call_team.month()
    row = duties(month, 3)[0]
    gone = absence(row["employee_id"], row["start"], row["end"])

    def moved(yuan: float) -> int:
        known = month.study.params.prices
        line = known.prices["moved_shift"].model_copy(update={"yuan": yuan})
        listed = known.model_copy(update={"prices": {**known.prices, "moved_shift": line}})
        study = dataclasses.replace(month.study, params=dataclasses.replace(month.study.params, prices=listed))
        return sum(m.before.code != m.after.code for m in repair(month.roster, month.covers, month.need, study, gone).moves)

    assert moved(100_000.0) == 0 < moved(0.0)
