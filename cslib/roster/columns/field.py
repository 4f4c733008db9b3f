"""A month whose kinds of work are present in fixed intervals, compiled for linear programmes over whole months: which rows a duty serves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from cslib.roster.columns.intervals import Cover, IntervalCover, compile_cover
from cslib.roster.columns.kit import NEVER, Kit, compile_staff
from cslib.roster.columns.model import Staff
from cslib.roster.columns.pricing import ANY
from cslib.roster.columns.recreate import own_price
from cslib.roster.columns.rests import Rests, paused, rests_of


@dataclass(frozen=True)
class Field:
    """Compiled problem.

    Attributes
    ----------
    rows : per team (days * kinds, slots * rows of the cover) 1 where a duty of the team serves the row, breaks left out
    extra : (teams, days, kinds) price of the surplus a duty would be, before its breaks and the need it meets are taken off
    need : (slots * rows,) people wanted; shortage : (price, rows) of one more missing place, per slot and level
    rests : breaks, as head counts
    constant : price that no plan changes, part of every plan's price; whole : all prices are whole numbers, so a better plan is better by 1 at least
    """

    staff: Staff
    kit: Kit
    cover: Cover
    team: np.ndarray
    rows: list[sparse.csr_array]
    extra: np.ndarray
    need: np.ndarray
    group: np.ndarray
    price: np.ndarray
    constant: float
    whole: bool
    rests: Rests

    @property
    def shape(self) -> tuple[int, int, int]:
        """People, days, kinds."""
        people, days, kinds = self.kit.work.shape
        return people, days, kinds


def field_of(staff: Staff, cover: IntervalCover, pinned: np.ndarray | None = None) -> Field:
    """Compile a month; ``pinned`` (people, days): kind, ``OFF`` or ``ANY``."""
    kit, compiled = compile_staff(staff), compile_cover(cover)
    _pin(kit, pinned)
    slots = len(compiled.need)
    days, kinds = kit.work.shape[1:]
    at, where = [], []
    for d, k in np.ndindex(days, kinds):
        first = d * compiled.slots_per_day + int(compiled.start[k])
        for t in range(first, min(first + int(compiled.length[k]), slots)):
            at.append(d * kinds + k)
            where.append(t)
    duty = sparse.csr_array((np.ones(len(at)), (at, where)), shape=(days * kinds, slots))
    teams = compiled.hit.shape[1]
    spread = [sparse.kron(sparse.eye_array(slots), sparse.csr_array(compiled.hit[:, c][None, :].astype(float)), format="csr") for c in range(teams)]
    rows = [sparse.csr_array(duty @ s) for s in spread]
    extra = np.repeat((duty @ compiled.over).reshape(1, days, kinds), teams, axis=0)
    levels = len(compiled.rise)
    group = (np.arange(slots)[:, None] * levels + compiled.level[None, :]).ravel()
    price = np.tile(compiled.rise, (slots, 1))
    price[:, -1] += compiled.over
    return Field(
        staff, kit, compiled, np.array([p.team for p in staff.people], dtype=np.int64), rows, extra, compiled.need.ravel(), group, price.ravel(),
        float((compiled.over * (compiled.base.sum(axis=1) - compiled.total)).sum()), _whole(kit, compiled),
        rests_of(compiled, days, spread),
    )  # fmt: skip


def _pin(kit: Kit, pinned: np.ndarray | None) -> None:
    """Forbid all but the pinned choice of a day."""
    for p, d in zip(*np.nonzero(pinned != ANY), strict=True) if pinned is not None else ():
        kept = kit.work[p, d].copy()
        kit.work[p, d] = NEVER
        if pinned is not None and pinned[p, d] >= 0:
            kit.work[p, d, pinned[p, d]] = kept[pinned[p, d]]
            kit.off[p, d] = NEVER


def _whole(kit: Kit, cover: Cover) -> bool:
    """Whether every price is a whole number."""
    parts = [kit.work, kit.off, kit.total, kit.step, kit.week_price, kit.end, cover.rise, cover.over]
    return all(bool((part[part < NEVER] == np.round(part[part < NEVER])).all()) for part in parts)


def served(field: Field, people: np.ndarray, plan: np.ndarray) -> np.ndarray:
    """People who serve each row (slots * rows,), of the given people of a plan (people, days)."""
    out = np.zeros(len(field.need))
    kinds = field.shape[2]
    for c in range(len(field.rows)):
        mine = people[field.team[people] == c]
        who, day = np.nonzero(plan[mine] >= 0)
        counts = np.bincount(day * kinds + plan[mine][who, day], minlength=field.rows[c].shape[0]).astype(float)
        out += field.rows[c].T @ counts
    return out


def base_served(field: Field) -> np.ndarray:
    """People who are there anyway, per row."""
    return np.asarray((field.cover.base @ field.cover.hit.T).ravel(), dtype=float)


def shortage_price(field: Field, short: np.ndarray) -> float:
    """Price of the rows' missing places (slots * rows,): per slot and level the worst row counts."""
    worst = np.zeros(len(field.price))
    np.maximum.at(worst, field.group, short)
    return float((worst * field.price).sum())


def plan_price(field: Field, plan: np.ndarray, rests: np.ndarray) -> float:
    """Price of a legal plan (people, days) with break counts ``rests``, without the constant."""
    people = field.shape[0]
    everybody = np.arange(people)
    own = sum(float(own_price(p, plan[p], field.kit)) for p in everybody)
    who, day = np.nonzero(plan >= 0)
    surplus = float(field.extra[field.team[who], day, plan[who, day]].sum())
    surplus -= float((rests * field.rests.saved).sum())
    lack = field.need - base_served(field) - served(field, everybody, plan) + paused(field.rests, rests)
    return own + surplus + shortage_price(field, lack)
