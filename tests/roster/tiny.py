"""Tiny pooled sites drawn at random, and the cheapest roster of each by trying all of them.

Written from the meaning of the rules, with no code of the product: shifts of four hours without breaks, hours as the grid, up to two
queues. ``optimum`` enumerates every month of every person, drops the illegal ones and tries all combinations.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import pairwise, product

import numpy as np
import pandas as pd
import small
from hypothesis import strategies as st

from cslib.core.shifts import Shift
from cslib.intake import Study

SHIFTS = (Shift("E", 7 * 60, 240), Shift("F", 9 * 60, 240), Shift("N", 22 * 60, 240))
SKILLS = (("a",), ("b",), ("a", "b"))
PRICES = {"short_peak": 30.0, "short": 12.0, "over": 2.0, "overtime": 7.0, "under_hours": 3.0, "wish_refused": 10.0, "night_over": 9.0}


@dataclass(frozen=True)
class Tiny:
    """A drawn site. ``limits``: values of rules; ``leave`` by (person, day) in hours; ``need`` by (queue, hour of the week)."""

    days: int
    skills: tuple[tuple[str, ...], ...]
    schemes: tuple[str, ...]
    approved_h: tuple[float, ...]
    need: dict[tuple[str, int], int]
    leave: dict[tuple[int, int], float]
    wishes: dict[tuple[int, int], tuple[str, float]]
    last_night: tuple[bool, ...]
    no_night: tuple[bool, ...]
    limits: dict[str, float]
    band_h: float = 0.0
    nights_free: int = 0
    people: range = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", range(len(self.skills)))

    def study(self, order: list[int] | None = None, names: str = "p") -> Study:
        """The site as a study; people in another order or under other names if asked."""
        rows = [
            small.person(
                f"{names}{i}", *self.skills[i], hours_scheme=self.schemes[i], overtime_max_h=self.approved_h[i],
                no_night_until=dt.date(2030, 1, 1) if self.no_night[i] else None,
            )
            for i in (order or self.people)
        ]  # fmt: skip
        date = {d: small.START + dt.timedelta(days=d) for d in range(-1, self.days)}
        return small.study(
            rows, SHIFTS, {q: small.queue(q) for q in ("a", "b")}, days=self.days, interval_min=60,
            leave=[{"employee_id": f"{names}{p}", "date": date[d], "kind": "paid", "hours_h": h} for (p, d), h in self.leave.items()],
            wishes=[{"employee_id": f"{names}{p}", "date": date[d], "wish": w, "weight": x} for (p, d), (w, x) in self.wishes.items()],
            last_roster=[small.work(f"{names}{p}", date[-1], SHIFTS[2]) for p in self.people if self.last_night[p]],
            law=self.limits, prices=PRICES, roster={"contract_band_h": self.band_h, "nights_free": self.nights_free},
        )  # fmt: skip

    def requirement(self, study: Study) -> pd.DataFrame:
        """Table requirement of the site."""
        return small.need(study, {q: lambda d, m, q=q: self.need.get((q, d * 24 + m // 60), 0) for q in ("a", "b")})


@st.composite
def tinies(draw: st.DrawFn, most_people: int = 3) -> Tiny:
    """Two or three people, three days, needs in blocks of the shifts' edges."""
    days, people = 3, draw(st.integers(2, most_people))
    pick = lambda values: tuple(draw(st.lists(st.sampled_from(values), min_size=people, max_size=people)))  # noqa: E731
    skills, no_night, need = pick(SKILLS), pick([False, False, True]), dict[tuple[str, int], int]()
    for d, q, (begin, end) in product(range(days), ("a", "b"), ((7, 9), (9, 11), (11, 13), (22, 24))):
        able = any(q in held and (begin < 22 or not kept) for held, kept in zip(skills, no_night, strict=True))  # the door refuses other needs
        heads = draw(st.integers(0, 2)) if able else 0
        need |= {(q, d * 24 + hour): heads for hour in range(begin, end) if heads}
    cells = st.tuples(st.integers(0, people - 1), st.integers(0, days - 1))
    limits = {
        "rest_between_shifts": draw(st.sampled_from([9.0, 11.0, 24.0])),
        "consecutive_work_days": draw(st.sampled_from([1.0, 2.0, 6.0])),
        "consecutive_nights": draw(st.sampled_from([1.0, 2.0])),
        "rest_after_nights": draw(st.sampled_from([11.0, 40.0])),
        "weekly_hours": draw(st.sampled_from([4.0, 8.0, 40.0])),
        "part_time_week_hours": draw(st.sampled_from([4.0, 24.0])),
    }
    return Tiny(
        days, skills, pick(["standard", "comprehensive", "part_time"]), pick([0.0, 40.0]), need,
        leave=dict.fromkeys(draw(st.sets(cells, max_size=2)), 8.0),
        wishes=draw(st.dictionaries(cells, st.tuples(st.sampled_from(["OFF", "E", "N"]), st.sampled_from([0.5, 1.0])), max_size=3)),
        last_night=pick([False, True]), no_night=no_night, limits=limits,
        band_h=draw(st.sampled_from([0.0, 16.0])), nights_free=draw(st.integers(0, 1)),
    )  # fmt: skip


