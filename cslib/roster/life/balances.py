"""Time off in lieu 调休 and annual leave 年假: what was earned, taken, paid out and is left, and a plan for the days of leave that are left.

Lots of hours are taken first in, first out. Annual leave comes from a list of its own: the leave table knows no reasons (P04).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping

import pandas as pd

from cslib.core import tables
from cslib.params.life_settings import BalanceSettings
from cslib.roster.audit.spans import common
from cslib.roster.life.board import OFF_DUTY, Board

EARNED, TAKEN = "overtime_rest_day", "time_off_in_lieu"
_NOISE = 1e-6


def lieu_ledger(hours: pd.DataFrame, month: str, settings: BalanceSettings, before: pd.DataFrame | None = None) -> pd.DataFrame:
    """Time off in lieu of a month, lot by lot.

    Parameters
    ----------
    hours : table ``hours`` of the month;  month : ``YYYY-MM``;  before : table ``lieu_ledger`` of the month before, whose rests are carried in

    Returns
    -------
    Table ``lieu_ledger``: a row a person and month of earning; closing = opening + earned - taken - paid_out. Hours taken beyond what there
    is stand as a negative closing of the month itself, which later earnings fill first.
    """
    sums = hours.groupby(["employee_id", "premium"])["hours_h"].sum()
    carried: dict[str, dict[str, float]] = {}
    if before is not None:
        for row in before.itertuples(index=False):
            if abs(row.closing_h) > _NOISE:
                carried.setdefault(row.employee_id, {})[row.earned_in] = float(row.closing_h)
    rows = []
    for who in dict.fromkeys([*carried, *hours["employee_id"]]):
        rows += _lots(who, month, carried.get(who, {}), float(sums.get((who, EARNED), 0.0)), float(sums.get((who, TAKEN), 0.0)), settings)
    return tables.check("lieu_ledger", pd.DataFrame(rows, columns=list(tables.spec("lieu_ledger").columns)), source="lieu_ledger")


def _lots(who: str, month: str, opening: Mapping[str, float], earned: float, taken: float, settings: BalanceSettings) -> list[tuple[object, ...]]:
    lots = dict(sorted(opening.items()))
    lots.setdefault(month, 0.0)
    plus = {lot: earned if lot == month else 0.0 for lot in lots}
    left = {lot: lots[lot] + plus[lot] for lot in lots}
    debt = sum(-value for lot, value in left.items() if value < 0 and lot != month)
    minus, need = dict.fromkeys(lots, 0.0), taken + debt
    for lot in lots:  # hours owed from earlier months are made good first, like hours taken
        if left[lot] < 0 and lot != month:
            minus[lot], left[lot] = left[lot], 0.0
    for lot in lots:
        use = min(max(left[lot], 0.0), need)
        minus[lot], left[lot], need = minus[lot] + use, left[lot] - use, need - use
    minus[month], left[month] = minus[month] + need, left[month] - need
    rows = []
    for lot in lots:
        paid = max(left[lot], 0.0) if _age(lot, month) >= settings.lieu_months else 0.0
        closing = left[lot] - paid
        if any(abs(v) > _NOISE for v in (lots[lot], plus[lot], minus[lot], paid, closing)):
            expiring = max(closing, 0.0) if _age(lot, month) + 1 >= settings.lieu_months else 0.0
            rows.append((who, month, lot, lots[lot], plus[lot], minus[lot], paid, closing, expiring))
    return rows


def _age(lot: str, month: str) -> int:
    """Months from one to the other."""
    return (int(month[:4]) - int(lot[:4])) * 12 + int(month[5:]) - int(lot[5:])


def annual_leave(employees: pd.DataFrame, year: int, taken: Mapping[str, float], settings: BalanceSettings) -> pd.DataFrame:
    """Annual leave of a year: entitled, taken, left.

    Parameters
    ----------
    employees : table ``employees``; years of work count from ``hired``, the least that is certain (Order 514 art. 3 counts all employers)
    taken : days taken so far by person

    Returns
    -------
    Table ``annual_leave``. In the year in which somebody starts or leaves: the share of its days in employment, whole days (Order 514, rules of
    implementation art. 5, 12).
    """
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    rows = []
    for person in employees.sort_values("position").itertuples(index=False):
        hired, left = person.hired.date(), None if pd.isna(person.left) else person.left.date()
        start, end = max(hired, first), last if left is None else min(left, last)
        if start > end:
            continue
        worked = year - hired.year  # full years of work by the end of the year
        days = max((d for least, d in settings.annual_days.items() if worked >= least), default=0.0)
        share = ((end - start).days + 1) / ((last - first).days + 1)
        entitled = days if share == 1 else float(math.floor(days * share + _NOISE))
        used = float(taken.get(person.employee_id, 0.0))
        rows.append((person.employee_id, year, entitled, used, entitled - used))
    return tables.check("annual_leave", pd.DataFrame(rows, columns=list(tables.spec("annual_leave").columns)), source="annual_leave")


def spared_by(board: Board) -> Callable[[str, dt.date], bool]:
    """A question to a month: may somebody stay away on a day without any interval getting shorter of people, those let off before included."""

    def spared(who: str, day: dt.date) -> bool:
        """True if his duties of that day, and what he covers in them, are not missed; they and his relief are off the board then."""
        duties = [duty for duty in board.people[who].timed if duty.date == day]
        own = [duty.span for duty in duties]
        covers = tuple(c for c in board.covers if who not in (c.row.stand_in_id, c.row.absent_id) or not common([c.span], own))
        change = board.trial({(who, day): OFF_DUTY}, covers)
        alone, _ = board.alone(who, {day: OFF_DUTY})
        if not duties or not board.may_change(who, day) or change.delta_yuan - alone > _NOISE:
            return False
        board.apply(change)
        return True

    return spared


def leave_plan(
    balance: pd.DataFrame, spare: pd.Series, settings: BalanceSettings, free: Mapping[str, set[dt.date]] | None = None,
    spared: Callable[[str, dt.date], bool] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Days on which the annual leave that is left may be taken: where most people are to spare, a share of the site at most on one day.

    Parameters
    ----------
    balance : table ``annual_leave``;  spare : people to spare by day (index: dates), from the coverage of the months ahead
    free : days on which a person is off or absent anyway; they are not planned
    spared : whether nobody misses a person on a day, asked day by day and binding if so (``spared_by``); default: always

    Returns
    -------
    DataFrame employee_id, date, by person and day; a person who has most left chooses first, whole days only.
    """
    room = dict.fromkeys(spare.index, max(1, int(settings.plan_share * len(balance))))
    order = list(spare.sort_values(ascending=False, kind="stable").index)
    rows = []
    for person in balance.sort_values("left_days", ascending=False, kind="stable").itertuples(index=False):
        days, other = int(person.left_days), (free or {}).get(person.employee_id, set())
        for day, date in [(d, pd.Timestamp(d).date()) for d in order]:
            if days > 0 and room[day] > 0 and date not in other and (spared is None or spared(person.employee_id, date)):
                room[day], days = room[day] - 1, days - 1
                rows.append((person.employee_id, pd.Timestamp(day)))
    frame = pd.DataFrame(rows, columns=["employee_id", "date"]).astype({"date": "datetime64[us]"})
    return frame.sort_values(["employee_id", "date"], kind="stable").reset_index(drop=True)
