"""A new site's folder, ready to fill in: site.yml and shifts.yml with comments, Excel templates with Chinese and English headers."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from cslib.core.errors import IntakeError
from cslib.core.paths import shown, site_dir
from cslib.core.units import clock
from cslib.core.words import say, speaking

FILES = (
    "site.yml", "shifts.yml", "staff.xlsx", "contacts.xlsx", "leave.xlsx", "wishes.xlsx", "kpi.xlsx", "exams.xlsx", "targets.xlsx",
)  # fmt: skip
_ROWS = 500  # rows that carry drop-downs and formats
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CREATED = dt.datetime(2026, 1, 1)  # fixed, so that the same template has the same bytes


@dataclass(frozen=True)
class Field:
    """A column of a template: canonical name, example, whether it must be filled, cell format, choices of a drop-down."""

    name: str
    example: Any
    needed: bool = False
    format: str = "text"  # text | date | number
    choices: tuple[str, ...] = ()


_NUMBER_FORMATS = {"text": "@", "date": "yyyy-mm-dd", "number": "General"}
_MARK = "示例/example"
_DAY = dt.date(2026, 12, 7)
STAFF = (
    Field("staff_no", _MARK, needed=True),
    Field("name", "甲"),
    Field("team", "一组"),
    Field("role", "客服", choices=("客服", "组长", "主管")),
    Field("hired", dt.date(2025, 3, 1), needed=True, format="date"),
    Field("left", None, format="date"),
    Field("hours_scheme", "标准", choices=("标准", "综合", "非全日制")),
    Field("fte_share", 1, format="number"),
    Field("skills", "hotline", needed=True),
    Field("grade", "初级", choices=("初级", "中级", "高级", "组长")),
    Field("no_night_until", None, format="date"),
    Field("no_overtime_until", None, format="date"),
    Field("overtime_max_h", 8, format="number"),
)
LEAVE = (
    Field("staff_no", _MARK, needed=True),
    Field("begin", _DAY, needed=True, format="date"),
    Field("end", _DAY + dt.timedelta(days=2), needed=True, format="date"),
    Field("kind", "年假", needed=True, choices=("年假", "病假", "婚假", "产假", "丧假", "事假", "调休")),
    Field("hours_h", None, format="number"),
)
WISHES = (
    Field("staff_no", _MARK, needed=True),
    Field("date", _DAY, needed=True, format="date"),
    Field("wish", "休", needed=True, choices=("早", "中", "晚", "休")),
    Field("weight", 1, format="number"),
)
KPI = (
    Field("staff_no", _MARK, needed=True),
    Field("month", "2026-11", needed=True),
    Field("kpi", "满意度", needed=True),
    Field("value", "93%", needed=True),
    Field("sample", 58, needed=True, format="number"),
    Field("sd", None, format="number"),
)
EXAMS = (
    Field("staff_no", _MARK, needed=True),
    Field("date", dt.date(2026, 11, 26), needed=True, format="date"),
    Field("training", "入职培训", choices=("入职培训", "业务知识培训", "服务技能培训", "沟通技巧培训")),
    Field("passed", "是", choices=("是", "否")),
    Field("theory", 84, format="number"),
    Field("practical", 88, format="number"),
    Field("typing_cpm", 46, format="number"),
)
TARGETS = (Field("kpi", _MARK, needed=True), Field("against", "绝对值", choices=("绝对值", "相对基期")), Field("value", "95%", needed=True))
CONTACTS = (Field("date", dt.date(2026, 11, 2), needed=True, format="date"), Field("queue", _MARK))


def new_site(name: str, folder: Path | str | None = None) -> Path:
    """Write a site folder to fill in.

    Parameters
    ----------
    name : name of the site (lower-case letters, digits, underscores); folder : where to write (default ``params/sites/<name>``)

    Returns
    -------
    Path of the folder: site.yml, shifts.yml, and Excel templates of staff list, contacts, leave, wishes, and of appraisal figures. Each
    template has one marked example row, which intake leaves out.

    Raises
    ------
    IntakeError  if the name can't be used, the folder already holds files, or the system refuses to write there. Nothing is left
        half-written.
    """
    if not _NAME.fullmatch(name):
        raise IntakeError("intake.site_name", where="site", given=name)
    target = Path(folder) if folder is not None else site_dir(name)
    try:
        return _made(target, name)
    except OSError as error:
        raise IntakeError("intake.not_writable", where=shown(target), problem=error.strerror or str(error)) from None


def _made(target: Path, name: str) -> Path:
    """Write the folder aside and rename it into place."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        held = ", ".join(sorted(p.name for p in target.iterdir())[:8]) if target.is_dir() else target.name
        raise IntakeError("intake.site_exists", where=shown(target), given=held)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=target.parent))
    try:
        _write(aside, name)
        aside.chmod(0o755)
        if target.exists():
            target.rmdir()
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


