"""The scan before publication: phone and ID numbers, columns that nobody allowed, long lists of people.

Privacy requirements P02, P04, P08. A finding names the place and masks the value; a run with a finding is not published.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree

from cslib.core import tables, words
from cslib.core.errors import Finding, RunError
from cslib.report.store import read_json
from cslib.report.titles import SHOWN_TABLES, heading

LONG_LIST = 20  # rows; P08: no longer previews of people
_HEADINGS = ("report.column.", "report.sheet_column.", "report.index.", "pay.column.")  # pay.column: totals and grades, n < 10 suppressed
_GROUPS_ONLY = frozenset({"grade"})  # may head a row of a group, never one of a person
_FULL_TIER = ("report.sheet_column.staff_no", "report.sheet_column.display_name")
# Words that give away a column of personal data, whatever else its title says.
_PERSONAL = (
    r"姓名|名字|工号|电话|手机|身份证|证件|住址|地址|出生|生日|性别|年龄|婚|孕|民族|籍贯|户口|银行卡|薪|病|残疾"
    r"|\b(?:full[ _]?name|display[ _]?name|surname|first[ _]?name|last[ _]?name|staff[ _]?no|employee[ _]?(?:no|number)|phone|mobile"
    r"|id[ _]?(?:card|number)|address|birth\w*|sex|gender|age|marital|pregnan\w*|ethnic\w*|salary|wage|illness|disab\w*|e-?mail)\b"
)
_FORBIDDEN = re.compile(_PERSONAL, re.IGNORECASE)
# In a workbook any cell may be a title: only a text that is nothing but such a word counts (a post may be called 地址变更).
_TITLE = re.compile(
    rf"(?:员工|本人|紧急|联系|家庭|employee |staff )?(?:{_PERSONAL})(?:号码?|日期|所在地|[ _]?(?:no\.?|number))?(?:\s*[\[（(].*)?", re.IGNORECASE
)  # fmt: skip
_EDGE, _END = r"(?<![A-Za-z0-9_.+/=-])", r"(?![A-Za-z0-9_/=]|\.\d)"  # Chinese characters may touch a number, figures and addresses not
_PATTERNS = {
    "phone": re.compile(rf"{_EDGE}(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}{_END}"),
    "landline": re.compile(rf"{_EDGE}0(?:10|2\d|[3-9]\d\d)-\d{{7,8}}{_END}"),
    "id_number": re.compile(rf"{_EDGE}\d{{17}}[\dXx]{_END}|{_EDGE}\d{{15}}{_END}"),
    "email": re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[A-Za-z]{2,}\b"),
}
_NOT_TEXT = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]+")


@dataclass(frozen=True)
class Leak:
    """Something that may not be published: kind, place, and the value masked."""

    kind: str
    place: str
    masked: str


class Page(HTMLParser):
    """Text, column titles, tables and addresses of a page; styles and scripts are not text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.headings: list[str] = []
        self.tables: list[tuple[list[str], int]] = []
        self.links: list[tuple[str, str, str]] = []  # tag, attribute, address
        self.language = ""
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note language, links, and where in the page the reader is."""
        found = {name: value or "" for name, value in attrs}
        self.language = found.get("lang", self.language) if tag == "html" else self.language
        self.links += [(tag, name, value) for name, value in found.items() if name in {"src", "href", "srcset", "action", "data", "poster"}]
        if tag == "table":
            self.tables.append(([], 0))
        elif tag == "tr" and self.tables:
            titles, rows = self.tables[-1]
            self.tables[-1] = (titles, rows + 1)
        if tag in {"style", "script", "th"}:
            self._inside.append(tag)
        if tag == "th":
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag."""
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()
            if tag == "th" and self.tables:
                self.tables[-1][0].append(self.headings[-1].strip())

    def handle_data(self, data: str) -> None:
        """Keep the text where it stands: heading, cell, or page."""
        where = self._inside[-1] if self._inside else ""
        if where == "th":
            self.headings[-1] += data
        if where not in {"style", "script"}:
            self.texts.append(data)


def read_page(html: str) -> Page:
    """Parse a page."""
    page = Page()
    page.feed(html)
    page.close()
    return page


def scan_text(text: str, place: str) -> list[Leak]:
    """Phone numbers, ID numbers (18 digits with a right check digit, 15 with a possible birthday) and e-mail addresses in a text."""
    text = _NOT_TEXT.sub("", text)
    hits = [(kind, m.group()) for kind, pattern in _PATTERNS.items() for m in pattern.finditer(text)]
    return [Leak(kind, place, _masked(value)) for kind, value in hits if kind != "id_number" or _is_id(value)]


def _masked(value: str) -> str:
    return value[:3] + "*" * (len(value) - 3)


def _is_id(value: str) -> bool:
    """Citizen ID number after GB 11643: a possible birthday, and the check digit of ISO 7064 MOD 11-2 in the 18-digit form."""
    if len(value) == 15:
        return _is_day("19" + value[6:12])
    remainder = sum(int(d) * (2 ** (17 - i) % 11) for i, d in enumerate(value[:17])) % 11
    return _is_day(value[6:14]) and "10X98765432"[remainder] == value[17].upper()


