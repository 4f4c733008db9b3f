"""Parts of the generator: best sequence against all sequences, duties a day, relief at posts, contact histories."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cslib import staffing
from cslib.batch.synthetic.contacts import contacts, day_factors
from cslib.batch.synthetic.field import open_field, shortfall
from cslib.batch.synthetic.pattern import REST_DAY, Duty, Rules, Stretch, best_sequence, rules
from cslib.batch.synthetic.recipe import Recipe, Volume, open_recipe
from cslib.batch.synthetic.relief import Pause, Posted, relieve
from cslib.batch.synthetic.tasks import tasks
from cslib.core import tables
from cslib.core.errors import ParamError, RosterError
from cslib.core.shifts import overlap_min
from cslib.intake import open_study
from cslib.params import Params, open_params
from cslib.params.calendar import calendar
from cslib.params.source import Document, validate

DAY = dt.date(2026, 12, 1)
STRETCHES = (Stretch(0, 2, 1, 2), Stretch(3, 6, 2, 3))
SAME = 0.1


@cache
def small_rules() -> Rules:
    """Late, evening and night of the hotline; runs of at most three days and two nights, so that every limit bites within a week."""
    params = open_params("hotline")
    law = rules([Duty(params.shift(code)) for code in "MLN"], params.law, DAY)
    return Rules(law.follows, law.after_rest, law.night, run_max=3, nights_max=2)


def legal(sequence: Sequence[int], law: Rules) -> bool:
    run = nights = 0
    for day, kind in enumerate(sequence):
        run = run + 1 if kind != REST_DAY else 0
        nights = nights + 1 if kind != REST_DAY and law.night[kind] else 0
        if run > law.run_max or nights > law.nights_max:
            return False
        before = list(sequence[max(0, day - 2) : day])
        if kind != REST_DAY and before and before[-1] != REST_DAY and not law.follows[before[-1], kind]:
            return False
        if kind != REST_DAY and len(before) == 2 and before[1] == REST_DAY != before[0] and not law.after_rest[before[0], kind]:
            return False
    return all(s.least <= sum(k != REST_DAY for k in sequence[s.first : s.last + 1]) <= s.most for s in STRETCHES)


def total(sequence: Sequence[int], value: np.ndarray) -> float:
    work = sum(value[day, kind] for day, kind in enumerate(sequence) if kind != REST_DAY)
    return float(work + SAME * sum(a == b != REST_DAY for a, b in itertools.pairwise(sequence)))


@cache
def all_legal() -> list[tuple[int, ...]]:
    law = small_rules()
    return [s for s in itertools.product(range(-1, 3), repeat=7) if legal(s, law)]


@given(st.integers(0, 10_000), st.floats(0, 0.4))
@settings(max_examples=25, deadline=None)
def test_best_sequence_is_the_best_of_all_legal_ones(seed: int, barred_share: float) -> None:
    rng = np.random.default_rng(seed)
    value = np.where(rng.random((7, 3)) < barred_share, -np.inf, rng.normal(size=(7, 3)))
    best = max(total(s, value) for s in all_legal())
    found = best_sequence(value, small_rules(), STRETCHES, SAME)
    if best == -np.inf:
        assert found is None
    else:
        assert found is not None and legal(tuple(found), small_rules())
        assert total(tuple(found), value) == pytest.approx(best)


def test_rules_between_shifts_come_from_the_law() -> None:
    """11 h between shifts; 24 h after nights: a night ends 07:30, so two days later 07:00 is too early and 09:00 is not."""
    params = open_params("hotline")
    codes = "EDMLN"
    law = rules([Duty(params.shift(code)) for code in codes], params.law, DAY)
    assert not law.follows[codes.index("L"), codes.index("E")] and law.follows[codes.index("L"), codes.index("M")]
    assert not law.after_rest[codes.index("N"), codes.index("E")] and law.after_rest[codes.index("N"), codes.index("D")]
    assert law.follows[codes.index("N")].tolist() == [False, False, False, False, True]
    assert (law.run_max, law.nights_max, law.night.tolist()) == (6, 4, [False, False, False, False, True])


def test_tasks_cover_the_month_at_the_least_number_of_duties() -> None:
    """The front desk has nine post duties round the clock and two at the reception a day; nothing less will do."""
    study = open_study("front_desk", month="2026-12")
    field = open_field(open_recipe("front_desk").people, study.params, staffing.requirement(tables.empty("forecast"), study), 1)
    found = tasks(field, field.need, list(field.people.groups))
    left = field.need.copy()
    for (group, day, option), number in np.ndenumerate(found):
        if number:
            span = slice(day * field.slots, min((day + 2) * field.slots, left.shape[1]))
            served = field.served[list(field.people.groups)[group]][option]
            left[served, span] -= number * field.serves[option][: span.stop - span.start]
    assert shortfall(field, left) == 0
    assert (found.sum(axis=(0, 2)) == 11).all()
    assert (found[0].sum(axis=1) <= 2).all() and (found[1].sum(axis=1) <= 6).all()


def posted(**people: tuple[str, str]) -> list[Posted]:
    params = front_desk()
    skills = {"floater": frozenset({"north_lobby", "south_lobby", "reception", "floater"})}
    return [Posted(name, post, params.shift(code), skills.get(post, frozenset({post})), post == "floater") for name, (post, code) in people.items()]


@cache
def front_desk() -> Params:
    return open_params("front_desk")


def heads(queue: str, moment: pd.Timestamp) -> int:
    """The front desk's own numbers."""
    spec = front_desk().site.queues[queue]
    return sum(window.heads for window in spec.heads if window.holds(moment.weekday(), moment.hour * 60 + moment.minute))