def _write(folder: Path, name: str) -> None:
    templates = Path(__file__).parent / "templates"
    for file in ("site.yml", "shifts.yml"):
        text = (templates / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace("{name}", name), encoding="utf-8")
    _template(folder / "staff.xlsx", "staff", STAFF)
    _template(folder / "leave.xlsx", "leave", LEAVE)
    _template(folder / "wishes.xlsx", "wishes", WISHES)
    _template(folder / "kpi.xlsx", "kpi", KPI)
    _template(folder / "exams.xlsx", "exams", EXAMS)
    _template(folder / "targets.xlsx", "targets", TARGETS)
    times = tuple(Field(clock(minute), 5, format="number") for minute in range(8 * 60, 22 * 60, 30))
    _template(folder / "contacts.xlsx", "contacts", (*CONTACTS, *times), times={field.name for field in times})


def both(key: str, between: str = "\n") -> str:
    """A text in Chinese and English, one after the other."""
    texts = []
    for language in ("zh", "en"):
        with speaking(language):
            texts.append(say(key))
    return between.join(dict.fromkeys(texts))


def _template(path: Path, kind: str, fields: Sequence[Field], times: set[str] | None = None) -> None:
    """One workbook: a sheet to fill in, a sheet that explains every column."""
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": _CREATED})
    formats = {
        **{name: book.add_format({"num_format": code}) for name, code in _NUMBER_FORMATS.items()},
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#ddebf7", "border": 1}),
        "needed": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#ffe699", "border": 1}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    grey = {"italic": True, "font_color": "#7f7f7f"}
    examples = {name: book.add_format({**grey, "num_format": code}) for name, code in _NUMBER_FORMATS.items()}
    sheet = book.add_worksheet(both(f"intake.kind.{kind}", " ")[:31])
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 48)
    for column, field in enumerate(fields):
        title = field.name if times and field.name in times else both(f"intake.template.{kind}.{field.name}")
        sheet.set_column(column, column, 7 if times and field.name in times else 16, formats[field.format])
        sheet.write_string(0, column, title + (" *" if field.needed else ""), formats["needed" if field.needed else "head"])
        _example(sheet, column, field, examples[field.format])
        if field.choices:
            options = {"validate": "list", "source": list(field.choices), "error_type": "warning"}
            sheet.data_validation(2, column, _ROWS, column, options)
    _help(book, kind, [field for field in fields if not (times and field.name in times)], formats)
    book.close()


def _example(sheet: Any, column: int, field: Field, style: Any) -> None:
    if field.example is None:
        sheet.write_blank(1, column, None, style)
    elif isinstance(field.example, dt.date):
        sheet.write_datetime(1, column, dt.datetime.combine(field.example, dt.time()), style)
    else:
        sheet.write(1, column, field.example, style)


def _help(book: Any, kind: str, fields: Sequence[Field], formats: Mapping[str, Any]) -> None:
    """The sheet that says how to fill in each column."""
    sheet = book.add_worksheet(both("intake.template.sheet_help", " "))
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 110)
    lines = [(both("intake.template.about", " / "), both(f"intake.template.about_{kind}"))]
    for field in fields:
        title = both(f"intake.template.{kind}.{field.name}", " / ") + (" *" if field.needed else "")
        lines.append((title, both(f"intake.template.{kind}_help.{field.name}")))
    for row, (title, explained) in enumerate(lines):
        sheet.write_string(row, 0, title, formats["wrap"])
        sheet.write_string(row, 1, explained, formats["wrap"])
