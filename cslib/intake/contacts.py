"""Contact counts, long or wide, from one or several files, on the site's grid: gaps shown, duplicates and impossible values refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.errors import Finding, IntakeError
from cslib.core.units import MINUTES_PER_DAY
from cslib.core.words import Word, say
from cslib.intake import aliases, privacy
from cslib.intake.source import Source, open_sources, refuse
from cslib.intake.steps import longer_interval
from cslib.intake.values import clock_span, date, flag, moment, number, seconds, text
from cslib.params import Params

MEASURES = ("offered", "handled", "abandoned", "aht_s")
_NEEDED = (["interval_start", "offered"], ["date", "time", "offered"], ["date", "*"])
_YEARS = (1990, 2099)  # a date outside is a typing error, and one of them would stretch the grid over centuries
_BOUNDS = {"offered": (0.001, 1e6), "handled": (0.001, 1e6), "abandoned": (0.001, 1e6), "aht_s": (0.1, 86_400.0)}  # least above 0, and most
_AGGREGATED_MIN = 5  # a file on a finer grid than this is a list of single contacts, not of counts


def read_contacts(paths: Sequence[Path], params: Params) -> tuple[pd.DataFrame, list[str]]:
    """Contacts of all files as table ``contacts``, and the notes of the readers.

    Raises
    ------
    IntakeError  for cells, queues, grids, duplicates and gaps that can't be accepted.
    """
    notes: list[str] = []
    parts = []
    for path in paths:
        for source in open_sources(path, "contacts", _NEEDED, extra=_time_header, several=True):
            parts.append(_rows(source, params))
            notes += source.notes
    if not parts:
        return tables.empty("contacts"), notes
    rows = pd.concat(parts, ignore_index=True)
    _refuse_duplicates(rows)
    frame = pd.concat([_on_grid(part, params) for _, part in rows.groupby("queue", sort=True)], ignore_index=True)
    filled, gap_notes = _with_gaps(frame, params)
    return tables.check("contacts", filled, source=", ".join(dict.fromkeys(rows["file"]))), notes + gap_notes


def _time_header(cell: Any) -> tuple[int, int | None] | None:
    """The header of a wide column: an interval's start, or start and end."""
    if isinstance(cell, int) and not isinstance(cell, bool) and cell != 0:
        return None
    try:
        return clock_span(cell)
    except ValueError:
        return None


def _rows(source: Source, params: Params) -> pd.DataFrame:
    """Rows of one sheet: queue, interval_start, measures, closed, and file, where (place for messages), length_min if written."""
    if not source.rows:
        source.add("intake.no_rows", source.header_row)
        source.refuse()
    queues = _queues(source, params)
    wide = bool(source.wide) and not source.has("offered")
    frame = _wide(source, queues) if wide else _long(source, queues)
    for _, place in frame[~frame["interval_start"].dt.year.between(*_YEARS) & frame["interval_start"].notna()].drop_duplicates("row").iterrows():
        facts = {"given": place["interval_start"].date().isoformat(), "first": f"{_YEARS[0]}-01-01", "last": f"{_YEARS[1]}-12-31"}
        source.add("intake.year", place["row"], "interval_start" if source.has("interval_start") else "date", **facts)
    for measure in MEASURES:
        if measure not in frame:
            continue
        for i in frame.index[frame[measure] < 0]:
            source.add("intake.negative", frame["row"][i], frame["cell"][i] if wide else measure, given=f"{frame[measure][i]:g}")
        least, most = _BOUNDS[measure]
        for i in frame.index[(frame[measure] > most) | ((frame[measure] > 0) & (frame[measure] < least))]:
            facts = {"given": f"{frame[measure][i]:g}", "allowed": Word(f"intake.allowed.{measure}")}
            source.add("intake.cell", frame["row"][i], frame["cell"][i] if wide else measure, **facts)
    source.refuse()
    return frame.assign(file=source.sheet.file, where=[source.where(row) for row in frame["row"]])


