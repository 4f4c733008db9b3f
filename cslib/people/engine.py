"""One engine for every ladder: reviews month by month, vectorised over people. Its results are proposals, never decisions.

A decision falls at the end of a month; the new grade is in force ``grade_lag_months`` later, its pay ``pay_lag_months`` later. A criterion
without a figure is *unknown*: nothing is proposed from it, and a streak pauses or breaks as the ladder says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cslib.params.ladder_files import Ladder
from cslib.params.ladders import BUILT_IN, Criterion, Place, Rule
from cslib.people.course import IMMUNITY_USED, Course, Proposals, State
from cslib.people.overrides import LoggedOverride, Override, check_overrides, take_overrides
from cslib.people.panel import Panel
from cslib.people.values import aggregate, compare, metric_values

Truth = tuple[np.ndarray, np.ndarray]  # met, known
MONTHS_A_YEAR = 12
LONGEST_TRIAL = 6  # months, 劳动合同法 art. 19


class Machine:
    """A ladder made ready to step: criteria in order of dependence, grades as numbers."""

    def __init__(self, ladder: Ladder) -> None:
        self.ladder, self.spec = ladder, ladder.spec
        self.index = {grade: i for i, grade in enumerate(ladder.grades)}
        lines = [(name, line.grades) for name, line in self.spec.lines.items()]
        self.line = np.array([i for i, (_, grades) in enumerate(lines) for _ in grades])
        self.line_start = np.array([sum(len(g) for _, g in lines[:i]) for i in range(len(lines))])
        self.line_size = np.array([len(grades) for _, grades in lines])
        self.line_names = [name for name, _ in lines]
        self.order: dict[str, Criterion] = {}
        for name in self.spec.criteria:
            self._order(name)
        self.counting = {name: criterion for name, criterion in self.order.items() if criterion.of is not None}

    def _order(self, name: str) -> None:
        for part in self.spec.criteria[name].parts:
            self._order(part)
        self.order.setdefault(name, self.spec.criteria[name])

    def start(self, grade: np.ndarray, since: np.ndarray) -> State:
        """A state without history."""
        zeros = np.zeros(len(grade), dtype=np.int16)
        return State(grade.astype(np.int16), since.astype(np.int32), zeros.astype(bool), {name: zeros.copy() for name in self.counting})

    def truths(self, state: State, base: Mapping[str, Truth], month: int) -> dict[str, Truth]:
        """Whether each criterion is met and known at a review; counters of ``state`` move on. ``month``: calendar month 1 to 12."""
        found: dict[str, Truth] = dict(base)
        for name, criterion in self.order.items():
            if criterion.all:
                found[name] = self._all(criterion, found)
            elif criterion.any:
                parts = [found[part] for part in criterion.any]
                met = np.logical_or.reduce([m & k for m, k in parts])
                found[name] = (met, met | np.logical_and.reduce([k for _, k in parts]))
            elif criterion.of is not None:
                found[name] = self._count(name, criterion, state, found[criterion.of], month)
        return found

    @staticmethod
    def _all(criterion: Criterion, found: Mapping[str, Truth]) -> Truth:
        parts = [found[part] for part in criterion.all]
        failed = np.logical_or.reduce([k & ~m for m, k in parts])
        known = np.logical_and.reduce([k for _, k in parts])
        return known & ~failed, known | failed

    def _count(self, name: str, criterion: Criterion, state: State, source: Truth, month: int) -> Truth:
        met, known = source
        counter = state.counters[name]
        if criterion.within == "year" and month == self.spec.review_months:
            counter = np.zeros_like(counter)
        if criterion.within == "rolling":
            return self._rolling(name, criterion, state, source)
        if criterion.streak is not None:
            broken = known & ~met if self.spec.missing == "pause" else ~met | ~known
            counter = np.where(broken, 0, counter + (met & known))
        else:
            counter = counter + (met & known)
        top = criterion.needed + criterion.once
        state.counters[name] = np.minimum(counter, top).astype(np.int16)
        reached = state.counters[name] == criterion.needed if criterion.once else state.counters[name] >= criterion.needed
        return reached & met & known, known

    def _rolling(self, name: str, criterion: Criterion, state: State, source: Truth) -> Truth:
        """A count over the reviews of the last twelve months; the counter holds one bit a review, the latest lowest."""
        met, known = source
        reviews = MONTHS_A_YEAR // self.spec.review_months
        bits = ((state.counters[name].astype(np.int32) << 1) | (met & known)) & ((1 << reviews) - 1)
        state.counters[name] = bits.astype(np.int16)
        held = np.bitwise_count(bits)
        reached = held == criterion.needed if criterion.once else held >= criterion.needed
        return reached & met & known, known

    def target(self, rule: Rule, grade: np.ndarray, figures: Mapping[str, np.ndarray]) -> np.ndarray:
        """Grade that a move leads to; the present one where it leads nowhere."""
        line = self.line[grade]
        low, high = self.line_start[line], self.line_start[line] + self.line_size[line] - 1
        if rule.step is not None:
            return np.where((grade + rule.step >= low) & (grade + rule.step <= high), grade + rule.step, grade)
        if rule.to is not None:
            return np.full_like(grade, self.index[rule.to])
        if rule.to_line is not None:
            other = self.line_names.index(rule.to_line)
            return np.minimum(self.line_start[other] + grade - low, self.line_start[other] + self.line_size[other] - 1)
        return self._placed(rule, rule.place, grade, figures) if rule.place is not None else grade

    def _placed(self, rule: Rule, place: Place, grade: np.ndarray, figures: Mapping[str, np.ndarray]) -> np.ndarray:
        figure, bounds = figures[place.metric], np.array(list(place.lower.values()))
        reached = np.searchsorted(bounds - 1e-9, figure, side="right") - 1
        numbers = np.array([self.index[name] for name in place.lower])
        wanted = np.where(np.isnan(figure) | (reached < 0), grade, numbers[np.clip(reached, 0, None)])
        wanted = np.maximum(wanted, grade) if rule.direction == "up" else np.minimum(wanted, grade) if rule.direction == "down" else wanted
        return wanted if rule.most_steps is None else np.clip(wanted, grade - rule.most_steps, grade + rule.most_steps)

    def open_to(self, rule: Rule, grade: np.ndarray, month: int) -> np.ndarray:
        """Whether people's grade, line and the calendar month let a rule apply."""
        allowed = np.zeros(len(self.index) + 1, dtype=bool)  # last: not employed (-1)
        line = None if rule.line is None else self.line_names.index(rule.line)
        for name, i in self.index.items():
            allowed[i] = (not rule.grades or name in rule.grades) and (line is None or self.line[i] == line)
        return allowed[grade] & (not rule.months or month in rule.months)

    def restart(self, state: State, rows: np.ndarray, rule: Rule) -> None:
        """Counters of people who moved go back, as far as the ladder says."""
        how = self.spec.restart_after_move
        if how == "nothing" or rule.keeps_streaks:
            return
        for name, criterion in self.counting.items():
            if how == "everything" or criterion.streak is not None:
                state.counters[name][rows] = 0


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
        month = panel.calendar_month(t)
        if month % ladder.spec.review_months:
            logged += _by_hand(state, panel, ladder, overrides, t)
            continue
        here = {name: (met[:, t], known[:, t]) for name, (met, known) in base.items()}
        values = {name: figure[:, t] for name, figure in figures.items()}
        for name, figure in own_figures(state, panel, t).items():
            values[name] = figure
            for code, criterion in machine.order.items():
                if criterion.metric == name:
                    values[code] = figure
                    here[code] = (compare(figure, str(criterion.op), float(criterion.value or 0)), np.ones(len(figure), dtype=bool))
        batches += review(machine, state, here, values, t, month, lag, None if accepted is None else accepted[:, t])
        logged += _by_hand(state, panel, ladder, overrides, t)
    decided[:, -1] = state.grade
    return Course(ladder, panel, *_in_force(decided, panel, lag, pay_lag), tuple(batches), state, tuple(logged))


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


