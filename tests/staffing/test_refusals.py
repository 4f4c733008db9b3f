"""What staffing refuses, each with place, value, what is allowed and what to do, in both languages."""

from __future__ import annotations

import numpy as np
import pytest

from cslib.core import words
from cslib.core.errors import StaffingError, TableError
from cslib.staffing import requirement, trace

DAY = [{"from": "09:00", "to": "18:00"}]
SERVICE = {"level_share": 0.8, "target_s": 20}


def _refusal(forecast, study):
    with pytest.raises(StaffingError) as caught:
        requirement(forecast, study)
    for language in words.LANGUAGES:
        with words.speaking(language):
            assert "{" not in str(caught.value)
    return caught.value


def test_a_queue_without_forecast_and_one_that_nobody_knows(queue, study, forecast):
    s, other = study(1, a=queue(), b=queue()), study(1, a=queue(), x=queue())
    error = _refusal(forecast(other, a=10.0, x=10.0), s)
    assert error.keys == ["staffing.unknown_queue", "staffing.no_forecast"]
    with words.speaking("en"):
        assert "'x'" in str(error)
        assert "queue b (48 intervals" in str(error)


def test_missing_intervals_are_counted_and_the_first_is_named(queue, study, forecast):
    s = study(1, a=queue())
    error = _refusal(forecast(s, a=10.0).drop(index=[20, 21]), s)
    assert error.keys == ["staffing.missing_rows"]
    assert error.findings[0].facts == {"queue": "a", "count": 2, "first": "2026-12-01 10:00"}


def test_another_month_is_missing_intervals(queue, study, forecast):
    s = study(1, a=queue())
    assert _refusal(forecast(study(1, start="2026-11-01", a=queue()), a=10.0), s).keys == ["staffing.missing_rows"]


def test_no_handle_time_anywhere(queue, study, forecast):
    s = study(1, a=queue(aht_s=None), mail=queue("deferred", aht_s=None), quiet=queue(aht_s=None))
    error = _refusal(forecast(s, a=10.0, aht_a=0.0, mail=1.0, aht_mail=0.0, quiet=0.0, aht_quiet=0.0), s)
    assert error.keys == ["staffing.no_aht", "staffing.no_aht"]
    assert [finding.facts["queue"] for finding in error.findings] == ["a", "mail"]


def test_a_load_beyond_any_department_is_a_wrong_unit(queue, study, forecast):
    s = study(1, a=queue())
    error = _refusal(forecast(s, a=1e6, aht_a=3600.0), s)
    assert error.keys == ["staffing.too_much"]
    assert error.findings[0].facts["load"] == "2e+06"


def test_contacts_while_closed(queue, study, forecast):
    s = study(1, a=queue(opening=DAY), mail=queue("deferred", opening=DAY))
    assert _refusal(forecast(s, a=1.0, mail=1.0), s).keys == ["staffing.closed"]  # mail may arrive at night


def test_deferred_work_that_is_never_open(queue, study, forecast):
    s = study(1, mail=queue("deferred", opening=[{"days": ["sun"]}]))  # the day planned is a Tuesday
    assert _refusal(forecast(s, mail=1.0), s).keys == ["staffing.never_open"]
    assert requirement(forecast(s, mail=0.0), s)["on_post"].eq(0).all()


def test_parameters_that_the_model_cannot_honour(queue, study, forecast):
    s = study(
        1,
        phone=queue(concurrency=3),
        mail=queue("deferred", channel="chat", concurrency=2),
        patient=queue(service={**SERVICE, "max_abandonment_share": 0.05}),
    )
    error = _refusal(forecast(s, phone=10.0, mail=1.0, patient=10.0), s)
    assert error.keys == ["staffing.concurrency", "staffing.concurrency", "staffing.abandonment"]
    assert error.findings[0].where == "params/sites/front_desk/site.yml: queues.phone.concurrency"
    assert error.findings[2].where.endswith("queues.patient.service.max_abandonment_share")


def test_heads_outside_opening_or_twice(queue, study, forecast):
    early = [{"from": "08:00", "to": "10:00", "heads": 1}, {"from": "10:00", "to": "18:00", "heads": 2}]
    twice = [{"from": "09:00", "to": "12:00", "heads": 1}, {"from": "11:30", "to": "18:00", "heads": 2}]
    none_there = [{"heads": 0}]
    s = study(
        1, a=queue("heads", opening=DAY, heads=early), b=queue("heads", opening=DAY, heads=twice), c=queue("heads", opening=DAY, heads=none_there)
    )
    error = _refusal(forecast(s), s)
    assert error.keys == ["staffing.heads_closed", "staffing.heads_twice"]
    assert error.findings[0].where.endswith("queues.a.heads.0")
    assert error.findings[1].where.endswith("queues.b.heads.1")


def test_a_forecast_that_breaks_its_table(queue, study, forecast):
    s = study(1, a=queue())
    with pytest.raises(TableError):
        requirement(forecast(s, a=-1.0), s)
    with pytest.raises(TableError):
        requirement(forecast(s, a=10.0).drop(columns="aht_s"), s)


def test_a_trace_of_nothing(queue, study, forecast):
    s = study(1, a=queue())
    rows = forecast(s, a=10.0)
    with pytest.raises(StaffingError) as caught:
        trace(rows, s, "b", "2026-12-01 10:00")
    assert caught.value.keys == ["staffing.unknown_queue"]
    for moment in ("2026-11-30 23:59", "2026-12-02 00:00"):
        with pytest.raises(StaffingError) as caught:
            trace(rows, s, "a", moment)
        assert caught.value.keys == ["staffing.outside"]


def test_the_forecast_is_not_changed(queue, study, forecast):
    s = study(1, a=queue(), mail=queue("deferred"))
    rows = forecast(s, a=np.arange(48.0), mail=2.0)
    before = rows.copy()
    requirement(rows, s)
    assert rows.equals(before)
