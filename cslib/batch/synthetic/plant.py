"""The planted roster: the smallest staff found whose legal months cover every interval of the requirement.

The requirement becomes duties to be taken (``tasks``); people are added, each with the legal sequence that takes most of them,
until all are taken. Then single people are taken out as long as the others, re-planned one by one, still take everything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cslib.batch.synthetic.field import Candidate, Field, Planted, candidate, cover, shortfall
from cslib.batch.synthetic.pattern import REST_DAY, best_sequence
from cslib.batch.synthetic.people import Person
from cslib.batch.synthetic.tasks import tasks
from cslib.core.errors import RosterError
from cslib.core.streams import stream

BESIDE_MONTH = 0.25  # days before and after: their coverage is wished for, not needed
SURPLUS = -0.05
SAME_SHIFT = 0.15  # of a duty: keeps rosters calm
OTHERS_TASK = 0.4  # of a duty: doing what a group with fewer skills could do
CROWDED = 0.3  # of a duty: where most is left to take
SHAKE = 0.3  # of a duty
SWEEPS = 6
RE_PLAN_BELOW = 25  # duties left
IDLE = 5  # people in a row who take nothing new


@dataclass
class _Work:
    """Duties still to be taken, shape (groups, days, options), and who takes what: ``taken`` is the group whose duty it is, or -1."""

    field: Field
    groups: list[str]
    open: np.ndarray
    people: list[tuple[Planted, np.ndarray]]

    def left(self, group: int | None = None) -> int:
        """Duties of a group (default: of all) in the month and the day before it that nobody takes yet."""
        rows = self.open if group is None else self.open[[group]]
        return int(rows[:, self.field.people.look_back_days - 1 :].sum())


def plant(field: Field) -> list[Planted]:
    """Plant a roster.

    Returns
    -------
    People in the order of the recipe's groups, each with the duties of look-back and month; every interval of the month covered.

    Raises
    ------
    RosterError  if a person of the recipe has no legal month, or the groups can't cover the requirement.
    """
    groups = list(field.people.groups)
    work = _Work(field, groups, tasks(field, field.need, groups), [])
    for group, spec in enumerate(field.people.groups.values()):
        for number in range(1, (spec.count or 0) + 1):
            _add(work, candidate(field, groups[group], number))
    growing = [group for group, name in enumerate(groups) if field.people.groups[name].count is None]
    for group in growing:
        _grow(work, group)
    while shortfall(field, left := _left(work)):  # what fixed groups could not take after all
        work.open = tasks(field, left, [groups[group] for group in growing])
        for group in growing:
            _grow(work, group)
    _repack(work)
    return sorted((planted for planted, _ in work.people), key=lambda each: (groups.index(each.person.group), each.person.number))


def _left(work: _Work) -> np.ndarray:
    """What the people so far leave open, shape of ``need``."""
    return work.field.need - sum((cover(work.field, planted) for planted, _ in work.people), np.zeros_like(work.field.need))


def _grow(work: _Work, group: int) -> None:
    """Add people of a group until all its duties are taken; when few are left, first try to re-plan who is there."""
    rng = stream(work.field.seed, work.field.params.name, "grow", work.groups[group])
    number = max((planted.person.number for planted, _ in work.people if planted.person.group == work.groups[group]), default=0)
    idle = 0
    while before := work.left(group):
        if before < RE_PLAN_BELOW:
            _sweep(work, rng, group)
        if work.left(group):
            number += 1
            _add(work, candidate(work.field, work.groups[group], number))
        idle = idle + 1 if work.left(group) >= before else 0
        if idle == IDLE:
            raise RosterError("synthetic.untakeable", where=work.field.params.name, group=work.groups[group], count=work.left(group))


def _repack(work: _Work) -> None:
    """Take out one person after the other while the rest, re-planned, still takes everything."""
    rng = stream(work.field.seed, work.field.params.name, "repack")
    failures = 0
    while failures < work.field.people.repack:
        free = [i for i, (planted, _) in enumerate(work.people) if _spare(work.field, planted.person)]
        if not free:
            return
        before = work.open.copy(), list(work.people)
        _remove(work, free[int(rng.integers(len(free)))])
        _sweep(work, rng)
        if work.left() or shortfall(work.field, _left(work)):
            work.open, work.people = before
            failures += 1
        else:
            failures = 0


def _sweep(work: _Work, rng: np.random.Generator, group: int | None = None) -> None:
    """Re-plan everybody in turn against what the others leave, until a group's duties are taken or the sweeps are used up."""
    for _ in range(SWEEPS):
        for who in [planted.candidate for planted, _ in (work.people[i] for i in rng.permutation(len(work.people)))]:
            if not work.left(group):
                return
            _remove(work, next(i for i, (planted, _) in enumerate(work.people) if planted.candidate is who))
            _add(work, who, rng)


