"""The demand page: pictures of what the forecast believes, and sentences that say who won, by how much, and whether to trust it."""

from __future__ import annotations

import made_up
import numpy as np
import pandas as pd
import pytest
from test_figures import drawn_texts, overlapping

from cslib.core import tables
from cslib.report import figures, lines_demand
from cslib.report.figures_beliefs import item_name

ITEMS = [
    *((f"weekday_{day}", "weekday", 0.05 * (day - 3)) for day in range(7)),
    *(("first_1", "month_edge", 0.12), ("last_1", "month_edge", -0.04), ("mid_1", "mid_month", 0.03)),
    *(("day_off", "holiday", -0.3), ("statutory", "holiday", -0.2), ("holiday_spring_festival", "holiday_name", -0.4)),
    *(("before_spring_festival", "near_name", -0.1), ("after_spring_festival", "near_name", 0.2)),
    *(("day_before", "near_holiday", 0.1), ("bridge", "bridge", 0.02), ("make_up", "make_up", 0.05), ("reopen_1", "reopen", 0.25)),
    ("event_double_11", "event", 1.2),
]


def _effects() -> pd.DataFrame:
    rows = [{"queue": "zh", "group": group, "item": item, "effect_share": effect, "days": 9} for item, group, effect in ITEMS]
    return tables.check("effects", pd.DataFrame(rows))


def _totals(study) -> pd.DataFrame:
    days = pd.DatetimeIndex(study.horizon.dates)
    level = 500 + 40 * np.sin(np.arange(len(days)))
    frame = pd.DataFrame({"queue": "zh", "period": "day", "start": days, "contacts": level, "p10": level * 0.9, "p50": level, "p90": level * 1.1})
    month = {"queue": "zh", "period": "month", "start": days[0], "contacts": level.sum(), "p10": 14000.0, "p50": 15500.0, "p90": 17000.0}
    return tables.check("forecast_totals", pd.concat([frame, pd.DataFrame([month])], ignore_index=True))


def _anomalies(study) -> pd.DataFrame:
    day = study.contacts["interval_start"].min().normalize()
    rows = [
        ("zh", day + pd.Timedelta(days=3), "outlier", 900.0, 300.0, 2.0, 0.1),
        ("zh", day + pd.Timedelta(days=9), "level_shift", 600.0, 400.0, 0.5, np.nan),
        ("zh", day + pd.Timedelta(days=12), "missing", np.nan, np.nan, np.nan, 0.0),
    ]
    columns = ["queue", "date", "kind", "actual", "expected", "change_share", "weight_share"]
    return tables.check("anomalies", pd.DataFrame(rows, columns=columns))


@pytest.mark.parametrize("picture", ["effects", "history", "month"])
@pytest.mark.usefixtures("language")
def test_pictures_are_legible_in_both_languages(line, picture: str) -> None:
    drawn = {
        "effects": lambda: figures.effects(_effects(), "zh", line),
        "history": lambda: figures.history(line.contacts, _anomalies(line), "zh", line),
        "month": lambda: figures.month_demand(_totals(line), "zh", line),
    }[picture]()
    texts, boxes = drawn_texts(drawn)
    assert not overlapping(texts, boxes)
    assert len(texts) > 8


def test_a_queue_of_zeros_says_so(line) -> None:
    texts, _ = drawn_texts(figures.effects(tables.empty("effects"), "zh", line))
    assert any("历史全为零" in text for text in texts)


@pytest.mark.usefixtures("language")
def test_every_effect_has_its_words(line) -> None:
    names = [item_name(item, line) for item, _, _ in ITEMS]
    assert len(set(names)) == len(names)
    assert all(name and "_" not in name for name in names)


def _accuracy(own: float, other: float, *, bias: float = 0.0, cover: float = 0.8) -> pd.DataFrame:
    common = {"queue": "zh", "folds": 4, "cover80_share": cover, "cover95_share": 0.95, "mase": 0.8, "pinball": 2.0}
    rows = [
        {"method": "engine", "wape_share": own, "bias_share": bias, "staff_h": own * 100, **common},
        {"method": "mean_4", "wape_share": other, "bias_share": 0.0, "staff_h": other * 100, **common},
        {"method": "seasonal_naive", "wape_share": other * 2, "bias_share": 0.0, "staff_h": other * 200, **common},
    ]
    return tables.check("accuracy", pd.DataFrame(rows))


def test_the_winner_is_named_with_hours_of_staff(line) -> None:
    won, sound = lines_demand.trust(_accuracy(0.08, 0.10), line)
    assert "8.0%" in won and "10.0%" in won and "20%" in won and "2.0" in won
    assert "可以信赖" in sound
    lost, _ = lines_demand.trust(_accuracy(0.12, 0.10), line)
    assert "更准" in lost
    equal, _ = lines_demand.trust(_accuracy(0.1, 0.1), line)
    assert "不相上下" in equal


@pytest.mark.parametrize("odd", [{"bias": 0.05}, {"cover": 0.6}])
def test_a_forecast_not_to_be_trusted_says_so(line, odd: dict[str, float]) -> None:
    assert "请看一眼" in lines_demand.trust(_accuracy(0.08, 0.10, **odd), line)[1]


def test_totals_and_odd_days_in_sentences(line) -> None:
    (total,) = lines_demand.totals(_totals(line), line)
    assert "14,000" in total and "17,000" in total
    sentences = lines_demand.anomalies(_anomalies(line), line)
    assert len(sentences) == 2 and "+50%" in sentences[0] and "+200%" in sentences[1]
    assert len(lines_demand.anomalies(tables.empty("anomalies"), line)) == 1


def test_drivers_in_words(line) -> None:
    start = pd.Timestamp(line.horizon.start)
    row = {"driver": "spot_check", "start": start, "due": start + pd.Timedelta(days=31), "ids": "S002-06", "skill_group": "customer_service"}
    found = lines_demand.drivers(pd.DataFrame([{**row, "tasks": 50.0, "p10": 50.0, "p90": 50.0, "standard_min": 5.0, "hours_h": 250 / 60}]))
    assert found["driver"].tolist() == ["值班记录抽查"] and found["hours_h"].iloc[0] == pytest.approx(4.17, abs=0.01)
    assert made_up.MONTH in str(start)
