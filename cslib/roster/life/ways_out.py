"""Ways out of an absence that nobody can cover as approvals and the site's own rules stand: what would have to be conceded, and its price.

Each offer is solved as a repair of its own and judged by the audit under the rules as they are: what it breaks there is exactly what it asks
for, overtime still to be approved, or a rule of the site's own by name. Where it breaks anything else, law or a person's protection, it is
never made.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from cslib.core.shifts import WORK
from cslib.intake.study import Study
from cslib.params.law import PROTECTIONS, RULES
from cslib.roster.audit import audit, recount
from cslib.roster.audit.duties import Duty
from cslib.roster.life.board import Board
from cslib.roster.life.explain_facts import PRICED_RULES
from cslib.roster.life.repair import Repair, repair
from cslib.roster.life.repair_search import SWAP_DAYS, Cells
from cslib.roster.life.ways_study import HIRED, approving, hiring, is_own, longer, neighbours, stretched, stretches

_NOISE = 1e-6
_ASKED = 3  # people who are asked for overtime in turn, each without the ones before
Broken = set[tuple[str, str, str]]  # rule, person, start


@dataclass(frozen=True)
class Concession:
    """One thing to concede.

    kind : ``overtime`` (approve up to ``value`` hours of the month for a person, ``limit`` as approved) | ``longer`` (a person's shift of
        a day, ``shift``, by ``value`` hours) | ``lieu`` (called in on ``day`` for another day off, ``instead``) | ``hire`` (a part-timer for
        ``value`` hours) | ``except`` (``rule`` of the site's own: ``value`` in place of ``limit``) | ``moves`` (only further days move)
    """

    kind: str
    employee_id: str = ""
    day: dt.date | None = None
    rule: str = ""
    value: float = 0.0
    limit: float = 0.0
    shift: str = ""
    instead: dt.date | None = None


@dataclass(frozen=True)
class AbsenceOffer:
    """An offer.

    Attributes
    ----------
    found : the month mended with it
    yuan : priced cost above the month before the absence; ``own_yuan`` of it beside the price list: exceptions, a part-timer's hours
    people : people of the site whose days change or who are asked for something;  hired : part-timers from outside
    open_h : person-hours missing on the days of the absence, above those of the month before it
    """

    steps: tuple[Concession, ...]
    found: Repair
    yuan: float
    own_yuan: float
    people: int
    hired: int
    open_h: float

    @property
    def measures(self) -> tuple[float, float, int, int]:
        """What offers are compared by: less is better in each."""
        return self.open_h, self.yuan, self.people, self.hired


@dataclass(frozen=True)
class AbsenceOffers:
    """``open_h`` and ``yuan`` of the repair that asks nobody for anything; ``offers``: those that leave least open first, then the cheapest."""

    open_h: float
    yuan: float
    offers: tuple[AbsenceOffer, ...]


@dataclass
class _Ground:
    """An absence and the month it falls into."""

    roster: pd.DataFrame
    covers: pd.DataFrame
    need: pd.DataFrame
    study: Study
    gone: pd.DataFrame
    known: pd.DataFrame | None
    days: tuple[dt.date, ...]
    duties: list[Duty]
    before_h: float

    @property
    def every(self) -> pd.DataFrame:
        """All absences."""
        return self.gone if self.known is None or self.known.empty else pd.concat([self.known, self.gone], ignore_index=True)

    def short_h(self, roster: pd.DataFrame, covers: pd.DataFrame, study: Study, absences: pd.DataFrame | None) -> float:
        """Person-hours missing on the days of the absence."""
        coverage, _ = recount(roster, covers, self.need, study, absences)
        mine = coverage[coverage["interval_start"].dt.date.isin(self.days)]
        return float(mine["short"].sum()) * study.horizon.interval_min / 60


def ways_out(
    roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study, absences: pd.DataFrame, found: Repair, *,
    known: pd.DataFrame | None = None,
) -> AbsenceOffers:  # fmt: skip
    """Offers beyond approvals and the site's own rules, where a repair leaves somebody missing.

    Parameters
    ----------
    roster, covers, need, study, absences, known : as for ``repair``;  found : what ``repair`` came to

    Returns
    -------
    AbsenceOffers; without offers where nobody is missing. Every offer is better than each other one in missing hours, yuan, people or part-timers.
    """
    person, first, last = absences["employee_id"].iloc[0], absences["start"].min(), absences["end"].max()
    calm = Board(roster, covers, need, study, known)
    span = [(at - calm.facts.origin).total_seconds() / 60 for at in (first, last)]
    duties = [d for d in calm.people[person].duties if d.timed and d.start < span[1] and d.end > span[0] and d.shift is not None]
    days = tuple(d for d in calm.days if first.date() <= d <= last.date())
    ground = _Ground(roster, covers, need, study, absences, known, days, duties, 0.0)
    ground.before_h = ground.short_h(roster, covers, study, known)
    open_h = ground.short_h(found.board.roster(), found.board.cover_table(), study, ground.every) - ground.before_h
    base = AbsenceOffers(round(max(0.0, open_h), 4), found.repaired_yuan, ())
    if base.open_h <= _NOISE or not duties:
        return base
    old = _broken(found.board.roster(), found.board.cover_table(), ground, study)
    made = [w for w in _tried(ground, old) if w is not None and w.open_h < base.open_h - _NOISE]
    best = [w for i, w in enumerate(made) if not any(_beats(o, w, j < i) for j, o in enumerate(made) if j != i)]
    return dataclasses.replace(base, offers=tuple(sorted(best, key=lambda w: (round(w.open_h, 4), round(w.yuan, 2), w.people))))


def _beats(one: AbsenceOffer, other: AbsenceOffer, earlier: bool) -> bool:
    pairs = list(zip(one.measures, other.measures, strict=True))
    return all(a <= b + _NOISE for a, b in pairs) and (earlier or any(a < b - _NOISE for a, b in pairs))


def _tried(ground: _Ground, old: Broken) -> Iterator[AbsenceOffer | None]:
    """Every kind of concession, solved; several at once where none alone leaves nobody missing."""
    study, day = ground.study, ground.duties[0].date
    whole, most = len(ground.study.horizon.dates), study.params.law.limit("month_overtime", day)
    skills = _skills(ground)
    found = [_offer(ground, old, study, reach=whole)]
    barred: set[str] = set()
    for _ in range(_ASKED):
        found.append(_offer(ground, old, approving(study, most, barred)))
        asked = {s.employee_id for s in found[-1].steps if s.kind == "overtime"} if found[-1] is not None else set()
        if not asked:
            break
        barred |= asked
    extended, limits = longer(study, ground.duties), stretches(study, day)
    beside = neighbours(Board(ground.roster, ground.covers, ground.need, study, ground.known), extended, ground.duties)
    found.append(_offer(ground, old, approving(extended, most), extended, first=beside))
    found += [_offer(ground, old, study, None, {code: value}) for code, value in limits.items()]
    hired, roster = hiring(study, ground.roster, ground.duties, skills)
    found.append(_offer(ground, old, hired, hired, roster=roster))
    if all(w is None or w.open_h > _NOISE for w in found):
        found.append(_offer(ground, old, approving(extended, most), extended, limits, reach=whole))
        extended, roster = hiring(extended, ground.roster, ground.duties, skills)
        found.append(_offer(ground, old, approving(extended, most), extended, limits, roster=roster))
    yield from found


def _skills(ground: _Ground) -> set[str]:
    """What a stand-in for the missed duties has to hold."""
    queues, person = ground.study.params.site.queues, ground.duties[0].employee_id
    homes = {duty.home for duty in ground.duties}
    held = set(ground.study.skills.loc[ground.study.skills["employee_id"].eq(person), "skill"])
    return {queues[home].skill for home in homes if home in queues} or held & {queue.skill for queue in queues.values()}


def _offer(
    ground: _Ground, old: Broken, after: Study, asked: Study | None = None, limits: Mapping[str, float] = MappingProxyType({}), *,
    roster: pd.DataFrame | None = None, reach: int = SWAP_DAYS, first: Sequence[Cells] = (),
) -> AbsenceOffer | None:  # fmt: skip
    """The month mended as if something were conceded (``after``, rules of the site's own stretched to ``limits``), judged under the rules as
    they are (``asked``: with the new shifts and people)."""
    asked, rows = asked or ground.study, ground.roster if roster is None else roster
    found = repair(rows, ground.covers, ground.need, stretched(after, limits), ground.gone, known=ground.known, reach=reach, first=first)
    made = found.board.roster(), found.board.cover_table()
    judged = audit(*made, ground.need, asked, ground.every)
    gap_h = asked.params.site.cover.min_gap_h
    fresh = [row for row in judged.itertuples(index=False) if row.rule not in PRICED_RULES and _key(row) not in old]
    steps = [*_longer_steps(found, ground.study), *(_conceded(row, limits, gap_h) for row in fresh)]
    known = [step for step in steps if step is not None]
    if len(known) < len(steps):
        return None
    settings = ground.study.params.site.explain
    hired_h = _hired_h(found, asked)
    if hired_h:
        known.append(Concession("hire", HIRED, value=hired_h))
    own = settings.hire_yuan_h * hired_h + settings.exception_yuan * sum(step.kind == "except" for step in known)
    known = known or list(_moved(found))
    people = {m.employee_id for m in found.moves} | {s.employee_id for s in known if s.employee_id}
    open_h = ground.short_h(*made, asked, ground.every) - ground.before_h
    yuan, open_h = round(found.repaired_yuan + own, 4), round(max(0.0, open_h), 4)
    return AbsenceOffer(tuple(known), found, yuan, round(own, 4), len(people - {HIRED}), int(hired_h > 0), open_h)


def _broken(roster: pd.DataFrame, covers: pd.DataFrame, ground: _Ground, study: Study) -> Broken:
    """What the month breaks already."""
    return {_key(row) for row in audit(roster, covers, ground.need, study, ground.every).itertuples(index=False)}


def _key(row: object) -> tuple[str, str, str]:
    return str(row.rule), str(row.employee_id), str(row.start)  # type: ignore[attr-defined]


def _conceded(row: object, limits: Mapping[str, float], gap_h: float) -> Concession | None:
    """What a violation asks for; None where it was not to be conceded."""
    rule, who, day = str(row.rule), str(row.employee_id), row.start.date()  # type: ignore[attr-defined]
    value, limit = float(row.value), float(row.limit)  # type: ignore[attr-defined]
    if rule == "overtime_approval":
        return Concession("overtime", who, rule=rule, value=math.ceil(value - _NOISE), limit=limit)
    if rule == "cover_duration" and rule not in limits and "min_gap_h" in limits:
        return Concession("except", who, day, "min_gap_h", limits["min_gap_h"], gap_h)
    return Concession("except", who, day, rule, value, limit) if rule in limits else None


def _longer_steps(found: Repair, study: Study) -> Iterator[Concession]:
    """Shifts that are longer than any of the site's."""
    own = {shift.code: shift for shift in study.params.shifts}
    for move in found.moves:
        shift = found.board.facts.shifts.get(move.after.code)
        if shift is not None and shift.code not in own:
            name = next(part for part in shift.code.split("+") if part in own)
            hours = (shift.length_min - own[name].length_min) / 60
            start, end = shift.span(move.day)
            yield Concession("longer", move.employee_id, move.day, value=hours, shift=f"{name} {start:%H:%M}-{end:%H:%M}")


def _moved(found: Repair) -> Iterator[Concession]:
    """People called in who get another day off, where nothing else is asked for."""
    own: dict[str, list[tuple[dt.date, bool]]] = {}
    for move in found.moves:
        if bool(move.before.code) != bool(move.after.code):
            own.setdefault(move.employee_id, []).append((move.day, bool(move.after.code)))
    for who, days in own.items():
        on, off = ([day for day, works in days if works is asked] for asked in (True, False))
        yield from (Concession("lieu", who, day, instead=other) for day, other in zip(on, off, strict=False))
    if not own:
        yield Concession("moves")


def _hired_h(found: Repair, study: Study) -> float:
    """Paid hours of the part-timer who was hired."""
    paid = {shift.code: shift.paid_min / 60 for shift in study.params.shifts}
    rows = found.board.roster()
    return sum(paid[code] for code in rows.loc[rows["employee_id"].eq(HIRED) & rows["kind"].eq(WORK), "shift"])


def barred_rules(reasons: Collection[str], study: Study) -> list[str]:
    """Rules among the reasons against stand-ins that are law, in the order of the rule pack: no offer breaks them."""
    first = study.horizon.start
    return [code for code in RULES if code in reasons and code not in PROTECTIONS and not is_own(study, code, first)]