def _add(work: _Work, who: Candidate, rng: np.random.Generator | None = None) -> None:
    """Give a person the duties worth most to take; with ``rng``, slightly shaken values, so that re-planning finds new ways."""
    values, choice, owner = _task_values(work, who)
    if rng is not None:
        values = values + SHAKE * rng.random(values.shape)
    planted = _placed(work.field, who, values, choice)
    taken = np.full(len(planted.days), -1)
    for day, option in enumerate(planted.days):
        if option != REST_DAY and owner[day, option] >= 0:
            taken[day] = owner[day, option]
            work.open[taken[day], day, option] -= 1
    work.people.append((planted, taken))


def _remove(work: _Work, index: int) -> None:
    planted, taken = work.people.pop(index)
    for day, group in enumerate(taken):
        if group >= 0:
            work.open[group, day, planted.days[day]] += 1


def _spare(field: Field, who: Person) -> bool:
    """True for people whom the recipe does not ask for by count or number."""
    spec = field.people.groups[who.group]
    return spec.count is None and all(entry.number != who.number for entry in spec.special)


def _placed(field: Field, who: Candidate, values: np.ndarray, choice: np.ndarray) -> Planted:
    """A person's best legal days, with no more nights than the site gives free of price.

    Parameters
    ----------
    values : value of each kind of duty on each day, -inf where barred; choice : option that gives it
    """
    sequence = best_sequence(values, field.law, who.stretches, SAME_SHIFT)
    if sequence is not None:
        nights = _nights(field, sequence)
        kept = set(nights[: field.params.site.roster.nights_free])
        if len(kept) < len(nights):
            others = np.array([day >= field.people.look_back_days and day not in kept for day in range(len(field.days))])
            values = np.where(others[:, None] & field.law.night[None, :], -np.inf, values)
            sequence = best_sequence(values, field.law, who.stretches, SAME_SHIFT)
    if sequence is None:
        raise RosterError("synthetic.no_month", where=field.params.name, group=who.person.group, number=who.person.number)
    return Planted(who, np.where(sequence == REST_DAY, REST_DAY, choice[np.arange(len(sequence)), np.maximum(sequence, 0)]))


def _nights(field: Field, sequence: np.ndarray) -> list[int]:
    """Days of the month with a night duty."""
    return [day for day in range(field.people.look_back_days, len(sequence)) if sequence[day] != REST_DAY and field.law.night[sequence[day]]]


def _task_values(work: _Work, who: Candidate) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Value of each kind of duty on each day and the option that gives it; and for each day and option, the group whose duty it takes."""
    field, own = work.field, work.groups.index(who.person.group)
    served = field.served[who.person.group]
    worth = np.full(work.open.shape[1:], -np.inf)
    worth[:, list(served)] = SURPLUS
    owner = np.full(worth.shape, -1)
    most = max(1, int(work.open.max()))
    for group in sorted(range(len(work.groups)), key=lambda g: g == own):
        theirs = field.served[work.groups[group]]
        able = [option for option, levels in theirs.items() if set(levels) <= set(served.get(option, []))]
        wanted = work.open[group][:, able] > 0
        fits = np.array([1.0 if theirs[option] == served[option] else OTHERS_TASK for option in able])
        gain = fits * (1 + CROWDED * work.open[group][:, able] / most)
        worth[:, able] = np.where(wanted, gain, worth[:, able])
        owner[:, able] = np.where(wanted, group, owner[:, able])
    return *_by_duty(field, who, worth), owner


def _by_duty(field: Field, who: Candidate, worth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Best option of each kind of duty, shape (days, duties): its value (-inf where barred) and its index."""
    values, choice = (np.zeros((len(field.days), len(field.duties))) for _ in range(2))
    for duty in range(len(field.duties)):
        ids = np.array([i for i, option in enumerate(field.options) if option.duty == duty])
        best = worth[:, ids].argmax(axis=1)
        values[:, duty], choice[:, duty] = worth[np.arange(len(worth)), ids[best]], ids[best]
    values[: field.people.look_back_days - 1] *= BESIDE_MONTH
    return np.where(who.barred, -np.inf, values), choice.astype(int)
