"""Small made-up studies for the roster's tests: a few people, a few days, every number written out by the test."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.horizon import Horizon
from cslib.core.paths import params_dir
from cslib.core.shifts import Break, Shift, write_breaks
from cslib.intake.study import Study
from cslib.params import Params
from cslib.params.calendar import calendar
from cslib.params.law import Law
from cslib.params.pay_scheme import PayScheme
from cslib.params.prices import PriceList
from cslib.params.site import Site
from cslib.params.source import Meaning, read, validate

START = dt.date(2026, 3, 2)  # a Monday; its week has no holiday
EARLY = Shift("E", 7 * 60, 480, (Break(30, 210, 300, paid=True),))
LATE = Shift("M", 15 * 60, 480, (Break(30, 120, 240, paid=True),))
NIGHT = Shift("N", 23 * 60, 480, (Break(30, 150, 240, paid=True),))
DAY = Shift("D", 9 * 60, 540, (Break(60, 180, 240),))


@cache
def _file(kind: type, *parts: str) -> Any:
    return validate(kind, read(params_dir().joinpath(*parts)))


def at_posts(*posts: str, shifts: Iterable[Shift] = (EARLY, LATE, NIGHT)) -> tuple[Shift, ...]:
    """The shifts with home posts."""
    return tuple(dataclasses.replace(s, queues=posts) for s in shifts)


def queue(skill: str = "desk", **changes: Any) -> dict[str, Any]:
    """A queue of the site file: fixed heads, round the clock."""
    return {"name": {"zh": "岗", "en": "post"}, "channel": "post", "model": "heads", "skill": skill, "heads": ({"heads": 1},)} | changes


def person(name: str, *skills: str, **changes: Any) -> dict[str, Any]:
    """A row of the staff list plus its skills."""
    facts = {"employee_id": name, "role": "agent", "hired": dt.date(2020, 1, 1), "hours_scheme": "comprehensive", "fte_share": 1.0, "site": "small"}
    return facts | {"skills": skills or ("desk",)} | changes


def work(who: str, date: dt.date, shift: Shift, queue: str | None = None, breaks: Iterable[int] | None = None) -> dict[str, Any]:
    """A row of work of the roster table; breaks start at the given minutes after the shift's start (default: as early as allowed)."""
    start, end = shift.span(date)
    begins = [b.earliest_min for b in shift.breaks] if breaks is None else list(breaks)
    spans = [(start + pd.Timedelta(minutes=a), start + pd.Timedelta(minutes=a + b.length_min)) for a, b in zip(begins, shift.breaks, strict=False)]
    row = {"employee_id": who, "date": date, "kind": "work", "shift": shift.code, "start": start, "end": end}
    return row | {"breaks": write_breaks(spans) or None, "queue": queue, "pinned": True}


def off(who: str, date: dt.date, kind: str = "rest") -> dict[str, Any]:
    """A row without work of the roster table."""
    return {"employee_id": who, "date": date, "kind": kind, "shift": None, "start": None, "end": None, "breaks": None, "queue": None, "pinned": True}


def study(
    people: list[dict[str, Any]],
    shifts: Iterable[Shift],
    queues: Mapping[str, dict[str, Any]],
    *,
    days: int = 7,
    start: dt.date = START,
    interval_min: int = 30,
    leave: Iterable[Mapping[str, Any]] = (),
    wishes: Iterable[Mapping[str, Any]] = (),
    pins: Iterable[Mapping[str, Any]] = (),
    last_roster: Iterable[Mapping[str, Any]] = (),
    published: Iterable[Mapping[str, Any]] = (),
    law: Mapping[str, float | bool | None] | None = None,
    prices: Mapping[str, float] | None = None,
    **site: Any,
) -> Study:
    """A study of ``days`` days from ``start``; ``law`` and ``prices`` replace single values."""
    horizon = Horizon(start, days, interval_min)
    data = {"name": {"zh": "小", "en": "small"}, "synthetic": True, "seed": 1, "city": "shanghai", "law": "cn_labour", "pay": "simple"}
    model = Site.model_validate(data | {"interval_min": interval_min, "queues": dict(queues), "files": {"staff": "staff.csv"}} | site)
    params = Params(
        "small", model, tuple(shifts), {}, changed_law(law or {}), changed_prices(prices or {}), _file(PayScheme, "pay", "simple.yml"),
        "base", Meaning(zh="基准", en="base"), (), params_dir(), {},
    )  # fmt: skip
    skills = [{"employee_id": p["employee_id"]} | (s if isinstance(s, dict) else {"skill": s}) for p in people for s in p["skills"]]
    staff = [{k: v for k, v in p.items() if k != "skills"} | {"position": i} for i, p in enumerate(people, start=1)]
    around = calendar(start - dt.timedelta(days=40), start + dt.timedelta(days=days + 40), "CN")
    content = {
        "employees": staff, "skills": skills, "leave": leave, "wishes": wishes, "pins": pins, "last_roster": last_roster, "published": published,
        "contacts": (),
        "staff_grades": (), "calendar": around,
    }  # fmt: skip
    return Study(params, horizon, {}, (), {name: _table(name, rows) for name, rows in content.items()})


def changed_law(values: Mapping[str, float | bool | None]) -> Law:
    """The Chinese rule pack with single limits replaced; None takes a rule out of force."""
    law = _file(Law, "law", "cn_labour.yml")
    rules = dict(law.rules)
    for code, value in values.items():
        rules[code] = rules[code].model_copy(update={"values": tuple(v.model_copy(update={"value": value}) for v in rules[code].values)})
    return law.model_copy(update={"rules": rules})


def changed_prices(values: Mapping[str, float]) -> PriceList:
    """The price list with single prices replaced."""
    prices = dict(_file(PriceList, "prices.yml").prices)
    return PriceList(prices=prices | {code: prices[code].model_copy(update={"yuan": yuan}) for code, yuan in values.items()})


def need(small: Study, heads: Mapping[str, Any], peak_share: float = 0.8) -> pd.DataFrame:
    """Requirement table: per queue a number of people, or a function (day, minute of the day) -> people."""
    rows = []
    for name in small.params.site.queues:
        given = heads.get(name, 0)
        times = [((t.date() - small.horizon.start).days, t.hour * 60 + t.minute) for t in small.horizon.intervals]
        numbers = [given(*time) if callable(given) else given for time in times]
        frame = pd.DataFrame({"queue": name, "interval_start": small.horizon.intervals, "on_post": numbers, "scheduled": numbers})
        top = frame.groupby(frame["interval_start"].dt.normalize())["scheduled"].transform("max")
        frame["peak"] = (frame["scheduled"] >= peak_share * top) & (frame["scheduled"] > 0)
        rows.append(frame.assign(binding="fixed_heads", service_level_share=None, occupancy_share=None, abandonment_share=None))
    return tables.check("requirement", pd.concat(rows, ignore_index=True))


def between(begin_h: float, end_h: float, heads: int = 1, days: Iterable[int] | None = None) -> Any:
    """People needed from ``begin_h`` to ``end_h`` o'clock (on some days only)."""
    chosen = None if days is None else set(days)
    return lambda day, minute: heads if begin_h * 60 <= minute < end_h * 60 and (chosen is None or day in chosen) else 0


def _table(use: str, rows: Any) -> pd.DataFrame:
    name = "roster" if use in {"pins", "last_roster", "published"} else use
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    for column in tables.spec(name).columns:
        if column not in frame:
            frame = frame.assign(**{column: pd.Series([None] * len(frame), dtype=object)})
    return tables.check(name, frame[list(tables.spec(name).columns)], source=name)
