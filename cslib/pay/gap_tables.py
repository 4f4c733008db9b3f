"""Pay equity of a site in words: raw and adjusted gap of groups, its explained and unexplained parts; groups of fewer than 10 people left out."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from cslib.core.errors import PayError
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.pay.cost import LEAST_PEOPLE
from cslib.pay.equity import Gap, adjusted_gap, oaxaca_blinder, raw_gap
from cslib.pay.overview import whole_pay

ALERT_SHARE = 0.05  # Directive (EU) 2023/970 art. 10: from here on an unexplained gap calls for a joint assessment
COLUMNS = ("group", "people", "others", "raw_gap", "gap_without_grade", "gap_with_grade", "explained", "unexplained", "holm")


def gap_table(
    slips: pd.DataFrame, grades: pd.DataFrame, study: Study, groups: pd.Series | None = None, scores: pd.Series | None = None
) -> pd.DataFrame:
    """Each group against everybody else: raw gap, adjusted gap without and with grade (95 % interval), Oaxaca-Blinder parts, Holm's judgement.

    Pay is regular pay brought to a whole month at full time; controls are tenure, full-time share, score where it is known, and grade. Show both:
    grade may carry bias itself. The parts are of the gap in mean log pay, with grade among the characteristics.

    Parameters
    ----------
    groups : group by employee_id (a file that the planner brought); None = teams of the staff list
    scores : appraisal score by employee_id, where known

    Returns
    -------
    A row a group of at least 10 people with at least 10 others; empty where there is none (privacy requirement P06).

    Source: 妇女权益保障法 art. 45 (equal pay); Holm (1979) for several groups; Directive (EU) 2023/970 for the 5 % mark.
    """
    people = whole_pay(slips, grades, study)
    named = groups if groups is not None else study.employees.set_index("employee_id").get("team", pd.Series(dtype=str))
    people = people.assign(group=people["employee_id"].map(named).astype("str")).dropna(subset=["group"])
    controls = people[["tenure_years", "fte_share"]].copy()
    if scores is not None:
        controls["score"] = people["employee_id"].map(scores).astype(float)
        controls["score"] = controls["score"].fillna(controls["score"].mean())
    controls = controls.loc[:, controls.max() > controls.min()]
    pay = people["regular"].to_numpy()
    sizes = people["group"].value_counts()
    shown = sorted(name for name, count in sizes.items() if count >= LEAST_PEOPLE and len(people) - count >= LEAST_PEOPLE)
    rows = []
    for name in shown:
        mask = (people["group"] == name).to_numpy()
        with_grade = controls.assign(grade=people["grade"])
        raw, plain, graded = raw_gap(pay, mask), _adjusted(pay, mask, controls), _adjusted(pay, mask, with_grade)
        shares = ("", "")
        if graded is not None:
            parts = oaxaca_blinder(pay, mask, with_grade, rng=study.rng("equity", name))
            shares = f"{parts.explained:.1%}", f"{parts.unexplained:.1%}"
        rows.append((name, *raw.people, _said(raw), _said(plain), _said(graded), *shares, graded))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["holm"] = _judged(list(frame["holm"]))
    return frame.set_axis([say(f"pay.column.{name}") for name in COLUMNS], axis=1)


def _adjusted(pay: np.ndarray, mask: np.ndarray, controls: pd.DataFrame) -> Gap | None:
    """The adjusted gap; None where the controls tell who is in the group."""
    try:
        return adjusted_gap(pay, mask, controls)
    except PayError as error:
        if error.keys != ["pay.confounded"]:
            raise
        return None


def _said(gap: Gap | None) -> str:
    """Value with its 95 % interval."""
    if gap is None:
        return say("pay.gap.confounded")
    return f"{gap.value:+.1%} ({gap.low:+.1%} .. {gap.high:+.1%})"


def _judged(gaps: list[Gap | None]) -> list[str]:
    """Words for each group: gap proven after Holm's correction or not, and whether it passes 5 %."""
    chances = [1.0 if gap is None else _p_value(gap) for gap in gaps]
    order = np.argsort(chances)
    proven = [False] * len(gaps)
    for rank, place in enumerate(order):
        if chances[place] > 0.05 / (len(gaps) - rank):
            break
        proven[place] = True
    keys = ["none"] * len(gaps)
    for place, gap in enumerate(gaps):
        if proven[place] and gap is not None:
            keys[place] = "alert" if abs(gap.value) >= ALERT_SHARE else "small"
    return [say(f"pay.gap.{key}") for key in keys]


def _p_value(gap: Gap) -> float:
    """Two-sided chance of a coefficient this far from 0 if there were no gap, from the interval."""
    beta, reach = math.log(1 - gap.value), (math.log(1 - gap.low) - math.log(1 - gap.high)) / 2
    if abs(beta) < 1e-9:
        return 1.0
    return math.erfc(abs(beta) / max(1e-12, reach / 1.959964) / math.sqrt(2))


def scores_of(facts: pd.DataFrame | None) -> pd.Series | None:
    """Appraisal scores by employee_id from table ``pay_facts``; None where there are none."""
    if facts is None:
        return None
    scores = facts[facts["fact"] == "score"].set_index("employee_id")["value"]
    return scores if len(scores) else None
