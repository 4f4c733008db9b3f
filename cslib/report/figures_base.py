"""What all figures share: font, colours, title, the label of synthetic data, and how they become pictures."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from cslib.core import words
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.params.site import DAYS
from cslib.report import font

Parameters = ParamSpec("Parameters")
DPI = 144
_HEAD, _LEGEND_ROW = 0.38, 0.24  # inch
# Okabe and Ito's colours, told apart with every kind of colour blindness (jfly.uni-koeln.de/color).
BLUE, ORANGE, GREEN, RED, SKY, PURPLE, YELLOW, GREY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#f0e442", "#6e6e6e"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED, YELLOW, GREY)
INK, SOFT, GRID, SHADE = "#222222", "#666666", "#e3e3e3", "#f1f1ee"
OFF_DAYS = ("rest_day", "arranged_off", "statutory_holiday")
SETTINGS = {
    "axes.edgecolor": "#b5b5b5", "axes.labelcolor": SOFT, "axes.titlesize": 10.5, "axes.titlelocation": "left", "axes.titlecolor": INK,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "axes.labelsize": 9.5, "text.color": INK,
    "xtick.color": SOFT, "ytick.color": SOFT, "xtick.labelsize": 9, "ytick.labelsize": 9, "grid.color": GRID, "grid.linewidth": 0.8,
    "legend.frameon": False, "legend.fontsize": 9, "figure.facecolor": "white", "savefig.facecolor": "white", "font.size": 9.5,
}  # fmt: skip


class Picture(Figure):
    """A figure that a notebook shows by itself, without pyplot and its list of open figures. ``alt`` is read out by screen readers."""

    alt: str = ""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        return png(self), {"width": int(self.get_figwidth() * 100), "alt": self.alt}


@contextmanager
def style() -> Iterator[None]:
    """matplotlib settings of the house, inside a ``with`` block; the caller's own are left alone."""
    with mpl.rc_context({**SETTINGS, **font.settings()}):
        yield


def styled(draw: Callable[Parameters, Picture]) -> Callable[Parameters, Picture]:
    """Decorator: draw a figure in the style of the house."""

    @wraps(draw)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Picture:
        """Draw with the settings of the house."""
        with style():
            return draw(*args, **kwargs)

    return run


def png(figure: Figure) -> bytes:
    """The figure as PNG, the same bytes for the same figure (no date, no version inside)."""
    stream = io.BytesIO()
    with style():
        figure.savefig(stream, format="png", dpi=DPI, metadata={"Software": None})
    return stream.getvalue()


def new(study: Study, width: float, height: float, title: str, *, legend_rows: int = 0) -> Picture:
    """An empty figure with title at the top, and site, month, scenario and the SYNTHETIC label at the foot (privacy requirement P01).

    Parameters
    ----------
    width, height : size [inch];  legend_rows : rows kept free under the title for ``legend_above``
    """
    figure = Picture(figsize=(width, height), layout="constrained")
    head, foot = (_HEAD + _LEGEND_ROW * legend_rows) / height, 0.24 / height
    figure.get_layout_engine().set(rect=(0.0, foot, 1.0, 1.0 - head - foot), h_pad=0.08, w_pad=0.06)
    figure.text(0.09 / width, 1 - 0.08 / height, title, ha="left", va="top", fontsize=13, color=INK)
    figure.text(1 - 0.05 / width, 0.05 / height, foot_line(study), ha="right", va="bottom", fontsize=7.5, color=SOFT)
    figure.alt = title
    return figure


def legend_above(figure: Figure, handles: Sequence[Artist], columns: int) -> None:
    """One legend for all axes in the rows that ``new`` kept free under the title."""
    at = (0.05 / figure.get_figwidth(), 1 - _HEAD / figure.get_figheight())
    legend = figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=at, ncols=min(columns, len(handles)), handlelength=1.4, columnspacing=1.6, borderaxespad=0
    )
    legend.set_in_layout(False)


def foot_line(study: Study) -> str:
    """Site, month, scenario and the label of synthetic data, in the language in use."""
    parts = [words.pick(study.params.site.name), study.month, words.pick(study.params.scenario_meaning)]
    return " · ".join([*parts, say("report.synthetic")] if study.params.site.synthetic else parts)


def nothing(study: Study, title: str, sentence: str) -> Picture:
    """A figure that says why there is nothing to draw."""
    figure = new(study, 8, 1.4, title)
    figure.text(0.5, 0.42, sentence, ha="center", va="center", color=SOFT, fontsize=10.5)
    return figure


