"""Figures of the appraisal: points by KPI, scores and their noise at a threshold, fair estimates, team targets. No person is named or marked."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cslib.core import words
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.params.kpi import KpiFile
from cslib.report import figures_base as base

LEAST = 10  # people behind a quantile that is shown (privacy requirement P06)


@base.styled
def kpi_points(lines: pd.DataFrame, kpis: KpiFile, role_set: str, study: Study) -> base.Picture:
    """Points of a month by KPI: P10 to P90, quartiles and median of the people, and what one person's sample alone adds as noise.

    Parameters
    ----------
    lines : DataFrame [kpi, points, error]   from ``people.kpi_points``, one month
    """
    weights = kpis.role_sets[role_set].weights
    title = say("people.figure.kpi_points", role=words.pick(kpis.role_sets[role_set].meaning))
    if lines["employee_id"].nunique() < LEAST:
        return base.nothing(study, title, say("people.figure.few", least=LEAST))
    figure = base.new(study, 10, 1.9 + 0.52 * len(weights), title, legend_rows=1)
    axes = figure.subplots()
    for i, code in enumerate(weights):
        part = lines[lines["kpi"].eq(code)]
        if len(part) < LEAST:
            continue
        p10, q1, middle, q3, p90 = part["points"].quantile([0.1, 0.25, 0.5, 0.75, 0.9])
        noise = 1.96 * float(part["error"].median())
        reached = [max(0.0, middle - noise), min(kpis.kpis[code].cap, middle + noise)]
        axes.plot(reached, [i + 0.26] * 2, color=base.RED, linewidth=2.2, solid_capstyle="butt")
        axes.plot([p10, p90], [i, i], color=base.SKY, linewidth=5, solid_capstyle="butt")
        axes.plot([q1, q3], [i, i], color=base.BLUE, linewidth=9, solid_capstyle="butt")
        axes.plot(middle, i, "o", color="white", markersize=4)
    names = [f"{words.pick(kpis.kpis[code].meaning)}  {weight:g}%" for code, weight in weights.items()]
    axes.set_yticks(range(len(weights)), names)
    axes.set_ylim(len(weights) - 0.4, -0.6)
    axes.axvline(100, color=base.INK, linewidth=1, linestyle="--")
    axes.set_xlabel(say("people.figure.points"))
    axes.grid(axis="x")
    handles = [
        Line2D([], [], color=base.BLUE, linewidth=9, label=say("people.figure.middle_half")),
        Line2D([], [], color=base.SKY, linewidth=5, label=say("people.figure.p10_p90")),
        Line2D([], [], color=base.RED, linewidth=2.2, label=say("people.figure.noise")),
        Line2D([], [], color=base.INK, linestyle="--", linewidth=1, label=say("people.figure.target_100")),
    ]
    base.legend_above(figure, handles, 4)
    return figure


@base.styled
def score_noise(appraisal: pd.DataFrame, threshold: float, study: Study) -> base.Picture:
    """Scores of one period as a histogram: people whose interval holds the threshold could stand on either side of it.

    Parameters
    ----------
    appraisal : table ``appraisal`` of one period
    """
    title = say("people.figure.score_noise", threshold=f"{threshold:g}")
    if len(appraisal) < LEAST:
        return base.nothing(study, title, say("people.figure.few", least=LEAST))
    unsure = ((appraisal["score"] - threshold).abs() <= 1.96 * appraisal["error"]).to_numpy()
    edges = np.histogram_bin_edges(appraisal["score"], bins=min(24, max(8, len(appraisal) // 5)))
    figure = base.new(study, 10, 4.2, title, legend_rows=1)
    axes = figure.subplots()
    sure = [appraisal["score"][~unsure], appraisal["score"][unsure]]
    axes.hist(sure, bins=edges, stacked=True, color=[base.BLUE, base.ORANGE], edgecolor="white", linewidth=0.5)
    axes.axvline(threshold, color=base.INK, linewidth=1.4)
    axes.set_xlabel(say("people.figure.score"))
    axes.set_ylabel(say("people.figure.people"))
    axes.grid(axis="y")
    handles = [
        Patch(color=base.BLUE, label=say("people.figure.clear", people=int((~unsure).sum()))),
        Patch(color=base.ORANGE, label=say("people.figure.within", people=int(unsure.sum()))),
        Line2D([], [], color=base.INK, linewidth=1.4, label=say("people.figure.threshold", value=f"{threshold:g}")),
    ]
    base.legend_above(figure, handles, 3)
    return figure


@base.styled
def fair_scores(appraisal: pd.DataFrame, study: Study) -> base.Picture:
    """Raw score against shrinkage estimate of one period, without names: the less a score rests on, the more it moves to the mean."""
    title = say("people.figure.fair")
    if len(appraisal) < LEAST:
        return base.nothing(study, title, say("people.figure.few", least=LEAST))
    figure = base.new(study, 10, 4.2, title)
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
    for column, colour, name in (("score", base.GREY, "people.figure.raw"), ("fair", base.GREEN, "people.figure.shrunk")):
        ordered = np.sort(appraisal[column].to_numpy())
        left.step(ordered, (np.arange(len(ordered)) + 0.5) / len(ordered), where="mid", color=colour, linewidth=1.8, label=say(name))
    left.set_xlabel(say("people.figure.score"))
    left.set_ylabel(say("people.figure.share_below"))
    left.legend(loc="upper left")
    left.grid()
    move = (appraisal["fair"] - appraisal["score"]).abs()
    right.hist(move, bins=12, color=base.GREEN, edgecolor="white", linewidth=0.5)
    right.set_xlabel(say("people.figure.moved"))
    right.set_ylabel(say("people.figure.people"))
    right.grid(axis="y")
    return figure


@base.styled
def sample_cliff(curve: pd.DataFrame, study: Study) -> base.Picture:
    """How many contacts a small difference needs: probability that 89.6 % is really 90 % or more, by sample.

    Parameters
    ----------
    curve : DataFrame [sample, other_side]
    """
    figure = base.new(study, 10, 3.6, say("people.figure.cliff"))
    axes = figure.subplots()
    axes.plot(curve["sample"], curve["other_side"], color=base.BLUE, linewidth=2)
    axes.axhline(0.025, color=base.RED, linewidth=1, linestyle="--")
    axes.text(float(curve["sample"].iloc[0]), 0.03, say("people.figure.beyond_noise"), color=base.RED, fontsize=8.5, va="bottom")
    axes.set_xscale("log")
    axes.set_ylim(0, 0.5)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_xlabel(say("people.figure.contacts"))
    axes.set_ylabel(say("people.figure.other_side"))
    axes.grid()
    return figure


@base.styled
def team_targets(results: pd.DataFrame, kpis: KpiFile, study: Study) -> base.Picture:
    """Team targets with 95 % intervals: green = met, vermilion = missed, grey = not yet known.

    Parameters
    ----------
    results : DataFrame [target, figure, low, high, goal, state]
    """
    colours = {"met": base.GREEN, "missed": base.RED, "open": base.GREY}
    figure = base.new(study, 10, 1.2 + 1.15 * len(results), say("people.figure.targets"))
    for axes, row in zip(np.atleast_1d(figure.subplots(len(results), 1)), results.itertuples(), strict=True):
        axes.plot([row.low, row.high], [0, 0], color=colours[row.state], linewidth=4, solid_capstyle="butt")
        axes.plot(row.figure, 0, "o", color=colours[row.state], markersize=8)
        axes.axvline(row.goal, color=base.INK, linewidth=1.4)
        room = 0.15 * (max(row.high, row.goal) - min(row.low, row.goal))
        axes.set_xlim(min(row.low, row.goal) - room, max(row.high, row.goal) + room)
        axes.set_yticks([])
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.1%}")
        axes.set_title(f"{words.pick(kpis.team_targets[row.target].meaning)}: {say(f'people.state.{row.state}')}")
        axes.spines["left"].set_visible(False)
    return figure
