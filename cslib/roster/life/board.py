"""The planning board: a roster on which cells and covers are changed, each change judged by the audit's own rules and priced at once.

A board never judges by rules of its own: what it says of a change is what the audit and the recount say of the changed roster, only
faster, because it looks at the people and the hours that the change touches.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property, reduce

import numpy as np
import pandas as pd

from cslib.core.errors import RosterError
from cslib.core.shifts import LEAVE, OFF, REST, WORK, write_breaks
from cslib.intake.study import Study
from cslib.params.law import RULES
from cslib.roster.audit.duties import Duty, duty_of
from cslib.roster.audit.facts import Cover, Facts, Person, absence_spans, read
from cslib.roster.audit.presence import CoversOf, Presence, Watch, covers_of, parts, watches
from cslib.roster.audit.recount import Assigned, count, own_quantities, wish_met
from cslib.roster.audit.registry import FUNCTIONS, Violation
from cslib.roster.audit.rows import Cell, CoverRow
from cslib.roster.audit.rules_teams import JOINT_RULES, joint_violations
from cslib.roster.audit.spans import common
from cslib.roster.life.board_cells import OFF_DUTY, Change, Entry, Key, Steps
from cslib.roster.life.board_tables import covers_table, roster_table
from cslib.roster.life.together import joint_prices, joint_yuan

COVER_RULES = ("cover_duration", "cover_stand_in", "cover_peak_guard")
POST_RULES = frozenset({"never_empty", *COVER_RULES})  # concern posts and covers, not one person's cells


class Board:
    """A month's roster under change.

    Parameters
    ----------
    roster, covers, need, study, absences : as for ``audit``

    Raises
    ------
    RosterError, TableError  as ``audit``.
    """

    def __init__(
        self, roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study, absences: pd.DataFrame | None = None
    ) -> None:  # fmt: skip
        facts = read(roster, covers, need, study, absences)
        if facts.strangers or facts.nameless:
            raise RosterError("audit.unknown_person", where="roster", given=", ".join(facts.strangers) or "-")
        pinned = {(r.employee_id, r.date.date()) for r in roster.itertuples(index=False) if r.pinned is True or r.pinned is np.True_}
        self._stand(facts, pinned)

    def with_absences(self, absences: pd.DataFrame | None) -> Board:
        """The month as read, before any change, with other absences."""
        made = object.__new__(type(self))
        made._stand(dataclasses.replace(self.facts, absences=absence_spans(absences, self.facts.horizon), _made={}), self.pinned)
        return made

    def _stand(self, facts: Facts, pinned: set[tuple[str, dt.date]]) -> None:
        self.facts, self.study, self.pinned = facts, facts.study, pinned
        self.people: dict[str, Person] = dict(facts.people)
        self.covers: tuple[Cover, ...] = facts.covers
        self.changed: set[tuple[str, dt.date]] = set()
        self.prices = {code: price.yuan for code, price in self.study.params.prices.prices.items()}
        self._known: Assigned = {}
        self._joint_now: float | None = None
        self._old_violations: dict[str, frozenset[tuple[str, pd.Timestamp]]] = {}
        self._own_yuan: dict[str, float] = {}
        everyone = ((who, person, duties) for who, person, duties in self.facts.everyone())
        at = covers_of(self.covers)
        self.counts: dict[Key, np.ndarray] = {}
        steps: Steps = defaultdict(list)
        for who, person, duties in everyone:
            self.collect(steps, person, duties, at.get(who, {}), 1)
        self._book(steps)

    # -- what stands on the board -----------------------------------------------------------------------------------

    @property
    def days(self) -> tuple[dt.date, ...]:
        """Days of the month."""
        return tuple(self.facts.horizon.dates)

    @cached_property
    def tick(self) -> int:
        """Minutes of the finest step at which anything starts or ends, at most the interval."""
        marks = [self.facts.horizon.interval_min]
        for shift in self.study.params.shifts:
            marks += [shift.start_min, shift.length_min, *(m for b in shift.breaks for m in (b.earliest_min, b.length_min))]
        for person in self.facts.people.values():
            marks += [int(m) for d in person.timed for span in (d.span, *d.breaks) for m in span]
        marks += [int(m) for c in self.covers if c.timed for m in c.span]
        marks += [int(m) for spans in self.facts.absences.values() for span in spans for m in span]
        marks += [int(m) for w in self._watches for m in np.flatnonzero(np.diff(w.limit)) + 1]
        return reduce(math.gcd, marks)

    @cached_property
    def _watches(self) -> list[Watch]:
        return watches(self.facts)

    @cached_property
    def by_tick(self) -> list[Watch]:
        """The posts that may never be empty, their limits by tick."""
        return [Watch(w.queue, w.number, w.limit[:: self.tick]) for w in self._watches]

    @property
    def ticks(self) -> int:
        """Ticks of the month."""
        return self.facts.minutes // self.tick

    def entry(self, who: str, day: dt.date) -> Entry | None:
        """What a person's cell says; None on leave, outside employment, or where two duties stand."""
        person = self.people[who]
        cells = person.cells.get(day, ())
        if len(cells) != 1 or cells[0].kind == LEAVE or not person.employed(day):
            return None
        duty = next((d for d in person.duties if d.date == day), None)
        if duty is None:
            return OFF_DUTY if cells[0].kind == REST else None
        return Entry(duty.code, duty.home, tuple(int(low - duty.due) for low, _ in duty.breaks)) if duty.shift is not None else None

    def may_change(self, who: str, day: dt.date) -> bool:
        """True if the cell is neither pinned nor an absence."""
        return (who, day) not in self.pinned and self.entry(who, day) is not None

    # -- trying a change --------------------------------------------------------------------------------------------

    def trial(self, cells: Mapping[tuple[str, dt.date], Entry], covers: tuple[Cover, ...] | None = None) -> Change:
        """What a set of changed cells (and, where given, other covers) would cost; nothing on the board changes."""
        covers = self.covers if covers is None else covers
        before, after = covers_of(self.covers), covers_of(covers)
        touched = dict.fromkeys([*(who for who, _ in cells), *(w for w in {*before, *after} if before.get(w) != after.get(w))])
        people: dict[str, Person] = {}
        steps: Steps = defaultdict(list)
        own = 0.0
        for who in touched:
            old = self.people[who]
            days = {day: entry for (other, day), entry in cells.items() if other == who}
            new = people[who] = self._with(old, days)
            covering = before.get(who, {}), after.get(who, {})
            for person, stints, sign in ((old, covering[0], -1), (new, covering[1], 1)):
                duties = person.timed if any(covering) else [d for d in person.duties if d.timed and d.date in days]  # the others cancel out
                self.collect(steps, person, duties, stints, sign)
            own += self._yuan_of(new) - self.own_yuan(who)
        joint = joint_yuan(self.facts, {**self.people, **people}, self._joint_prices) - self.joint_yuan if cells else 0.0
        return Change(cells, covers, own + joint + self.coverage_delta(steps), people, steps)

    def broken(self, change: Change) -> list[Violation]:
        """Violations that the change adds, by the audit's rules about the changed people and about people together."""
        alone = [v for who, p in change.people.items() for v in self._violations(p) if (v.rule, v.start) not in self._violations_before(who)]
        now, changed = (dataclasses.replace(self.facts, people={**self.people, **more}, _made={}) for more in ({}, change.people))
        old = {(v.rule, v.employee_id, v.start) for v in joint_violations(now)}
        return alone + [v for v in joint_violations(changed) if (v.rule, v.employee_id, v.start) not in old]

    def alone(self, who: str, entries: Mapping[dt.date, Entry]) -> tuple[float, bool]:
        """What other cells do to a person's own month: change of its priced cost, and whether they break a rule about it."""
        new = self._with(self.people[who], entries)
        broken = any((v.rule, v.start) not in self._violations_before(who) for v in self._violations(new))
        return self._yuan_of(new) - self.own_yuan(who), broken

    def cover_faults(self, covers: Iterable[Cover], people: Mapping[str, Person] | None = None) -> list[Violation]:
        """Violations of the cover rules and of never-empty posts among some covers, by the audit's rules; ``people`` as changed."""
        found = list(covers)
        everyone = {**self.people, **(people or {})}
        some = dataclasses.replace(self.facts, people=everyone, covers=tuple(found), _made={})
        return [v for code in COVER_RULES for v in FUNCTIONS[code](some)]

    def apply(self, change: Change) -> None:
        """Put a tried change on the board."""
        self._book(change.steps)
        self.people.update(change.people)
        self.covers = change.covers
        self.changed |= set(change.cells)
        self._joint_now = None
        for who in change.people:
            self._own_yuan.pop(who, None)
            self._old_violations.pop(who, None)

    def own_yuan(self, who: str) -> float:
        """Priced cost of a person's own month: overtime, missing hours, nights, refused wishes [yuan]."""
        if who not in self._own_yuan:
            self._own_yuan[who] = self._yuan_of(self.people[who])
        return self._own_yuan[who]

    @property
    def joint_yuan(self) -> float:
        """Priced cost of the goals about people together: leads and levels missing, nights and weekends unlike [yuan]."""
        if self._joint_now is None:
            self._joint_now = joint_yuan(self.facts, self.people, self._joint_prices)
        return self._joint_now

    @property
    def priced_yuan(self) -> float:
        """Priced cost of the month as the board stands; the same as the recount's [yuan]."""
        return math.fsum([self.window_yuan(0, self.ticks), self.joint_yuan, *map(self.own_yuan, self.people)])

    def presence(self, first: int, last: int, steps: Mapping[Key, list[tuple[int, int, int]]] | None = None) -> Presence:
        """Everybody between two ticks, with some steps more."""
        return self._presence(first, last, steps or {})

    def window_yuan(self, first: int, last: int) -> float:
        """Priced cost of shortage and surplus between two ticks of whole intervals [yuan]."""
        return self._price(self._presence(first, last, {}), first, last)

    # -- tables -----------------------------------------------------------------------------------------------------

    def roster(self) -> pd.DataFrame:
        """Table ``roster`` as the board stands."""
        return roster_table(self.people.values(), self.pinned)

    def cover_table(self) -> pd.DataFrame:
        """Table ``covers`` as the board stands."""
        return covers_table(self.covers, self.facts.moment, self.kind_of)

    def kind_of(self, cover: Cover) -> str:
        """``absence`` if the person relieved is recorded as absent then, else ``break_relief``."""
        return "absence" if common([cover.span], self.facts.absences.get(cover.row.absent_id, ())) else "break_relief"

    def cover(self, post: str, absent_id: str, stand_in_id: str, start: float, end: float) -> Cover:
        """A cover between two minutes of the month."""
        row = CoverRow(0, post, absent_id, stand_in_id, self.facts.moment(start), self.facts.moment(end), (end - start) / 60)
        return Cover(row, start, end)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _with(self, person: Person, entries: Mapping[dt.date, Entry]) -> Person:
        """The person with other cells."""
        cells, duties = dict(person.cells), [d for d in person.duties if d.date not in entries]
        for day, entry in entries.items():
            cell = self._cell(person.employee_id, day, entry)
            cells[day] = (cell,)
            if entry.code:
                duties.append(duty_of(cell, self.facts.shifts, self.facts.horizon, planned=True))
        return dataclasses.replace(person, cells=cells, duties=tuple(sorted(duties, key=lambda d: d.date)))

    def _cell(self, who: str, day: dt.date, entry: Entry) -> Cell:
        if not entry.code:
            return Cell(0, who, day, REST, "", None, None, "", "")
        shift = self.facts.shifts[entry.code]
        start, end = shift.span(day)
        if entry.written is not None:
            return Cell(0, who, day, WORK, entry.code, start, end, entry.written, entry.home)
        at = [start + pd.Timedelta(minutes=m) for m in entry.breaks]
        breaks = write_breaks((low, low + pd.Timedelta(minutes=b.length_min)) for low, b in zip(at, shift.breaks, strict=True))
        return Cell(0, who, day, WORK, entry.code, start, end, breaks, entry.home)

    def collect(self, steps: Steps, person: Person | None, duties: Iterable[Duty], covers: CoversOf, sign: int) -> None:
        """Add to ``steps`` where somebody is by some duties and covers (sign 1), or is no longer (-1)."""
        last_tick = self.ticks
        for kind, key, spans in parts(person, duties, covers, self.facts):
            for low, high in spans:
                first, last = max(0, math.ceil(low / self.tick)), min(last_tick, math.floor(high / self.tick))
                if first < last:
                    steps[kind, key].append((first, last, sign))

    def _book(self, steps: Steps) -> None:
        for key, changes in steps.items():
            if key not in self.counts:
                self.counts[key] = np.zeros(self.ticks, dtype=np.int32)
            for first, last, sign in changes:
                self.counts[key][first:last] += sign

    def _presence(self, first: int, last: int, steps: Mapping[Key, list[tuple[int, int, int]]]) -> Presence:
        """Everybody between two ticks, with some steps more."""
        queues = self.study.params.site.queues
        none = np.zeros(last - first, dtype=np.int32)
        cut = {key: counts[first:last].copy() for key, counts in self.counts.items()}
        for key, changes in steps.items():
            row = cut.setdefault(key, none.copy())
            for a, b, sign in changes:
                if a < last and b > first:
                    row[max(a - first, 0) : b - first] += sign
        rows = {kind: np.array([cut.get((kind, q), none) for q in range(len(queues))]) for kind in ("home", "away", "stand")}
        may_leave = np.array([q.may_leave for q in queues.values()], dtype=bool)
        groups = sorted({key for kind, key in cut if kind == "pool" and isinstance(key, frozenset)}, key=sorted)
        pool = {skills: cut["pool", skills] for skills in groups}
        away = {skills: cut.get(("pool_away", skills), none) for skills in groups}
        return Presence(rows["home"], rows["away"], rows["stand"], may_leave, pool, away)

    def _price(self, there: Presence, first: int, last: int) -> float:
        step = self.facts.horizon.interval_min // self.tick
        a, b = first // step, last // step
        watched = [Watch(w.queue, w.number, w.limit[first:last]) for w in self.by_tick]
        peak = self.facts.need.peak[:, a:b]
        if len(self._known) > 200_000:
            self._known.clear()
        found = count(there, self.facts.need.needed[:, a:b], peak, watched, step, self._known)
        hour, at_peak = self.tick / 60, np.repeat(peak, step, axis=1)
        empty = sum(float(w.below(there.at_post).sum()) for w in watched)
        return hour * (
            self.prices["empty_post"] * empty
            + self.prices["short_peak"] * float(found.short_priced[at_peak].sum())
            + self.prices["short"] * float(found.short_priced[~at_peak].sum())
            + self.prices["over"] * float(found.over.sum())
        )

    def coverage_delta(self, steps: Steps) -> float:
        """Change of the price of coverage; steps that cancel each other are not looked at."""
        step = self.facts.horizon.interval_min // self.tick
        net: Steps = {}
        for key, changes in steps.items():
            sums: dict[tuple[int, int], int] = defaultdict(int)
            for a, b, sign in changes:
                sums[a, b] += sign
            net[key] = [(a, b, sign) for (a, b), sign in sums.items() if sign]
        spans = sorted((a // step * step, -(-b // step) * step) for changes in net.values() for a, b, _ in changes)
        total, done = 0.0, -1
        for first, last in spans:
            first = max(first, done)
            if first < last:
                total += self._price(self._presence(first, last, net), first, last) - self._price(self._presence(first, last, {}), first, last)
                done = last
        return total

    def _yuan_of(self, person: Person) -> float:
        own = own_quantities(person, self.facts)
        refused = sum(weight for day, wish, weight in self.wishes.get(person.employee_id, ()) if not wish_met(wish, person.cells.get(day, ())))
        return math.fsum([*(self.prices[code] * amount for code, amount in own.items()), self.prices["wish_refused"] * refused])

    @cached_property
    def _joint_prices(self) -> dict[str, float]:
        return joint_prices(self.facts, self.prices)

    @cached_property
    def wishes(self) -> dict[str, list[tuple[dt.date, str, float]]]:
        """Wishes of the month by person: day, shift code or OFF, weight."""
        found: dict[str, list[tuple[dt.date, str, float]]] = defaultdict(list)
        days = set(self.days)
        for row in self.study.wishes.itertuples(index=False):
            if row.date.date() in days and (row.wish == OFF or row.wish in self.facts.shifts):
                found[row.employee_id].append((row.date.date(), row.wish, float(row.weight)))
        return found

    def _violations(self, person: Person) -> list[Violation]:
        who = person.employee_id
        one = {"people": {who: person}, "strangers": {}, "strangers_duties": {}, "nameless": (), "covers": (), "_made": {}}
        alone: Facts = dataclasses.replace(self.facts, **one)
        return [v for code in RULES if code not in POST_RULES.union(JOINT_RULES) for v in FUNCTIONS[code](alone) if v.employee_id == who]

    def _violations_before(self, who: str) -> frozenset[tuple[str, pd.Timestamp]]:
        if who not in self._old_violations:
            self._old_violations[who] = frozenset((v.rule, v.start) for v in self._violations(self.people[who]))
        return self._old_violations[who]
