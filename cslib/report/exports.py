"""Rosters for other systems: the site's own layout, columns for DingTalk's import, calendars (RFC 5545), plain tables.

Whatever leaves here comes from an open list of fields: person, day, shift, post, times, breaks. Pay, scores and reasons are none of them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

import pandas as pd

from cslib.core import words
from cslib.core.errors import RunError
from cslib.core.shifts import LEAVE, WORK
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.params.exports import ExportLayout
from cslib.report.figures_base import weekday
from cslib.report.lines import queue_name

FORMATS = ("layout", "dingtalk", "ics", "csv", "parquet")
NAMED = ("layout", "dingtalk", "ics")  # carry names: for the protected folder alone
PLAIN = ("employee_id", "date", "kind", "shift", "start", "end", "breaks", "queue")
_FOLD = 75  # octets a line (RFC 5545, 3.1)


def layout_file(roster: pd.DataFrame, study: Study, names: pd.DataFrame, layout: ExportLayout) -> bytes:
    """The roster in the site's own layout as CSV in the encoding it asks for.

    Raises
    ------
    RunError  if somebody has no name, or the encoding can't write a text.
    """
    rows = list(_rows(roster, study, names, layout))
    if layout.form == "list":
        wanted = [r for r in rows if layout.rest_rows or r["kind"] == WORK]
        frame = pd.DataFrame([{title: r[field] for title, field in layout.columns.items()} for r in wanted], columns=list(layout.columns))
    else:
        frame = _grid(rows, layout.columns)
    return _csv(frame, layout.encoding)


def dingtalk_file(roster: pd.DataFrame, study: Study, names: pd.DataFrame) -> bytes:
    """Columns as DingTalk's schedule import expects them: name, number, then a column a day with the name of the shift; days off as 休息."""
    shifts = {s.code: s.name["zh"] if s.name else s.code for s in study.params.shifts}
    layout = ExportLayout.model_validate(
        {"form": "grid", "columns": {"姓名": "display_name", "工号": "staff_no"}, "codes": {**shifts, "OFF": "休息", "LEAVE": "请假"}}
    )
    return layout_file(roster, study, names, layout)


def plain_table(roster: pd.DataFrame) -> pd.DataFrame:
    """The roster by pseudonym, the open columns alone."""
    return roster.loc[:, list(PLAIN)]


def calendars(roster: pd.DataFrame, study: Study, names: pd.DataFrame, version: str) -> Iterator[tuple[str, bytes]]:
    """A calendar a person after RFC 5545: file name and content. Days off and absences carry no event.

    ``version`` (a number) becomes SEQUENCE, so that a later version replaces an earlier one in the reader's calendar.
    """
    known = _named(roster, names).set_index("employee_id")
    for who, part in roster[roster["kind"].eq(WORK)].groupby("employee_id", sort=False):
        text = "".join(_folded(line) for line in _calendar(str(who), part, study, version))
        yield f"{known.loc[who, 'staff_no']}.ics", text.encode()


def _calendar(who: str, duties: pd.DataFrame, study: Study, version: str) -> Iterator[str]:
    names = {s.code: words.pick(s.name) if s.name else s.code for s in study.params.shifts}
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cslib//roster//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH")
    for row in duties.sort_values("start").itertuples():
        post = queue_name(study, row.queue) if isinstance(row.queue, str) else ""
        yield "BEGIN:VEVENT"
        yield f"UID:{row.date:%Y%m%d}-{who}@{study.site}.cslib"
        yield f"DTSTAMP:{study.horizon.start:%Y%m%d}T000000Z"  # of the month, so that the same roster gives the same file
        yield f"SEQUENCE:{version}"
        yield f"DTSTART:{row.start:%Y%m%dT%H%M%S}"  # floating: the site's wall clock, wherever the phone is
        yield f"DTEND:{row.end:%Y%m%dT%H%M%S}"
        yield f"SUMMARY:{escaped(names[row.shift])}"
        if post:
            yield f"LOCATION:{escaped(post)}"
        if isinstance(row.breaks, str):
            yield f"DESCRIPTION:{escaped(say('report.export.breaks', breaks=row.breaks.replace(';', ', ')))}"
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def escaped(text: str) -> str:
    """A text value after RFC 5545, 3.3.11."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A content line, folded so that no line passes 75 octets and no character is cut."""
    parts, current = [], b""
    for character in line:
        octets = character.encode()
        if len(current) + len(octets) > _FOLD - (1 if parts else 0):
            parts.append(current)
            current = b""
        current += octets
    return "\r\n ".join(part.decode() for part in [*parts, current]) + "\r\n"


def _named(roster: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    missing = sorted(set(roster["employee_id"]) - set(names["employee_id"]))
    if missing:
        raise RunError("report.no_name", where="names", count=len(missing), given=", ".join(missing[:5]))
    return names


def _rows(roster: pd.DataFrame, study: Study, names: pd.DataFrame, layout: ExportLayout) -> Iterator[dict[str, str]]:
    known = _named(roster, names).set_index("employee_id")
    shift_names = {s.code: words.pick(s.name) if s.name else s.code for s in study.params.shifts}
    order = study.employees.set_index("employee_id")["position"]
    for row in roster.assign(position=roster["employee_id"].map(order)).sort_values(["position", "date"]).itertuples():
        works = row.kind == WORK
        code = str(row.shift) if works else "LEAVE" if row.kind == LEAVE else "OFF"
        yield {
            "employee_id": row.employee_id,
            "staff_no": str(known.loc[row.employee_id, "staff_no"]),
            "display_name": str(known.loc[row.employee_id, "display_name"]),
            "kind": row.kind,
            "day": row.date.date().isoformat(),
            "date": f"{row.date:{layout.date_format}}",
            "weekday": weekday(row.date),
            "shift": layout.codes.get(code, code),
            "shift_name": shift_names[code] if works else layout.codes.get(code, code),
            "post": queue_name(study, row.queue) if isinstance(row.queue, str) else "",
            "start": f"{row.start:%H:%M}" if works else "",
            "end": f"{row.end:%H:%M}" if works else "",
            "breaks": row.breaks if isinstance(row.breaks, str) else "",
        }


def _grid(rows: list[dict[str, str]], columns: Mapping[str, str]) -> pd.DataFrame:
    people: dict[str, dict[str, str]] = {}
    days = list({r["day"]: r["date"] for r in sorted(rows, key=lambda r: r["day"])}.values())
    for r in rows:
        one = people.setdefault(r["employee_id"], {title: r[field] for title, field in columns.items()})
        one[r["date"]] = r["shift"]
    return pd.DataFrame(list(people.values()), columns=[*columns, *days]).fillna("")


def _csv(frame: pd.DataFrame, encoding: str) -> bytes:
    stream = io.StringIO()
    frame.to_csv(stream, index=False, lineterminator="\r\n")
    try:
        return stream.getvalue().encode(encoding)
    except UnicodeEncodeError as error:
        raise RunError("report.export_encoding", where=encoding, given=error.object[error.start : error.end]) from None
