"""What a ladder makes of people: where they stand, what was proposed at each review, and the whole course."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cslib.params.ladder_files import Ladder
from cslib.people.overrides import LoggedOverride
from cslib.people.panel import Panel

IMMUNITY_USED = "immunity_used"  # what stands in the place of a move that an immunity held off


@dataclass
class State:
    """Where people stand: grade (index into ``Ladder.grades``, -1 = not employed), month since which it is held, immunity, counters of streaks,
    and by rule the last month of a period that it opened (-1: none)."""

    grade: np.ndarray
    since: np.ndarray
    immune: np.ndarray
    counters: dict[str, np.ndarray]
    periods: dict[str, np.ndarray] = field(default_factory=dict)

    def copy(self) -> State:
        """An independent copy."""
        return self.take(np.arange(len(self.grade)))

    def take(self, rows: np.ndarray) -> State:
        """An independent copy of some people."""
        counters, periods = ({name: values[rows] for name, values in part.items()} for part in (self.counters, self.periods))
        return State(self.grade[rows], self.since[rows], self.immune[rows], counters, periods)

    def put(self, rows: np.ndarray, part: State) -> None:
        """The state of some people back in their places."""
        self.grade[rows], self.since[rows], self.immune[rows] = part.grade, part.since, part.immune
        for mine, theirs in ((self.counters, part.counters), (self.periods, part.periods)):
            for name, values in mine.items():
                values[rows] = theirs[name]


@dataclass(frozen=True)
class Proposals:
    """What one rule proposed at one review: people (rows), grades before and after, and the figures and truths of its criteria."""

    month: int
    rule: str
    rows: np.ndarray
    before: np.ndarray
    after: np.ndarray
    met: dict[str, np.ndarray]
    figures: dict[str, np.ndarray]
    accepted: np.ndarray


@dataclass(frozen=True)
class Course:
    """A ladder applied to a panel.

    grade, pay_grade : [people, months] index into ``ladder.grades`` of the grade in force and the grade paid; -1 = not employed
    batches : proposals in order of month and rule;  final : state after the last month;  overrides : log of moves decided by hand
    """

    ladder: Ladder
    panel: Panel
    grade: np.ndarray
    pay_grade: np.ndarray
    batches: tuple[Proposals, ...]
    final: State = field(repr=False)
    overrides: tuple[LoggedOverride, ...] = ()
