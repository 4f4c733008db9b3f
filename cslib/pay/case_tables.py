"""What a reform and a design do to a site, in words: small tables and sentences without a person; fewer than 10 people are never told apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cslib.core.words import say
from cslib.pay import kernel
from cslib.pay.case import Case, limits_of
from cslib.pay.cost import LEAST_PEOPLE
from cslib.pay.design import Design
from cslib.pay.ladder import Ladder
from cslib.pay.reform import Reform as Compared
from cslib.pay.reform import paired
from cslib.pay.simulation import Estimate, Outcome

CLIFF_SHARE = 0.02  # of the performance pay for one point of score: above it, a step is a cliff and no slope
_PER_YEAR = 12
_SHARES = ("losers", "grade_share", "turnover")  # a limit of 1 sets nothing
_OF_THE_SCHEME = ("budget_p90", "least_base", "parity", "progression")  # what may be told of fewer than 10 people


def reform_table(found: Compared, case: Case) -> pd.DataFrame:
    """Structure A beside B: cost of all months, spread, turnover, promotions, Gini of regular pay, largest grade; the difference with its error.

    Cost, turnover and promotions are paired by common random numbers. Fewer than 10 people: the cost only (privacy requirement P06).
    """
    a, b = found.before, found.after
    rows = [_row("mean", a.cost().mean(), b.cost().mean(), found.cost)]
    if len(case.people.grade) >= LEAST_PEOPLE:
        quantiles = [outcome.budget() for outcome in (a, b)]
        for name in ("p5", "p50", "p90", "p95"):
            rows.append(_row(name, *(budget[name].value for budget in quantiles)))
        rows.append(_row("turnover", *(e.value for e in found.turnover), _paired(a, b, kernel.LEAVES)))
        rows.append(_row("promotions", *(e.value for e in found.promotions), _paired(a, b, kernel.UPS)))
        rows.append(_row("gini", *found.gini))
        rows.append(_row("top_share", *(float(outcome.shares().iloc[-1].max()) for outcome in (a, b))))
    return pd.DataFrame(rows, columns=[say(f"pay.column.{name}") for name in ("measure", "today", "reform", "change", "error")])


def _row(name: str, before: float, after: float, change: Estimate | None = None) -> tuple[str, ...]:
    """A measure of A and B as text: yuan without fen, shares in per cent, indices with three digits."""
    kind = "{:,.0f}" if name in ("mean", "p5", "p50", "p90", "p95") else "{:.3f}" if name == "gini" else "{:.1%}"
    signed = kind.replace("{:", "{:+")
    value = after - before if change is None else change.value
    error = "" if change is None else kind.format(change.error)
    return say(f"pay.measure.{name}"), kind.format(before), kind.format(after), signed.format(value), error


def _paired(a: Outcome, b: Outcome, cause: int) -> Estimate:
    """Paired difference of events a head and year."""
    rates = [outcome.sum(cause) / np.maximum(1, outcome.sum(kernel.HEADS)) * _PER_YEAR for outcome in (a, b)]
    return paired(*rates)


def reform_lines(found: Compared, case: Case) -> list[str]:
    """Who wins and loses on the first day, as far as it may be told; how much common random numbers sharpen the difference."""
    lines = [say("pay.reform.who", winners=said_share(found.winners, case), losers=said_share(found.losers, case))]
    if found.cost.error:
        lines.append(say("pay.reform.sharper", paired=found.cost.error, unpaired=found.cost_unpaired_error))
    return lines


def said_share(share: float, case: Case) -> str:
    """A share of the people as text; not told where it, or the rest, stands for 1 to 9 people (privacy requirement P06)."""
    people = len(case.people.grade)
    count = round(share * people)
    if 0 < count < LEAST_PEOPLE or 0 < people - count < LEAST_PEOPLE:
        return say("pay.reform.hidden", least=LEAST_PEOPLE)
    return f"{share:.0%}"


def cliff_table(found: Compared) -> pd.DataFrame:
    """Steps of B's performance pay that are worth more than 2 % of it a point: grade, score, jump [yuan a month], chance of a score just below."""
    top = found.cliffs.groupby("grade")["jump_yuan"].transform("sum") if len(found.cliffs) else pd.Series(dtype=float)
    steep = found.cliffs[found.cliffs["jump_yuan"] > CLIFF_SHARE * top] if len(found.cliffs) else found.cliffs
    return steep.set_axis([say(f"pay.column.{name}") for name in ("grade", "score", "jump", "near")], axis=1).reset_index(drop=True)