def own_figures(state: State, panel: Panel, t: int) -> dict[str, np.ndarray]:
    """Metrics that the engine keeps: completed months in service and in grade, experience, at the end of month ``t``."""
    service = (t + 1 - panel.hired).astype(float)
    return {"months_in_service": service, "months_in_grade": (t + 1 - state.since).astype(float), "experience_months": service + panel.prior_months}


def _start(machine: Machine, panel: Panel) -> State:
    """People before the first month: their grade, else the entry; whoever has served the longest lawful trial starts above the trial grade."""
    entry = machine.index[machine.spec.entry or machine.ladder.grades[0]]
    above = entry + (machine.ladder.grades[entry] == machine.spec.trial_grade)
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
            rows, target = _within_quota(rule, rows[target != before[rows]], target[target != before[rows]], before, values, machine)
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
    if rule.outcome == "move":
        rows = batch.rows[batch.accepted]
        state.grade[rows] = batch.after[batch.accepted]
        state.since[rows] = since
        machine.restart(state, rows, rule)


def _within_quota(
    rule: Rule, rows: np.ndarray, target: np.ndarray, before: np.ndarray, values: Mapping[str, np.ndarray], machine: Machine
) -> tuple[np.ndarray, np.ndarray]:
    """The best of those who qualify, as many as the rule's quota lets move; equal figures in the order of people."""
    if rule.quota is None:
        return rows, target
    places = int(np.floor(rule.quota.share * machine.open_to(rule, before, rule.months[0] if rule.months else 0).sum() + 1e-9))
    best = np.argsort(-values[rule.quota.order_by][rows], kind="stable")[:places]
    keep = np.sort(best)
    return rows[keep], target[keep]


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
