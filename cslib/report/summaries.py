"""Small tables for pages: sums of the tables that flow, with words in place of codes. None of them has a person in it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from cslib.core.words import pick, say
from cslib.intake.study import Study
from cslib.params.law import RULES
from cslib.report.figures_result import item_name
from cslib.report.identity import portable
from cslib.report.lines import method_name, queue_name
from cslib.report.origins import origin_words, verified


def special_days(study: Study) -> pd.DataFrame:
    """Days of the month that are neither plain workdays nor plain weekends, or have a name or an event; columns date, kind, holiday."""
    calendar = study.calendar
    days = calendar[calendar["date"].between(pd.Timestamp(study.horizon.start), pd.Timestamp(study.horizon.end), inclusive="left")]
    names = [_day_names(row, study) for row in days.to_dict("records")]
    found = pd.DataFrame({"date": days["date"].dt.strftime("%Y-%m-%d"), "kind": days["kind"], "holiday": names})
    found = found[~found["kind"].isin(["workday", "rest_day"]) | (found["holiday"] != "")]
    return found.assign(kind=[say(f"report.day_kind.{k}") for k in found["kind"]])


def _day_names(day: dict[Hashable, Any], study: Study) -> str:
    """Holiday, name and events of a day, in words."""
    holiday, name = (day.get(column) if isinstance(day.get(column), str) else "" for column in ("holiday", "event"))
    date = day["date"].date()
    events = [pick(e.name.model_dump()) for e in study.params.site.events.values() if any(s.first <= date <= s.last for s in e.spans)]
    return ", ".join([*([say(f"params.holiday.{holiday}")] if holiday else []), *([name.replace("_", " ")] if name else []), *events])


def accuracy_table(accuracy: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The back-test by queue and method, in words; shares in per cent as text, because a reader compares them."""
    shares = [name for name in ("wape_share", "bias_share", "cover80_share") if name in accuracy]
    shown = accuracy[["queue", "method", "folds", *shares]].copy()
    shown["queue"] = [queue_name(study, str(queue)) for queue in shown["queue"]]
    shown["method"] = [method_name(str(method)) for method in shown["method"]]
    for name in shares:
        shown[name] = ["" if pd.isna(value) else f"{value:.1%}" for value in shown[name]]
    return shown


def queue_summary(need: pd.DataFrame, study: Study) -> pd.DataFrame:
    """A row a queue: person-hours, most people, lowest expected service level and highest occupancy while open."""
    rows = []
    for queue, part in need.groupby("queue", sort=False):
        rows.append(
            {
                "queue": pick(study.params.site.queues[str(queue)].name),
                "person_hours": float(part["scheduled"].sum() * study.horizon.interval_min / 60),
                "most_people": int(part["scheduled"].max()),
                "lowest_level": part["service_level_share"].min(),
                "highest_occupancy": part["occupancy_share"].max(),
            }
        )
    return pd.DataFrame(rows)


def rule_page(violations: pd.DataFrame, study: Study) -> pd.DataFrame:
    """One row a rule: meaning, limit in force on the first day, source, verification mark, violations found."""
    law, day = study.params.law, study.horizon.start
    rows = []
    for code, (unit, direction) in RULES.items():
        dated = law.rules[code].on(day)
        dated = None if dated is None or dated.value is None else dated
        limit = "" if dated is None or direction == "flag" else f"{'<=' if direction == 'max' else '>='} {dated.value:g} {say(f'report.unit.{unit}')}"
        mark = "" if dated is None else dated.verification
        rows.append(
            {
                "rule": pick(law.rules[code].meaning),
                "rule_limit": limit,
                "rule_source": origin_words(dated.source) if dated else say("report.not_in_force"),
                "verification": verified(mark),
                "violations": int((violations["rule"] == code).sum()),
            }
        )
    return pd.DataFrame(rows)


def hours_summary(hours: pd.DataFrame) -> pd.DataFrame:
    """Hours of the site by premium class."""
    sums = hours.groupby("premium", sort=False)["hours_h"].sum()
    return pd.DataFrame({"premium": [say(f"report.premium.{p}") for p in sums.index], "hours_h": sums.to_numpy()})


def cost_table(cost_split: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The priced cost by price line, in words, dearest first."""
    prices = study.params.prices.prices
    ordered = cost_split.sort_values(["priced_yuan", "price"], ascending=[False, True])
    return pd.DataFrame(
        {
            "price": [pick(prices[code].meaning) for code in ordered["price"]],
            "quantity": ordered["quantity"],
            "unit": [say(f"report.unit.{unit}") for unit in ordered["unit"]],
            "rate_yuan": ordered["rate_yuan"],
            "priced_yuan": ordered["priced_yuan"],
        }
    )


def short_table(coverage: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Person-hours missing by queue and day, the worst first; no row if nobody is missing."""
    hour = study.horizon.interval_min / 60
    lines = coverage[coverage["short"] > 0]
    peak = lines["short"].where(lines["peak"].astype(bool), 0.0)
    names = {code: pick(queue.name) for code, queue in study.params.site.queues.items()}
    made = pd.DataFrame(
        {
            "missing_day": lines["interval_start"].dt.strftime("%Y-%m-%d"),
            "queue": lines["queue"].map(names),
            "missing_h": lines["short"] * hour,
            "missing_peak_h": peak * hour,
        }
    )
    sums = made.groupby(["missing_day", "queue"], sort=False, as_index=False).sum()
    return sums.sort_values(["missing_peak_h", "missing_h", "missing_day", "queue"], ascending=[False, False, True, True], ignore_index=True)


def wage_table(wage_cost: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The wage cost by pay item, in words, dearest first, the total last."""
    totals = wage_cost["item"].eq("total")
    ordered = wage_cost.assign(last=totals).sort_values(["last", "amount_yuan", "item"], ascending=[True, False, True])
    names = [item_name(code, study) for code in ordered["item"]]
    return pd.DataFrame({"item": names, "people": ordered["people"], "amount_yuan": ordered["amount_yuan"]})


def provenance(study: Study) -> pd.DataFrame:
    """Every file the study was read from, with the first digits of its sha256, and every value the scenario changed."""
    rows = [{"what": portable(name), "digest": digest[:12]} for name, digest in {**study.params.files, **study.files}.items()]
    rows += [{"what": d.path, "digest": f"{d.before} -> {d.after}"} for d in study.params.differences]
    return pd.DataFrame(rows)
