"""Branch and price over everybody's months: the node of the least bound first, so the bound of the whole rises with every step.

A node fixes counts of missing people (no more than n, or more) and cells (a person's action of a day, or anything else). Where a month
through a cell would cost more than what is left of the gap, the cell is closed: its plans are no better than the incumbent. The branching is
chosen by trial pivots and, once an object was tried often enough, by what it brought before (reliability branching, Achterberg 2005).
"""

from __future__ import annotations

import heapq
from dataclasses import replace

import numpy as np

from cslib.roster.columns.kit import NEVER
from cslib.roster.columns.limits import Stop, never
from cslib.roster.columns.master import Master, Rule, free_rule
from cslib.roster.columns.part import Part
from cslib.roster.columns.paths import through, to_go

WHOLE = 1e-5  # nearer than this to a whole number is whole
TRIED = 4  # trials after which an object's past is relied on
OBJECTS = 16  # of each kind that a node looks at
Object = tuple[int, ...]  # (group,) shortage count, or (person, day, kind or -1) cell


class Tree:
    """A tree that grows by slices; ``value``, ``months``: the best plan known. ``bound`` holds at any time."""

    def __init__(self, part: Part, value: float) -> None:
        self.part, self.value = part, value
        self.months: np.ndarray | None = None
        self.step = 1.0 - 1e-5 if part.base.whole else 1e-6 * max(1.0, abs(value))
        self.master = Master(part)
        self.open: list[tuple[float, int, Rule]] = [(-NEVER, 0, free_rule(part))]
        self.stuck = NEVER  # least bound of nodes that can't be split further
        self.made = self.grown = 0
        self.past: dict[tuple[Object, int], tuple[float, int]] = {}

    @property
    def bound(self) -> float:
        """No plan is cheaper."""
        return min(self.open[0][0] if self.open else NEVER, self.stuck, self.value)

    @property
    def enough(self) -> float:
        """A node whose bound is above holds no better plan."""
        return self.value - self.step

    def grow(self, nodes: int, late: Stop = never) -> None:
        """Look at up to ``nodes`` nodes, unless closed or ``late`` before."""
        for _ in range(nodes):
            if not self.open or late():
                break
            bound, _, rule = heapq.heappop(self.open)
            if bound <= self.enough:
                self._node(bound, rule, late)
        for i in range(len(self.part.people)):
            self.part.mask[i] = None

    def _node(self, bound: float, rule: Rule, late: Stop) -> None:
        self.grown += 1
        self.master.under(rule)
        here, duals, value = self.master.bounded(self.enough, late)
        if max(here, bound) <= self.enough and not late():
            rule = replace(rule, closed=self._closed(rule, duals, self.enough - here))
            self.master.under(rule)
            again, _, value = self.master.bounded(self.enough, late)
            here = max(here, again)
        bound = max(bound, here)
        if bound > self.enough:
            return
        if late():
            self._later(bound, rule)
            return
        short, mass = self.master.point()
        objects = self._objects(short, mass)
        if not objects:
            self._whole(mass)
            if bound <= self.enough:
                self.stuck = min(self.stuck, bound)
            return
        for child in self._split(objects, rule, (short, mass, value), late):
            self._later(bound, child)

    def _later(self, bound: float, rule: Rule) -> None:
        self.made += 1
        heapq.heappush(self.open, (bound, self.made, rule))

    def _closed(self, rule: Rule, duals: np.ndarray, gap: float) -> tuple[np.ndarray, ...]:
        """Cells closed so far and those whose cheapest month costs more than the gap."""
        part, out = self.part, []
        forth = np.empty_like(part.room)
        for i, graph in enumerate(part.graphs):
            price = part.cell_prices(i, duals)
            cells = np.empty(price.shape)
            least = to_go(graph, price, part.room)
            through(graph, price, part.room, forth, cells)
            out.append(rule.closed[i] | (cells > least + gap + 1e-6))
        return tuple(out)

    def _objects(self, short: np.ndarray, mass: np.ndarray) -> list[Object]:
        """Shortage counts and cells that are not whole, the promising ones of each kind."""
        part = short - np.floor(short)
        counts = np.flatnonzero((part > WHOLE) & (part < 1 - WHOLE))
        order = np.argsort(-self._hope([(int(g),) for g in counts], part[counts]), kind="stable")[:OBJECTS]
        found: list[Object] = [(int(counts[a]),) for a in order]
        who, day, kind = np.nonzero((mass > WHOLE) & (mass < 1 - WHOLE))
        kind = np.where(kind == mass.shape[2] - 1, -1, kind)
        cells: list[Object] = [(int(i), int(d), int(k)) for i, d, k in zip(who, day, kind, strict=True)]
        order = np.argsort(-self._hope(cells, mass[who, day, kind]), kind="stable")[:OBJECTS]
        return found + [cells[a] for a in order]

    def _hope(self, objects: list[Object], part: np.ndarray) -> np.ndarray:
        """What a branching is expected to bring: by its past, else by how far it is from whole."""
        out = np.minimum(part, 1 - part) * 1e-3
        for a, item in enumerate(objects):
            down, up = self.past.get((item, 0)), self.past.get((item, 1))
            if down and up:
                out[a] = max(part[a] * down[0] / down[1], 1e-4) * max((1 - part[a]) * up[0] / up[1], 1e-4) + 1e-3
        return out

    def _split(self, objects: list[Object], rule: Rule, here: tuple[np.ndarray, np.ndarray, float], late: Stop) -> tuple[Rule, ...]:
        """The two rules of the branching that raises both sides most; ``here``: counts, mass and value of the master's solution."""
        short, mass, value = here
        best, chosen = -1.0, (rule,)
        most = self.enough - value + 0.2 * self.step
        for item in objects:
            if late():
                break
            at = float(short[item[0]] % 1 if len(item) == 1 else mass[item])
            sides = self._sides(item, rule, short)
            tried = [self.past.get((item, side), (0.0, 0)) for side in (0, 1)]
            far = at, 1.0 - at
            if min(n for _, n in tried) < TRIED:
                rises = [max(v - value, 0.0) for v in self.master.rises(sides)]
                for side in (0, 1):
                    total, count = tried[side]
                    self.past[item, side] = total + rises[side] / far[side], count + 1
            else:
                rises = [far[side] * tried[side][0] / tried[side][1] for side in (0, 1)]
            score = max(min(rises[0], most), 1e-4) * max(min(rises[1], most), 1e-4)
            if score > best:
                best, chosen = score, sides
        return chosen

    def _sides(self, item: Object, rule: Rule, short: np.ndarray) -> tuple[Rule, ...]:
        """Rules of both sides: no more missing, or one more; cell closed, or all others of the day."""
        if len(item) == 1:
            least, most = rule.least.copy(), rule.most.copy()
            most[item[0]], least[item[0]] = np.floor(short[item[0]]), np.floor(short[item[0]]) + 1
            return replace(rule, most=most), replace(rule, least=least)
        i, day, kind = item
        x = int(self.master.number[i, kind])
        without, only = rule.closed[i].copy(), rule.closed[i].copy()
        without[day, x] = True
        only[day, np.arange(only.shape[1]) != x] = True
        return tuple(replace(rule, closed=(*rule.closed[:i], cells, *rule.closed[i + 1 :])) for cells in (without, only))

    def _whole(self, mass: np.ndarray) -> None:
        """Take over the months of a whole solution if they are better."""
        months = mass.argmax(axis=2)
        months[months == mass.shape[2] - 1] = -1
        value = self.part.price_of(months)
        if value < self.value - 1e-6:
            self.value, self.months = value, months
