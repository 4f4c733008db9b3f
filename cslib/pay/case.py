"""A reform file put on a site: people, structures A and B, behaviour, months ahead, and the limits that a designed structure has to meet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from cslib.core.errors import PayError
from cslib.core.paths import params_dir
from cslib.intake.study import Study
from cslib.params.ladder_files import open_ladder
from cslib.params.pay_reform import BehaviourSpec, DesignSpec, LadderSpec, Reform, ladder_places, open_reform
from cslib.params.pay_reform import Step as StepSpec
from cslib.params.statutory import FUND, Statutory, statutory
from cslib.pay.design import Design, Limits, Steps, design, tradeoff
from cslib.pay.ladder import Ladder
from cslib.pay.ladder_rules import ladder_of
from cslib.pay.outlook import people_of, structure_of
from cslib.pay.reform import Reform as Compared
from cslib.pay.reform import compare, with_steps
from cslib.pay.simulation import months_ahead, plain_months, simulate
from cslib.pay.workforce import Behaviour, Months, People, Structure


@dataclass(frozen=True)
class Case:
    """A reform on a site. ``before`` and ``after``: structure and ladder; ``file``: the reform file that was read; ``name``: its random stream."""

    reform: Reform
    study: Study
    people: People
    before: tuple[Structure, Ladder]
    after: tuple[Structure, Ladder]
    behaviour: Behaviour
    months: Months
    file: Path
    name: str

    @property
    def provenance(self) -> dict[str, object]:
        """What the answer hangs on besides the study, for the manifest: reform file and ladder files with their sha256."""
        ladders = {spec.file for _, spec in ladder_places(self.reform) if spec.file is not None}
        files = [self.file, *(params_dir() / "ladders" / f"{name}.yml" for name in sorted(ladders))]
        return {"name": self.file.stem, "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}}

    def changed(self, **given: float) -> Case:
        """The same with other settings of structure B: ``raise_share``, ``up_at``, ``down_below``; what a slider asks."""
        change, ladder = self.reform.change, self.reform.change.ladder or self.reform.ladder
        raised = change.model_copy(update={"raise_share": given.get("raise_share", change.raise_share)})
        if {"up_at", "down_below"} & set(given):
            up_at = given.get("up_at", ladder.up_at if ladder.up_at is not None else 110.0)
            low = given.get("down_below", ladder.down_below if ladder.down_below is not None else 90.0)
            raised = raised.model_copy(update={"ladder": LadderSpec(up_at=up_at, down_below=min(low, up_at), streak=ladder.streak,
                                                                  period_months=ladder.period_months)})  # fmt: skip
        return replace(self, after=_after(raised.ladder, self, raised.raise_share))

    def designed(self, **given: float) -> Case:
        """The same with other limits of the design: ``losers_share``, ``budget_p90_share``."""
        return replace(self, reform=self.reform.model_copy(update={"design": self.reform.design.model_copy(update=dict(given))}))


def open_case(study: Study, grades: pd.DataFrame, name: str) -> Case:
    """Read a reform and put it on the site's people of the month.

    Parameters
    ----------
    grades : table ``grades``;  name : file of ``params/reforms``, or a path that ends in ``.yml``

    Raises
    ------
    ParamError  with file and line for a wrong reform file, and for a city or contribution year that is not known.
    PayError  if nobody is in employment, or a ladder file can't be put as thresholds on a score.
    """
    if grades.empty:
        raise PayError("pay.no_pay", where="grades", given=0)
    reform, document = open_reform(name, study.params.pay)
    now = structure_of(study.params.pay)
    behaviour = _behaviour(reform.behaviour, now.grades)
    site = study.params.site
    if site.country == "CN":
        share = site.payroll.housing_fund_share
        ahead = months_ahead(statutory(), site.city, study.horizon.start, reform.months, fund_share=share)
    else:
        ahead = plain_months(reform.months, first_month=study.horizon.start.month, cap=1e9)
    before = now, _ladder(reform.ladder, now.grades)
    stream = f"{study.site} {study.month} {document.path.stem}"
    case = Case(reform, study, people_of(study, grades), before, before, behaviour, ahead, document.path, stream)
    return replace(case, after=_after(reform.change.ladder, case, reform.change.raise_share))


def compare_case(case: Case) -> Compared:
    """Structure A against B on the same people, months and luck; see ``compare``."""
    return compare(case.people, case.before, case.after, case.behaviour, case.months, runs=case.reform.runs, seed=case.study.params.site.seed,
                   name=case.name)  # fmt: skip


def design_case(case: Case) -> Design:
    """The cheapest structure inside the limits that meets every constraint in a fresh simulation; see ``design``.

    Raises
    ------
    PayError  if the grid holds no amount for a grade.
    """
    steps, ladders = _options(case)
    return design(case.people, case.before[0], ladders, case.behaviour, case.months, limits_of(case), steps=steps, runs=case.reform.runs,
                  seed=case.study.params.site.seed)  # fmt: skip


def tradeoff_case(case: Case) -> pd.DataFrame:
    """The cheapest design for each limit on losers (``tradeoff_losers`` of the file); see ``tradeoff``."""
    steps, ladders = _options(case)
    return tradeoff(case.people, case.before[0], ladders, case.behaviour, case.months, limits_of(case), losers=case.reform.design.tradeoff_losers,
                    steps=steps, runs=case.reform.runs, seed=case.study.params.site.seed)  # fmt: skip


def limits_of(case: Case) -> Limits:
    """The limits of the file in yuan: grid from today's base, budget from today's P90, minimum wage from the city."""
    spec, now = case.reform.design, case.before[0]
    bands = [spec.base_yuan.get(grade) for grade in now.grades]
    low = np.array([band.low if band else _on_grid(spec.low_share * base, spec.step_yuan, -1) for band, base in zip(bands, now.base, strict=True)])
    high = np.array([band.high if band else _on_grid(spec.high_share * base, spec.step_yuan, 1) for band, base in zip(bands, now.base, strict=True)])
    channels = tuple(tuple(now.grades.index(grade) for grade in steps) for steps in case.study.params.pay.channels.values())
    parity = tuple(zip(*channels, strict=False)) if spec.parity and len(channels) == 2 else ()
    least = least_base(case.study, now, case.behaviour.entry_grade) if spec.minimum_wage and case.study.params.site.country == "CN" else 0.0
    return Limits(
        low, high, spec.step_yuan, least, _budget(case, spec), spec.losers_share, spec.grade_share, tuple((a, b) for a, b in parity),
        spec.parity_share, spec.turnover_share, spec.progression_share, channels or (tuple(range(len(now.grades))),),
    )  # fmt: skip


def least_base(study: Study, structure: Structure, entry: int) -> np.ndarray:
    """Base pay by grade below which a payslip would fall under the minimum wage [yuan a month, full time].

    Allowances that count lower it; where the city leaves the own contributions out, they come on top. On the entry grade it is the pay on
    probation that has to reach the minimum.

    Raises
    ------
    ParamError  if the city, its contribution year or its minimum wage is not known.
    """
    law, site = statutory(), study.params.site
    dated, excluded = law.least_wage(law.city(site.city), study.horizon.start)
    items = [item for item in study.params.pay.items.values() if item.per == "month" and item.curve is None and item.group not in excluded.groups]
    counted = np.array([sum(item.rate_yuan(grade, "agent") for item in items if not item.needs) for grade in structure.grades])
    found = np.maximum(0.0, float(dated.value or 0.0) - counted)
    share = np.ones(len(found))
    if structure.probation_months:
        share[entry] = structure.probation_share
    if "own_contributions" in excluded.groups:
        whole = structure.fixed + structure.target * structure.expected
        for _ in range(20):  # contributions follow the wage: a contraction, since their shares add up to less than 1
            found = np.maximum(0.0, float(dated.value or 0.0) - counted + _own(law, study, found + whole))
    return np.asarray(found / share)


def _own(law: Statutory, study: Study, wage: np.ndarray) -> np.ndarray:
    """The employee's contributions on wages [yuan a month]."""
    site = study.params.site
    year = law.year(site.city, study.horizon.start, carry=True)
    total = np.zeros(len(wage))
    for name, scheme in year.schemes.items():
        floor, cap = year.bounds(name)
        fund = site.payroll.housing_fund_share if name == FUND else None
        total = total + np.clip(wage, float(floor), float(cap)) * (scheme.employee if fund is None else fund) + float(scheme.employee_yuan)
    return total


