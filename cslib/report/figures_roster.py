"""Figures of the roster: the month as a picture, load by person."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Patch, Rectangle

from cslib.core import words
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.params.calendar import LEGAL_WORK
from cslib.report import figures_base as base
from cslib.report.marks import LEAVE_COLOUR, Marks, head_counts, marks, person_totals

_PEOPLE_A_ROW = 60
_LEGEND = 9  # entries a row
PREMIUM_COLOURS = {
    "normal": base.BLUE, "overtime_workday": base.ORANGE, "overtime_rest_day": base.RED, "overtime_holiday": base.PURPLE, "paid_leave": base.GREY,
    "unpaid_leave": "#cfcfcf", "holiday_off": "#b5cfe0", "part_paid_leave": "#9d9d9d", "time_off_in_lieu": "#c9b79c",
}  # fmt: skip


@base.styled
def month(roster: pd.DataFrame, study: Study) -> base.Picture:
    """The month: a row a person in the order of the staff list, a column a day, coloured by shift; heads a shift below, totals at the right."""
    chosen, days, totals = marks(study), base.month_days(study), person_totals(roster, study)
    counts = head_counts(roster, study)
    rows = len(totals) + len(counts)
    each = 0.25 if len(totals) <= 30 else 0.21 if len(totals) <= 70 else 0.175
    figure = base.new(
        study, 13.5, 2.1 + each * rows, say("report.figure.month", month=study.month), legend_rows=-(-(len(chosen.shifts) + 2) // _LEGEND)
    )
    top, bottom = figure.subplots(2, 1, height_ratios=[len(totals), max(2, len(counts))], sharex=True)
    _people_grid(top, roster, chosen, days, totals, study)
    _count_grid(bottom, counts, chosen, study, days)
    handles = [
        Patch(facecolor=chosen.colour[s.code], edgecolor="#999999", linewidth=0.5, label=f"{chosen.of[s.code]} {_shift_name(s)}")
        for s in chosen.shifts
    ]
    handles += [Patch(facecolor=LEAVE_COLOUR, edgecolor="#999999", linewidth=0.5, label=f"{chosen.leave} {say('report.kind.leave')}")]
    handles += [Patch(facecolor="white", edgecolor="#999999", linewidth=0.5, label=f"{chosen.rest} {say('report.kind.rest')}")]
    base.legend_above(figure, handles, _LEGEND)
    return figure


def _shift_name(shift: object) -> str:
    return words.pick(shift.name) if shift.name else shift.code


def _people_grid(axes: Axes, roster: pd.DataFrame, chosen: Marks, days: list[pd.Timestamp], totals: pd.DataFrame, study: Study) -> None:
    place = {person: i for i, person in enumerate(totals.index)}
    column = {day: i for i, day in enumerate(days)}
    small = len(totals) > 70
    cells = [r for r in roster[["employee_id", "date", "kind", "shift"]].itertuples() if r.employee_id in place and r.date in column]
    boxes = [Rectangle((column[r.date] - 0.5, place[r.employee_id] - 0.5), 1, 1) for r in cells if r.kind != "rest"]
    fills = [chosen.cell_colour(r.kind, r.shift) for r in cells if r.kind != "rest"]
    base.shade_days_off(axes, study, days)
    axes.add_collection(PatchCollection(boxes, facecolors=fills, edgecolors="white", linewidths=0.6))
    for r in cells:
        if r.kind != "rest":
            colour = base.readable_on(chosen.cell_colour(r.kind, r.shift))
            axes.text(
                column[r.date],
                place[r.employee_id],
                chosen.cell(r.kind, r.shift),
                ha="center",
                va="center_baseline",
                fontsize=7 if small else 8,
                color=colour,
            )
    axes.set_yticks(range(len(totals)), totals.index)
    axes.set_ylim(len(totals) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0, labelsize=7 if small else 8)
    base.name_days(axes, study, days)
    axes.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.spines[:].set_visible(False)
    _totals(axes, totals, len(days), 7 if small else 8)


def _totals(axes: Axes, totals: pd.DataFrame, days: int, size: float) -> None:
    """Hours, nights and rest days at the right of the grid, with units in the header."""
    heads = (("hours_h", say("report.column.hours_h")), ("nights", say("report.column.nights")), ("rest_days", say("report.column.rest_days")))
    for k, (name, title) in enumerate(heads):
        x = days + 0.25 + 1.45 * k
        axes.text(x, -0.75, title.replace(" [", "\n["), ha="center", va="bottom", fontsize=8, color=base.SOFT, clip_on=False)
        for i, value in enumerate(totals[name]):
            axes.text(x, i, base.number(value), ha="center", va="center_baseline", fontsize=size, color=base.INK, clip_on=False)
    axes.set_xlim(-0.5, days + 4.0)


def _count_grid(axes: Axes, counts: pd.DataFrame, chosen: Marks, study: Study, days: list[pd.Timestamp]) -> None:
    """People by shift and day: whole cells in the shift's colour with the number in them; a day without anybody stays empty."""
    base.shade_days_off(axes, study, days)
    for i, (code, row) in enumerate(counts.iterrows()):
        ink = base.readable_on(chosen.colour[code])
        for j, value in enumerate(row):
            if value:
                axes.add_patch(Rectangle((j - 0.5, i - 0.46), 1, 0.92, facecolor=chosen.colour[code], edgecolor="white", linewidth=0.6))
                axes.text(j, i, str(value), ha="center", va="center_baseline", fontsize=7.5, color=ink)
    axes.set_yticks(range(len(counts)), [f"{chosen.of[c]} {say('report.figure.heads')}" for c in counts.index])
    axes.set_ylim(len(counts) - 0.45, -0.55)
    axes.tick_params(length=0, labelbottom=False)
    axes.spines[:].set_visible(False)


