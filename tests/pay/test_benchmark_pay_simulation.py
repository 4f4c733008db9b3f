"""The speed command on a small size: what it prints, and that wrong use is told."""

from __future__ import annotations

import json

from benchmarks import pay_simulation


def test_the_command_prints_one_object(capsys):
    assert pay_simulation.main(["40", "6", "20", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["people"], found["months"], found["runs"]) == (40, 6, 20)
    assert min(found["cpu_s"], found["slider_200_people_cpu_s"]) >= 0 and found["peak_memory_mb"] > 0 and found["p95_yuan"] > found["mean_yuan"] > 0
    assert pay_simulation.main(["a"]) == 2
