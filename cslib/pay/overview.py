"""The pay structure of a site in words: ranges and market, how people stand in them, pay mix, inequality; nothing about fewer than 10 people."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cslib.core.words import pick, say
from cslib.intake.study import Study
from cslib.pay.cost import LEAST_PEOPLE
from cslib.pay.exact import exact
from cslib.pay.inequality import gini, theil
from cslib.pay.items import NOT_REGULAR
from cslib.pay.outlook import Outlook
from cslib.pay.slips import label
from cslib.pay.structure import market_position, pay_mix, position, scheme_ranges, suppressed

PERCENT = "{:.1%}".format


def structure_table(study: Study) -> pd.DataFrame:
    """Base ranges of the scheme in words: low, midpoint, high [yuan a month], progression, spread, overlap, market position where it is known.

    Source: catalogue S003-B5 (market position), S003-S2 (ranges). Amounts of a scheme, nobody's pay.
    """
    scheme = study.params.pay
    found = scheme_ranges(scheme)
    texts = {name: [PERCENT(value) if np.isfinite(value) else "" for value in found[name]] for name in ("progression", "spread", "overlap")}
    frame = found.assign(**texts)[["grade", "low", "midpoint", "high", "progression", "spread", "overlap"]]
    if scheme.market is not None:
        within = market_position(scheme).set_index("grade")["within"]
        frame["market"] = [say(f"pay.market.{within[grade]}") if grade in within.index else "" for grade in frame["grade"]]
    return frame.set_axis([say(f"pay.column.{name}") for name in frame.columns], axis=1)


def standing_table(slips: pd.DataFrame, grades: pd.DataFrame, study: Study) -> pd.DataFrame:
    """How monthly paid people stand in their ranges, by grade in words: group compa-ratio, mean penetration, people above (red) and below (green).

    Grades of fewer than 10 people are merged with their neighbours; a circle of 1 to 9 people is not told (privacy requirement P06).
    """
    people = whole_pay(slips, grades, study)
    table = scheme_ranges(study.params.pay)
    found = position(people["base"], people["grade"], table).assign(midpoint=people["grade"].map(table.set_index("grade")["midpoint"]))
    rows = []
    for name, cell in suppressed(found, list(table["grade"])):
        circles = [int((cell["circle"] == colour).sum()) for colour in ("red", "green")]
        reach = cell["penetration"].mean()
        rows.append((name, len(cell), float(cell["pay"].sum() / cell["midpoint"].sum()), PERCENT(reach) if np.isfinite(reach) else "",
                     *(str(count) if count == 0 or count >= LEAST_PEOPLE else say("pay.reform.hidden", least=LEAST_PEOPLE) for count in circles)))
    columns = ("grade", "people", "compa", "penetration", "red", "green")
    return pd.DataFrame(rows, columns=[say(f"pay.column.{name}") for name in columns])


def whole_pay(slips: pd.DataFrame, grades: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Monthly paid people with pay brought to a whole month at full time [yuan]: employee_id, grade, base, regular, fte_share, tenure_years.

    ``regular``: all earnings but overtime, leave and the annual bonus. A person's row: never to be shown.
    """
    staff = study.employees[study.employees["hours_scheme"] != "part_time"]
    base = slips[slips["item"].eq("base") & slips["quantity"].gt(0) & slips["employee_id"].isin(staff["employee_id"])]
    earned = slips[slips["part"].eq("earning") & ~slips["item"].isin(NOT_REGULAR)].groupby("employee_id")["amount_fen"].sum()
    tenure = (pd.Timestamp(study.horizon.start) - staff.set_index("employee_id")["hired"]).dt.days / 365.25
    who = base["employee_id"]
    found = pd.DataFrame({
        "employee_id": who, "base": base["amount_fen"] / 100 / base["quantity"], "regular": who.map(earned) / 100 / base["quantity"],
        "fte_share": who.map(staff.set_index("employee_id")["fte_share"]), "tenure_years": who.map(tenure).clip(lower=0.0),
    })  # fmt: skip
    return found.merge(grades[["employee_id", "grade"]], on="employee_id")


