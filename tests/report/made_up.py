"""Made-up sites and months for the tests of report: 18 people at posts, 60 and 120 agents on phones. No person exists; pseudonyms only."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.horizon import Horizon
from cslib.core.shifts import REST, WORK, write_breaks
from cslib.intake.study import Study
from cslib.params import open_params
from cslib.params.calendar import calendar

PROJECT = Path(__file__).resolve().parents[2]
MONTH = "2026-10"  # has statutory holidays (National Day) and make-up workdays

DESK = """
name: {zh: 测试前台（合成示例）, en: Test desk (synthetic)}
synthetic: true
seed: 7
city: shanghai
law: cn_labour
pay: simple
interval_min: 30
queues:
  lobby:
    name: {zh: 大堂, en: Lobby}
    channel: post
    model: heads
    skill: lobby
    heads: [{heads: 2}]
    never_empty: true
  floater:
    name: {zh: 机动岗, en: Floater}
    channel: post
    model: heads
    skill: lobby
    heads: [{heads: 1}]
    may_leave: true
files:
  staff: staff.csv
"""
LINE = """
name: {zh: 测试热线（合成示例）, en: Test hotline (synthetic)}
synthetic: true
seed: 7
city: shanghai
law: cn_labour
pay: simple
interval_min: 30
queues:
  zh:
    name: {zh: 普通话, en: Mandarin}
    channel: phone
    model: erlang_c
    skill: zh
    service: {level_share: 0.8, target_s: 20}
  en:
    name: {zh: 英语, en: English}
    channel: phone
    model: erlang_c
    skill: en
    service: {level_share: 0.8, target_s: 20}
files:
  staff: staff.csv
"""
_SHIFT = """  {code}:
    name: {{zh: {zh}班, en: {en}}}
    mark: {{zh: {zh}, en: {mark}}}
    colour: "{colour}"
    start: "{start}"
    length_min: 480
    breaks: [{{length_min: 30, earliest_min: 180, latest_min: 240, paid: true}}]
    queues: [{queues}]
