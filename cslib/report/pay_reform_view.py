"""Reform and design on the pay page: the file's answer as it stands, and sliders for a reader at a live kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from IPython.display import display

from cslib import pay
from cslib.core.words import pick, say
from cslib.intake.study import Study
from cslib.report import figures_pay
from cslib.report.tell import show, tell, tell_each


def case_intro(case: pay.Case) -> list[str]:
    """What is compared: the file's meaning, both ladders, horizon, where the behaviour comes from, whether amounts are illustrative."""
    before, after = (pay.ladder_text(side[1]) for side in (case.before, case.after))
    facts = {"months": case.reform.months, "runs": case.reform.runs, "before": before, "after": after}
    lines = [say("pay.reform.intro", meaning=pick(case.reform.meaning), **facts), say("pay.reform.source", source=pick(case.reform.behaviour.source))]
    if case.months.estimated:
        lines.append(say("notebook.pay.estimated_years"))
    return [*lines, say("report.lines.illustrative")] if case.reform.illustrative else lines


def pay_reform(study: Study, grades: pd.DataFrame, name: str) -> pay.Case:
    """Show structure A against B for a reform file, and return the case for the design."""
    case = pay.open_case(study, grades, name)
    tell_each(case_intro(case))
    _compared(case)
    return case


def _compared(case: pay.Case) -> None:
    """Table, sentences and cliffs of A against B."""
    found = pay.compare_case(case)
    show(pay.reform_table(found, case))
    tell_each(pay.reform_lines(found, case))
    cliffs = pay.cliff_table(found)
    if len(cliffs):
        tell("pay.reform.cliffs")
        show(cliffs)


def pay_design(case: pay.Case) -> None:
    """Show the cheapest structure inside the file's limits, its verdict, and the trade-off between cost and losers."""
    _designed(case)
    tell("pay.design.tradeoff")
    curve = pay.tradeoff_case(case)
    show(pay.tradeoff_table(curve, case))
    display(figures_pay.tradeoff(curve, case.study))


def _designed(case: pay.Case) -> None:
    found = pay.design_case(case)
    tell_each(pay.design_lines(found, case))
    show(pay.design_table(found, case))
    show(pay.base_table(found, case))


def reform_sliders(case: pay.Case, *, live: bool = True) -> None:
    """Sliders over raise and thresholds of B; nothing where nobody can move them."""
    start = case.reform.change
    if live:
        places = {"raise_share": (-0.1, 0.3, 0.01, start.raise_share), "up_at": (90, 130, 1, 110.0), "down_below": (60, 110, 1, 90.0)}
        _sliders(places, lambda **given: _compared(case.changed(**given)))


def design_sliders(case: pay.Case, *, live: bool = True) -> None:
    """Sliders over the limits on losers and on the budget; nothing where nobody can move them."""
    spec = case.reform.design
    if live:
        places = {"losers_share": (0.0, 1.0, 0.05, spec.losers_share), "budget_p90_share": (0.8, 1.3, 0.01, spec.budget_p90_share or 1.0)}
        _sliders(places, lambda **given: _designed(case.designed(**given)))


def _sliders(places: dict[str, tuple[float, float, float, float]], answer: Callable[..., Any]) -> None:
    """Sliders with their words over an answer; each answers when it is let go."""
    import ipywidgets  # only at a live kernel

    style, wide = {"description_width": "16em"}, ipywidgets.Layout(width="32em")
    controls = {
        name: ipywidgets.FloatSlider(min(high, max(low, value)), min=low, max=high, step=step, description=say(f"pay.slider.{name}"),
                                     continuous_update=False, style=style, layout=wide, readout_format=".2f")
        for name, (low, high, step, value) in places.items()
    }  # fmt: skip
    display(ipywidgets.VBox(list(controls.values())), ipywidgets.interactive_output(answer, controls))
