"""Figures of the result: coverage against need, priced cost, wage cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from cslib.core import words
from cslib.core.words import has, say
from cslib.intake.study import Study
from cslib.report import figures_base as base
from cslib.report.titles import say_unit

# Short is vermilion, over is blue: told apart with every kind of colour blindness, and by the sign on the scale.
_SHORT_OVER = LinearSegmentedColormap.from_list("short_over", [base.RED, "#f7d9c4", "#ffffff", "#c6dcea", base.BLUE])


@base.styled
def coverage(coverage: pd.DataFrame, study: Study) -> base.Picture:
    """Person-hours needed, met, short (at peak and else) and over by day; and where in the day people are short or over."""
    hours = study.horizon.interval_min / 60
    frame = coverage.assign(
        day=coverage["interval_start"].dt.normalize(), met=coverage["needed"] - coverage["short"],
        short_peak=coverage["short"].where(coverage["peak"], 0.0), short_else=coverage["short"].where(~coverage["peak"], 0.0),
    )  # fmt: skip
    days = base.month_days(study)
    daily = frame.groupby("day")[["needed", "met", "short_peak", "short_else", "over"]].sum().reindex(days, fill_value=0.0) * hours
    figure = base.new(study, 12, 7.6, say("report.figure.coverage"), legend_rows=1)
    top, bottom = figure.subplots(2, 1, height_ratios=[1, 1.25])
    _daily_bars(top, daily, study, days)
    _short_over_map(bottom, coverage, study, days)
    return figure


def _daily_bars(axes: Axes, daily: pd.DataFrame, study: Study, days: list[pd.Timestamp]) -> None:
    base.shade_days_off(axes, study, days)
    bottom = np.zeros(len(daily))
    parts = (("met", base.SKY, ""), ("short_else", base.ORANGE, "////"), ("short_peak", base.RED, ""), ("over", "#d9d9d9", ""))
    for name, colour, hatch in parts:
        axes.bar(range(len(daily)), daily[name], bottom=bottom, width=0.72, color=colour, hatch=hatch, edgecolor="white", linewidth=0.3)
        bottom += daily[name].to_numpy()
    for i, value in enumerate(daily["needed"]):
        axes.plot([i - 0.45, i + 0.45], [value, value], color=base.INK, linewidth=1.3)
    for i, value in enumerate(daily["short_peak"]):
        if value > 0.05:
            axes.text(i, bottom[i], base.number(value), ha="center", va="bottom", fontsize=7.5, color=base.RED)
    base.name_days(axes, study, days)
    axes.set_ylim(0, max(1.0, bottom.max()) * 1.1)
    axes.set_ylabel(say("report.figure.person_hours"))
    axes.grid(axis="y")
    sums = daily.sum()
    handles = [
        Patch(facecolor=base.SKY, label=_with(say("report.figure.met"), sums["met"])),
        Patch(facecolor=base.ORANGE, hatch="////", edgecolor="white", label=_with(say("report.figure.short_else"), sums["short_else"])),
        Patch(facecolor=base.RED, label=_with(say("report.figure.short_peak"), sums["short_peak"])),
        Patch(facecolor="#d9d9d9", label=_with(say("report.figure.over"), sums["over"])),
        *axes.plot([], [], color=base.INK, linewidth=1.3, label=_with(say("report.figure.needed"), sums["needed"])),
    ]
    base.legend_above(axes.figure, handles, 5)


def _with(label: str, hours: float) -> str:
    return f"{label} {base.number(hours)}"


def _short_over_map(axes: Axes, coverage: pd.DataFrame, study: Study, days: list[pd.Timestamp]) -> None:
    short, over = base.day_by_slot(coverage, "short", study), base.day_by_slot(coverage, "over", study)
    shown = np.where(short > 0, -short, over)  # a shortage at one queue is never hidden by people left over at another
    low, high = min(-1.0, shown.min()), max(1.0, shown.max())
    image = axes.imshow(shown, aspect="auto", cmap=_SHORT_OVER, norm=TwoSlopeNorm(0, low, high), interpolation="nearest")
    base.outline(axes, base.day_by_slot(coverage, "peak", study) > 0, base.GREY)
    base.name_days(axes, study, days)
    base.clock_axis(axes, study, down=True)
    axes.set_title(say("report.figure.short_over_map"))
    if not shown.any():
        axes.text(0.5, 0.5, say("report.figure.neither"), transform=axes.transAxes, ha="center", va="center", color=base.SOFT, fontsize=11)
    bar = axes.figure.colorbar(image, ax=axes, label=say("report.figure.short_over"), pad=0.01, spacing="proportional")
    bar.locator = MaxNLocator(nbins=7, integer=True)
    bar.update_ticks()


@base.styled
def cost_split(cost_split: pd.DataFrame, study: Study) -> base.Picture:
    """Bars of the priced cost: what each kind of avoidable cost adds, with quantity and list price; prices of nothing share a line."""
    met = cost_split[cost_split["quantity"].ne(0)].sort_values("priced_yuan", ascending=False, kind="stable")
    title = say("report.figure.cost_split", yuan=base.number(float(cost_split["priced_yuan"].sum())))
    rest = len(cost_split) - len(met)
    figure = base.new(study, 9.5, 1.6 + 0.42 * (len(met) + bool(rest)), title)
    names = [words.pick(study.params.prices.prices[code].meaning) for code in met["price"]]
    detail = [f"{base.number(r.priced_yuan)}  ({base.number(r.quantity)} {say_unit(r.unit)} × {base.number(r.rate_yuan)})" for r in met.itertuples()]
    if rest:
        names, detail = [*names, say("report.figure.other_prices", count=rest)], [*detail, "0"]
    _bars(figure.subplots(), names, pd.Series([*met["priced_yuan"], *[0.0] * bool(rest)]), detail, base.BLUE)
    return figure


@base.styled
def wage_cost(wage_cost: pd.DataFrame, study: Study) -> base.Picture:
    """Bars of the wage cost by pay item, site totals (``pay.wage_cost`` has merged items of fewer than ten people, P06)."""
    total = wage_cost[wage_cost["item"].eq("total")].iloc[0]
    title = say("report.figure.wage_cost", yuan=base.number(float(total["amount_yuan"])), people=int(total["people"]))
    items = wage_cost[wage_cost["item"].ne("total")].sort_values("amount_yuan", ascending=False, kind="stable")
    if items.empty:
        return base.nothing(study, title, say("report.figure.few_people"))
    figure = base.new(study, 9.5, 1.3 + 0.42 * len(items), title)
    detail = [say("report.figure.yuan_people", yuan=base.number(r.amount_yuan), people=r.people) for r in items.itertuples()]
    _bars(figure.subplots(), [item_name(code, study) for code in items["item"]], items["amount_yuan"], detail, base.GREEN)
    return figure


def _bars(axes: Axes, names: list[str], values: pd.Series, detail: list[str], colour: str) -> None:
    places = range(len(names))
    axes.barh(places, values, color=colour, height=0.62)
    longest = max([1.0, *values.abs()])
    for i, (value, text) in enumerate(zip(values, detail, strict=True)):
        axes.text(max(value, 0) + 0.012 * longest, i, text, va="center", fontsize=9)
    axes.set_yticks(places, names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(min(0.0, values.min() * 1.05), longest * 1.42)
    axes.set_xlabel(say("report.figure.yuan"))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def item_name(code: str, study: Study) -> str:
    """A pay item in the language in use: from the pay scheme, else from the words, else its code."""
    items = study.params.pay.items
    if code in items:
        return words.pick(items[code].meaning)
    return say(f"pay.item.{code}") if has(f"pay.item.{code}") else code
