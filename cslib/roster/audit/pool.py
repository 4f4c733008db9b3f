"""The best assignment of pooled agents to queues by skill, exactly: augmenting paths on agents grouped by what they can serve.

The sets of needs that can be met together form a transversal matroid, so meeting the needs queue by queue, those of peak first,
meets as many peak needs as can be met and as many needs in all as can be met (greedy is optimal on a matroid).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Skills = frozenset[int]


def assign(people: Mapping[Skills, int], needed: Sequence[int], peak: Sequence[bool]) -> tuple[list[int], dict[Skills, int]]:
    """Serve queues with agents.

    Parameters
    ----------
    people : agents by the set of queues (numbers) they can serve [persons]
    needed : people needed by queue [persons]; peak : queues that are served first

    Returns
    -------
    people assigned to each queue, at most ``needed``; and those left over, by skills. Sum over queues is the maximum flow.

    >>> assign({frozenset({0, 1}): 1, frozenset({0}): 1}, [1, 1], [False, False])
    ([1, 1], {frozenset({0, 1}): 0, frozenset({0}): 0})
    """
    free = dict(people)
    flow: dict[tuple[Skills, int], int] = {(skills, q): 0 for skills in free for q in skills}
    served = [0] * len(needed)
    for queue in sorted(range(len(needed)), key=lambda q: (not peak[q], q)):
        while served[queue] < needed[queue]:
            path = _path(queue, free, flow)
            if path is None:
                break
            amount = min([needed[queue] - served[queue], free[path[-1][0]], *(flow[(skills, moved)] for skills, _, moved in path[:-1] if moved >= 0)])
            for skills, to, moved in path:
                flow[(skills, to)] += amount
                if moved >= 0:
                    flow[(skills, moved)] -= amount
            free[path[-1][0]] -= amount
            served[queue] += amount
    return served, free


def _path(queue: int, free: Mapping[Skills, int], flow: Mapping[tuple[Skills, int], int]) -> list[tuple[Skills, int, int]] | None:
    """Shortest chain of moves that frees an agent for ``queue``: (group, queue it goes to, queue it comes from, or -1 if it was free).

    Breadth first over queues that lack an agent; a group that serves another queue moves over and leaves that queue to be filled next.
    """
    came: dict[int, tuple[int, Skills] | None] = {queue: None}
    waiting = [queue]
    for lacking in waiting:
        able = [skills for skills in free if lacking in skills]
        for skills in able:
            if free[skills] > 0:
                return _traced(lacking, skills, came)
        for skills in able:
            for other in sorted(skills):
                if other not in came and flow[(skills, other)] > 0:
                    came[other] = (lacking, skills)
                    waiting.append(other)
    return None


def _traced(lacking: int, free_group: Skills, came: Mapping[int, tuple[int, Skills] | None]) -> list[tuple[Skills, int, int]]:
    """Moves from the queue that asked to the free group at the end."""
    moves = [(free_group, lacking, -1)]
    step = came[lacking]
    while step is not None:
        earlier, skills = step
        moves.append((skills, earlier, lacking))
        lacking, step = earlier, came[earlier]
    return moves[::-1]
