"""The pay page: the outlook as a static answer, sliders for a reader at a live kernel, and payslips for the protected folder."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
from IPython.display import display

from cslib import pay
from cslib.core import tables
from cslib.core.errors import RunError
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.report import figures_pay
from cslib.report.run import protected_folder
from cslib.report.store import write_whole
from cslib.report.tell import show, tell

EVERYBODY = "all"


def pay_answer(study: Study, grades: pd.DataFrame, **settings: float) -> None:
    """Show the outlook for some settings of ``pay.outlook``: budget distribution, causes, figure. What sliders and headless runs both show."""
    found = pay.outlook(study, grades, **settings)  # type: ignore[arg-type]
    show(pay.answer(found))
    show(pay.causes(found))
    display(figures_pay.outlook(found, study))
    drift = pay.drift_table(found)
    if len(drift):
        tell("notebook.pay.drift")
        show(drift)
    tell("notebook.pay.assumed", runs=found.outcome.runs)
    if found.estimated:
        tell("notebook.pay.estimated_years")


def pay_sliders(study: Study, grades: pd.DataFrame, *, live: bool = True) -> None:
    """Sliders over the same answer; nothing where nobody can move them (``live`` false: batch runs, rendered pages)."""
    if not live:
        return
    import ipywidgets  # only at a live kernel

    def slider(key: str, low: float, high: float, step: float, value: float) -> ipywidgets.FloatSlider:
        """One slider with its words; it answers when it is let go."""
        text = say(f"pay.slider.{key}")
        wide = ipywidgets.Layout(width="32em")
        style = {"description_width": "16em"}
        return ipywidgets.FloatSlider(
            value, min=low, max=high, step=step, description=text, continuous_update=False, style=style, layout=wide, readout_format=".3f"
        )

    controls = {
        "raise_share": slider("raise_share", -0.1, 0.3, 0.01, 0.0), "up_at": slider("up_at", 90, 130, 1, 110),
        "down_below": slider("down_below", 60, 110, 1, 90), "leave_month": slider("leave_month", 0.0, 0.1, 0.005, 0.03),
        "elasticity": slider("elasticity", -5.0, 0.0, 0.5, -3.0),
    }  # fmt: skip

    def redraw(**values: float) -> None:
        """The answer for the sliders' places."""
        pay_answer(study, grades, **values)

    display(ipywidgets.VBox(list(controls.values())), ipywidgets.interactive_output(redraw, controls))


def protected_payslips(slips: pd.DataFrame, study: Study, wanted: str) -> Path | None:
    """Payslips of one person (pseudonym), or of ``all``, into the protected folder; nothing where nobody is asked for (the default, P09).

    Raises
    ------
    RunError  if nobody has this pseudonym, or the protected folder lies inside the project or its outputs.
    """
    if not wanted:
        return None
    chosen = slips if wanted == EVERYBODY else slips[slips["employee_id"] == wanted]
    if chosen.empty:
        raise RunError("report.no_payslip", where="payslips_for", given=wanted)
    path = protected_folder(study.site, study.month) / f"payslips-{wanted}.csv"
    return write_whole(path, payslip_sheet(tables.check("payslips", chosen, source="payslips"), study))


def payslip_sheet(slips: pd.DataFrame, study: Study) -> bytes:
    """Payslips as a CSV for a reader: titles, items and parts in the language in use, amounts as in the table (fen)."""
    named = slips.assign(
        item=[pay.label(item, study) for item in slips["item"]],
        part=[say(f"report.payslip.part_of.{part}") for part in slips["part"]],
        basis=[say(f"report.payslip.basis_of.{basis}") for basis in slips["basis"]],
    )
    titles = {column: say(f"report.payslip.{column}") for column in tables.spec("payslips").columns}
    stream = io.StringIO()
    named[list(titles)].rename(columns=titles).to_csv(stream, index=False, lineterminator="\n")
    return b"\xef\xbb\xbf" + stream.getvalue().encode()  # the mark lets Excel show Chinese