def _on_grid(amount: float, step: float, side: int) -> float:
    """The amount on multiples of the step, inside the limit: up for the lower end, down for the upper end."""
    return float((np.ceil if side < 0 else np.floor)(round(amount / step, 9)) * step)


def _budget(case: Case, spec: DesignSpec) -> float:
    if spec.budget_p90_yuan is not None:
        return spec.budget_p90_yuan
    if spec.budget_p90_share is None:
        return float("inf")
    structure, ladder = case.before
    today = simulate(case.people, structure, ladder, case.behaviour, case.months, runs=case.reform.runs, seed=case.study.params.site.seed,
                     name="today", reference=structure.regular())  # fmt: skip
    return today.budget()["p90"].value * spec.budget_p90_share


def _options(case: Case) -> tuple[list[Steps], list[Ladder]]:
    spec, grades = case.reform.design, case.before[0].grades
    return [_steps(steps) for steps in spec.steps], [case.before[1], *(_ladder(ladder, grades) for ladder in spec.ladders)]


def _steps(steps: tuple[StepSpec, ...]) -> Steps:
    return np.array([step.at for step in steps]), np.array([step.pay for step in steps])


def _after(ladder: LadderSpec | None, case: Case, raise_share: float) -> tuple[Structure, Ladder]:
    """Structure B: raise, then amounts by grade, then steps."""
    change, now = case.reform.change, case.before[0]
    base = np.array([change.base_yuan.get(grade, yuan * (1 + raise_share)) for grade, yuan in zip(now.grades, now.base, strict=True)])
    target = np.array([change.target_yuan.get(grade, yuan) for grade, yuan in zip(now.grades, now.target, strict=True)])
    made = replace(now, base=base, target=target)
    if change.steps:
        made = with_steps(made, *_steps(change.steps), case.behaviour)
    return made, case.before[1] if ladder is None else _ladder(ladder, now.grades)


def _ladder(spec: LadderSpec, grades: tuple[str, ...]) -> Ladder:
    """A ladder of a reform file over the grades of the scheme."""
    if spec.file is not None:
        return ladder_of(open_ladder(spec.file, spec.reading, spec.settings), grades)
    if spec.chances:
        table = np.eye(len(grades))
        for grade, row in spec.chances.items():
            table[grades.index(grade)] = [row.get(other, 0.0) for other in grades]
        return Ladder.markov(grades, table)
    up = np.inf if spec.up_at is None else spec.up_at
    down = -np.inf if spec.down_below is None else spec.down_below
    return Ladder.streak(grades, up, down, spec.streak, period_months=spec.period_months)


def _behaviour(spec: BehaviourSpec, grades: tuple[str, ...]) -> Behaviour:
    entry = 0 if spec.entry_grade is None else grades.index(spec.entry_grade)
    given = {name: value for name, value in spec.model_dump().items() if name not in ("entry_grade", "source")}
    return Behaviour(**given, entry_grade=entry)
