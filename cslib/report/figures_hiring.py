"""Figure of the hiring plan: people needed and available over twelve months, and who starts when."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cslib.core.words import say
from cslib.intake.study import Study
from cslib.report import figures_base as base


@base.styled
def hiring(plan: pd.DataFrame, names: dict[str, str], study: Study) -> base.Picture:
    """One row a post: full-time people available (area) against needed (line), and bars of people who start.

    Parameters
    ----------
    plan : table hiring_plan;  names : name of each post in the language in use
    """
    posts = list(dict.fromkeys(plan["job"]))
    figure = base.new(study, 11, 1.2 + 1.9 * len(posts), say("report.figure.hiring"), legend_rows=1)
    rows = figure.subplots(len(posts), 1, squeeze=False, sharex=True)[:, 0]
    for axes, post in zip(rows, posts, strict=True):
        part = plan[plan["job"].eq(post)]
        at = np.arange(len(part))
        axes.bar(at, part["available_fte"], width=0.94, color=base.SKY, linewidth=0)
        axes.bar(at, part["hires"], width=0.4, color=base.ORANGE, linewidth=0)
        for x, value in zip(at, part["hires"], strict=True):
            if value:
                axes.text(x, value, f"+{value}", ha="center", va="bottom", fontsize=8.5, color=base.INK)
        edges = np.append(at - 0.5, at[-1] + 0.5)
        axes.step(edges, np.append(part["needed_fte"], part["needed_fte"].iloc[-1]), where="post", color=base.RED, linewidth=1.6)
        axes.set_title(names[post])
        axes.set_xticks(at, [month[2:] for month in part["month"]])
        axes.set_xlim(-0.6, len(part) - 0.4)
        axes.set_ylim(0, max(part["available_fte"].max(), part["needed_fte"].max()) * 1.18)
        axes.grid(axis="y")
    handles = [
        Line2D([], [], color=base.RED, label=say("report.figure.needed_fte")),
        Patch(facecolor=base.SKY, label=say("report.figure.available_fte")),
        Patch(facecolor=base.ORANGE, label=say("report.figure.hires")),
    ]
    base.legend_above(figure, handles, 3)
    return figure
