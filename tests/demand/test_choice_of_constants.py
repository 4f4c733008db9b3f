"""How constants are chosen: on origins before a date only, by a rule that keeps what is in use unless something else is clearly better."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from demand_series import daily, days_of, series

from benchmarks import forecast_constants as choice
from benchmarks import forecast_truth
from cslib.demand.settings import SPREADS, Settings

DAYS = days_of("2026-03-02", "2026-06-07")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = series(daily(DAYS, level=400.0), DAYS, noise="choice")
    pd.DataFrame({"timestamp": found.index, "series": "calls", "volume": found.to_numpy()}).to_csv(tmp_path / "calls.csv", index=False)
    return tmp_path / "calls.csv"


def _run(path: Path, *more: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(choice.main, ["--series", str(path), "2026-06-01", "8", "--country", "CN", "--only", "month_spread", *more])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_nothing_from_the_date_on_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "holds", lambda _: False)
    before = _run(path)
    frame = pd.read_csv(path)
    late = frame["timestamp"] >= "2026-06-01"
    frame.loc[late, "volume"] = np.arange(late.sum()) * 1000.0
    frame.to_csv(path, index=False)
    assert _run(path) == before
    assert [line["value"] for line in before if "value" in line and "constant" in line] == list(choice.BANDS["month_spread"])
    assert before[-1] == {"constant": "month_spread", "in_use": 0.015, "best": before[-1]["best"], "chosen": before[-1]["chosen"]}


def test_origins_leave_their_test_weeks_before_the_date() -> None:
    known = pd.Series(1.0, index=pd.date_range("2026-01-01", "2026-05-31 23:00", freq="h", unit="us"))
    found = choice.origins(known, pd.Timestamp("2026-06-01"), 1)
    assert found[0] == pd.Timestamp("2026-05-04") and found[-1] >= pd.Timestamp("2026-01-01") + pd.Timedelta(days=choice.HISTORY_D)
    assert all(origin + pd.Timedelta(weeks=choice.WEEKS) <= pd.Timestamp("2026-06-01") for origin in found)


def _scores(values: list[float], starts: list[str]) -> pd.DataFrame:
    columns = ("wape", *choice.LOSS, *choice.SHARES)
    return pd.DataFrame(dict.fromkeys(columns, values), index=pd.Index(starts, name="origin"))


def test_the_standard_error_counts_overlapping_origins_by_what_is_their_own() -> None:
    values = [1.1, 0.9, 1.2, 0.8]
    apart, close = (["2026-01-05", "2026-02-02", "2026-03-02", "2026-03-30"], ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"])
    errors = [choice.held_against([_scores([1.0] * 4, days)], [_scores(values, days)], "huber", 3.0).standard_error for days in (apart, close)]
    assert errors[0] == pytest.approx(np.std(np.log(values), ddof=1) / 2)
    assert errors[1] == pytest.approx(errors[0] * np.sqrt(4 / 1.75))


@pytest.mark.parametrize(("loss", "error", "chosen"), [(-0.019, 0.01, None), (-0.021, 0.01, 3.0), (-0.009, 0.001, None), (0.05, 0.01, None)])
def test_a_value_in_use_gives_way_only_to_one_clearly_better(
    monkeypatch: pytest.MonkeyPatch, loss: float, error: float, chosen: float | None
) -> None:
    """By two standard errors and one per cent."""
    monkeypatch.setattr(choice, "holds", lambda _: True)
    found = choice.adopted([choice.Outcome("huber", 3.0, loss, error, {}), choice.Outcome("huber", 1.5, -0.015, 0.01, {})], Settings())
    assert (found.value if found else None) == chosen


def test_bands_that_do_not_hold_where_errors_are_known_are_no_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A normal common error is far better on short histories, and holds too little where levels err by 10 %."""
    monkeypatch.setattr(choice, "holds", lambda settings: settings.day_long_tails)
    normal, prior = choice.Outcome("day_long_tails", False, -0.5, 0.01, {}), choice.Outcome("month_prior", 2.0, -0.1, 0.01, {})
    assert choice.adopted([normal, prior], Settings()) is prior
    assert choice.adopted([normal], Settings()) is None


def test_every_constant_that_shapes_a_forecast_is_in_the_grid() -> None:
    inputs = {"spreads", "drift_from_d", "season_span_d", "history_days_max", "max_gap_share", "fold_days", "fold_step_max_d", "train_days_min"}
    tried = {name for name in (*choice.EXPECTATION, *choice.BANDS) if not name.startswith("spreads.")}
    assert tried == set(vars(Settings())) - inputs
    assert {f"spreads.{group}" for group in SPREADS} <= set(choice.EXPECTATION)


def test_constants_of_the_bands_need_no_new_fit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = list[Settings]()
    own = choice.engine_model
    monkeypatch.setattr(choice, "engine_model", lambda days, settings: _counted(own(days, settings), settings, calls))
    known = choice.read(path)["calls"]
    measure = choice.measuring([(known[known.index < "2026-06-01"], [pd.Timestamp("2026-05-04")])], "CN")
    plain, wide = measure(Settings()), measure(replace(Settings(), month_spread=0.2))
    assert len(calls) == 1 and wide[0]["day_cov80"].iloc[0] > plain[0]["day_cov80"].iloc[0]
    measure(replace(Settings(), huber=3.0))
    assert len(calls) == 2


def _counted(model: choice.Model, settings: Settings, calls: list[Settings]) -> choice.Model:
    return lambda *given: calls.append(settings) or model(*given)


def test_bands_hold_where_errors_are_known() -> None:
    """250 series: month and day totals as asked for. A normal in place of Student's t, or more trust in a usual error, holds less; a larger one too
    much."""
    assert 0.75 <= forecast_truth.covers(Settings(), 0.01, 250)[0] <= 0.85
    assert forecast_truth.covers(replace(Settings(), month_spread=0.03), 0.01, 250)[0] > 0.85
    month, days80, days95 = forecast_truth.covers(Settings(), 0.1, 250)
    assert 0.75 <= month <= 0.85 and 0.75 <= days80 <= 0.85 and 0.92 <= days95 <= 0.98
    assert forecast_truth.covers(replace(Settings(), day_long_tails=False), 0.1, 250)[2] < days95 - 0.005
    assert forecast_truth.covers(replace(Settings(), month_prior=4.0), 0.1, 250)[0] < month
    assert not forecast_truth.holds(replace(Settings(), month_prior=8.0), 100)
