"""Grade ladders as the simulation sees them: a rule on scores with runs, or a table of monthly chances. People's rooms hand it over as data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cslib.core.errors import PayError

EMPTY = np.empty((0, 0))


@dataclass(frozen=True)
class Ladder:
    """How a month's scores move people between grades 0 .. n-1.

    Rule: at the end of every ``period_months`` the mean score of the period is compared with the thresholds of the grade;
    ``up_runs`` periods in a row at or above ``up_at`` move one grade up, ``down_runs`` in a row below ``down_below`` one grade down; runs start
    anew after a move. ``down_below`` = ``up_at`` leaves no hold band. Or ``table``: chances of each grade a month, whatever the score.
    The new grade is in force from the next month; pay follows ``lag_months`` after that (0: in the month after passing, catalogue S003-O5, S003-O11).

    Attributes
    ----------
    up_at, down_below : float arrays, one value a grade [points]; +inf / -inf switch a move off
    table : n x n monthly transition chances, rows add up to 1; empty = the rule
    """

    grades: tuple[str, ...]
    up_at: np.ndarray
    down_below: np.ndarray
    up_runs: int = 1
    down_runs: int = 1
    period_months: int = 1
    lag_months: int = 0
    table: np.ndarray = field(default_factory=lambda: EMPTY)

    def __post_init__(self) -> None:
        n = len(self.grades)
        if not n or len(self.up_at) != n or len(self.down_below) != n or min(self.up_runs, self.down_runs, self.period_months) < 1:
            raise PayError("pay.ladder_shape", where="ladder", given=f"{len(self.up_at)}, {len(self.down_below)}", allowed=n)
        if bool((np.asarray(self.down_below) > np.asarray(self.up_at)).any()):
            raise PayError("pay.ladder_order", where="ladder")
        if self.table.size and (self.table.shape != (n, n) or not np.allclose(self.table.sum(axis=1), 1) or (self.table < 0).any()):
            raise PayError("pay.ladder_table", where="ladder.table", allowed=f"{n} x {n}")
        if not 0 <= self.lag_months <= 12:
            raise PayError("pay.ladder_shape", where="ladder.lag_months", given=self.lag_months, allowed="0 .. 12")

    @classmethod
    def streak(cls, grades: tuple[str, ...], up_at: float, down_below: float, runs: int = 3, **more: int) -> Ladder:
        """The same thresholds on every grade; scheme H: 110 and 110 (as written) or 90 (with a hold band), runs of 3."""
        n = len(grades)
        return cls(grades, np.full(n, float(up_at)), np.full(n, float(down_below)), runs, runs, **more)

    @classmethod
    def markov(cls, grades: tuple[str, ...], table: np.ndarray, **more: int) -> Ladder:
        """Monthly chances instead of a rule."""
        n = len(grades)
        return cls(grades, np.full(n, np.inf), np.full(n, -np.inf), table=np.asarray(table, dtype=float), **more)