def mix_table(slips: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Pay mix in words: item, people, share of the site's earnings (catalogue S003-H1); empty for fewer than 10 people."""
    columns = [say(f"pay.column.{name}") for name in ("item", "people", "share")]
    if slips["employee_id"].nunique() < LEAST_PEOPLE:
        return pd.DataFrame(columns=columns)
    found = pay_mix(slips)
    rows = [(label(row.item, study), row.people, PERCENT(row.share)) for row in found.itertuples()]
    return pd.DataFrame(rows, columns=columns)


def inequality_table(slips: pd.DataFrame, grades: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Gini, P90/P10 and Theil between and within grades, before and after tax and contributions, in words; empty for fewer than 10 people.

    Of monthly paid people who were in employment all month; pay of the month, at full time. Source: Theil (1967), Deaton (1997) for the Gini form.
    """
    columns = [say(f"pay.column.{name}") for name in ("measure", "gross", "net")]
    staff = study.employees[study.employees["hours_scheme"] != "part_time"]
    kept = slips[slips["employee_id"].isin(staff["employee_id"])]
    sums = kept.pivot_table(index="employee_id", columns="item", values="amount_fen", aggfunc="sum").reindex(columns=["gross", "net"]).div(100)
    share = kept[kept["item"].eq("base") & kept["quantity"].gt(0)].set_index("employee_id")["quantity"]
    pay = sums.loc[sums.index.intersection(share.index)].div(share, axis=0).dropna(axis=1, how="all").dropna()
    if len(pay) < LEAST_PEOPLE:
        return pd.DataFrame(columns=columns)
    grade = grades.set_index("employee_id")["grade"].reindex(pay.index).to_numpy()
    found: dict[str, list[float]] = {name: [] for name in ("gini", "p90_p10", "theil", "theil_between", "theil_within")}
    for name in ("gross", "net"):
        values = np.maximum(0.0, pay[name].to_numpy()) if name in pay else None
        parts = [np.nan] * 5
        if values is not None:
            split, (low, high) = theil(values, grade), np.quantile(values, [0.1, 0.9])
            parts = [gini(values), high / low if low else np.nan, split.total, split.between, split.within]
        for measure, value in zip(found, parts, strict=True):
            found[measure].append(value)
    rows = [(say(f"pay.measure.{name}"), *("" if np.isnan(value) else f"{value:.4f}" for value in values)) for name, values in found.items()]
    return pd.DataFrame(rows, columns=columns)


def drift_table(found: Outlook) -> pd.DataFrame:
    """People by grade in the last month in words: share simulated, and the exact one where the ladder is a Markov chain of scores.

    Neighbouring grades are merged until 10 people are expected. ``exact`` exists where leaving hangs on nothing but pay (see ``pay.exact``).
    """
    heads = found.outcome.grade_heads[-1]
    chain = None
    if not found.behaviour.stuck and not found.behaviour.market and (found.ladder.period_months == 1 or not found.behaviour.leave_month):
        chain = exact(found.people, found.structure, found.ladder, found.behaviour, len(found.outcome.grade_heads), found.reference).grade_heads[-1]
    rows, names, low = [], [], 0
    for k, grade in enumerate(found.outcome.grades):
        names.append(grade)
        if heads[low : k + 1].sum() >= LEAST_PEOPLE:
            rows.append((names, low, k + 1))
            names, low = [], k + 1
    if names and rows:
        first = rows.pop()
        rows.append(([*first[0], *names], first[1], len(heads)))
    cells = [
        (group[0] if len(group) == 1 else f"{group[0]} .. {group[-1]}", PERCENT(heads[a:b].sum() / heads.sum()),
         "" if chain is None else PERCENT(chain[a:b].sum() / chain.sum()))
        for group, a, b in rows
    ]  # fmt: skip
    return pd.DataFrame(cells, columns=[say(f"pay.column.{name}") for name in ("grade", "share_simulated", "share_exact")])


def scheme_name(study: Study) -> str:
    """The pay scheme's name in the language in use."""
    return pick(study.params.pay.meaning)
