"""The month as it would be after some steps of a way out: other leave, skills, staff or need, and exceptions from rules."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import pandas as pd

from cslib.core import tables
from cslib.core.units import ceil_people
from cslib.intake.study import TABLES, Study
from cslib.roster.door import problem as door
from cslib.roster.life.explain_facts import Clash, Step
from cslib.roster.life.explain_least import SHORT
from cslib.roster.life.explain_relax import Held, frozen, relaxed
from cslib.roster.problem import Problem

STEEP = 1e4  # times the price of missing people, where staffing up is asked for whatever the other prices say
HIRED = "hire-"  # part-timers who don't exist yet


def after(problem: Problem, roster: pd.DataFrame, days: Sequence[int], clash: Clash, steps: Sequence[Step]) -> Problem:
    """The problem of a month after some steps, with the cells outside some days as a roster has them.

    Raises
    ------
    RosterError  as ``roster.problem``.
    """
    study, need = problem.study, problem.requirement
    for step in steps:
        if step.kind == "target":
            need = lowered(problem, clash)
        elif step.kind == "hire":
            study = _hired(study, problem, days, clash, step)
        elif step.kind in _CHANGES:
            study = _CHANGES[step.kind](study, step)
    found = frozen(door(need, study), roster, days)
    if any(step.kind == "pay" for step in steps):
        prices = {code: yuan * STEEP if code in SHORT else yuan for code, yuan in found.prices.items()}
        found = dataclasses.replace(found, prices=prices)
    return relaxed(found, exceptions(problem, steps))


def exceptions(problem: Problem, steps: Sequence[Step]) -> list[Held]:
    """Rules that steps take out of force; leave and pins that move are changes of the study instead."""
    number = {who.employee_id: p for p, who in enumerate(problem.people)}
    asked = [s for s in steps if s.kind == "except" and s.rule not in ("leave_honoured", "pinned_kept")]
    return [Held(s.rule, number[s.employee_id], (day - problem.start).days) for s in asked for day in s.days]


def lowered(problem: Problem, clash: Clash) -> pd.DataFrame:
    """The requirement with what is missing on the short days taken off it; never-empty posts keep the people they must have."""
    need = problem.requirement.copy()
    for row in clash.missing.itertuples(index=False):
        place = (need["queue"] == row.queue) & (need["interval_start"] == row.interval_start)
        post = next(q for q, known in enumerate(problem.posts) if known.name == row.queue)
        slot = int((row.interval_start - pd.Timestamp(problem.start)) / pd.Timedelta(minutes=problem.interval_min))
        asked = int(need.loc[place, "scheduled"].iloc[0])
        need.loc[place, "scheduled"] = max(asked - ceil_people(row.short), min(asked, problem.least(post, slot)))
    return need


def lowered_hours(problem: Problem, clash: Clash) -> float:
    """Person-hours that a lower target asks less for."""
    return float((problem.requirement["scheduled"] - lowered(problem, clash)["scheduled"]).sum() * problem.interval_h)


def short_skills(problem: Problem, clash: Clash) -> tuple[str, ...]:
    """Skills of the queues where people are missing; all skills of the site where only leads are."""
    queues = {s.queue for s in clash.short}
    asked = [post.skill for post in problem.posts if post.name in queues] or [post.skill for post in problem.posts]
    return tuple(dict.fromkeys(asked))


def _moved(table: str) -> Callable[[Study, Step], Study]:
    """Take a person's rows of some days out of a table."""

    def change(study: Study, step: Step) -> Study:
        """The study without those rows."""
        frame = study.table(table)
        gone = frame["employee_id"].eq(step.employee_id) & frame["date"].dt.date.isin(step.days)
        return _with(study, table, frame[~gone])

    return change


def _except(study: Study, step: Step) -> Study:
    table = {"leave_honoured": "leave", "pinned_kept": "pins"}.get(step.rule)
    return study if table is None else _moved(table)(study, step)


def _approved(study: Study, step: Step) -> Study:
    frame = study.employees
    hours = frame["overtime_max_h"].where(frame["employee_id"].ne(step.employee_id), step.amount)
    return _with(study, "employees", frame.assign(overtime_max_h=hours))


def _trained(study: Study, step: Step) -> Study:
    frame = study.skills
    old = frame[~(frame["employee_id"].eq(step.employee_id) & frame["skill"].eq(step.skill))]
    return _with(study, "skills", _added(old, [{"employee_id": step.employee_id, "skill": step.skill, "since": pd.Timestamp(min(step.days))}]))


def _hired(study: Study, problem: Problem, days: Sequence[int], clash: Clash, step: Step) -> Study:
    """Part-timers for the free days, with the hours that the law leaves part-time people."""
    week_h = problem.limit("part_time_week_hours", days[0]) or 24.0
    share = min(1.0, week_h / (5 * study.params.law.number("normal_day_hours", problem.start)))
    leads = bool(clash.short) and all(not s.queue for s in clash.short)
    first = int(study.employees["position"].max()) + 1
    staff = [
        {
            "employee_id": f"{HIRED}{i + 1}", "position": first + i, "site": study.site, "role": "lead" if leads else "agent",
            "hired": pd.Timestamp(problem.date(days[0])), "left": pd.Timestamp(problem.date(days[-1])),
            "hours_scheme": "part_time", "fte_share": share,
        }
        for i in range(round(step.amount))
    ]  # fmt: skip
    skills = [{"employee_id": row["employee_id"], "skill": skill} for row in staff for skill in short_skills(problem, clash)]
    study = _with(study, "employees", _added(study.employees, staff))
    return _with(study, "skills", _added(study.skills, skills))


def _added(frame: pd.DataFrame, rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """A table with more rows, cells that are not given left empty."""
    more = pd.DataFrame([{name: row.get(name) for name in frame.columns} for row in rows], dtype=object)
    kept = [*frame.astype(object).to_dict("records"), *more.to_dict("records")]
    return pd.DataFrame(kept, columns=list(frame.columns), dtype=object)


def _with(study: Study, table: str, frame: pd.DataFrame) -> Study:
    found = {name: study.table(name) for name in (*TABLES, "published", "off_queue")}
    checked = tables.check(table if table in ("employees", "skills", "leave") else "roster", frame.reset_index(drop=True), source=table)
    return dataclasses.replace(study, _tables={**found, table: checked})


_CHANGES: dict[str, Callable[[Study, Step], Study]] = {"except": _except, "overtime": _approved, "train": _trained}
