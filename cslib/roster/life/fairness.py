"""The fairness ledger across months: who carried how many nights, weekends and holidays, against a fair share, carried from month to month.

A fair share of a kind of duty is the month's number, split over those who can take it by the days on which they could: held skill, in
employment, not on leave, not protected, times ``fte_share``. What somebody has above his share goes into the next month as a balance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.shifts import LEAVE
from cslib.core.words import say
from cslib.params.life_settings import FairnessSettings
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Person
from cslib.roster.audit.recount import wish_met
from cslib.roster.life.board import Board

KINDS = ("nights", "weekends", "holidays", "late_finishes")
_TOLD = 0.5  # points from which a month is said to make good for earlier ones


@dataclass(frozen=True)
class Load:
    """Duties by kind. ``days``: array (people, days of the month, kinds) of 0 and 1; ``share``: fair share, array (people, kinds) [duties]."""

    people: tuple[str, ...]
    days: np.ndarray
    share: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """Duties of the month, array (people, kinds)."""
        return self.days.sum(axis=1)


def load(board: Board) -> Load:
    """Who carries which kind of duty on which day, and what a fair share were."""
    people = tuple(board.people)
    days = np.zeros((len(people), len(board.days), len(KINDS)))
    homes: list[set[str]] = [set() for _ in KINDS]
    for i, who in enumerate(people):
        for duty in board.people[who].duties:
            if duty.timed:
                marks = kinds(board, duty)
                days[i, (duty.date - board.days[0]).days] = marks
                for k in np.flatnonzero(marks):
                    homes[k].add(duty.home)
    able = np.array([[_able_days(board, board.people[who], homes[k], KINDS[k]) for k in range(len(KINDS))] for who in people])
    whole = np.where(able.sum(axis=0) > 0, able.sum(axis=0), 1.0)
    return Load(people, days, able / whole * days.sum(axis=(0, 1)))


def kinds(board: Board, duty: Duty) -> np.ndarray:
    """Flags of ``KINDS`` for one duty."""
    facts, late = board.facts, board.study.params.site.fairness.late_from_h
    night, kind = facts.is_night(duty), facts.kinds.get(duty.date, "")
    end_h = (duty.end - (duty.date - board.days[0]).days * 1440) / 60
    return np.array([night, kind in {"rest_day", "arranged_off"}, kind == "statutory_holiday", not night and end_h >= late], dtype=float)


def points_of(rule: FairnessSettings) -> tuple[float, ...]:
    """Points of a duty of each kind of ``KINDS``."""
    return tuple(float(getattr(rule, f"{name}_points")) for name in ("night", "weekend", "holiday", "late"))


def balances(load: Load, carried: pd.DataFrame | None) -> np.ndarray:
    """Duties above the fair share over this month and the months before, array (people, kinds)."""
    before = np.zeros((len(load.people), len(KINDS)))
    if carried is not None:
        known = carried.set_index("employee_id").reindex(columns=[f"{kind}_balance" for kind in KINDS]).fillna(0.0)  # older ones lack a kind
        for i, who in enumerate(load.people):
            if who in known.index:
                before[i] = known.loc[who].to_numpy(dtype=float)
    return before + load.counts - load.share


def fairness_ledger(board: Board, carried: pd.DataFrame | None = None) -> pd.DataFrame:
    """What everybody carried in a month, against the fair share.

    Parameters
    ----------
    board : the month;  carried : table ``fairness_ledger`` of the month before; newcomers start at 0

    Returns
    -------
    Table ``fairness_ledger``, a row a person.
    """
    found, rule = load(board), board.study.params.site.fairness
    weights = np.array([rule.night_points, rule.weekend_points, rule.holiday_points, rule.late_points])
    covers, granted, refused = _covered(board, found.people), *_wishes(board, found.people)
    fte = np.array([board.people[who].fte_share * _present(board, board.people[who]) for who in found.people])
    fte = fte / fte.sum() if fte.sum() else fte
    extra = rule.cover_points * covers + rule.refused_points * refused
    points, share = found.counts @ weights + extra, found.share @ weights + fte * extra.sum()
    known = {} if carried is None else dict(zip(carried["employee_id"], carried["carried_out"], strict=True))
    before = np.array([float(known.get(who, 0.0)) for who in found.people])
    counts, owed = found.counts.astype(int), balances(found, carried).round(6)
    columns = {"employee_id": list(found.people), "month": board.study.month}
    columns |= {kind: counts[:, k] for k, kind in enumerate(KINDS)}
    columns |= {"covers_h": covers, "wishes_granted": granted.astype(int), "wishes_refused": refused.astype(int)}
    columns |= {"points": points.round(6), "share_points": share.round(6), "carried_in": before, "carried_out": (before + points - share).round(6)}
    columns |= {f"{kind}_balance": owed[:, k] for k, kind in enumerate(KINDS)}
    return tables.check("fairness_ledger", pd.DataFrame(columns), source="fairness_ledger")


def spread(balance: np.ndarray | pd.Series) -> float:
    """Root mean square of duties above and below the fair share: 0 if everybody has exactly his share [duties]."""
    values = np.asarray(balance, dtype=float)
    return math.sqrt(float(np.mean(values**2))) if len(values) else 0.0


def why(row: pd.Series, swaps: int = 0) -> str:
    """One person's month in a sentence: what he got, what was carried in and out, and whether duties were exchanged to even out."""
    facts = {"who": row["employee_id"], "nights": row["nights"], "weekends": row["weekends"], "holidays": row["holidays"]}
    facts |= {"late_finishes": row["late_finishes"], "covers_h": row["covers_h"], "points": row["points"], "share": row["share_points"]}
    facts |= {name: round(row[name], 1) + 0.0 for name in ("carried_in", "carried_out")}
    facts |= {"granted": row["wishes_granted"], "wishes": row["wishes_granted"] + row["wishes_refused"]}
    facts |= {f"{kind}_balance": round(row.get(f"{kind}_balance", 0.0), 1) + 0.0 for kind in KINDS}  # + 0.0: no "-0.0" for a reader
    told, above = say("roster.why.month", **facts), row["points"] - row["share_points"]
    if min(abs(row["carried_in"]), abs(above)) >= _TOLD and row["carried_in"] * above < 0:
        told += say("roster.why.less") if above < 0 else say("roster.why.more")
    return told + say("roster.why.swaps", count=swaps) if swaps else told


