"""Which rule a decision on a grade rests on: rules of the ladders and entries of the rule catalogue that they name; no free text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cslib.core.paths import params_dir
from cslib.core.words import Word
from cslib.intake import aliases, privacy
from cslib.intake.sheets import fingerprint
from cslib.intake.source import Source
from cslib.params.excluded import excluded_entry, shown_entry
from cslib.params.ladder_files import ladder_names
from cslib.params.source import read

_ID = re.compile(r"S\d{3}-[A-Z]?\d+")
_ADDED = re.compile(r"rules\.(\w+)")  # a rule that one of a ladder's settings brings in
_BETWEEN = re.compile(r"[,，;；、\s]+")
_SHOWN_RULES = 12

Ladders = Mapping[str, Mapping[str, str]]


def clause_of(source: Source, row: int) -> str:
    """Ladder and rule of a decided row, joined by a point; empty where the row names neither.

    A rule is written as its code, its Chinese or English name, or as ids of the catalogue; a criterion that may not be used, an unknown
    ladder and an unknown rule become findings.
    """
    known, entries = _known(tuple(fingerprint(params_dir() / "ladders" / f"{name}.yml") for name in ladder_names()))
    ladder, given = source.text(row, "ladder"), source.text(row, "rule")
    for column, cell in (("ladder", ladder), ("rule", given)):
        excluded = excluded_entry(cell or "")
        if excluded is not None:
            facts = {"given": privacy.masked(cell), "id": shown_entry(excluded), "reason": Word(f"params.excluded.{excluded}")}
            source.add("intake.excluded_clause", row, column, **facts)
            return ""
    if ladder is not None and ladder not in known:
        source.add("intake.unknown_ladder", row, "ladder", given=privacy.masked(ladder), allowed=", ".join(known))
        return ""
    rules = known[ladder] if ladder is not None else {spelling: rule for named in known.values() for spelling, rule in named.items()}
    rule = _rule(given, rules, entries) if given is not None else ""
    if rule is None:
        codes = list(dict.fromkeys(rules.values()))
        listed = ", ".join(codes[:_SHOWN_RULES]) + (" ..." if len(codes) > _SHOWN_RULES else "")
        source.add("intake.unknown_rule", row, "rule", given=privacy.masked(given), allowed=listed)
        return ""
    return ".".join(part for part in (ladder, rule) if part)


def _rule(given: str, rules: Mapping[str, str], entries: frozenset[str]) -> str | None:
    """Code of a rule, or ids of the catalogue; None if a part of the cell is neither."""
    whole = rules.get(aliases.squeeze(given))
    if whole is not None:
        return whole
    parts = [rules.get(aliases.squeeze(part), part if part in entries else None) for part in _BETWEEN.split(given.strip()) if part]
    return None if None in parts or not parts else " ".join(str(part) for part in parts)


@lru_cache(maxsize=2)
def _known(_files: tuple[str, ...]) -> tuple[Ladders, frozenset[str]]:
    """Squeezed spelling -> rule of every ladder, and the ids of the catalogue that ladders name; read anew when a file has changed."""
    found: dict[str, dict[str, str]] = {}
    entries: set[str] = set()
    for name in ladder_names():
        document = read(params_dir() / "ladders" / f"{name}.yml")
        entries.update(_ID.findall(document.path.read_text(encoding="utf-8")))
        found[name] = {aliases.squeeze(spelling): rule for rule, entry in _rules(document.data).items() for spelling in _spellings(rule, entry)}
    return found, frozenset(entry for entry in entries if excluded_entry(entry) is None)


def _rules(data: Mapping[str, Any]) -> dict[str, Any]:
    """Rules of a ladder, and those that its settings add."""
    found = dict(data.get("rules") or {})
    for setting in (data.get("settings") or {}).values():
        for option in setting["options"].values():
            for place, entry in (option.get("set") or {}).items():
                added = _ADDED.fullmatch(place)
                if added is not None:
                    found.setdefault(added[1], entry)
    return found


def _spellings(rule: str, entry: Any) -> list[str]:
    meaning = entry.get("meaning", {}) if isinstance(entry, Mapping) else {}
    return [rule, *(str(meaning[language]) for language in ("zh", "en") if language in meaning)]