def optimum(tiny: Tiny) -> float:
    """Priced cost of the cheapest legal roster."""
    options = [_months(tiny, p) for p in tiny.people]
    best = np.inf
    for chosen in product(*options):
        own = sum(cost for _, cost in chosen)
        if own < best:
            best = min(best, own + _coverage(tiny, [cells for cells, _ in chosen]))
    return best


def _months(tiny: Tiny, p: int) -> list[tuple[tuple[int, ...], float]]:
    """Legal months of a person (shift by day, -1 = off) with the price of hours, wishes and nights."""
    months = product(range(-1, len(SHIFTS)), repeat=tiny.days)
    return [(cells, _own_price(tiny, p, cells)) for cells in months if _legal(tiny, p, cells)]


def _legal(tiny: Tiny, p: int, cells: tuple[int, ...]) -> bool:
    rule, week = tiny.limits, sum(4.0 for s in cells if s >= 0) + (0.0 if small.START.weekday() == 0 else 4.0 * tiny.last_night[p])
    if any(s >= 0 and (p, d) in tiny.leave for d, s in enumerate(cells)) or (tiny.no_night[p] and 2 in cells):
        return False
    if tiny.schemes[p] in {"standard", "part_time"} and week > rule["weekly_hours" if tiny.schemes[p] == "standard" else "part_time_week_hours"]:
        return False
    if _worked(tiny, p, cells) > _contract(tiny) + tiny.approved_h[p] and any(s >= 0 for s in cells):
        return False
    past = [(-1, 2)] if tiny.last_night[p] else []
    duties = past + [(d, s) for d, s in enumerate(cells) if s >= 0]
    for (d1, s1), (d2, s2) in pairwise(duties):
        pause = (d2 * 24 + SHIFTS[s2].start_min / 60) - (d1 * 24 + SHIFTS[s1].start_min / 60 + 4)
        if pause < rule["rest_between_shifts"] or (s1 == 2 and s2 != 2 and pause < rule["rest_after_nights"]):
            return False
    runs = ((rule["consecutive_work_days"], {d for d, _ in duties}), (rule["consecutive_nights"], {d for d, s in duties if s == 2}))
    return not any(d >= 0 and all(d - i in days for i in range(int(limit) + 1)) for limit, days in runs for d in days)


def _contract(tiny: Tiny) -> float:
    return 8.0 * tiny.days  # three workdays from a Monday


def _worked(tiny: Tiny, p: int, cells: tuple[int, ...]) -> float:
    return sum(4.0 for s in cells if s >= 0) + sum(h for (q, _), h in tiny.leave.items() if q == p)


def _own_price(tiny: Tiny, p: int, cells: tuple[int, ...]) -> float:
    hours = _worked(tiny, p, cells)
    price = PRICES["overtime"] * max(0.0, hours - _contract(tiny)) + PRICES["under_hours"] * max(0.0, _contract(tiny) - tiny.band_h - hours)
    price += PRICES["night_over"] * max(0, cells.count(2) - tiny.nights_free)
    for (q, d), (wish, weight) in tiny.wishes.items():
        met = cells[d] == -1 and (p, d) not in tiny.leave if wish == "OFF" else cells[d] >= 0 and SHIFTS[cells[d]].code == wish
        price += 0.0 if q != p or met else PRICES["wish_refused"] * weight
    return price


def _coverage(tiny: Tiny, rosters: list[tuple[int, ...]]) -> float:
    """Price of short and over, hour by hour: single-skilled people first, the others where the price is higher."""
    hours = 24 * tiny.days
    present: dict[tuple[str, ...], np.ndarray] = {skills: np.zeros(hours, dtype=int) for skills in SKILLS}
    for p, cells in enumerate(rosters):
        starts = [(d * 24 + SHIFTS[s].start_min // 60) for d, s in enumerate(cells) if s >= 0]
        starts += [-24 + SHIFTS[2].start_min // 60] if tiny.last_night[p] else []
        for begin in starts:
            present[tiny.skills[p]][max(begin, 0) : max(begin + 4, 0)] += 1
    need = {q: np.array([tiny.need.get((q, h), 0) for h in range(hours)]) for q in ("a", "b")}
    top = {q: np.repeat(need[q].reshape(tiny.days, 24).max(axis=1), 24) for q in need}
    price = {q: np.where((need[q] >= 0.8 * top[q]) & (need[q] > 0), PRICES["short_peak"], PRICES["short"]) for q in need}
    served = {q: np.minimum(need[q], present[(q,)]) for q in need}
    spare, lacking = present[("a", "b")].copy(), {q: need[q] - served[q] for q in need}
    for _ in range(2):
        a_first = price["a"] >= price["b"]
        take_a = np.where(a_first | (lacking["b"] == 0), np.minimum(spare, lacking["a"]), 0)
        spare, lacking["a"] = spare - take_a, lacking["a"] - take_a
        take_b = np.minimum(spare, lacking["b"])
        spare, lacking["b"] = spare - take_b, lacking["b"] - take_b
    over = spare + sum(present[(q,)] - served[q] for q in need)
    return float(sum((price[q] * lacking[q]).sum() for q in need) + PRICES["over"] * over.sum())
