"""What a figure in an appraisal file may be of: the KPIs of ``params/kpi`` and the facts of the ladders, how they are spelled, and their range."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from cslib.core.paths import params_dir
from cslib.core.words import Word, pick
from cslib.intake import aliases, privacy
from cslib.intake.sheets import fingerprint
from cslib.intake.source import Source
from cslib.intake.values import flag, is_empty, number, seconds, share
from cslib.params.excluded import excluded_entry, shown_entry
from cslib.params.kpi import KpiFile
from cslib.params.ladder_files import ladder_names, open_ladder
from cslib.params.ladders import Input
from cslib.params.source import Meaning

_LIKE = 8  # names that a message proposes


@dataclass(frozen=True)
class Measure:
    """Something that a figure may be given for: unit, least and greatest value, whether a sample must stand behind it."""

    code: str
    unit: str
    low: float
    high: float
    sampled: bool


class Measures:
    """Every KPI and every fact of a ladder, with the spellings that a file may use."""

    def __init__(self, kpis: KpiFile) -> None:
        self.kpis = kpis

    @cached_property
    def _inputs(self) -> list[tuple[str, Input]]:
        """What the ladders read; the files are opened only for a name that is no KPI."""
        return _ladder_inputs(tuple(fingerprint(params_dir() / "ladders" / f"{name}.yml") for name in ladder_names()))

    @cached_property
    def of_kpis(self) -> dict[str, str]:
        """Squeezed spelling -> KPI."""
        return {**_spelled((code, kpi.meaning) for code, kpi in self.kpis.kpis.items()), **self._words(self.kpis.kpis)}

    @cached_property
    def of_ladders(self) -> dict[str, str]:
        """Squeezed spelling -> fact of a ladder that is no KPI."""
        facts = {code: given.meaning for code, given in self._inputs if code not in self.kpis.kpis}
        return {**_spelled(facts.items()), **self._words(facts)}

    @staticmethod
    def _words(known: Container[str]) -> dict[str, str]:
        return {spelling: code for spelling, code in aliases.words("measures").items() if code in known}

    def measure(self, code: str) -> Measure:
        """Unit and limits of a KPI, or of a fact of a ladder."""
        if code in self.kpis.kpis:
            unit = self.kpis.kpis[code].unit
            return Measure(code, unit, *self.kpis.limits[unit], sampled=True)
        unit = next(given.unit for name, given in self._inputs if name == code)
        return Measure(code, unit, *self.kpis.limits[unit], sampled=False)

    def of(self, cell: Any) -> str | None:
        """Code of the measure that a cell or header names, else None."""
        parts = aliases.candidates(str(cell)) if cell is not None else []
        found = next((self.of_kpis[part] for part in parts if part in self.of_kpis), None)
        return found or next((self.of_ladders[part] for part in parts if part in self.of_ladders), None)

    def beside(self, kind: str) -> Callable[[Any], str | None]:
        """Recognises headers of measures beside the columns of a kind of file."""
        return lambda cell: None if aliases.match(kind, str(cell)) else self.of(cell)

    def like(self, given: str) -> str:
        """Names, in the language in use, of the KPIs and facts spelled most like what was given, else of the first KPIs; for a message."""
        known = {**self.of_ladders, **self.of_kpis}
        near = [known[spelling] for spelling in difflib.get_close_matches(aliases.squeeze(given), known, _LIKE)]
        names = [self._name(code) for code in dict.fromkeys(near or list(self.kpis.kpis)[:_LIKE])]
        return ", ".join(names) + ("" if near else " ...")

    def _name(self, code: str) -> str:
        """A measure's name without what stands in brackets."""
        kpi = self.kpis.kpis.get(code)
        meaning = kpi.meaning if kpi is not None else next(given.meaning for name, given in self._inputs if name == code)
        return pick(meaning).partition("（")[0].partition(" (")[0]


@lru_cache(maxsize=2)
def _ladder_inputs(_files: tuple[str, ...]) -> list[tuple[str, Input]]:
    """Inputs of every ladder; read anew when a file has changed."""
    return [(code, given) for name in ladder_names() for code, given in open_ladder(name).spec.inputs.items()]


def _spelled(named: Iterable[tuple[str, Meaning]]) -> dict[str, str]:
    """Code, Chinese and English name, each with and without what stands in brackets."""
    found: dict[str, str] = {}
    for code, meaning in named:
        for spelling in (code, meaning.zh, meaning.en):
            for part in (spelling, spelling.partition("（")[0].partition("(")[0]):
                found.setdefault(aliases.squeeze(part), code)
    return found


def measure_of(source: Source, row: int, measures: Measures) -> str | None:
    """The KPI or fact that a row's cell names; an unknown or excluded one becomes a finding."""
    given = source.text(row, "kpi", needed=Word("intake.allowed.kpi"))
    if given is None:
        return None
    code = measures.of(given)
    excluded = excluded_entry(given)
    if code is None and excluded is not None:
        reason = Word(f"params.excluded.{excluded}")
        source.add("intake.excluded_kpi", row, "kpi", given=privacy.masked(given), id=shown_entry(excluded), reason=reason)
    elif code is None:
        source.add("intake.unknown_kpi", row, "kpi", given=privacy.masked(given), allowed=measures.like(given))
    return code


def measure_name(kpis: KpiFile, code: str) -> str:
    """A measure for a message: its name and code."""
    return f"{pick(kpis.kpis[code].meaning)} ({code})" if code in kpis.kpis else code


def value_of(source: Source, row: int, column: Any, measure: Measure) -> float | None:
    """The figure of a cell in the measure's unit, None if empty; what can't be read or lies out of range becomes a finding."""
    cell = source.raw(row, column)
    if is_empty(cell):
        return None
    try:
        read = {"share": share, "s": seconds, "flag": _flag}.get(measure.unit, _plain)
        found = read(cell)
    except (ValueError, OverflowError):
        found = None
    if found is None or not measure.low <= found <= measure.high:
        source.add("intake.cell", row, column, given=privacy.masked(cell), allowed=range_of(measure))
        return None
    return found


def _flag(cell: Any) -> float:
    return float(flag(cell))


def _plain(cell: Any) -> float | None:
    given = str(cell).strip()
    return number(given.rstrip("%％")) if isinstance(cell, str) else number(cell)


def range_of(measure: Measure) -> Word:
    """What a measure's figures may be, for a message."""
    facts = {"low": f"{measure.low:g}", "high": f"{measure.high:g}"}
    return Word("intake.allowed.figure_share", facts) if measure.unit == "share" else Word("intake.allowed.figure", {**facts, "unit": measure.unit})
