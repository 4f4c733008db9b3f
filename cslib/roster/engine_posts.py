"""Rows about posts: relief of breaks, never-empty posts, peaks, coverage. One function per rule, named after its code."""

from __future__ import annotations

from collections.abc import Callable

from cslib.core.units import MINUTES_PER_DAY
from cslib.roster.engine_cells import shift_definition
from cslib.roster.engine_model import NEVER_COVERED, Group, Model, Sum
from cslib.roster.problem import POOL

PostRule = Callable[[Model], None]


def add_relief(model: Model) -> None:
    """Variables: people of a group who cover a post, offered wherever a home person of the post may be on a break.

    Stand-ins come from home posts; pooled people serve queues and don't stand in, people on call are not there.
    """
    on_call = {q for s, shift in enumerate(model.problem.shifts) if shift.standby for q in shift_definition(model.problem, s)}
    skilled = model.problem.limit("cover_stand_in", 0) is not None
    for post, data in enumerate(model.problem.posts):
        for k in range(len(model.periods)):
            if not any((group, k) in model.resting for group in model.groups_at(post, k)):
                continue
            for group, number in model.groups.items():
                elsewhere = group[1] not in {post, POOL, *on_call} and (group, k) in model.present
                if elsewhere and (data.skill in group[0] or not skilled):
                    model.relief[group, post, k] = model.variable("r", number, post, k, up=len(model.problem.people), whole=True)


def cover_stand_in(model: Model) -> None:
    """A stand-in is on duty, not on a break and at one post only; that he holds the skill is seen to by ``add_relief`` (S002-19)."""
    if model.problem.limit("cover_stand_in", 0) is not None:
        for (group, k), out in _leaving(model).items():
            model.at_most(out.plus(model.at_post(group, k), -1))


def cover_duration(model: Model) -> None:
    """A cover is as long as a break; only breaks within the limit are covered. Basis ``day``: covers of a date add up (S002-19)."""
    for (post, k), count in _arriving(model).items():
        for group in model.groups_at(post, k):
            count.plus(_coverable(model, group, k), -1)
        model.at_most(count)
    if model.problem.cover_basis == "day" and model.problem.limit("cover_duration", 0) is not None:
        _covers_of_a_date(model)


def cover_peak_guard(model: Model) -> None:
    """People who leave a home post for covers leave at most the limit short there in a peak interval (S000-01, S002-19).

    Short through covers are as many as are missing, at most as many as are away: either few are away, or few are missing.
    """
    problem = model.problem
    homes: dict[tuple[int, int], Sum] = {}
    for (group, k), out in _leaving(model).items():
        homes.setdefault((group[1], k), Sum()).plus(out)
    for (post, k), out in homes.items():
        limit, need = problem.limit("cover_peak_guard", model.day(k)), model.need(post, k)
        if limit is None or problem.posts[post].may_leave or not problem.peak[post, model.slot(k)] or need <= limit:
            continue
        leaves = model.variable("z", post, k, up=1, whole=True)
        out.add(leaves, -float(len(problem.people)))
        model.at_most(out, limit)
        kept = Sum().plus(_count(model, post, k), -1)
        kept.add(leaves, need - limit)
        model.at_most(kept)


def never_empty(model: Model) -> None:
    """People missing below the limit of a never-empty post; while any are missing, the post counts as empty (S002-08)."""
    for post in range(len(model.problem.posts)):
        for k in range(len(model.periods)):
            least = model.least(post, k)
            if not least:
                continue
            missing = model.variable("m", post, k, up=least)
            model.missing[post, k] = missing
            empty = missing if least == 1 else model.variable("e", post, k, up=1, whole=True)
            if least > 1:
                model.at_most({missing: 1.0, empty: -float(least)})
            model.cost["empty_post"].add(empty, model.hours(k))
            below = Sum({missing: -1.0}, float(least))
            model.at_most(below.plus(_count(model, post, k, in_person=True), -1))


POST_RULES: dict[str, PostRule] = {
    "cover_stand_in": cover_stand_in,
    "cover_duration": cover_duration,
    "cover_peak_guard": cover_peak_guard,
    "never_empty": never_empty,
}


def add_coverage(model: Model) -> None:
    """People short and over at every queue, priced; pooled people flow to the queues whose skill they hold."""
    peak = model.problem.peak
    for k in range(len(model.periods)):
        _add_pool(model, k)
        for post in range(len(model.problem.posts)):
            count, need = _count(model, post, k), model.need(post, k)
            if need > _watched(model, post, k):
                short = model.variable("s", post, k, up=need)
                model.short[post, k] = short
                model.cost["short_peak" if peak[post, model.slot(k)] else "short"].add(short, model.hours(k))
                count.add(short)
            if model.groups_at(post, k):
                over = model.variable("o", post, k)
                model.cost["over"].add(over, model.hours(k))
                count.add(over, -1.0)
            _balance(model, post, k, count, need)


