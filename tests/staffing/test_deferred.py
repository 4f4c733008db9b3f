"""Work with a deadline: every deadline kept when recomputed first in, first out; least peak; whole people without waste."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from cslib.core.streams import stream
from cslib.staffing import requirement
from cslib.staffing.deferred import plan_deferred, taut_string
from cslib.staffing.workload import workloads

DAY = [{"from": "09:00", "to": "18:00"}]
WORKWEEK = [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "20:00"}]
HALF_HOUR = 1800.0
TOLERANCE = 1e-6


def _lateness(people, load, is_open, deadline_intervals):
    """First in, first out: how many intervals too late the last piece of work of each interval is finished (<= 0 is in time).

    Work arrives evenly over its interval; people of an interval work off what is there. Work that arrives while closed counts from
    the first open interval on; work that comes due in closed hours is due at closing time.
    """
    queue, late, arrival = deque(), [], np.arange(len(load))
    opens = np.flatnonzero(is_open)
    for t in range(len(load)):
        if load[t] > 0:
            later = opens[opens >= t]
            queue.append([later[0] if later.size else None, load[t]])
        capacity = float(people[t])
        while queue and capacity > TOLERANCE:
            worked = min(capacity, queue[0][1])
            capacity -= worked
            queue[0][1] -= worked
            if queue[0][1] > TOLERANCE:
                break
            start = queue.popleft()[0]
            due = start + deadline_intervals
            due = opens[opens <= due][-1] if due < len(load) else due
            late.append(t - due)
    assert arrival.size == len(load)
    return late, queue


def _seasonal(days, seed, day_load=3.0, slots=48):
    rng = stream(seed, "staffing", "deferred")
    hour = np.arange(days * slots) % slots / slots
    return day_load * (0.4 + np.sin(np.pi * hour) ** 2) * rng.gamma(4, 0.25, days * slots)


@pytest.mark.parametrize(("opening", "deadline_h"), [(DAY, 4), (DAY, 0.25), (DAY, 1), (WORKWEEK, 24), (WORKWEEK, 72), ([{}], 2), ([{}], 100)])
def test_every_deadline_is_kept_first_in_first_out(queue, study, forecast, opening, deadline_h):
    mail = queue("deferred", deadline_h=deadline_h, opening=opening)
    s = study(28, mail=mail)
    contacts = _seasonal(28, seed=3) * 10
    need = requirement(forecast(s, mail=contacts), s)
    is_open = np.array([mail.open_at(t.weekday(), t.hour * 60 + t.minute) for t in s.horizon.intervals])
    assert (need["on_post"].to_numpy()[~is_open] == 0).all()
    late, left = _lateness(need["on_post"].to_numpy(), contacts * 180 / HALF_HOUR, is_open, int(deadline_h * 2))
    assert len(late) > 1000
    assert max(late) <= 0
    assert all(start is None or start + int(deadline_h * 2) >= len(contacts) - 1 for start, _ in left)  # only work due next month is left


@pytest.mark.parametrize("day_load", [0.2, 1.0, 6.0])
def test_whole_people_waste_little(queue, study, forecast, day_load):
    s = study(28, mail=queue("deferred", deadline_h=8))
    contacts = _seasonal(28, seed=5, day_load=day_load) * 10
    people = requirement(forecast(s, mail=contacts), s)["on_post"].sum()
    work = contacts.sum() * 180 / HALF_HOUR
    rounded_up_each_interval = np.ceil(contacts * 180 / HALF_HOUR).sum()
    assert work - day_load * 20 <= people <= work * 1.05 + 8
    assert people - work < 0.2 * (rounded_up_each_interval - work)


def test_the_peak_is_the_least_possible_rounded_up(queue, study, forecast):
    s = study(14, mail=queue("deferred", deadline_h=6, opening=DAY))
    contacts = _seasonal(14, seed=9) * 10
    work = workloads(forecast(s, mail=contacts), s)["mail"]
    plan = plan_deferred(work)
    assert plan.people.max() == np.ceil(plan.smooth.max() - 1e-9)
    assert plan.people.max() < np.ceil(contacts[work.open].max() * 0.1)
    assert (plan.done >= plan.latest_done - TOLERANCE)[work.open].all()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(arrivals=st.lists(st.floats(0, 9) | st.just(0.0), min_size=1, max_size=120), lag=st.integers(0, 15))
def test_taut_string_is_the_linear_programme_with_least_peak(arrivals, lag):
    most = np.concatenate([[0.0], np.cumsum(arrivals)])
    least = np.concatenate([np.zeros(min(lag, len(most))), most])[: len(most)]
    least[-1] = most[-1]
    path = taut_string(least, most)
    pace = np.diff(path)
    assert (path >= least - TOLERANCE).all()
    assert (path <= most + TOLERANCE).all()
    assert (pace >= -TOLERANCE).all()
    assert pace.max() == pytest.approx(_least_peak(least, most), abs=1e-6)
    smoother = path.copy()  # no shorter path: straightening any inner border would leave the tube
    smoother[1:-1] = np.clip((path[:-2] + path[2:]) / 2, least[1:-1], most[1:-1])
    assert np.abs(smoother - path).max() < TOLERANCE


def _least_peak(least, most):
    """Smallest peak of any plan between the curves: a linear programme (HiGHS)."""
    steps = len(most) - 1
    pace = sparse.diags([-np.ones(steps), np.ones(steps)], [0, 1], shape=(steps, steps + 1))
    rows = sparse.vstack([sparse.hstack([pace, -np.ones((steps, 1))]), sparse.hstack([-pace, sparse.csr_matrix((steps, 1))])])
    cost = np.append(np.zeros(steps + 1), 1.0)
    found = linprog(cost, A_ub=rows.tocsr(), b_ub=np.zeros(2 * steps), bounds=[*zip(least, most, strict=True), (0, None)], method="highs")
    return found.fun


def test_a_longer_deadline_never_raises_the_peak(queue, study, forecast):
    contacts = _seasonal(14, seed=1) * 10
    peaks = []
    for deadline_h in (0.5, 1, 2, 4, 8, 24):
        s = study(14, mail=queue("deferred", deadline_h=deadline_h, opening=DAY))
        peaks.append(requirement(forecast(s, mail=contacts), s)["on_post"].max())
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[-1] < peaks[0]


def test_the_first_morning_inherits_an_ordinary_evening(queue, study, forecast):
    s = study(14, mail=queue("deferred", deadline_h=24, opening=DAY))
    need = requirement(forecast(s, mail=40.0), s).set_index("interval_start")["on_post"]
    by_day = need.groupby(need.index.normalize()).sum()
    assert need.max() > 8
    assert abs(by_day.iloc[0] - by_day.iloc[7]) < need.max()  # not an empty start: within one interval of the week after
    assert abs(by_day.iloc[-1] - by_day.iloc[6]) < need.max()  # and no rush at the end


def test_least_people_and_quiet_months(queue, study, forecast):
    s = study(3, mail=queue("deferred", opening=DAY, min_heads=2))
    need = requirement(forecast(s, mail=0.0), s)
    assert sorted(set(zip(need["on_post"], need["binding"], strict=True))) == [(0, "none"), (2, "minimum_heads")]
    assert need.loc[need["on_post"] > 0, "occupancy_share"].eq(0).all()
    assert need["service_level_share"].isna().all()
    busy = requirement(forecast(s, mail=np.where(need["on_post"] > 0, 60.0, 0.0)), s)
    assert set(busy.loc[busy["on_post"] > 2, "binding"]) == {"deadline"}
    assert busy["occupancy_share"].dropna().between(0.9, 1).mean() > 0.8
