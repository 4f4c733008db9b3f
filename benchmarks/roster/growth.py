"""``python -m benchmarks.roster.growth --people 60 300 2000 --seconds 60 --folder FOLDER``: time, memory and gap as staffs grow.

Generates a hotline's month per size (31 days, half hours, three skills, breaks, leave, wishes, nights; need about 9 % below supply, so that
two-peak days stay short in places) and solves each in a process of its own. Prints a JSON line per size: processor seconds until the first
legal roster and the first bound, cost, bound and gap at the end, peak memory; writes them to growth.jsonl and as curves to growth.png.
Sizes already in growth.jsonl are kept.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np

DAYS, SLOTS, FIRST_WEEKDAY = 31, 48, 1
FULL = [f"D{h:02d}" for h in range(7, 16)]
PART = {"P09": 18, "P14": 28, "P18": 36}
SKILLS = ((("zh",), 0.48), (("zh", "en"), 0.26), (("zh", "cp"), 0.12), (("zh", "en", "cp"), 0.14))
SHARES = (0.7, 0.18, 0.12)  # of the need, by skill
BY_HOUR = (7, 3, 3, 3, 3, 3, 3, 12, 18, 38, 56, 46, 34, 34, 46, 54, 46, 36, 30, 32, 30, 20, 15, 8)  # two peaks; nights need few
BY_WEEKDAY = (1.12, 1.0, 0.98, 1.0, 1.02, 0.8, 0.72)
SPARE = 1.09  # supply over need
COLUMNS = ("people", "first_s", "bound_s", "objective", "bound", "gap", "cpu_s", "peak_mb", "budget_s")


def main(argv: list[str] | None = None) -> int:
    """Solve what is missing, print and draw all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roster.growth", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[60, 120, 300, 600, 1000, 2000])
    parser.add_argument("--seconds", type=float, default=60.0, help="processor seconds for each size")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--check", type=Path, help="independent checker: called with instance and solution, prints JSON")
    given = parser.parse_args(argv)
    given.folder.mkdir(parents=True, exist_ok=True)
    kept = given.folder / "growth.jsonl"
    lines = {}
    for line in kept.read_text(encoding="utf-8").splitlines() if kept.exists() else ():
        lines[int(json.loads(line)["people"])] = json.loads(line)
    for people in given.people:
        if people not in lines:
            lines[people] = _run(people, given)
        print(json.dumps(lines[people]), flush=True)
        kept.write_text("".join(json.dumps(lines[n]) + "\n" for n in sorted(lines)), encoding="utf-8")
    draw([lines[n] for n in sorted(lines)], given.folder / "growth.png")
    return 0


