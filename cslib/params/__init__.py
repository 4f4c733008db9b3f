"""Strict YAML in ``params/`` to frozen models: site, shifts, law, prices, pay, scenario overlay."""

from cslib.params.bundle import Difference, Params, open_params, sites

__all__ = ["Difference", "Params", "open_params", "sites"]