def _queues(source: Source, params: Params) -> list[str | None]:
    """Queue of every row: its column, else the sheet's or file's name, else the only queue with arriving contacts."""
    known = {aliases.squeeze(s): key for key, queue in params.site.queues.items() for s in (key, queue.name.zh, queue.name.en)}
    listed = ", ".join(f"{key} ({queue.name.zh} / {queue.name.en})" for key, queue in params.site.queues.items())
    arriving = [key for key, queue in params.site.queues.items() if queue.model != "heads"]
    only = arriving[0] if len(arriving) == 1 else None
    if source.has("queue"):
        found = []
        for row, given in zip(source.rows, source.column("queue", text, "text", needed=only is None), strict=True):
            queue = known.get(aliases.squeeze(given)) if given else only
            if queue is None and given:
                source.add("intake.unknown_queue", row, "queue", given=privacy.masked(given), allowed=listed)
            found.append(queue)
        return found
    stem = Path(source.sheet.file).stem
    named = known.get(aliases.squeeze(source.sheet.name)) or known.get(aliases.squeeze(stem))
    if named is None and only is None:
        source.add("intake.no_queue", source.header_row, allowed=listed)
        source.refuse()
    return [named or only] * len(source.rows)


def _long(source: Source, queues: list[str | None]) -> pd.DataFrame:
    if source.has("interval_start"):
        starts = source.column("interval_start", lambda c: moment(c, epoch_1904=source.sheet.epoch_1904), "moment", needed=True)
        lengths: list[int | None] = [None] * len(starts)
    else:
        days = source.column("date", lambda c: date(c, epoch_1904=source.sheet.epoch_1904), "date", needed=True)
        spans = source.column("time", clock_span, "clock", needed=True)
        starts = [None if day is None or span is None else _at(day, span[0]) for day, span in zip(days, spans, strict=True)]
        lengths = [None if span is None or span[1] is None else span[1] - span[0] for span in spans]
    frame = pd.DataFrame({"queue": queues, "interval_start": pd.Series(starts, dtype="datetime64[us]"), "length_min": lengths, "row": source.rows})
    for measure in MEASURES:
        if source.has(measure):
            values = source.column(measure, seconds if measure == "aht_s" else number, measure)
            frame[measure] = np.array([np.nan if v is None else v for v in values], dtype=float) * source.columns[measure].factor
    if source.has("closed"):
        frame["closed"] = source.column("closed", flag, "flag", default=False)
    return frame


def _wide(source: Source, queues: list[str | None]) -> pd.DataFrame:
    days = source.column("date", lambda c: date(c, epoch_1904=source.sheet.epoch_1904), "date", needed=True)
    parts = []
    for span in source.wide:
        values = source.wide_column(span, number, "offered")
        starts = [None if day is None else _at(day, span[0]) for day in days]
        offered = np.array([np.nan if v is None else v for v in values], dtype=float)
        length = None if span[1] is None else span[1] - span[0]
        part = pd.DataFrame({"queue": queues, "interval_start": pd.Series(starts, dtype="datetime64[us]"), "length_min": length, "row": source.rows})
        parts.append(part.assign(offered=offered, cell=pd.Series([span] * len(days), dtype=object)))
    return pd.concat(parts, ignore_index=True)


def _at(day: dt.date, minute: int) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day) + dt.timedelta(minutes=minute)


def _refuse_duplicates(rows: pd.DataFrame) -> None:
    repeated = rows.index[rows.duplicated(["queue", "interval_start"], keep="first")]
    first = rows.drop_duplicates(["queue", "interval_start"]).set_index(["queue", "interval_start"])["where"]
    findings = []
    for i in repeated[:21]:
        queue, start = rows["queue"][i], rows["interval_start"][i]
        facts = {"queue": queue, "start": f"{start:%Y-%m-%d %H:%M}", "first": first[(queue, start)]}
        findings.append(Finding("intake.interval_twice", rows["where"][i], facts))
    refuse(findings)