"""
SHIFTS = (("E", "早", "early", "E", "#ffe699", "07:00"), ("M", "中", "late", "L", "#9bc2e6", "15:00"), ("N", "夜", "night", "N", "#8497b0", "23:00"))


def root(folder: Path) -> Path:
    """A project folder of its own: the real params, lock and words, two test sites, one notebook."""
    for name in ("law", "pay", "scenarios"):
        shutil.copytree(PROJECT / "params" / name, folder / "params" / name, dirs_exist_ok=True)
    for name in ("params/prices.yml", "params/drivers.yml", "params/words.yml", "requirements.lock"):
        shutil.copy(PROJECT / name, folder / name)
    for site, text, queues in (("desk", DESK, "lobby, floater"), ("line", LINE, "")):
        home = folder / "params" / "sites" / site
        home.mkdir(parents=True, exist_ok=True)
        (home / "site.yml").write_text(text, encoding="utf-8")
        lines = [_SHIFT.format(code=c, zh=zh, en=en, mark=m, colour=colour, start=start, queues=queues) for c, zh, en, m, colour, start in SHIFTS]
        (home / "shifts.yml").write_text("shifts:\n" + "".join(lines), encoding="utf-8")
        (home / "staff.csv").write_text("synthetic\n", encoding="utf-8")
    (folder / "notebooks").mkdir(exist_ok=True)
    (folder / "notebooks" / "10_demand.ipynb").write_text('{"cells": [{"cell_type": "code", "source": ["x = 1"], "metadata": {}}]}', encoding="utf-8")
    return folder


def surroundings(folder: Path) -> dict[str, str]:
    """Variables that put the project of ``root(folder / "project")`` in force."""
    home = folder / "project"
    return {"CSLIB_ROOT": str(home), "CSLIB_OUTPUTS": str(home / "outputs"), "CSLIB_PROTECTED": str(folder / "protected")}


def study(site: str, people: int, month: str = MONTH) -> Study:
    """A study of a test site with made-up people; ``root`` must be in force (CSLIB_ROOT)."""
    params = open_params(site)
    horizon = Horizon.month(month, params.site.interval_min)
    ids = [f"A-{n * 7919 % 9973:04d}" for n in range(1, people + 1)]
    employees = pd.DataFrame({
        "employee_id": ids, "position": range(1, people + 1), "site": site, "team": [f"T{n % 3 + 1}" for n in range(people)], "role": "agent",
        "hired": pd.Timestamp("2024-01-01"), "hours_scheme": "comprehensive", "fte_share": 1.0,
    })  # fmt: skip
    skills = [{"employee_id": p, "skill": q.skill} for p in ids for q in params.site.queues.values()]
    leave = [
        {"employee_id": ids[n], "date": pd.Timestamp(horizon.start) + pd.Timedelta(days=3 + n), "kind": "paid", "hours_h": 8.0}
        for n in range(0, people, 6)
    ]
    days = calendar(horizon.start - dt.timedelta(days=14), horizon.end + dt.timedelta(days=7), "CN")
    found = {name: tables.empty(name) for name in ("contacts", "staff_grades", "wishes")} | {
        name: tables.empty("roster") for name in ("last_roster", "pins")
    }
    found |= {
        "employees": tables.check("employees", employees), "skills": tables.check("skills", pd.DataFrame(skills).drop_duplicates()),
        "leave": tables.check("leave", pd.DataFrame(leave)), "calendar": days, "contacts": contacts(params.site.queues, horizon),
    }  # fmt: skip
    return Study(params, horizon, {f"params/sites/{site}/staff.csv": "0" * 64}, ("a remark of the readers",), found)


@cache
def known(site: str, people: int) -> Study:
    """The study of the unchanged test site, made once; nobody can change it."""
    return study(site, people)


def contacts(queues: object, horizon: Horizon) -> pd.DataFrame:
    """Eight weeks of history with a two-humped day, for the queues of phones."""
    names = [name for name, queue in queues.items() if queue.model == "erlang_c"]
    if not names:
        return tables.empty("contacts")
    moments = pd.date_range(pd.Timestamp(horizon.start) - pd.Timedelta(days=56), horizon.start, freq="30min", inclusive="left", unit="us")
    rng = np.random.default_rng(1)
    frames = [
        pd.DataFrame({"queue": n, "interval_start": moments, "offered": rng.poisson(hourly_load(moments) * 12 / (i + 1)), "aht_s": 240.0})
        for i, n in enumerate(names)
    ]
    return tables.check("contacts", pd.concat(frames))


def hourly_load(moments: pd.DatetimeIndex) -> np.ndarray:
    hour = moments.hour + moments.minute / 60
    weekend = np.where(moments.day_of_week >= 5, 0.6, 1.0)
    return np.asarray((0.15 + np.exp(-((hour - 10.5) ** 2) / 5) + 0.8 * np.exp(-((hour - 15.5) ** 2) / 6)) * weekend)


def forecast(study: Study) -> pd.DataFrame:
    """A forecast of the month for the queues of phones."""
    moments = study.horizon.intervals
    frames = []
    for i, name in enumerate(study.params.site.queues):
        mean = hourly_load(moments) * 12 / (i + 1)
        spread = 1.28 * np.sqrt(mean)
        frames.append(pd.DataFrame({
            "queue": name, "interval_start": moments, "contacts": mean, "p10": np.maximum(0, mean - spread), "p50": mean, "p90": mean + spread,
            "aht_s": 240.0, "method": "made_up",
        }))  # fmt: skip
    return tables.check("forecast", pd.concat(frames))


def requirement(study: Study) -> pd.DataFrame:
    """People needed: two and one at the posts, a two-humped day on the phones."""
    moments = study.horizon.intervals
    frames = []
    for i, (name, queue) in enumerate(study.params.site.queues.items()):
        heads = queue.heads[0].heads if queue.heads else np.ceil(hourly_load(moments) * len(study.employees) / 6 / (i + 1)).astype(int)
        need = pd.Series(np.broadcast_to(heads, len(moments)), index=moments)
        peak = need >= 0.8 * need.groupby(moments.date).transform("max")
        frames.append(pd.DataFrame({
            "queue": name, "interval_start": moments, "on_post": need.to_numpy(), "scheduled": need.to_numpy(), "service_level_share": 0.82,
            "occupancy_share": 0.75, "abandonment_share": 0.01, "binding": "fixed_heads" if queue.heads else "service_level", "peak": peak.to_numpy(),
        }))  # fmt: skip
    return tables.check("requirement", pd.concat(frames))


def roster(study: Study) -> pd.DataFrame:
    """Everybody works four days early, late or night and rests two; leave as granted."""
    shifts, home = study.params.shifts, list(study.params.site.queues)
    away = {(r.employee_id, r.date) for r in study.leave.itertuples()}
    rows = []
    for n, person in enumerate(study.employees.sort_values("position")["employee_id"]):
        for d, day in enumerate(study.horizon.dates):
            at = (d + n * 5) % 18
            shift = shifts[at // 6]
            row = {"employee_id": person, "date": pd.Timestamp(day), "kind": REST, "pinned": False}
            if (person, pd.Timestamp(day)) in away:
                row["kind"] = "leave"
            elif at % 6 < 4:
                start, end = shift.span(day)
                pause = start + pd.Timedelta(minutes=180 + 30 * (n % 3))
                queue = home[n % len(home)] if shift.queues else None
                row |= {
                    "kind": WORK,
                    "shift": shift.code,
                    "start": start,
                    "end": end,
                    "breaks": write_breaks([(pause, pause + pd.Timedelta(minutes=30))]),
                    "queue": queue,
                }
            rows.append(row)
    return tables.check("roster", pd.DataFrame(rows))


def covers(study: Study) -> pd.DataFrame:
    """Meal reliefs at the post that may never be empty; none on the phones."""
    if "lobby" not in study.params.site.queues:
        return tables.empty("covers")
    ids = list(study.employees.sort_values("position")["employee_id"])
    rows = []
    for d, day in enumerate(study.horizon.dates):
        for i, hour in enumerate((10, 11, 18, 26)):
            start = pd.Timestamp(day) + pd.Timedelta(hours=hour)
            rows.append({
                "post": "lobby", "absent_id": ids[(2 * (d + i)) % len(ids)], "stand_in_id": ids[(2 * (d + i) + 1) % len(ids)], "start": start,
                "end": start + pd.Timedelta(minutes=30), "hours_h": 0.5, "kind": "break_relief",
            })  # fmt: skip
    return tables.check("covers", pd.DataFrame(rows))


def cover_ledger(study: Study) -> pd.DataFrame:
    """The reliefs as a ledger; the last one was left open."""
    found = covers(study).assign(reason_class=None, priced_yuan=0.0)
    found.loc[found.index[-1], ["stand_in_id", "priced_yuan"]] = [None, 30.0]
    return tables.check("cover_ledger", found)


def coverage(study: Study) -> pd.DataFrame:
    """Coverage with a few short and some over intervals."""
    need = requirement(study)
    rng = np.random.default_rng(5)
    change = rng.choice([-1, 0, 0, 0, 1, 2], len(need))
    on = np.maximum(0, need["scheduled"] + np.where(need["scheduled"] > 0, change, 0)).astype(float)
    frame = pd.DataFrame({
        "queue": need["queue"], "interval_start": need["interval_start"], "needed": need["scheduled"], "rostered": on,
        "short": np.maximum(0, need["scheduled"] - on), "over": np.maximum(0, on - need["scheduled"]), "peak": need["peak"],
    })  # fmt: skip
    return tables.check("coverage", frame)


def hours(study: Study, found: pd.DataFrame) -> pd.DataFrame:
    """Hours of a roster: 8 a work day, night hours a second time, leave as granted."""
    work = found[found["kind"].eq(WORK)]
    rows = [
        {"employee_id": r.employee_id, "date": r.date, "premium": "normal", "hours_h": 8.0, "shifts": 1, "basis": "planned"}
        for r in work.itertuples()
    ]
    nights = work[work["shift"].eq("N")]
    rows += [
        {"employee_id": r.employee_id, "date": r.date, "premium": "night", "hours_h": 7.0, "shifts": 0, "basis": "planned"}
        for r in nights.itertuples()
    ]
    extra = work.drop_duplicates("employee_id")
    rows += [
        {"employee_id": r.employee_id, "date": r.date, "premium": "overtime_workday", "hours_h": 1.5, "shifts": 0, "basis": "planned"}
        for r in extra.itertuples()
    ]
    away = study.leave
    rows += [
        {"employee_id": r.employee_id, "date": r.date, "premium": "paid_leave", "hours_h": 8.0, "shifts": 0, "basis": "planned"}
        for r in away.itertuples()
    ]
    return tables.check("hours", pd.DataFrame(rows))


def cost_split() -> pd.DataFrame:
    """A priced cost with every kind of item."""
    rows = [("empty_post", 0, "h", 2000), ("short_peak", 12.5, "h", 200), ("short", 30, "h", 80), ("over", 210.5, "h", 2), ("overtime", 90, "h", 45),
            ("under_hours", 0, "h", 20), ("wish_refused", 3, "wishes", 60), ("night_over", 2, "nights", 60)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["price", "quantity", "unit", "rate_yuan"])
    return tables.check("cost_split", frame.assign(priced_yuan=frame["quantity"] * frame["rate_yuan"]))


def wage_cost(people: int, month: str = MONTH) -> pd.DataFrame:
    """Site totals by item."""
    each = {"base": 5600.0, "meal": 440.0, "overtime_workday": 75.0, "other": 180.0}
    frame = pd.DataFrame([{"item": item, "people": people, "amount_yuan": yuan * people} for item, yuan in each.items()])
    total = pd.DataFrame([{"item": "total", "people": people, "amount_yuan": frame["amount_yuan"].sum()}])
    return tables.check("wage_cost", pd.concat([frame, total]).assign(month=month))


def frames(found: Study) -> dict[str, pd.DataFrame]:
    """All tables of a run of the study."""
    people = roster(found)
    return {
        "forecast": forecast(found), "requirement": requirement(found), "roster": people, "covers": covers(found), "coverage": coverage(found),
        "hours": hours(found, people), "cost_split": cost_split(), "wage_cost": wage_cost(len(found.employees)),
        "violations": tables.empty("violations"),
    }  # fmt: skip


SOLVER = {
    "status": "within_gap", "ended_by": "gap", "replayable": True, "gap_share": 0.0083, "bound_yuan": 9590.0, "priced_yuan": 9671.0,
    "engine": "exact",
}  # fmt: skip


def scenario(found: Study, name: str) -> Study:
    """The same study under another scenario's name."""
    return replace(found, params=replace(found.params, scenario=name))


def hiring_plan() -> pd.DataFrame:
    """Two posts over twelve months; somebody starts in March."""
    months = [f"2027-{m:02d}" for m in range(1, 13)]
    rows = [
        {
            "job": job, "month": month, "grade": "1", "needed_fte": need, "available_fte": need - 0.5 + 0.1 * i, "headcount": need,
            "hires": 3 * (i == 2), "classes": int(i == 2), "leavers": 0.2, "short_fte": max(0.5 - 0.1 * i, 0.0), "short_risk_share": 0.3,
            "cost_yuan": 9000.0 * need,
        }
        for job, need in (("agent", 12.0), ("lead", 2.0))
        for i, month in enumerate(months)
    ]  # fmt: skip
    return tables.check("hiring_plan", pd.DataFrame(rows), source="made up")
