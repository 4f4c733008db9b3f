"""What the demand page says about accuracy, totals, odd days and other work, in sentences. Figures come from the tables."""

from __future__ import annotations

import pandas as pd

from cslib.core.words import pick, say
from cslib.intake.study import Study
from cslib.params.drivers import read_drivers
from cslib.report.lines import method_name, queue_name

_CLOSE = 0.01  # methods this near are as good as equal [share of the better WAPE]
_BIAS, _COVER_LOW, _COVER_HIGH = 0.03, 0.70, 0.90  # beyond: not to be trusted without a look


def trust(accuracy: pd.DataFrame, study: Study) -> list[str]:
    """One or two lines a queue: which method won and by how much, in hours of staff; whether the engine can be trusted here."""
    lines = []
    for queue, part in accuracy.dropna(subset=["wape_share"]).groupby("queue", sort=False):
        own, peers = part[part["method"] == "engine"].iloc[0], part[part["method"] != "engine"]
        best = peers.loc[peers["wape_share"].idxmin()]
        facts = {
            "queue": queue_name(study, str(queue)), "own": own["wape_share"], "peer": method_name(str(best["method"])), "other": best["wape_share"],
            "gain": 1 - own["wape_share"] / best["wape_share"], "hours": best["staff_h"] - own["staff_h"], "folds": int(own["folds"]),
        }  # fmt: skip
        if abs(facts["gain"]) <= _CLOSE:
            lines.append(say("report.trust.equal", **facts))
        else:
            lines.append(say("report.trust.won", **facts) if facts["gain"] > 0 else say("report.trust.lost", **facts))
        figures = {"bias": own["bias_share"], "mase": own["mase"], "cover80": own["cover80_share"], "cover95": own["cover95_share"]}
        sound = abs(own["bias_share"]) <= _BIAS and _COVER_LOW <= own["cover80_share"] <= _COVER_HIGH and own["mase"] < 1
        lines.append(say("report.trust.sound", **figures) if sound else say("report.trust.look", **figures))
    return lines


def totals(totals: pd.DataFrame, study: Study) -> list[str]:
    """One line a queue: the month's contacts with their interval."""
    names = {queue: queue_name(study, str(queue)) for queue in study.params.site.queues} | {"total": say("report.all_queues")}
    rows = totals[totals["period"].eq("month")]
    return [say("report.lines.month_total", queue=names[r.queue], contacts=r.contacts, low=r.p10, high=r.p90) for r in rows.itertuples()]


def anomalies(anomalies: pd.DataFrame, study: Study) -> list[str]:
    """The odd days of the history that matter most: steps of the level, and the largest outliers of each queue."""
    lines = []
    for queue, part in anomalies.groupby("queue", sort=False):
        facts = {"queue": queue_name(study, str(queue))}
        for row in part[part["kind"].eq("level_shift")].itertuples():
            lines.append(say("report.lines.level_shift", day=row.date, change=row.change_share, **facts))
        outliers = part[part["kind"].eq("outlier")]
        top = outliers.loc[outliers["change_share"].abs().sort_values(ascending=False, kind="stable").index[:3]]
        lines += [say("report.lines.outlier", day=row.date, change=row.change_share, weight=row.weight_share, **facts) for row in top.itertuples()]
    return lines or [say("report.lines.no_anomalies")]


def drivers(drivers: pd.DataFrame) -> pd.DataFrame:
    """A row a driver: its name, tasks of the month with their spread where it is one batch, hours."""
    file, _ = read_drivers()
    rows = drivers.groupby("driver", sort=False).agg(tasks=("tasks", "sum"), standard_min=("standard_min", "first"), hours_h=("hours_h", "sum"))
    names = [pick(file.drivers[str(code)].name.model_dump()) for code in rows.index]
    ids = drivers.groupby("driver", sort=False)["ids"].first()
    return rows.reset_index(drop=True).assign(driver=names, ids=ids.to_numpy())[["driver", "tasks", "standard_min", "hours_h", "ids"]]
