"""Figures of covers: the ledger of a month as a picture, and how likely its peak intervals hold when people are absent."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch, Rectangle

from cslib.core import words
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.report import figures_base as base

_WEAK = 5  # days outlined as the weakest
# From hardly ever to always; light where it holds, so that the weak cells stand out.
_HELD = LinearSegmentedColormap.from_list("held", [base.RED, "#f4b183", "#fff2cc", "#dbe9d5"])


@base.styled
def cover_ledger(ledger: pd.DataFrame, study: Study) -> base.Picture:
    """The cover ledger: a row a day, when which post is covered; stretches at a post that nobody covers are framed in red; hours by post below."""
    title = say("report.figure.cover_ledger", count=len(ledger), hours=base.number(float(ledger["hours_h"].sum())))
    if ledger.empty:
        return base.nothing(study, title, say("report.figure.no_covers"))
    posts, days = [q for q in study.params.site.queues if q in set(ledger["post"])], base.month_days(study)
    figure = base.new(study, 12, 1.5 + 0.2 * len(days) + 0.5 + 0.32 * len(posts), title, legend_rows=-(-(len(posts) + 1) // 6))
    top, bottom = figure.subplots(2, 1, height_ratios=[0.2 * len(days), 0.5 + 0.32 * len(posts)])
    _days(top, ledger, posts, days, study)
    _hours(bottom, ledger, posts, study)
    handles = [Patch(facecolor=base.SERIES[i % len(base.SERIES)], label=words.pick(study.params.site.queues[p].name)) for i, p in enumerate(posts)]
    handles.append(Patch(facecolor="white", edgecolor=base.RED, label=say("report.figure.uncovered")))
    base.legend_above(figure, handles, 6)
    return figure


def _days(axes: Axes, ledger: pd.DataFrame, posts: list[str], days: list[pd.Timestamp], study: Study) -> None:
    kinds, lane = base.day_kinds(study), 0.8 / len(posts)
    place = {day: i for i, day in enumerate(days)}
    for day, i in place.items():
        if kinds.get(day) in base.OFF_DAYS:
            axes.axhspan(i - 0.5, i + 0.5, color=base.SHADE, linewidth=0, zorder=0)
    for k, post in enumerate(posts):
        for is_open, part in ledger[ledger["post"].eq(post)].groupby(ledger["stand_in_id"].isna()):
            boxes = [
                Rectangle(((a - day).total_seconds() / 3600, place[day] - 0.4 + k * lane), (b - a).total_seconds() / 3600, lane)
                for row in part.itertuples()
                for day, a, b in _pieces(row.start, row.end)
                if day in place
            ]
            colour = "white" if is_open else base.SERIES[k % len(base.SERIES)]
            edge = base.RED if is_open else "white"
            axes.add_collection(PatchCollection(boxes, facecolors=colour, edgecolors=edge, linewidths=1.0 if is_open else 0.4))
    axes.set_yticks(range(len(days)), [f"{d:%m-%d} {base.weekday(d)}" for d in days], fontsize=8)
    axes.set_ylim(len(days) - 0.5, -0.5)
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 2), [f"{h:02d}:00" for h in range(0, 25, 2)])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _pieces(start: pd.Timestamp, end: pd.Timestamp) -> list[tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp]]:
    """A span cut at midnights: day, from, to."""
    found, low = [], start
    while low < end:
        high = min(end, low.normalize() + pd.Timedelta(days=1))
        found.append((low.normalize(), low, high))
        low = high
    return found


def _hours(axes: Axes, ledger: pd.DataFrame, posts: list[str], study: Study) -> None:
    covered = ledger[ledger["stand_in_id"].notna()].groupby("post")["hours_h"].sum().reindex(posts, fill_value=0.0)
    left = ledger[ledger["stand_in_id"].isna()].groupby("post")["hours_h"].sum().reindex(posts, fill_value=0.0)
    colours = [base.SERIES[i % len(base.SERIES)] for i in range(len(posts))]
    axes.barh(range(len(posts)), covered, color=colours, height=0.62)
    axes.barh(range(len(posts)), left, left=covered, color="white", edgecolor=base.RED, linewidth=1.0, height=0.62)
    for i, (a, b) in enumerate(zip(covered, left, strict=True)):
        text = base.number(a) if not b else f"{base.number(a)} + {base.number(b)}"
        axes.annotate(text, (a + b, i), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8.5, color=base.INK)
    axes.set_yticks(range(len(posts)), [words.pick(study.params.site.queues[p].name) for p in posts])
    axes.set_ylim(len(posts) - 0.5, -0.5)
    axes.set_xlim(0, max(1.0, float((covered + left).max()) * 1.12))
    axes.set_xlabel(say("report.figure.cover_hours"))
    axes.tick_params(axis="y", length=0)


@base.styled
def peaks_held(peaks: pd.DataFrame, study: Study) -> base.Picture:
    """Chance that a peak interval holds, day by hour, the weakest post of each; left as it comes, right with the playbook. Weakest days framed."""
    title = say("report.figure.peaks_held")
    if peaks.empty:
        return base.nothing(study, title, say("report.figure.no_peaks"))
    slots = peaks["interval_start"].dt.hour * 60 + peaks["interval_start"].dt.minute
    frame = peaks.assign(day=peaks["interval_start"].dt.normalize(), slot=slots // study.horizon.interval_min)
    days, first, last = sorted(frame["day"].unique()), int(frame["slot"].min()), int(frame["slot"].max())
    figure = base.new(study, 12, 1.9 + 0.2 * max(4, len(days)), title)
    panels = figure.subplots(1, 2, sharey=True)
    lowest = min(0.6, float(frame["held_share"].min()))
    titles = {"held_share": say("report.figure.held_share"), "mended_share": say("report.figure.mended_share")}
    for axes, (column, name) in zip(panels, titles.items(), strict=True):
        grid = frame.pivot_table(index="day", columns="slot", values=column, aggfunc="min").reindex(index=days, columns=range(first, last + 1))
        picture = axes.imshow(grid.to_numpy(), aspect="auto", cmap=_HELD, vmin=lowest, vmax=1.0, interpolation="nearest")
        _frame_weakest(axes, grid)
        _axes(axes, days, first, last, study)
        axes.set_title(name)
    bar = figure.colorbar(picture, ax=panels, shrink=0.8, pad=0.01)
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    bar.outline.set_visible(False)
    return figure


def _frame_weakest(axes: Axes, grid: pd.DataFrame) -> None:
    weakest = grid.min(axis=1).to_numpy()
    for i in np.argsort(weakest, kind="stable")[: min(_WEAK, len(weakest))]:
        if weakest[i] < 1:
            axes.add_patch(Rectangle((-0.5, i - 0.5), grid.shape[1], 1, fill=False, edgecolor=base.INK, linewidth=1.1))


def _axes(axes: Axes, days: list[pd.Timestamp], first: int, last: int, study: Study) -> None:
    per_hour = 60 // study.horizon.interval_min
    hours = [h for h in range(0, 25, 2) if first <= h * per_hour <= last + 1]
    axes.set_xticks([h * per_hour - first - 0.5 for h in hours], [f"{h:02d}:00" for h in hours])
    axes.set_yticks(range(len(days)), [f"{d:%m-%d} {base.weekday(d)}" for d in days], fontsize=8)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
