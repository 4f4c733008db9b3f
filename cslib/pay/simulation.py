"""Monte-Carlo of a pay structure: KPI -> grade -> pay -> staying or leaving, over months; the budget as a distribution, split into its causes."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core.errors import PayError
from cslib.core.streams import stream
from cslib.params.statutory import FUND, Statutory
from cslib.pay import kernel
from cslib.pay.ladder import Ladder
from cslib.pay.workforce import Behaviour, Months, People, Structure

STREAMS = ("ability", "score", "leave", "fill", "table")
CHUNK = 64  # runs a task
PARTS = {"volume": kernel.VOLUME, "mix": kernel.MIX, "rate_grade": kernel.RATE_GRADE, "rate_variable": kernel.RATE_VARIABLE, "price": kernel.PRICE}


def months_ahead(law: Statutory, city: str, first: dt.date, count: int, *, growth: float = 0.05, fund_share: float | None = None) -> Months:
    """Contribution floor, cap and employer share of the months ahead.

    A contribution year that is not announced takes the last one with floor and cap grown by ``growth`` a year (``estimated`` is then true).

    Raises
    ------
    ParamError  if the city is unknown or has no year before the first month.
    """
    days = [dt.date(*(lambda y, m: (y, m + 1, 1))(*divmod(first.year * 12 + first.month - 1 + i, 12))) for i in range(count)]
    rows, estimated = [], False
    for day in days:
        year = law.year(city, day, carry=True)
        late = 0 if day <= year.until else 1 + (day - year.until).days // 366
        estimated |= late > 0
        share = sum(s.employer if name != FUND or fund_share is None else fund_share for name, s in year.schemes.items())
        rows.append((day.month, year.base.floor * (1 + growth) ** late, year.base.cap * (1 + growth) ** late, share))
    month, floor, cap, employer = (np.array(column) for column in zip(*rows, strict=True))
    return Months(month.astype(np.int64), floor.astype(float), cap.astype(float), employer.astype(float), estimated)


def plain_months(count: int, *, first_month: int = 1, floor: float = 0.0, cap: float = np.inf, employer: float = 0.0) -> Months:
    """Months under one unchanging contribution rule."""
    calendar = (np.arange(count) + first_month - 1) % 12 + 1
    return Months(calendar.astype(np.int64), np.full(count, floor), np.full(count, cap), np.full(count, employer))


@dataclass(frozen=True)
class Estimate:
    """A figure of a simulation with its Monte-Carlo standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class Outcome:
    """What a simulation found.

    Attributes
    ----------
    totals : runs x months x causes [yuan, persons], see ``kernel``;  grade_heads : months x grades, mean heads [persons]
    plan : cost a month if everybody stayed on grade and post, at target and first contribution year [yuan]
    """

    totals: np.ndarray
    grade_heads: np.ndarray
    plan: float
    people: int
    grades: tuple[str, ...]

    @property
    def runs(self) -> int:
        """Number of runs."""
        return int(self.totals.shape[0])

    def cost(self, first: int = 0, last: int | None = None) -> np.ndarray:
        """Cost of the months ``first`` .. ``last`` - 1 by run [yuan]."""
        return np.asarray(self.totals[:, first:last, kernel.COST].sum(axis=1))

    def sum(self, cause: int) -> np.ndarray:
        """A total over all months by run (kernel.GROSS, kernel.LEAVES ...)."""
        return np.asarray(self.totals[:, :, cause].sum(axis=1))

    def budget(self, limit: float | None = None, first: int = 0, last: int | None = None) -> dict[str, Estimate]:
        """Distribution of the cost [yuan]: mean, p5, p50, p90, p95, and the chance that it exceeds ``limit``; each with its error."""
        cost = np.sort(self.cost(first, last))
        n = len(cost)
        found = {"mean": Estimate(float(cost.mean()), float(cost.std(ddof=1) / np.sqrt(n)) if n > 1 else np.inf)}
        for name, q in (("p5", 0.05), ("p50", 0.5), ("p90", 0.9), ("p95", 0.95)):
            spread = np.sqrt(q * (1 - q) / n)  # order statistics a binomial standard error to both sides
            low, high = np.quantile(cost, [max(0.0, q - spread), min(1.0, q + spread)])
            found[name] = Estimate(float(np.quantile(cost, q)), float(high - low) / 2)
        if limit is not None:
            over = float((cost > limit).mean())
            found["over"] = Estimate(over, float(np.sqrt(max(over * (1 - over), 1 / n) / n)))
        return found

    def split(self, first: int = 0, last: int | None = None) -> dict[str, Estimate]:
        """Mean cost less plan [yuan], by cause; ``plan`` and the causes add up to ``cost`` in every run.

        volume : posts that stand empty;  mix : who holds the posts (newcomers on the entry grade);  rate_grade : moves since the start;
        rate_variable : performance, probation, seniority, pay lag;  price : contribution years.
        """
        part = self.totals[:, first:last]
        found = {"plan": Estimate(self.plan * part.shape[1], 0.0)}
        for name, place in {**PARTS, "cost": kernel.COST}.items():
            values = part[:, :, place].sum(axis=1)
            found[name] = Estimate(float(values.mean()), float(values.std(ddof=1) / np.sqrt(self.runs)) if self.runs > 1 else np.inf)
        return found

    def turnover(self) -> Estimate:
        """Leavers a year as a share of heads."""
        rate = self.sum(kernel.LEAVES) / np.maximum(1, self.sum(kernel.HEADS)) * 12
        return Estimate(float(rate.mean()), float(rate.std(ddof=1) / np.sqrt(self.runs)) if self.runs > 1 else np.inf)

    def promotions(self) -> Estimate:
        """Promotions a head and year."""
        rate = self.sum(kernel.UPS) / np.maximum(1, self.sum(kernel.HEADS)) * 12
        return Estimate(float(rate.mean()), float(rate.std(ddof=1) / np.sqrt(self.runs)) if self.runs > 1 else np.inf)

    def shares(self) -> pd.DataFrame:
        """Mean share of the heads on each grade, month by month."""
        heads = self.grade_heads.sum(axis=1, keepdims=True)
        return pd.DataFrame(self.grade_heads / np.where(heads > 0, heads, 1), columns=list(self.grades))


