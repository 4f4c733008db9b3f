"""Every error raised in the code brings the facts that its sentence names: a missing one would be a traceback where help is needed."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
WORDS = yaml.safe_load((ROOT / "params/words.yml").read_text(encoding="utf-8"))


def placeholders(key: str) -> set[str]:
    """Names in braces of an error's sentences; nothing for a key that is not literal here."""
    node = WORDS["errors"]
    for part in key.split("."):
        node = node.get(part, {}) if isinstance(node, dict) else {}
    return {name.partition(".")[0] for text in node.values() if isinstance(text, str) for _, name, _, _ in string.Formatter().parse(text) if name}


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Place, key and names of the facts of every error and finding whose key and facts are written out."""
    for path in sorted((ROOT / "cslib").rglob("*.py")):
        for call in (n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call) and n.args):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            first, place = call.args[0], f"{path.relative_to(ROOT)}:{call.lineno}"
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value):
                continue
            if name.endswith("Error") and all(k.arg for k in call.keywords):
                yield place, first.value, {str(k.arg) for k in call.keywords} - {"where", "findings"}
            elif name == "Finding":
                facts = call.args[2] if len(call.args) > 2 else next((k.value for k in call.keywords if k.arg == "facts"), ast.Dict([], []))
                if isinstance(facts, ast.Dict) and all(isinstance(k, ast.Constant) for k in facts.keys):
                    yield place, first.value, {str(k.value) for k in facts.keys if isinstance(k, ast.Constant)}


def test_every_error_brings_the_facts_of_its_sentence() -> None:
    found = list(raised())
    assert len(found) > 100
    assert not [f"{place} {key}: {sorted(missing)}" for place, key, facts in found if (missing := placeholders(key) - facts)]
