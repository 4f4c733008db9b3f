"""One engine for every ladder: reviews month by month, vectorised over people. Its results are proposals, never decisions.

A decision falls at the end of a month; the new grade is in force ``grade_lag_months`` later, its pay ``pay_lag_months`` later. A criterion
without a figure is *unknown*: nothing is proposed from it, and a streak pauses or breaks as the ladder says. Reviews fall in the months of the
ladder's rhythm, or for each person every so many months from the entry into the grade; inside a period that a rule has opened, the rules for
that period are looked at every month.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from cslib.params.ladder_files import Ladder
from cslib.params.ladders import BUILT_IN, Rule
from cslib.people.course import IMMUNITY_USED, Course, Proposals, State
from cslib.people.machine import Machine, Truth
from cslib.people.overrides import LoggedOverride, Override, check_overrides, take_overrides
from cslib.people.panel import Panel, check_grades
from cslib.people.tenure import own_figures
from cslib.people.values import aggregate, compare, metric_values

LONGEST_TRIAL = 6  # months, 劳动合同法 art. 19


def run_ladder(ladder: Ladder, panel: Panel, accepted: np.ndarray | None = None, overrides: Sequence[Override] = ()) -> Course:
    """Apply a ladder to people.

    Parameters
    ----------
    accepted : [people, months] bool, moves that a human accepted; default: all, which is a simulation and no decision
    overrides : moves that a human decided outside the rules; they are logged and follow the review of their month

    Returns
    -------
    Course with the grade in force and paid in every month, and every proposal with its figures.

    Raises
    ------
    PeopleError  if the panel lacks a fact that the ladder reads, or an override is incomplete.
    """
    check_overrides(overrides, panel, ladder.grades)
    check_grades(panel, ladder.grades)
    machine = Machine(ladder)
    base, figures = _base(ladder, panel)
    state = _start(machine, panel)
    lag, pay_lag = ladder.spec.grade_lag_months, ladder.spec.pay_lag_months
    decided = np.full((len(panel.people), panel.months + 1), -1, dtype=np.int16)
    batches: list[Proposals] = []
    logged: list[LoggedOverride] = []
    for t in range(panel.months):
        _join_and_leave(machine, state, panel, t)
        decided[:, t] = state.grade
        due, month = _due(machine, state, panel, t), panel.calendar_month(t)
        within = _within_periods(machine, state, t)
        if due.any() or within.any():
            here, values = _at(machine, state, panel, base, figures, t)
            taken = None if accepted is None else accepted[:, t]
            batches += _follow_up(machine, state, within, here, values, t, month, taken)
            batches += _review_due(machine, state, due, here, values, t, month, lag, taken)
        logged += _by_hand(state, panel, ladder, overrides, t)
    decided[:, -1] = state.grade
    return Course(ladder, panel, *_in_force(decided, panel, lag, pay_lag), tuple(batches), state, tuple(logged))


def _due(machine: Machine, state: State, panel: Panel, t: int) -> np.ndarray:
    """Who is reviewed at the end of month ``t``: everybody in the ladder's months, or each person so many months after the entry into the grade."""
    every = machine.spec.review_months
    if machine.spec.review_from == "calendar":
        return np.full(len(state.grade), panel.calendar_month(t) % every == 0)
    held = t + 1 - state.since
    return (state.grade >= 0) & (held > 0) & (held % every == 0)


def _within_periods(machine: Machine, state: State, t: int) -> np.ndarray:
    """Who is inside a period that a rule has opened at an earlier review."""
    return (state.grade >= 0) & np.any([state.periods[name] >= t for name in machine.opening] or [np.zeros(len(state.grade), bool)], axis=0)


def _at(
    machine: Machine, state: State, panel: Panel, base: Mapping[str, Truth], figures: Mapping[str, np.ndarray], t: int
) -> tuple[dict[str, Truth], dict[str, np.ndarray]]:
    """Truths and figures at the end of month ``t``, with those that the engine keeps itself."""
    here = {name: (met[:, t], known[:, t]) for name, (met, known) in base.items()}
    values = {name: figure[:, t] for name, figure in figures.items()}
    for name, figure in own_figures(machine.spec, state, panel, t).items():
        values[name] = figure
        for code, criterion in machine.order.items():
            if criterion.metric == name:
                values[code] = figure
                here[code] = (compare(figure, str(criterion.op), float(criterion.value or 0)), np.ones(len(figure), dtype=bool))
    return here, values


