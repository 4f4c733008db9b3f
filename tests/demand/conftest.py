"""A study made by hand: a small site in a project folder of its own, contacts planted by the test."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from cslib.core import tables, words
from cslib.core.horizon import Horizon
from cslib.core.paths import params_dir
from cslib.intake.study import Study
from cslib.params import open_params
from cslib.params.calendar import calendar

SITE = """
name: {zh: 小站, en: Tiny}
synthetic: true
seed: 7
city: shanghai
law: cn_labour
pay: simple
interval_min: 60
queues:
  phone:
    name: {zh: 电话, en: Phone}
    channel: phone
    model: erlang_c
    skill: phone
    opening: [{from: "08:00", to: "20:00"}]
    service: {level_share: 0.8, target_s: 20}
    aht_s: 240
  mail:
    name: {zh: 邮件, en: Mail}
    channel: email
    model: deferred
    skill: mail
    opening: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}]
    deadline_h: 4
  desk:
    name: {zh: 前台, en: Desk}
    channel: post
    model: heads
    skill: desk
    heads: [{heads: 1}]
files:
  staff: staff.csv
demand:
  growth_share: 0.0
  history_days_min: 28
"""
SHIFTS = """
shifts:
  D:
    name: {zh: 白班, en: day}
    mark: {zh: 白, en: D}
    colour: "#c6e0b4"
    start: "08:00"
    length_min: 540
    breaks: [{length_min: 60, earliest_min: 180, latest_min: 300}]
"""


@pytest.fixture
def study_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Study]]:
    """``study_of({"phone": series, ...}, "2026-07", change={before: after}, closed=..., aht=...)``."""
    source, target = params_dir(), tmp_path / "params"
    for name in ("law", "pay"):
        shutil.copytree(source / name, target / name)
    for name in ("words.yml", "prices.yml", "drivers.yml"):
        shutil.copy(source / name, target / name)
    (target / "scenarios").mkdir()
    shutil.copy(source / "scenarios" / "base.yml", target / "scenarios" / "base.yml")
    folder = target / "sites" / "tiny"
    folder.mkdir(parents=True)
    (folder / "shifts.yml").write_text(SHIFTS, encoding="utf-8")
    monkeypatch.setenv("CSLIB_ROOT", str(tmp_path))

    def make(contacts: dict[str, pd.Series], month: str, *, change: dict[str, str] | None = None, **columns: dict[str, pd.Series]) -> Study:
        text = SITE
        for before, after in (change or {}).items():
            assert before in text
            text = text.replace(before, after)
        (folder / "site.yml").write_text(text, encoding="utf-8")
        params = open_params("tiny")
        horizon = Horizon.month(month, params.site.interval_min)
        parts = [pd.DataFrame({"queue": q, "interval_start": s.index, "offered": s.to_numpy()}) for q, s in contacts.items()]
        for part, queue in zip(parts, contacts, strict=True):
            for column, by_queue in columns.items():
                if queue in by_queue:
                    part[column] = by_queue[queue].to_numpy()
        table = tables.check("contacts", pd.concat(parts, ignore_index=True))
        days = calendar(table["interval_start"].min().date(), horizon.end + dt.timedelta(days=31), "CN")
        return Study(params, horizon, {}, (), {"contacts": table, "calendar": days})

    with words.speaking("en"):
        yield make
