"""A site's pay structure ahead: from study and grades to a simulation, and its answer as small tables of site totals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cslib.core.errors import PayError
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.params.pay_scheme import PayScheme
from cslib.params.statutory import statutory
from cslib.pay.cost import LEAST_PEOPLE
from cslib.pay.ladder import Ladder
from cslib.pay.simulation import Outcome, months_ahead, plain_months, simulate
from cslib.pay.structure import scheme_ranges, summary
from cslib.pay.workforce import Behaviour, People, Structure

DUTIES_A_MONTH = 248 / 12  # legal workdays, 人社部发〔2025〕2号
MEASURES = ("mean", "p5", "p50", "p95", "over")
CAUSES = ("plan", "volume", "mix", "rate_grade", "rate_variable", "price", "cost")
BY_PART = {"earning": 1, "employee": -1, "tax": -1, "employer": 1}


@dataclass(frozen=True)
class Outlook:
    """A simulation with what it started from; ``estimated``: a contribution year ahead is not announced; ``budget_yuan``: what it is held to;
    ``reference``: today's regular pay by grade, which leaving is measured against [yuan]."""

    structure: Structure
    ladder: Ladder
    behaviour: Behaviour
    outcome: Outcome
    budget_yuan: float
    estimated: bool
    people: People
    reference: np.ndarray


def structure_of(scheme: PayScheme) -> Structure:
    """The scheme as the simulation sees it: base, monthly items, items by duty on 248 / 12 duties, performance pay by score.

    A line over the score becomes steps of one point. Items by night, rank, award and for roles are left out: nobody's share of them is known.
    """
    grades = tuple(scheme.base_yuan)
    fixed, target = np.zeros(len(grades)), np.zeros(len(grades))
    steps_at, steps_pay = np.array([-np.inf]), np.array([1.0])
    seniority = 0.0
    for item in scheme.items.values():
        rates = np.array([item.rate_yuan(grade, "agent") for grade in grades])
        if item.curve is not None and item.curve.fact == "score" and not item.roles:
            share = item.curve.share or item.curve.kind == "linear"
            steps_at = np.concatenate([[-np.inf], np.arange(0.0, 201.0)])
            values = np.array([item.curve.at(max(0.0, at)) for at in steps_at])
            whole = 1.0 if share else max(1.0, float(values.max()))
            steps_pay, target = values / whole, target + (rates if share else whole * (rates > 0))
        elif item.curve is None and item.count is None and not item.needs:
            per = {"month": 1.0, "shift": DUTIES_A_MONTH}.get(item.per, 0.0)
            fixed = fixed + rates * per
            seniority += float(rates.max()) if item.per == "service_year" else 0.0
    base = np.array([scheme.base_yuan[grade] for grade in grades])
    return Structure(grades, base, fixed, target, steps_at, steps_pay, seniority_yuan=seniority, probation_share=scheme.probation_ratio,
                     probation_months=scheme.probation_months)  # fmt: skip


def people_of(study: Study, grades: pd.DataFrame) -> People:
    """Posts and holders of the month, in the order of the staff list: grade and months of service."""
    order = list(study.params.pay.base_yuan)
    staff = study.employees.sort_values("position").merge(grades, on="employee_id")
    first = study.horizon.start
    service = [max(0, (first.year - hired.year) * 12 + first.month - hired.month) for hired in staff["hired"]]
    return People.of(np.array([order.index(grade) for grade in staff["grade"]]), np.array(service, dtype=np.int64))