def _review_due(
    machine: Machine, state: State, due: np.ndarray, here: Mapping[str, Truth], values: Mapping[str, np.ndarray], t: int, month: int, lag: int,
    accepted: np.ndarray | None,
) -> list[Proposals]:  # fmt: skip
    """A review of those whose review is due; the others' counters stand still."""
    if due.all():
        return review(machine, state, here, values, t, month, lag, accepted)
    rows = np.flatnonzero(due)
    if not len(rows):
        return []
    part = state.take(rows)
    truths, own = {name: (met[rows], known[rows]) for name, (met, known) in here.items()}, {name: figure[rows] for name, figure in values.items()}
    batches = review(machine, part, truths, own, t, month, lag, None if accepted is None else accepted[rows])
    state.put(rows, part)
    return [dataclasses.replace(batch, rows=rows[batch.rows]) for batch in batches]


def _follow_up(
    machine: Machine, state: State, within: np.ndarray, here: Mapping[str, Truth], values: Mapping[str, np.ndarray], t: int, month: int,
    accepted: np.ndarray | None,
) -> list[Proposals]:  # fmt: skip
    """What the rules for an open period propose at the end of one of its months; counters of streaks belong to reviews and stand still."""
    if not within.any():
        return []
    truth, batches = machine.truths(state.copy(), here, month), []
    for name, rule in machine.spec.rules.items():
        if rule.during is None:
            continue
        met = within & (state.periods[rule.during] >= t) & machine.open_to(rule, state.grade, month)
        for part in rule.when:
            met = met & truth[part][0] & truth[part][1]
        if met.any():
            rows = np.flatnonzero(met)
            batches.append(_batch(machine, name, name, rows, state.grade, state.grade[rows], truth, values, t, accepted))
    return batches


def _by_hand(state: State, panel: Panel, ladder: Ladder, overrides: Sequence[Override], t: int) -> list[LoggedOverride]:
    """Overrides of the month take effect like moves; counters of streaks go back."""
    if not overrides:
        return []
    rows, log = take_overrides(overrides, panel.months_text[t], panel, ladder.grades, state.grade)
    state.since[rows] = t + ladder.spec.grade_lag_months
    for counter in state.counters.values():
        counter[rows] = 0
    return log


def _base(ladder: Ladder, panel: Panel) -> tuple[dict[str, Truth], dict[str, np.ndarray]]:
    """Criteria that compare a monthly fact: truth by criterion, and figures by criterion and by metric of places and quotas."""
    spec, first = ladder.spec, panel.calendar_month(0)
    values = metric_values(ladder, panel)
    if spec.appraised_after_months:
        served = np.arange(panel.months)[None, :] + 1 - panel.hired[:, None]
        values = {name: np.where(served > spec.appraised_after_months, figure, np.nan) for name, figure in values.items()}
    figures: dict[str, np.ndarray] = dict(values)
    truth: dict[str, Truth] = {}
    for name, criterion in spec.criteria.items():
        if criterion.metric is not None and criterion.metric not in BUILT_IN:
            figures[name] = aggregate(criterion, values[criterion.metric], first)
            known = ~np.isnan(figures[name])
            truth[name] = (known & compare(figures[name], str(criterion.op), float(criterion.value or 0)), known)
    return truth, figures


def _start(machine: Machine, panel: Panel) -> State:
    """People before the first month: their grade, else the entry; whoever has served the longest lawful trial starts where the trial leads."""
    entry = machine.index[machine.spec.entry or machine.ladder.grades[0]]
    trial = machine.ladder.grades[entry] == machine.spec.trial_grade
    ends = [machine.index[rule.to] for rule in machine.spec.rules.values() if rule.to is not None and machine.spec.trial_grade in rule.grades]
    above = (ends[0] if ends else entry + 1) if trial else entry
    grade = np.array([machine.index[name] for name in panel.grade]) if panel.grade else np.where(panel.hired <= -LONGEST_TRIAL, above, entry)
    since = panel.hired if panel.grade_since is None else panel.grade_since
    return machine.start(np.where(panel.hired > 0, -1, grade), np.asarray(since))


def _join_and_leave(machine: Machine, state: State, panel: Panel, t: int) -> None:
    """People hired this month enter; people who left are out."""
    if t > 0 and (joins := panel.hired == t).any():
        entry = machine.index[machine.spec.entry or machine.ladder.grades[0]]
        given = np.array([machine.index[name] for name in panel.grade]) if panel.grade else np.full(len(joins), entry)
        state.grade[joins] = given[joins]
        state.since[joins] = t
    state.grade[panel.left <= t] = -1


