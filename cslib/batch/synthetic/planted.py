"""The planted roster on file and as tables: ``planted_<month>.csv`` holds a row a person and a column a day.

A cell is empty (rest), ``leave``, or a shift, for pooled shifts with its break starts in minutes (``E@210``), for posts with the post
(``N:north_lobby``; the breaks follow from the relief plan). It is kept so that the samples stay as they are when the forecast is
refined; ``synthesise(..., replant=True)`` makes it anew.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cslib.batch.synthetic.field import Field, Planted
from cslib.batch.synthetic.files import write_csv
from cslib.batch.synthetic.pattern import REST_DAY
from cslib.batch.synthetic.people import Person, person
from cslib.batch.synthetic.recipe import People
from cslib.batch.synthetic.relief import Need, Pause, Posted, relieve
from cslib.core import tables
from cslib.core.errors import RosterError
from cslib.core.horizon import Horizon
from cslib.core.shifts import LEAVE, REST, WORK, Span, write_breaks
from cslib.intake import Study
from cslib.params import Params

AWAY = "leave"
_SEED = "# seed "


@dataclass(frozen=True)
class Row:
    """A planted person: row of the staff list from 1, and the cell of each day."""

    position: int
    who: Person
    cells: dict[dt.date, str]

    def shift(self, day: dt.date) -> str:
        """Shift code of a day, empty if there is none."""
        cell = self.cells.get(day, "")
        return "" if cell == AWAY else cell.partition("@")[0].partition(":")[0]

    def post(self, day: dt.date) -> str:
        """Home post of a day, empty for pooled shifts."""
        return self.cells.get(day, "").partition("@")[0].partition(":")[2]


def as_rows(field: Field, planted: Sequence[Planted]) -> list[Row]:
    """Planted people as rows, in the order of the staff list."""
    dates = [day.date() for day in field.days["date"]]
    rows = []
    for position, each in enumerate(planted, start=1):
        cells = {}
        for day, option_id in zip(dates, each.days, strict=True):
            cells[day] = AWAY if day in each.person.leave else ""
            if option_id != REST_DAY:
                option = field.options[option_id]
                duty = field.duties[option.duty]
                starts = "/".join(map(str, option.breaks))
                cells[day] = f"{duty.shift.code}:{duty.queue}" if duty.queue else f"{duty.shift.code}@{starts}" if starts else duty.shift.code
        rows.append(Row(position, each.person, cells))
    return rows


def write_planted(path: Path, rows: Sequence[Row], seed: int) -> Path:
    """Write the planted month as CSV: a line with the seed that made its people, a header, a row a person, a column a day.

    Parameters
    ----------
    path : file to write;  rows : people with their cells, all over the same days;  seed : root of the random streams

    Raises
    ------
    IndexError  if there are no rows.
    """
    dates = list(rows[0].cells)
    lines: list[list[Any]] = [[f"{_SEED}{seed}"], ["position", "group", "number", *(day.isoformat() for day in dates)]]
    lines += [[row.position, row.who.group, row.who.number, *(row.cells[day] for day in dates)] for row in rows]
    return write_csv(path, lines)


def planted_seed(path: Path) -> int | None:
    """Seed of a file; None if there is no file."""
    if not path.is_file():
        return None
    found = next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(_SEED))
    return int(found.removeprefix(_SEED))


def read_planted(path: Path, people: People, params: Params, days: pd.DataFrame, seed: int) -> list[Row]:
    """Read the file; who the people are follows from the recipe.

    Parameters
    ----------
    days : table ``calendar`` of the planned month
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(line for line in file if not line.startswith("#")))
    dates = [dt.date.fromisoformat(text) for text in lines[0][3:]]
    return [
        Row(int(position), person(people, group, int(number), params, days, seed), dict(zip(dates, cells, strict=True)))
        for position, group, number, *cells in lines[1:]
    ]


