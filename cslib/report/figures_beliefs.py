"""Figures of what the forecast believes: history with its odd days, effects of the calendar, the month's days with their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cslib.core.words import has, pick, say
from cslib.intake.study import Study
from cslib.params.calendar import holiday_name
from cslib.params.site import DAYS
from cslib.report import figures_base as base
from cslib.report.lines import queue_name

_PANELS = (
    ("weekday",), ("month_edge", "mid_month"), ("holiday", "holiday_name", "near_name", "near_holiday", "bridge", "make_up", "reopen"), ("event",),
)  # fmt: skip
_BARS_MOST = 14
_PEAK_DAYS = 3
_MARKS = {"outlier": (base.RED, "o"), "level_shift": (base.PURPLE, "D"), "missing": (base.GREY, "x")}


@base.styled
def history(contacts: pd.DataFrame, anomalies: pd.DataFrame, queue: str, study: Study) -> base.Picture:
    """Contacts a day through the whole history, with the days that the fit does not believe and the steps of the level.

    Parameters
    ----------
    contacts, anomalies : tables of these names;  queue : one queue of the forecast
    """
    figure = base.new(study, 11, 3.4, say("report.figure.whole_history", queue=queue_name(study, queue)))
    axes = figure.subplots()
    mine = contacts[contacts["queue"].eq(queue)]
    daily = mine.groupby(mine["interval_start"].dt.normalize())["offered"].sum(min_count=1)
    axes.plot(daily.index, daily, color=base.GREY, linewidth=0.9, label=say("report.figure.history"))
    axes.plot(daily.index, daily.rolling(28, min_periods=7).mean(), color=base.BLUE, linewidth=2, label=say("report.figure.four_weeks"))
    odd = anomalies[anomalies["queue"].eq(queue)]
    for kind, (colour, mark) in _MARKS.items():
        days = odd.loc[odd["kind"].eq(kind), "date"]
        if len(days):
            heights = daily.reindex(days).fillna(0.0)
            label = say(f"report.anomaly.{kind}", count=len(days))
            axes.scatter(days, heights, color=colour, marker=mark, s=34, zorder=3, label=label)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(say("report.figure.contacts_a_day"))
    axes.grid(axis="y")
    axes.legend(loc="upper left", ncols=5, bbox_to_anchor=(0.0, 1.16), borderaxespad=0)
    return figure


@base.styled
def effects(effects: pd.DataFrame, queue: str, study: Study) -> base.Picture:
    """Learned effects on the contacts of a day, in per cent: weekdays, month edges, holidays and days near them, events."""
    mine = effects[effects["queue"].eq(queue)]
    panels = [(groups, mine[mine["group"].isin(groups)]) for groups in _PANELS]
    panels = [(groups, part) for groups, part in panels if len(part)]
    title = say("report.figure.effects", queue=queue_name(study, queue))
    if not panels:
        return base.nothing(study, title, say("report.figure.no_effects"))
    rows = max(min(len(part), _BARS_MOST) for _, part in panels)
    figure = base.new(study, 11, 1.5 + 0.3 * rows, title)
    for axes, (groups, part) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _bars(axes, part, say(f"report.effects.{groups[0]}"), study)
    return figure


def _bars(axes: Axes, part: pd.DataFrame, title: str, study: Study) -> None:
    if len(part) > _BARS_MOST:
        part = part.loc[part["effect_share"].abs().sort_values(ascending=False, kind="stable").index[:_BARS_MOST]].sort_index()
    values = part["effect_share"].to_numpy() * 100
    places = np.arange(len(part))[::-1]
    axes.barh(places, values, color=[base.BLUE if value >= 0 else base.ORANGE for value in values], height=0.7)
    axes.set_yticks(places, [item_name(str(item), study) for item in part["item"]])
    reach = max(5.0, float(np.abs(values).max())) * 1.45
    axes.set_xlim(-reach, reach)
    for place, value in zip(places, values, strict=True):
        side = "left" if value >= 0 else "right"
        axes.text(value + 0.02 * reach * (1 if value >= 0 else -1), place, f"{value:+.0f}", va="center", ha=side, fontsize=8, color=base.SOFT)
    axes.axvline(0, color=base.INK, linewidth=0.8)
    axes.set_title(title)
    axes.set_xlabel(say("report.figure.per_cent"))
    axes.tick_params(axis="y", length=0)


def item_name(item: str, study: Study) -> str:
    """An effect in words: a weekday, a holiday or a day beside it, a place in the month, the name of an event or of a named day of the calendar."""
    stem, _, last = item.rpartition("_")
    if stem == "weekday":
        return say(f"report.weekday.{DAYS[int(last)]}")
    if item.startswith("holiday_"):
        return holiday_name(item.removeprefix("holiday_"))
    if item.startswith("before_"):
        return say("report.effect.before", holiday=holiday_name(item.removeprefix("before_")))
    if item.startswith("after_"):
        return say("report.effect.after", holiday=holiday_name(item.removeprefix("after_")))
    if item.startswith("event_"):
        key = item.removeprefix("event_")
        return pick(study.params.site.events[key].name.model_dump()) if key in study.params.site.events else key.replace("_", " ")
    return say(f"report.effect.{item}") if has(f"report.effect.{item}") else say(f"report.effect.{stem}", number=last)


@base.styled
def month(totals: pd.DataFrame, queue: str, study: Study) -> base.Picture:
    """The month's days with their intervals; the busiest are named.

    totals : table ``forecast_totals``
    """
    days = base.month_days(study)
    mine = totals[totals["queue"].eq(queue) & totals["period"].eq("day")].set_index("start").reindex(days)
    figure = base.new(study, 11, 3.6, say("report.figure.month_days", queue=queue_name(study, queue)))
    axes = figure.subplots()
    base.shade_days_off(axes, study, days)
    places = np.arange(len(days))
    top = mine["contacts"].nlargest(_PEAK_DAYS).index
    colours = [base.RED if day in top else base.BLUE for day in days]
    axes.bar(places, mine["contacts"], color=colours, width=0.66)
    low, high = mine["contacts"] - mine["p10"], mine["p90"] - mine["contacts"]
    axes.errorbar(places, mine["contacts"], yerr=[low.clip(lower=0), high.clip(lower=0)], fmt="none", ecolor=base.INK, elinewidth=1, capsize=2.5)
    for place, day in enumerate(days):
        if day in top:
            axes.annotate(
                f"{mine.loc[day, 'contacts']:,.0f}", (place, mine.loc[day, "p90"]), xytext=(0, 4), textcoords="offset points",
                ha="center", va="bottom", fontsize=8.5, color=base.RED,
            )  # fmt: skip
    base.name_days(axes, study, days)
    axes.set_ylim(bottom=0, top=max(1.0, float(mine["p90"].max()) * 1.14))
    axes.set_ylabel(say("report.figure.contacts_a_day"))
    axes.grid(axis="y")
    return figure
