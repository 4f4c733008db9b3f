"""What a ladder does to people who differ in truth and in luck: share of moves by luck, gaps and overlaps of bands, reach of a points table."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

import numpy as np

from cslib.params.ladder_files import Ladder
from cslib.params.ladders import Derived
from cslib.people.chain import Chain, Normal, Scores

_BAND = re.compile(r"(?P<low>[\d.]+)\.\.(?P<high>[\d.]+)$|(?P<sign>[<>]=?)(?P<bound>[\d.]+)$")


@dataclass(frozen=True)
class Luck:
    """Expected moves of one person over the time looked at, and the share of them that a person's true mean does not merit."""

    moves: float
    lucky: float

    @property
    def share(self) -> float:
        """Share of moves by luck; 0 where nobody moves."""
        return self.lucky / self.moves if self.moves > 0 else 0.0


def luck(chain: Chain, metric: str, scores: Scores, true_sd: float, months: int) -> Luck:
    """Share of moves that noise alone makes.

    True means are normal around the score's mean with ``true_sd``; a month's figure is the true mean plus noise (the score's sd). A move counts
    as luck if a person whose every figure equalled the true mean would not move that way from that grade. Exact up to the 61 nodes of the
    Gauss-Hermite rule over true means.

    Parameters
    ----------
    scores : figures of all metrics; that of ``metric`` is spread over true means
    months : time from the entry
    """
    model = scores[metric]
    if not isinstance(model, Normal):
        raise TypeError(f"{metric}: a spread of true means needs a normal score")
    nodes, weights = np.polynomial.hermite_e.hermegauss(61)
    grade, moves, lucky = chain.states[:, 0], 0.0, 0.0
    step = np.sign(grade[chain.following] - grade[:, None])  # [state, cell] -1, 0, 1
    periods = months // chain.ladder.spec.review_months
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        mean = model.mean + true_sd * node
        merited = _merited(chain, chain.cells({**scores, metric: Normal(mean, 0.0)}), step)
        drawn = {**scores, metric: Normal(mean, model.sd)}
        cells, matrix, now = chain.cells(drawn), chain.matrix(drawn), np.eye(len(grade))[chain.start]
        rate = {sign: (step == sign) @ cells for sign in (-1, 1)}
        for _ in range(periods):
            for sign in (-1, 1):
                flow = now * rate[sign]
                moves += weight * flow.sum()
                lucky += weight * flow[~merited[sign][grade]].sum()
            now = now @ matrix
    return Luck(float(moves), float(lucky))


def _merited(chain: Chain, cells: np.ndarray, step: np.ndarray) -> dict[int, np.ndarray]:
    """For each direction, the grades from which a person without noise moves that way."""
    grade = chain.states[:, 0]
    found = {sign: np.zeros(len(chain.ladder.grades), dtype=bool) for sign in (-1, 1)}
    cell = int(np.argmax(cells))
    for sign in (-1, 1):
        reaching = step[:, cell] == sign
        for _ in range(len(chain.states)):
            stays = (grade[chain.following[:, cell]] == grade) & reaching[chain.following[:, cell]]
            if (stays <= reaching).all():
                break
            reaching = reaching | stays
        found[sign][grade[reaching]] = True
    return found


@dataclass(frozen=True)
class BandFinding:
    """A gap or an overlap between two bands of the source; ``low`` = ``high`` for a single value."""

    kind: str
    low: float
    high: float
    bands: tuple[str, str]


def band_findings(ladder: Ladder) -> list[BandFinding]:
    """Gaps and overlaps of the bands as the source writes them (fact ``bands_as_written``): ``a..b`` includes both ends, ``>a`` and ``<b`` don't."""
    fact = ladder.spec.facts.get("bands_as_written")
    if fact is None or not isinstance(fact.value, dict):
        return []
    bands = sorted(((*_interval(str(text)), name) for name, text in fact.value.items()), key=lambda band: (band[0], band[2]))
    found = []
    for (_, high, _, closed_high, name), (low, _, closed_low, _, other) in itertools.pairwise(bands):
        if low > high or (low == high and not closed_high and not closed_low):
            found.append(BandFinding("gap", high, low, (name, other)))
        elif low < high or (closed_high and closed_low):
            found.append(BandFinding("overlap", low, high, (name, other)))
    return found


def _interval(text: str) -> tuple[float, float, bool, bool]:
    """(low, high, low included, high included)."""
    found = _BAND.match(text)
    if found is None:
        raise ValueError(f"not a band: {text}")
    if found["low"]:
        return float(found["low"]), float(found["high"]), True, True
    bound, closed = float(found["bound"]), found["sign"].endswith("=")
    return (bound, np.inf, closed, True) if found["sign"].startswith(">") else (-np.inf, bound, True, closed)


@dataclass(frozen=True)
class Reach:
    """Whether the best possible table reaches a grade: its lower bound, the highest score there is, and the total that would be needed."""

    grade: str
    bound: float
    best: float
    needed_total: float

    @property
    def reachable(self) -> bool:
        """True if the highest score reaches the bound."""
        return self.best >= self.bound - 1e-9


def reach(ladder: Ladder, total: float | None = None) -> list[Reach]:
    """Which grades a points table can reach.

    Parameters
    ----------
    total : points that can be had in all; default: the sum of what each item allows

    Source: catalogue S003-T1 (score = total x 0.75), S003-T2 (bands).
    """
    found = []
    for rule in ladder.spec.rules.values():
        made = ladder.spec.derived.get(rule.place.metric) if rule.place else None
        if rule.place is None or made is None or made.kind != "points":
            continue
        most = sum(made.most) if total is None else total
        factor = _scale(made, most)
        found += [Reach(grade, bound, round(most * factor, 9), bound / factor) for grade, bound in rule.place.lower.items()]
    return found


def _scale(made: Derived, most: float) -> float:
    return 100 / most if made.rescale else made.factor
