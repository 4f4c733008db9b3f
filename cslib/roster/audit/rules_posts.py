"""Rules about posts: never empty, and the cover rules (relation post - absent person - stand-in), all to the minute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import numpy as np

from cslib.core.units import MINUTES_PER_DAY, clock
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Cover, Facts
from cslib.roster.audit.presence import presence, watches
from cslib.roster.audit.registry import Violation, details, rule
from cslib.roster.audit.shortfall import missing_through_cover
from cslib.roster.audit.spans import Minutes, by_day, common, length, minus, union

_NOISE_MIN = 1e-6


@rule("never_empty")
def never_empty(facts: Facts) -> Iterator[Violation]:
    """Stretches of minutes at which a post that may never be empty has too few people (S002-08). Concerns a post, not a person."""
    at_post = presence(facts).at_post
    for watch in watches(facts):
        for first, last in _stretches(watch.below(at_post)):
            day, fewest = facts.day(first), float(at_post[watch.number, first:last].min())
            shown = details(post=watch.queue, minutes=last - first, until=facts.moment(last))
            yield Violation("never_empty", "", facts.moment(first), day, fewest, float(watch.limit[first]), detail=shown)


@rule("cover_duration")
def cover_duration(facts: Facts) -> Iterator[Violation]:
    """Hours that one stand-in covers: one absence at one post (stints less than ``min_gap_h`` apart add up), or one date (S002-19)."""
    setting = facts.study.params.site.cover
    groups: dict[tuple[object, ...], list[tuple[Cover, Minutes]]] = {}
    for cover in (c for c in facts.covers if c.timed):
        for number, part in by_day(cover.span) if setting.basis == "day" else [(0, cover.span)]:
            key = (number,) if setting.basis == "day" else (cover.row.post, cover.row.absent_id)
            groups.setdefault((cover.row.stand_in_id, *key), []).append((cover, part))
    gap_min = setting.min_gap_h * 60 if setting.basis == "stint" else float("inf")
    for parts in groups.values():
        for stint in _stints([span for _, span in parts], gap_min):
            day, hours = facts.day(stint[0][0]), length(stint) / 60
            limit = facts.limit("cover_duration", day)
            if limit is not None and hours * 60 > limit * 60 + _NOISE_MIN:
                rows = [cover.row for cover, span in parts if common([span], stint)]
                posts, absent = (" / ".join(dict.fromkeys(names)) for names in ([r.post for r in rows], [r.absent_id for r in rows]))
                shown = details(post=posts, absent=absent, basis=setting.basis)
                yield Violation("cover_duration", rows[0].stand_in_id, facts.moment(stint[0][0]), day, hours, limit, detail=shown)


@rule("cover_stand_in")
def cover_stand_in(facts: Facts) -> Iterator[Violation]:
    """The stand-in holds the post's skill, is on duty, not on break and at one post at a time; the absent person is on break then (S002-19)."""
    at_work = {who: duties for who, _, duties in facts.everyone()}
    given: dict[str, list[Cover]] = {}
    for cover in facts.covers:
        given.setdefault(cover.row.stand_in_id, []).append(cover)
    for cover in facts.covers:
        day = facts.day(cover.start) if cover.timed else facts.horizon.start
        if facts.limit("cover_stand_in", day) is not None:
            start = facts.moment(cover.start) if cover.timed else cover.row.start or facts.origin
            for fault, found in _cover_faults(cover, day, at_work, given[cover.row.stand_in_id], facts):
                shown = details(fault=fault, post=cover.row.post, absent=cover.row.absent_id, given=found)
                yield Violation("cover_stand_in", cover.row.stand_in_id, start, day, detail=shown)


@rule("cover_peak_guard")
def cover_peak_guard(facts: Facts) -> Iterator[Violation]:
    """People missing at the stand-in's own queue in a peak interval because of covers (S000-01, S002-19)."""
    for cover in facts.covers:
        day = facts.day(cover.start) if cover.timed else facts.horizon.start
        limit = facts.limit("cover_peak_guard", day)
        if limit is not None and cover.timed:
            for duty, queue, minute, missing in missing_through_cover(cover, facts):
                if missing > limit:
                    shown = details(post=cover.row.post, queue=queue, at=facts.moment(minute), shift=duty.code)
                    yield Violation("cover_peak_guard", cover.row.stand_in_id, facts.moment(cover.start), day, float(missing), limit, detail=shown)


def _cover_faults(cover: Cover, day: dt.date, at_work: dict[str, list[Duty]], own: list[Cover], facts: Facts) -> Iterator[tuple[str, str]]:
    """What makes a cover impossible, as (fault, given); ``own`` are all covers of its stand-in."""
    row, queues = cover.row, facts.study.params.site.queues
    if not cover.timed:
        yield "times", f"{row.start or '-'} - {row.end or '-'}"
        return
    if row.hours_h is None or abs(row.hours_h * 60 - (cover.end - cover.start)) > 0.5:
        yield "hours", f"{row.hours_h} h"
    if row.post not in queues:
        yield "post", row.post
        return
    person = facts.people.get(row.stand_in_id)
    if person is None or not person.holds(queues[row.post].skill, day):
        yield "skill", queues[row.post].skill
    duties = at_work.get(row.stand_in_id, [])
    off = minus([cover.span], [d.span for d in duties])
    if off:
        yield "off_duty", _clocks(off)
    elif gone := minus([cover.span], [s for d in duties for s in facts.at_work(d)]):
        yield "on_break", _clocks(gone)
    if others := [o.row.post for o in own if _clashes(cover, o)]:
        yield "two_posts", " / ".join(sorted({row.post, *others}))
    away = [s for d in at_work.get(row.absent_id, []) if d.home == row.post for s in minus([d.span], facts.at_work(d))]
    if there := minus([cover.span], away):
        yield "not_absent", _clocks(there)


def _clashes(cover: Cover, other: Cover) -> bool:
    """True if the stand-in of both is at another post in the same minutes."""
    return other.timed and other.row.post != cover.row.post and other.start < cover.end and cover.start < other.end


def _stints(spans: Iterable[Minutes], gap_min: float) -> Iterator[list[Minutes]]:
    """Spans in groups whose members follow each other by less than ``gap_min`` (or touch)."""
    stint: list[Minutes] = []
    for span in union(spans):
        if stint and span[0] - stint[-1][1] >= gap_min:
            yield stint
            stint = []
        stint.append(span)
    if stint:
        yield stint


def _stretches(flags: np.ndarray) -> list[tuple[int, int]]:
    """Start and end (excluded) of every run of true minutes."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _clocks(spans: Iterable[Minutes]) -> str:
    return ", ".join(f"{clock(int(a) % MINUTES_PER_DAY)}-{clock(int(b) % MINUTES_PER_DAY)}" for a, b in spans)
