"""``python -m cslib.batch.compiled``: compile ahead what is otherwise compiled at first use, so that no planner waits for it.

The sample call centre's month goes through every stage that has compiled code, with the shortest of searches. ``make setup`` calls it.
"""

from __future__ import annotations

from cslib import demand, intake, roster, staffing
from cslib.core.paths import site_dir

SITE, MONTH = "hotline", "2026-12"
WORK = 0.001  # of the search: enough for every part of it to begin


def compile_ahead() -> bool:
    """Compile and keep the code beside its sources; False where the sample site is gone, then it is compiled at first use."""
    if not site_dir(SITE).is_dir():
        return False
    study = intake.open_study(SITE, month=MONTH)
    forecast = demand.forecast(study)
    need = staffing.requirement(forecast, study)
    staffing.skill_mix(forecast, study)
    plan = roster.solve(roster.problem(need, study), work=WORK)
    staffing.judge(forecast, plan.coverage, study)
    staffing.rehearse(plan.roster, plan.coverage, forecast, study)
    staffing.risk_tables(forecast, need, study, hour_yuan=1.0)
    return True


if __name__ == "__main__":
    compile_ahead()
