"""People missing at a stand-in's own queue because of covers, at peak (S000-01, S002-19)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Cover, Facts
from cslib.roster.audit.pool import assign
from cslib.roster.audit.presence import is_pooled, presence
from cslib.roster.audit.spans import Minutes, common


def missing_through_cover(cover: Cover, facts: Facts) -> Iterator[tuple[Duty, str, int, int]]:
    """Worst minute of a cover for each duty its stand-in is on: duty, queue concerned, minute, people missing there because of covers.

    A post that ``may_leave`` counts as held and is never concerned.
    """
    person = facts.people.get(cover.row.stand_in_id)
    queues = facts.study.params.site.queues
    for duty in person.timed if person else ():
        inside = _minutes(common([cover.span], facts.at_work(duty)), facts)
        if not len(inside) or duty.home == cover.row.post:
            continue
        if duty.home in queues and not queues[duty.home].may_leave:
            missing = _missing_at_home(duty.home, inside, facts)
            worst = int(missing.argmax())
            yield duty, duty.home, int(inside[worst]), int(missing[worst])
        elif is_pooled(duty):
            found = [(_missing_in_pool(minute, facts), -minute) for minute in _starts(inside, facts)]
            (missing_people, names), negative = max(found)
            yield duty, names, -negative, missing_people


def _missing_at_home(home: str, minutes: np.ndarray, facts: Facts) -> np.ndarray:
    """Per minute: shortage at peak, as far as people away on covers would fill it."""
    number, slots = facts.need.queues.index(home), minutes // facts.horizon.interval_min
    held = presence(facts).held[number, minutes]
    short = np.maximum(facts.need.needed[number, slots] - held, 0)
    return np.where(facts.need.peak[number, slots], np.minimum(short, presence(facts).away[number, minutes]), 0)


def _missing_in_pool(minute: int, facts: Facts) -> tuple[int, str]:
    """Peak shortage of the pooled queues with the stand-ins away, less that with them back; and the queues short."""
    slot, there = minute // facts.horizon.interval_min, presence(facts)
    needed = np.maximum(facts.need.needed[:, slot] - there.held[:, minute], 0)
    peak = facts.need.peak[:, slot]
    now = {skills: int(counts[minute]) for skills, counts in there.pool.items()}
    back = {skills: count + int(there.pool_away[skills][minute]) for skills, count in now.items()}
    short, otherwise = (needed - np.array(assign(people, needed, peak)[0]) for people in (now, back))
    names = " / ".join(name for name, q_short, q_peak in zip(facts.need.queues, short, peak, strict=True) if q_peak and q_short)
    return int((short - otherwise)[peak].sum()), names


def _minutes(spans: list[Minutes], facts: Facts) -> np.ndarray:
    """Whole minutes of the month that lie in the spans."""
    parts = [np.arange(max(0, math.ceil(a)), min(facts.minutes, math.floor(b))) for a, b in spans]
    return np.concatenate(parts) if parts else np.arange(0)


def _starts(minutes: np.ndarray, facts: Facts) -> list[int]:
    """The first of the minutes, and those at which an interval starts or anyone in the pool comes or goes."""
    there = presence(facts)
    steps = [np.diff(counts, prepend=counts[:1]) != 0 for counts in (*there.pool.values(), *there.pool_away.values())]
    changes = np.any(steps, axis=0)[minutes] if steps else np.zeros(len(minutes), dtype=bool)
    return [int(m) for m in minutes[changes | (minutes % facts.horizon.interval_min == 0) | (minutes == minutes[0])]]
