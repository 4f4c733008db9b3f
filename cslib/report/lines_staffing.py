"""What a page says about staffing: how sure the target is, what binds, what idle time is worth, what a finished roster gives its customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cslib.core.words import has, pick, say
from cslib.intake.study import Study
from cslib.report.lines import queue_name

if TYPE_CHECKING:
    from cslib.staffing import SkillMix


def certainty(chances: pd.DataFrame, study: Study) -> list[str]:
    """One line a queue: mean chance of an interval, how many are below one half, the least certain."""
    lines = []
    for queue, part in chances.dropna(subset=["met_share"]).groupby("queue", sort=False):
        least = part.loc[part["met_share"].idxmin()]
        facts = {"mean": part["met_share"].mean(), "below": int((part["met_share"] < 0.5).sum()), "count": len(part)}
        least_facts = {"least": least["met_share"], "when": least["interval_start"]}
        lines.append(say("report.lines.certainty", queue=queue_name(study, str(queue)), **facts, **least_facts))
    return lines


def performance(performance: pd.DataFrame, forecast: pd.DataFrame, study: Study) -> list[str]:
    """One line a queue: the month's service level by contacts against its target, intervals below it, the longest backlog."""
    keys = ["queue", "interval_start"]
    joined = performance.merge(forecast[[*keys, "contacts"]], on=keys, how="left")
    lines = []
    for queue, part in joined.dropna(subset=["service_level_share"]).groupby("queue", sort=False):
        service = study.params.site.queues[str(queue)].service
        target = 1.0 if service is None else service.level_share
        longest = part.loc[part["backlog"].idxmax()]
        level = (part["service_level_share"] * part["contacts"]).sum() / max(part["contacts"].sum(), 1e-9)
        facts = {"level": level, "target": target, "below": int((part["service_level_share"] < target - 1e-6).sum()), "count": len(part)}
        most = {"backlog": longest["backlog"], "when": longest["interval_start"]}
        lines.append(say("report.lines.performance", queue=queue_name(study, str(queue)), **facts, **most))
    return lines


def rehearsal(rows: pd.DataFrame, study: Study) -> list[str]:
    """One line a queue: what the simulated months gave, with the half width of the 95 % interval."""
    lines = []
    for row in rows.dropna(subset=["service_level_share"]).itertuples():
        facts = {"months": row.replications, "level": row.service_level_share, "half": row.service_level_half_share, "target": row.target_share}
        more = {"lost": row.abandonment_share, "wait": row.asa_s, "below": row.intervals_below}
        lines.append(say("report.lines.rehearsal", queue=queue_name(study, str(row.queue)), **facts, **more))
    return lines or [say("report.lines.no_rehearsal")]


def skill_mix(found: SkillMix, study: Study) -> list[str]:
    """What dedicated teams, a mix and everybody with every skill would need in the busiest interval."""
    mix = found.mix
    if mix is None:
        return [say("report.lines.no_skill_mix")]
    levels = ", ".join(f"{_skill(study, name)} {level:.1%} ± {mix.half_widths[name]:.1%}" for name, level in mix.levels.items())
    facts = {"when": found.when, "dedicated": mix.dedicated, "total": mix.total, "bound": mix.pooled_bound}
    return [say("report.lines.skill_mix", levels=levels, cost=study.params.site.staffing.flexible_cost, **facts)]


def skill_table(found: SkillMix, study: Study) -> pd.DataFrame:
    """Table skill_mix with the skills named by the queues that they serve."""
    names = [" + ".join(_skill(study, skill) for skill in held.split(", ")) for held in found.table["skills"]]
    return found.table.assign(skills=names)


def _skill(study: Study, skill: str) -> str:
    """A skill by the queues that ask for it."""
    named = [pick(queue.name) for queue in study.params.site.queues.values() if queue.skill == skill]
    return " / ".join(named) or skill


def binding(code: str) -> str:
    """What set a number of people, in words."""
    return say(f"report.binding.{code}") if has(f"report.binding.{code}") else code


def idle_time(rows: pd.DataFrame, study: Study) -> list[str]:
    """What idle time of arriving queues is worth, and how busy its people may then be."""
    if rows.empty:
        return [say("report.lines.no_idle")]
    cap = study.params.site.staffing.blended_occupancy_share
    saved = float(rows["apart_h"].sum() - rows["blended_h"].sum())
    return [say("report.lines.idle", apart=rows["apart_h"].sum(), blended=rows["blended_h"].sum(), saved=saved, cap=cap, late=rows["late_h"].sum())]


def idle_table(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Table idle_time with the names of queues and skill groups."""
    names = {code: pick(queue.name) for code, queue in study.params.site.queues.items()}
    groups = {code: say(f"report.skill_group.{code}") for code in rows["work"] if has(f"report.skill_group.{code}")}
    return rows.replace({"work": groups | names})