def outlook(
    study: Study, grades: pd.DataFrame, *, raise_share: float = 0.0, up_at: float = 110.0, down_below: float = 90.0, mean: float = 100.0,
    leave_month: float = 0.03, elasticity: float = -3.0, budget_share: float = 0.0, months: int = 36, runs: int = 200,
) -> Outlook:
    """The site's pay ahead under a raise and thresholds.

    Parameters
    ----------
    raise_share : all pay up by this share;  up_at, down_below : thresholds of the ladder [points], three months in a row
    mean, leave_month, elasticity : behaviour, see ``Behaviour``: literature and assumptions, not facts of the site
    budget_share : the budget is the plan (everybody stays as he is, today's pay) times 1 + this share

    Raises
    ------
    PayError  if nobody is in employment.  ParamError  if the city or its contribution years are not known.
    """
    if grades.empty:
        raise PayError("pay.no_pay", where="grades", given=0)
    now = structure_of(study.params.pay)
    ladder = Ladder.streak(now.grades, up_at, min(down_below, up_at), lag_months=max(0, study.params.pay.pay_lag_months - 1))
    people, behaviour = people_of(study, grades), Behaviour(mean=mean, leave_month=leave_month, elasticity=elasticity)
    site = study.params.site
    if site.country == "CN":
        ahead = months_ahead(statutory(), site.city, study.horizon.start, months, fund_share=site.payroll.housing_fund_share)
    else:
        ahead = plain_months(months, first_month=study.horizon.start.month, cap=1e9)
    made = replace(now.scaled(1 + raise_share), seniority_yuan=now.seniority_yuan)
    found = simulate(people, made, ladder, behaviour, ahead, runs=runs, seed=site.seed, name=f"{study.site} {study.month}", reference=now.regular())
    today = now.regular() + np.clip(now.regular(), ahead.floor[0], ahead.cap[0]) * ahead.employer[0]
    budget = float(today[people.grade].sum()) * months * (1 + budget_share)
    return Outlook(made, ladder, behaviour, found, budget, ahead.estimated, people, now.regular())


def answer(found: Outlook) -> pd.DataFrame:
    """Budget distribution in words: measure, value, Monte-Carlo standard error; turnover and promotions below."""
    budget = found.outcome.budget(found.budget_yuan)
    rows = [(say(f"pay.measure.{name}"), budget[name].value, budget[name].error) for name in MEASURES]
    rows.insert(0, (say("pay.measure.budget"), found.budget_yuan, 0.0))
    for name, estimate in (("turnover", found.outcome.turnover()), ("promotions", found.outcome.promotions())):
        rows.append((say(f"pay.measure.{name}"), estimate.value, estimate.error))
    return pd.DataFrame(rows, columns=[say("pay.column.measure"), say("pay.column.value"), say("pay.column.error")])


def causes(found: Outlook) -> pd.DataFrame:
    """What makes the cost differ from the plan, in words: cause, yuan over all months, Monte-Carlo standard error."""
    split = found.outcome.split()
    rows = [(say(f"pay.cause.{name}"), split[name].value, split[name].error) for name in CAUSES]
    return pd.DataFrame(rows, columns=[say("pay.column.cause"), say("pay.column.value"), say("pay.column.error")])


def payroll_totals(slips: pd.DataFrame) -> pd.DataFrame:
    """Site totals of the month in words, from gross to net and employer cost; only gross where fewer than 10 people are paid."""
    people = slips["employee_id"].nunique()
    sums = slips.groupby("part")["amount_fen"].sum().div(100).reindex(list(BY_PART), fill_value=0.0)
    gross, net = sums["earning"], sums["earning"] - sums["employee"] - sums["tax"]
    rows = [("gross", gross), ("employee", sums["employee"]), ("tax", sums["tax"]), ("net", net), ("employer", sums["employer"])]
    rows.append(("employer_cost", gross + sums["employer"]))
    known = bool(slips["item"].eq("net").any())  # not where the country's tax and contributions are unknown
    shown = rows if people >= LEAST_PEOPLE and known else rows[:1]
    return pd.DataFrame([(say(f"pay.total.{name}"), people, yuan) for name, yuan in shown],
                        columns=[say("pay.column.item"), say("pay.column.people"), say("pay.column.value")])  # fmt: skip


def grade_table(slips: pd.DataFrame, grades: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Base pay of a whole month at full time by grade in words, of monthly paid people; grades of fewer than 10 merged (P06)."""
    staff = study.employees
    monthly = staff.loc[staff["hours_scheme"] != "part_time", "employee_id"]
    base = slips[slips["item"].eq("base") & slips["employee_id"].isin(monthly) & slips["quantity"].gt(0)]
    base = base.merge(grades[["employee_id", "grade"]], on="employee_id")
    found = summary(base["amount_fen"] / 100 / base["quantity"], base["grade"], scheme_ranges(study.params.pay))
    names = {name: say(f"pay.column.{name}") for name in ("grade", "people", "compa", "p10", "p50", "p90")}
    return found[list(names)].rename(columns=names)
