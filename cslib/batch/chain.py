"""The value chain: which part makes which table from which. A notebook asks for a table; what is not in its run yet is made first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pandas as pd

from cslib import demand, roster, staffing
from cslib.batch.draft import joined_need
from cslib.batch.fairness import curve_table, evened, exchange_table, month_ledger
from cslib.batch.payroll import Payroll, payroll
from cslib.core import tables
from cslib.intake import Study
from cslib.params.hiring import open_hiring
from cslib.report import Run

HOUR_YUAN = 60.0  # cost of a rostered hour in the risk curve, employer's share included (assumption; the pay scheme gives the month's true cost)
Stage = Callable[[Study, Run], dict[str, pd.DataFrame]]


def _forecast(study: Study, _run: Run) -> dict[str, pd.DataFrame]:
    return {"forecast": demand.forecast(study)}


def _accuracy(study: Study, _run: Run) -> dict[str, pd.DataFrame]:
    return {"accuracy": demand.backtest(study)}


def _forecast_totals(study: Study, _run: Run) -> dict[str, pd.DataFrame]:
    return {"forecast_totals": demand.totals(study)}


def _effects(study: Study, _run: Run) -> dict[str, pd.DataFrame]:
    return {"effects": demand.effects(study)}


def _anomalies(study: Study, _run: Run) -> dict[str, pd.DataFrame]:
    return {"anomalies": demand.anomalies(study)}


def _drivers(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    return {"drivers": demand.drivers(study, table("forecast", study, run))}


def _workload(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    return {"workload": demand.workload(study, table("forecast", study, run))}


def _requirement(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    return {"requirement": staffing.requirement(table("forecast", study, run), study, tasks(study, run))}


def _morning_need(study: Study, _run: Run) -> dict[str, pd.DataFrame]:
    if not staffing.morning_slots(study):
        return {"morning_need": tables.empty("morning_need")}
    longer = study.through_next_day()
    forecast = demand.forecast(longer)
    return {"morning_need": staffing.morning_need(forecast, study, tasks_beside(longer, forecast))}


def _roster(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    found = plan(study, run)
    return {"roster": found.roster, "covers": found.covers, "coverage": found.coverage, "cost_split": found.cost_split}


def _fairness_ledger(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    return {"fairness_ledger": month_ledger(*(table(name, study, run) for name in ("roster", "covers")), whole_need(study, run), study)}


def _performance(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    return {"performance": staffing.judge(table("forecast", study, run), table("coverage", study, run), study, tasks(study, run))}


def _rehearsal(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    duties, coverage = table("roster", study, run), table("coverage", study, run)
    return {"rehearsal": staffing.rehearse(duties, coverage, table("forecast", study, run), study)}


def _idle_time(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    return {"idle_time": staffing.idle_time(table("forecast", study, run), study, table("workload", study, run))}


def _risk(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    forecast, need = table("forecast", study, run), table("requirement", study, run)
    chances, curve = staffing.risk_tables(forecast, need, study, hour_yuan=HOUR_YUAN, workload=tasks(study, run))
    return {"risk": chances, "risk_curve": curve}


def _hiring(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    settings = open_hiring(study.site, tuple(study.params.site.queues))
    found = staffing.hiring_plan(table("requirement", study, run), study, settings)
    return {"hiring_plan": found.plan, "recruitment_plan": found.recruitment}


def _violations(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    return {"violations": roster.audit(table("roster", study, run), table("covers", study, run), whole_need(study, run), study)}


def _hours(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    return {"hours": roster.hours(table("roster", study, run), study)}


def _wage_cost(study: Study, run: Run) -> dict[str, pd.DataFrame]:
    return {"wage_cost": month_payroll(study, run).wage_cost}


def month_payroll(study: Study, run: Run, *, attendance: str = "", facts: str = "") -> Payroll:
    """Payslips of the run's month (``payroll``): on actual hours where an attendance sheet is there, planned ones else; basis and sheets are
    noted with the run (note ``payroll``)."""
    found = payroll(study, table("hours", study, run), table("roster", study, run), attendance=attendance, facts=facts)
    run.note("payroll", {"basis": found.basis, "files": found.files})
    return found


# Payslips and grades are never stored with a run: they are recomputed where needed, shown as site totals (privacy requirements P06, P09).
STAGES: dict[str, Stage] = {
    "forecast": _forecast,
    "forecast_totals": _forecast_totals,
    "effects": _effects,
    "anomalies": _anomalies,
    "drivers": _drivers,
    "workload": _workload,
    "accuracy": _accuracy,
    "requirement": _requirement,
    "morning_need": _morning_need,
    "roster": _roster,
    "covers": _roster,
    "coverage": _roster,
    "cost_split": _roster,
    "fairness_ledger": _fairness_ledger,
    "performance": _performance,
    "rehearsal": _rehearsal,
    "idle_time": _idle_time,
    "risk": _risk,
    "risk_curve": _risk,
    "hiring_plan": _hiring,
    "recruitment_plan": _hiring,
    "violations": _violations,
    "hours": _hours,
    "wage_cost": _wage_cost,
}


def table(name: str, study: Study, run: Run) -> pd.DataFrame:
    """A table of the chain: from the run if it is there, else made from the tables before it, and saved.

    Raises
    ------
    KeyError  if no stage makes this table.
    """
    if not run.has(name):
        for made, frame in STAGES[name](study, run).items():
            run.save(made, frame)
    return run.load(name)


def whole_need(study: Study, run: Run) -> pd.DataFrame:
    """Table requirement of the month and on through the morning after it, which its last night serves: what rosters are made and judged by."""
    return joined_need(table("requirement", study, run), table("morning_need", study, run))


def morning_coverage(study: Study, run: Run) -> pd.DataFrame:
    """Table coverage of the morning after the month by the last night of the run's roster."""
    return roster.morning_coverage(table("roster", study, run), table("covers", study, run), whole_need(study, run), study)


def tasks(study: Study, run: Run) -> pd.DataFrame | None:
    """Table workload, if some queue of the site takes tasks of it on; else None."""
    return table("workload", study, run) if _takes_tasks(study) else None


def tasks_beside(study: Study, forecast: pd.DataFrame) -> pd.DataFrame | None:
    """The same for another forecast than the run's."""
    return demand.workload(study, forecast) if _takes_tasks(study) else None


def _takes_tasks(study: Study) -> bool:
    return any(queue.tasks for queue in study.params.site.queues.values())


def plan(study: Study, run: Run, progress: Callable[..., Any] | None = None) -> roster.Plan:
    """Solve the month and keep its proof with the run (note ``solver``); where the site wants it, even it out and keep the exchanges."""
    settings = study.params.site.roster
    need = whole_need(study, run)
    problem = roster.problem(need, study)
    found = roster.solve(problem, gap=settings.gap_share, work=settings.work, progress=progress)
    if (budget := study.params.site.fairness.month_yuan) is not None:
        found, exchanged = evened(found, need, study, budget)
        run.save("fairness_curve", curve_table(exchanged))
        run.save("fairness_exchanges", exchange_table(exchanged))
    for name in ("roster", "covers", "coverage", "cost_split"):
        run.save(name, getattr(found, name))
    run.note("solver", asdict(found.report))
    return found
