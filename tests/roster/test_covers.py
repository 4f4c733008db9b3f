"""From counts to persons: homes in turn, breaks as counted, stand-ins within the cover rule (S002-19)."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import pandas as pd
import pytest
import small
from small import EARLY, at_posts, between, person, queue

from cslib import roster
from cslib.core.shifts import Break, read_breaks
from cslib.roster.covers import decode
from cslib.roster.engine_answer import Answer
from cslib.roster.engine_exact import solve_exact
from cslib.roster.problem import Problem

OPEN = ({"from": "07:00", "to": "15:00"},)
TWO_BREAKS = dataclasses.replace(EARLY, breaks=(Break(60, 60, 60, paid=True), Break(60, 240, 240, paid=True)))
FLOAT = dataclasses.replace(EARLY, code="G", breaks=(Break(30, 330, 330, paid=True),), queues=("float",))


def desk(*people: dict[str, Any], shift: Any = EARLY, days: int = 1, **changes: Any) -> Problem:
    """A lobby that may never be empty and a floater who may leave, from 7 to 15."""
    posts = {"lobby": queue("lobby", never_empty=True, opening=OPEN), "float": queue("f", may_leave=True)}
    study = small.study(people, (*at_posts("lobby", shifts=(shift,)), FLOAT), posts, days=days, roster={"contract_band_h": 400.0}, **changes)
    return roster.problem(small.need(study, {"lobby": between(7, 15), "float": between(7, 15)}), study)


def answer(problem: Problem) -> Answer:
    return solve_exact(problem, 1e-9, 10.0, 60.0, None)


def test_every_break_is_relieved_by_who_is_counted() -> None:
    problem = desk(person("l", "lobby"), person("f", "f", "lobby"))
    found = answer(problem)
    table, covers = decode(problem, found)
    (own,) = read_breaks(table.set_index("employee_id").loc["l", "breaks"], pd.Timestamp(problem.start))
    assert covers[["post", "absent_id", "stand_in_id"]].to_numpy().tolist() == [["lobby", "l", "f"]]
    assert (covers.loc[0, "start"], covers.loc[0, "end"], covers.loc[0, "hours_h"]) == (*own, 0.5)
    assert sum(found.relief.values()) == 1
    assert found.priced_yuan == pytest.approx(0.5 * 200)  # the floater's own break, which nobody relieves


def test_breaks_are_given_as_counted() -> None:
    problem = desk(*(person(f"p{i}", "lobby", "f") for i in range(4)), days=2)
    found = answer(problem)
    table, _ = decode(problem, found)
    work = table[table["kind"] == "work"]
    given = Counter()
    for row in work.itertuples(index=False):
        (start, _), *_ = read_breaks(row.breaks, row.start)
        given[row.date.day - 2, row.shift, row.queue, (start - row.start).seconds // 60] += 1
    counted: Counter[Any] = Counter()
    for (_, d, s, home, _, at), count in found.breaks.items():
        counted[d, problem.shifts[s].code, problem.posts[home].name, at] += count
    assert given == counted


def test_homes_go_round() -> None:
    """Two people who may take either post on two early shifts of four days: each has each post twice."""
    posts = {name: queue("lobby") for name in ("north", "south")}
    study = small.study([person("a", "lobby"), person("b", "lobby")], at_posts("north", "south", shifts=(EARLY,)), posts, days=4)
    problem = roster.problem(small.need(study, {"north": between(7, 15), "south": between(7, 15)}), study)
    table, _ = decode(problem, answer(problem))
    assert Counter(zip(table["employee_id"], table["queue"], strict=True)) == Counter({(p, q): 2 for p in "ab" for q in ("north", "south")})


@pytest.mark.parametrize(("basis", "limit", "gap_h", "covered"), [
    ("stint", 4.0, 4.0, 2), ("stint", 1.0, 4.0, 1), ("stint", 1.0, 2.0, 2), ("day", 1.0, 2.0, 1), ("day", 2.0, 4.0, 2),
])  # fmt: skip
def test_stints_closer_than_the_gap_add_up(basis: str, limit: float, gap_h: float, covered: int) -> None:
    """Two breaks of an hour, two hours apart, and one stand-in: one stint of two hours if the gap is longer than two hours."""
    cover = {"basis": basis, "min_gap_h": gap_h}
    problem = desk(person("l", "lobby"), person("f", "f", "lobby"), shift=TWO_BREAKS, cover=cover, law={"cover_duration": limit})
    table, covers = decode(problem, answer(problem))
    assert len(covers) == covered
    found = roster.audit(table, covers, problem.requirement, problem.study)
    assert set(found["rule"]) <= {"never_empty"}
    assert len(found) == 2 - covered


def test_a_second_stand_in_takes_over_what_the_first_may_not() -> None:
    people = (person("l", "lobby"), person("f", "f", "lobby"), person("g", "f", "lobby"))
    problem = desk(*people, shift=TWO_BREAKS, law={"cover_duration": 1.0})
    counts = answer(problem)
    free = {(group, 0, slot): 2 for (group, _, slot) in counts.relief}  # both floaters offered
    both = dataclasses.replace(counts, work={(0, 0): 0, (1, 0): 1, (2, 0): 1}, heads=_heads(problem), breaks=_breaks(problem), relief=free)
    table, covers = decode(problem, both)
    assert sorted(covers["stand_in_id"]) == ["f", "g"]
    assert "cover_duration" not in set(roster.audit(table, covers, problem.requirement, problem.study)["rule"])


def _heads(problem: Problem) -> dict[Any, int]:
    classes = problem.class_of[:, 0]
    return {(int(classes[0]), 0, 0, 0): 1, (int(classes[1]), 0, 1, 1): 2}


def _breaks(problem: Problem) -> dict[Any, int]:
    classes = problem.class_of[:, 0]
    lobby = {(int(classes[0]), 0, 0, 0, number, at): 1 for number, at in ((0, 60), (1, 240))}
    return lobby | {(int(classes[1]), 0, 1, 1, 0, 330): 2}


def test_last_months_people_stand_in_on_the_first_morning() -> None:
    """A night duty of the month before ends at 7 of the first day; its floater relieves its lobby."""
    night = dataclasses.replace(small.NIGHT, queues=("lobby", "float"))
    posts = {"lobby": queue("lobby", never_empty=True), "float": queue("f", may_leave=True)}
    eve = small.START - pd.Timedelta(days=1)
    past = [small.work("l", eve, night, "lobby", [150]), small.work("f", eve, night, "float", [240])]
    people = [person("l", "lobby"), person("f", "f", "lobby")]
    study = small.study(people, (night,), posts, days=1, last_roster=past, roster={"contract_band_h": 400.0})
    problem = roster.problem(small.need(study, {"lobby": between(0, 7), "float": between(0, 7)}), study)
    found = answer(problem)
    _, covers = decode(problem, found)
    assert covers[["absent_id", "stand_in_id"]].to_numpy().tolist() == [["l", "f"]]
    assert covers.loc[0, "start"] == pd.Timestamp(small.START) + pd.Timedelta(hours=1.5)
