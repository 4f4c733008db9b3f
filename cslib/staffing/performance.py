"""What contacts and agents meet under a staffing: the figures that Erlang C and Erlang A both give."""

from __future__ import annotations

from dataclasses import dataclass

from cslib.staffing.poisson import Array


@dataclass(frozen=True)
class Performance:
    """Steady state of a queue; arrays of the shape of the inputs.

    Attributes
    ----------
    wait_probability : share of contacts that find every agent busy
    service_level_share : share of offered contacts answered within ``target_s`` (who gives up is not answered)
    asa_s : mean wait [s] of all offered contacts, those who give up included; inf in overload without abandonment
    occupancy_share : share of time an agent is busy
    abandonment_share : share of offered contacts that give up (0 in Erlang C)
    """

    wait_probability: Array
    service_level_share: Array
    asa_s: Array
    occupancy_share: Array
    abandonment_share: Array
