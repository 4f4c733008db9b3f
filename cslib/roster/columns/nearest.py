"""The legal month nearest to a wanted one: as few cells as possible differ."""

from __future__ import annotations

import numpy as np

from cslib.roster.columns.kit import NEVER, compile_staff
from cslib.roster.columns.model import OFF, Staff, findings
from cslib.roster.columns.pricing import ANY, best_month, scratch_for

APART = 1e4  # price of a cell that differs: above what totals and counters cost


def nearest_plan(staff: Staff, wanted: np.ndarray, pinned: np.ndarray | None = None) -> np.ndarray | None:
    """Plan (people, days) in which whoever's wanted month breaks a rule has the legal one nearest to it; None if somebody has none."""
    plan = wanted.astype(np.int64).copy()
    broken = [p for p in range(len(plan)) if findings(staff, p, plan[p])]
    if not broken:
        return plan
    kit = compile_staff(staff)
    scratch = scratch_for(kit)
    fixed = np.full(plan.shape, ANY, dtype=np.int64) if pinned is None else pinned.astype(np.int64)
    kinds = np.arange(kit.work.shape[2])
    for p in broken:
        work = np.where(kit.work[p] < NEVER, APART * (kinds[None, :] != wanted[p][:, None]), NEVER)
        off = np.where(kit.off[p] < NEVER, APART * (wanted[p] != OFF), NEVER)
        if best_month(p, work, off, fixed[p], kit, scratch, plan[p]) >= NEVER or findings(staff, p, plan[p]):
            return None
    return plan
