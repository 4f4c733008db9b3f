"""A month of the 24 h front desk, minute by minute from its two tables alone: no solver, no audit, no code of the product counts here."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from cslib import demand, intake, roster, staffing

SITE, MONTH, POSTS = "front_desk", "2026-12", ("north_lobby", "south_lobby")
START, MINUTES = pd.Timestamp("2026-12-01"), 31 * 1440
LONGEST_H, APART_H = 4, 4  # catalogue S002-19, and the site's cover.min_gap_h


@pytest.fixture(scope="module")
def tables():
    study = intake.open_study(SITE, month=MONTH)
    need = staffing.requirement(demand.forecast(study), study)
    plan = roster.solve(roster.problem(need, study), work=0.3)
    return pd.concat([study.last_roster, plan.roster], ignore_index=True), plan.covers, study


def at(moment: pd.Timestamp) -> int:
    return int((moment - START).total_seconds() // 60)


def off_minutes(row) -> list[tuple[int, int]]:
    """Breaks of a duty, written as HH:MM-HH:MM;... after its start."""
    found = []
    for text in str(row.breaks).split(";") if isinstance(row.breaks, str) else ():
        low, high = (pd.Timestamp(f"{row.start:%Y-%m-%d} {part}") for part in text.split("-"))
        low += pd.Timedelta(days=1) if low < row.start else pd.Timedelta(0)
        high += pd.Timedelta(days=1) if high <= low else pd.Timedelta(0)
        found.append((at(low), at(high)))
    return found


def presence(duties: pd.DataFrame) -> dict[str, np.ndarray]:
    """Post at which each person is, minute by minute: 0 nowhere, 1.. the post's number, -1 on a break."""
    posts = {name: i for i, name in enumerate(sorted(duties["queue"].dropna().unique()), 1)}
    found: dict[str, np.ndarray] = {}
    for row in duties[duties["kind"].eq("work")].itertuples():
        where = found.setdefault(row.employee_id, np.zeros(MINUTES, dtype=int))
        where[max(0, at(row.start)) : max(0, at(row.end))] = posts[row.queue]
        for low, high in off_minutes(row):
            where[max(0, low) : max(0, high)] = -1
    return {"": np.array([posts[p] for p in POSTS]), **found}


def test_no_post_is_empty_at_any_minute_meals_included(tables):
    duties, covers, _ = tables
    where = presence(duties)
    numbers = where.pop("")
    standing = {post: np.zeros(MINUTES, dtype=int) for post in POSTS}
    for cover in covers.itertuples():
        low, high = at(cover.start), at(cover.end)
        there = where[cover.stand_in_id][low:high]
        assert (there > 0).all(), cover  # on duty and not on a break of his own
        where[cover.stand_in_id] = where[cover.stand_in_id].copy()
        where[cover.stand_in_id][low:high] = 0  # away from his own post meanwhile
        if cover.post in standing:
            standing[cover.post][low:high] += 1
    for number, post in zip(numbers, POSTS, strict=True):
        people = sum((own == number).astype(int) for own in where.values()) + standing[post]
        empty = np.flatnonzero(people < 1)
        assert not len(empty), f"{post} is empty at {START + pd.Timedelta(minutes=int(empty[0]))}"
    relieved = sum(len(off_minutes(r)) for r in duties[duties["queue"].isin(POSTS) & duties["start"].ge(START)].itertuples())
    assert relieved >= 31 * 3 * 2 and covers["post"].isin(POSTS).sum() >= relieved - 2  # the last night's meal may lie in January


def test_every_stint_is_four_hours_at_most_and_stints_are_four_hours_apart(tables):
    _, covers, study = tables
    assert study.params.site.cover.min_gap_h == APART_H
    for _, own in covers.sort_values("start").groupby(["post", "absent_id", "stand_in_id"]):
        minutes, last = 0, None
        for cover in own.itertuples():
            minutes = at(cover.end) - at(cover.start) + (minutes if last is not None and at(cover.start) - last < APART_H * 60 else 0)
            last = at(cover.end)
            assert minutes <= LONGEST_H * 60
    for _, own in covers.sort_values("start").groupby("stand_in_id"):
        assert (own["start"].iloc[1:].to_numpy() >= own["end"].iloc[:-1].to_numpy()).all()  # one post at a time


def test_stand_ins_hold_the_skill_and_the_person_relieved_is_away(tables):
    duties, covers, study = tables
    where = presence(duties)
    held = set(zip(study.skills["employee_id"], study.skills["skill"], strict=True))
    for cover in covers.itertuples():
        assert (cover.stand_in_id, study.params.site.queues[cover.post].skill) in held
        assert (where[cover.absent_id][at(cover.start) : at(cover.end)] == -1).all()
    assert covers["start"].min().date() == dt.date(2026, 12, 1) and covers["end"].max() <= START + pd.Timedelta(days=31, hours=12)
