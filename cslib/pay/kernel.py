"""The Monte-Carlo kernel: one pass over runs, posts and months; every draw is a hash of (stream, run, post, month), so scenarios share them.

A random number depends on nothing but its stream and place: changed pay or thresholds never shift anybody else's luck (common random numbers),
memory does not grow with the draws, and the order of runs or threads does not matter.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# totals a run and month: cost, gross, heads, joins, leaves, rate by grade, rate by variable pay, mix, price, promotions
COST, GROSS, HEADS, JOINS, LEAVES, RATE_GRADE, RATE_VARIABLE, VOLUME, MIX, PRICE, UPS, TOTALS = range(12)


@numba.njit(inline="always")
def _mix(x: Any) -> Any:
    """splitmix64: a well mixed 64-bit number."""
    x = x + _GOLDEN
    x = (x ^ (x >> np.uint64(30))) * _M1
    x = (x ^ (x >> np.uint64(27))) * _M2
    return x ^ (x >> np.uint64(31))


@numba.njit(inline="always")
def uniform(key: Any, run: int, post: int, month: int) -> float:
    """A uniform number inside (0, 1)."""
    place = _mix(_mix(key ^ np.uint64(run)) ^ (np.uint64(post) << np.uint64(20)) ^ np.uint64(month))
    return (float(place >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@numba.njit(inline="always")
def normal(u: float) -> float:
    """Quantile of the normal law (P. J. Acklam's rational approximation, relative error below 1.2e-9)."""
    if u < 0.02425 or u > 0.97575:
        q = math.sqrt(-2.0 * math.log(u if u < 0.5 else 1.0 - u))
        top = ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q
        below = (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1.0
        x = (top + 2.938163982698783) / below
        return x if u < 0.5 else -x
    q = u - 0.5
    r = q * q
    return (((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r + 1.383577518672690e02) * r - 3.066479806614716e01)
            * r + 2.506628277459239) * q / (((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
            + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0)  # fmt: skip


@numba.njit(inline="always")
def _step_factor(score: float, at: Any, pay: Any) -> float:
    factor = 0.0
    for i in range(len(at)):
        if score >= at[i]:
            factor = pay[i]
        else:
            break
    return factor


@numba.njit(inline="always")
def _moved(grade: int, period: float, up_at: Any, down_below: Any, runs: tuple, ups: int, downs: int) -> tuple:  # type: ignore[type-arg]
    """Grade and runs after a period's mean score."""
    if period >= up_at[grade]:
        ups, downs = ups + 1, 0
    elif period < down_below[grade]:
        ups, downs = 0, downs + 1
    else:
        ups, downs = 0, 0
    if ups >= runs[0]:
        return (grade + 1 if grade + 1 < len(up_at) else grade), 0, 0
    if downs >= runs[1]:
        return (grade - 1 if grade > 0 else 0), 0, 0
    return grade, ups, downs


@numba.njit(inline="always")
def _drawn(grade: int, table: Any, u: float) -> int:
    total = 0.0
    for g in range(table.shape[1]):
        total += table[grade, g]
        if u < total:
            return g
    return table.shape[1] - 1


@numba.njit(inline="always")
def _month_pay(paid: int, service: int, score: float, structure: Any, rules: Any) -> float:
    """Gross pay of a month [yuan]; no performance pay on probation."""
    base, fixed, target, steps_at, steps_pay = structure
    overtime, seniority, probation_share, probation_months, _ = rules
    on_probation = service < probation_months
    pay = base[paid] * (probation_share if on_probation else 1.0) * (1.0 + overtime) + fixed[paid] + seniority * (service // 12)
    if not on_probation:
        pay += target[paid] * _step_factor(score, steps_at, steps_pay)
    return float(pay)


@numba.njit(inline="always")
def _book(cell: Any, pay: float, own: float, price: float, plan: float, by_grade: float, by_mix: float) -> None:
    """One filled post of a month, with the causes of its cost: together with the plan they add up to it."""
    cell[COST] += pay + own
    cell[GROSS] += pay
    cell[HEADS] += 1
    cell[PRICE] += price
    cell[RATE_GRADE] += by_grade
    cell[MIX] += by_mix
    cell[RATE_VARIABLE] += pay + own - price - plan - by_grade - by_mix


@numba.njit(inline="always")
def _declared(before: float, pay: float, regular: float, newcomer: bool, calendar: int, year_mean: float) -> float:
    """Declared wage: a newcomer's first month, else regular pay; from July on the mean of the year before."""
    if before < 0.0:
        return pay if newcomer else regular
    return year_mean if calendar == 7 and year_mean > 0.0 else before


@numba.njit(nogil=True)
def simulate_runs(first: int, runs: int, keys: Any, start: Any, structure: Any, pay_rules: Any, ladder: Any, ladder_rules: Any, behaviour: Any,
                  leave: Any, fill: Any, months: Any, standard: Any, totals: Any, grade_heads: Any) -> None:  # fmt: skip
    """Runs ``first`` .. ``first + runs - 1`` into ``totals`` (runs x months x TOTALS) and ``grade_heads`` (months x grades, summed over runs).

    start : (grade, service, since_up, ability);  structure : (base, fixed, target, steps_at, steps_pay)
    pay_rules : (overtime_share, seniority_yuan, probation_share, probation_months, expected);  ladder : (up_at, down_below, table)
    ladder_rules : (up_runs, down_runs, period_months, lag_months);  behaviour : (mean, sd of ability, sd of noise, stuck factor, entry grade)
    leave, fill : chance by month and grade, by month;  months : (calendar month, floor, cap, employer share)
    standard : cost of a regular month by grade at the first month's contribution year [yuan]
    """
    for r in range(runs):
        for post in range(len(start[0])):
            _post(first + r, post, keys, start, structure, pay_rules, ladder, ladder_rules, behaviour, leave, fill, months, standard, totals[r],
                  grade_heads)  # fmt: skip


@numba.njit(nogil=True)
def _post(run: int, post: int, keys: Any, start: Any, structure: Any, pay_rules: Any, ladder: Any, ladder_rules: Any, behaviour: Any,
          leave: Any, fill: Any, months: Any, standard: Any, totals: Any, grade_heads: Any) -> None:  # fmt: skip
    """One post through all months: its holder scores, is paid, moves, leaves, is replaced."""
    up_at, down_below, table = ladder
    up_runs, down_runs, period_months, lag = ladder_rules
    mean, sd_ability, sd_noise, stuck, entry = behaviour
    calendar, floor, cap, employer = months
    regular = structure[0] * (1.0 + pay_rules[0]) + structure[1] + structure[2] * pay_rules[4]
    grade, service, since, ability, holder = start[0][post], start[1][post], start[2][post], start[3][post], 0
    if np.isnan(ability):
        ability = sd_ability * normal(uniform(keys[0], run, post, 0))
    plan, began, ups, downs, scores, counted, filled = standard[grade], grade, 0, 0, 0.0, 0, True
    declared, year_sum, year_count, year_mean = -1.0, 0.0, 0, -1.0
    history = np.full(13, grade)
    for m in range(len(calendar)):
        cell = totals[m]
        if not filled and uniform(keys[3], run, post, m) < fill[m]:
            holder, filled, grade, began, service, since, ups, downs, scores, counted = holder + 1, True, entry, entry, 0, 0, 0, 0, 0.0, 0
            ability = sd_ability * normal(uniform(keys[0], run, post, 1000 * holder + m))
            history[:] = entry
            declared, year_sum, year_count, year_mean = -1.0, 0.0, 0, -1.0
            cell[JOINS] += 1
        if not filled:
            cell[VOLUME] -= plan
            continue
        for back in range(12, 0, -1):
            history[back] = history[back - 1]
        history[0] = grade
        paid = history[lag]
        score = mean + ability + sd_noise * normal(uniform(keys[1], run, post, m))
        pay = _month_pay(paid, service, score, structure, pay_rules)
        if calendar[m] == 1:
            year_mean, year_sum, year_count = (year_sum / year_count if year_count else -1.0), 0.0, 0
        declared = _declared(declared, pay, regular[paid], holder > 0, calendar[m], year_mean)
        year_sum, year_count = year_sum + pay, year_count + 1
        own = min(max(declared, floor[m]), cap[m]) * employer[m]
        price = own - min(max(declared, floor[0]), cap[0]) * employer[0]
        _book(cell, pay, own, price, plan, standard[paid] - standard[began], standard[began] - plan)
        grade_heads[m, grade] += 1
        service, since, before = service + 1, since + 1, grade
        if table.shape[0]:
            grade = _drawn(grade, table, uniform(keys[4], run, post, m))
        else:
            scores, counted = scores + score, counted + 1
            if counted == period_months:
                grade, ups, downs = _moved(grade, scores / counted, up_at, down_below, (up_runs, down_runs), ups, downs)
                scores, counted = 0.0, 0
        if grade > before:
            since = 0
            cell[UPS] += 1
        if uniform(keys[2], run, post, m) < leave[m, before] * (stuck if since >= 12 else 1.0):
            filled = False
            cell[LEAVES] += 1
