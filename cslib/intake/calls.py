"""Raw call logs, one row a call, to interval counts, handle times and patience: read in chunks, so that a year of a large site fits.

Who called and who answered is never read: only the columns that ``aliases.yml`` names under ``calls`` leave the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.errors import Finding, IntakeError
from cslib.core.paths import shown
from cslib.core.words import say
from cslib.intake import aliases
from cslib.intake.calls_patience import WAIT_MOST_S, patience_table
from cslib.intake.calls_times import durations, moments
from cslib.intake.sheets import decode
from cslib.params import Params

CHUNK_ROWS = 200_000
_HEAD_BYTES = 1_000_000  # enough to tell encoding, separator and header
_SHOWN = 20
_LONGEST_S = 12 * 3600  # a call beyond is a forgotten line, and would be booked as work


@dataclass
class CallLog:
    """What a log says: table ``contacts`` on the site's grid, table ``patience``, remarks."""

    contacts: pd.DataFrame
    patience: pd.DataFrame
    notes: list[str] = field(default_factory=list)


@dataclass
class _Sums:
    """Running sums over chunks: per queue and interval; waits per queue in whole seconds, ended by an answer or by giving up."""

    parts: list[pd.DataFrame] = field(default_factory=list)
    answered: dict[str, np.ndarray] = field(default_factory=dict)
    gave_up: dict[str, np.ndarray] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    repeated: int = 0


def read_calls(paths: Sequence[Path], params: Params, *, chunk_rows: int = CHUNK_ROWS) -> CallLog:
    """Read call logs.

    Parameters
    ----------
    paths : CSV files (UTF-8, GBK; comma, semicolon, tab). Columns, under any of their names in ``aliases.yml``: start; answer or wait_s; end or
        talk_s; wrap_s; queue (may be missing where only one queue takes contacts); status; call_id (repeated ids count once)
    chunk_rows : rows in memory at a time; the result does not depend on it

    Returns
    -------
    CallLog. An open interval without a call between two days with calls counts as zero; a day without any call is not recorded.

    Raises
    ------
    IntakeError  for a file without the columns, times that can't be read, answers before the start, ends before the answer, unknown queues.
    """
    sums = _Sums()
    for path in paths:
        for first_row, chunk in _chunks(path, chunk_rows):
            _add(sums, _calls(chunk, first_row, path, params, sums), params)
    if not any(len(part) for part in sums.parts):
        raise IntakeError("intake.calls_empty", where=", ".join(map(shown, paths)) or "-")
    notes = [say("intake.note.calls_repeated", count=sums.repeated)] if sums.repeated else []
    frame = _on_grid(pd.concat(sums.parts, ignore_index=True), params)
    return CallLog(tables.check("contacts", frame, source="calls"), patience_table(sums.answered, sums.gave_up), notes)


def _chunks(path: Path, chunk_rows: int) -> Iterator[tuple[int, pd.DataFrame]]:
    """Rows of a file as texts with canonical columns, and the number of the first row as a reader counts them."""
    if not path.is_file():
        raise IntakeError("intake.no_file", where=shown(path), allowed="-")
    with path.open("rb") as file:
        raw = file.read(_HEAD_BYTES)
    cut = raw[: raw.rfind(b"\n") + 1] or raw
    text = decode(cut, shown(path))
    encoding = next((name for name in ("utf-8-sig", "gb18030") if _reads(cut, name)), "utf-16")
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=head.count)
    named: dict[str, str] = {}
    for header in (cell.strip().strip('"') for cell in head.lstrip("\ufeff").split(separator)):
        found = aliases.match("calls", header)
        if found is not None and found.column not in named.values():
            named[header] = found.column
    _refuse_columns(path, set(named.values()))
    options = {"sep": separator, "encoding": encoding, "dtype": str, "keep_default_na": False, "skip_blank_lines": True}
    try:
        with pd.read_csv(path, usecols=lambda name: str(name).strip() in named, chunksize=chunk_rows, **options) as reader:
            row = 2
            for chunk in reader:
                yield row, chunk.rename(columns=lambda name: named[str(name).strip()]).reset_index(drop=True)
                row += len(chunk)
    except (UnicodeDecodeError, pd.errors.ParserError) as error:
        raise IntakeError("intake.calls_damaged", where=shown(path), given=str(error).strip()[:120]) from None


