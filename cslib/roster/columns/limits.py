"""When a search stops, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Watch = Callable[[float, float, float], None]  # share of the limit used, best cost, bound
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Limits:
    """When to stop: gap [share of the larger of cost and ``gap_floor``], work (1 = normal), seconds; ``by_clock`` paces the search by the
    seconds. ``constant`` is a cost that no plan changes; it counts in the gap and in all that is reported.
    ``widths``: least and most days of a window of the interval search; ``rough``: share of the seconds left that its chains have before
    parts are solved exactly."""

    gap: float
    gap_floor: float
    work: float
    seconds: float
    by_clock: bool = False
    constant: float = 0.0
    widths: tuple[int, int] = (3, 10)
    rough: float = 0.2

    def closed(self, cost: float, bound: float) -> bool:
        """Whether a cost is as close to its bound as asked for."""
        return cost - bound <= self.gap * max(cost + self.constant, self.gap_floor) + 1e-6


@dataclass(frozen=True)
class Found:
    """Answer: plan (people, days), breaks (people, days, breaks), cost, bound, why it ended (gap | work | clock | stop), moves; ``blocked``: first
    person who has no legal month (then there is no plan)."""

    plan: np.ndarray
    at: np.ndarray
    cost: float
    bound: float
    ended_by: str
    moves: int
    blocked: int = -1


def never() -> bool:
    """No stop asked for."""
    return False
