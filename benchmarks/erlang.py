"""Erlang formulas against reference values: ``python -m benchmarks.erlang REFERENCE.csv`` prints one JSON object.

Columns of the file: model (erlang_b, erlang_c, erlang_a), lambda_per_hour, aht_s, patience_s, agents, target_s, quantity (with its
targets, as in ``required_agents|sl=0.80|occ=0.85``), value, source. Computed values are compared as they are; a published value,
whose source doesn't say how it was computed, counts as right within half a unit of its last printed digit.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cslib.staffing import erlang

Row = dict[str, str]
COMPUTED = "mpmath"
IN_MINUTES = "pyworkforce"  # prints its waits in minutes; the reference file carries them times 60


def _number(row: Row, name: str) -> float:
    return float(row[name] or 0.0)


def _load(row: Row) -> float:
    return _number(row, "lambda_per_hour") * _number(row, "aht_s") / 3600


def _c(row: Row) -> erlang.Performance:
    return erlang.erlang_c(_load(row), _number(row, "agents"), _number(row, "aht_s"), _number(row, "target_s"))


def _a(row: Row) -> erlang.Performance:
    return erlang.erlang_a(_load(row), _number(row, "agents"), _number(row, "aht_s"), _number(row, "patience_s"), _number(row, "target_s"))


def _offered_wait(row: Row) -> Any:
    return erlang.offered_wait_a(_load(row), _number(row, "agents"), _number(row, "aht_s"), _number(row, "patience_s"), _number(row, "target_s"))


def _targets(row: Row) -> dict[str, float]:
    return {name: float(value) for name, _, value in (part.partition("=") for part in row["quantity"].split("|")[1:])}


def _agents(row: Row) -> Any:
    targets = _targets(row)
    given = (_load(row), _number(row, "aht_s"), _number(row, "target_s"), targets["sl"])
    return erlang.agents_c(*given, targets.get("occ", 1.0))


def _fractional(row: Row) -> Any:
    return erlang.agents_fractional_c(_load(row), _number(row, "aht_s"), _number(row, "target_s"), _targets(row)["sl"])


QUANTITIES: dict[tuple[str, str], Callable[[Row], Any]] = {
    ("erlang_b", "blocking"): lambda row: erlang.erlang_b(_load(row), _number(row, "agents")),
    ("erlang_b", "required_lines"): lambda row: erlang.lines_b(_load(row), _targets(row)["blocking"]),
    ("erlang_c", "wait_probability"): lambda row: _c(row).wait_probability,
    ("erlang_c", "service_level"): lambda row: _c(row).service_level_share,
    ("erlang_c", "asa_s"): lambda row: _c(row).asa_s,
    ("erlang_c", "required_agents"): _agents,
    ("erlang_c", "required_agents_fractional"): _fractional,
    ("erlang_a", "wait_probability"): lambda row: _a(row).wait_probability,
    ("erlang_a", "abandon_probability"): lambda row: _a(row).abandonment_share,
    ("erlang_a", "mean_wait_all_s"): lambda row: _a(row).asa_s,
    ("erlang_a", "sl_served_within_T_over_offered"): lambda row: _a(row).service_level_share,
    ("erlang_a", "sl_virtual_wait_le_T"): _offered_wait,
}
WHOLE = {"required_lines", "required_agents"}


def relative_error(row: Row, computed: float) -> float:
    """Distance from the row's value, relative to it; for a published value, beyond half a unit of its last printed digit."""
    expected = float(row["value"])
    slack = 0.0
    if not row["source"].startswith(COMPUTED):
        unit = 60.0 if IN_MINUTES in row["source"] and row["quantity"].endswith("_s") else 1.0
        slack = unit * 0.5 * 10.0 ** -len(f"{expected / unit:.12g}".partition(".")[2])
    return max(0.0, abs(computed - expected) - slack) / abs(expected)


def compare(rows: list[Row]) -> dict[str, Any]:
    """Counts, worst relative error of the real numbers and wrong whole numbers: in all, and by model and quantity."""
    groups: dict[str, dict[str, Any]] = {}
    for row in rows:
        key = (row["model"], row["quantity"].partition("|")[0])
        group = groups.setdefault(" ".join(key), {"rows": 0, "worst_relative_error": 0.0, "integer_mismatches": 0, "skipped": 0})
        group["rows"] += 1
        if key not in QUANTITIES:
            group["skipped"] += 1
        elif key[1] in WHOLE:
            group["integer_mismatches"] += int(QUANTITIES[key](row)) != int(row["value"])
        else:
            group["worst_relative_error"] = max(group["worst_relative_error"], relative_error(row, float(QUANTITIES[key](row))))
    total = {name: sum(group[name] for group in groups.values()) for name in ("rows", "integer_mismatches", "skipped")}
    worst = max((group["worst_relative_error"] for group in groups.values()), default=0.0)
    return {"rows": total["rows"], "worst_relative_error": worst, **total, "by_model_and_quantity": groups}


def main(arguments: list[str]) -> int:
    """Command line; exit status 2 without a file."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("usage: python -m benchmarks.erlang REFERENCE.csv", file=sys.stderr)
        return 2
    with Path(arguments[0]).open(encoding="utf-8-sig", newline="") as file:
        print(json.dumps(compare(list(csv.DictReader(file))), indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
