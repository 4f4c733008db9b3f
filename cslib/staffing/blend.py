"""People who do more than one kind of work: deferred queues of one team, tasks besides the contacts, and idle time between the contacts.

Whoever waits for the next contact can write an e-mail. What people of a queue of arriving contacts may give is the time up to a cap on how
busy they are with both; a contact that comes interrupts the work in between, so that the queue's own service level stands. Tasks are done
where they are placed, in their people's idle time first; what is left of it goes to the deferred queues that name the queue under ``idle_of``.
A team staffs the rest: the smoothest people that keep every deadline of all its queues (``windows``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cslib.core.units import ceil_people, floor_count
from cslib.staffing.deferred import padded_days
from cslib.staffing.models import Need
from cslib.staffing.poisson import Array
from cslib.staffing.search import Whole
from cslib.staffing.tasks import ARRIVING
from cslib.staffing.windows import Window, played, smoothest
from cslib.staffing.workload import Work


@dataclass(frozen=True)
class TeamPlan:
    """People of a team over the horizon; arrays of one entry an interval, zero while closed.

    Attributes
    ----------
    smooth, people : people of the smooth staffing [persons, fractional], and whole people, of the whole team
    idle : time that other queues' people give [persons]
    done : work of each queue done, tasks with the first [person-intervals]; own : whole people booked on each queue; they sum to ``people``
    late : work of the month finished after its deadline in a replay of the plan [person-intervals]
    """

    smooth: Array
    people: Whole
    idle: Array
    done: dict[str, Array]
    own: dict[str, Whole]
    late: float

    @property
    def idle_used(self) -> Array:
        """Work beyond what the team's own people can do [person-intervals]."""
        return np.maximum(sum(self.done.values()) - self.people, 0.0)


def is_blended(work: Work) -> bool:
    """True for a deferred queue that is not planned on its own."""
    queue = work.queue
    return queue.model == "deferred" and bool(queue.team or queue.idle_of or queue.tasks)


def teams(works: dict[str, Work]) -> list[list[Work]]:
    """Deferred queues planned together, in the order of the site; a queue without a team is one of its own."""
    found: dict[str, list[Work]] = {}
    for name, work in works.items():
        if is_blended(work):
            found.setdefault(work.queue.team or f" {name}", []).append(work)
    return list(found.values())


def idle_people(work: Work, on_post: Whole, occupancy_share: Array) -> Array:
    """Time that a queue's people may give between the contacts [persons]; one who holds any contact of several at a time gives none.

    Parameters
    ----------
    on_post : people of the contacts alone;  occupancy_share : their occupancy (of all slots)
    """
    busy = np.nan_to_num(occupancy_share) * work.slots
    return np.where(work.open, np.maximum(work.blended - busy, 0.0) * on_post, 0.0)


def task_people(work: Work, idle: Array) -> Whole:
    """People added for tasks that don't fit into idle time, interval by interval where the tasks are placed."""
    return np.asarray(ceil_people(np.maximum(work.tasks - idle, 0.0)))


def blended(needs: dict[str, Need], works: dict[str, Work]) -> dict[str, Need]:
    """Needs of all queues, with tasks and shared work in them; a queue that shares nothing is left as it is."""
    found = dict(needs)
    for name, work in works.items():
        if work.queue.model in ARRIVING and work.queue.tasks:
            found[name] = _with_tasks(needs[name], work, idle_people(work, needs[name].on_post, needs[name].occupancy_share))
    for team, plan in team_plans(needs, works):
        for work in team:
            found[work.name] = _team_need(plan, work)
    return found


def team_plans(needs: dict[str, Need], works: dict[str, Work]) -> list[tuple[list[Work], TeamPlan]]:
    """The plan of every team, on the idle time that tasks and the teams before leave."""
    idle = {name: left_idle(work, needs[name]) for name, work in works.items() if work.queue.model in ARRIVING}
    return [(team, plan_team(team, lent(team, idle))) for team in teams(works)]


def left_idle(work: Work, need: Need) -> Array:
    """Idle time of a queue's people after its tasks [persons]."""
    return np.maximum(idle_people(work, need.on_post, need.occupancy_share) - work.tasks, 0.0)


def lent(team: list[Work], idle: dict[str, Array]) -> Array:
    """Idle time that a team may use, and that is then gone [persons]."""
    total = np.zeros(len(team[0].open))
    for name in dict.fromkeys(name for work in team for name in work.queue.idle_of):
        total += idle[name]
        idle[name] = np.zeros_like(total)
    return total


