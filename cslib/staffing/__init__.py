"""People needed, interval by interval: Erlang B, C and A, chat, work with a deadline, fixed posts, caps and shrinkage."""

from cslib.staffing import erlang
from cslib.staffing.requirement import requirement
from cslib.staffing.traces import trace

__all__ = ["erlang", "requirement", "trace"]
