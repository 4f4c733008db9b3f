"""``python -m benchmarks.roster.table INSTANCE ... --seconds S --solvers engine cpsat --folder docs/roster``: table and curves for the README.

Every run is a process of its own with the same budget of processor time; every solution is recounted by the command that wrote it, and by
the checker given with ``--check`` (a script called with instance and solution that prints JSON). Runs already in the folder are kept.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

SOLVERS = ("engine", "cpsat", "highs", "cbc")
NAMES = {"engine": "engine", "cpsat": "CP-SAT", "highs": "HiGHS", "cbc": "CBC"}


def main(argv: list[str] | None = None) -> int:
    """Run what is missing, then write the table and the figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roster.table", description=__doc__)
    parser.add_argument("instances", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="what --seconds counts; cpu: processor seconds, on a busy machine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--solvers", nargs="+", choices=SOLVERS, default=list(SOLVERS))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--check", type=Path, help="independent checker: called with instance and solution, prints JSON")
    given = parser.parse_args(argv)
    given.folder.mkdir(parents=True, exist_ok=True)
    runs = {(path.stem, solver): _run(path, solver, given) for path in given.instances for solver in given.solvers}
    names = [path.stem for path in given.instances]
    (given.folder / "table.md").write_text(table(names, given.solvers, runs), encoding="utf-8")
    _curves(names, given.solvers, runs, given.folder / "anytime.png")
    return 0


def _run(path: Path, solver: str, given: argparse.Namespace) -> dict:
    """Figures of one run, from the folder if they are there."""
    stem = given.folder / f"{path.stem}_{solver}"
    figures, trail, solution = (stem.with_name(stem.name + end) for end in (".json", "_trail.json", ".csv"))
    if not figures.exists():
        command = [sys.executable, "-m", "benchmarks.roster", str(path), "--seconds", str(given.seconds), "--seed", str(given.seed)]
        command += ["--threads", str(given.threads), "--clock", given.clock, "--solver", solver, "--out", str(solution), "--trail", str(trail)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = done.stdout.strip().splitlines()
        line = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {"objective": None, "bound": None}
        if given.check and line["objective"] is not None:
            checked = subprocess.run([sys.executable, str(given.check), str(path), str(solution)], capture_output=True, text=True, check=False)
            verdict = json.loads(checked.stdout)
            same = abs(float(verdict.get("penalty", verdict.get("cost"))) - line["objective"]) < 0.5
            line["checked"] = bool(verdict["feasible"]) and same
        figures.write_text(json.dumps({**line, "budget_s": given.seconds, "threads": given.threads}), encoding="utf-8")
        solution.unlink(missing_ok=True)
    found = json.loads(figures.read_text(encoding="utf-8"))
    found["trail"] = json.loads(trail.read_text(encoding="utf-8")) if trail.exists() else []
    return found


def table(names: list[str], solvers: list[str], runs: dict[tuple[str, str], dict]) -> str:
    """Markdown: per instance and solver value / bound (processor seconds)."""
    head = "| instance | " + " | ".join(NAMES[s] for s in solvers) + " |\n|---" + "|---" * len(solvers) + "|\n"
    rows = [f"| {name} | " + " | ".join(_cell(runs[name, s]) for s in solvers) + " |" for name in names]
    note = "\nValue / proven bound (processor seconds); every plan recounted apart from the solver that made it.\n"
    return head + "\n".join(rows) + "\n" + note


def _cell(run: dict) -> str:
    value = "no plan" if run["objective"] is None else f"{run['objective']:,.0f}"
    bound = f"{run['bound']:,.0f}" if run.get("bound") is not None and math.isfinite(run["bound"]) else "-"
    failed = "" if run.get("checked", True) else ", check failed"
    return f"{value} / {bound} ({run.get('cpu_s', 0):.0f}{failed})"


def _curves(names: list[str], solvers: list[str], runs: dict[tuple[str, str], dict], path: Path) -> None:
    """Best cost against time, a panel an instance, all solvers in it; the engine's bound as a dashed line."""
    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    across = min(3, len(names))
    down = -(-len(names) // across)
    figure, panels = plt.subplots(down, across, figsize=(4 * across, 3 * down), layout="constrained", squeeze=False)
    for axes in panels.flat[len(names) :]:
        axes.set_axis_off()
    for name, axes in zip(names, panels.flat, strict=False):
        for number, solver in enumerate(solvers):
            _draw(axes, NAMES[solver], runs[name, solver], f"C{number}")
        bound = runs[name, "engine"].get("bound") if (name, "engine") in runs else None
        if bound:
            axes.axhline(bound, linestyle="--", linewidth=1, color="black", label="bound of the engine")
        axes.set(xlabel="processor seconds", ylabel="cost", title=name, xscale="log", yscale="log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.legend(fontsize="x-small")
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _draw(axes: Axes, label: str, run: dict, colour: str) -> None:
    """Steps of a run from its first plan to its end; only a line of the legend where it found none."""
    steps = [(t, cost) for t, cost, _ in run["trail"]]
    if not steps:
        axes.plot([], [], color=colour, label=f"{label}: no plan")
        return
    end = max(steps[-1][0], min(float(run.get("cpu_s") or 0.0), float(run.get("budget_s") or 1e9)))
    times, costs = zip(*[*steps, (end, steps[-1][1])], strict=True)
    axes.step(times, costs, where="post", color=colour, label=label)
    axes.plot(times[0], costs[0], ".", color=colour)


if __name__ == "__main__":
    sys.exit(main())
