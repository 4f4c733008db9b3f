"""A site's own appraisal figures: KPI results with their samples, exams and training, team targets; from CSV and Excel, under pseudonyms.

They are read when a page asks for them (``figures``) and are no part of a Study: a roster never sees a score.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from cslib.core import tables
from cslib.core.errors import Finding, IntakeError
from cslib.core.paths import shown
from cslib.core.words import Word, say
from cslib.intake import aliases
from cslib.intake.measures import Measure, Measures, measure_name, measure_of, range_of, value_of
from cslib.intake.people import Desk, month
from cslib.intake.pseudonym import site_key
from cslib.intake.sheets import fingerprint
from cslib.intake.source import Source, open_sources
from cslib.intake.staff import read_staff
from cslib.intake.study import Study
from cslib.intake.values import flag, is_empty, number, text
from cslib.params.kpi import KpiFile, TeamTarget, TrainingFile, open_kpis, open_training

_WEEK_DAYS = 7


@dataclass(frozen=True)
class Figures:
    """What a site's appraisal files hold.

    facts : table ``kpi_facts``; KPIs of ``params/kpi`` and the further facts that ladders read, by month
    training : [period, training, passed] one row a person and session
    targets : the site's own team targets, empty where it has none;  notes : remarks of the readers
    complaints : [month, category, upheld, in_time] one row a complaint, without any person
    counts_complaints : whether the site brings a list of complaints, which may be empty
    """

    facts: pd.DataFrame
    training: pd.DataFrame
    targets: Mapping[str, TeamTarget]
    complaints: pd.DataFrame
    notes: tuple[str, ...] = ()
    counts_complaints: bool = False

    @property
    def given(self) -> bool:
        """True if the site brings figures of its own."""
        return not self.facts.empty


def figures(study: Study) -> Figures:
    """The site's appraisal figures, read and checked; empty where ``site.yml`` names no such files.

    Raises
    ------
    IntakeError  with file, row and column: an unknown person, KPI or month, a value out of range, a missing sample, a figure given twice, an
        excluded criterion; KPI files, or all files, without a figure of anybody employed; or if a file changed since the study was opened.
    """
    spec = study.params.site.files
    kpis, training = open_kpis(), open_training()
    named = [("kpi", name) for name in spec.kpi] + [("exams", name) for name in spec.exams]
    if not named and not spec.targets and not spec.complaints:
        return Figures(tables.empty("kpi_facts"), _passes([]), {}, _complaints([]))
    measures, desk, rows, passes, blank = Measures(kpis), _desk(study), [], [], {}
    for kind, name in named:
        path = _unchanged(study, name)
        read = _read_kpi(path, desk, measures) if kind == "kpi" else _read_exams(path, desk, measures, training)
        if not read[0] and not read[1]:
            blank[shown(path)] = kind
        rows += read[0]
        passes += read[1]
    if named and (not (rows or passes) or (spec.kpi and list(blank.values()).count("kpi") == len(spec.kpi))):
        # else a page would show invented figures in place of the site's
        raise IntakeError(findings=[Finding("intake.no_figures", where) for where in blank])
    desk.notes += [say("intake.note.no_figures", file=where) for where in blank]
    targets = _read_targets(_unchanged(study, spec.targets), kpis) if spec.targets else {}
    if spec.targets and not targets:
        desk.notes.append(say("intake.note.no_targets", file=spec.targets))
    complaints = _read_complaints(_unchanged(study, spec.complaints), desk) if spec.complaints else _complaints([])
    facts = tables.check("kpi_facts", pd.DataFrame(rows), source="kpi") if rows else tables.empty("kpi_facts")
    return Figures(facts, _passes(passes), targets, complaints, tuple(dict.fromkeys(desk.notes)), bool(spec.complaints))


def _desk(study: Study) -> Desk:
    params = study.params
    ids = read_staff(_unchanged(study, params.site.files.staff), params, study.horizon, site_key(study.site, params.site.synthetic)).ids
    return Desk(params, study.horizon, ids, study.employees, study.calendar)


def _unchanged(study: Study, name: str) -> Path:
    path = study.params.folder / Path(name).expanduser()
    if not path.is_file() or fingerprint(path) != study.files.get(shown(path)):
        raise IntakeError("intake.file_changed", where=shown(path))
    return path


def _passes(rows: list[tuple[str, str, bool]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["period", "training", "passed"])


def _complaints(rows: list[tuple[str, str, bool, bool]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["month", "category", "upheld", "in_time"])


def _read_complaints(path: Path, desk: Desk) -> pd.DataFrame:
    """Complaints of the department, one row each; whom they concern is not read (S002-33)."""
    source = open_sources(path, "complaints", [["month", "category", "upheld", "in_time"]])[0]
    months, kinds = source.column("month", month, "month", needed=True), source.column("category", text, "text", needed=True)
    upheld, in_time = (source.column(name, lambda cell: flag(cell), "flag") for name in ("upheld", "in_time"))
    source.refuse()
    desk.notes += source.notes
    return _complaints([(str(m), str(k), bool(u), bool(t)) for m, k, u, t in zip(months, kinds, upheld, in_time, strict=True)])


Rows = tuple[list[dict[str, Any]], list[tuple[str, str, bool]]]


def _read_kpi(path: Path, desk: Desk, measures: Measures) -> Rows:
    """One KPI result a row (person, month, KPI, value, sample), or one fact a column for what needs no sample."""
    source = open_sources(path, "kpi", [["staff_no", "month", "kpi", "value"], ["staff_no", "month", "*"]], extra=measures.beside("kpi"))[0]
    periods = source.column("month", month, "month", needed=True)
    samples, spreads = source.column("sample", number, "sample"), source.column("sd", number, "sd")
    found: list[dict[str, Any]] = []
    seen: dict[tuple[str, str, str], int] = {}
    for i, row in enumerate(source.rows):
        person, period = desk.person(source, row), _period(source, row, periods[i], desk)
        cells = _cells(source, row, measures, samples[i], spreads[i])
        if person is None or period is None or not _employed(source, row, "month", person, period, desk):
            continue
        for column, code, value in cells:
            if seen.setdefault((person, period, code), row) != row:
                facts = {"given": measure_name(measures.kpis, code), "month": period, "first": seen[person, period, code] + 1}
                source.add("intake.figure_twice", row, column, **facts)
            found.append({"employee_id": person, "period": period, "kpi": code, "value": value, "sample": samples[i], "sd": spreads[i]})
    source.refuse()
    desk.notes += source.notes
    return _here(found, source, desk), []


def _cells(source: Source, row: int, measures: Measures, sample: float | None, spread: float | None) -> list[tuple[Any, str, float]]:
    """(column, KPI, value) of a row, in range; what can't be used becomes findings."""
    found = [(key, key, value_of(source, row, key, measures.measure(key))) for key in source.wide]
    if source.has("kpi"):
        code = measure_of(source, row, measures)
        if code is not None:
            found.append(("value", code, value_of(source, row, "value", measures.measure(code))))
            if found[-1][2] is None and is_empty(source.raw(row, "value")):
                source.add("intake.cell_empty", row, "value", allowed=range_of(measures.measure(code)))
    kept = [(column, code, value) for column, code, value in found if value is not None]
    for column, code, _ in kept:
        if measures.measure(code).sampled and (sample is None or sample <= 0):
            source.add("intake.no_sample", row, "sample" if source.has("sample") else column, given=measure_name(measures.kpis, code))
    for column, given in (("sample", sample), ("sd", spread)):
        if given is not None and given < 0:
            source.add("intake.cell", row, column, given=f"{given:g}", allowed=Word("intake.allowed.sample"))
    return kept


