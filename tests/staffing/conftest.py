"""Small studies made by hand: the front desk's parameters with other queues, and forecasts on their grid."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cslib.core.horizon import Horizon
from cslib.intake.study import Study
from cslib.params import open_params
from cslib.params.site import Queue
from cslib.params.staffing_settings import StaffingSettings

NAME = {"zh": "队列", "en": "queue"}
SERVICE = {"level_share": 0.8, "target_s": 20, "max_occupancy_share": 0.88}


def make_queue(model: str = "erlang_c", **changes: Any) -> Queue:
    """A phone queue of a model, with changes."""
    fields: dict[str, Any] = {"name": NAME, "channel": "phone", "model": model, "skill": "any", "aht_s": 180, "service": SERVICE}
    if model == "erlang_a":
        fields["patience_s"] = 120
    if model == "deferred":
        fields |= {"channel": "email", "deadline_h": 4, "service": None}
    if model == "heads":
        fields |= {"channel": "post", "heads": [{"heads": 1}], "service": None, "aht_s": None}
    return Queue.model_validate_json(json.dumps(fields | changes))


def make_study(days: int = 2, interval_min: int = 30, start: str = "2026-12-01", method: str = "stationary", **queues: Queue) -> Study:
    """A study with these queues, each interval in steady state unless another method is asked for; 2026-12-01 is a Tuesday."""
    params = open_params("front_desk")
    staffing = StaffingSettings.model_validate({"method": method})
    site = params.site.model_copy(update={"queues": queues, "interval_min": interval_min, "staffing": staffing})
    return Study(replace(params, site=site), Horizon(pd.Timestamp(start).date(), days, interval_min), files={})


def make_forecast(study: Study, **contacts: Any) -> pd.DataFrame:
    """A forecast: contacts per interval (one number or one an interval), handle time 180 s, or as given by ``aht_<queue>``."""
    times = study.horizon.intervals
    frames = []
    for name in [name for name in contacts if not name.startswith("aht_")]:
        values = np.broadcast_to(np.asarray(contacts[name], dtype=float), len(times))
        aht = np.broadcast_to(np.asarray(contacts.get(f"aht_{name}", 180.0), dtype=float), len(times))
        columns = {"contacts": values, "p10": values, "p50": values, "p90": values, "aht_s": aht, "method": "given"}
        frames.append(pd.DataFrame({"queue": name, "interval_start": times, **columns}))
    return (
        pd.concat(frames, ignore_index=True)
        if frames
        else pd.DataFrame(columns=["queue", "interval_start", "contacts", "p10", "p50", "p90", "aht_s", "method"])
    )


@pytest.fixture(scope="session")
def queue() -> Callable[..., Queue]:
    return make_queue


@pytest.fixture(scope="session")
def study() -> Callable[..., Study]:
    return make_study


@pytest.fixture(scope="session")
def forecast() -> Callable[..., pd.DataFrame]:
    return make_forecast
