"""Demand: contact history to a forecast with quantiles, its totals, its back-test, and where each number comes from."""

from cslib.demand.adjusting import adjusted
from cslib.demand.backtesting import backtest
from cslib.demand.beliefs import anomalies, effects
from cslib.demand.drivers import drivers
from cslib.demand.forecasting import forecast
from cslib.demand.intraday import reforecast
from cslib.demand.placing import workload
from cslib.demand.totals import totals
from cslib.demand.tracing import trace

__all__ = ["adjusted", "anomalies", "backtest", "drivers", "effects", "forecast", "reforecast", "totals", "trace", "workload"]
