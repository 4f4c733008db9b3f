"""Repair: few cells, legal, never dearer than the hole, the past and pinned cells untouched."""

from __future__ import annotations

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
