"""Staffing figures, one command each: ``python -m benchmarks.staffing NAME`` prints one JSON object.

speed : required agents against pyworkforce's Erlang C on the same intervals (pyworkforce in a process of its own); 1e6 Erlang A beside Erlang C
slider : one answer of the what-if sliders, a month of three queues
transient : model and simulation on days with a threefold peak; hours beside those of the stationary maximum
skills : four languages with dedicated and flexible people
deferred : four windows over a month of 2,976 intervals
Times are CPU seconds of this process after compilation.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from cslib.staffing import erlang, simulation
from cslib.staffing.skills import Skill, staff_skills
from cslib.staffing.transient import Stream, agents_over_time, modified_offered_load
from cslib.staffing.windows import Window, missed_work, smoothest

AHT_S, TARGET_S, LEVEL, INTERVAL_S = 180.0, 20.0, 0.8, 1800.0
PEER = """
import json, sys, time
from pyworkforce.queuing import ErlangC
loads = json.load(sys.stdin)
start, found = time.process_time(), []
for load in loads:
    found.append(ErlangC(transactions=load * 10, interval=30, aht=3, asa=20 / 60, shrinkage=0).required_positions(service_level=0.8)["raw_positions"])
print(json.dumps({"cpu_s": time.process_time() - start, "found": found}))
"""


def cpu(call: Callable[[], Any], times: int = 3) -> float:
    """Least CPU seconds of a few calls, the first not counted."""
    call()
    best = np.inf
    for _ in range(times):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return float(best)


def speed() -> dict[str, Any]:
    """Ours and the peer's time per interval at loads of 5 to 100 Erlang, and a million cells of Erlang A and C."""
    loads = np.linspace(5, 100, 20 * 1488)  # twenty queues, a month
    done = subprocess.run([sys.executable, "-c", PEER], input=json.dumps(loads.tolist()), capture_output=True, text=True, check=True)
    peer = json.loads(done.stdout)
    own = cpu(lambda: erlang.agents_c(loads, AHT_S, TARGET_S, LEVEL))
    differ = int((erlang.agents_c(loads, AHT_S, TARGET_S, LEVEL) != np.array(peer["found"])).sum())
    many = np.random.default_rng(1).uniform(5, 100, 1_000_000)
    c = cpu(lambda: erlang.agents_c(many, AHT_S, TARGET_S, LEVEL, 0.9), 1)
    a = cpu(lambda: erlang.agents_a(many, AHT_S, 120.0, TARGET_S, LEVEL, 0.9, 0.05), 1)
    return {
        "intervals": len(loads), "own_us_per_interval": own / len(loads) * 1e6, "peer_us_per_interval": peer["cpu_s"] / len(loads) * 1e6,
        "times_faster": peer["cpu_s"] / own, "intervals_that_differ": differ, "million_c_s": c, "million_a_s": a, "a_over_c": a / c,
    }  # fmt: skip


def slider() -> dict[str, Any]:
    """Milliseconds from a moved slider to the new table: a month, three queues (two sample queues and a third like the first)."""
    from dataclasses import replace

    import pandas as pd

    from cslib import demand, intake
    from cslib.staffing import WhatIf

    study = intake.open_study("hotline", month="2026-12")
    forecast = demand.forecast(study)
    third = forecast[forecast["queue"].eq("phone_zh")].assign(queue="third")
    queues = {**study.params.site.queues, "third": study.params.site.queues["phone_zh"]}
    params = replace(study.params, site=study.params.site.model_copy(update={"queues": queues}))
    asked = WhatIf(pd.concat([forecast, third], ignore_index=True), replace(study, params=params))
    growth = iter(np.linspace(0.01, 0.3, 50))
    answer_s = cpu(lambda: asked.answer(growth_share=float(next(growth))), 10)
    return {"queues": 3, "intervals": 3 * len(study.horizon.intervals), "answer_ms": answer_s * 1000}


