"""A site's own appraisal figures on the pages: which facts, months and people they rest on, invented ones only where a site brings none."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core.words import pick
from cslib.intake import Figures, Study
from cslib.params.kpi import KpiFile, TrainingFile
from cslib.params.ladder_files import Ladder
from cslib.people.course import Course
from cslib.people.engine import run_ladder
from cslib.people.panel import Panel, month_number, month_text, months_before, panel_of
from cslib.people.scoring import appraise
from cslib.people.synthetic import synthetic_facts, team_facts
from cslib.people.targets import wilson

SHOWN_CHANGE = {"complaint_rate": -0.35, "efficiency": 0.12}  # half-way in the invented months, so that targets find something
LONGEST = 36  # months of own figures that are looked at
SCORES = ("score", "kpi", "kpi_percent")  # what ladders call the monthly score: points of the role set, 100 = target


@dataclass(frozen=True)
class Basis:
    """What the appraisal page rests on: facts, definitions with the site's targets, months (oldest first), and whether the facts are invented."""

    facts: pd.DataFrame
    kpis: KpiFile
    months: tuple[str, ...]
    synthetic: bool


def basis(study: Study, own: Figures, kpis: KpiFile) -> Basis:
    """The site's own KPI figures where it brings any, else twelve invented months."""
    if own.targets:
        kpis = kpis.model_copy(update={"team_targets": dict(own.targets)})
    given = own.facts[own.facts["kpi"].isin(list(kpis.kpis))]
    if given.empty:
        months = months_before(study.month, 12)
        facts = synthetic_facts(study.employees, kpis, months[0], 12, seed=study.params.site.seed, change=SHOWN_CHANGE)
        return Basis(facts, kpis, tuple(months), True)
    first, last = month_number(str(given["period"].min())), month_number(str(given["period"].max()))
    months = [month_text(number) for number in range(max(first, last - LONGEST + 1), last + 1)]
    return Basis(given[given["period"].isin(months)].reset_index(drop=True), kpis, tuple(months), False)


def own_panel(study: Study, own: Figures, kpis: KpiFile, role_set: str) -> Panel:
    """People and months for the ladders from a site's own figures, up to the month before the planned one.

    Facts stand as the files give them. Where they hold no monthly score, it is the appraisal score of ``role_set`` (points, 100 = target).
    Experience follows from the first day of employment; a team's mean, its best member and its last three from the scores.
    """
    facts = own.facts
    start = max(month_number(str(facts["period"].min())), month_number(study.month) - LONGEST)
    months = month_number(study.month) - start
    panel = panel_of(facts, study.employees, month_text(start), months)
    arrays = dict(panel.facts)
    weights = kpis.role_sets[role_set].weights
    if facts["kpi"].isin(list(weights)).any():
        scored = appraise(facts[facts["kpi"].isin(list(weights))], kpis, role_set, cycle="month")
        grid = scored.set_index(["employee_id", "period"])["score"].reindex(pd.MultiIndex.from_product([panel.people, panel.months_text]))
        arrays = {**dict.fromkeys(SCORES, grid.to_numpy(dtype=float).reshape(len(panel.people), months)), **arrays}
    served = np.arange(months)[None, :] + 1 - panel.hired[:, None]
    arrays.setdefault("experience_years", np.where(served > 0, served / 12.0, np.nan))
    if "score" in arrays:
        arrays = {**team_facts(arrays["score"], panel.team, start), **arrays}
    return dataclasses.replace(panel, facts=arrays)


def with_grades(panel: Panel, ladder: Ladder, study: Study) -> Panel:
    """The panel with the grades held now as starting grades, where the ladder knows them all; else the ladder's entry for everybody.

    Whoever had a decided change of grade is looked at from its first month on, if the ladder starts its counts anew after a move.
    """
    listed = dict(zip(study.staff_grades["employee_id"], study.staff_grades["grade"], strict=True))
    last = study.grade_decisions.sort_values("pay_month", kind="stable").drop_duplicates("employee_id", keep="last")
    changed = {row.employee_id: (row.to_grade, month_number(row.pay_month) - month_number(panel.first)) for row in last.itertuples()}
    held = tuple(changed[person][0] if person in changed else listed.get(person, "") for person in panel.people)
    if not set(held) <= set(ladder.grades):
        return panel
    since = np.array([changed[person][1] if person in changed else hired for person, hired in zip(panel.people, panel.hired, strict=True)])
    before = np.arange(panel.months)[None, :] < np.where([person in changed for person in panel.people], since, -1)[:, None]
    before &= ladder.spec.restart_after_move != "nothing"
    facts = {name: np.where(before, np.nan, values) for name, values in panel.facts.items()}
    return dataclasses.replace(panel, grade=held, grade_since=since, facts=facts)


def present_course(panel: Panel, ladder: Ladder, study: Study) -> Course:
    """Proposals from the grades held now: no move of an earlier month is taken as made, because only decisions make moves. Invented people, who
    have no grades now, move as the ladder proposes."""
    if panel.synthetic:
        return run_ladder(ladder, panel)
    return run_ladder(ladder, with_grades(panel, ladder, study), np.zeros((len(panel.people), panel.months), dtype=bool))


def pass_table(own: Figures, training: TrainingFile) -> pd.DataFrame:
    """Training results against the pass-rate target (S002-25): kind, people, passed, share with its 95 % interval (Wilson), target."""
    rows = []
    for kind, part in own.training.groupby("training", sort=True):
        low, high = wilson(float(part["passed"].mean()), float(len(part)))
        name = pick(training.kinds[str(kind)].meaning) if kind in training.kinds else str(kind)
        rows.append(
            {"training": name, "people": len(part), "passed": int(part["passed"].sum()), "pass_share": float(part["passed"].mean()),
             "low": low, "high": high, "pass_rate_target_share": training.pass_rate_target.value}
        )  # fmt: skip
    return pd.DataFrame(rows)
