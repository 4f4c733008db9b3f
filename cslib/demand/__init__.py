"""Demand: contact history to a forecast with quantiles, its back-test, and where each number comes from."""

from cslib.demand.backtesting import backtest
from cslib.demand.forecasting import forecast
from cslib.demand.tracing import trace

__all__ = ["backtest", "forecast", "trace"]