def design_table(found: Design, case: Case) -> pd.DataFrame:
    """Every constraint that the file sets, with its value in the fresh simulation, its limit, and by how much it is missed (0 = met)."""
    limits, shown = limits_of(case), len(case.people.grade) >= LEAST_PEOPLE
    rows = []
    for row in found.checks.itertuples():
        unset = not np.isfinite(row.limit) or (row.constraint in _SHARES and row.limit >= 1) or (row.constraint == "parity" and not limits.parity)
        if unset or not (shown or row.constraint in _OF_THE_SCHEME):
            continue
        kind = "{:,.0f}".format if row.constraint in ("budget_p90", "least_base") else "{:.1%}".format
        value = said_share(row.value, case) if row.constraint == "losers" else kind(row.value)
        verdict = say("pay.constraint.met") if row.excess == 0 else say("pay.constraint.missed", excess=kind(row.excess))
        rows.append((say(f"pay.constraint.{row.constraint}"), value, kind(row.limit), verdict))
    return pd.DataFrame(rows, columns=[say(f"pay.column.{name}") for name in ("constraint", "value", "limit", "verdict")])


def _said(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.1%}"


def base_table(found: Design, case: Case) -> pd.DataFrame:
    """Base pay by grade today and as designed [yuan a month]: amounts of a scheme, nobody's pay."""
    now = case.before[0]
    columns = [say(f"pay.column.{name}") for name in ("grade", "base_today", "base_designed")]
    return pd.DataFrame(list(zip(now.grades, now.base, found.structure.base, strict=True)), columns=columns)


def design_lines(found: Design, case: Case) -> list[str]:
    """Whether every constraint is met, or which are not and by how much; cost, ladder and steps of the design."""
    missed = found.checks[found.checks["excess"] > 0]
    if found.met:
        lines = [say("pay.design.met", cost=found.cost, p90=found.p90, runs=case.reform.runs)]
    else:
        named = ", ".join(f"{say(f'pay.constraint.{row.constraint}')} (+{_said(row.excess)})" for row in missed.itertuples())
        lines = [say("pay.design.missed", missed=named)]
    lines.append(say("pay.design.ladder", ladder=ladder_text(found.ladder)))
    if not np.array_equal(found.structure.steps_at, case.before[0].steps_at):
        steps = zip(found.structure.steps_at, found.structure.steps_pay, strict=True)
        lines.append(say("pay.design.steps", steps=", ".join(f"{at:g}: {pay:.0%}" for at, pay in steps)))
    return lines


def ladder_text(ladder: Ladder) -> str:
    """Thresholds of a ladder as text, lowest and highest grade left out where they don't move."""
    if ladder.table.size:
        return say("pay.design.chances")
    up, down = (sorted({f"{value:g}" for value in values if np.isfinite(value)}) for values in (ladder.up_at, ladder.down_below))
    facts = {"up": "/".join(up) or "-", "down": "/".join(down) or "-", "ups": ladder.up_runs, "downs": ladder.down_runs}
    return say("pay.design.thresholds", **facts, months=ladder.period_months)


def tradeoff_table(curve: pd.DataFrame, case: Case) -> pd.DataFrame:
    """The trade-off curve in words: limit on losers, losers, cost and P90 [yuan], turnover, whether everything is met."""
    met = [say("pay.constraint.met") if one else say("pay.constraint.not_met") for one in curve["met"]]
    frame = pd.DataFrame({
        "losers_limit": [f"{limit:.0%}" for limit in curve["losers_limit"]], "losers": [said_share(share, case) for share in curve["losers"]],
        "cost": curve["cost_yuan"], "p90_cost": curve["p90_yuan"], "turnover": [f"{share:.1%}" for share in curve["turnover"]], "verdict": met,
    })  # fmt: skip
    return frame.set_axis([say(f"pay.column.{name}") for name in frame.columns], axis=1)
