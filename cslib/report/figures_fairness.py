"""The fairness ledger as a picture: what everybody has above or below the fair share, and what evening out costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from cslib.core.words import say
from cslib.intake.study import Study
from cslib.report import figures_base as base
from cslib.report.fairness_view import KINDS, in_order

_COLOURS = (base.BLUE, base.ORANGE, base.GREEN, base.GREY)


@base.styled
def fairness(ledger: pd.DataFrame, curve: pd.DataFrame | None, study: Study) -> base.Picture:
    """Balances of all months so far by person, in the order of the staff list (never ranked: privacy requirement P14), and the curve.

    Parameters
    ----------
    ledger : table ``fairness_ledger``;  curve : table ``fairness_curve``, None where the month was not evened out
    """
    title = say("report.figure.fairness")
    if ledger.empty:
        return base.nothing(study, title, say("report.table.empty"))
    figure = base.new(study, 12 if curve is not None else 9, 1.6 + 0.24 * max(10, len(ledger)), title, legend_rows=1)
    names = {kind: say(f"report.fairness.kind.{kind}") for kind in KINDS}
    panels = figure.subplots(1, 2, width_ratios=[3, 2]) if curve is not None else [figure.subplots()]
    _balances(panels[0], in_order(ledger, study))
    if curve is not None:
        _curve(panels[1], curve)
    base.legend_above(figure, [Patch(facecolor=c, label=names[k]) for k, c in zip(KINDS, _COLOURS, strict=True)], len(KINDS))
    return figure


def _balances(axes: Axes, ledger: pd.DataFrame) -> None:
    places, height = np.arange(len(ledger)), 0.8 / len(KINDS)
    for k, kind in enumerate(KINDS):
        axes.barh(places + (k - (len(KINDS) - 1) / 2) * height, ledger.get(f"{kind}_balance", 0.0), height=height, color=_COLOURS[k])
    axes.set_yticks(places, ledger["employee_id"], fontsize=8)
    axes.set_ylim(len(ledger) - 0.5, -0.5)
    axes.axvline(0, color=base.INK, linewidth=0.8)
    axes.set_xlabel(say("report.figure.fairness_balance"))
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _curve(axes: Axes, curve: pd.DataFrame) -> None:
    for k, kind in enumerate(KINDS):
        axes.plot(curve["priced_yuan"], curve[f"{kind}_spread"], color=_COLOURS[k], marker="o", markersize=5)
        first = curve.iloc[0]
        axes.plot([first["priced_yuan"]], [first[f"{kind}_spread"]], color=_COLOURS[k], marker="s", markersize=8, markerfacecolor="white")
    axes.set_ylim(bottom=0)
    least = float(curve["priced_yuan"].min())
    axes.set_xlim(min(0.0, least) - 5, max(50.0, float(curve["priced_yuan"].max()) * 1.1))
    axes.set_title(say("report.figure.fairness_price"))
    axes.set_xlabel(say("report.figure.fairness_yuan"))
    axes.set_ylabel(say("report.figure.fairness_spread"))
    axes.grid()
