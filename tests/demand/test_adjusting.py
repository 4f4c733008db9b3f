"""Growth and an event tried out on a forecast."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from cslib.core.errors import ForecastError
from cslib.demand import adjusted

TIMES = pd.date_range("2026-07-01", periods=48, freq="h", unit="us")
ROWS = pd.DataFrame({"interval_start": TIMES, "contacts": 10.0, "p10": 8.0, "p50": 10.0, "p90": 12.0, "aht_s": 200.0, "method": "engine"})
FORECAST = pd.concat([ROWS.assign(queue="a"), ROWS.assign(queue="b")], ignore_index=True)


def test_growth_and_an_event_multiply() -> None:
    found = adjusted(FORECAST, growth_share=0.1, effect_share=0.5, days=[dt.date(2026, 7, 2)], queues=["a"]).set_index(["queue", "interval_start"])
    assert found.loc[("a", "2026-07-01 10:00"), "contacts"] == pytest.approx(11)
    assert found.loc[("a", "2026-07-02 10:00"), ["contacts", "p10", "p90"]].tolist() == pytest.approx([16.5, 13.2, 19.8])
    assert found.loc[("b", "2026-07-02 10:00"), "contacts"] == 10
    assert (found["aht_s"] == 200).all()


def test_nothing_asked_nothing_changed() -> None:
    pd.testing.assert_frame_equal(adjusted(FORECAST)[["contacts", "p90"]], FORECAST[["contacts", "p90"]])


@pytest.mark.parametrize("shares", [{"growth_share": -1.0}, {"effect_share": -2.0}])
def test_less_than_nothing_is_refused(shares: dict[str, float]) -> None:
    with pytest.raises(ForecastError) as caught:
        adjusted(FORECAST, **shares)
    assert caught.value.keys == ["demand.share"]
