"""What a site says about work that is not an arriving contact: block ``workload`` of ``site.yml``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cslib.params.source import Strict

Share = Annotated[float, Field(ge=0, le=1)]


class DriverChange(Strict):
    """What a site says otherwise of one driver; ``on`` switches it on or off."""

    on: bool | None = None
    share: Share | None = None
    times: float | None = Field(default=None, gt=0, le=1000)
    standard_min: float | None = Field(default=None, gt=0, le=24 * 60)
    queues: tuple[str, ...] = ()


class Workload(Strict):
    """``workload`` of ``site.yml``: counts a month (people: persons), and changes to single drivers."""

    counts: dict[str, Annotated[float, Field(ge=0, le=10_000_000)]] = Field(default_factory=dict)
    drivers: dict[str, DriverChange] = Field(default_factory=dict)
