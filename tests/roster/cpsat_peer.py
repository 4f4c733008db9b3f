"""A second formulation of tiny sites, in CP-SAT: reads sites as JSON from standard input, writes their optima. Runs in a process of its own.

Stands alone on purpose: no code of the product, and a solver that must not share a process with HiGHS.
"""

import json
import sys

from ortools.sat.python import cp_model

STARTS, HOURS, NIGHT = (7, 9, 22), 4, 2
CODES = "EFN"


def optimum(site: dict) -> float:
    """Proven priced cost of the best roster, in yuan (all prices are whole numbers of ten fen here)."""
    model = cp_model.CpModel()
    days, people, rule, price = site["days"], range(len(site["skills"])), site["limits"], site["prices"]
    x = {(p, d, s): model.new_bool_var(f"x{p}_{d}_{s}") for p in people for d in range(days) for s in range(3)}
    terms, fixed = [], 0.0
    for p in people:
        own, constant = person(model, site, x, p)
        terms, fixed = terms + own, fixed + constant
    for hour in range(24 * days):
        terms += coverage(model, site, x, hour)
    model.minimize(sum(round(10 * factor) * variable for variable, factor in terms))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    assert {"short_peak", "short", "over"} <= set(price) and rule
    return solver.objective_value / 10 + fixed


def person(model, site, x, p) -> tuple[list, float]:
    """Rules and prices of one person."""
    days, rule, price = site["days"], site["limits"], site["prices"]
    leave = {d: h for q, d, h in site["leave"] if q == p}
    past = [(-1, NIGHT)] if site["last_night"][p] else []
    cells = [(d, s) for d in range(days) for s in range(3)]
    for d in range(days):
        model.add_at_most_one(x[p, d, s] for s in range(3))
        if d in leave:
            model.add(sum(x[p, d, s] for s in range(3)) == 0)
        if site["no_night"][p]:
            model.add(x[p, d, NIGHT] == 0)
    for d1, s1 in past + cells:
        for d2, s2 in cells:
            pause = d2 * 24 + STARTS[s2] - d1 * 24 - STARTS[s1] - HOURS
            close = pause < rule["rest_between_shifts"] or (s1 == NIGHT and s2 != NIGHT and pause < rule["rest_after_nights"])
            if d2 > d1 and close:
                between = [x[p, d, s] for d in range(max(d1, -1) + 1, d2) for s in range(3)]  # a duty in between ends the block
                model.add(sum(([x[p, d1, s1]] if d1 >= 0 else []) + [x[p, d2, s2]]) <= (1 if d1 >= 0 else 0) + sum(between))
    for name, kinds in (("consecutive_work_days", (0, 1, 2)), ("consecutive_nights", (NIGHT,))):
        most = int(rule[name])
        for last in range(days):
            window = range(last - most, last + 1)
            before = len([d for d, _ in past if d in window])
            model.add(sum(x[p, d, s] for d in window if d >= 0 for s in kinds) <= most - before)
    count = sum(x[p, d, s] for d, s in cells)
    if site["schemes"][p] != "comprehensive":
        model.add(HOURS * count <= int(rule["weekly_hours" if site["schemes"][p] == "standard" else "part_time_week_hours"]))
    contract, leave_h = 8 * days, sum(leave.values())
    model.add(HOURS * count <= max(0, int(contract + site["approved_h"][p] - leave_h)))
    over, under, nights = (model.new_int_var(0, 200, f"{name}{p}") for name in ("over", "under", "nights"))
    model.add(over >= HOURS * count + int(leave_h) - contract)
    model.add(under >= contract - int(site["band_h"]) - int(leave_h) - HOURS * count)
    model.add(nights >= sum(x[p, d, NIGHT] for d in range(days)) - site["nights_free"])
    terms = [(over, price["overtime"]), (under, price["under_hours"]), (nights, price["night_over"])]
    fixed = 0.0
    for q, d, wish, weight in site["wishes"]:
        yuan = price["wish_refused"] * weight
        if q == p and wish == "OFF":
            terms += [(x[p, d, s], yuan) for s in range(3)] if d not in leave else []
            fixed += yuan if d in leave else 0.0
        elif q == p:
            fixed += yuan
            terms.append((x[p, d, CODES.index(wish)], -yuan))
    return terms, fixed


def coverage(model, site, x, hour) -> list:
    """Short and over of both queues in an hour."""
    need = {q: {(n, h): heads for n, h, heads in site["need"]}.get((q, hour), 0) for q in "ab"}
    top = {q: max((heads for n, h, heads in site["need"] if n == q and h // 24 == hour // 24), default=0) for q in "ab"}
    there = {}
    for p in range(len(site["skills"])):
        on = [x[p, d, s] for d in range(site["days"]) for s in range(3) if 0 <= hour - d * 24 - STARTS[s] < HOURS]
        there.setdefault("".join(site["skills"][p]), []).append(sum(on) + (1 if site["last_night"][p] and hour < STARTS[NIGHT] + HOURS - 24 else 0))
    terms, served = [], {q: [] for q in "ab"}
    for skills, people in there.items():
        flow = {q: model.new_int_var(0, 9, f"f{skills}{q}{hour}") for q in skills}
        idle = model.new_int_var(0, 9, f"i{skills}{hour}")
        model.add(sum(flow.values()) + idle == sum(people))
        terms.append((idle, site["prices"]["over"]))
        for q in skills:
            served[q].append(flow[q])
    for q in "ab":
        short = model.new_int_var(0, 9, f"s{q}{hour}")
        model.add(sum(served[q]) + short == need[q])
        peak = need[q] > 0 and need[q] >= 0.8 * top[q]
        terms.append((short, site["prices"]["short_peak" if peak else "short"]))
    return terms


if __name__ == "__main__":
    json.dump([optimum(site) for site in json.load(sys.stdin)], sys.stdout)
