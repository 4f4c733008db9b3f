"""Wage cost of the site: totals that show nobody's pay."""

from __future__ import annotations

import pandas as pd

from cslib.core import tables
from cslib.core.units import yuan

LEAST_PEOPLE = 10  # privacy requirement P06: a cell of fewer people is not shown
COST = ("earning", "employer")
OTHER, TOTAL = "other", "total"


def wage_cost(payslips: pd.DataFrame) -> pd.DataFrame:
    """Site totals by pay item: what employment costs, so earnings and the employer's contributions; ``total`` is the employer cost.

    An item of fewer than 10 people goes into ``other``; so does the next smallest one while ``other`` stands for fewer than 10
    people (so never for one item only), since total minus the rest would reveal it. Where nothing may be shown apart, ``total``
    stands alone.

    Parameters
    ----------
    payslips : DataFrame, table ``payslips`` [fen]

    Returns
    -------
    DataFrame, table ``wage_cost`` [yuan]: a row an item that may be shown, ``other``, and always ``total``, for every month.

    Source: privacy requirement P06 (suppression below 10 people, complementary suppression).
    """
    slips = tables.check("payslips", payslips, source="payslips")
    rows = []
    for month, of_month in slips.groupby("month"):
        of_month = of_month[of_month["part"].isin(COST)]
        cells = _merged({str(item): rows_of for item, rows_of in of_month.groupby("item")})
        for item, cell in {**cells, TOTAL: of_month}.items():
            people, amount = cell["employee_id"].nunique(), float(yuan(int(cell["amount_fen"].sum())))
            rows.append({"month": month, "item": item, "people": people, "amount_yuan": amount})
    found = pd.DataFrame(rows, columns=list(tables.spec("wage_cost").columns))
    return tables.check("wage_cost", found, source="pay.wage_cost")


def _merged(cells: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Cells that may be shown: small ones in ``other``, larger ones after them until ``other`` gives nothing away."""
    heads = {item: cell["employee_id"].nunique() for item, cell in cells.items()}
    by_size = sorted(cells, key=lambda item: (heads[item], item))
    hidden = [item for item in by_size if heads[item] < LEAST_PEOPLE]
    shown = by_size[len(hidden) :]
    while hidden and shown and pd.concat([cells[item] for item in hidden])["employee_id"].nunique() < LEAST_PEOPLE:
        hidden.append(shown.pop(0))
    if hidden and not shown:
        return {}
    kept = {item: cells[item] for item in shown}
    return {**kept, OTHER: pd.concat([cells[item] for item in hidden])} if hidden else kept
