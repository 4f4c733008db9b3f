"""What a page says about a table, in sentences of the language in use. Figures come from the tables; no figure is written here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cslib.core.words import has, pick, say
from cslib.intake.study import Study
from cslib.params.law import RULES
from cslib.report.verdict import gap


def queue_name(study: Study, queue: str) -> str:
    """A queue's name as readers know it."""
    return pick(study.params.site.queues[queue].name)


def forecast(forecast: pd.DataFrame, study: Study) -> list[str]:
    """One line a queue: contacts of the month, busiest day, handle time."""
    if forecast.empty:
        return [say("report.lines.no_contacts")]
    lines = []
    for queue, part in forecast.groupby("queue", sort=False):
        daily = part.groupby(part["interval_start"].dt.normalize())["contacts"].sum()
        busy = part[part["contacts"] > 0]
        aht = float((busy["contacts"] * busy["aht_s"]).sum() / busy["contacts"].sum()) if len(busy) else 0.0
        facts = {"queue": queue_name(study, str(queue)), "contacts": part["contacts"].sum(), "day": daily.idxmax(), "most": daily.max(), "aht": aht}
        lines.append(say("report.lines.forecast", **facts))
    return lines


def method_name(method: str) -> str:
    """Words of a forecasting method; a method without words keeps its code."""
    return say(f"report.method.{method}") if has(f"report.method.{method}") else method


def engine_name(engine: str) -> str:
    """Words of a rostering engine; an engine without words keeps its code."""
    return say(f"report.engine.{engine}") if has(f"report.engine.{engine}") else engine


def accuracy(accuracy: pd.DataFrame, study: Study) -> list[str]:
    """One line a queue: which method was nearest in the back-test, and how far off."""
    lines = []
    for queue, part in accuracy.dropna(subset=["wape_share"]).groupby("queue", sort=False):
        best, engine = part.loc[part["wape_share"].idxmin()], part[part["method"] == "engine"]
        own = float(engine["wape_share"].iloc[0]) if len(engine) else float("nan")
        facts = {"queue": queue_name(study, str(queue)), "best": method_name(best["method"]), "wape": best["wape_share"], "folds": int(best["folds"])}
        lines.append(say("report.lines.accuracy", own=own, **facts))
    return lines


def requirement(need: pd.DataFrame, study: Study) -> list[str]:
    """One line a queue: person-hours, most people at once, share of intervals that are peak."""
    lines, hours = [], study.horizon.interval_min / 60
    for queue, part in need.groupby("queue", sort=False):
        open_part = part[part["scheduled"] > 0]
        facts = {
            "queue": queue_name(study, str(queue)),
            "hours": part["scheduled"].sum() * hours,
            "most": int(part["scheduled"].max()),
            "peaks": int(open_part["peak"].sum()),
            "open": len(open_part),
        }
        lines.append(say("report.lines.requirement", **facts))
    return lines


def proof(solver: Mapping[str, Any]) -> list[str]:
    """What the solver proved: status, priced cost, bound, gap, what ended it, whether it can be replayed."""
    lines = [
        say(f"report.status.{solver['status']}"),
        say(
            "report.lines.proof", priced=solver["priced_yuan"], bound=solver["bound_yuan"], gap=gap(solver["gap_share"]),
            engine=engine_name(solver["engine"]),
        ),
        say(f"report.ended.{solver['ended_by']}"),
    ]  # fmt: skip
    return lines if solver["replayable"] else [*lines, say("report.lines.not_replayable")]


def audit(violations: pd.DataFrame) -> list[str]:
    """How many rules were checked and how many violations there are."""
    if violations.empty:
        return [say("report.lines.clean", rules=len(RULES))]
    broken = violations["rule"].nunique()
    return [say("report.lines.violations", count=len(violations), broken=broken, rules=len(RULES))]


def shortage(coverage: pd.DataFrame, study: Study) -> list[str]:
    """How many person-hours are missing, and who explains why."""
    missing = coverage["short"] * study.horizon.interval_min / 60
    if not missing.sum() > 0:
        return [say("report.lines.nobody_missing")]
    at_peak = missing[coverage["peak"].astype(bool)].sum()
    return [say("report.lines.missing", hours=missing.sum(), peak=at_peak, site=study.site, month=study.month)]


def morning(coverage: pd.DataFrame, study: Study) -> list[str]:
    """How the last night serves the next month's first morning (``roster.morning_coverage``); nothing where no duty runs on into it."""
    if coverage.empty:
        return []
    hour = study.horizon.interval_min / 60
    until = coverage["interval_start"].max() + pd.Timedelta(minutes=study.horizon.interval_min)
    needed, missing = coverage["needed"].sum() * hour, coverage["short"].sum() * hour
    return [say("report.lines.morning", last=f"{study.horizon.last}", until=f"{until:%m-%d %H:%M}", needed=needed, missing=missing)]


def covers(covers: pd.DataFrame, study: Study) -> list[str]:
    """Number, hours and longest of the planned reliefs."""
    if covers.empty:
        return [say("report.figure.no_covers")]
    limit = study.params.law.limit("cover_duration", study.horizon.start)
    return [say("report.lines.covers", count=len(covers), hours=covers["hours_h"].sum(), longest=covers["hours_h"].max(), limit=limit)]


def hours(hours: pd.DataFrame) -> list[str]:
    """Worked hours and what of them is overtime, and whether they are planned or actual."""
    worked = hours[hours["premium"].isin(["normal", "overtime_workday", "overtime_rest_day", "overtime_holiday"])]
    extra = worked[worked["premium"] != "normal"]
    basis = "actual" if (hours["basis"] == "actual").all() else "planned"
    return [say("report.lines.hours", worked=worked["hours_h"].sum(), extra=extra["hours_h"].sum()), say(f"report.basis.{basis}")]


def wage_cost(wage_cost: pd.DataFrame, study: Study) -> list[str]:
    """The site's total, and whether the scheme's amounts are illustrative."""
    total = wage_cost[wage_cost["item"] == "total"].iloc[0]
    lines = [say("report.lines.wage_cost", yuan=total["amount_yuan"], people=int(total["people"]), scheme=pick(study.params.pay.meaning))]
    return [*lines, say("report.lines.illustrative")] if study.params.pay.illustrative else lines
