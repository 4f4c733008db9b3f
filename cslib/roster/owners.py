"""Who makes the duty roster and answers for it."""

from __future__ import annotations

import pandas as pd

from cslib.intake.study import Study


def owners(study: Study) -> list[str]:
    """People of the role that makes the roster (``roster.owner``; S002-28: the lead, every month), employed in the month, by staff list.

    Empty where the staff list names nobody in that role: then the roster has no owner yet, and the reader should know.
    """
    staff, horizon = study.employees.sort_values("position"), study.horizon
    here = (staff["hired"] < pd.Timestamp(horizon.end)) & (staff["left"].isna() | (staff["left"] >= pd.Timestamp(horizon.start)))
    return staff.loc[here & (staff["role"] == study.params.site.roster.owner), "employee_id"].tolist()
