"""How many people an interval needs, unfolded to contacts, handle time, targets and caps; every step recomputable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from cslib.core.errors import StaffingError
from cslib.core.trace import Trace, formula_function
from cslib.core.units import ceil_people, floor_count
from cslib.intake.study import Study
from cslib.staffing.blend import is_blended
from cslib.staffing.chat import Slots, chat_people
from cslib.staffing.deferred import SLACK_KEPT_SHARE, DeferredPlan, plan_deferred
from cslib.staffing.erlang import agents_a, agents_c
from cslib.staffing.models import ABANDONMENT_CAP_SHARE, abandonment_cap, fixed_heads
from cslib.staffing.over_time import time_varying
from cslib.staffing.priority import priority_agents
from cslib.staffing.requirement import scheduled_people
from cslib.staffing.traces_shared import team_people, with_tasks
from cslib.staffing.transient import Plan
from cslib.staffing.workload import Work, contacts_at, workloads


@formula_function("erlang_c_agents")
def _c_agents(load: float, aht_s: float, target_s: float, level_share: float) -> int:
    return int(agents_c(load, aht_s, target_s, level_share))


@formula_function("erlang_a_level_agents")
def _a_level_agents(load: float, aht_s: float, patience_s: float, target_s: float, level_share: float) -> int:
    return int(agents_a(load, aht_s, patience_s, target_s, level_share))


@formula_function("erlang_a_occupancy_agents")
def _a_occupancy_agents(load: float, aht_s: float, patience_s: float, max_occupancy_share: float) -> int:
    return int(agents_a(load, aht_s, patience_s, 0.0, 0.0, max_occupancy_share))


@formula_function("erlang_a_abandonment_agents")
def _a_abandonment_agents(load: float, aht_s: float, patience_s: float, max_abandonment_share: float) -> int:
    return int(agents_a(load, aht_s, patience_s, 0.0, 0.0, 1.0, max_abandonment_share))


@formula_function("chat_agents")
def _chat_agents(
    load: float, aht_s: float, slots: float, slowdown: float, target_s: float, level: float, cap: float, patience_s: float = np.inf, lost: float = 1.0
) -> int:
    case = Slots(aht_s, patience_s, target_s, int(slots), slowdown)
    return int(chat_people(np.array([load]), case, level, cap, lost)[0][0])


@formula_function("priority_agents")
def _class_agents(load: float, aht_s: float, *classes: float) -> int:
    return priority_agents(load, aht_s, classes[0::3], classes[1::3], classes[2::3])


@formula_function("forecast_quantile")
def _quantile(p10: float, p50: float, p90: float, quantile_share: float) -> float:
    return float(contacts_at(np.array([[p10], [p50], [p90]]), quantile_share)[0])


def trace(forecast: pd.DataFrame, study: Study, queue: str, when: Any, workload: pd.DataFrame | None = None) -> Trace:
    """People to roster for a queue in the interval that holds ``when``, and where the number comes from.

    Parameters
    ----------
    forecast, study, workload : as for ``requirement``; queue : a queue of the site; when : a moment of the horizon

    Returns
    -------
    Trace of ``scheduled`` [persons], down to contacts, handle time, targets and caps.

    Raises
    ------
    StaffingError  if there is no such queue, or ``when`` lies outside the horizon.
    """
    works = workloads(forecast, study, workload)
    if queue not in works:
        raise StaffingError("staffing.unknown_queue", where="trace", given=queue, allowed=", ".join(works))
    work, slot = works[queue], study.horizon.slot(when)
    if not 0 <= slot < len(work.open):
        allowed = f"{study.horizon.start} .. {study.horizon.dates[-1]}"
        raise StaffingError("staffing.outside", where="trace", given=str(when), allowed=allowed)
    on_post = _on_post(works, work, slot)
    value = int(scheduled_people(np.array([int(on_post.value)]), work)[0])
    if work.queue.model == "heads":
        return Trace("scheduled", value, "persons", "on_post", (on_post,), rule="heads")
    shrinkage = _shrinkage(work)
    return Trace("scheduled", value, "persons", "ceil(on_post / (1 - shrinkage_share))", (on_post, shrinkage), rule="shrinkage")


def _shrinkage(work: Work) -> Trace:
    """The share of rostered time that is lost: given as a whole, or made of the parts that the roster does not show."""
    parts = {kind: part for kind, part in work.queue.shrinkage.items() if not part.in_roster}
    if not parts:
        return _given(work, "shrinkage_share", work.queue.roster_shrinkage_share, "share")
    inputs = tuple(_given(work, f"lost_{kind}", part.share, "share", f"shrinkage.{kind}.share") for kind, part in parts.items())
    formula = f"1 - {' * '.join(f'(1 - {part.name})' for part in inputs)}"
    return Trace("shrinkage_share", work.queue.roster_shrinkage_share, "share", formula, inputs, rule="shrinkage_parts")


def _on_post(works: dict[str, Work], work: Work, slot: int) -> Trace:
    if not work.open[slot]:
        return Trace("on_post", 0, "persons", rule="closed", source=f"{work.where}.opening")
    if is_blended(work):
        return team_people(works, work, slot)
    if work.queue.tasks:
        return with_tasks(replace(_erlang(work, slot), name="contact_people"), work, slot)
    makers: dict[str, Callable[[Work, int], Trace]] = {"heads": _heads, "deferred": _deferred, "erlang_c": _erlang, "erlang_a": _erlang}
    return makers[work.queue.model](work, slot)


def _given(work: Work, name: str, value: float, unit: str, place: str = "") -> Trace:
    """A number of the site file."""
    return Trace(name, float(value), unit, source=f"{work.where}.{place or name}")


def _heads(work: Work, slot: int) -> Trace:
    heads = Trace("heads", float(fixed_heads(work)[slot]), "persons", source=f"{work.where}.heads")
    least = _given(work, "min_heads", work.queue.min_heads, "persons")
    return Trace("on_post", max(heads.value, least.value), "persons", "max(heads, min_heads)", (heads, least), rule="fixed_heads")


def _load(work: Work, slot: int) -> tuple[Trace, Trace]:
    """Load [Erlang] and the handle time it is made with."""
    handle = Trace("aht_s", float(work.aht_s[slot]), "s", source="forecast")
    contacts = _contacts(work, slot)
    interval = Trace("interval_s", work.interval_s, "s", source="interval_min")
    inputs = (contacts, handle, interval)
    return Trace("intensity", float(work.load[slot]), "Erlang", "contacts * aht_s / interval_s", inputs, rule="intensity"), handle


def _contacts(work: Work, slot: int) -> Trace:
    """Expected contacts, or the quantile of the forecast that the site staffs."""
    if work.quantile is None:
        return Trace("contacts", float(work.contacts[slot]), "contacts", source="forecast")
    band = [Trace(name, float(work.band[k, slot]), "contacts", source="forecast") for k, name in enumerate(("p10", "p50", "p90"))]
    quantile = Trace("quantile_share", work.quantile, "share", source=f"{work.where.rpartition(': ')[0]}: staffing.quantile_share")
    formula = "forecast_quantile(p10, p50, p90, quantile_share)"
    return Trace("contacts", float(work.contacts[slot]), "contacts", formula, (*band, quantile), rule="quantile")


def _erlang(work: Work, slot: int) -> Trace:
    least = _given(work, "min_heads", work.queue.min_heads, "persons")
    if work.contacts[slot] == 0:
        contacts = Trace("contacts", 0.0, "contacts", source="forecast")
        return Trace("on_post", least.value, "persons", "max(contacts, min_heads)", (contacts, least), rule="minimum_heads")
    load, handle = _load(work, slot)
    if work.method == "time_varying":
        return _over_time(work, slot, load, handle, least)
    parts = (*_steady_state(work, load, _again(handle)), *_classes(work, load, handle))
    wanted = max(part.value for part in parts)
    formula = f"max({', '.join(part.name for part in parts)}, min_heads)"
    return Trace("on_post", max(wanted, least.value), "persons", formula, (*parts, least), rule=work.queue.model)


def _over_time(work: Work, slot: int, load: Trace, handle: Trace, least: Trace) -> Trace:
    """Steady state at the modified offered load, then the step to the number that the state of the queue needs, with its evidence."""
    found = time_varying(work)
    present = Trace("present_contacts", float(found.present[slot]), "contacts", rule="modified_offered_load", source="forecast")
    interval = Trace("interval_s", work.interval_s, "s", source="interval_min")
    formula = "intensity + (present_contacts - intensity) * (1 - exp(-interval_s / aht_s)) * aht_s / interval_s"
    inputs = (load, present, _again(handle), interval)
    offered = Trace("modified_load", float(found.offered[slot]), "Erlang", formula, inputs, rule="modified_offered_load")
    parts = _steady_state(work, offered, _again(handle))
    start = Trace("start_agents", float(found.start[slot]), "persons", f"max({', '.join(part.name for part in parts)})", parts, rule=work.queue.model)
    people = int(found.plan.people[slot])
    step = Trace("forward_step", people - start.value, "persons", rule="transient", source="policy")
    classes = _classes(work, _again(load), _again(handle))
    formula = f"max({', '.join(['start_agents + forward_step', 'min_heads', *(part.name for part in classes)])})"
    inputs = (start, step, least, *classes, *_evidence(found.plan, work, slot))
    return Trace("on_post", max([float(people), *(part.value for part in classes)]), "persons", formula, inputs, rule="time_varying")


def _evidence(plan: Plan, work: Work, slot: int) -> list[Trace]:
    """What contacts meet with the number and with one fewer: why it is no smaller."""
    course, fewer = plan.course, plan.one_fewer
    shares = {
        "service_level_with": course.service_level_share, "service_level_one_fewer": fewer.service_level_share,
        "occupancy_with": course.occupancy_share, "occupancy_one_fewer": fewer.occupancy_share,
    }  # fmt: skip
    if work.queue.model == "erlang_a":
        shares |= {"abandonment_with": course.abandonment_share, "abandonment_one_fewer": fewer.abandonment_share}
    return [Trace(name, float(np.nan_to_num(values[slot])), "share", rule="transient", source="forecast") for name, values in shares.items()]


def _classes(work: Work, load: Trace, handle: Trace) -> tuple[Trace, ...]:
    """What the priority classes need, each by its own limit; nothing without classes."""
    if not work.queue.priorities:
        return ()
    parts = [
        _given(work, f"{name}_{number}", getattr(one, field), unit, f"priorities.{number - 1}.{field}")
        for number, one in enumerate(work.queue.priorities, start=1)
        for name, field, unit in (("class_share", "share", "share"), ("class_target_s", "target_s", "s"), ("class_level", "level_share", "share"))
    ]
    return (_made("class_agents", _class_agents, "priority_agents", (load, _again(handle), *parts), "priorities"),)


def _made(name: str, function: Callable[..., int], called: str, inputs: tuple[Trace, ...], rule: str) -> Trace:
    formula = f"{called}({', '.join(part.name for part in inputs)})"
    return Trace(name, float(function(*(part.value for part in inputs))), "persons", formula, inputs, rule=rule)


def _again(part: Trace) -> Trace:
    """A number that is unfolded elsewhere in the tree."""
    return Trace(part.name, part.value, part.unit, rule=part.rule, source=part.source)


def _targets(work: Work) -> tuple[Trace, Trace, Trace]:
    service, cv2 = work.service, work.queue.handle_cv2
    target = _given(work, "target_s", service.target_s, "s", "service.target_s")
    if cv2 != 1:
        inputs = (target, _given(work, "handle_cv2", cv2, "share"))
        target = Trace("target_corrected_s", work.target_s, "s", "target_s * 2 / (1 + handle_cv2)", inputs, rule="service_time_variability")
    return (
        target,
        _given(work, "level_share", service.level_share, "share", "service.level_share"),
        _given(work, "max_occupancy_share", service.max_occupancy_share, "share", "service.max_occupancy_share"),
    )


def _steady_state(work: Work, load: Trace, handle: Trace) -> tuple[Trace, ...]:
    """What a load needs in steady state, limit by limit."""
    target, level, cap = _targets(work)
    if work.queue.model == "erlang_c":
        patience, lost = (), ()
    else:
        patience, lost = (_given(work, "patience_s", work.queue.patience_s or 0.0, "s"),), (_abandonment(work),)
    if work.slots > 1:
        slots = _given(work, "concurrency", work.slots, "contacts")
        slowdown = _given(work, "concurrency_slowdown_share", work.queue.concurrency_slowdown_share, "share")
        inputs = (load, handle, slots, slowdown, target, level, cap, *patience, *lost)
        return (_made("chat_agents", _chat_agents, "chat_agents", inputs, "chat"),)
    if work.queue.model == "erlang_c":
        value = float(ceil_people(load.value / cap.value))
        occupancy = Trace("occupancy_agents", value, "persons", f"ceil({load.name} / max_occupancy_share)", (_again(load), cap), rule="occupancy_cap")
        return _made("service_level_agents", _c_agents, "erlang_c_agents", (load, handle, target, level), "erlang_c"), occupancy
    queue = (_again(load), handle, *patience)
    return (
        _made("service_level_agents", _a_level_agents, "erlang_a_level_agents", (load, *queue[1:], target, level), "erlang_a"),
        _made("occupancy_agents", _a_occupancy_agents, "erlang_a_occupancy_agents", (*queue, cap), "occupancy_cap"),
        _made("abandonment_agents", _a_abandonment_agents, "erlang_a_abandonment_agents", (*queue, *lost), "abandonment_cap"),
    )


def _abandonment(work: Work) -> Trace:
    if work.service.max_abandonment_share is None:
        return Trace("max_abandonment_share", ABANDONMENT_CAP_SHARE, "share", source="policy")
    return _given(work, "max_abandonment_share", abandonment_cap(work.service), "share", "service.max_abandonment_share")


def _deferred(work: Work, slot: int) -> Trace:
    plan = plan_deferred(work)
    parts = (_deadline_people(plan, work, slot), _steady_people(plan, slot), _given(work, "min_heads", work.queue.min_heads, "persons"))
    return Trace("on_post", float(plan.people[slot]), "persons", "max(deadline_people, steady_people, min_heads)", parts, rule="deferred")


def _planned(name: str, value: float, unit: str = "person-intervals") -> Trace:
    """A number of the plan over the whole month."""
    return Trace(name, float(value), unit, rule="deferred_plan", source="forecast")


def _deadline_people(plan: DeferredPlan, work: Work, slot: int) -> Trace:
    """People without whom the work would fall behind the curve between the smooth and the latest plan."""
    smooth, latest = _planned("smooth_done", plan.smooth_done[slot]), _planned("latest_done", plan.latest_done[slot])
    kept = Trace("slack_kept_share", SLACK_KEPT_SHARE, "share", source="policy")
    deadline = _given(work, "deadline_h", work.queue.deadline_h or 0.0, "h")
    formula = "slack_kept_share * smooth_done + (1 - slack_kept_share) * latest_done"
    value = kept.value * smooth.value + (1 - kept.value) * latest.value
    needed_by = Trace("needed_by_end", value, "person-intervals", formula, (kept, smooth, latest, deadline), rule="deadline")
    done = _planned("done_before", plan.done_before[slot])
    people = float(ceil_people(max(value - done.value, 0.0)))
    return Trace("deadline_people", people, "persons", "ceil(max(needed_by_end - done_before, 0))", (needed_by, done), rule="deadline")


def _steady_people(plan: DeferredPlan, slot: int) -> Trace:
    """People who stay on from the interval before, as long as work waits for all of them."""
    before, smooth = _planned("people_before", plan.level_before[slot], "persons"), _planned("smooth_people", plan.smooth[slot], "persons")
    waiting = _planned("waiting_work", plan.waiting[slot])
    value = min(max(before.value, floor_count(smooth.value)), ceil_people(smooth.value), floor_count(waiting.value))
    formula = "min(max(people_before, floor(smooth_people)), ceil(smooth_people), floor(waiting_work))"
    return Trace("steady_people", float(value), "persons", formula, (before, smooth, waiting), rule="deferred_plan")
