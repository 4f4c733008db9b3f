"""Figures of the grade ladders: where they drift, who stands where, how much is luck, what two ladders cost. Aggregates only."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.patches import Patch

from cslib.core import words
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.params.ladder_files import Ladder
from cslib.report import figures_base as base


@base.styled
def drift(shares: pd.DataFrame, ladder: Ladder, study: Study, *, title: str) -> base.Picture:
    """Long-run shares of grades, one group of bars a grade, one colour a reading.

    Parameters
    ----------
    shares : DataFrame, index grade, a column a reading, values 0 to 1
    """
    figure = base.new(study, 10, 4.2, title, legend_rows=1)
    axes = figure.subplots()
    width = 0.8 / len(shares.columns)
    for i, column in enumerate(shares.columns):
        places = np.arange(len(shares)) - 0.4 + width * (i + 0.5)
        axes.bar(places, shares[column], width=width * 0.92, color=base.SERIES[i], label=str(column))
        for place, value in zip(places, shares[column], strict=True):
            axes.text(place, value + 0.012, f"{value:.1%}", ha="center", va="bottom", fontsize=8.5, color=base.SOFT)
    axes.set_xticks(range(len(shares)), [words.pick(ladder.spec.grades[grade]) for grade in shares.index])
    axes.set_ylim(0, min(1.12, float(shares.to_numpy().max()) * 1.18))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_ylabel(say("people.figure.share_people"))
    axes.grid(axis="y")
    base.legend_above(figure, [Patch(color=base.SERIES[i], label=str(c)) for i, c in enumerate(shares.columns)], 4)
    return figure


@base.styled
def drift_curve(curve: pd.DataFrame, study: Study) -> base.Picture:
    """Left: share in the lowest and top grade by mean score, for each reading. Right: share in the lowest grade by width of the hold band.

    Parameters
    ----------
    curve : DataFrame [kind, reading, x, lowest, top]   kind ``mean`` or ``hold``
    """
    figure = base.new(study, 11, 4.2, say("people.figure.drift_curve"), legend_rows=1)
    left, right = figure.subplots(1, 2)
    handles = []
    for i, (reading, part) in enumerate(curve[curve["kind"].eq("mean")].groupby("reading", sort=False)):
        left.plot(part["x"], part["lowest"], color=base.SERIES[i], linewidth=2)
        left.plot(part["x"], part["top"], color=base.SERIES[i], linewidth=2, linestyle=":")
        handles.append(Patch(color=base.SERIES[i], label=say("people.figure.lowest_top", reading=reading)))
    left.set_xlabel(say("people.figure.mean_score"))
    hold = curve[curve["kind"].eq("hold")]
    right.plot(hold["x"], hold["lowest"], color=base.PURPLE, linewidth=2)
    right.plot(hold["x"], hold["top"], color=base.PURPLE, linewidth=2, linestyle=":")
    right.set_xlabel(say("people.figure.hold_from"))
    for axes in (left, right):
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axes.set_ylabel(say("people.figure.share_people"))
        axes.grid()
    base.legend_above(figure, handles, 3)
    return figure


@base.styled
def headcount(counts: pd.DataFrame, ladder: Ladder, study: Study) -> base.Picture:
    """People by grade in force, month by month, as stacked areas.

    Parameters
    ----------
    counts : DataFrame, index month, a column a grade
    """
    held = counts.loc[:, counts.sum().gt(0)]
    figure = base.new(study, 11, 4.6, say("people.figure.headcount", ladder=words.pick(ladder.spec.meaning)), legend_rows=1 + len(held.columns) // 6)
    axes = figure.subplots()
    colours = [base.SERIES[i % len(base.SERIES)] for i in range(len(held.columns))]
    axes.stackplot(range(len(held)), held.to_numpy().T, colors=colours, edgecolor="white", linewidth=0.4)
    places = range(0, len(held), max(1, len(held) // 12))
    axes.set_xticks(list(places), [held.index[i] for i in places])
    axes.set_xlim(0, max(1, len(held) - 1))
    axes.set_ylabel(say("people.figure.people"))
    axes.grid(axis="y")
    names = [words.pick(ladder.spec.grades[grade]) for grade in held.columns]
    base.legend_above(figure, [Patch(color=c, label=n) for c, n in zip(colours, names, strict=True)], 6)
    return figure


@base.styled
def luck_curve(curve: pd.DataFrame, study: Study) -> base.Picture:
    """Share of moves that noise alone makes, by how much people truly differ, one line a reading.

    Parameters
    ----------
    curve : DataFrame [reading, true_sd, share]
    """
    figure = base.new(study, 10, 3.8, say("people.figure.luck"), legend_rows=1)
    axes = figure.subplots()
    handles = []
    for i, (reading, part) in enumerate(curve.groupby("reading", sort=False)):
        axes.plot(part["true_sd"], part["share"], color=base.SERIES[i], linewidth=2, marker="o", markersize=4)
        handles.append(Patch(color=base.SERIES[i], label=str(reading)))
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_xlabel(say("people.figure.true_sd"))
    axes.set_ylabel(say("people.figure.luck_share"))
    axes.grid()
    base.legend_above(figure, handles, 3)
    return figure


@base.styled
def two_ladders(cost: pd.DataFrame, joint: pd.DataFrame, study: Study) -> base.Picture:
    """Two ladders on the same people: grade pay by month (filled amounts), and how many move up under both, one, or none.

    Parameters
    ----------
    cost : DataFrame, index month, a column a ladder [yuan];  joint : 2 x 2 people by (moved up under first, under second)
    """
    figure = base.new(study, 11, 4.2, say("people.figure.two_ladders"), legend_rows=1)
    left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
    for i, name in enumerate(cost.columns):
        left.plot(range(len(cost)), cost[name] / 1000, color=base.SERIES[i], linewidth=2)
    places = range(0, len(cost), max(1, len(cost) // 8))
    left.set_xticks(list(places), [cost.index[i] for i in places])
    left.set_ylabel(say("people.figure.thousand_yuan"))
    left.grid()
    names = [say(f"people.figure.joint_{key}") for key in ("both", "first", "second", "none")]
    values = [joint.loc[True, True], joint.loc[True, False], joint.loc[False, True], joint.loc[False, False]]
    right.barh(range(4), values, color=[base.GREEN, base.SERIES[0], base.SERIES[1], base.GREY], height=0.62)
    for i, value in enumerate(values):
        right.text(value, i, f" {int(value)}", va="center")
    right.set_yticks(range(4), names)
    right.set_ylim(3.6, -0.6)
    right.set_xlim(0, max(1, *values) * 1.15)
    right.set_xlabel(say("people.figure.people"))
    base.legend_above(figure, [Patch(color=base.SERIES[i], label=str(name)) for i, name in enumerate(cost.columns)], 2)
    return figure