def leaving(structure: Structure, behaviour: Behaviour, months: int, reference: np.ndarray | None = None) -> np.ndarray:
    """Chance to leave by month and grade: h0 (pay / reference pay) ** elasticity, at most 1.

    ``reference`` : pay that the base chance belongs to, by grade [yuan]; None = the structure's own regular pay. It grows by ``market`` a year.
    """
    own = structure.regular()
    wanted = (own if reference is None else np.asarray(reference))[None, :] * (1 + behaviour.market) ** (np.arange(months) / 12)[:, None]
    ratio = np.where(wanted > 0, own[None, :] / np.where(wanted > 0, wanted, 1), 1.0)
    return np.asarray(np.minimum(1.0, behaviour.leave_month * np.maximum(ratio, 1e-9) ** behaviour.elasticity))


def standard_cost(structure: Structure, months: Months, month: int = 0) -> np.ndarray:
    """Cost of a regular month by grade under the contribution rules of a month [yuan]."""
    pay = structure.regular()
    return np.asarray(pay + np.clip(pay, months.floor[month], months.cap[month]) * months.employer[month])


def simulate(
    people: People, structure: Structure, ladder: Ladder, behaviour: Behaviour, months: Months, *, runs: int = 2000, seed: int = 1,
    name: str = "pay", reference: np.ndarray | None = None, threads: int = 1,
) -> Outcome:
    """Simulate pay structure and ladder on a workforce.

    The same ``seed`` and ``name`` give the same luck to every structure, ladder and behaviour (common random numbers): differences between
    two outcomes are then far more exact than each of them. Threads don't change results. Cost is linear in people, months and runs.

    Parameters
    ----------
    people : posts and holders;  structure : pay by grade;  ladder : how scores move people;  behaviour : scores, leaving, hiring
    months : the months ahead;  reference : pay by grade that the base chances of leaving and hiring belong to [yuan]

    Raises
    ------
    PayError  if grades of people, structure and ladder don't fit together, or there is nobody or no run.

    Source: Bartholomew, Forbes & McClean (1991); attrition response as in Emanuel & Harrington (2020).
    """
    n = len(structure.grades)
    if structure.grades != ladder.grades or not len(people.grade) or people.grade.min() < 0 or people.grade.max() >= n or runs < 1:
        raise PayError("pay.simulation_shape", where="simulate", given=f"{structure.grades}, {ladder.grades}, {len(people.grade)}, {runs}")
    count = len(months.calendar)
    keys = np.array([stream(seed, name, part).integers(0, 2**63, dtype=np.uint64) for part in STREAMS], dtype=np.uint64)
    leave = leaving(structure, behaviour, count, reference)
    own, entry = structure.regular(), behaviour.entry_grade
    entry_ratio = own[entry] / (own if reference is None else np.asarray(reference))[entry]
    fill = np.minimum(1.0, behaviour.fill_month * (entry_ratio / (1 + behaviour.market) ** (np.arange(count) / 12)) ** behaviour.fill_elasticity)
    standard = standard_cost(structure, months)
    noise = np.array([np.sqrt(behaviour.rho), np.sqrt(1 - behaviour.rho)]) * behaviour.sd
    arguments = (
        (people.grade.astype(np.int64), people.service.astype(np.int64), people.since_up.astype(np.int64), people.ability.astype(float)),
        tuple(np.ascontiguousarray(getattr(structure, name), dtype=float) for name in ("base", "fixed", "target", "steps_at", "steps_pay")),
        (structure.overtime_share, structure.seniority_yuan, structure.probation_share, structure.probation_months, structure.expected),
        (np.asarray(ladder.up_at, dtype=float), np.asarray(ladder.down_below, dtype=float), np.ascontiguousarray(ladder.table, dtype=float)),
        (ladder.up_runs, ladder.down_runs, ladder.period_months, ladder.lag_months),
        (float(behaviour.mean), float(noise[0]), float(noise[1]), float(np.exp(behaviour.stuck)), int(behaviour.entry_grade)),
        leave, fill, (months.calendar, months.floor.astype(float), months.cap.astype(float), months.employer.astype(float)), standard,
    )  # fmt: skip
    totals = np.zeros((runs, count, kernel.TOTALS))

    def chunk(first: int) -> np.ndarray:
        """One task: its rows of ``totals``, and heads by grade."""
        heads = np.zeros((count, n))
        size = min(CHUNK, runs - first)
        kernel.simulate_runs(first, size, keys, *arguments, totals[first : first + size], heads)
        return heads

    firsts = range(0, runs, CHUNK)
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            heads = sum(pool.map(chunk, firsts), np.zeros((count, n)))
    else:
        heads = sum(map(chunk, firsts), np.zeros((count, n)))
    return Outcome(totals, heads / runs, float(standard[people.grade].sum()), len(people.grade), structure.grades)
