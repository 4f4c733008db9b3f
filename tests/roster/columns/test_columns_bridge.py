"""The bridge from the site's problem: same prices as the audit, bound below and cost above the exact optimum, unfit problems named."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from small import DAY, EARLY, LATE, NIGHT, at_posts, between, need, person, queue, study, work

from cslib.roster import audit, problem, recount
from cslib.roster.covers import decode
from cslib.roster.engine_columns import solve_columns, unfit_for_columns
from cslib.roster.engine_exact import solve_exact

QUEUES = {"zh": queue("zh"), "en": queue("en")}
SHIFTS = (dataclasses.replace(EARLY), DAY, LATE, NIGHT)
EVE = dt.date(2026, 3, 1)


def _centre(**changes):
    people = [
        person("a", "zh"),
        person("b", "zh", "en"),
        person("c", "zh", "en", hours_scheme="standard"),
        person("d", "zh", no_night_until=dt.date(2026, 3, 20)),
        person("e", "en"),
    ]
    wishes = [
        {"employee_id": "a", "date": dt.date(2026, 3, 4), "wish": "OFF", "weight": 1.0},
        {"employee_id": "b", "date": dt.date(2026, 3, 5), "wish": "D", "weight": 2.0},
    ]
    pins = [work("c", dt.date(2026, 3, 6), LATE, breaks=[]) | {"breaks": None}]
    past = [work("a", EVE, NIGHT), work("d", EVE, LATE)]
    given = study(people, SHIFTS, QUEUES, wishes=wishes, pins=pins, last_roster=past, **changes)
    heads = {"zh": between(7, 23, 2), "en": between(9, 24, 1)}
    return given, need(given, heads)


@pytest.mark.filterwarnings("ignore:Using LpProblem.constraints:DeprecationWarning")  # of the exact engine, which the peer answer comes from
def test_answer_is_legal_recounts_to_the_fen_and_frames_the_exact_optimum():
    given, wanted = _centre()
    found = problem(wanted, given)
    assert unfit_for_columns(found) == ""
    answer = solve_columns(found, 0.0, 0.3, 1e6, None)
    exact = solve_exact(found, 0.0, 1.0, 600.0, None)
    roster, covers = decode(found, answer)
    assert audit(roster, covers, wanted, given).empty
    assert recount(roster, covers, wanted, given)[1]["priced_yuan"].sum() == pytest.approx(answer.priced_yuan)
    assert answer.bound_yuan <= exact.priced_yuan + 1e-6
    assert exact.bound_yuan - 1e-6 <= answer.priced_yuan <= exact.priced_yuan * 1.02 + 1e-6
    assert answer.engine == "columns"


def test_shifts_of_posts_are_taken_and_pooled_people_at_posts_never_empty_are_not():
    posts = study([person("a", "zh", "en")], at_posts("zh", "en"), QUEUES)
    assert unfit_for_columns(problem(need(posts, {}), posts)) == ""
    guarded = study([person("a", "zh", "en")], SHIFTS, {"zh": queue("zh", never_empty=True), "en": queue("en")})
    assert unfit_for_columns(problem(need(guarded, {}), guarded)) == "posts that may never be empty"
