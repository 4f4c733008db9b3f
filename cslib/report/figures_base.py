"""What all figures share: font, colours, the label of synthetic data, and how they become pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from cslib.report import font

DPI = 144
# Okabe and Ito's colours, told apart with every kind of colour blindness (jfly.uni-koeln.de/color).
BLUE, ORANGE, GREEN, RED, SKY, PURPLE, YELLOW, GREY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#f0e442", "#8c8c8c"
INK, SOFT, GRID = "#222222", "#6b6b6b", "#e3e3e3"
SETTINGS = {
    "axes.edgecolor": "#b5b5b5", "axes.labelcolor": INK, "axes.titlesize": 11, "axes.titlelocation": "left", "axes.titleweight": "bold",
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


def png(figure: Figure) -> bytes:
    """The figure as PNG, the same bytes for the same figure (no date, no version inside)."""
    stream = io.BytesIO()
    with style():
        figure.savefig(stream, format="png", dpi=DPI, metadata={"Software": None})
    return stream.getvalue()