def breaks_of(rows: Sequence[Row], params: Params, need: Need, horizon: Horizon) -> dict[tuple[int, dt.date], list[tuple[Span, int]]]:
    """Breaks of every duty, with the position of the stand-in (0 = none).

    The posts of the look-back month need not all be held; where they aren't, breaks stand at the earliest time, without relief.

    Raises
    ------
    RosterError  if breaks at posts can't be relieved in the month or on the day before it.
    """
    found: dict[tuple[int, dt.date], list[tuple[Span, int]]] = {}
    for day in rows[0].cells:
        posted = []
        for row in rows:
            code = row.shift(day)
            if code and row.post(day):
                posted.append(_posted(row, day, params))
            elif code:
                found[(row.position, day)] = [(span, 0) for span in _own_breaks(row, day, params)]
        try:
            pauses = relieve(day, posted, need, params.site.interval_min)
        except RosterError:
            if day >= horizon.start - dt.timedelta(days=1):
                raise
            pauses = [Pause(who.queue, who.person, span, "") for who in posted for span in who.earliest(day)]
        for pause in pauses:
            found.setdefault((int(pause.person), day), []).append((pause.span, int(pause.stand_in or 0)))
    return found


def planted_roster(study: Study, requirement: pd.DataFrame, rows: Sequence[Row]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The planted roster of the month for the people of a study; covers of the night before included as far as they reach into it.

    Parameters
    ----------
    requirement : table ``requirement`` (people needed at posts, for the relief of breaks)
    rows : of ``read_planted``

    Returns
    -------
    tables ``roster`` and ``covers``
    """
    ids = study.employees.set_index("position")["employee_id"]
    last_evening = study.horizon.start - dt.timedelta(days=1)
    breaks = breaks_of(rows, study.params, need_of(requirement), study.horizon)
    lines, covers = [], []
    for row in rows:
        for day in study.horizon.dates:
            if not row.who.employed(day):
                continue
            code, paused = row.shift(day), breaks.get((row.position, day), [])
            kind = WORK if code else LEAVE if row.cells[day] == AWAY else REST
            start, end = study.params.shift(code).span(day) if code else (pd.NaT, pd.NaT)
            text = write_breaks(span for span, _ in paused) if paused else None
            lines.append((ids[row.position], day, kind, code or None, start, end, text, row.post(day) or None, False))
        for day in (last_evening, *study.horizon.dates):
            for (low, high), by in breaks.get((row.position, day), []):
                if by and low >= pd.Timestamp(study.horizon.start):
                    covers.append((row.post(day), ids[row.position], ids[by], low, high, (high - low).total_seconds() / 3600, "break_relief"))
    roster = pd.DataFrame(lines, columns=list(tables.spec("roster").columns))
    stints = pd.DataFrame(covers, columns=["post", "absent_id", "stand_in_id", "start", "end", "hours_h", "kind"])
    return tables.check("roster", roster, source="planted"), tables.check("covers", stints, source="planted") if covers else tables.empty("covers")


def need_of(requirement: pd.DataFrame) -> Need:
    """People needed at a queue at a moment; days outside the month take the first day of it with the same weekday."""
    indexed = requirement.set_index(["queue", "interval_start"])["scheduled"].to_dict()
    starts = requirement["interval_start"]
    first, last = starts.min().normalize(), starts.max().normalize()
    grid = starts.sort_values().drop_duplicates().diff().min()

    def need(queue: str, moment: pd.Timestamp) -> int:
        """People to roster [persons]; KeyError for a queue without requirement."""
        day = moment.normalize()
        shifted = moment if first <= day <= last else moment - day + first + pd.Timedelta(days=(day.weekday() - first.weekday()) % 7)
        return int(indexed[(queue, shifted.floor(grid))])

    return need


def _posted(row: Row, day: dt.date, params: Params) -> Posted:
    queues = params.site.queues
    skilled = frozenset(name for name, queue in queues.items() if queue.skill in row.who.skills)
    return Posted(f"{row.position:03d}", row.post(day), params.shift(row.shift(day)), skilled, queues[row.post(day)].may_leave)


def _own_breaks(row: Row, day: dt.date, params: Params) -> list[Span]:
    shift = params.shift(row.shift(day))
    starts = [int(text) for text in row.cells[day].partition("@")[2].split("/") if text]
    begin = shift.span(day)[0]
    return [
        (begin + pd.Timedelta(minutes=start), begin + pd.Timedelta(minutes=start + pause.length_min))
        for start, pause in zip(starts, shift.breaks, strict=True)
    ]