def at_post(queue: str, moment: pd.Timestamp, people: list[Posted], pauses: list[Pause]) -> int:
    step = (moment, moment + pd.Timedelta(minutes=30))
    away = {p.person for p in pauses if overlap_min(p.span, step)}
    there = [w for w in people if w.queue == queue and w.person not in away and overlap_min(w.shift.span(DAY), step)]
    return len(there) + sum(bool(p.stand_in) and p.queue == queue and overlap_min(p.span, step) > 0 for p in pauses)


def test_relief_leaves_no_post_short() -> None:
    people = posted(
        north_e=("north_lobby", "E"), south_e=("south_lobby", "E"), float_e=("floater", "E"), north_m=("north_lobby", "M"),
        south_m=("south_lobby", "M"), float_m=("floater", "M"), early=("reception", "D1"), late=("reception", "D2"),
    )  # fmt: skip
    pauses = relieve(DAY, people, heads, 30)
    assert {p.person for p in pauses} == {w.person for w in people}
    for moment in pd.date_range(f"{DAY} 07:00", f"{DAY} 22:30", freq="30min"):
        for queue in ("north_lobby", "south_lobby", "reception", "floater"):
            covering = sum(p.stand_in.startswith("float") and overlap_min(p.span, (moment, moment + pd.Timedelta(minutes=30))) > 0 for p in pauses)
            held = at_post(queue, moment, people, pauses)
            assert held >= heads(queue, moment) - (covering if queue == "floater" else 0), (queue, moment)
    for a, b in itertools.combinations(pauses, 2):
        if overlap_min(a.span, b.span):
            assert not ({a.person, a.stand_in} - {""}) & ({b.person, b.stand_in} - {""})


def test_a_post_without_a_floater_cannot_be_relieved() -> None:
    with pytest.raises(RosterError) as caught:
        relieve(DAY, posted(north_e=("north_lobby", "E"), south_e=("south_lobby", "E")), heads, 30)
    assert caught.value.keys == ["synthetic.no_relief"]


def volume(**given: object) -> Volume:
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1.0)
    return Volume.model_validate({"day_contacts": 1000.0, "weekday": week, "profile": {"00:00": 1.0, "12:00": 3.0}, **given})


def test_rate_is_linear_between_points_and_round_the_clock() -> None:
    shape = volume()
    assert [shape.rate(minute) for minute in (0, 360, 720, 1080, 1439)] == pytest.approx([1, 2, 3, 2, 1 + 2 / 720])


