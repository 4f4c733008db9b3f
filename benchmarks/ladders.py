"""All ladders on many people: ``python -m benchmarks.ladders [PEOPLE] [MONTHS]`` prints one JSON object.

CPU seconds and peak memory of applying every scheme of ``params/ladders`` to a synthetic panel, with a quarter and a half of the people beside
it to show how the cost grows. Making the panel is timed apart.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

from cslib.params.ladder_files import ladder_names, open_ladder
from cslib.people.engine import run_ladder
from cslib.people.synthetic import synthetic_panel


def measure(people: int, months: int) -> dict[str, Any]:
    """CPU seconds of all ladders on one panel, and the proposals they make."""
    ladders = [open_ladder(name) for name in ladder_names()]
    begin = time.process_time()
    panel = synthetic_panel(people, months, seed=20261201)
    made, each, found = time.process_time(), {}, 0
    for ladder in ladders:
        start = time.process_time()
        course = run_ladder(ladder, panel)
        each[ladder.name] = round(time.process_time() - start, 3)
        found += sum(len(batch.rows) for batch in course.batches)
    return {
        "people": people, "months": months, "ladders": len(ladders), "cpu_s": round(time.process_time() - made, 2),
        "panel_cpu_s": round(made - begin, 2),
        "proposals": found, "each_cpu_s": each,
    }  # fmt: skip


def main(arguments: list[str]) -> None:
    """Measure three sizes and print them."""
    people = int(arguments[0]) if arguments else 10_000
    months = int(arguments[1]) if len(arguments) > 1 else 36
    runs = [measure(size, months) for size in (people // 4, people // 2, people)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"runs": runs, "peak_mb": round(peak)}, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
