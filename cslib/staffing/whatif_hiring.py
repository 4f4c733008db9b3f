"""What if, for the hiring plan: a moved slider shows at once what the plan as it stands would leave missing; a button plans anew."""

from __future__ import annotations

import ipywidgets
import pandas as pd
from IPython.display import HTML, Markdown, display

from cslib.core import tables, words
from cslib.core.errors import StaffingError
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.params.hiring import Hiring
from cslib.staffing.hiring import HiringPlan, hiring_lines, hiring_plan
from cslib.staffing.hiring_cohorts import cohorts, month_fte
from cslib.staffing.poisson import Array
from cslib.staffing.whatif import WhatIf, slider

_ATTRITION = (0.0, 3.0, 0.05, 1.0)  # factor on the share of people who leave
_ENOUGH = 0.05  # full-time people; less is rounding


class HiringWhatIf:
    """A hiring plan, ready to be asked what other contacts, handle times, targets, shrinkage, patience or attrition do to it.

    Parameters
    ----------
    forecast, need, study, hiring : as for ``WhatIf`` and ``hiring_plan``;  found : the plan as it stands
    """

    def __init__(self, forecast: pd.DataFrame, need: pd.DataFrame, study: Study, hiring: Hiring, found: HiringPlan) -> None:
        self._asked, self._need, self._study, self._hiring = WhatIf(forecast, study), need, study, hiring
        self._starts = {code: part["hires"].to_numpy(dtype=float) for code, part in found.plan.groupby("job")}
        self._fte = month_fte(need, study, hiring)
        self._hours = need.groupby("queue")["scheduled"].sum()

    def answer(self, *, attrition_factor: float = 1.0, **changes: float) -> pd.DataFrame:
        """People needed and missing at every post under the starts of the present plan, beside those without a change.

        Parameters
        ----------
        attrition_factor : on the share of people who leave;  changes : as for ``WhatIf.answer``

        Returns
        -------
        DataFrame, table hiring_what_if.

        Raises
        ------
        StaffingError  naming every change that is unknown or outside its limits.
        """
        factors = self._asked.factors(**changes)
        months = list(self._hiring.month_index)
        rows = []
        for code in self._hiring.posts:
            needed, short = self._year(code, self._scaled(code, factors), attrition_factor)
            base_needed, base_short = self._year(code, self._fte[code], 1.0)
            first = next((month for month, missing in zip(months, short, strict=True) if missing > _ENOUGH), "")
            rows.append((code, needed.max(), base_needed.max(), short.sum(), base_short.sum(), first))
        names = ["job", "most_needed_fte", "base_most_needed_fte", "short_fte", "base_short_fte", "first_short_month"]
        frame = pd.DataFrame(rows, columns=names).replace({"first_short_month": {"": None}})
        return tables.check("hiring_what_if", frame, source="hiring_what_if")

    def planned(self, *, attrition_factor: float = 1.0, **changes: float) -> HiringPlan:
        """The plan made anew, exact, which takes about a second."""
        return hiring_plan(self._need, self._study, self._changed(attrition_factor), self._asked.factors(**changes))

    def sliders(self) -> ipywidgets.VBox:
        """Sliders that show the answer when they are let go, and a button that plans anew, in the language in use."""
        made = {**self._asked.controls(), "attrition_factor": slider("attrition_factor", _ATTRITION, 1.0)}
        shown = ipywidgets.interactive_output(self._show, made)
        button, result = ipywidgets.Button(description=say("staffing.hiring.again")), ipywidgets.Output()

        def again(_button: object) -> None:
            """Plan anew with the sliders as they stand."""
            result.clear_output(wait=True)
            with result:
                self._show_plan({name: control.value for name, control in made.items()})

        button.on_click(again)
        return ipywidgets.VBox([*made.values(), shown, button, result])

    def _show(self, **changes: float) -> None:
        posts = {code: words.pick(post.name.model_dump()) for code, post in self._hiring.posts.items()}
        frame = self.answer(**changes).replace({"job": posts}).fillna("")
        titled = frame.rename(columns={c.name: words.pick(c.meaning) for c in tables.spec("hiring_what_if").columns.values()})
        display(HTML(titled.to_html(index=False, border=0, classes="cslib", float_format="{:,.1f}".format)))

    def _show_plan(self, changes: dict[str, float]) -> None:
        try:
            lines = hiring_lines(self.planned(**changes), self._hiring)
        except StaffingError as error:
            lines = [str(error)]
        display(Markdown("\n".join(f"- {line}" for line in lines)))

    def _changed(self, attrition_factor: float) -> Hiring:
        most = 0.49  # of HiringPost.attrition_share
        posts = {
            code: post.model_copy(update={"attrition_share": min(post.attrition_share * attrition_factor, most)})
            for code, post in self._hiring.posts.items()
        }
        return self._hiring.model_copy(update={"posts": posts})

    def _scaled(self, code: str, factors: dict[str, float]) -> float:
        """Full-time people of a post with its queues' hours scaled; a fixed number stays."""
        post = self._hiring.posts[code]
        hours = {queue: float(self._hours.get(queue, 0.0)) for queue in post.queues}
        total = sum(hours.values())
        grown = sum(amount * factors.get(queue, 1.0) for queue, amount in hours.items())
        return post.fixed_fte + (self._fte[code] - post.fixed_fte) * (grown / total if total > 0 else 1.0)

    def _year(self, code: str, fte: float, attrition_factor: float) -> tuple[Array, Array]:
        """People needed and missing by month."""
        hiring = self._changed(attrition_factor) if attrition_factor != 1 else self._hiring
        part = cohorts(fte, hiring.posts[code], hiring)
        available = part.staying + self._starts[code] @ part.productive
        return part.needed, (part.needed - available).clip(min=0.0)
