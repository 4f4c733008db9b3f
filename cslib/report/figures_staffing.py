"""Figures of staffing: how sure the target is, what more certainty costs, and what customers meet under a finished roster."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from cslib.core.words import say
from cslib.intake.study import Study
from cslib.report import figures_base as base
from cslib.report.figures_demand import queue_name


@base.styled
def risk(chances: pd.DataFrame, curve: pd.DataFrame, queue: str, study: Study) -> base.Picture:
    """Chance of meeting the target by day and time (heat map), and what certainty costs: chance over cost, a point for each quantile staffed.

    Parameters
    ----------
    chances, curve : tables risk and risk_curve;  queue : a queue of both
    """
    figure = base.new(study, 11, 7.4, say("report.figure.risk", queue=queue_name(study, queue)))
    top, bottom = figure.subplots(2, 1, height_ratios=[1.5, 1])
    rows = chances[chances["queue"].eq(queue)].set_index("interval_start")["met_share"].reindex(study.horizon.intervals)
    shares = rows.to_numpy(dtype=float).reshape(study.horizon.days, study.horizon.slots_per_day).T
    image = top.imshow(np.ma.masked_invalid(shares), aspect="auto", cmap="viridis", vmin=0, vmax=1, interpolation="nearest")
    base.name_days(top, study, base.month_days(study))
    base.clock_axis(top, study, down=True)
    top.set_title(say("report.figure.met_by_interval"))
    figure.colorbar(image, ax=top, label=say("report.figure.met_share"), pad=0.01, format=PercentFormatter(1, decimals=0))
    _price(bottom, curve[curve["queue"].eq(queue)])
    return figure


def _price(axes: Axes, rows: pd.DataFrame) -> None:
    cost = rows["cost_yuan"].to_numpy() / 10_000
    lines = (
        ("interval_met_share", base.BLUE, "o", say("report.figure.interval_met")),
        ("month_met_share", base.ORANGE, "s", say("report.figure.month_met")),
    )
    for name, colour, marker, label in lines:
        axes.plot(cost, rows[name], color=colour, marker=marker, markersize=5, linewidth=1.6, label=label)
    for x, share, quantile in zip(cost, rows["interval_met_share"], rows["quantile_share"], strict=True):
        axes.annotate(f"p{quantile * 100:.0f}", (x, share), xytext=(0, -13), textcoords="offset points", ha="center", fontsize=8, color=base.INK)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    least = float(rows[["interval_met_share", "month_met_share"]].min().min())
    axes.set_ylim(least - 0.15 * (1.1 - least), 1.0 + 0.06 * (1.1 - least))
    axes.set_xlabel(say("report.figure.cost_10k"))
    axes.set_title(say("report.figure.certainty_price"))
    axes.grid(axis="both")
    axes.legend(loc="upper right", ncols=2, bbox_to_anchor=(1, 1.17), borderaxespad=0)


@base.styled
def performance(performance: pd.DataFrame, queue: str, study: Study) -> base.Picture:
    """What customers meet under the roster: service level by day and time, and the level and backlog through the worst day.

    Parameters
    ----------
    performance : table performance;  queue : a queue of it
    """
    rows = performance[performance["queue"].eq(queue)].set_index("interval_start").reindex(study.horizon.intervals)
    figure = base.new(study, 11, 7.4, say("report.figure.performance", queue=queue_name(study, queue)))
    top, bottom = figure.subplots(2, 1, height_ratios=[1.5, 1])
    level = rows["service_level_share"].to_numpy(dtype=float).reshape(study.horizon.days, study.horizon.slots_per_day).T
    image = top.imshow(np.ma.masked_invalid(level), aspect="auto", cmap="viridis", vmin=0, vmax=1, interpolation="nearest")
    base.name_days(top, study, base.month_days(study))
    base.clock_axis(top, study, down=True)
    top.set_title(say("report.figure.level_by_interval"))
    figure.colorbar(image, ax=top, label=say("report.figure.level"), pad=0.01, format=PercentFormatter(1, decimals=0))
    _worst_day(bottom, rows, level, study)
    return figure


def _worst_day(axes: Axes, rows: pd.DataFrame, level: np.ndarray, study: Study) -> None:
    backlog = rows["backlog"].to_numpy(dtype=float).reshape(study.horizon.days, study.horizon.slots_per_day)
    day = int(np.nan_to_num(backlog).max(axis=1).argmax())
    at = np.arange(study.horizon.slots_per_day) + 0.5
    axes.step(at, backlog[day], where="mid", color=base.ORANGE, linewidth=1.8)
    axes.fill_between(at, backlog[day], step="mid", color=base.ORANGE, alpha=0.2, linewidth=0)
    axes.set_ylabel(say("report.figure.backlog"), color=base.ORANGE)
    axes.set_ylim(0, max(1.0, float(np.nanmax(backlog[day])) * 1.15))
    base.clock_axis(axes, study, down=False)
    other = axes.twinx()
    other.plot(at, level[:, day], color=base.BLUE, linewidth=1.6, marker=".", markersize=4)
    other.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    other.set_ylim(-0.03, 1.06)
    other.set_ylabel(say("report.figure.level"), color=base.BLUE)
    axes.set_title(say("report.figure.worst_day", day=base.month_days(study)[day]))
    axes.grid(axis="y")
