"""Several parts at once: the chain of stages, strict papermill runs, the command line, sample sites."""

from cslib.batch.chain import plan, table

__all__ = ["plan", "table"]
