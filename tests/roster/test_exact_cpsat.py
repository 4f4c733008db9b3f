"""Random small sites: the integer programme and a CP-SAT formulation of its own find the same optimum."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from tiny import PRICES, Tiny, tinies

from cslib import roster
from cslib.roster.engine_exact import solve_exact

DRAWN: list[Tiny] = []


@seed(11)
@settings(max_examples=15, phases=[Phase.generate], deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(tinies(most_people=5))
def _draw(tiny: Tiny) -> None:
    DRAWN.append(tiny)


def plain(tiny: Tiny) -> dict[str, Any]:
    """The site as JSON takes it."""
    facts = {f.name: getattr(tiny, f.name) for f in dataclasses.fields(tiny) if f.name not in {"people", "need", "leave", "wishes"}}
    return facts | {
        "need": [(q, h, heads) for (q, h), heads in tiny.need.items()], "leave": [(p, d, h) for (p, d), h in tiny.leave.items()],
        "wishes": [(p, d, wish, weight) for (p, d), (wish, weight) in tiny.wishes.items()], "prices": PRICES,
    }  # fmt: skip


def test_both_formulations_find_the_same_optimum() -> None:
    _draw()
    script = Path(__file__).parent / "cpsat_peer.py"
    sites = json.dumps([plain(tiny) for tiny in DRAWN])
    done = subprocess.run([sys.executable, str(script)], input=sites, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for tiny, peer in zip(DRAWN, json.loads(done.stdout), strict=True):
        study = tiny.study()
        answer = solve_exact(roster.problem(tiny.requirement(study), study), 1e-9, 10.0, 60.0, None)
        assert answer.priced_yuan == pytest.approx(peer, abs=1e-4), tiny
