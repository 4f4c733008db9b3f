"""Figures of the pay outlook: the cost month by month with its spread, and what makes it differ from the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from cslib.core.words import say
from cslib.intake.study import Study
from cslib.report import figures_base as base

if TYPE_CHECKING:
    from cslib.pay import Outlook

CAUSES = ("volume", "mix", "rate_grade", "rate_variable", "price")


@base.styled
def outlook(found: Outlook, study: Study) -> base.Picture:
    """Left: site cost a month, mean and 5 % to 95 % of the runs, with the plan; right: causes of the difference over all months."""
    from cslib.pay.kernel import COST  # compiled loops: loaded where a budget is drawn

    costs = found.outcome.totals[:, :, COST]
    months = np.arange(1, costs.shape[1] + 1)
    figure = base.new(study, 10.5, 3.9, say("report.pay.outlook", months=len(months), runs=found.outcome.runs))
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1.0])
    low, high = np.quantile(costs, [0.05, 0.95], axis=0) / 1000
    left.fill_between(months, low, high, color=base.SKY, alpha=0.35, label=say("report.pay.spread"))
    left.plot(months, costs.mean(axis=0) / 1000, color=base.BLUE, label=say("report.pay.mean"))
    left.axhline(found.outcome.plan / 1000, color=base.GREY, linestyle="--", label=say("report.pay.plan"))
    left.set_xlabel(say("report.pay.month"))
    left.set_ylabel(say("report.pay.thousand"))
    left.set_ylim(0, max(float(high.max()), found.outcome.plan / 1000) * 1.12)
    left.legend(loc="lower left")
    left.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    split = found.outcome.split()
    values = [split[name].value / 1000 for name in CAUSES]
    places = range(len(CAUSES))
    right.barh(places, values, color=[base.RED if value > 0 else base.GREEN for value in values], height=0.6)
    right.axvline(0, color=base.INK, linewidth=0.8)
    reach = max([1.0, *map(abs, values)]) * 1.55
    right.set_xlim(-reach, reach)
    for place, value in zip(places, values, strict=True):
        side, shift = ("left", 0.02) if value >= 0 else ("right", -0.02)
        right.text(value + shift * reach, place, f"{value:+,.0f}", va="center", ha=side, fontsize=9)
    right.set_yticks(list(places), [say(f"pay.cause.{name}") for name in CAUSES])
    right.invert_yaxis()
    right.set_xlabel(say("report.pay.thousand"))
    return figure


@base.styled
def tradeoff(curve: pd.DataFrame, study: Study) -> base.Picture:
    """Cost of the cheapest design over the limit on losers: expected and P90; hollow marks where a constraint is missed."""
    figure = base.new(study, 7.5, 3.6, say("report.pay.tradeoff"))
    axes = figure.subplots()
    limits = curve["losers_limit"].to_numpy() * 100
    for column, colour, label in (("cost_yuan", base.BLUE, say("report.pay.mean")), ("p90_yuan", base.GREY, say("report.pay.p90"))):
        values = curve[column].to_numpy() / 1e6
        axes.plot(limits, values, color=colour, label=label)
        for x, y, met in zip(limits, values, curve["met"], strict=True):
            axes.plot([x], [y], marker="o", color=colour, markerfacecolor=colour if met else "white")
    axes.set_xlabel(say("report.pay.losers_limit"))
    axes.set_ylabel(say("report.pay.million"))
    axes.legend(loc="upper right")
    return figure
