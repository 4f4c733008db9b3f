"""The year's hiring plan: how many people start in which month and class, at least cost, within budget, funnel and training capacity.

A small whole-number programme (PuLP, HiGHS): starts are whole people, classes are whole, missing people are priced. What comes out is the plan
of every post and month, the chance of a shortage when attrition and demand go by chance, and the recruitment plan with posts, head
count and requirements (S001-04), derived from the posts' needs (S000-15).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pulp

from cslib.core import tables
from cslib.core.errors import StaffingError
from cslib.core.units import ceil_people
from cslib.core.words import pick, say
from cslib.intake.study import Study
from cslib.params.hiring import Hiring
from cslib.staffing.hiring_cohorts import Cohorts, cohorts, month_fte
from cslib.staffing.poisson import Array

_DRAWS = 2000
_SECONDS = 60.0  # safety stop; the sample takes well under a second


@dataclass(frozen=True)
class HiringPlan:
    """The plan and its proof.

    Attributes
    ----------
    plan : table hiring_plan; recruitment : table recruitment_plan
    cost_yuan : wages, hiring and training of the year; priced_yuan : the objective (missing people included); bound_yuan : no plan is cheaper
    """

    plan: pd.DataFrame
    recruitment: pd.DataFrame
    cost_yuan: float
    priced_yuan: float
    bound_yuan: float


def hiring_plan(need: pd.DataFrame, study: Study, hiring: Hiring, factors: Mapping[str, float] | None = None) -> HiringPlan:
    """Twelve months of starts for every post.

    Parameters
    ----------
    need : table requirement of the planned month; study : its parameters and horizon; hiring : from ``open_hiring``
    factors : on the hours of single queues, for what-ifs

    Raises
    ------
    TableError  if ``need`` is no requirement table. StaffingError  if today's staff alone costs more than the budget, or no plan was proven.
    """
    base = month_fte(need, study, hiring, factors)
    parts = {code: cohorts(base[code], post, hiring) for code, post in hiring.posts.items()}
    staff = _staff_yuan(need, study, hiring)
    if staff > hiring.budget_yuan:
        raise StaffingError("staffing.budget", where="budget_yuan", given=hiring.budget_yuan, allowed=np.ceil(staff))
    starts, classes, priced, bound = _solved(parts, hiring)
    plan = _plan_table(parts, starts, classes, study, hiring)
    return HiringPlan(plan, _recruitment(starts, hiring), float(plan["cost_yuan"].sum()), priced, bound)


def _solved(parts: dict[str, Cohorts], hiring: Hiring) -> tuple[dict[str, Array], dict[str, Array], float, float]:
    """Starts and classes by post and month; objective and bound [yuan]."""
    model = pulp.LpProblem("hiring", pulp.LpMinimize)
    count, train = len(hiring.month_index), hiring.training
    start, group, missing, cost = {}, {}, {}, []
    for code, post in hiring.posts.items():
        part = parts[code]
        for t in range(count):
            start[code, t] = model.add_variable(f"start_{code}_{t}", 0, 0 if t < hiring.funnel.lead_months else None, cat=pulp.LpInteger)
            group[code, t] = model.add_variable(f"class_{code}_{t}", 0, train.classes_a_month, cat=pulp.LpInteger)
            missing[code, t] = model.add_variable(f"short_{code}_{t}", 0)
            model += start[code, t] <= train.seats * group[code, t]
            wages = post.month_yuan * float(part.employed[t].sum())
            cost.append((post.hire_yuan + wages) * start[code, t] + train.class_yuan * group[code, t])
        for t in range(count):
            given = pulp.lpSum(float(part.productive[s, t]) * start[code, s] for s in range(t + 1) if part.productive[s, t] > 0)
            model += given + missing[code, t] >= float(part.needed[t] - part.staying[t])
    for t in range(count):
        model += pulp.lpSum(group[code, t] for code in hiring.posts) <= train.classes_a_month
    fixed = sum(float(parts[code].staying.sum()) * post.month_yuan for code, post in hiring.posts.items())
    model += pulp.lpSum(cost) + fixed <= hiring.budget_yuan
    model.setObjective(pulp.lpSum(cost) + hiring.short_fte_yuan * pulp.lpSum(missing.values()))
    model.solve(pulp.HiGHS(msg=False, threads=1, timeLimit=_SECONDS, gapRel=1e-6))
    if model.sol_status != pulp.LpSolutionOptimal:
        raise StaffingError("staffing.hiring_unproven", where="hiring", given=pulp.LpSolution[model.sol_status])
    bound = float(model.solverModel.getInfo().mip_dual_bound)
    by_post = [{c: np.array([round(v[c, t].value() or 0) for t in range(count)]) for c in hiring.posts} for v in (start, group)]
    return by_post[0], by_post[1], float(pulp.value(model.objective)) + fixed, bound + fixed


def _plan_table(parts: dict[str, Cohorts], starts: dict[str, Array], classes: dict[str, Array], study: Study, hiring: Hiring) -> pd.DataFrame:
    frames = []
    for code, post in hiring.posts.items():
        part, hires = parts[code], starts[code]
        available, heads = part.staying + hires @ part.productive, part.staying + hires @ part.employed
        columns = {
            "job": code, "month": list(hiring.month_index), "grade": post.grade, "needed_fte": part.needed, "available_fte": available,
            "headcount": heads, "hires": hires, "classes": classes[code], "leavers": heads * post.attrition_share,
            "short_fte": np.maximum(part.needed - available, 0.0), "short_risk_share": _short_risk(code, part, hires, study, hiring),
            "cost_yuan": heads * post.month_yuan + hires * post.hire_yuan + classes[code] * hiring.training.class_yuan,
        }  # fmt: skip
        frames.append(pd.DataFrame(columns))
    return tables.check("hiring_plan", pd.concat(frames, ignore_index=True), source="hiring_plan")


def _short_risk(code: str, part: Cohorts, hires: Array, study: Study, hiring: Hiring) -> Array:
    """Chance of a month with fewer people than needed: who leaves and who passes goes by chance, and so does the need."""
    post, rng, count = hiring.posts[code], study.rng("staffing", "hiring", code), len(part.needed)
    months, train = np.arange(count), hiring.training
    old = np.empty((_DRAWS, count))
    here = np.full(_DRAWS, post.headcount)
    capacity = np.zeros((_DRAWS, count))
    groups = [rng.binomial(int(n), train.pass_share, _DRAWS) for n in hires]
    ramp = np.array([*hiring.ramp_shares, 1.0])
    for t in months:
        after = rng.binomial(here, 1 - post.attrition_share)
        old[:, t] = (here + after) / 2
        here = after
        for s in range(t + 1):
            now = rng.binomial(groups[s], 1 - post.attrition_share)
            age = t - s - train.months
            if age >= 0:
                capacity[:, t] += (groups[s] + now) / 2 * ramp[min(age, len(ramp) - 1)]
            groups[s] = now
    needed = part.needed * np.maximum(1 + hiring.need_cv * rng.standard_normal((_DRAWS, 1)), 0.0)
    return np.asarray((old + capacity < needed - 1e-9).mean(axis=0))


def _recruitment(starts: dict[str, Array], hiring: Hiring) -> pd.DataFrame:
    """Posts, head count and requirements, month by month, with the applicants that the funnel needs."""
    months = list(hiring.month_index)
    rows = []
    for code, post in hiring.posts.items():
        for t in np.flatnonzero(starts[code]):
            people = int(starts[code][t])
            rows.append(
                {
                    "job": code,
                    "start_month": months[t],
                    "open_month": months[t - hiring.funnel.lead_months],
                    "grade": post.grade,
                    "people": people,
                    "applicants": ceil_people(people / hiring.funnel.hired_share),
                    "requirements": "; ".join(
                        [say(f"staffing.standard.{s}") for s in post.standards] + [pick(text.model_dump()) for text in post.requirements]
                    ),
                }
            )
    frame = pd.DataFrame(rows) if rows else tables.empty("recruitment_plan")
    return tables.check("recruitment_plan", frame, source="recruitment_plan")


def hiring_lines(found: HiringPlan, hiring: Hiring) -> list[str]:
    """The result in sentences: cost against budget, people to hire, people missing, the proof."""
    facts = {
        "cost": found.cost_yuan, "budget": hiring.budget_yuan, "hires": int(found.plan["hires"].sum()), "short": found.plan["short_fte"].sum(),
        "priced": found.priced_yuan, "bound": found.bound_yuan,
    }  # fmt: skip
    lines = [say("staffing.hiring.result", **facts)]
    return [*lines, say("staffing.hiring.illustrative")] if hiring.illustrative else lines


def budget_table(need: pd.DataFrame, study: Study, hiring: Hiring, factors: tuple[float, ...] = (0.94, 0.96, 0.98, 1.0, 1.05)) -> pd.DataFrame:
    """What other budgets would give, as factors on the cost of the plan: people hired and missing.

    A budget below the cost of today's staff is left out.

    Returns
    -------
    DataFrame, table hiring_budget.
    """
    rows, planned = [], hiring_plan(need, study, hiring).cost_yuan
    for factor in factors:
        changed = hiring.model_copy(update={"budget_yuan": float(np.ceil(planned * factor))})
        if _staff_yuan(need, study, changed) > changed.budget_yuan:
            continue
        plan = hiring_plan(need, study, changed)
        rows.append(
            (changed.budget_yuan, plan.cost_yuan, int(plan.plan["hires"].sum()), plan.plan["short_fte"].sum(), plan.plan["short_risk_share"].max())
        )
    names = ["budget_yuan", "cost_yuan", "hires", "short_fte", "most_risk_share"]
    return tables.check("hiring_budget", pd.DataFrame(rows, columns=names) if rows else tables.empty("hiring_budget"), source="hiring_budget")


def _staff_yuan(need: pd.DataFrame, study: Study, hiring: Hiring) -> float:
    """A year's cost of today's staff, nobody hired."""
    base = month_fte(need, study, hiring)
    return sum(float(cohorts(base[code], post, hiring).staying.sum()) * post.month_yuan for code, post in hiring.posts.items())
