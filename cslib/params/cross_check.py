"""What no single file can tell: shifts, queues and city of a site against each other and against the site's grid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cslib.core import tables
from cslib.core.errors import Finding, ParamError
from cslib.core.shifts import OFF, Shift
from cslib.core.spelling import TAKEN, is_taken, squeeze
from cslib.core.units import minute_of
from cslib.core.words import Word
from cslib.params.site import ShiftFile, Site
from cslib.params.source import Document, unknown_key
from cslib.params.statutory import statutory

_CODE = re.compile(r"[^\W_][\w.+-]{0,11}")
WITHOUT_TABLE = {"US": ("new_york",)}  # country without pay tables by city -> cities a site may name
_KEY = re.compile(r"[^\W_][\w.-]{0,39}")


def check_site(site: Site, document: Document) -> None:
    """City of the site's country, queues that can be told apart, windows on the grid.

    Raises
    ------
    ParamError  with file and line of every place that is wrong.
    """
    findings = [*_city(site, document), *_queue_names(site, document), *_windows(site, document), *_teams(site, document)]
    if findings:
        raise ParamError(findings=findings)


def check_shifts(site: Site, shifts: tuple[Shift, ...], shift_file: ShiftFile, document: Document) -> dict[str, str]:
    """Codes that can't be mistaken, times on the site's grid, queues of the site.

    Returns
    -------
    Every spelling of a shift -> its code.

    Raises
    ------
    ParamError  with file and line of every place that is wrong.
    """
    findings = [*_codes(shift_file, document), *_shift_times(site, shifts, document), *_patterns(site, shifts, document)]
    if findings:
        raise ParamError(findings=findings)
    return _aliases(shift_file, document)


def _city(site: Site, document: Document) -> list[Finding]:
    """A city is named for its dated pay tables: one of those in ``params/law``; countries without such tables list theirs here."""
    where, facts = document.where(("city",)), statutory()
    try:
        if site.country == "CN" and site.city not in facts.minimum.cities:
            facts.city(site.city, where)
    except ParamError as error:
        return error.findings
    known = WITHOUT_TABLE.get(site.country)
    if known is None or site.city in known:
        return []
    return [Finding("params.city", where, {"given": site.city, "country": site.country, "allowed": ", ".join(known)})]


def _queue_names(site: Site, document: Document) -> Iterator[Finding]:
    """Keys fit for files and tables; no spelling that could mean two queues."""
    seen: dict[str, str] = {}
    for key, queue in site.queues.items():
        where = document.where(("queues", key))
        for name, given in (("queues", key), (f"queues.{key}.skill", queue.skill)):
            if not _KEY.fullmatch(given):
                yield Finding("params.value", where, {"name": name, "given": given, "allowed": Word("params.need.key")})
        for text in dict.fromkeys((key, queue.name.zh, queue.name.en)):
            first = seen.setdefault(squeeze(text), key)
            if first != key:
                yield Finding("params.queue_twice", where, {"given": text, "first": first, "second": key})


def _windows(site: Site, document: Document) -> Iterator[Finding]:
    """Opening hours and windows of fixed people begin and end on the grid; a queue with a window is open some time."""
    for key, queue in site.queues.items():
        for block, windows in (("opening", queue.opening), ("heads", queue.heads)):
            for i, window in enumerate(windows):
                place = ("queues", key, block, i)
                off = [text for text in (window.begin, window.end) if minute_of(text) % site.interval_min]
                if off:
                    facts = {"name": ".".join(map(str, place)), "given": off[0], "allowed": site.interval_min}
                    yield Finding("params.window_off_grid", document.where(place), facts)


def _codes(shift_file: ShiftFile, document: Document) -> Iterator[Finding]:
    """Codes, marks and other spellings that can be typed into a cell and mean nothing else there."""
    for code, spec in shift_file.shifts.items():
        where = document.where(("shifts", code))
        if not _CODE.fullmatch(code) or is_taken(code):
            yield Finding("params.shift_code", where, {"given": code, "taken": TAKEN})
        for text in (spec.mark.zh, spec.mark.en, *spec.aliases):
            if not squeeze(text) or len(text) > 20 or is_taken(text):
                yield Finding("params.shift_spelling", where, {"code": code, "given": text, "taken": TAKEN})


def _shift_times(site: Site, shifts: tuple[Shift, ...], document: Document) -> Iterator[Finding]:
    for shift in shifts:
        where = document.where(("shifts", shift.code))
        minutes = [shift.start_min, shift.length_min] + [m for b in shift.breaks for m in (b.length_min, b.earliest_min, b.latest_min)]
        off_grid = [m for m in minutes if m % site.interval_min]
        if off_grid:
            yield Finding("params.off_grid", where, {"code": shift.code, "given": off_grid[0], "allowed": site.interval_min})
        for queue in shift.queues:
            if queue not in site.queues:
                yield unknown_key(where, f"shifts.{shift.code}.queues.{queue}", site.queues)


def _patterns(site: Site, shifts: tuple[Shift, ...], document: Document) -> Iterator[Finding]:
    """Follow-ons name shifts of the list; a session is one of the site's or an activity that ``files: off_queue`` can ask for; a post on call is held
    by standby shifts alone."""
    codes = [shift.code for shift in shifts]
    sessions = [*site.roster.sessions, *tables.spec("off_queue").columns["activity"].limits["in"]]
    for shift in shifts:
        where, pattern = document.where(("shifts", shift.code)), shift.pattern
        for name, given, known in (("not_before", pattern.not_before, codes), ("followed_by", pattern.followed_by, [*codes, OFF])):
            for code in given:
                if code not in known:
                    yield unknown_key(where, f"shifts.{shift.code}.{name}.{code}", known)
        for pause in shift.breaks:
            if pause.session and pause.session not in sessions:
                yield unknown_key(where, f"shifts.{shift.code}.breaks.{pause.session}", sessions)
        mixed = [queue for queue in shift.queues if any(queue in other.queues and other.standby != shift.standby for other in shifts)]
        if shift.standby and mixed:
            yield Finding("params.standby_mixed", where, {"code": shift.code, "given": ", ".join(mixed)})


def _teams(site: Site, document: Document) -> Iterator[Finding]:
    """Queues of teams are queues of the site; attributes of people are no skills of queues."""
    for team, queues in site.roster.teams.queues.items():
        for queue in queues:
            if queue not in site.queues:
                yield unknown_key(document.where(("roster", "teams", "queues", team)), f"roster.teams.queues.{team}.{queue}", site.queues)
    for name in site.roster.attributes:
        if name in {queue.skill for queue in site.queues.values()}:
            yield Finding("params.attribute_is_skill", document.where(("roster",)), {"given": name})


def _aliases(shift_file: ShiftFile, document: Document) -> dict[str, str]:
    """Every spelling of a shift to its code; a spelling of two shifts is refused, also if they differ only in case or blanks."""
    found: dict[str, str] = {}
    owners: dict[str, str] = {}
    for code, spec in shift_file.shifts.items():
        for text in dict.fromkeys((code, spec.mark.zh, spec.name.zh, spec.name.en, *spec.aliases)):
            first = owners.setdefault(squeeze(text), code)
            if first != code:
                raise ParamError("params.alias_twice", where=document.where(("shifts", code)), given=text, first=first, second=code)
            found[text] = code
    return found
