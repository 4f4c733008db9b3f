"""What a pay structure looks like, and how people stand in it: midpoints, ranges, overlap, compa-ratios, circles, market position, pay mix."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cslib.core.errors import PayError
from cslib.params.pay_scheme import PayScheme
from cslib.pay.cost import LEAST_PEOPLE, wage_cost


def ranges(first_midpoint: float, progression: float, spread: float, grades: int) -> pd.DataFrame:
    """Ranges by rule: midpoint M (1 + g)^(k-1), minimum M / (1 + s/2), maximum minimum x (1 + s) [yuan].

    >>> ranges(3000, 0.15, 0.4, 2).round(0).to_dict("list")["high"]
    [3500.0, 4025.0]
    """
    middle = first_midpoint * (1 + progression) ** np.arange(grades)
    low = middle / (1 + spread / 2)
    return shape(pd.DataFrame({"grade": [str(k + 1) for k in range(grades)], "low": low, "high": low * (1 + spread)}))


def scheme_ranges(scheme: PayScheme) -> pd.DataFrame:
    """Base ranges of a scheme with their shape; see ``shape``."""
    rows = [(grade, scheme.base_range(grade).low, scheme.base_range(grade).high) for grade in scheme.base_yuan]
    return shape(pd.DataFrame(rows, columns=["grade", "low", "high"]))


def shape(table: pd.DataFrame) -> pd.DataFrame:
    """Adds to ``grade, low, high`` (lowest grade first): midpoint, progression to the grade below, spread, overlap with the grade below.

    progression = M_k / M_(k-1) - 1; spread = (max - min) / min; overlap = (max_(k-1) - min_k) / (max_k - min_k), on the upper grade's range.

    Raises
    ------
    PayError  if a range is empty or turned round.
    """
    if table.empty or (table["low"] <= 0).any() or (table["high"] < table["low"]).any():
        raise PayError("pay.range", where="structure", given=table[["low", "high"]].to_dict("list"))
    found = table.reset_index(drop=True)
    found["midpoint"] = (found["low"] + found["high"]) / 2
    found["progression"] = found["midpoint"] / found["midpoint"].shift() - 1
    found["spread"] = found["high"] / found["low"] - 1
    width = (found["high"] - found["low"]).where(found["high"] > found["low"])
    found["overlap"] = (found["high"].shift() - found["low"]) / width
    return found


def position(pay: pd.Series, grade: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    """How each person stands in the range of the grade: compa-ratio = pay / midpoint, penetration = (pay - min) / (max - min), circle.

    ``circle`` : red above the maximum, green below the minimum, else empty. A person's row: for the protected folder only.
    """
    of = table.set_index("grade")
    low, high, middle = (grade.map(of[column]).astype(float) for column in ("low", "high", "midpoint"))
    circle = np.select([pay > high + 0.005, pay < low - 0.005], ["red", "green"], "")
    width = (high - low).where(high > low)
    return pd.DataFrame({"grade": grade, "pay": pay, "compa": pay / middle, "penetration": (pay - low) / width, "circle": circle})


def summary(pay: pd.Series, grade: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    """Grades in figures that may be shown: people, group compa-ratio (sum of pay / sum of midpoints), P10, P50, P90, circles, cost to minimum.

    A grade of fewer than 10 people is merged with the next one until ten are reached; less than 10 in all give an empty table (only the site
    total may then be told). No minimum or maximum: P10 and P90 (privacy requirement P06).
    """
    people, of = position(pay, grade, table), table.set_index("grade")
    people = people.assign(midpoint=people["grade"].map(of["midpoint"]), low=people["grade"].map(of["low"]))
    rows = []
    for label, cell in suppressed(people, list(table["grade"])):
        low, median, high = cell["pay"].quantile([0.1, 0.5, 0.9])
        to_minimum = float((cell["low"] - cell["pay"]).clip(lower=0).sum())
        compa, circles = float(cell["pay"].sum() / cell["midpoint"].sum()), [int((cell["circle"] == name).sum()) for name in ("red", "green")]
        rows.append((label, len(cell), compa, low, median, high, *circles, to_minimum))
    return pd.DataFrame(rows, columns=["grade", "people", "compa", "p10", "p50", "p90", "red", "green", "to_minimum_yuan"])


def suppressed(people: pd.DataFrame, grades: list[str]) -> list[tuple[str, pd.DataFrame]]:
    """Cells of at least 10 people, neighbouring grades merged from the lowest up; a remainder joins the last cell, nothing can be subtracted."""
    cells: list[tuple[list[str], pd.DataFrame]] = []
    names: list[str] = []
    for grade in grades:
        names.append(grade)
        mine = people[people["grade"].isin(names)]
        if len(mine) >= LEAST_PEOPLE:
            cells.append((names, mine))
            names = []
    if names and len(people[people["grade"].isin(names)]):
        if not cells:
            return []
        last, _ = cells.pop()
        cells.append(([*last, *names], people[people["grade"].isin([*last, *names])]))
    return [(names[0] if len(names) == 1 else f"{names[0]} .. {names[-1]}", cell) for names, cell in cells]


def market_line(midpoint: np.ndarray, market: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Market line log(pay) = a + b x grade number, and the structure's position on it: midpoint / line - 1 by grade.

    Source: catalogue S003-B5 aims at the upper half of the market (read as P50 to P75).
    """
    number = np.arange(1, len(market) + 1)
    slope, start = np.polyfit(number, np.log(np.asarray(market, dtype=float)), 1) if len(market) > 1 else (0.0, float(np.log(market[0])))
    return float(start), float(slope), np.asarray(midpoint, dtype=float) / np.exp(start + slope * number) - 1


def market_position(scheme: PayScheme) -> pd.DataFrame:
    """Base by grade against the market's two percentiles: below, within or above the aim (catalogue S003-B5); empty without market data."""
    if scheme.market is None:
        return pd.DataFrame(columns=["grade", "base", "low", "high", "within"])
    rows = [(grade, scheme.base_yuan[grade], *scheme.market.yuan[grade]) for grade in scheme.base_yuan if grade in scheme.market.yuan]
    found = pd.DataFrame(rows, columns=["grade", "base", "low", "high"])
    return found.assign(within=np.select([found["base"] < found["low"], found["base"] > found["high"]], ["below", "above"], "within"))


def pay_mix(slips: pd.DataFrame) -> pd.DataFrame:
    """Shares of the site's earnings by item (catalogue S003-H1: the mix follows the grade), largest first; adds up to 1.

    Items of fewer than 10 people are put together with the next smallest ones, as in ``wage_cost``.
    """
    cost = wage_cost(slips[slips["part"] == "earning"])
    items = cost[cost["item"] != "total"]
    total = float(cost.loc[cost["item"] == "total", "amount_yuan"].sum())
    shares = items.assign(share=items["amount_yuan"] / total if total else 0.0)
    return shares.sort_values("share", ascending=False, kind="stable")[["item", "people", "share"]]