def _period(source: Source, row: int, period: str | None, desk: Desk) -> str | None:
    """The month, if it is over before the planned month begins."""
    if period is not None and period >= desk.horizon.label:
        source.add("intake.month_later", row, "month" if source.has("month") else "date", given=period, allowed=desk.horizon.label)
        return None
    return period


def _employed(source: Source, row: int, column: str, person: str, period: str, desk: Desk) -> bool:
    """Whether the person worked in that month; a figure from before the first day is a typing error."""
    hired = desk.employees.loc[desk.employees["employee_id"].eq(person), "hired"]
    if hired.empty or f"{hired.iloc[0]:%Y-%m}" <= period:
        return True
    source.add("intake.before_hired", row, column if source.has(column) else None, given=period, first=f"{hired.iloc[0]:%Y-%m-%d}")
    return False


def _here(rows: list[dict[str, Any]], source: Source, desk: Desk) -> list[dict[str, Any]]:
    """Rows of the people employed in the planned month; the others are counted in a note."""
    here = set(desk.employees["employee_id"])
    kept = [row for row in rows if row["employee_id"] in here]
    if len(kept) < len(rows):
        desk.notes.append(say("intake.note.figures_left", file=source.sheet.file, count=len(rows) - len(kept)))
    return kept


def _read_exams(path: Path, desk: Desk, measures: Measures, training: TrainingFile) -> Rows:
    """Exam marks and training results by person and day: marks as facts of the ladders, passes by kind of training."""
    source = open_sources(path, "exams", [["staff_no", "date", "passed"], ["staff_no", "date", "*"]], extra=measures.beside("exams"))[0]
    days = source.column("date", desk.day_reader(source), "date", needed=True)
    kinds = source.column("training", lambda cell: _kind(cell, training), "training")
    passed = source.column("passed", lambda cell: None if is_empty(cell) else flag(cell), "flag")
    found: list[dict[str, Any]] = []
    passes: list[tuple[str, str, bool]] = []
    seen: dict[tuple[str, dt.date, str | None], int] = {}
    for i, row in enumerate(source.rows):
        person, day = desk.person(source, row), days[i]
        cells = [(code, value_of(source, row, code, measures.measure(code))) for code in source.wide]
        if person is None or day is None or _period(source, row, f"{day:%Y-%m}", desk) is None:
            continue
        if not _employed(source, row, "date", person, f"{day:%Y-%m}", desk):
            continue
        if seen.setdefault((person, day, kinds[i]), row) != row:
            source.add("intake.day_twice", row, "date", day=day.isoformat(), first=seen[person, day, kinds[i]] + 1)
        marks = {code: value for code, value in cells if value is not None}
        if marks and "exam_week" not in marks:
            marks["exam_week"] = _week(person, day, desk)
        if passed[i] is not None:
            marks["training_passed"] = float(bool(passed[i]))
            passes.append((f"{day:%Y-%m}", kinds[i] or "other", bool(passed[i])))
        found += [{"employee_id": person, "period": f"{day:%Y-%m}", "kpi": k, "value": v, "sample": None, "sd": None} for k, v in marks.items()]
    source.refuse()
    desk.notes += source.notes
    latest = {(row["employee_id"], row["period"], row["kpi"]): row for row in found}  # several in a month: the file's last one
    return _here(list(latest.values()), source, desk), passes