@base.styled
def load(roster: pd.DataFrame, hours: pd.DataFrame, study: Study) -> base.Picture:
    """Hours by kind and nights of every person, in the order of the staff list (never ranked: privacy requirement P14)."""
    totals = person_totals(roster, study)
    counted = hours[hours["premium"].isin(PREMIUM_COLOURS)]
    kinds = counted.pivot_table(index="employee_id", columns="premium", values="hours_h", aggfunc="sum", fill_value=0.0)
    kinds = kinds.reindex(index=totals.index, columns=list(PREMIUM_COLOURS), fill_value=0.0)
    people = list(totals.index)
    blocks = max(1, -(-len(people) // _PEOPLE_A_ROW))
    size = -(-len(people) // blocks)  # blocks of like size, so that bars are of like width
    used = [k for k in PREMIUM_COLOURS if kinds[k].any()]
    width = max(9.5, 3 + 0.19 * size)
    figure = base.new(study, width, 1 + 3.9 * blocks, say("report.figure.load"), legend_rows=-(-(len(used) + 1) // 4))
    axes = figure.subplots(2 * blocks, 1, height_ratios=[2.2, 1] * blocks, squeeze=False)[:, 0]
    top_h, top_n = max(1.0, kinds.sum(axis=1).max()) * 1.08, max(1, totals["nights"].max()) * 1.15
    for b in range(blocks):
        part = people[b * size : (b + 1) * size]
        _hour_bars(axes[2 * b], kinds.loc[part], study, top_h)
        _night_bars(axes[2 * b + 1], totals.loc[part], top_n)
        for panel in (axes[2 * b], axes[2 * b + 1]):
            panel.set_xlim(-0.7, size - 0.3)
    handles = [Patch(facecolor=PREMIUM_COLOURS[k], label=say(f"report.premium.{k}")) for k in used]
    base.legend_above(figure, [*handles, axes[0].get_lines()[0]], 4)
    return figure


def _hour_bars(axes: Axes, kinds: pd.DataFrame, study: Study, top: float) -> None:
    bottom = np.zeros(len(kinds))
    for name, colour in PREMIUM_COLOURS.items():
        if kinds[name].any():
            axes.bar(range(len(kinds)), kinds[name], bottom=bottom, color=colour, width=0.78)
            bottom += kinds[name].to_numpy()
    axes.axhline(full_time_h(study), color=base.INK, linewidth=1, linestyle=(0, (5, 3)), label=say("report.figure.full_time"))
    axes.set_ylim(0, max(top, full_time_h(study) * 1.08))
    axes.set_ylabel(say("report.figure.hours_axis"))
    axes.set_xticks(range(len(kinds)), [])
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y")


def full_time_h(study: Study) -> float:
    """Hours of a full-time person: legal workdays of the month x normal hours of a day."""
    calendar = study.calendar
    inside = calendar["date"].isin(base.month_days(study))
    return float((inside & calendar["kind"].isin(LEGAL_WORK)).sum()) * float(study.params.law.value("normal_day_hours", study.horizon.start))


def _night_bars(axes: Axes, totals: pd.DataFrame, top: float) -> None:
    axes.bar(range(len(totals)), totals["nights"], color="#5b5b8c", width=0.78)
    axes.set_ylim(0, top)
    axes.set_ylabel(say("report.figure.nights_axis"))
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_xticks(range(len(totals)), totals.index, rotation=90, fontsize=8 if len(totals) <= 40 else 7.5)
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y")
