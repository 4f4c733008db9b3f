"""Synthetic people for the ladder and KPI notebooks: seeded, with known truth, and marked as invented (privacy requirement P01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from cslib.core import tables
from cslib.core.paths import params_dir
from cslib.core.streams import stream
from cslib.params.kpi import KpiFile
from cslib.params.source import Strict, read, validate
from cslib.people.panel import Panel, month_number, month_text
from cslib.people.values import team_rank

Share = Annotated[float, Field(ge=0, le=1)]


class Drawn(Strict):
    """How one monthly KPI is drawn: true value by ability, sample behind it, sd of one observation."""

    mean: float
    person_sd: float
    sample: float = Field(gt=0)
    sd: float = Field(default=0.0, ge=0)


class Monthly(Strict):
    """How one monthly fact of the ladders is drawn."""

    mean: float
    person_sd: float
    month_sd: float = Field(default=0.0, ge=0)
    growth: float = 0.0
    low: float | None = None
    high: float | None = None
    count: bool = False


class Recipe(Strict):
    """``params/kpi/synthetic.yml``."""

    kpis: dict[str, Drawn]
    months: dict[str, Monthly]
    shares: dict[str, Share]
    shares_apart: dict[str, Share]
    exam: dict[str, Monthly]
    fixed: dict[str, dict[str, Share]]
    hired_within_panel_share: Share
    longest_service_months: int = Field(ge=1)
    leave_month_share: Share


def recipe() -> Recipe:
    """The recipe of the synthetic people.

    Raises
    ------
    ParamError  with file and line for every place that is wrong.
    """
    return validate(Recipe, read(params_dir() / "kpi" / "synthetic.yml"))


def synthetic_panel(people: int, months: int, *, seed: int, first: str = "2025-01", team_size: int = 10) -> Panel:
    """Invented people with every fact that the ladders of ``params/ladders`` read.

    A month of statutory leave has no records at all. ``truth["ability"]`` [people, 1] is the lasting ability behind the figures.
    """
    made, rng = recipe(), stream(seed, "synthetic panel")
    ability = rng.standard_normal(people)
    fresh = rng.random(people) < made.hired_within_panel_share
    hired = np.where(fresh, rng.integers(0, max(1, months - 3), people), -rng.integers(1, made.longest_service_months, people))
    served = np.arange(months)[None, :] + 1 - hired[:, None]
    team = np.arange(people) // team_size
    facts = {name: _monthly(how, ability, served, rng) for name, how in made.months.items()}
    facts |= {name: (rng.random((people, months)) < share).astype(float) for name, share in made.shares.items()}
    for name, share in made.shares_apart.items():
        facts[name] = (stream(seed, f"synthetic {name}").random((people, months)) < share).astype(float)
    for name, shares in made.fixed.items():
        drawn = rng.choice(np.array([float(value) for value in shares]), people, p=np.array(list(shares.values())))
        facts[name] = np.repeat(drawn[:, None], months, axis=1)
    facts["typing_adapted"] = np.repeat(facts["typing_adapted"][:, :1], months, axis=1)
    facts["experience_years"] = np.maximum(served, 0) / 12.0
    facts |= _exams(made, ability, served, rng)
    facts |= team_facts(facts["score"], team, month_number(first))
    facts["own_grade"] = np.repeat(np.where(ability > 0.8, 1.0, np.where(ability > -0.8, 2.0, 3.0))[:, None], months, axis=1)
    away = (rng.random((people, months)) < made.leave_month_share) | (served <= 0)
    facts = {name: np.where(away, np.nan, values) for name, values in facts.items()}
    names = tuple(f"SYN-{i + 1:05d}" for i in range(people))
    return Panel(
        names, first, months, facts, hired, np.full(people, months + 1), team, rng.integers(0, 24, people), synthetic=True,
        truth={"ability": ability[:, None]}, hired_on=(np.datetime64(first, "M") + hired).astype("datetime64[D]"),
    )  # fmt: skip


def _monthly(how: Monthly, ability: np.ndarray, served: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    centre = how.mean + how.person_sd * ability[:, None] + how.growth * np.maximum(served, 0)
    if how.count:
        return rng.poisson(np.maximum(centre, 0.02)).astype(float)
    return np.clip(centre + how.month_sd * rng.standard_normal(served.shape), how.low, how.high)


def _exams(made: Recipe, ability: np.ndarray, served: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Test in week 4 (first month), a second one in week 8 (second month)."""
    week = np.where(served == 1, 4.0, np.where(served == 2, 8.0, np.nan))
    marks = {name: _monthly(how.model_copy(update={"month_sd": 4.0}), ability, served, rng) for name, how in made.exam.items()}
    return {"exam_week": week} | {name: np.where(np.isnan(week), np.nan, mark) for name, mark in marks.items()}