def _able_days(board: Board, person: Person, homes: set[str], kind: str) -> float:
    """Days of the month on which a person could take a duty of a kind, times his share of full time."""
    queues, free = board.study.params.site.queues, 0
    for day in board.days:
        protected = kind == "nights" and person.no_night_until is not None and day <= person.no_night_until
        able = any(person.holds(queues[h].skill, day) if h else bool(person.skills) for h in homes if not h or h in queues)
        free += able and not protected and _there(person, day)
    return free * person.fte_share


def _there(person: Person, day: object) -> bool:
    return person.employed(day) and all(c.kind != LEAVE for c in person.cells.get(day, ()))  # type: ignore[arg-type,call-overload]


def _present(board: Board, person: Person) -> int:
    return sum(_there(person, day) for day in board.days)


def _covered(board: Board, people: tuple[str, ...]) -> np.ndarray:
    """Hours as a stand-in by person."""
    hours = dict.fromkeys(people, 0.0)
    for cover in board.covers:
        if cover.timed and cover.row.stand_in_id in hours:
            hours[cover.row.stand_in_id] += (cover.end - cover.start) / 60
    return np.array(list(hours.values()))


def _wishes(board: Board, people: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Wishes granted and refused by person."""
    granted, refused = np.zeros(len(people)), np.zeros(len(people))
    for i, who in enumerate(people):
        for day, wish, _ in board.wishes.get(who, ()):
            met = wish_met(wish, board.people[who].cells.get(day, ()))
            granted[i] += met
            refused[i] += not met
    return granted, refused
