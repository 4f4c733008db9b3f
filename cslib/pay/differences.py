"""Planned (预估) against actual payslips: what changed, and whether by quantity (hours, duties) or by rate."""

from __future__ import annotations

import pandas as pd

from cslib.core import tables
from cslib.core.errors import PayError
from cslib.core.units import fen
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.pay.cost import LEAST_PEOPLE
from cslib.pay.slips import label

KEY = ["employee_id", "month", "item"]


def differences(planned: pd.DataFrame, actual: pd.DataFrame) -> pd.DataFrame:
    """Item by item: both amounts, and their difference split exactly into quantity and rate.

    The quantity's part is (actual - planned quantity) x planned rate (the actual rate where the item is new), rounded to the fen; the rate's
    part is the rest. An item on one side only counts as 0 on the other. Items that agree are left out.

    Parameters
    ----------
    planned, actual : DataFrame, table ``payslips`` of one month: from the roster's and from the attendance's hours

    Returns
    -------
    DataFrame, table ``pay_differences`` [fen]; actual_fen - planned_fen = quantity_fen + rate_fen in every row.

    Raises
    ------
    PayError  if the payslips are of different months.
    """
    before, after = (tables.check("payslips", frame, source=name) for frame, name in ((planned, "planned"), (actual, "actual")))
    months = sorted({*before["month"], *after["month"]})
    if len(months) > 1:
        raise PayError("pay.other_month", where="payslips", given=months[0], month=months[-1])
    columns = [*KEY, "quantity", "rate_yuan", "amount_fen"]
    both = before[columns].merge(after[columns], on=KEY, how="outer", suffixes=("_planned", "_actual")).fillna(
        {f"{name}_{side}": 0 for name in columns[3:] for side in ("planned", "actual")}
    )  # fmt: skip
    rows = []
    for row in both.itertuples():
        change = int(row.amount_fen_actual - row.amount_fen_planned)
        rate = row.rate_yuan_planned or row.rate_yuan_actual
        by_quantity = fen(float((row.quantity_actual - row.quantity_planned) * rate))
        if change or by_quantity:
            amounts = int(row.amount_fen_planned), int(row.amount_fen_actual)
            rows.append((row.employee_id, row.month, row.item, *amounts, by_quantity, change - by_quantity))
    found = pd.DataFrame(rows, columns=list(tables.spec("pay_differences").columns))
    return tables.check("pay_differences", found, source="pay.differences")


def difference_totals(planned: pd.DataFrame, actual: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Differences of the site in words: item, people, yuan by quantity and by rate; items that differ for fewer than 10 people are left out.
    (privacy requirement P06; a sum over fewer people would tell of somebody's absence).
    """
    found = differences(planned, actual)
    rows = []
    for item, cell in found.groupby("item", sort=True):
        if len(cell) >= LEAST_PEOPLE:
            sums = [float(cell[name].sum()) / 100 for name in ("planned_fen", "actual_fen", "quantity_fen", "rate_fen")]
            rows.append((label(str(item), study), len(cell), *sums))
    names = ("item", "people", "planned", "actual", "by_quantity", "by_rate")
    return pd.DataFrame(rows, columns=[say(f"pay.column.{name}") for name in names])
