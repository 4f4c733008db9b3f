"""A made-up site of many people at fixed posts: round the clock, some posts never empty, one person in ten a lead."""

from __future__ import annotations

from typing import Any

import small

from cslib.core.shifts import Break, Shift

SHIFTS = (
    Shift("E", 7 * 60, 480, (Break(30, 210, 300, paid=True),)),
    Shift("M", 15 * 60, 480, (Break(30, 120, 240, paid=True),)),
    Shift("N", 23 * 60, 480, (Break(30, 150, 240, paid=True),)),
)
HEADS = {7: 7, 15: 6, 23: 3}  # per post from an hour on, for 25 people a post


def many_posts(people: int, days: int, **changes: Any) -> Any:
    """Study and requirement of ``people`` at a post for every 25 of them, each holding two or three posts' skills."""
    posts = people // 25
    names = [f"post{i:02d}" for i in range(posts)]
    queues = {name: small.queue(name, never_empty=i % 6 == 0) for i, name in enumerate(names)}
    staff = []
    for i in range(people):
        held = [names[(i + j) % posts] for j in range(2 + (i % 3 == 0))]
        staff.append(small.person(f"p{i:04d}", *dict.fromkeys(held), role="lead" if i % 10 == 0 else "agent", overtime_max_h=36.0))
    given = {"law": {"lead_on_duty": 2.0, "week_hours_least": 24.0}, "prices": {"start_change": 5.0}} | changes
    study = small.study(staff, small.at_posts(*names, shifts=SHIFTS), queues, days=days, roster={"contract_band_h": 16.0, "nights_free": 8}, **given)

    def heads(_day: int, minute: int) -> int:
        """People wanted at a post."""
        return HEADS[max((h for h in HEADS if h * 60 <= minute), default=23)]

    return study, small.need(study, dict.fromkeys(names, heads))
