"""The best changes on the days of an absence where agents are pooled: a small integer programme over duties taken and breaks moved.

People who serve the same queues are interchangeable in coverage, so that breaks are counted by group; who takes another duty is decided
by person, for it changes his own hours, wishes and rest. The audit's rules judge every choice; what they refuse is barred and solved again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pulp

from cslib.roster.audit.presence import Skills, serves
from cslib.roster.engine_highs import Limits, solve_mip
from cslib.roster.life.board import OFF_DUTY, Board, Change, Entry
from cslib.roster.life.repair_search import Search, break_places, descend

Cells = dict[tuple[str, dt.date], Entry]
Takes = dict["Take", pulp.LpVariable]
Moves = dict[tuple["Place", tuple[int, ...]], pulp.LpVariable]
Breaks = dict["Place", pulp.LpVariable]
_ROUNDS = 12  # solve, judge, bar
_SWAP_DAYS = 6  # days before and after within which another day off is looked for
_LIMITS = Limits(gap_share=1e-4, gap_yuan=1.0, nodes=200, seconds=60.0)
_NOISE = 1e-6


@dataclass(frozen=True)
class Place:
    """A duty with its breaks on a day, by people who serve the same queues; ``begun``: only breaks that are still ahead may move."""

    day: dt.date
    group: Skills
    entry: Entry
    begun: bool = False


@dataclass(frozen=True)
class Take:
    """Somebody takes a duty (its breaks still open), for another one or for a day off; ``off``: the other day off he gets for it."""

    who: str
    day: dt.date
    code: str
    off: dt.date | None
    yuan: float


def pooled(board: Board, days: list[dt.date], absent: set[str]) -> bool:
    """True if all who are absent on some days belong to the pool then."""
    entries = [board.entry(who, day) for who in absent for day in days]
    found = [entry for entry in entries if entry is not None and entry.code]
    return bool(found) and not any(entry.home for entry in found)


def mend_pool(board: Board, days: list[dt.date], now: pd.Timestamp, absent: set[str], start: float) -> None:
    """Change cells of some days for the better, if the month costs more than ``start`` yuan, as before the absence."""
    if board.priced_yuan > start + _NOISE:
        change = best_window(Search(board, days, now, absent))
        if change is None:
            descend(board, days, now, absent, start)
        else:
            board.apply(change)


def best_window(search: Search) -> Change | None:
    """The legal changes on the days of a search that lower priced cost and weight of changes most; None if none do."""
    board, window = search.board, _Window(search)
    barred: set[Take] = set()
    for _ in range(_ROUNDS):
        cells, taken, weight = window.solve(barred)
        change = board.trial(cells)
        if change.delta_yuan + weight >= -_NOISE:
            return None
        broken = {v.employee_id for v in board.broken(change)}
        if not broken:
            return change
        barred |= {t for t in taken if t.who in broken} or set(taken)
    return None


class _Window:
    """What may change on some days, and what it costs beside coverage."""

    def __init__(self, search: Search) -> None:
        self.board, self.days, self.search = search.board, search.days, search
        board, rule = search.board, search.board.study.params.site.repair
        self.cell_yuan, self.break_yuan, self.most = search.change_yuan, rule.break_yuan, search.most
        self.shifts = {code: shift for code, shift in board.facts.shifts.items() if not shift.queues}
        self.places = {code: list(break_places(s, board.facts.horizon.interval_min)) for code, s in self.shifts.items()}
        edges = search.days[0], search.days[-1] + dt.timedelta(days=2)
        first, last = ((day - board.facts.horizon.start).days * 1440 // board.tick for day in edges)
        self.first, self.last = max(0, first), min(board.ticks, last)
        self.there: dict[Place, list[str]] = defaultdict(list)
        for day in search.days:
            for who in board.people:
                entry = board.entry(who, day)
                if entry is not None and entry.code in self.shifts and self._may_move(who, day):
                    self.there[Place(day, self.group(who, day), entry, not search.free(who, day))].append(who)
        self._away: dict[tuple[Skills, dt.date, Entry], float] = {}
        self.takes = list(self._takes())

    def _may_move(self, who: str, day: dt.date) -> bool:
        """True if a cell may change and nobody needs the person for a cover then."""
        covering = any({who} & {c.row.stand_in_id, c.row.absent_id} and self.board.facts.day(c.start) == day for c in self.board.covers if c.timed)
        return who not in self.search.absent and self.board.may_change(who, day) and not covering

    def group(self, who: str, day: dt.date) -> Skills:
        """Queues that somebody serves."""
        return serves(self.board.people[who], day, self.board.facts)

    def present(self, day: dt.date, entry: Entry) -> np.ndarray:
        """Flags of the window's ticks at which a duty serves."""
        shift, tick, board = self.shifts[entry.code], self.board.tick, self.board
        flags = np.zeros(self.last - self.first)
        begin = (day - board.facts.horizon.start).days * 1440 + shift.start_min
        rests = [(at, at + b.length_min, 0.0) for at, b in zip(entry.breaks, shift.breaks, strict=True)]
        for low, high, value in ((0, shift.length_min, 1.0), *rests):
            flags[max(0, (begin + low) // tick - self.first) : max(0, (begin + high) // tick - self.first)] = value
        return flags

    def _takes(self) -> Iterator[Take]:
        """Duties that somebody may take by the rules about his own month, at what his own month then costs more."""
        for day in self.days:
            ahead = {code: shift for code, shift in self.shifts.items() if self.search.starts(shift, day) >= self.search.now}
            codes = [code for code, shift in ahead.items() if self.search.meets(shift, day)]
            for who in self.board.people if codes else ():
                old = self.board.entry(who, day) if self.search.free(who, day) and self._may_move(who, day) else None
                for code in codes if old is not None and not old.home else ():
                    entry = Entry(code, "", self.places[code][0])
                    if code != old.code:
                        yuan, broken = self.board.alone(who, {day: entry})
                        if not broken:
                            yield Take(who, day, code, None, yuan + self.cell_yuan)
                        if not old.code and (broken or yuan > self.cell_yuan):
                            yield from self._with_day_off(who, day, entry)

    def _with_day_off(self, who: str, day: dt.date, entry: Entry) -> Iterator[Take]:
        for off in (day + dt.timedelta(days=n) for n in range(-_SWAP_DAYS, _SWAP_DAYS + 1) if n):
            there = self.board.entry(who, off) if off in self.board.people[who].cells and off not in self.days else None
            if there is not None and there.code in self.shifts and self.search.free(who, off) and self._may_move(who, off):
                elsewhere = self._left(who, off, there)
                if elsewhere < self.board.prices["short_peak"] * 2:
                    yuan, broken = self.board.alone(who, {day: entry, off: OFF_DUTY})
                    if not broken:
                        yield Take(who, day, entry.code, off, yuan + elsewhere + 2 * self.cell_yuan)

    def _left(self, who: str, day: dt.date, entry: Entry) -> float:
        """What coverage costs more where somebody does not come [yuan]."""
        key = self.group(who, day), day, entry
        if key not in self._away:
            self._away[key] = self.board.trial({(who, day): OFF_DUTY}).delta_yuan - self.board.alone(who, {day: OFF_DUTY})[0]
        return self._away[key]

    # -- the programme ----------------------------------------------------------------------------------------------

    def _moves(self, place: Place) -> Iterator[tuple[int, ...]]:
        """Other places of a duty's breaks; of a duty that has begun only breaks that are still ahead, to moments still ahead."""
        start, now, old = self.search.starts(self.shifts[place.entry.code], place.day), self.search.now, place.entry.breaks
        for b in self.places[place.entry.code]:
            ahead = all(start + pd.Timedelta(minutes=min(x, y)) >= now for x, y in zip(old, b, strict=True) if x != y)
            if b != old and (ahead or not place.begun):
                yield b

    def solve(self, barred: set[Take]) -> tuple[Cells, list[Take], float]:
        """The best choice without some takes: cells, takes, and the weight of what changes [yuan]."""
        model = pulp.LpProblem("repair", pulp.LpMinimize)
        takes = {t: model.add_variable(f"z{i}", cat="Binary") for i, t in enumerate(self.takes) if t not in barred}
        moves = {
            (place, b): model.add_variable(f"m{i}_{j}", 0, len(who), "Integer")
            for i, (place, who) in enumerate(self.there.items()) for j, b in enumerate(self._moves(place))
        }  # fmt: skip
        kinds = list(dict.fromkeys((t.day, self.group(t.who, t.day), t.code) for t in takes))
        breaks = {
            Place(day, group, Entry(code, "", b)): model.add_variable(f"u{i}_{j}", 0, None, "Integer")
            for i, (day, group, code) in enumerate(kinds) for j, b in enumerate(self.places[code])
        }  # fmt: skip
        coverage = self._coverage(model, takes, moves, breaks)
        own = pulp.lpSum(t.yuan * z for t, z in takes.items()) + pulp.lpSum(self.break_yuan * m for m in moves.values())
        model.setObjective(coverage + own)
        self._rows(model, takes, moves, breaks)
        if not solve_mip(model, _LIMITS).found:
            return {}, [], 0.0
        return self._read(takes, moves, breaks)

    def _rows(self, model: pulp.LpProblem, takes: Takes, moves: Moves, breaks: Breaks) -> None:
        by_person: dict[str, list[pulp.LpVariable]] = defaultdict(list)
        supply: dict[tuple[dt.date, Skills, str], list[pulp.LpVariable]] = defaultdict(list)
        leaving: dict[Place, list[pulp.LpVariable]] = defaultdict(list)
        for t, z in takes.items():
            group = self.group(t.who, t.day)
            by_person[t.who].append(z)
            supply[t.day, group, t.code].append(z)
            old = self.board.entry(t.who, t.day)
            if old is not None and old.code:
                leaving[Place(t.day, group, old)].append(z)
        for place, m in [(place, m) for (place, _), m in moves.items()]:
            leaving[place].append(m)
        for chosen in by_person.values():
            model += pulp.lpSum(chosen) <= 1
        for (day, group, code), chosen in supply.items():
            model += pulp.lpSum(chosen) == pulp.lpSum(breaks[Place(day, group, Entry(code, "", b))] for b in self.places[code])
        for place, chosen in leaving.items():
            model += pulp.lpSum(chosen) <= len(self.there[place])
        model += pulp.lpSum((1 if t.off is None else 2) * z for t, z in takes.items()) + pulp.lpSum(moves.values()) <= self.most

    def _coverage(self, model: pulp.LpProblem, takes: Takes, moves: Moves, breaks: Breaks) -> pulp.LpAffineExpression:
        """Price of people missing and left over in the window, people serving by group and queue being the best assignment."""
        board, step = self.board, self.board.facts.horizon.interval_min // self.board.tick
        now = board.presence(self.first, self.last)
        slots = np.arange(self.first, self.last) // step
        needed, peak = board.facts.need.needed[:, slots], board.facts.need.peak[:, slots]
        missing = np.maximum(needed - now.held, 0)
        effects: dict[Skills, list[tuple[pulp.LpVariable, np.ndarray]]] = defaultdict(list)
        for (place, b), m in moves.items():
            effects[place.group].append((m, self.present(place.day, Entry(place.entry.code, "", b)) - self.present(place.day, place.entry)))
        for place, u in breaks.items():
            effects[place.group].append((u, self.present(place.day, place.entry)))
        for t, z in takes.items():
            old = board.entry(t.who, t.day)
            if old is not None and old.code:
                effects[self.group(t.who, t.day)].append((z, -self.present(t.day, old)))
        hour, total = board.tick / 60, []
        short_yuan = np.where(peak, board.prices["short_peak"], board.prices["short"])
        for t in range(self.last - self.first):
            serving: dict[int, list[pulp.LpVariable]] = defaultdict(list)
            for g, group in enumerate(dict.fromkeys([*now.pool, *effects])):
                count = int(now.pool[group][t]) if group in now.pool else 0
                people = pulp.lpSum(e[t] * v for v, e in effects[group] if e[t]) + count
                own = [model.add_variable(f"y{g}_{q}_{t}", 0) for q in sorted(group)]
                for q, y in zip(sorted(group), own, strict=True):
                    serving[q].append(y)
                model += pulp.lpSum(own) <= people
                total.append(board.prices["over"] * hour * (people - pulp.lpSum(own)))
            for q in range(len(missing)):
                short = model.add_variable(f"s{q}_{t}", 0)
                model += pulp.lpSum(serving[q]) + short == int(missing[q, t])
                total.append(float(short_yuan[q, t]) * hour * short)
        return pulp.lpSum(total)

    def _read(self, takes: Takes, moves: Moves, breaks: Breaks) -> tuple[Cells, list[Take], float]:
        """The solver's point as cells: breaks are given out in the order of people."""
        taken = [t for t, z in takes.items() if z.varValue > 0.5]
        left = Counter({place: round(u.varValue) for place, u in breaks.items()})
        cells: Cells = {}
        for t in taken:
            group = self.group(t.who, t.day)
            place = next(p for b in self.places[t.code] if left[p := Place(t.day, group, Entry(t.code, "", b))] > 0)
            left[place] -= 1
            cells[t.who, t.day] = place.entry
            if t.off is not None:
                cells[t.who, t.off] = OFF_DUTY
        weight = len(cells) * self.cell_yuan
        for (place, b), m in moves.items():
            ready = [who for who in self.there[place] if (who, place.day) not in cells]
            for who in ready[: round(m.varValue)]:
                cells[who, place.day] = Entry(place.entry.code, "", b)
                weight += self.break_yuan
        return cells, taken, weight