def weekday(day: pd.Timestamp) -> str:
    """One or two characters for the day of the week."""
    return say(f"report.weekday.{DAYS[day.weekday()]}")


def day_kinds(study: Study) -> Mapping[pd.Timestamp, str]:
    """Kind of every day of the calendar by date."""
    calendar = study.calendar
    return dict(zip(calendar["date"], calendar["kind"], strict=True))


def shade_days_off(axes: Axes, study: Study, days: list[pd.Timestamp]) -> None:
    """Grey columns behind days that are no legal workdays; column ``i`` spans ``i - 0.5 .. i + 0.5``."""
    kinds = day_kinds(study)
    for i, day in enumerate(days):
        if kinds.get(day) in OFF_DAYS:
            axes.axvspan(i - 0.5, i + 0.5, color=SHADE, linewidth=0, zorder=0)


def name_days(axes: Axes, study: Study, days: list[pd.Timestamp]) -> None:
    """Day of the month and weekday under the columns; statutory holidays and make-up workdays carry their marks."""
    kinds = day_kinds(study)
    axes.set_xticks(range(len(days)), [f"{d.day}\n{weekday(d)}\n{day_mark(kinds.get(d, ''))}".rstrip("\n") for d in days])
    axes.set_xlim(-0.5, len(days) - 0.5)
    axes.tick_params(axis="x", length=0, labelsize=8.5)
    for tick, day in zip(axes.xaxis.get_major_ticks(), days, strict=True):
        colour = RED if kinds.get(day) == "statutory_holiday" else INK if kinds.get(day) not in OFF_DAYS else SOFT
        tick.label1.set_color(colour)
        tick.label2.set_color(colour)


def day_mark(kind: str) -> str:
    """Mark of a special day: statutory holiday, day off by arrangement, make-up workday; empty for a plain day."""
    return say(f"report.day.{kind}") if kind in {"statutory_holiday", "arranged_off", "make_up_workday"} else ""


def month_days(study: Study) -> list[pd.Timestamp]:
    """Days of the horizon."""
    return [pd.Timestamp(day) for day in study.horizon.dates]


def day_by_slot(frame: pd.DataFrame, column: str, study: Study) -> np.ndarray:
    """Sum of a column over queues as an array [slot of the day, day of the horizon]."""
    total = frame.groupby("interval_start")[column].sum().reindex(study.horizon.intervals, fill_value=0)
    return total.to_numpy(dtype=float).reshape(study.horizon.days, study.horizon.slots_per_day).T


def clock_axis(axes: Axes, study: Study, *, down: bool) -> None:
    """Hours of the day along y (downwards) or x, for axes that count slots."""
    per_hour = 60 // study.horizon.interval_min
    places = [h * per_hour - (0.5 if down else 0) for h in range(0, 25, 3)]
    texts = [f"{h:02d}:00" for h in range(0, 25, 3)]
    if down:
        axes.set_yticks(places, texts)
        axes.set_ylim(24 * per_hour - 0.5, -0.5)
    else:
        axes.set_xticks(places, texts)
        axes.set_xlim(0, 24 * per_hour)


def outline(axes: Axes, marked: np.ndarray, colour: str) -> None:
    """Line around the marked cells of an image whose cells are centred on whole numbers."""
    padded = np.pad(marked.astype(bool), 1)
    segments = []
    for row, column in zip(*np.nonzero(padded[:, 1:] != padded[:, :-1]), strict=True):
        x, y = column - 0.5, row - 1
        segments.append([(x, y - 0.5), (x, y + 0.5)])
    for row, column in zip(*np.nonzero(padded[1:, :] != padded[:-1, :]), strict=True):
        x, y = column - 1, row - 0.5
        segments.append([(x - 0.5, y), (x + 0.5, y)])
    axes.add_collection(LineCollection(segments, colors=colour, linewidths=1.1, capstyle="projecting"))


def readable_on(colour: str) -> str:
    """Black or white, whichever reads better on the colour (relative luminance after WCAG 2.1)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#111111" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "#ffffff"


def number(value: float) -> str:
    """A figure for a reader: thousands with commas, one decimal where it says something."""
    return f"{value:,.0f}" if abs(value - round(value)) < 0.05 or abs(value) >= 1000 else f"{value:,.1f}"