def test_day_factors_by_hand() -> None:
    """1 May 2026 is a Friday and a statutory holiday of five days; Wednesday 6 May re-opens; the month's first days fall off by thirds."""
    days = calendar(dt.date(2026, 4, 29), dt.date(2026, 5, 31), "CN")
    outlier = {"day": dt.date(2026, 5, 14), "factor": 2.0}
    shape = volume(kind={"statutory_holiday": 0.5, "arranged_off": 0.6}, reopen_share=0.2, first_days_share=0.3, outliers=(outlier,))
    level = dict(zip([d.date() for d in days["date"]], day_factors(shape, days), strict=True))
    assert level[dt.date(2026, 5, 1)] == pytest.approx(500 * 1.3)
    assert level[dt.date(2026, 5, 2)] == pytest.approx(500 * 1.2)
    assert level[dt.date(2026, 5, 6)] == pytest.approx(1200)
    assert level[dt.date(2026, 5, 14)] == pytest.approx(2000)
    assert level[dt.date(2026, 5, 20)] == pytest.approx(1000)


@pytest.mark.parametrize("site", ("hotline", "online_shop", "bank"))
def test_history_has_the_habits_of_its_recipe(site: str) -> None:
    params, recipe = open_params(site), open_recipe(site)
    assert recipe.history is not None
    frame = contacts(recipe, params, params.site.seed)
    assert frame["interval_start"].max().date() == recipe.history.last
    for queue, shape in recipe.queues.items():
        rows = frame[frame["queue"] == queue]
        assert rows["offered"].isna().sum() == recipe.history.missing
        days = calendar(recipe.history.first, recipe.history.last, params.site.country)
        expected = pd.Series(day_factors(shape, days), index=pd.to_datetime(days["date"]))
        totals = rows.groupby(rows["interval_start"].dt.normalize())["offered"].sum()
        ratio = (totals / expected[totals.index]).dropna()
        assert abs(ratio.mean() - 1) < 0.02, queue
        spread = np.sqrt(shape.day_noise_share**2 + 1 / shape.day_contacts)
        assert 0.7 * spread < ratio.std() < 1.6 * spread + 0.03, queue


def test_campaigns_stand_out_in_the_shop() -> None:
    params = open_params("online_shop")
    chat = contacts(open_recipe("online_shop"), params, params.site.seed)
    totals = chat[chat["queue"] == "chat"].groupby(chat["interval_start"].dt.normalize())["offered"].sum()
    for day in ("2025-11-11", "2025-12-12", "2026-11-11"):
        around = totals[pd.Timestamp(day) + pd.to_timedelta([7, 8, 9], unit="D")]
        assert totals[pd.Timestamp(day)] > 1.4 * around.mean(), day
    assert (chat["handled"] <= chat["offered"]).where(chat["offered"].notna(), True).all()
    assert chat["aht_s"].dropna().between(1, 5000).all()


def test_the_bank_is_closed_on_federal_holidays() -> None:
    params = open_params("bank")
    dates = set(contacts(open_recipe("bank"), params, params.site.seed)["interval_start"].dt.date)
    assert dt.date(2025, 12, 25) not in dates and dt.date(2026, 9, 7) not in dates and dt.date(2026, 9, 8) in dates
    assert all(day.weekday() < 5 for day in dates)


def test_other_people_stay_the_same_whatever_else_is_drawn() -> None:
    """Histories of one queue don't depend on the other queues of the recipe."""
    params, recipe = open_params("hotline"), open_recipe("hotline")
    alone = recipe.model_copy(update={"queues": {"phone_en": recipe.queues["phone_en"]}})
    both = contacts(recipe, params, 5)
    pd.testing.assert_frame_equal(contacts(alone, params, 5), both[both["queue"] == "phone_en"].reset_index(drop=True))


def test_a_week_with_a_day_missing_is_refused() -> None:
    document = open_recipe("hotline").model_dump(mode="python")
    del document["queues"]["phone_zh"]["weekday"]["sun"]
    with pytest.raises(ParamError) as caught:
        validate(Recipe, Document(open_params("hotline").folder / "synthetic.yml", document, {}))
    assert caught.value.keys == ["params.value"] and "sun" in str(caught.value)
