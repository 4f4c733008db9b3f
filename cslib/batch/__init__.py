"""Several parts at once: the chain of stages, strict papermill runs, the command line, sample sites."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cslib.batch.actual import actual_hours
    from cslib.batch.chain import HOUR_YUAN, month_payroll, morning_coverage, open_hiring, plan, table, tasks, whole_need
    from cslib.batch.explore import demand_change, explore_demand, explore_staffing, intraday_change
    from cslib.batch.today import supposed

__all__ = [
    "HOUR_YUAN", "actual_hours", "demand_change", "explore_demand", "explore_staffing", "intraday_change", "month_payroll", "morning_coverage",
    "open_hiring", "plan", "supposed", "table", "tasks", "whole_need",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """The chain when it is first asked for: it imports every part, and the command line's help needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module 'cslib.batch' has no attribute '{name}'")
    from cslib.batch import actual, chain, explore, today

    return next(getattr(module, name) for module in (chain, explore, actual, today) if hasattr(module, name))