def team_facts(score: np.ndarray, team: np.ndarray, first: int) -> dict[str, np.ndarray]:
    """Facts that come from a team's scores [people, months]: its mean, people with a score, best member and bottom three of the quarter to date.
    NaN is no score.

    ``first`` : month number of column 0
    """
    known, filled = ~np.isnan(score), np.nan_to_num(score)
    mean, members = np.full_like(score, np.nan), np.zeros_like(score)
    for number in np.unique(team):
        rows = team == number
        count = known[rows].sum(axis=0)
        members[rows] = count
        mean[rows] = np.where(count > 0, filled[rows].sum(axis=0) / np.maximum(count, 1), np.nan)
    quarter = np.full_like(score, np.nan)
    for t in range(score.shape[1]):
        since = max(0, t - (first + t) % 3)
        count = known[:, since : t + 1].sum(axis=1)
        quarter[:, t] = np.where(count > 0, filled[:, since : t + 1].sum(axis=1) / np.maximum(count, 1), np.nan)
    rank = team_rank(quarter, team)
    size = np.stack([np.bincount(team, weights=(~np.isnan(quarter[:, t])).astype(float))[team] for t in range(score.shape[1])], axis=1)
    flags = {"best_member": rank == 1, "bottom_three": rank > size - 3}
    marks = {name: np.where(np.isnan(rank), np.nan, flag.astype(float)) for name, flag in flags.items()}
    return {"team_mean": mean, "team_members": members, **marks}


def synthetic_facts(
    employees: pd.DataFrame, kpis: KpiFile, first: str, months: int, *, seed: int, change: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Invented KPI facts for the people of a staff list.

    Parameters
    ----------
    employees : DataFrame, table ``employees``   drawn in the order of ``position``
    change : KPI -> relative change of its true mean from the middle of the time on, such as ``{"complaint_rate": -0.3}``

    Returns
    -------
    DataFrame, table ``kpi_facts``: shares from binomial, rates from Poisson, means from normal draws of the recipe's samples.
    """
    made, rng = recipe(), stream(seed, "synthetic facts")
    people = employees.sort_values("position", kind="stable")["employee_id"].to_list()
    ability = rng.standard_normal(len(people))
    rows = []
    for code, how in made.kpis.items():
        if code not in kpis.kpis:
            continue
        for t in range(months):
            factor = 1 + (change or {}).get(code, 0.0) * (t >= months // 2)
            truth = how.mean * factor + how.person_sd * ability
            sample = np.maximum(rng.poisson(how.sample, len(people)), 0)
            value = _value(kpis.kpis[code].kind, truth, sample, how.sd, rng)
            period = month_text(month_number(first) + t)
            rows += [
                {"employee_id": person, "period": period, "kpi": code, "value": v, "sample": float(n), "sd": how.sd or None}
                for person, v, n in zip(people, value, sample, strict=True)
                if n > 0
            ]
    return tables.check("kpi_facts", pd.DataFrame(rows), source="people.synthetic_facts")


def _value(kind: str, truth: np.ndarray, sample: np.ndarray, sd: float, rng: np.random.Generator) -> np.ndarray:
    n = np.maximum(sample, 1)
    if kind == "share":
        return rng.binomial(n, np.clip(truth, 0, 1)) / n
    if kind == "rate":
        return 100 * rng.poisson(np.maximum(truth, 0.01) * n / 100) / n
    return truth + sd * rng.standard_normal(len(truth)) / np.sqrt(n)
