"""Strict YAML in ``params/`` to frozen models: site, shifts, law, prices, pay, scenario overlay."""

from cslib.params.bundle import Params, open_params, sites
from cslib.params.overlay import Difference

__all__ = ["Difference", "Params", "open_params", "sites"]
