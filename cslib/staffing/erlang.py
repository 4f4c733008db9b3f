"""Erlang's formulas, vectorised: arrays of one shape (or scalars) in, arrays out. Exact to about 1e-12 from 0.04 to 500,000 Erlang.

=====================  =======================================================  ==========================================
model                  steady state                                             smallest number of agents or lines
=====================  =======================================================  ==========================================
B: lost                ``erlang_b``                                             ``lines_b``
C: wait for ever       ``erlang_c``, ``wait_percentile_c``                      ``agents_c``, ``agents_fractional_c``
A: wait, may give up   ``erlang_a``, ``offered_wait_a``, ``wait_percentile_a``  ``agents_a``
=====================  =======================================================  ==========================================
"""

from cslib.staffing.erlang_a import agents_a, erlang_a, offered_wait_a, wait_percentile_a
from cslib.staffing.erlang_b import erlang_b, lines_b
from cslib.staffing.erlang_c import agents_c, agents_fractional_c, erlang_c, wait_percentile_c
from cslib.staffing.performance import Performance

__all__ = [
    "Performance",
    "agents_a",
    "agents_c",
    "agents_fractional_c",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "lines_b",
    "offered_wait_a",
    "wait_percentile_a",
    "wait_percentile_c",
]