def _balance(model: Model, post: int, k: int, count: Sum, need: int) -> None:
    """count + short - over = need; people missing at a never-empty post are priced as ``empty_post``, not as short.

    Pooled people may serve in their place: the post stays empty in person, but nobody is over.
    """
    least = _watched(model, post, k)
    if least and need >= least:
        missing = model.missing[post, k]
        count.add(missing)
        if model.groups_at(POOL, k):
            filled = model.variable("w", post, k)
            model.at_most({filled: 1.0, missing: -1.0})
            count.add(filled, -1.0)
    if least > need:
        model.at_most(count, need)
    elif count.terms:
        model.equal(count, need)


def _watched(model: Model, post: int, k: int) -> int:
    """People whose absence is priced as ``empty_post``."""
    return model.least(post, k) if (post, k) in model.missing else 0


def _add_pool(model: Model, k: int) -> None:
    """Pooled people of each group serve one queue each, or are over."""
    for group in model.groups_at(POOL, k):
        number, here = model.groups[group], model.at_post(group, k)
        for post, data in enumerate(model.problem.posts):
            if data.skill in group[0] and model.need(post, k):
                serving = model.variable("f", number, post, k)
                model.serving[group, post, k] = serving
                here.add(serving, -1.0)
        over = model.variable("v", number, k)
        model.cost["over"].add(over, model.hours(k))
        here.add(over, -1.0)
        model.equal(here)


def _count(model: Model, post: int, k: int, in_person: bool = False) -> Sum:
    """People who hold a post: home people not on a break and not away on a cover (unless the post may be left), stand-ins, pooled people.

    ``in_person``: those whom a never-empty post counts, home people and stand-ins who are there.
    """
    total = Sum()
    for group in model.groups:
        if group[1] == post and (group, k) in model.present:
            total.plus(model.at_post(group, k))
        if (arriving := model.relief.get((group, post, k))) is not None:
            total.add(arriving)
        if not in_person and (serving := model.serving.get((group, post, k))) is not None:
            total.add(serving)
        if group[1] == post and (in_person or not model.problem.posts[post].may_leave):
            for other in range(len(model.problem.posts)):
                if (leaving := model.relief.get((group, other, k))) is not None:
                    total.add(leaving, -1.0)
    return total


def _leaving(model: Model) -> dict[tuple[Group, int], Sum]:
    """People of a group who cover some other post, by group and period."""
    found: dict[tuple[Group, int], Sum] = {}
    for (group, _, k), count in model.relief.items():
        found.setdefault((group, k), Sum()).add(count)
    return found


def _arriving(model: Model) -> dict[tuple[int, int], Sum]:
    """Stand-ins at a post, by post and period."""
    found: dict[tuple[int, int], Sum] = {}
    for (_, post, k), count in model.relief.items():
        found.setdefault((post, k), Sum()).add(count)
    return found


def _coverable(model: Model, group: Group, k: int) -> Sum:
    """People of a group who have a break that may be covered from end to end."""
    limit = model.problem.limit("cover_duration", model.day(k))
    resting = model.resting.get((group, k), Sum())
    longest = NEVER_COVERED - 1 if limit is None else limit * 60
    return Sum({count: factor for count, factor in resting.terms.items() if model.break_min[count] <= longest}, resting.constant)


def _covers_of_a_date(model: Model) -> None:
    """Covers of a group on one date take at most the limit for each of its people who are present on that date."""
    dates: dict[tuple[Group, int], Sum] = {}
    for (group, k), out in _leaving(model).items():
        dates.setdefault((group, model.day(k)), Sum()).plus(out, model.hours(k))
    for (group, day), hours in dates.items():
        limit = model.problem.limit("cover_duration", day) or 0.0
        model.at_most(hours.plus(_people_on(model, group, day), -limit))


def _people_on(model: Model, group: Group, day: int) -> Sum:
    """People of a group who are present at some time of a date."""
    problem = model.problem
    spilled = [s for s in problem.spill if (s.skills, problem.home_of(s)) == group and s.duty.end > day * MINUTES_PER_DAY]
    total = Sum(constant=float(len(spilled)))
    for (cls, d, s, home), heads in model.heads.items():
        reaches = problem.span(d, s)[1] > day * MINUTES_PER_DAY
        if d in (day - 1, day) and reaches and (problem.classes[cls].skills, home) == group:
            total.add(heads)
    return total
