"""What if: one more or fewer percent, answered at once. Steady state at the modified offered load; the month's own table stays exact.

Deferred work: the smooth plan grows in proportion to the work (a taut string is homogeneous), so it is planned once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
from IPython.display import HTML, display

from cslib.core import tables, words
from cslib.core.errors import Finding, StaffingError
from cslib.core.units import ceil_people
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.staffing.deferred import plan_deferred
from cslib.staffing.models import stationary_people
from cslib.staffing.over_time import stream_of
from cslib.staffing.transient import modified_offered_load
from cslib.staffing.workload import Work, workloads

# slider -> (least, most, step, value that changes nothing); NaN: the queue's own
LIMITS = {
    "growth_share": (-0.5, 1.0, 0.01, 0.0),
    "aht_factor": (0.5, 2.0, 0.01, 1.0),
    "patience_factor": (0.25, 4.0, 0.05, 1.0),
    "level_share": (0.5, 0.99, 0.01, np.nan),
    "shrinkage_share": (0.0, 0.5, 0.01, np.nan),
}


def slider(name: str, limits: tuple[float, float, float, float], value: float) -> ipywidgets.FloatSlider:
    """A slider with its words, that answers when it is let go."""
    low, high, step, _ = limits
    return ipywidgets.FloatSlider(
        value=value, min=low, max=high, step=step, description=say(f"staffing.slider.{name}"), continuous_update=False,
        style={"description_width": "220px"}, layout=ipywidgets.Layout(width="560px"),
    )  # fmt: skip


class WhatIf:
    """The month's arriving contacts and deferred work, ready to be asked.

    Parameters
    ----------
    forecast : table forecast; study : parameters and horizon

    Raises
    ------
    TableError, StaffingError  as ``requirement`` does.
    """

    def __init__(self, forecast: pd.DataFrame, study: Study) -> None:
        self._works = [w for w in workloads(forecast, study, contacts_only=True).values() if w.queue.model != "heads"]
        self._smooth = {w.name: plan_deferred(w).smooth for w in self._works if w.queue.model == "deferred"}
        self._base = {work.name: self._people(work, self._given({})) for work in self._works}

    def answer(self, **changes: float) -> pd.DataFrame:
        """Person-hours and most people of every queue that is forecast, beside those without a change.

        Parameters
        ----------
        growth_share : more contacts; aht_factor, patience_factor : on handle time and patience
        level_share, shrinkage_share : in place of the queue's own

        Returns
        -------
        DataFrame, table what_if.

        Raises
        ------
        StaffingError  naming every change that is unknown or outside its limits.
        """
        given = self._given(changes)
        rows = []
        for work in self._works:
            now, base = self._people(work, given), self._base[work.name]
            hour = work.interval_s / 3600
            rows.append((work.name, now.sum() * hour, base.sum() * hour, int(now.max(initial=0)), int(base.max(initial=0))))
        names = ["queue", "hours_h", "base_hours_h", "most_people", "base_most_people"]
        frame = pd.DataFrame(rows, columns=names) if rows else tables.empty("what_if")
        return tables.check("what_if", frame, source="what_if")

    def sliders(self) -> ipywidgets.VBox:
        """Sliders that show the answer as they move, in the language in use."""
        made = self.controls()
        shown = ipywidgets.interactive_output(self._show, made)
        return ipywidgets.VBox([*made.values(), shown])

    def controls(self) -> dict[str, ipywidgets.FloatSlider]:
        """A slider for every change that may be asked."""
        return {name: slider(name, limits, self._own(name)) for name, limits in LIMITS.items()}

    def _show(self, **changes: float) -> None:
        frame = self.answer(**changes)
        titled = frame.rename(columns={c.name: words.pick(c.meaning) for c in tables.spec("what_if").columns.values()})
        display(HTML(titled.to_html(index=False, border=0, classes="cslib", float_format="{:,.1f}".format)))

    def _own(self, name: str) -> float:
        """What most queues have, as the slider's start."""
        if np.isfinite(LIMITS[name][3]):
            return LIMITS[name][3]
        if name == "level_share":
            values = [work.service.level_share for work in self._works if work.name not in self._smooth]
        else:
            values = [work.queue.roster_shrinkage_share for work in self._works]
        return float(np.median(values)) if values else LIMITS[name][0]

    def factors(self, **changes: float) -> dict[str, float]:
        """Person-hours of every queue over those without the change."""
        given = self._given(changes)
        return {work.name: self._people(work, given).sum() / max(self._base[work.name].sum(), 1) for work in self._works}

    @staticmethod
    def _given(changes: dict[str, Any]) -> dict[str, float]:
        findings = []
        for name, value in changes.items():
            low, high, *_ = LIMITS.get(name, (np.nan, np.nan))
            if not low <= value <= high:
                allowed = f"{low:g} .. {high:g}" if name in LIMITS else ", ".join(LIMITS)
                findings.append(Finding("staffing.number", "what_if", {"name": name, "given": f"{value:g}", "allowed": allowed}))
        if findings:
            raise StaffingError(findings=findings)
        return {name: changes.get(name, neutral) for name, (*_, neutral) in LIMITS.items()}

    def _people(self, work: Work, given: dict[str, float]) -> np.ndarray:
        lost = work.queue.roster_shrinkage_share if np.isnan(given["shrinkage_share"]) else given["shrinkage_share"]
        on_post = self._deferred(work, given) if work.name in self._smooth else self._arriving(work, given)
        return np.asarray(ceil_people(on_post / (1 - lost)))

    def _deferred(self, work: Work, given: dict[str, float]) -> np.ndarray:
        """Whole people that keep step with the smooth plan."""
        smooth = self._smooth[work.name] * (1 + given["growth_share"]) * given["aht_factor"]
        people = np.diff(np.concatenate([[0], ceil_people(np.cumsum(smooth))]))
        return np.where(work.open, np.maximum(people, work.queue.min_heads), 0)

    def _arriving(self, work: Work, given: dict[str, float]) -> np.ndarray:
        queue, service = work.queue, work.service
        if np.isfinite(given["level_share"]):
            service = service.model_copy(update={"level_share": given["level_share"]})
        patience = None if queue.patience_s is None else queue.patience_s * given["patience_factor"]
        asked = replace(
            work, queue=queue.model_copy(update={"service": service, "patience_s": patience}), contacts=work.contacts * (1 + given["growth_share"]),
            aht_s=work.aht_s * given["aht_factor"],
        )  # fmt: skip
        stream, day = stream_of(asked), work.horizon.slots_per_day
        on_post = stationary_people(asked, np.round(modified_offered_load(stream)[0], 3), stream.aht_s)[day:]
        return np.where(work.open, np.maximum(on_post, queue.min_heads), 0)
