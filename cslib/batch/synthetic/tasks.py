"""Duties a day: for every day the cheapest numbers of duties by group, shift and break times that cover what is open.

A covering integer programme a day, solved exactly: minimise sum_g,o cost_g n_go, subject to sum of n_go over the options that serve
a set of queues in an interval >= what the set still needs there. A day runs from the earliest shift start to the next day's.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from cslib.batch.synthetic.field import Field, candidate, moment
from cslib.core.errors import RosterError

SKILL_PRICE = 0.12  # a skill more makes a duty dearer by this share, so that single-skilled people do what they can
THERE_ANYWAY = 0.75
WORK_SHARE = 5 / 7
GAP_SHARE = 0.01
NODES = 2000


def tasks(field: Field, left: np.ndarray, groups: Collection[str]) -> np.ndarray:
    """Duties to be taken.

    Parameters
    ----------
    left : what is open, shape of ``field.need``
    groups : groups that may take them

    Returns
    -------
    Numbers of duties, integers, shape (all groups of the recipe, days, options); for groups with a count no more a day than they
    can give.

    Raises
    ------
    RosterError  if no duty covers an interval that needs someone.
    """
    everyone = list(field.people.groups)
    served = [field.served[group] if group in groups else {} for group in everyone]
    columns = [(g, option) for g, options in enumerate(served) for option in options]
    cost = np.array([_price(field, everyone[g], option) for g, option in columns])
    caps = np.array([_cap(field, group) for group in everyone])
    left, found = left.copy(), np.zeros((len(everyone), len(field.days), len(field.options)), dtype=int)
    member = np.array([[g == each for g, _ in columns] for each in range(len(everyone))], dtype=float)
    for day in range(len(field.days)):
        first = day * field.slots
        window = slice(first + field.begin, first + field.begin + field.slots)
        wanted = left[:, window].clip(min=0)
        matrix = np.zeros((*wanted.shape, len(columns)))
        for c, (g, option) in enumerate(columns):
            matrix[served[g][option], :, c] = field.serves[option][field.begin : field.begin + field.slots]
        numbers = _cheapest(cost, matrix[wanted > 0], wanted[wanted > 0], member, caps[:, day])
        if numbers is None:
            bare = ((wanted > 0) & (matrix.sum(axis=2) == 0)).any(axis=0)
            slot = window.start + int((bare if bare.any() else (wanted > 0).any(axis=0)).argmax())
            raise RosterError("synthetic.uncoverable", where=field.params.name, groups=", ".join(groups), when=moment(field, slot))
        for c, (g, option) in enumerate(columns):
            found[g, day, option] = numbers[c]
            span = slice(first, min(first + 2 * field.slots, left.shape[1]))
            left[served[g][option], span] -= numbers[c] * field.serves[option][: span.stop - span.start]
    return found


def _price(field: Field, group: str, option: int) -> float:
    """Price of a duty: its length in full days, dearer with every skill, cheaper for people who are there anyway."""
    spec, duty = field.people.groups[group], field.duties[field.options[option].duty]
    share = duty.shift.paid_min / 60 / float(field.params.law.value("normal_day_hours", field.horizon.start))
    return share * (1 + SKILL_PRICE * (len(spec.skills) - 1)) * (THERE_ANYWAY if spec.count else 1.0)


def _cap(field: Field, group: str) -> np.ndarray:
    """Most duties a day of a group: for a fixed one those whom nothing bars, at five of seven days unless their week is fixed."""
    spec = field.people.groups[group]
    if spec.count is None:
        return np.full(len(field.days), np.inf)
    there = sum((~candidate(field, group, n + 1).barred.all(axis=1)).astype(float) for n in range(spec.count))
    total = np.cumsum(np.asarray(there) * (1.0 if spec.hours_scheme == "standard" else WORK_SHARE))
    return np.diff(np.floor(total + 1e-9), prepend=0.0)


def _cheapest(cost: np.ndarray, matrix: np.ndarray, wanted: np.ndarray, member: np.ndarray, caps: np.ndarray) -> np.ndarray | None:
    """Whole numbers >= 0 with matrix @ n >= wanted and member @ n <= caps at least cost; None if there are none."""
    if not len(wanted):
        return np.zeros(len(cost), dtype=int)
    if not len(cost):
        return None
    options = {"mip_rel_gap": GAP_SHARE, "node_limit": NODES}
    constraints = [LinearConstraint(matrix, lb=wanted), LinearConstraint(member, ub=caps)]
    result = milp(cost, constraints=constraints, integrality=np.ones(len(cost)), bounds=Bounds(0, np.inf), options=options)
    return None if result.x is None else np.round(result.x).astype(int)
