"""The pool's assignment against Hall's bound and against trying everything."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from cslib.roster.audit.pool import Skills, assign

QUEUES = 4
groups = st.dictionaries(st.frozensets(st.integers(0, QUEUES - 1)), st.integers(0, 5), max_size=6)
needs = st.lists(st.integers(0, 6), min_size=QUEUES, max_size=QUEUES)
peaks = st.lists(st.booleans(), min_size=QUEUES, max_size=QUEUES)


def hall(people: dict[Skills, int], needed: list[int]) -> int:
    """Largest number of needs that can be met: the least cut over sets of queues left out."""
    subsets = [set(c) for size in range(QUEUES + 1) for c in combinations(range(QUEUES), size)]
    return min(sum(needed[q] for q in range(QUEUES) if q not in s) + sum(n for skills, n in people.items() if skills & s) for s in subsets)


@given(groups, needs, peaks)
@settings(max_examples=150, deadline=None)
def test_it_meets_as_many_needs_as_can_be_met_and_as_many_at_peak(people: dict[Skills, int], needed: list[int], peak: list[bool]) -> None:
    served, left = assign(people, needed, peak)
    assert all(0 <= s <= n for s, n in zip(served, needed, strict=True))
    assert all(0 <= left[skills] <= count for skills, count in people.items())
    assert sum(served) == hall(people, needed) == sum(people.values()) - sum(left.values())
    at_peak = [n if p else 0 for n, p in zip(needed, peak, strict=True)]
    assert sum(s for s, p in zip(served, peak, strict=True) if p) == hall(people, at_peak)


@given(groups, needs, peaks)
@settings(max_examples=60, deadline=None)
def test_what_it_serves_can_be_served(people: dict[Skills, int], needed: list[int], peak: list[bool]) -> None:
    served, _ = assign(people, needed, peak)
    assert hall(people, served) == sum(served)


@given(st.lists(st.frozensets(st.integers(0, 2), max_size=3), max_size=5), st.lists(st.integers(0, 3), min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_trying_everything_finds_nothing_better(agents: list[Skills], needed: list[int]) -> None:
    people = {skills: agents.count(skills) for skills in agents}
    best = 0
    for choice in product(*([-1, *sorted(skills)] for skills in agents)):
        best = max(best, sum(min(choice.count(q), needed[q]) for q in range(3)))
    assert sum(assign(people, needed, [False] * 3)[0]) == best


def test_a_generalist_moves_over_when_only_a_specialist_is_free() -> None:
    zh, both = frozenset({0}), frozenset({0, 1})
    served, left = assign({both: 1, zh: 1}, [1, 1], [True, False])
    assert served == [1, 1]
    assert left == {both: 0, zh: 0}