def review(
    machine: Machine, state: State, base: Mapping[str, Truth], values: Mapping[str, np.ndarray], t: int, month: int, lag: int,
    accepted: np.ndarray | None = None,
) -> list[Proposals]:  # fmt: skip
    """One review: ``state`` moves on; what was proposed comes back.

    Parameters
    ----------
    base : truth of the criteria that compare figures;  values : those figures, by criterion, and by metric for places and quotas
    t : month, for the record;  month : calendar month;  lag : months until a move is in force
    """
    truth = machine.truths(state, base, month)
    values = {**values, **{name: counter.astype(float) for name, counter in state.counters.items()}}
    employed, free = state.grade >= 0, state.grade >= 0
    batches: list[Proposals] = []
    before = state.grade.copy()
    for name, rule in machine.spec.rules.items():
        if rule.during is not None:
            continue
        met = (free if rule.outcome == "move" else employed) & machine.open_to(rule, before, month)
        for part in rule.when:
            met = met & truth[part][0] & truth[part][1]
        if not met.any():
            continue
        rows = np.flatnonzero(met)
        target = before[rows]
        if rule.outcome == "move":
            here = {metric: figure[rows] for metric, figure in values.items()} if rule.place else {}
            target = machine.target(rule, target, here)
            rows, target = rows[target != before[rows]], target[target != before[rows]]
        keep = _within_quota(rule, rows, before, values, machine)
        rows, target = rows[keep], target[keep]
        if rule.outcome == "move":
            free = free & ~np.isin(np.arange(len(free)), rows)
        saved = state.immune[rows] if rule.immune else np.zeros(len(rows), dtype=bool)
        if saved.any():
            batches.append(_batch(machine, name, IMMUNITY_USED, rows[saved], before, before[rows[saved]], truth, values, t, accepted))
            state.immune[rows[saved]] = False
        if not saved.all():
            batches.append(_batch(machine, name, name, rows[~saved], before, target[~saved], truth, values, t, accepted))
            _take_effect(machine, state, rule, batches[-1], t + lag)
    return batches


def _take_effect(machine: Machine, state: State, rule: Rule, batch: Proposals, since: int) -> None:
    if rule.outcome == "immunity":
        state.immune[batch.rows] = True
    if rule.opens_months is not None:
        state.periods[batch.rule][batch.rows[batch.accepted]] = batch.month + rule.opens_months
    if rule.outcome == "move":
        rows = batch.rows[batch.accepted]
        state.grade[rows] = batch.after[batch.accepted]
        state.since[rows] = since
        machine.restart(state, rows, rule)


def _within_quota(rule: Rule, rows: np.ndarray, before: np.ndarray, values: Mapping[str, np.ndarray], machine: Machine) -> np.ndarray:
    """Places in ``rows`` of those who come first, as many as the rule's quota lets in, in the order of people.

    Of equal figures at the last place, moves take the first people of the list; other outcomes, which take nothing from anybody, all of them.
    """
    quota = rule.quota
    if quota is None or not len(rows):
        return np.arange(len(rows))
    open_to = machine.open_to(rule, before, rule.months[0] if rule.months else 0).sum()
    places = int(np.floor(quota.share * open_to + 1e-9)) if quota.share is not None else int(quota.people or 0)
    figure = values[quota.order_by][rows] * (-1 if quota.first == "highest" else 1)
    best = np.argsort(figure, kind="stable")
    if rule.outcome != "move" and 0 < places < len(rows):
        return np.flatnonzero(figure <= figure[best[places - 1]] + 1e-9)
    return np.sort(best[:places])


def _batch(
    machine: Machine, name: str, kind: str, rows: np.ndarray, before: np.ndarray, after: np.ndarray, truth: Mapping[str, Truth],
    values: Mapping[str, np.ndarray], t: int, accepted: np.ndarray | None,
) -> Proposals:  # fmt: skip
    codes = machine.ladder.criteria_of(name)
    rule = machine.spec.rules[name]
    shown = [code for code in codes if code in values] + ([rule.place.metric] if rule.place else [])
    figures = {code: values[code][rows] for code in shown}
    met = {code: truth[code][0][rows] for code in codes}
    taken = np.ones(len(rows), dtype=bool) if accepted is None else accepted[rows]
    return Proposals(t, kind, rows, before[rows], after, met, figures, taken)


def _in_force(decided: np.ndarray, panel: Panel, lag: int, pay_lag: int) -> tuple[np.ndarray, np.ndarray]:
    """Grades in force and paid: what was decided ``lag`` months before, for people in employment."""
    months = np.arange(panel.months)
    employed = (months[None, :] >= panel.hired[:, None]) & (months[None, :] < panel.left[:, None])
    found = []
    for months_late in (lag, pay_lag):
        back = np.maximum(months - (months_late - 1), np.clip(panel.hired, 0, None)[:, None])
        late = np.take_along_axis(decided[:, :-1], np.minimum(back, panel.months - 1), axis=1)
        found.append(np.where(employed, late, -1))
    return found[0], found[1]
