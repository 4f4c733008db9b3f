"""How many people should hold several skills: the site's busiest interval, staffed by dedicated and flexible people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.intake.study import Study
from cslib.staffing.skills import Mix, Skill, staff_skills
from cslib.staffing.tasks import ARRIVING
from cslib.staffing.workload import Work, workloads

MOST_SKILLS = 4  # more than that are too many plans to compare; the busiest are taken
LEAST_LOAD = 0.1  # Erlang; a skill with less in the busiest interval is nobody's trade


@dataclass(frozen=True)
class SkillMix:
    """The mix of the busiest interval.

    Attributes
    ----------
    when : that interval; table : table skill_mix, people by the skills they hold; mix : people, proof and bounds (None: fewer than two skills)
    """

    when: pd.Timestamp
    table: pd.DataFrame
    mix: Mix | None


def skill_mix(forecast: pd.DataFrame, study: Study) -> SkillMix:
    """Cheapest dedicated and flexible people for the interval with the most load, every skill's target kept in simulation.

    Parameters
    ----------
    forecast : table forecast, its expected contacts; study : queues, ``staffing.flexible_cost``

    Returns
    -------
    SkillMix: one group per skill, one that holds all, and the sets that people of the site hold. Queues of chat are left out (a chat is one
    of several at a time); queues of one skill are one.

    Raises
    ------
    TableError, StaffingError  as ``requirement`` and ``staff_skills`` do.
    """
    works = [w for w in workloads(forecast, study, expected=True, contacts_only=True).values() if w.queue.model in ARRIVING and w.slots == 1]
    loads = np.sum([np.where(w.open, w.load, 0.0) for w in works], axis=0) if works else np.zeros(len(study.horizon.intervals))
    at = int(np.argmax(loads))
    by_skill: dict[str, list[Work]] = {}
    for work in works:
        if work.open[at] and work.load[at] > 0:
            by_skill.setdefault(work.queue.skill, []).append(work)
    skills = {name: _skill(part, at) for name, part in by_skill.items()}
    chosen = sorted((s for s in skills if skills[s].load >= LEAST_LOAD), key=lambda s: (-skills[s].load, s))[:MOST_SKILLS]
    when = study.horizon.intervals[at]
    if len(chosen) < 2:
        return SkillMix(when, tables.empty("skill_mix"), None)
    chosen = [name for name in skills if name in chosen]
    mix = staff_skills({name: skills[name] for name in chosen}, _groups(chosen, study))
    rows = [(", ".join(group), len(group), people) for group, people in mix.people.items()]
    frame = pd.DataFrame(rows, columns=["skills", "skills_held", "people"])
    return SkillMix(when, tables.check("skill_mix", frame, source="skill_mix"), mix)


def _skill(works: list[Work], at: int) -> Skill:
    """Queues of one skill as one: loads added, handle time by contacts, the strictest target, the shortest patience."""
    load = sum(float(w.load[at]) for w in works)
    rate = sum(float(w.load[at] / w.aht_s[at]) for w in works)
    patience = [w.queue.patience_s for w in works if w.queue.model == "erlang_a" and w.queue.patience_s]
    return Skill(
        load, load / rate, min(w.service.target_s for w in works), max(w.service.level_share for w in works),
        float(min(patience)) if len(patience) == len(works) else np.inf, min(w.service.max_occupancy_share for w in works),
    )  # fmt: skip


def _groups(chosen: list[str], study: Study) -> dict[tuple[str, ...], float]:
    """Cost of a person by the skills held: one for one skill, ``flexible_cost`` for several."""
    held = study.skills.groupby("employee_id")["skill"].agg(set) if len(study.skills) else pd.Series(dtype=object)
    found = {tuple(name for name in chosen if name in some) for some in held}
    wide = sorted({group for group in found if len(group) > 1} | {tuple(chosen)}, key=lambda g: (len(g), g))
    wide = wide if len(chosen) + len(wide) <= MOST_SKILLS + 2 else [tuple(chosen)]
    return {(name,): 1.0 for name in chosen} | dict.fromkeys(wide, study.params.site.staffing.flexible_cost)
