"""Privacy at the door: private columns dropped, excluded criteria refused, phone and identity numbers found where they don't belong.

Privacy requirements P02, P05, P11. What is dropped is named by its header, never by a value.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from cslib.core.errors import Finding, IntakeError
from cslib.core.words import Word, say
from cslib.intake import aliases
from cslib.intake.sheets import Sheet
from cslib.intake.values import plain

_MOBILE = re.compile(r"(?<!\d)(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dXx])")
_OLD_IDENTITY = re.compile(r"(?<!\d)[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PATTERNS = (_MOBILE, _LANDLINE, _IDENTITY, _OLD_IDENTITY, _MAIL)


def looks_personal(value: Any) -> bool:
    """True if a text holds a phone number, an identity number or a mail address.

    >>> looks_personal("138 0013 8000"), looks_personal("00127")
    (True, False)
    """
    found = plain(value)
    return any(pattern.search(found) for pattern in _PATTERNS)


def masked(value: Any) -> str | Word:
    """A cell for a message; what looks like a phone or identity number is not repeated."""
    found = plain(value)
    if looks_personal(found):
        return Word("intake.masked")
    return found if len(found) <= 40 else found[:37] + "..."


def screen_headers(sheet: Sheet, row: int, unknown: dict[int, str]) -> list[str]:
    """Notes on columns that are not read.

    Parameters
    ----------
    row : header row; unknown : column index -> header of every column that the alias table doesn't claim

    Raises
    ------
    IntakeError  if a criterion that may not be used (S003-G3, S003-G4, S003-T7 ...) comes as a score.
    """
    private, unused, criteria, findings = [], [], [], []
    for index, header in unknown.items():
        criterion = aliases.excluded_criterion(header)
        if criterion is not None and aliases.is_score(header):
            findings.append(Finding("intake.excluded_score", sheet.where(row, index), {"column": header, **_reason(criterion)}))
        elif criterion is not None:
            criteria.append(header)
        elif aliases.private_class(header) is not None:
            private.append(header)
        else:
            unused.append(say("intake.masked") if looks_personal(header) else header)
    if findings:
        raise IntakeError(findings=findings)
    notes = [say("intake.note.private", file=sheet.file, columns=", ".join(private))] if private else []
    notes += [say("intake.note.excluded", file=sheet.file, columns=", ".join(criteria))] if criteria else []
    return notes + ([say("intake.note.unused", file=sheet.file, columns=", ".join(unused[:12]))] if unused else [])


def excluded_skill(skill: str) -> dict[str, str | Word] | None:
    """Reason and catalogue ids if a skill is really an excluded criterion (looks, height ...), else None."""
    criterion = aliases.excluded_criterion(skill)
    return None if criterion is None else _reason(criterion)


def _reason(criterion: str) -> dict[str, str | Word]:
    ids = aliases.table()["excluded"][criterion]["ids"]
    return {"reason": Word(f"intake.excluded.{criterion}"), "ids": ", ".join(ids) or "P11"}


def scan(frame: pd.DataFrame, name: str) -> None:
    """Last look before a table leaves intake: no text in it may look like a phone number, identity number or mail address.

    Raises
    ------
    IntakeError  naming table, column and row, not the value.
    """
    findings = []
    for column in frame.select_dtypes(include=["str", "object"]).columns:
        found = {value: row for row, value in reversed(list(enumerate(frame[column].dropna(), start=1)))}
        findings += [Finding("intake.personal_value", name, {"row": row, "column": column}) for value, row in found.items() if looks_personal(value)]
    if findings:
        raise IntakeError(findings=findings[:20])
