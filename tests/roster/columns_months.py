"""Months of a person that the compiled automaton and counters of the engine for large sites allow."""

from __future__ import annotations

import numpy as np

from cslib.roster.columns.field import field_of
from cslib.roster.columns.graph import graph_of
from cslib.roster.columns.intervals import IntervalCover, Presence
from cslib.roster.columns.model import Staff
from cslib.roster.columns.paths import months_below, to_go
from cslib.roster.columns.pricing import scratch_for


def months_of(staff: Staff) -> set[tuple[int, ...]]:
    """Months of the first person."""
    slots = staff.kinds * staff.days
    nobody = np.zeros((slots, 1), dtype=np.int64)
    presence = tuple(Presence(k, 1) for k in range(staff.kinds))
    cover = IntervalCover(staff.kinds, nobody, nobody.astype(float), np.ones(slots), np.ones((1, 1), dtype=bool), presence, nobody)
    base = field_of(staff, cover)
    graph = graph_of(0, 0, staff.days - 1, np.zeros(staff.days), base.kit, scratch_for(base.kit))
    if graph is None:
        return set()
    cells = np.column_stack([base.kit.work[0][:, graph.acts[:-1]], base.kit.off[0]])
    h = np.empty(len(graph.succ))
    to_go(graph, cells, h)
    count, months, _ = months_below(graph, cells, h, 1e9, 5000)
    return {tuple(int(k) for k in month) for month in months[:count]}
