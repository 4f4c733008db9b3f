"""Open a study: parameters, horizon, every file of the site read, checked and pseudonymised, with its fingerprint."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.core.horizon import Horizon
from cslib.core.paths import project_root, shown
from cslib.core.words import Word, say
from cslib.intake import aliases, privacy
from cslib.intake.calls import read_calls
from cslib.intake.contacts import read_contacts
from cslib.intake.decisions import read_decisions
from cslib.intake.duties import read_last_roster, read_pins
from cslib.intake.issued import ISSUED, Issue, issues, newest_issue
from cslib.intake.off_queue import read_off_queue
from cslib.intake.people import Desk, read_leave, read_overtime, read_wishes
from cslib.intake.pseudonym import site_key
from cslib.intake.sheets import fingerprint
from cslib.intake.source import open_sources
from cslib.intake.staff import read_names, read_staff
from cslib.intake.study import Study
from cslib.intake.values import date, text
from cslib.params import Params, open_params
from cslib.params.calendar import calendar
from cslib.params.site import Files

DAYS_AFTER, DAYS_BEFORE = 31, 62
_NAME_SHOWN = 200  # characters of a path in a message


def open_study(site: str, *, month: str, scenario: str = "base", contacts: str = "") -> Study:
    """Everything one question needs, read, checked, pseudonymised and frozen.

    Parameters
    ----------
    site : folder under ``params/sites``; month : ``YYYY-MM`` to plan; scenario : file under ``params/scenarios``
    contacts : path that replaces ``site.files.contacts`` (absolute, or relative to the site's folder or the project)

    Raises
    ------
    ParamError  for the month or a parameter file; IntakeError and TableError for the data, with file, sheet, cell and what is allowed.
    """
    params = open_params(site, scenario)
    horizon = Horizon.month(month, params.site.interval_min)
    (spec, before, same), carried = _issued(params.site.files, site, horizon), _carried(site, horizon)
    contact_paths = [_path(params, name) for name in ([contacts] if contacts else spec.contacts)]
    own = [spec.last_roster] * (before is None) + [spec.published] * (same is None)
    others = (spec.staff, spec.leave, spec.wishes, spec.pins, spec.calendar, spec.approved_overtime, *own)
    others += (*spec.kpi, *spec.exams, spec.targets, spec.complaints, *spec.decisions, spec.off_queue)
    call_paths = [] if contacts else [_path(params, name) for name in spec.calls]
    monthly = (_month_file(params, name, month) for name in (spec.attendance, spec.pay_facts) if name)
    paths = [*contact_paths, *call_paths, *(_path(params, name) for name in others if name), *(path for path in monthly if path is not None)]
    history, notes = read_contacts(contact_paths, params)
    if call_paths:
        log = read_calls(call_paths, params)
        history, notes = tables.check("contacts", pd.concat([history, log.contacts], ignore_index=True)), [*notes, *log.notes]
    history, later = _before(history, horizon)
    days = _calendar(params, horizon, history)
    staff = read_staff(_path(params, spec.staff), params, horizon, site_key(site, params.site.synthetic))
    desk = Desk(params, horizon, staff.ids, staff.employees, days)
    leave = read_leave(_path(params, spec.leave), desk) if spec.leave else tables.empty("leave")
    pins, places = read_pins(_path(params, spec.pins), desk, staff.skills, leave) if spec.pins else (tables.empty("roster"), {})
    if before is not None:
        last_roster = _known(before, staff.employees)
    else:
        last_roster = read_last_roster(_path(params, spec.last_roster), desk, staff.skills) if spec.last_roster else tables.empty("roster")
    as_file = tables.empty("roster")
    if spec.published and same is None:
        as_file = read_pins(_path(params, spec.published), desk, staff.skills, leave)[0]
    found = {
        "contacts": history,
        "calendar": days,
        "skills": staff.skills,
        "staff_grades": staff.staff_grades,
        "leave": leave,
        "wishes": read_wishes(_path(params, spec.wishes), desk) if spec.wishes else tables.empty("wishes"),
        "last_roster": last_roster,
        "pins": pins,
        "published": as_file if same is None else _known(same, staff.employees),
        "grade_decisions": _decisions(params, desk, staff.staff_grades),
        "fairness_ledger": carried.ledger if carried is not None else tables.empty("fairness_ledger"),
        "off_queue": read_off_queue(_path(params, spec.off_queue), desk) if spec.off_queue else tables.empty("off_queue"),
        "employees": _with_overtime(staff.employees, read_overtime(_path(params, spec.approved_overtime), desk) if spec.approved_overtime else {}),
    }
    for name, frame in found.items():
        privacy.scan(frame, name)
    later_note = [say("intake.note.later_contacts", count=later, month=month)] if later else []
    all_notes = tuple(dict.fromkeys([*notes, *later_note, *staff.notes, *desk.notes]))
    files = {shown(path): fingerprint(path) for path in dict.fromkeys(paths)} | {i.label: i.seal for i in (before, same, carried) if i is not None}
    return Study(params, horizon, files, all_notes, found, places)


def _issued(spec: Files, site: str, horizon: Horizon) -> tuple[Files, Issue | None, Issue | None]:
    """The site's files, and the published rosters of the month before and of this month where it says ``published`` in place of a file.

    Before its first publication a month has none; the month before has to be published.
    """
    month, earlier = f"{horizon.start:%Y-%m}", f"{horizon.start - dt.timedelta(days=1):%Y-%m}"
    same = issues(site, month) if spec.published == ISSUED else []
    before = newest_issue(site, earlier) if spec.last_roster == ISSUED else None
    if spec.published == ISSUED and not same:
        spec = spec.model_copy(update={"published": None})
    return spec, before, same[-1] if same else None


def _carried(site: str, horizon: Horizon) -> Issue | None:
    """The published version of the month before, if there is one and it has a ledger of fairness."""
    found = issues(site, f"{horizon.start - dt.timedelta(days=1):%Y-%m}")
    return found[-1] if found and len(found[-1].ledger) else None


def _known(issue: Issue, employees: pd.DataFrame) -> pd.DataFrame:
    """The published roster of the people who are still in the staff list."""
    frame = issue.table("roster")
    return frame[frame["employee_id"].isin(employees["employee_id"])].reset_index(drop=True)


def names(study: Study) -> pd.DataFrame:
    """employee_id, display_name, staff_no of everyone in the staff list, read anew and never kept: for the full-tier workbook only.

    Raises
    ------
    IntakeError  if the staff list changed since the study was opened.
    """
    path = _path(study.params, study.params.site.files.staff)
    if fingerprint(path) != study.files[shown(path)]:
        raise IntakeError("intake.changed", where=shown(path))
    return read_names(path, study.params, site_key(study.site, study.params.site.synthetic))


def _path(params: Params, name: str) -> Path:
    """A file of the site: absolute, in the site's folder, or (for a parameter of a notebook) under the project.

    Raises
    ------
    IntakeError  if the system takes no such path (unknown home folder, too long, inside a folder that may not be entered).
    """
    try:
        path = params.folder / Path(name).expanduser()  # an absolute path stays as it is
        if not path.exists() and (project_root() / name).exists():
            return project_root() / name
    except (RuntimeError, OSError, ValueError):
        raise IntakeError("intake.no_file", where=name if len(name) <= _NAME_SHOWN else f"{name[:_NAME_SHOWN]}...", allowed="-") from None
    return path


def _month_file(params: Params, name: str, month: str) -> Path | None:
    """A file of the site whose name may hold ``{month}``; such a one may be missing, then None."""
    path = _path(params, name.replace("{month}", month))
    return None if "{month}" in name and not path.exists() else path


def pay_file(study: Study, kind: str, given: str = "") -> Path | None:
    """Attendance sheet or sheet of pay facts: the one given, else the site's of this month; None if there is none.

    Parameters
    ----------
    kind : ``attendance`` or ``pay_facts``;  given : path, absolute or relative to the site's folder or the project

    Raises
    ------
    IntakeError  if the system takes no such path.
    """
    name = given or getattr(study.params.site.files, kind)
    if not name:
        return None
    return _path(study.params, name) if given else _month_file(study.params, name, study.month)


def _before(history: pd.DataFrame, horizon: Horizon) -> tuple[pd.DataFrame, int]:
    """Contacts before the planned month: a forecast may not look at what it forecasts."""
    past = history["interval_start"] < pd.Timestamp(horizon.start)
    return history[past].reset_index(drop=True), int((~past).sum())


def _calendar(params: Params, horizon: Horizon, history: pd.DataFrame) -> pd.DataFrame:
    """Table ``calendar`` from the first contact (or 62 days before the month) to 31 days after it."""
    first = horizon.start - dt.timedelta(days=DAYS_BEFORE)
    if len(history):
        first = min(first, history["interval_start"].min().date())
    own = read_calendar(_path(params, params.site.files.calendar)) if params.site.files.calendar else None
    return calendar(first, horizon.end + dt.timedelta(days=DAYS_AFTER), params.site.country, own)


def read_calendar(path: Path) -> pd.DataFrame:
    """A site's own calendar: the days it names, in the columns of table ``calendar``.

    A day may carry a kind, a named event (a campaign), or both; without a kind it keeps the country's.

    Raises
    ------
    IntakeError  for dates and kinds that can't be read, days without kind and event, or days given twice.
    """
    source = open_sources(path, "calendar", [["date", "kind"], ["date", "event"]])[0]
    days = source.column("date", lambda cell: date(cell, epoch_1904=source.sheet.epoch_1904), "date", needed=True)
    kinds = source.column("kind", _day_kind, "day_kind", needed=not source.has("event"))
    holidays, events = source.column("holiday", text, "text"), source.column("event", text, "text")
    for row, kind, event in zip(source.rows, kinds, events, strict=True):
        if kind is None and event is None and source.has("event"):
            source.add("intake.cell_empty", row, "event", allowed=Word("intake.allowed.day_event"))
    seen: dict[dt.date, int] = {}
    for row, day in zip(source.rows, days, strict=True):
        if day is not None and seen.setdefault(day, row) != row:
            source.add("intake.day_twice", row, "date", day=day.isoformat(), first=seen[day] + 1)
    source.refuse()
    columns = {"date": pd.to_datetime(pd.Series(days)), "kind": kinds, "holiday": holidays, "event": events}
    return pd.DataFrame({name: pd.Series(values, dtype="datetime64[us]" if name == "date" else "str") for name, values in columns.items()})


def _decisions(params: Params, desk: Desk, grades: pd.DataFrame) -> pd.DataFrame:
    """Decided changes of grade of every file, table ``grade_decisions``; a change that stands in several files counts once."""
    kept: list[pd.DataFrame] = []
    for name in params.site.files.decisions:  # in the order of the list: a later file starts from where the earlier one ends
        found = read_decisions(_path(params, name), desk, grades)
        last = found.sort_values("pay_month", kind="stable")
        held = dict(zip(grades["employee_id"], grades["grade"], strict=True)) | dict(zip(last["employee_id"], last["to_grade"], strict=True))
        grades = grades.assign(grade=[held[person] for person in grades["employee_id"]])
        kept += [] if found.empty else [found]
    if not kept:
        return tables.empty("grade_decisions")
    return tables.check("grade_decisions", pd.concat(kept, ignore_index=True).drop_duplicates(ignore_index=True), source="decisions")


def _day_kind(cell: object) -> str | None:
    found = text(cell)
    if found is None:
        return None
    known = aliases.words("calendar_kinds")
    for part in aliases.candidates(found):
        if part in known:
            return known[part]
    raise ValueError(found)


def _with_overtime(employees: pd.DataFrame, hours: dict[str, float]) -> pd.DataFrame:
    """Employees with the overtime approved in a file of its own, which comes before the staff list's column."""
    approved = employees["employee_id"].map(hours).astype("float64")
    return tables.check("employees", employees.assign(overtime_max_h=approved.fillna(employees["overtime_max_h"])), source="employees")
