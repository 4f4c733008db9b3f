"""People of shared work unfolded: tasks beside the contacts, teams of deferred queues, and the idle time that they use."""

from __future__ import annotations

import numpy as np

from cslib.core.trace import Trace
from cslib.staffing.blend import idle_people, left_idle, task_people, team_plans
from cslib.staffing.models import Need
from cslib.staffing.requirement import queue_needs
from cslib.staffing.workload import Work


def with_tasks(contacts: Trace, work: Work, slot: int) -> Trace:
    """People of a queue whose people do tasks besides.

    Parameters
    ----------
    contacts : people for the contacts alone, named ``contact_people``
    """
    need = queue_needs({work.name: work})[work.name]
    amount = Trace("tasks_work", float(work.tasks[slot]), "persons", rule="tasks", source="workload")
    idle = _idle(work, need, slot, Trace(contacts.name, contacts.value, contacts.unit, rule=contacts.rule, source=contacts.source))
    extra = float(task_people(work, idle_people(work, need.on_post, need.occupancy_share))[slot])
    people = Trace("task_people", extra, "persons", "ceil(max(tasks_work - idle_people, 0))", (amount, idle), rule="tasks")
    return Trace("on_post", contacts.value + extra, "persons", "contact_people + task_people", (contacts, people), rule="tasks")


def _idle(work: Work, need: Need, slot: int, people: Trace) -> Trace:
    """Idle time of a queue's people before tasks, in persons."""
    value = float(idle_people(work, need.on_post, need.occupancy_share)[slot])
    cap = Trace("blended_occupancy_share", work.blended, "share", source=f"{work.where.rpartition(': ')[0]}: staffing.blended_occupancy_share")
    busy = Trace("occupancy", float(np.nan_to_num(need.occupancy_share[slot])), "share", rule="transient", source="forecast")
    slots = Trace("concurrency", float(work.slots), "contacts", source=f"{work.where}.concurrency")
    formula = f"max(blended_occupancy_share - occupancy * concurrency, 0) * {people.name}"
    return Trace("idle_people", value, "persons", formula, (cap, busy, slots, people), rule="idle_time")


def team_people(works: dict[str, Work], work: Work, slot: int) -> Trace:
    """People of a deferred queue that shares a team, tasks or idle time."""
    needs = queue_needs(works)
    plans = team_plans(needs, works)
    at = next(k for k, (team, _) in enumerate(plans) if any(mate.name == work.name for mate in team))
    team, plan = plans[at]
    taken = {name for earlier, _ in plans[:at] for mate in earlier for name in mate.queue.idle_of}
    lenders = [name for name in dict.fromkeys(name for mate in team for name in mate.queue.idle_of) if name not in taken]
    parts = [_left(works[name], needs[name], slot, number) for number, name in enumerate(lenders, start=1)]
    formula = f"total({', '.join(part.name for part in parts)})" if parts else ""
    evidence = [
        Trace("team_people", float(plan.people[slot]), "persons", rule="team_plan", source="forecast"),
        Trace("smooth_people", float(plan.smooth[slot]), "persons", rule="team_plan", source="forecast"),
        Trace("idle_total", float(plan.idle[slot]), "persons", formula, tuple(parts), rule="idle_time"),
        Trace("work_done", float(plan.done[work.name][slot]), "person-intervals", rule="team_plan", source="forecast"),
        Trace("work_done_team", float(sum(plan.done.values())[slot]), "person-intervals", rule="team_plan", source="forecast"),
        Trace("deadline_h", work.queue.deadline_h or 0.0, "h", source=f"{work.where}.deadline_h"),
    ]
    booked = Trace("booked_people", float(plan.own[work.name][slot]), "persons", rule="team_plan", source="forecast")
    least = Trace("min_heads", float(work.queue.min_heads), "persons", source=f"{work.where}.min_heads")
    return Trace("on_post", booked.value, "persons", "max(booked_people, min_heads)", (booked, least, *evidence), rule="team")


def _left(work: Work, need: Need, slot: int, number: int) -> Trace:
    """Idle time of one lending queue after its own tasks."""
    name = f"lent_{number}"
    idle = _idle(work, need, slot, Trace("contact_people", float(need.on_post[slot]), "persons", rule=work.name, source="forecast"))
    amount = Trace("tasks_work", float(work.tasks[slot]), "persons", rule="tasks", source="workload")
    return Trace(name, float(left_idle(work, need)[slot]), "persons", "max(idle_people - tasks_work, 0)", (idle, amount), rule=work.name)
