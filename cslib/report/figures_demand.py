"""Figures of demand and requirement: what comes in, and how many people it takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from cslib.core import words
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.report import figures_base as base

_WEEKS_SHOWN = 8
_WEEKS_COMPARED = 4


def queue_name(study: Study, queue: str) -> str:
    """Name of a queue or post in the language in use."""
    return words.pick(study.params.site.queues[queue].name)


@base.styled
def demand(contacts: pd.DataFrame, forecast: pd.DataFrame, queue: str, study: Study) -> base.Picture:
    """History and forecast of a queue: contacts a day, and the busiest week interval by interval with its p10-p90 band.

    Parameters
    ----------
    contacts, forecast : tables of these names;  queue : one queue of the forecast
    """
    past = contacts[contacts["queue"].eq(queue)]
    future = forecast[forecast["queue"].eq(queue)]
    figure = base.new(study, 11, 6.4, say("report.figure.demand", queue=queue_name(study, queue)))
    top, bottom = figure.subplots(2, 1, height_ratios=[1, 1.15])
    _days(top, past, future, study)
    _busiest_week(bottom, past, future)
    return figure


def _days(axes: Axes, past: pd.DataFrame, future: pd.DataFrame, study: Study) -> None:
    first = pd.Timestamp(study.horizon.start) - pd.Timedelta(weeks=_WEEKS_SHOWN)
    seen = past[past["interval_start"].ge(first)]
    before = seen.groupby(seen["interval_start"].dt.normalize())["offered"].sum(min_count=1)
    after = future.groupby(future["interval_start"].dt.normalize())["contacts"].sum()
    kinds = base.day_kinds(study)
    for day in [*before.index, *after.index]:
        off = kinds.get(day) in base.OFF_DAYS if day in kinds else day.weekday() > 4
        if off:
            axes.axvspan(day, day + pd.Timedelta(days=1), color=base.SHADE, linewidth=0, zorder=0)
    half = pd.Timedelta(hours=12)
    axes.plot(before.index + half, before, color=base.GREY, marker="o", markersize=3, linewidth=1.2, label=say("report.figure.history"))
    axes.plot(after.index + half, after, color=base.BLUE, marker="o", markersize=3, linewidth=1.6, label=say("report.figure.forecast"))
    axes.set_ylim(bottom=0)
    days = [*before.index, *after.index]
    mondays = [day for day in days if day.weekday() == 0]
    axes.set_xticks([m + half for m in mondays], [f"{m:%m-%d}" for m in mondays])
    axes.set_xlim(min(days), max(days) + pd.Timedelta(days=1))
    axes.set_ylabel(say("report.figure.contacts_a_day"))
    axes.set_title(say("report.figure.days_with_off_shaded"))
    axes.grid(axis="y")
    axes.legend(loc="upper left", ncols=2, bbox_to_anchor=(0.62, 1.14), borderaxespad=0)


def _busiest_week(axes: Axes, past: pd.DataFrame, future: pd.DataFrame) -> None:
    day = future["interval_start"].dt.normalize()
    monday = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
    whole = future.groupby(monday)["contacts"].agg(["sum", "size"])
    start = whole[whole["size"].eq(whole["size"].max())]["sum"].idxmax()
    week = future[monday.eq(start)].sort_values("interval_start")
    axes.fill_between(
        week["interval_start"], week["p10"], week["p90"], step="post", color=base.SKY, alpha=0.45, linewidth=0, label=say("report.figure.band")
    )
    axes.step(week["interval_start"], week["contacts"], where="post", color=base.BLUE, linewidth=1.5, label=say("report.figure.forecast"))
    recent = past[past["interval_start"].ge(past["interval_start"].max() - pd.Timedelta(weeks=_WEEKS_COMPARED))]
    if not recent.empty:
        mean = recent.groupby([recent["interval_start"].dt.day_of_week, recent["interval_start"].dt.time])["offered"].mean()
        at = pd.MultiIndex.from_arrays([week["interval_start"].dt.day_of_week, week["interval_start"].dt.time])
        axes.step(
            week["interval_start"],
            mean.reindex(at).to_numpy(),
            where="post",
            color=base.INK,
            linewidth=0.8,
            label=say("report.figure.recent", weeks=_WEEKS_COMPARED),
        )
    days = sorted(week["interval_start"].dt.normalize().unique())
    axes.set_xticks([d + pd.Timedelta(hours=12) for d in days], [f"{d:%m-%d} {base.weekday(d)}" for d in days])
    for d in days[1:]:
        axes.axvline(d, color=base.GRID, linewidth=0.8, zorder=0)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(days[0], days[-1] + pd.Timedelta(days=1))
    axes.set_ylim(bottom=0)
    axes.set_ylabel(say("report.figure.contacts_an_interval"))
    axes.set_title(say("report.figure.busiest_week"))
    axes.grid(axis="y")
    axes.legend(loc="upper left", ncols=3, bbox_to_anchor=(0.5, 1.12), borderaxespad=0)


@base.styled
def week_profile(forecast: pd.DataFrame, queue: str, study: Study) -> base.Picture:
    """Heat map of the expected contacts of an hour, weekday by hour of the day (mean over the month)."""
    rows = forecast[forecast["queue"].eq(queue)]
    when = rows["interval_start"].dt
    hourly = rows.assign(day=when.normalize(), hour=when.hour).groupby(["day", "hour"], as_index=False)["contacts"].sum()
    hourly["weekday"] = hourly["day"].dt.day_of_week
    mean = hourly.pivot_table(index="weekday", columns="hour", values="contacts", aggfunc="mean").reindex(index=range(7), columns=range(24))
    figure = base.new(study, 11, 3.6, say("report.figure.week_profile", queue=queue_name(study, queue)))
    axes = figure.subplots()
    image = axes.imshow(mean, aspect="auto", cmap="Blues", vmin=0)
    top = np.nanmax(mean.to_numpy()) if mean.notna().any(axis=None) else 0.0
    for (row, column), value in np.ndenumerate(mean.to_numpy()):
        if np.isfinite(value) and value >= 0.05:
            axes.text(
                column,
                row,
                f"{value:.0f}" if top >= 10 else f"{value:.1f}",
                ha="center",
                va="center",
                fontsize=8,
                color="white" if value > 0.6 * top else base.INK,
            )
    monday = pd.Timestamp(2024, 1, 1)
    axes.set_yticks(range(7), [base.weekday(monday + pd.Timedelta(days=d)) for d in range(7)])
    axes.set_xticks(range(24), [f"{h:02d}" for h in range(24)])
    axes.set_xlabel(say("report.figure.hour_of_day"))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    figure.colorbar(image, ax=axes, label=say("report.figure.contacts_an_hour"), pad=0.01, aspect=14)
    return figure


@base.styled
def requirement(need: pd.DataFrame, queue: str, study: Study) -> base.Picture:
    """People to roster: heat map of day by time with the peak intervals outlined, and the typical workday and day off."""
    rows = need[need["queue"].eq(queue)]
    figure = base.new(study, 11, 7.4, say("report.figure.requirement", queue=queue_name(study, queue)))
    top, bottom = figure.subplots(2, 1, height_ratios=[1.6, 1])
    people, peak = base.day_by_slot(rows, "scheduled", study), base.day_by_slot(rows, "peak", study) > 0
    image = top.imshow(people, aspect="auto", cmap="Blues", vmin=0, vmax=max(1, people.max()), interpolation="nearest")
    base.outline(top, peak, base.RED)
    base.name_days(top, study, base.month_days(study))
    base.clock_axis(top, study, down=True)
    top.set_title(say("report.figure.peaks_outlined"))
    figure.colorbar(image, ax=top, label=say("report.figure.people_to_roster"), pad=0.01, ticks=MaxNLocator(integer=True, min_n_ticks=1))
    _typical(bottom, people, study)
    return figure


def _typical(axes: Axes, people: np.ndarray, study: Study) -> None:
    kinds = base.day_kinds(study)
    off = np.array([kinds.get(day) in base.OFF_DAYS for day in base.month_days(study)])
    edges = np.arange(people.shape[0] + 1)
    styles = ((~off, base.BLUE, "-", say("report.figure.workdays")), (off, base.ORANGE, (0, (4, 1.5)), say("report.figure.days_off")))
    for chosen, colour, dashes, label in styles:
        if chosen.any():
            day = people[:, chosen]
            axes.fill_between(edges, _closed(day.min(axis=1)), _closed(day.max(axis=1)), step="post", color=colour, alpha=0.18, linewidth=0)
            axes.step(edges, _closed(day.mean(axis=1)), where="post", color=colour, linestyle=dashes, linewidth=1.8, label=label)
    base.clock_axis(axes, study, down=False)
    axes.set_ylim(bottom=0, top=max(1.0, people.max() * 1.08))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_ylabel(say("report.figure.people_to_roster"))
    axes.set_title(say("report.figure.typical_day"))
    axes.grid(axis="y")
    handles = [*axes.get_legend_handles_labels()[0], Line2D([], [], color=base.GREY, alpha=0.3, linewidth=7, label=say("report.figure.min_max"))]
    axes.legend(handles=handles, loc="upper right", ncols=3, bbox_to_anchor=(1, 1.14), borderaxespad=0)


def _closed(values: np.ndarray) -> np.ndarray:
    """The last value once more, so that a step line ends at midnight."""
    return np.append(values, values[-1])