def _day(peak: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and largest load of each half hour of a smooth day whose peak is three times its ends."""
    t = (np.arange(480) + 0.5) / 480
    load = (peak * (1 + 2 * np.sin(np.pi * t) ** 4) / 3).reshape(48, 10)
    return load.mean(axis=1), load.max(axis=1)


def transient() -> dict[str, Any]:
    """Difference between model and simulation, worst simulated interval, hours against the stationary maximum."""
    cases = []
    for peak, replications in ((12, 4000), (60, 2000), (300, 1000)):
        for aht in (240.0, 1200.0, 3600.0):
            mean, largest = _day(peak)
            stream = Stream(mean, np.full(48, aht), np.ones(48, bool), INTERVAL_S, TARGET_S)
            guess = erlang.agents_c(modified_offered_load(stream)[0], aht, TARGET_S, LEVEL)
            start = time.process_time()
            plan = agents_over_time(stream, guess, np.zeros(48, np.int64), LEVEL, 1.0, 1.0)
            cpu_s = time.process_time() - start
            kind = simulation.Kind("q", mean * INTERVAL_S / aht, stream.aht_s, TARGET_S)
            drawn = simulation.draw([kind], INTERVAL_S, replications, 1, "benchmark", peak, int(aht))
            found = simulation.simulate([kind], [simulation.Group("all", ("q",), plan.people)], INTERVAL_S, drawn)
            levels, _ = found.level_by_interval("q")
            ours, stationary = (float(n.sum()) / 2 for n in (plan.people, erlang.agents_c(largest, aht, TARGET_S, LEVEL)))
            cases.append(
                {
                    "peak_erlang": peak, "aht_min": aht / 60, "rms": float(np.sqrt(np.mean((levels - plan.course.service_level_share) ** 2))),
                    "worst_simulated_level": float(levels.min()), "agent_hours": ours, "stationary_max_hours": stationary, "plan_cpu_s": cpu_s,
                }
            )  # fmt: skip
    return {
        "worst_rms": max(c["rms"] for c in cases), "worst_level": min(c["worst_simulated_level"] for c in cases),
        "most_hours_over_stationary_max": max(c["agent_hours"] / c["stationary_max_hours"] for c in cases), "cases": cases,
    }  # fmt: skip


def skills() -> dict[str, Any]:
    """Twelve, six, 2.5 and 1.5 Erlang at 80/20: people, gap to the pooled bound, levels on fresh contacts."""
    team = {name: Skill(load, AHT_S, TARGET_S, LEVEL) for name, load in (("zh", 12.0), ("en", 6.0), ("ja", 2.5), ("ko", 1.5))}
    groups = {**{(name,): 1.0 for name in team}, tuple(team): 1.25}
    staff_skills({name: team[name] for name in ("ja", "ko")}, {("ja",): 1.0, ("ko",): 1.0, ("ja", "ko"): 1.25})
    start = time.process_time()
    mix = staff_skills(team, groups)
    return {
        "people": {"+".join(group): n for group, n in mix.people.items()}, "total": mix.total, "dedicated": mix.dedicated,
        "pooled_bound": mix.pooled_bound, "gap": mix.gap, "levels": mix.levels, "half_widths": mix.half_widths, "plans": mix.plans,
        "cpu_s": time.process_time() - start,
    }  # fmt: skip


def deferred() -> dict[str, Any]:
    """Call-backs in 2 h, mail in 4 and 8 h, letters in a day, by one team on a quarter-hour grid."""
    rng = np.random.default_rng(1)
    hour = np.arange(2976) % 96 / 96
    shape = np.sin(np.pi * hour) ** 2 + 0.1
    windows = [Window(share * shape * rng.gamma(4, 0.25, 2976), deadline) for share, deadline in ((0.8, 8), (2.0, 16), (1.5, 32), (1.0, 96))]
    is_open = (hour >= 8 / 24) & (hour < 20 / 24)
    found = smoothest(windows, is_open)
    return {
        "intervals": len(is_open), "windows": len(windows), "cpu_s": cpu(lambda: smoothest(windows, is_open)), "peak": float(found.smooth.max()),
        "whole_peak": int(found.people.max()), "work": sum(float(w.work.sum()) for w in windows), "person_intervals": int(found.people.sum()),
        "missed_work": missed_work(windows, is_open, found.people),
    }  # fmt: skip


NAMES = {"speed": speed, "slider": slider, "transient": transient, "skills": skills, "deferred": deferred}


def main(arguments: list[str]) -> int:
    """Command line; exit status 2 for an unknown name."""
    if len(arguments) != 1 or arguments[0] not in NAMES:
        print(f"usage: python -m benchmarks.staffing {'|'.join(NAMES)}", file=sys.stderr)
        return 2
    print(json.dumps(NAMES[arguments[0]](), indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