def _with_tasks(need: Need, work: Work, idle: Array) -> Need:
    extra = task_people(work, idle)
    people = need.on_post + extra
    busy = np.nan_to_num(need.occupancy_share) * need.on_post + work.tasks / work.slots
    occupancy = np.divide(busy, people, out=np.full(len(people), np.nan), where=people > 0)
    binding = np.where(extra > 0, "tasks", need.binding)
    return replace(need, on_post=people, occupancy_share=np.clip(occupancy, 0.0, 1.0), binding=binding)


def plan_team(team: list[Work], idle: Array) -> TeamPlan:
    """The smoothest people of a team that keep every deadline of all its queues, idle time of others used.

    Parameters
    ----------
    team : its queues, with the same opening hours;  idle : capacity that is there anyway [persons], an entry per interval
    """
    first = team[0]
    days, per_day = first.horizon.days, first.horizon.slots_per_day
    chosen, before = padded_days(days, max(work.queue.deadline_h or 0.0 for work in team))

    def _padded(values: Array) -> Array:
        return values.reshape(days, per_day)[chosen].ravel()

    windows = [Window(_padded(work_load(work)), deadline_slots(work)) for work in team]
    tasks = np.sum([work.tasks for work in team], axis=0)
    windows = [*windows, Window(_padded(tasks), 1)] if tasks.any() else windows
    is_open, free = _padded(first.open), np.where(_padded(first.open), _padded(idle), 0.0)
    found = smoothest(windows, is_open, free)
    least = sum(work.queue.min_heads for work in team)
    people = np.where(is_open, np.maximum(found.people, least), 0)
    done, in_time = played(windows, is_open, people + free)
    inside = slice(before * per_day, (before + days) * per_day)
    mine = {work.name: done[inside, k] for k, work in enumerate(team)}
    if tasks.any():
        mine[first.name] = mine[first.name] + done[inside, len(team)]
    people = people[inside].astype(np.int64)
    late = sum(float(np.maximum(window.work - kept, 0.0)[inside].sum()) for window, kept in zip(windows, in_time, strict=True))
    return TeamPlan(found.smooth[inside], people, free[inside], mine, _booked(people, mine, team), late)


def work_load(work: Work) -> Array:
    """Work that arrives in each interval [person-intervals]."""
    return np.where(work.contacts > 0, work.load, 0.0)


def deadline_slots(work: Work) -> int:
    """Deadline in whole intervals, at least one."""
    return max(int(floor_count((work.queue.deadline_h or 0.0) * 60 / work.horizon.interval_min)), 1)


def _booked(people: Whole, done: dict[str, Array], team: list[Work]) -> dict[str, Whole]:
    """The team's people shared out to its queues in proportion to the work done, whole people, what is rounded off carried on."""
    least = np.array([work.queue.min_heads for work in team])
    shares = np.column_stack([done[work.name] for work in team])
    carried, booked = np.zeros(len(team)), np.zeros(shares.shape, dtype=np.int64)
    for i, count in enumerate(people):
        if count == 0:
            continue
        total = shares[i].sum()
        part = shares[i] / total if total > 0 else np.full(len(team), 1 / len(team))
        wanted = (count - least.sum()) * part + carried
        booked[i] = np.maximum(np.floor(wanted + 1e-9), 0).astype(np.int64)
        for _ in range(int(count - least.sum() - booked[i].sum())):
            booked[i, np.argmax(np.round(wanted - booked[i], 9))] += 1
        while booked[i].sum() > count - least.sum():
            booked[i, np.argmin(np.where(booked[i] > 0, wanted - booked[i], np.inf))] -= 1
        carried = wanted - booked[i]
        booked[i] += least
    return {work.name: booked[:, k] for k, work in enumerate(team)}


def _team_need(plan: TeamPlan, work: Work) -> Need:
    people = plan.own[work.name]
    unknown = np.full(len(people), np.nan)
    total = sum(plan.done.values()) - plan.idle_used
    busy = np.divide(total, plan.people, out=np.full(len(people), np.nan), where=plan.people > 0)
    binding = np.where(people > work.queue.min_heads, "deadline", "minimum_heads")
    return Need(people, unknown, np.where(people > 0, np.clip(busy, 0, 1), np.nan), unknown, np.where(people == 0, "none", binding))
