"""What the formulas take: numbers checked by name, so that a slip of units is refused before it becomes a head count."""

from __future__ import annotations

from typing import Any

import numpy as np

from cslib.core.errors import Finding, StaffingError
from cslib.staffing.poisson import Array

MOST_AGENTS = 5_000_000  # no search goes further: a load beyond it is a wrong unit, not a department
MOST_PATIENCE_S = 1e8  # three years; the time to compute grows with the square root of patience. Who never gives up has inf

# name -> (unit, smallest, largest, may equal the smallest, may equal the largest)
_LIMITS: dict[str, tuple[str, float, float, bool, bool]] = {
    "load": ("Erlang", 0, MOST_AGENTS, True, True),
    "agents": ("persons", 0, MOST_AGENTS, True, True),
    "lines": ("lines", 0, MOST_AGENTS, True, True),
    "aht_s": ("s", 0, np.inf, False, False),
    "target_s": ("s", 0, np.inf, True, False),
    "patience_s": ("s", 0, MOST_PATIENCE_S, True, True),
    "level_share": ("share", 0, 1, True, False),
    "wait_share": ("share", 0, 1, True, False),
    "blocking_share": ("share", 0, 1, True, True),
    "max_occupancy_share": ("share", 0, 1, False, True),
    "max_abandonment_share": ("share", 0, 1, True, True),
}


def numbers(**given: Any) -> list[Array]:
    """The arguments as float arrays of one shape.

    Raises
    ------
    StaffingError  (a ValueError) naming every argument with a value outside its limits, or not a number.
    """
    arrays = {name: np.asarray(value, dtype=float) for name, value in given.items()}
    findings = []
    for name, values in arrays.items():
        unit, low, high, at_low, at_high = _LIMITS[name]
        fits = ((values >= low) if at_low else (values > low)) & ((values <= high) if at_high else (values < high))
        if name == "patience_s":
            fits |= np.isposinf(values)
        if not fits.all():
            allowed = f"{low:g} {'<=' if at_low else '<'} {name} {'<=' if at_high else '<'} {high:g} [{unit}]" + (
                ", inf" if name == "patience_s" else ""
            )
            findings.append(Finding("staffing.number", facts={"name": name, "given": f"{values[~fits].flat[0]:g}", "allowed": allowed}))
    if findings:
        raise StaffingError(findings=findings)
    return list(np.broadcast_arrays(*arrays.values()))