def _kind(cell: Any, training: TrainingFile) -> str | None:
    given = text(cell)
    if given is None:
        return None
    known = {aliases.squeeze(s): code for code, kind in training.kinds.items() for s in (code, kind.meaning.zh, kind.meaning.en)}
    known |= {spelling: code for spelling, code in aliases.words("trainings").items() if code in training.kinds}
    for part in aliases.candidates(given):
        if part in known:
            return known[part]
    raise ValueError(given)


def _week(person: str, day: dt.date, desk: Desk) -> float:
    """Week of employment in which a day lies, 1 = the first seven days."""
    hired = desk.employees.loc[desk.employees["employee_id"].eq(person), "hired"]
    return float((day - hired.iloc[0].date()).days // _WEEK_DAYS + 1) if len(hired) else 0.0


def _read_targets(path: Path, kpis: KpiFile) -> dict[str, TeamTarget]:
    """The site's own team targets: KPI, basis (absolute, or change against the baseline), value."""
    measures = Measures(kpis)
    source = open_sources(path, "targets", [["kpi", "value"]])[0]
    bases = source.column("against", _basis, "basis", default="absolute")
    found: dict[str, TeamTarget] = {}
    for row, basis in zip(source.rows, bases, strict=True):
        code = measure_of(source, row, measures)
        if code is not None and code not in kpis.kpis:
            source.add("intake.unknown_kpi", row, "kpi", given=measure_name(kpis, code), allowed=measures.like(code))
        if code not in kpis.kpis or basis is None:
            continue
        limits = Measure(code, "share", -0.99, 10.0, False) if basis == "baseline" else measures.measure(code)
        value = value_of(source, row, "value", limits)
        if value is None:
            source.add("intake.cell_empty", row, "value", allowed=range_of(limits)) if is_empty(source.raw(row, "value")) else None
            continue
        name = f"{code}_{basis}"
        if name in found:
            source.add("intake.target_twice", row, "kpi", given=measure_name(kpis, code))
        meaning = kpis.kpis[code].meaning
        goal: dict[str, Any] = {"at_least": value} if basis == "absolute" else {"change_share": value}
        found[name] = TeamTarget(meaning=meaning, kpi=code, against=basis, origin="fill", note="site", **goal)
    source.refuse()
    return found


def _basis(cell: Any) -> Literal["absolute", "baseline"] | None:
    given = text(cell)
    known = aliases.words("target_bases")
    found = next((known[part] for part in aliases.candidates(given or "") if part in known), None)
    if given is not None and found is None:
        raise ValueError(given)
    return "baseline" if found == "baseline" else None if given is None else "absolute"