def _is_day(digits: str) -> bool:
    try:
        return 1900 <= dt.datetime.strptime(digits, "%Y%m%d").year <= 2100
    except ValueError:
        return False


def scan_headings(headings: Iterable[str], place: str) -> list[Leak]:
    """Column titles that speak of personal data, or that neither the data dictionary nor the words file knows."""
    allowed = allowed_headings()
    leaks = []
    for title in (h.strip() for h in headings):
        if title in allowed or not title or re.fullmatch(r"[\d:.\-/ ]+", title):
            continue
        leaks.append(Leak("column" if _FORBIDDEN.search(title) else "unknown_column", place, title))
    return leaks


@cache
def allowed_headings() -> frozenset[str]:
    """Titles a column may carry, in both languages: columns of the tables that may be shown, and the titles of ``words.yml``."""
    columns = {c for name in SHOWN_TABLES for c in tables.spec(name).columns}
    found = columns | {title for name in SHOWN_TABLES for column in tables.spec(name).columns for title in _titles(column, name)}
    for key, texts in words.all_keys():
        if key.startswith(_HEADINGS) and key not in _FULL_TIER:
            found |= set(texts.values())
    return frozenset(found)


def _titles(column: str, table: str = "") -> list[str]:
    """A column's titles in both languages."""
    titles = []
    for language in words.LANGUAGES:
        with words.speaking(language):
            titles.append(heading(column, table))
    return titles


def scan_page(html: str, place: str) -> list[Leak]:
    """Leaks of a rendered page: patterns in its text, columns of its tables, lists of more than 20 people."""
    page = read_page(_NOT_TEXT.sub("", html))
    leaks = scan_text("\n".join(page.texts), place) + scan_headings(page.headings, place)
    keys = [c for name in ("roster", "covers") for c in tables.spec(name).columns if c.endswith("_id")]
    person = {*keys, *(title for key in keys for title in _titles(key))}
    groups_only = {title for column in _GROUPS_ONLY for title in _titles(column)} | set(dict(words.all_keys())["pay.column.grade"].values())
    leaks += [Leak("column", place, title) for titles, _ in page.tables if person & set(titles) for title in titles if title in groups_only]
    leaks += [Leak("long_list", place, titles[0]) for titles, rows in page.tables if rows - 1 > LONG_LIST and person & set(titles)]
    return leaks


def scan_workbook(path: Path | BinaryIO, place: str) -> list[Leak]:
    """Leaks in the texts of a workbook; a cell that is a forbidden title counts too."""
    texts = list(_workbook_texts(path))
    allowed = allowed_headings()
    leaks = [leak for text in texts for leak in scan_text(text, place)]
    return leaks + [Leak("column", place, text) for text in texts if _TITLE.fullmatch(text.strip()) and text not in allowed]


def _workbook_texts(path: Path | BinaryIO) -> Iterator[str]:
    with zipfile.ZipFile(path) as book:
        for name in sorted(book.namelist()):
            if name.startswith("xl/") and name.endswith(".xml") and ("sharedStrings" in name or "worksheets/" in name or "comments" in name):
                for element in ElementTree.fromstring(book.read(name)).iter():
                    if element.tag.endswith(("}t", "}v")) and element.text:
                        yield unescape(element.text)


def scan_notebook(content: Any, place: str) -> list[Leak]:
    """Leaks in the outputs of an executed notebook (its pictures are not text)."""
    leaks = []
    for number, cell in enumerate(content.get("cells", []) if isinstance(content, dict) else [], 1):
        for output in cell.get("outputs", []):
            for kind, data in {"text/plain": output.get("text", ""), **output.get("data", {})}.items():
                text = "".join(data) if isinstance(data, list) else data
                if isinstance(text, str) and kind.startswith("text/"):
                    here = f"{place} [{number}]"
                    leaks += scan_page(text, here) if kind == "text/html" else scan_text(text, here)
    return leaks


def scan_run(folder: Path) -> list[Leak]:
    """Leaks in everything of a run folder that holds text: tables, notes, notebooks, pages, workbooks."""
    leaks: list[Leak] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        place = path.relative_to(folder).as_posix()
        match path.suffix:
            case ".html":
                leaks += scan_page(path.read_text(encoding="utf-8"), place)
            case ".ipynb":
                leaks += scan_notebook(read_json(path), place)
            case ".xlsx":
                leaks += scan_workbook(path, place)
            case ".csv" | ".json" | ".yml" | ".txt" | ".ics":
                leaks += scan_text(path.read_text(encoding="utf-8-sig"), place)
    return leaks


def refuse(leaks: Iterable[Leak]) -> None:
    """Raise if there is anything that may not be published.

    Raises
    ------
    RunError  with one finding per place and kind; values are masked.
    """
    findings = {(leak.kind, leak.place, leak.masked): Finding(f"report.leak.{leak.kind}", leak.place, {"given": leak.masked}) for leak in leaks}
    if findings:
        raise RunError(findings=list(findings.values())[:20])
