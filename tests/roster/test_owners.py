"""Who makes the roster (S002-28), and whose posts a team holds (S001-03, S002-29)."""

from __future__ import annotations

import dataclasses
import datetime as dt

import small

from cslib import roster
from cslib.core.shifts import Shift

MORNING = Shift("A", 7 * 60, 240)


def study(**settings: object):
    people = [
        small.person("a"), small.person("l", role="lead"), small.person("s", role="supervisor"),
        small.person("gone", role="lead", left=small.START - dt.timedelta(days=1)),
    ]  # fmt: skip
    return small.study(people, (MORNING,), {"q": small.queue()}, days=2, roster=settings)


def test_the_lead_makes_the_roster() -> None:
    assert roster.owners(study()) == ["l"]
    assert roster.owners(study(owner="supervisor")) == ["s"]


def test_the_director_may_allocate_across_posts() -> None:
    """A team of its own post leaves the other post short; with allocation across posts nothing is short."""
    shifts = (dataclasses.replace(MORNING, queues=("north", "south")),)
    posts = {"north": small.queue(), "south": small.queue()}
    short = {}
    for allocation in ("team", "site"):
        settings = {"allocation": allocation, "teams": {"queues": {"red": ("north",)}}, "contract_band_h": 400.0}
        site = small.study([small.person("p", team="red")], shifts, posts, days=1, roster=settings)
        need = small.need(site, {"south": small.between(7, 11)})
        plan = roster.solve(roster.problem(need, site), gap=1e-6, work=1.0)
        short[allocation] = plan.coverage["short"].sum()
        assert roster.audit(plan.roster, plan.covers, need, site).empty
    assert short == {"team": 8.0, "site": 0.0}
