"""What criteria compare: derived figures and aggregates over months, as arrays [people x months]."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cslib.core.errors import Finding, PeopleError
from cslib.params.ladder_files import Ladder
from cslib.params.ladders import BUILT_IN, Criterion, Derived
from cslib.people.panel import Panel

_COMPARE = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less, "==": np.equal}
_NOISE = 1e-9  # what the float arithmetic of means and scales may be off by


def needed_metrics(ladder: Ladder) -> list[str]:
    """Metrics that the ladder's criteria, places, quotas and bonus read, without the engine's own."""
    spec = ladder.spec
    named = [criterion.metric for criterion in spec.criteria.values()]
    named += [rule.place.metric for rule in spec.rules.values() if rule.place]
    named += [rule.quota.order_by for rule in spec.rules.values() if rule.quota and rule.quota.order_by not in spec.criteria]
    named += [spec.bonus.metric] if spec.bonus else []
    return [name for name in dict.fromkeys(named) if name is not None and name not in BUILT_IN]


def metric_values(ladder: Ladder, panel: Panel) -> dict[str, np.ndarray]:
    """Every metric the ladder reads: from the panel as it stands, else derived from its inputs.

    Raises
    ------
    PeopleError  naming each fact that the panel lacks.
    """
    found: dict[str, np.ndarray] = {}
    missing: list[str] = []
    for name in needed_metrics(ladder):
        if name in panel.facts:
            found[name] = np.asarray(panel.facts[name], dtype=float)
        elif name in ladder.spec.derived:
            made = ladder.spec.derived[name]
            if made.kind == "tied":
                made = ladder.spec.derived[made.of[0]].model_copy(update={"kind": "tied"})
            others = [asked.needs for asked in made.within.values()]
            lacking = [part for part in (*made.of, *others) if part not in panel.facts]
            missing += lacking
            if not lacking:
                parts = {part: np.asarray(panel.facts[part], dtype=float) for part in (*made.of, *others)}
                found[name] = derive(made, [parts[part] for part in made.of], panel.team, parts)
        else:
            missing.append(name)
    if missing:
        facts = {"given": ", ".join(dict.fromkeys(missing)), "ladder": ladder.name, "allowed": ", ".join(panel.facts) or "-"}
        raise PeopleError(findings=[Finding("people.no_metric", "panel", facts)])
    return found


def derive(made: Derived, parts: list[np.ndarray], team: np.ndarray, needed: Mapping[str, np.ndarray] | None = None) -> np.ndarray:
    """A derived figure [people, months]; NaN where a part is missing. ``needed``: inputs that items of a points table depend on."""
    match made.kind:
        case "sum":
            return np.sum(parts, axis=0)
        case "lowest":
            return np.min(parts, axis=0)
        case "weighted":
            return np.tensordot(np.asarray(made.weights) / sum(made.weights), np.stack(parts), axes=1)
        case "pooled":
            mean, people, own = parts
            return (mean * people + own) / (people + 1)
        case "points":
            return _points(made, parts, needed or {})
        case _:
            return _rank(made, parts, team)


def _points(made: Derived, parts: list[np.ndarray], needed: Mapping[str, np.ndarray]) -> np.ndarray:
    total = np.zeros_like(parts[0])
    for name, most, values in zip(made.of, made.most, parts, strict=True):
        if name in made.within:
            asked = made.within[name]
            values = np.where((values >= asked.begin) & (needed[asked.needs] < asked.least - _NOISE), asked.otherwise, values)
        if name in made.steps:
            lower = np.array([float(bound) for bound in made.steps[name]])
            points = np.array(list(made.steps[name].values()))
            values = np.where(np.isnan(values), np.nan, points[np.clip(np.searchsorted(lower, values, side="right") - 1, 0, None)])
        total = total + np.clip(values, 0, most)
    return np.round(100 * total / sum(made.most) if made.rescale else total * made.factor, 9)


def _rank(made: Derived, parts: list[np.ndarray], team: np.ndarray) -> np.ndarray:
    """Rank inside the team, month by month: 1 is best; equal figures as ``ties`` says; or whether the place is tied across the cut."""
    if made.basis == "worst_rank":
        better = np.max([team_rank(values, team) for values in parts], axis=0)
    else:
        figure = _joined(made, parts, team)
        better = team_rank(figure, team)
    if made.kind == "rank" and made.ties == "better":
        return better
    if made.basis == "worst_rank":
        worse = np.max([team_rank(values, team, worse=True) for values in parts], axis=0)
    else:
        worse = team_rank(figure, team, worse=True)
    if made.cut is None:
        return worse
    tied = (better <= made.cut) & (worse > made.cut)
    return np.where(np.isnan(better), np.nan, tied) if made.kind == "tied" else np.where(tied, np.nan, better)


def _joined(made: Derived, parts: list[np.ndarray], team: np.ndarray) -> np.ndarray:
    """The parts of a rank as one figure, the highest best."""
    weights = np.asarray(made.weights) if made.weights else np.full(len(parts), 1 / len(parts))
    match made.basis:
        case "weighted_z_score":
            return np.tensordot(weights, np.stack([_z_score(values, team) for values in parts]), axes=1)
        case "raw_sum":
            return np.sum(parts, axis=0)
        case _:
            return -np.tensordot(weights, np.stack([team_rank(values, team) for values in parts]), axes=1)


def _groups(team: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(team, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(team[order])) + 1)


def _z_score(values: np.ndarray, team: np.ndarray) -> np.ndarray:
    """(value - team mean) / team sd of the month; 0 where all are equal or one alone has a figure."""
    score = np.full(values.shape, np.nan)
    for rows in _groups(team):
        known = ~np.isnan(values[rows])
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, values[rows], 0.0).sum(axis=0) / count
        gap = values[rows] - mean
        sd = np.sqrt(np.where(known, gap**2, 0.0).sum(axis=0) / count)
        score[rows] = np.where(known, np.where(sd > _NOISE, gap / np.where(sd > _NOISE, sd, 1.0), 0.0), np.nan)
    return score


def team_rank(values: np.ndarray, team: np.ndarray, *, worse: bool = False) -> np.ndarray:
    """Rank [people, months] of the highest value down, inside each team; equal values share the better place (1, 2, 2, 4), or the ``worse`` one
    (1, 3, 3, 4); NaN stays NaN."""
    rank = np.full(values.shape, np.nan)
    for rows in _groups(team):
        block = values[rows]
        ordered = np.sort(np.where(np.isnan(block), -np.inf, block), axis=0)
        for t in range(values.shape[1]):
            noise = -_NOISE if worse else _NOISE
            above = len(rows) - np.searchsorted(ordered[:, t], block[:, t] + noise, side="left")
            rank[rows, t] = np.where(np.isnan(block[:, t]), np.nan, above + (not worse))
    return rank


def aggregate(criterion: Criterion, values: np.ndarray, first_month: int) -> np.ndarray:
    """The figure a criterion compares at the end of each month; NaN where too few months have a value.

    ``first_month`` : calendar month (1 to 12) of column 0, for windows of the calendar year.
    """
    people, months = values.shape
    known = ~np.isnan(values)
    if criterion.over == 1 and criterion.by != "sum":
        return values
    span = np.array([(first_month - 1 + t) % 12 + 1 if criterion.over == "year" else int(criterion.over) for t in range(months)])
    start = np.maximum(0, np.arange(months) + 1 - span)
    least = (
        criterion.least if criterion.least is not None else 1 if criterion.by == "sum" or criterion.over == "year" else int(criterion.over) // 2 + 1
    )
    count = _window(known.astype(float), start)
    if criterion.by in ("mean", "sum"):
        total = _window(np.where(known, values, 0.0), start)
        figure = total / np.maximum(count, 1) if criterion.by == "mean" else total
    else:
        figure = np.full((people, months), np.nan)
        pick, empty = (np.min, np.inf) if criterion.by == "min" else (np.max, -np.inf)
        for t in range(months):
            block = values[:, start[t] : t + 1]
            figure[:, t] = block[:, -1] if criterion.by == "last" else pick(np.where(np.isnan(block), empty, block), axis=1)
    return np.where(count >= least, figure, np.nan)


def _window(values: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Sum of the months ``start[t]`` to ``t``."""
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    return total[:, 1:] - total[:, start]


def compare(figure: np.ndarray, op: str, value: float) -> np.ndarray:
    """Whether figures meet a limit; float noise of 1e-9 does not tip it. NaN meets nothing."""
    near = np.abs(figure - value) <= _NOISE * max(1.0, abs(value))
    return np.asarray(_COMPARE[op](np.where(near, value, figure), value))
