"""The ``cslib`` command with a death planned: ``torture_kill.py POINT FROM ARGUMENTS...`` kills its own process group when POINT is reached.

The notebooks' part is copied from the finished run FROM, so that the few moments between the last notebook and the end are met exactly.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

POINTS = ("pages", "manifest_made", "syncing", "manifest_renamed", "folder_renamed", "index", "workbook_with_names")


def die() -> None:
    """What a power cut looks like to the files."""
    os.killpg(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, when: Callable[..., bool] = lambda *_: True, *, call: int = 1) -> None:
    """Die instead of the n-th fitting call."""
    real, calls = getattr(owner, name), [0]

    def planned(*args: Any, **kwargs: Any) -> Any:
        """Count, then die or go on."""
        calls[0] += when(*args)
        if calls[0] >= call and when(*args):
            die()
        return real(*args, **kwargs)

    setattr(owner, name, planned)


def to(start: str) -> Callable[..., bool]:
    """Whether a rename leads to a name that starts so."""
    return lambda _source, target: Path(target).name.startswith(start)


def plan_death(point: str, source: Path) -> None:
    """Plan the death at a point, and copy what the notebooks would have left."""
    from cslib.batch import month  # here, so that a test may name the points without loading the whole suite
    from cslib.report import manifest, run

    def copied(opened: run.Run, _parameters: dict[str, object]) -> None:
        """Tables, notes, figures and notebooks of the finished run."""
        for name in ("tables", "notes", "figures", "notebooks"):
            shutil.copytree(source / name, opened.path / name, dirs_exist_ok=True)
        for path in source.glob("*.xlsx"):
            shutil.copy(path, opened.path / path.name)

    month._run_notebooks = copied
    match point:
        case "pages":
            before(month, "write_pages")
        case "manifest_made":
            before(manifest, "build")
        case "syncing":
            before(run, "sync", call=4)
        case "manifest_renamed":
            before(Path, "replace", to("manifest.json"))
        case "folder_renamed":
            before(Path, "rename", to("base-"))
        case "index":
            before(month, "write_index")
        case "workbook_with_names":
            before(month.report, "full_tier_workbook")


if __name__ == "__main__":
    from cslib.batch.cli import main

    plan_death(sys.argv[1], Path(sys.argv[2]))
    main(sys.argv[3:])
