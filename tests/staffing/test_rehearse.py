"""A roster played through, and the mix of skills: against queueing theory, presence minute by minute, and order of rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cslib.core import tables
from cslib.core.errors import StaffingError
from cslib.staffing import erlang, rehearse, skill_mix
from cslib.staffing.rehearse import present_by_skill

COLUMNS = list(tables.spec("roster").columns)


def duty(who, day, start, hours, breaks="", queue=""):
    begin = pd.Timestamp(f"{day} {start}")
    return (who, pd.Timestamp(day), "work", "D", begin, begin + pd.Timedelta(hours=hours), breaks, queue, False)


def duties(*rows):
    return tables.check("roster", pd.DataFrame(rows, columns=COLUMNS), source="test")


def around_the_clock(people, days, first="2026-12-01"):
    """Each person there all day long: not a roster that anyone may work, but one whose service is known."""
    dates = pd.date_range(first, periods=days)
    return duties(*(duty(who, f"{day:%Y-%m-%d}", "00:00", 24) for who in people for day in dates))


def with_people(study, skills, last=None):
    """The study with skills by person (skill, or skill and first day) and duties of the month before."""
    rows = [(who, *(item if isinstance(item, tuple) else (item, None))) for who, held in skills.items() for item in held]
    frame = pd.DataFrame(rows, columns=["employee_id", "skill", "since"]).assign(proficiency=1.0, since=lambda f: pd.to_datetime(f["since"]))
    return replace(study, _tables={"skills": frame, "last_roster": tables.empty("roster") if last is None else last})


def covered(study, **rostered):
    """Coverage with so many people in every interval."""
    times = study.horizon.intervals
    frames = [pd.DataFrame({"queue": q, "interval_start": times, "needed": 0, "rostered": float(n), "short": 0.0, "over": float(n), "peak": False})
              for q, n in rostered.items()]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def test_one_team_is_served_as_erlang_c_says(queue, study, forecast):
    s = with_people(study(28, phone=queue()), {f"P{i}": ["any"] for i in range(9)})
    rows = forecast(s, phone=70.0)  # 7 Erlang at 180 s
    found = rehearse(around_the_clock([f"P{i}" for i in range(9)], 28), covered(s, phone=9), rows, s).iloc[0]
    exact = float(erlang.erlang_c(7.0, 9, 180.0, 20.0).service_level_share)
    assert found["service_level_share"] == pytest.approx(exact, abs=3 * found["service_level_half_share"] + 1e-3)
    assert 0 < found["service_level_half_share"] < 0.01 and found["contacts"] == pytest.approx(70 * 48 * 28, rel=0.01)
    assert found["abandonment_share"] == 0 and found["replications"] == 20


def test_people_with_both_skills_serve_better_and_absence_costs_service(queue, study, forecast):
    queues = {"zh": queue(skill="zh"), "en": queue(skill="en")}
    people = [f"P{i}" for i in range(10)]
    rows = {"zh": 40.0, "en": 40.0}
    roster = around_the_clock(people, 14)
    apart = with_people(study(14, **queues), {who: ["zh" if i % 2 else "en"] for i, who in enumerate(people)})
    both = with_people(study(14, **queues), {who: ["zh", "en"] for who in people})
    absent = {n: q.model_copy(update={"shrinkage_share": 0.2}) for n, q in queues.items()}
    away = with_people(study(14, **absent), {who: ["zh", "en"] for who in people})
    levels = [rehearse(roster, covered(s, zh=0, en=0), forecast(s, **rows), s)["service_level_share"].mean() for s in (apart, both, away)]
    assert levels[1] > levels[0] + 0.02 and levels[2] < levels[1] - 0.02


def test_who_is_there_is_counted_by_the_minute(queue, study):
    last = duties(duty("N", "2026-11-30", "22:00", 8))
    s = with_people(
        study(2, zh=queue(skill="zh"), en=queue(skill="en")),
        {"A": ["zh", "en"], "B": ["zh", ("en", "2026-12-02")], "N": ["zh"], "X": ["other"]}, last,
    )  # fmt: skip
    roster = duties(
        duty("A", "2026-12-01", "08:00", 8, "12:00-12:45"), duty("B", "2026-12-01", "08:00", 4), duty("B", "2026-12-02", "08:00", 4),
        duty("A", "2026-12-02", "08:00", 2, "", "zh"), duty("X", "2026-12-01", "08:00", 8),
    )  # fmt: skip
    found = present_by_skill(roster, s, ("zh", "en"))
    at = {held: pd.Series(people, s.horizon.intervals) for held, people in found.items()}
    assert set(at) == {("zh",), ("zh", "en")}
    assert at[("zh",)]["2026-12-01 05:30"] == 1 and at[("zh",)]["2026-12-01 06:00"] == 0  # last month's night shift ends at six
    assert at[("zh",)]["2026-12-01 08:00"] == 1 and at[("zh", "en")]["2026-12-01 08:00"] == 1  # English counts from the 2nd on
    assert at[("zh", "en")]["2026-12-01 12:00"] == 0 and at[("zh", "en")]["2026-12-01 12:30"] == 0.5
    assert at[("zh",)]["2026-12-02 08:00"] == 1 and at[("zh", "en")]["2026-12-02 08:00"] == 1  # A's duty has a home queue
    assert sum(line.sum() for line in at.values()) * 0.5 == pytest.approx(6 + 7.25 + 4 + 4 + 2)


def test_order_of_rows_and_pseudonyms_change_nothing(queue, study, forecast):
    people = [f"P{i}" for i in range(6)]
    skills = {who: ["zh", "en"] if i % 3 else ["zh"] for i, who in enumerate(people)}
    s = with_people(study(3, zh=queue("erlang_a", skill="zh"), en=queue(skill="en")), skills)
    rows, roster = forecast(s, zh=20.0, en=15.0), around_the_clock(people, 3)
    renamed = {who: f"Z{9 - i}" for i, who in enumerate(people)}
    other = replace(s, _tables={"skills": s.skills.replace({"employee_id": renamed}).iloc[::-1], "last_roster": tables.empty("roster")})
    shuffled = roster.replace({"employee_id": renamed}).iloc[::-1].reset_index(drop=True)
    first = rehearse(roster, covered(s, zh=0, en=0), rows, s, replications=3)
    pd.testing.assert_frame_equal(first, rehearse(shuffled, covered(s, zh=0, en=0), rows, other, replications=3))


def test_chat_is_answered_by_the_people_that_coverage_gives_it(queue, study, forecast):
    chat = queue("erlang_a", channel="chat", concurrency=3, concurrency_slowdown_share=0.1)
    s = with_people(study(5, chat=chat), {})
    rows = forecast(s, chat=60.0)
    levels = [rehearse(duties(), covered(s, chat=n), rows, s)["service_level_share"].iloc[0] for n in (2, 3, 6)]
    assert levels[0] < levels[1] < levels[2] and levels[2] > 0.99


def test_nobody_there_is_no_service_and_no_queue_is_an_empty_table(queue, study, forecast):
    s = with_people(study(2, phone=queue("erlang_a"), desk=queue("heads")), {})
    found = rehearse(duties(), covered(s, phone=0, desk=1), forecast(s, phone=20.0), s).iloc[0]
    assert found["service_level_share"] == 0 and found["abandonment_share"] == pytest.approx(1.0, abs=0.02)
    desk = with_people(study(2, desk=queue("heads")), {})
    assert rehearse(duties(), covered(desk, desk=1), forecast(desk), desk).empty


def test_the_mix_of_the_busiest_interval_lies_between_its_bounds(queue, study, forecast):
    calls = {name: queue(skill=skill) for name, skill in {"zh": "zh", "en": "en", "more": "en", "night": "ja"}.items()}
    s = with_people(study(2, **calls, mail=queue("deferred", skill="zh")), {"A": ["zh", "en"], "B": ["zh"]})
    shape = np.where(s.horizon.intervals.hour == 10, 1.0, 0.5)
    rows = forecast(s, zh=30 * shape, en=10 * shape, more=10 * shape, night=0.0, mail=5.0)
    found = skill_mix(rows, s)
    assert found.when.hour == 10 and found.mix is not None
    assert set(found.table["skills"]) == {"zh", "en", "zh, en"}  # nobody asks for Japanese
    assert found.mix.pooled_bound <= found.mix.total <= found.mix.dedicated + 1 and found.table["people"].sum() == found.mix.total
    assert all(level - found.mix.half_widths[name] >= 0.8 for name, level in found.mix.levels.items())
    site = s.params.site
    dear = site.model_copy(update={"staffing": site.staffing.model_copy(update={"flexible_cost": 5.0})})
    other = skill_mix(rows, replace(s, params=replace(s.params, site=dear)))
    flexible = [m.table.set_index("skills").loc["zh, en", "people"] for m in (found, other)]
    assert flexible[0] >= flexible[1]


def test_one_skill_has_no_mix_and_an_incomplete_forecast_is_refused(queue, study, forecast):
    s = with_people(study(2, a=queue(skill="zh"), b=queue(skill="zh")), {})
    rows = forecast(s, a=10.0, b=5.0)
    found = skill_mix(rows, s)
    assert found.mix is None and found.table.empty
    for call in (lambda: skill_mix(rows.iloc[1:], s), lambda: rehearse(duties(), covered(s, a=1, b=1), rows.iloc[1:], s)):
        with pytest.raises(StaffingError, match="a"):
            call()
