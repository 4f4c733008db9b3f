"""A swap request against the roster in force: legal or not, its cost, what it means for both; a legal one may be published at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cslib import intake, report
from cslib.batch.check import mark, published
from cslib.batch.publish import Published, issue_swap
from cslib.batch.recorded import recorded
from cslib.core.words import say
from cslib.intake import Study
from cslib.roster import life, sentences
from cslib.roster.life.swap import Effect, Swap


def swap_month(
    site: str, month: str, first: tuple[str, dt.date], second: tuple[str, dt.date], on: dt.date, *, scenario: str = "base", accept: bool = False
) -> Published:  # fmt: skip
    """Check a swap, and publish it as an amendment where it is legal and ``accept`` is asked.

    Parameters
    ----------
    first, second : who gives which day; both agreed by asking, so that no notice stands against it;  on : day of the request

    Raises
    ------
    RosterError  if the cells can't be swapped;  RunError  if there is no roster, or nothing is published to amend.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    found = life.swap(*published(study), study, first, second, on=on, absences=recorded(study))
    lines = tuple(told(found, study))
    if not accept or not found.legal:
        return Published(lines, done=found.legal)
    made = issue_swap(study, found, on)
    return Published((*lines, *made.lines), done=True)


def told(found: Swap, study: Study) -> Iterator[str]:
    """A swap in sentences: cells, rules, price, effect on both, notice."""
    for who, day in found.cells:
        entry = found.board.entry(who, day)
        after = mark(entry.code if entry and entry.code else "rest", study)
        if entry and entry.home:
            after = f"{after} @ {report.queue_name(study, entry.home)}"
        yield say("batch.swap.cell", who=who, day=day.isoformat(), after=after)
    if found.legal:
        yield say("batch.swap.legal")
    else:
        yield say("batch.swap.illegal", count=len(found.broken))
        yield from (f"  {text}" for text in sentences(found.broken))
    yield say("batch.swap.cost", yuan=f"{found.delta_yuan:+,.0f}")
    yield from (_effect(effect) for effect in found.effects)
    if found.short_notice:
        days = ", ".join(day.isoformat() for day in found.short_notice)
        yield say("batch.swap.notice", given=days, days=study.params.site.repair.notice_days)


def _effect(effect: Effect) -> str:
    pairs = {"hours": effect.hours_h, "overtime": effect.overtime_h, "nights": effect.nights, "weekends": effect.weekends, "yuan": effect.own_yuan}
    return say("batch.swap.effect", who=effect.employee_id, **{name: f"{a:g} -> {b:g}" for name, (a, b) in pairs.items()})
