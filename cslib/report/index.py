"""One page over all finished runs, and the same as lines for the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cslib.core.paths import outputs_dir, shown
from cslib.core.width import aligned
from cslib.core.words import pick, say
from cslib.report.html import check_page, framed
from cslib.report.manifest import Finished, finished_runs
from cslib.report.store import write_whole
from cslib.report.verdict import gap, share

_TITLES = ("site", "month", "scenario", "language", "status", "coverage", "peak", "violations", "gap", "priced", "wage_cost", "ended")


def write_index() -> Path:
    """Write ``outputs/index.html`` over all finished runs, newest month first."""
    runs = sorted(finished_runs(), key=lambda r: (r.manifest["site"], r.manifest["scenario"], r.manifest["ended"]))
    runs.sort(key=lambda r: r.manifest["month"], reverse=True)
    counted = say("report.index.count_one") if len(runs) == 1 else say("report.index.count", count=len(runs))
    html = framed(
        "index.html.j2", heading=say("report.index.title"), facts=[counted], links=[], synthetic=False, wide=True,
        titles=[say(f"report.index.{name}") for name in _TITLES], rows=[_row(run) for run in runs], nothing=say("batch.no_runs"),
    )  # fmt: skip
    check_page(html, "index.html")
    return write_whole(outputs_dir() / "index.html", html.encode())


def _row(run: Finished) -> dict[str, Any]:
    found, judged = run.manifest, run.manifest["verdict"]
    peak = share(judged["peak_coverage_share"]) if judged and judged["needed_peak_h"] else "-"
    numbers = [
        share(judged["coverage_share"]), peak, str(judged["violations"]), gap(judged["gap_share"]),
        f"{judged['priced_yuan']:,.0f}", f"{judged['wage_cost_yuan']:,.0f}",
    ] if judged else ["-"] * 6  # fmt: skip
    status = say(f"report.verdict.status.{judged['status']}") if judged else "-"
    return {
        "address": run.page.relative_to(outputs_dir()).as_posix(),
        "site": pick(found["names"]["site"]),
        "marks": [run.folder.name, *[say(f"report.index.{name}") for name in ("synthetic", "dirty") if found[name]]],
        "texts": [found["month"], pick(found["names"]["scenario"]), say(f"report.language.{found['language']}"), status],
        "numbers": numbers,
        "ended": found["ended"][:16].replace("T", " "),
    }


def run_lines() -> list[str]:
    """Finished runs for the terminal: a line of titles, then one run a line with its verdict and page; empty if there are none."""
    rows = []
    for run in finished_runs():
        shown_row = _row(run)
        month, scenario, tongue, status = shown_row["texts"]
        coverage, peak, violations, gap_text = shown_row["numbers"][:4]
        rows.append([shown_row["site"], month, scenario, tongue, status, coverage, peak, violations, gap_text, shown(run.page)])
    titles = [say(f"report.index.{name}") for name in (*_TITLES[:9], "page")]
    return aligned(titles, rows) if rows else []
