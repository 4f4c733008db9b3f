"""What the house tests look at: modules, notebooks, files that belong to the project."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CODE = ("cslib", "tests", "benchmarks")


@cache
def modules(*folders: str) -> dict[Path, str]:
    """Text of every Python module, by its path from the root."""
    found = [path for folder in folders or CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    return {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in found}


@cache
def trees(*folders: str) -> dict[Path, ast.Module]:
    """Syntax tree of every Python module."""
    return {path: ast.parse(text) for path, text in modules(*folders).items()}


@cache
def notebooks() -> dict[Path, list[dict[str, Any]]]:
    """Code cells of every notebook, by its path from the root."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found[path.relative_to(ROOT)] = [{**cell, "text": "".join(cell["source"])} for cell in cells if cell["cell_type"] == "code"]
    return found


@cache
def notebook_trees() -> dict[Path, ast.Module]:
    """Syntax tree of the code of every notebook."""
    return {path: ast.parse("\n".join(cell["text"] for cell in cells)) for path, cells in notebooks().items()}


@cache
def project_files() -> tuple[Path, ...]:
    """Files that are or would be in version control; without git, all but hidden folders and results."""
    try:
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
        found = [ROOT / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        hidden = (".", "outputs", "__pycache__", "cslib.egg-info")
        found = [path for path in sorted(ROOT.rglob("*")) if not any(part.startswith(hidden) for part in path.relative_to(ROOT).parts)]
    return tuple(path.relative_to(ROOT) for path in found if path.is_file())


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function, methods and inner ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