def _run(people: int, given: argparse.Namespace) -> dict[str, object]:
    """Figures of one size."""
    month, plan, trail = (given.folder / f"{people}{end}" for end in (".json", ".csv", "_trail.json"))
    month.write_text(json.dumps(hotline_month(people, given.seed)), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.roster", str(month), "--seconds", str(given.seconds), "--clock", "cpu"]
    command += ["--threads", str(given.threads), "--out", str(plan), "--trail", str(trail)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = {"people": people, "budget_s": given.seconds, **json.loads(done.stdout.splitlines()[-1])}
    line = {name: found[name] for name in COLUMNS}
    if given.check:
        checked = subprocess.run([sys.executable, str(given.check), str(month), str(plan)], capture_output=True, text=True, check=True)
        verdict = json.loads(checked.stdout)
        line["checked"] = bool(verdict["feasible"]) and abs(float(verdict["cost"]) - float(found["objective"])) < 0.5
    for file in (month, plan):
        file.unlink()
    return line


def hotline_month(people: int, seed: int) -> dict[str, object]:
    """A generated month in the JSON format of interval-coverage instances; equal sizes and seeds give equal months."""
    rng = np.random.default_rng([seed, people])
    staff = [_person(i, rng) for i in range(people)]
    peak = np.zeros((DAYS, SLOTS), dtype=bool)
    need = _need(sum(float(p["max_paid_min"]) for p in staff) / 60 / SPARE, rng)
    total = need.sum(axis=2)
    peak = total >= 0.95 * total.max(axis=1, keepdims=True)
    need[0, :14] = 0  # the first morning is last month's night shift's
    full = [{"id": c, "start": 2 * int(c[1:]), "len": 18, "paid_min": 480, "night": False, "brk": {"len": 2, "first": 7, "last": 9}} for c in FULL]
    night = {"id": "N23", "start": 46, "len": 16, "paid_min": 480, "night": True, "brk": {"len": 2, "first": 6, "last": 8}}
    part = [{"id": c, "start": at, "len": 8, "paid_min": 240, "night": False, "brk": None} for c, at in PART.items()]
    return {
        "name": f"generated{people}", "seed": seed, "days": DAYS, "slots": SLOTS, "slot_min": 30, "first_weekday": FIRST_WEEKDAY,
        "skills": ["zh", "en", "cp"], "shifts": [*full, night, *part],
        "rules": {"min_rest_min": 660, "max_run": 6, "max_night_run": 4, "day_off_after_nights": 1, "min_free_weekends": 1},
        "costs": {"short": 60, "short_peak": 150, "over": 2, "wish": 30, "nights_free": 4, "night_over": 20},
        "people": staff, "need": need.tolist(), "peak": peak.tolist(),
    }  # fmt: skip


def _person(number: int, rng: np.random.Generator) -> dict[str, object]:
    full = number % 10 < 9
    shifts = [*FULL, "N23"] if full else list(PART)
    start, length = int(rng.integers(DAYS)), int(rng.choice([0, 1, 2, 5], p=[0.55, 0.2, 0.15, 0.1]))
    leave = list(range(start, min(start + length, DAYS)))
    workdays = sum((FIRST_WEEKDAY + d) % 7 < 5 for d in leave)
    most = (10080 - 480 * workdays) // (1 if full else 2)
    run = int(rng.integers(0, 6))
    last = str(rng.choice(shifts[:9] if full else shifts)) if run else None
    days = rng.choice([d for d in range(DAYS) if d not in leave], size=int(rng.integers(0, 5)), replace=False)
    held = SKILLS[int(rng.choice(len(SKILLS), p=[share for _, share in SKILLS]))][0]
    wishes = [{"day": int(d), "shift": "OFF" if rng.random() < 0.75 else str(rng.choice(shifts[:9]))} for d in days]
    return {
        "id": f"A{number:04d}", "skills": list(held), "contract": "full" if full else "part",
        "shifts": shifts, "min_paid_min": most - (480 if full else 720), "max_paid_min": most, "leave": leave, "wishes": wishes,
        "hist": {"run": run, "nights": 0, "last": last},
    }  # fmt: skip


def _need(hours: float, rng: np.random.Generator) -> np.ndarray:
    """Need (days, slots, skills) of so many person-hours."""
    weekday = np.array([BY_WEEKDAY[(FIRST_WEEKDAY + d) % 7] for d in range(DAYS)]) * rng.normal(1.0, 0.03, DAYS)
    shape = weekday[:, None] * np.repeat(np.array(BY_HOUR, dtype=float), 2)[None, :]
    wanted = shape[:, :, None] * np.array(SHARES) * 2 * hours / shape.sum()
    return np.floor(wanted + rng.random(wanted.shape)).astype(int)


def draw(lines: list[dict[str, object]], path: Path) -> None:
    """Three curves over the number of people: seconds until the first roster and bound, memory, gap at the end."""
    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained")
    people = [line["people"] for line in lines]
    budgets = sorted({line["budget_s"] for line in lines})
    for axis, title, shown in (
        (axes[0], "processor seconds", {"first legal roster": "first_s", "first bound": "bound_s"}),
        (axes[1], "peak memory [MB]", {"": "peak_mb"}),
        (axes[2], f"gap [%] after {' or '.join(f'{b:.0f}' for b in budgets)} processor seconds", {"": "gap"}),
    ):
        for label, name in shown.items():
            values = [None if line[name] is None else float(line[name]) * (100 if name == "gap" else 1) for line in lines]
            axis.plot(people, values, marker="o", label=label or None)
        axis.set(xlabel="people", title=title, xscale="log", ylim=(0, None))
        axis.set_xticks(people, [str(n) for n in people], rotation=45)
        axis.minorticks_off()
    axes[0].legend()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    sys.exit(main())