def _on_grid(rows: pd.DataFrame, params: Params) -> pd.DataFrame:
    """One queue's rows on the site's grid; a finer file is added up (average handle time weighted by contacts offered).

    Raises
    ------
    IntakeError  if the file's grid is coarser than the site's, doesn't divide it, is coarser for a time, or single rows are off it.
    """
    rows = rows.sort_values("interval_start").reset_index(drop=True)
    grid = params.site.interval_min
    minutes = rows["interval_start"].dt.hour * 60 + rows["interval_start"].dt.minute
    found = _file_interval(rows, grid)
    if found > grid or grid % found or found < _AGGREGATED_MIN:
        facts = {"given": found, "allowed": grid, "queue": rows["queue"][0]}
        raise IntakeError("intake.grid", where=rows["where"][0], **facts)
    off = rows.index[(minutes % found).ne(0) | (rows["length_min"].notna() & rows["length_min"].ne(found))]
    refuse([Finding("intake.off_grid", rows["where"][i], {"given": f"{rows['interval_start'][i]:%Y-%m-%d %H:%M}", "allowed": found}) for i in off])
    known = rows[rows["offered"].notna()]
    changed = longer_interval(pd.DatetimeIndex(known["interval_start"]), found)
    if changed is not None:
        first, days, longer = changed
        where = known.loc[known["interval_start"] >= first, "where"].iloc[0]
        facts = {"queue": rows["queue"][0], "first": f"{first:%Y-%m-%d}", "days": days, "given": longer, "allowed": found}
        raise IntakeError("intake.interval_changes", where=where, **facts)
    return rows if found == grid else _added_up(rows, grid, grid // found)


def _file_interval(rows: pd.DataFrame, default: int) -> int:
    """The commonest step between neighbouring rows [min]."""
    steps = rows["interval_start"].diff().dt.total_seconds().div(60)
    steps = steps[(steps > 0) & (steps < MINUTES_PER_DAY)]
    return int(steps.mode().iloc[0]) if len(steps) else default


def _added_up(rows: pd.DataFrame, grid: int, parts: int) -> pd.DataFrame:
    """Sums over the site's intervals; an interval with a part missing is empty, because its sum isn't known."""
    rows = rows.assign(interval_start=rows["interval_start"].dt.floor(f"{grid}min"))
    groups = rows.groupby("interval_start", sort=True)
    result = groups[["queue", "file", "where"]].first()
    for measure in ("offered", "handled", "abandoned"):
        if measure in rows:
            result[measure] = groups[measure].sum(min_count=parts)
    if "aht_s" in rows:
        known = rows["aht_s"].notna()
        weight = rows["offered"].where(known, 0.0).fillna(0.0)
        work = (rows["aht_s"] * weight).fillna(0.0).groupby(rows["interval_start"]).sum()
        total = weight.groupby(rows["interval_start"]).sum()
        result["aht_s"] = (work / total.where(total > 0)).reindex(result.index)
    if "closed" in rows:
        result["closed"] = groups["closed"].all()
    return result.reset_index()


def _with_gaps(frame: pd.DataFrame, params: Params) -> tuple[pd.DataFrame, list[str]]:
    """Missing intervals inside opening hours as rows with empty ``offered``.

    Raises
    ------
    IntakeError  if more than ``demand.max_gap_share`` of a queue's open intervals are missing: the first gap and the share.
    """
    notes, findings, added = [], [], []
    for name, rows in frame.groupby("queue", sort=True):
        queue = str(name)
        expected = _open_intervals(rows["interval_start"], params, queue)
        closed = rows["closed"].fillna(False).astype(bool) if "closed" in rows else False
        known = rows.loc[rows["offered"].notna() | closed, "interval_start"]
        missing = expected.difference(pd.DatetimeIndex(known))
        if len(missing):
            share = len(missing) / len(expected)
            facts = {"queue": queue, "count": len(missing), "first": f"{missing[0]:%Y-%m-%d %H:%M}", "share": f"{share:.2%}"}
            if share > params.site.demand.max_gap_share:
                allowed = f"{params.site.demand.max_gap_share:.0%}"
                findings.append(Finding("intake.gap", ", ".join(dict.fromkeys(rows["file"])), {**facts, "allowed": allowed}))
            notes.append(say("intake.note.gap", **facts))
            rowless = missing.difference(pd.DatetimeIndex(rows["interval_start"]))
            added.append(pd.DataFrame({"queue": queue, "interval_start": rowless}))
    refuse(findings)
    columns = ["queue", "interval_start", *(c for c in (*MEASURES, "closed") if c in frame)]
    filled = pd.concat([frame[columns], *[part for part in added if len(part)]], ignore_index=True)
    return filled, notes


def _open_intervals(starts: pd.Series, params: Params, queue: str) -> pd.DatetimeIndex:
    """Every interval of the site's grid inside the queue's opening hours, from the first to the last of ``starts``."""
    grid = params.site.interval_min
    all_starts = pd.date_range(starts.min(), starts.max(), freq=f"{grid}min", unit="us")
    spec = params.site.queues[queue]
    opened = {(day, minute): spec.open_at(day, minute) for day in range(7) for minute in range(0, MINUTES_PER_DAY, grid)}
    minutes = all_starts.hour * 60 + all_starts.minute
    return all_starts[[opened[pair] for pair in zip(all_starts.day_of_week, minutes, strict=True)]]