def _reads(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_columns(path: Path, found: set[str]) -> None:
    answered = bool({"answer", "wait_s", "status"} & found)
    ended = bool({"end", "talk_s"} & found)
    if "start" not in found or not answered or not ended:
        allowed = ", ".join(aliases.shown("calls", column) for column in ("start", "answer", "wait_s", "end", "talk_s", "queue", "status"))
        given = ", ".join(sorted(found)) or "-"
        raise IntakeError("intake.calls_columns", where=shown(path), given=given, allowed=allowed)


def _calls(chunk: pd.DataFrame, first_row: int, path: Path, params: Params, sums: _Sums) -> pd.DataFrame:
    """Calls of a chunk: queue, start, answered, wait_s, work_s (talk and wrap-up)."""
    chunk = chunk[chunk["start"].str.strip() != ""]
    if "call_id" in chunk:
        fresh = ~chunk["call_id"].isin(sums.seen) & ~chunk["call_id"].duplicated() | (chunk["call_id"].str.strip() == "")
        sums.repeated += int((~fresh).sum())
        chunk = chunk[fresh]
        sums.seen.update(chunk["call_id"])
    start = moments(chunk["start"], None)
    nothing = pd.Series(pd.NaT, index=chunk.index, dtype="datetime64[us]")
    answer = moments(chunk["answer"], start) if "answer" in chunk else nothing
    end = moments(chunk["end"], start) if "end" in chunk else nothing
    wait = durations(chunk["wait_s"]) if "wait_s" in chunk else (answer.fillna(end) - start).dt.total_seconds()
    talk = durations(chunk["talk_s"]) if "talk_s" in chunk else (end - answer).dt.total_seconds()
    if "status" in chunk:
        known = chunk["status"].map(lambda cell: aliases.words("call_status").get(aliases.squeeze(cell)))
        answered = known == "answered"
        unknown = known.isna()
    else:
        answered = answer.notna() if "answer" in chunk else talk > 0
        unknown = pd.Series(False, index=chunk.index)
    wrap = durations(chunk["wrap_s"]).fillna(0.0) if "wrap_s" in chunk else 0.0
    queues = _queues(chunk, params)
    wrong = {
        "intake.calls_time": start.isna() | (_filled(chunk, "answer") & answer.isna()) | (_filled(chunk, "end") & end.isna()),
        "intake.calls_status": unknown,
        "intake.calls_order": (wait < 0) | (answered & (talk < 0)) | (talk > _LONGEST_S),
        "intake.calls_queue": queues.isna(),
    }
    _refuse(wrong, chunk, first_row, path, params)
    work = np.where(answered, talk.fillna(0.0) + wrap, np.nan)
    return pd.DataFrame({"queue": queues, "start": start, "answered": answered, "wait_s": wait.fillna(0.0), "work_s": work})


def _filled(chunk: pd.DataFrame, column: str) -> pd.Series:
    return ~chunk[column].str.strip().isin(["", "-", "--"]) if column in chunk else pd.Series(False, index=chunk.index)


def _queues(chunk: pd.DataFrame, params: Params) -> pd.Series:
    queues = {key: queue for key, queue in params.site.queues.items() if queue.model != "heads"}
    only = next(iter(queues)) if len(queues) == 1 else None
    if "queue" not in chunk:
        return pd.Series(only, index=chunk.index, dtype="str")
    known = {aliases.squeeze(text): key for key, queue in queues.items() for text in (key, queue.name.zh, queue.name.en)}
    names = {cell: known.get(aliases.squeeze(cell), only if not str(cell).strip() else None) for cell in chunk["queue"].unique()}
    return chunk["queue"].map(names).astype("str")


def _refuse(wrong: dict[str, pd.Series], chunk: pd.DataFrame, first_row: int, path: Path, params: Params) -> None:
    listed = ", ".join(key for key, queue in params.site.queues.items() if queue.model != "heads")
    findings: list[Finding] = []
    for key, bad in wrong.items():
        for place in np.flatnonzero(bad.to_numpy(dtype=bool)):
            index = chunk.index[place]
            cells = [str(chunk[column][index]) for column in _COLUMNS_SHOWN[key] if column in chunk]
            findings.append(Finding(key, f"{shown(path)}:{first_row + index}", {"given": " / ".join(cells) or "-", "allowed": listed}))
    if findings:
        rest = [Finding("intake.more", "", {"count": len(findings) - _SHOWN})] if len(findings) > _SHOWN else []
        raise IntakeError(findings=[*findings[:_SHOWN], *rest])


_COLUMNS_SHOWN = {
    "intake.calls_time": ("start", "answer", "end"), "intake.calls_status": ("status",),
    "intake.calls_order": ("start", "answer", "end", "wait_s", "talk_s"), "intake.calls_queue": ("queue",),
}  # fmt: skip


def _add(sums: _Sums, calls: pd.DataFrame, params: Params) -> None:
    grid = f"{params.site.interval_min}min"
    calls = calls.assign(interval_start=calls["start"].dt.floor(grid), gave_up=~calls["answered"])
    groups = calls.groupby(["queue", "interval_start"], sort=False)
    part = groups.agg(offered=("answered", "size"), handled=("answered", "sum"), abandoned=("gave_up", "sum"), work_s=("work_s", "sum"))
    sums.parts.append(part.reset_index())
    seconds = np.minimum(calls["wait_s"].to_numpy(dtype=float), WAIT_MOST_S).astype(np.int64)
    for queue, rows in calls.groupby("queue", sort=False).indices.items():
        for store, flags in ((sums.answered, calls["answered"]), (sums.gave_up, calls["gave_up"])):
            mine = seconds[rows][flags.to_numpy(dtype=bool)[rows]]
            store[str(queue)] = store.get(str(queue), np.zeros(WAIT_MOST_S + 1, dtype=np.int64)) + np.bincount(mine, minlength=WAIT_MOST_S + 1)


def _on_grid(rows: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Sums per interval; open intervals of days with calls that had none are zeros."""
    whole = rows.groupby(["queue", "interval_start"], as_index=False)[["offered", "handled", "abandoned", "work_s"]].sum()
    parts = []
    grid = params.site.interval_min
    for queue, mine in whole.groupby("queue", sort=True):
        spec = params.site.queues[str(queue)]
        days = pd.DatetimeIndex(mine["interval_start"].dt.normalize().unique())
        starts = pd.DatetimeIndex(np.concatenate([pd.date_range(day, periods=1440 // grid, freq=f"{grid}min", unit="us") for day in days]))
        opened = starts[[spec.open_at(t.weekday(), t.hour * 60 + t.minute) for t in starts]]
        every = opened.union(pd.DatetimeIndex(mine["interval_start"]))
        found = mine.set_index("interval_start").drop(columns="queue").reindex(every, fill_value=0.0)
        found["aht_s"] = found["work_s"] / found["handled"].where(found["handled"] > 0)
        parts.append(found.drop(columns="work_s").rename_axis("interval_start").reset_index().assign(queue=str(queue)))
    return pd.concat(parts, ignore_index=True).astype({"offered": float, "handled": float, "abandoned": float})
