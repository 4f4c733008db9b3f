"""Dedicated and flexible people for several skills: a small whole-number programme whose cuts come from queueing theory and from simulation.

Every group is a set of skills. Capacity cuts (Hall): the people who hold at least one skill of a set S must be able to carry S on their own,
that is, at least as many as one team needs that answers all of S together (pooling can't do better). Simulation cuts: a plan that falls
short in simulation is excluded together with every plan that is no larger in any group. Plans are tried from the cheapest on, all on the same
contacts; the first that keeps every target by more than the confidence interval, on these and on fresh contacts, is the answer. Fresh contacts
are fresh for every plan that comes so far, and the levels reported are from contacts that decided nothing.

Source: Hall 1935; Atlason, Epelman & Henderson, Call center staffing with simulation and cutting plane methods (2004).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cslib.core.errors import StaffingError
from cslib.staffing.erlang import agents_a, agents_c
from cslib.staffing.simulation import Drawn, Estimate, Group, Kind, draw, simulate

LANGUAGES = ("zh", "en", "ja", "ko", "fr", "es")  # S004-05: Chinese and English everywhere, the others at some posts
REPLICATIONS, SHORT_RUN = 48, 4
INTERVAL_S, HOURS = 3600.0, 12  # length of a simulated stretch, after an hour that does not count
MOST_PLANS, MOST_CELLS, MOST_FLEXIBLE = 2000, 2_000_000, 12


@dataclass(frozen=True)
class Skill:
    """One skill's contacts.

    Attributes
    ----------
    load : offered load [Erlang]; aht_s, target_s : handle time and answer-time target [s]; level_share : target share
    patience_s : mean patience (inf: nobody gives up) [s]; max_occupancy_share : cap on the time that people are busy
    """

    load: float
    aht_s: float
    target_s: float
    level_share: float
    patience_s: float = np.inf
    max_occupancy_share: float = 1.0

    @property
    def agents(self) -> int:
        """People of a team that has only this skill."""
        if np.isinf(self.patience_s):
            return int(agents_c(self.load, self.aht_s, self.target_s, self.level_share, self.max_occupancy_share))
        return int(agents_a(self.load, self.aht_s, self.patience_s, self.target_s, self.level_share, self.max_occupancy_share))


@dataclass(frozen=True)
class Mix:
    """People by group, and the proof.

    Attributes
    ----------
    people : people of each group [persons], by its skills
    levels : service level of each skill on contacts that decided nothing; half_widths : of their 95 % confidence intervals
    total : people in all; dedicated : people if every skill had a team of its own; pooled_bound : people if everybody had every skill
    plans : plans simulated
    """

    people: dict[tuple[str, ...], int]
    levels: dict[str, float]
    half_widths: dict[str, float]
    total: int
    dedicated: int
    pooled_bound: int
    plans: int

    @property
    def gap(self) -> int:
        """People above the bound that no mix of skills can beat."""
        return self.total - self.pooled_bound


def pooled(skills: Mapping[str, Skill], names: Sequence[str]) -> int:
    """People of one team that answers all contacts of some skills: no mix can do with fewer for them.

    Handle times are averaged by contacts, the laxest target and the longest patience are taken, so that it stays a bound.
    """
    chosen = [skills[name] for name in names]
    load = sum(s.load for s in chosen)
    rate = sum(s.load / s.aht_s for s in chosen)
    laxest = Skill(
        load, load / rate, max(s.target_s for s in chosen), min(s.level_share for s in chosen),
        max(s.patience_s for s in chosen), max(s.max_occupancy_share for s in chosen),
    )  # fmt: skip
    return laxest.agents


def staff_skills(skills: Mapping[str, Skill], groups: Mapping[tuple[str, ...], float], *, seed: int = 20260105) -> Mix:
    """Cheapest numbers of dedicated and flexible people with which every skill keeps its target in simulation.

    Parameters
    ----------
    skills : contacts by skill; groups : cost of a person by the skills held (one skill: dedicated; several: flexible, or nested product skills)
    seed : root of the simulated contacts; every plan meets the same ones

    Returns
    -------
    Mix, with the levels on contacts that decided nothing.

    Raises
    ------
    StaffingError  if a skill is held by no group, there are too many groups to compare, or no plan passes.
    """
    held = {name for group in groups for name in group}
    if missing := [name for name in skills if name not in held]:
        raise StaffingError("staffing.skill_not_held", where="groups", given=", ".join(missing), allowed=", ".join(sorted(held)))
    trial = _Trial(skills, tuple(groups), seed)
    failed: list[np.ndarray] = []
    for number, plan in enumerate(_by_cost(skills, groups), start=1):
        if number > MOST_PLANS:
            break
        if any((plan <= other).all() for other in failed[-200:]):
            continue
        if trial.passed(plan, number):
            return _mix(skills, trial.groups, plan, trial.reported(plan, number), number)
        failed.append(plan)
    raise StaffingError("staffing.skill_search", where="groups", given=MOST_PLANS)


def _by_cost(skills: Mapping[str, Skill], groups: Mapping[tuple[str, ...], float]) -> np.ndarray:
    """All plans that every capacity cut allows, cheapest first, then fewest people; shape (plans, groups)."""
    most = [skills[g[0]].agents if len(g) == 1 else pooled(skills, g) for g in groups]
    most = [min(limit, MOST_FLEXIBLE) if len(g) > 1 else limit for g, limit in zip(groups, most, strict=True)]
    if np.prod([float(limit + 1) for limit in most]) > MOST_CELLS:
        raise StaffingError("staffing.skill_groups", where="groups", given=len(groups), allowed=f"{MOST_CELLS:,}")
    plans = np.stack([axis.ravel() for axis in np.meshgrid(*(np.arange(limit + 1) for limit in most), indexing="ij")], axis=1)
    for size in range(1, len(skills) + 1):
        for names in itertools.combinations(skills, size):
            helps = np.array([bool(set(names) & set(group)) for group in groups])
            plans = plans[plans[:, helps].sum(axis=1) >= pooled(skills, names)]
    cost = plans @ np.array(list(groups.values()), dtype=float)
    return plans[np.lexsort((*plans.T[::-1], plans.sum(axis=1), np.round(cost, 9)))]


class _Trial:
    """Simulated contacts that every plan meets: a short run that sends most bad plans away, a long one, and fresh contacts at the end."""

    def __init__(self, skills: Mapping[str, Skill], groups: tuple[tuple[str, ...], ...], seed: int) -> None:
        self.skills, self.groups, self.seed = skills, groups, seed
        one = np.ones(HOURS + 1)
        self.kinds = [Kind(n, one * s.load * INTERVAL_S / s.aht_s, one * s.aht_s, s.target_s, s.patience_s) for n, s in skills.items()]
        self.long = draw(self.kinds, INTERVAL_S, REPLICATIONS, seed, "skills", "search")
        hour = {n: s.load * INTERVAL_S / s.aht_s for n, s in skills.items()}
        # three standard errors of one replication, half as large again because the waits of neighbours are alike
        self.doubt = {n: 4.5 * np.sqrt(s.level_share * (1 - s.level_share) / (hour[n] * HOURS)) for n, s in skills.items()}

    def levels(self, plan: np.ndarray, drawn: list[Drawn]) -> dict[str, Estimate]:
        """Simulated service level of each skill, the first hour left out."""
        people = [Group("+".join(g), g, np.full(HOURS + 1, n)) for g, n in zip(self.groups, plan, strict=True)]
        found = simulate(self.kinds, people, INTERVAL_S, drawn).after(1)
        return {name: found.level(name) for name in self.skills}

    def passed(self, plan: np.ndarray, number: int) -> bool:
        """Whether the plan keeps every target on the contacts that all plans meet, and on fresh ones that no other plan has met."""
        for run in (1, SHORT_RUN):
            quick = self.levels(plan, self.long[:run])
            if any(quick[name].mean + self.doubt[name] / np.sqrt(run) < skill.level_share for name, skill in self.skills.items()):
                return False
        return self._kept(plan, self.long) and self._kept(plan, draw(self.kinds, INTERVAL_S, REPLICATIONS, self.seed, "skills", "fresh", number))

    def reported(self, plan: np.ndarray, number: int) -> dict[str, Estimate]:
        """Levels of the plan that was chosen, on contacts drawn after the choice."""
        return self.levels(plan, draw(self.kinds, INTERVAL_S, 2 * REPLICATIONS, self.seed, "skills", "reported", number))

    def _kept(self, plan: np.ndarray, drawn: list[Drawn]) -> bool:
        found = self.levels(plan, drawn)
        return all(found[name].mean - found[name].half_width >= skill.level_share for name, skill in self.skills.items())


def _mix(skills: Mapping[str, Skill], groups: Sequence[tuple[str, ...]], plan: np.ndarray, levels: dict[str, Estimate], number: int) -> Mix:
    return Mix(
        people={group: int(n) for group, n in zip(groups, plan, strict=True)},
        levels={name: found.mean for name, found in levels.items()},
        half_widths={name: found.half_width for name, found in levels.items()},
        total=int(plan.sum()),
        dedicated=sum(s.agents for s in skills.values()),
        pooled_bound=pooled(skills, list(skills)),
        plans=number,
    )
