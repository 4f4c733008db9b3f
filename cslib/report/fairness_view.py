"""What a reader sees of fairness: the spread in a line, everybody's month in a sentence, and what a smaller spread costs."""

from __future__ import annotations

import pandas as pd

from cslib.core.words import say
from cslib.intake.study import Study
from cslib.roster import life

KINDS = ("nights", "weekends", "holidays", "late_finishes")
_NONE = pd.Series(dtype=float)  # of a kind that an older ledger did not keep


def lines(ledger: pd.DataFrame, study: Study) -> list[str]:
    """The ledger in short: how far people are from their share, and whether a month was carried in."""
    spreads = {kind: life.spread(ledger.get(f"{kind}_balance", _NONE)) for kind in KINDS}
    carried = study.fairness_ledger
    start = say("report.fairness.carried", month=carried["month"].iloc[0]) if len(carried) else say("report.fairness.first")
    return [say("report.fairness.spread", **spreads), start]


def in_order(ledger: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The ledger in the order of the staff list, never ranked (privacy requirement P14)."""
    place = study.employees.set_index("employee_id")["position"]
    return ledger.sort_values("employee_id", key=lambda who: who.map(place), kind="stable").reset_index(drop=True)


def why_lines(ledger: pd.DataFrame, study: Study, exchanges: pd.DataFrame | None = None) -> list[str]:
    """Everybody's month in a sentence, in the order of the staff list."""
    swaps: dict[str, int] = {}
    if exchanges is not None:
        whole = exchanges.drop_duplicates("exchange")
        swaps = pd.concat([whole["employee_id"], whole["other_id"]]).value_counts().to_dict()
    return [life.why(row, swaps.get(row["employee_id"], 0)) for _, row in in_order(ledger, study).iterrows()]


def curve_lines(curve: pd.DataFrame) -> list[str]:
    """The price of fairness, a line a point: the month as solved, then what each budget bought."""
    found = []
    for row in curve.itertuples(index=False):
        facts = {"yuan": row.priced_yuan, **{kind: getattr(row, f"{kind}_spread") for kind in KINDS}}
        found.append(say("report.fairness.budget", budget=row.budget_yuan, **facts) if row.point else say("report.fairness.solved", **facts))
    return found


def evened_lines(curve: pd.DataFrame, exchanges: pd.DataFrame) -> list[str]:
    """What was done to even out: whether the month was planned again; exchanges, people, priced cost, and the spreads before and after."""
    first, last = curve.iloc[0], curve.iloc[-1]
    people = pd.concat([exchanges["employee_id"], exchanges["other_id"]]).nunique()
    facts = {f"{kind}_{n}": row[f"{kind}_spread"] for n, row in (("before", first), ("after", last)) for kind in KINDS[:2]}
    again = [say("report.fairness.again")] if last["planned_again"] else []
    return [*again, say("report.fairness.evened", count=exchanges["exchange"].nunique(), people=people, yuan=last["priced_yuan"], **facts)]
