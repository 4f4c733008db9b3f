"""What readers get: run folder with its manifest, figures, workbook, pages, words; privacy tiers and their scan."""

from cslib.report.font import write_fontconfig
from cslib.report.identity import Identity, identify
from cslib.report.manifest import Finished, changed_files, finished_runs, read_manifest, reusable
from cslib.report.run import Run, clean_outputs, clean_partials, open_run, protected_folder, start_run

__all__ = [
    "Finished", "Identity", "Run", "changed_files", "clean_outputs", "clean_partials", "finished_runs", "identify", "open_run", "protected_folder",
    "read_manifest", "reusable", "start_run", "write_fontconfig",
]  # fmt: skip
