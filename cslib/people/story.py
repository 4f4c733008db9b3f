"""The tables behind the pictures of the appraisal and ladder notebooks: aggregates, and one person's own band on request. No list of people."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cslib.core.errors import Finding, PeopleError
from cslib.core.streams import stream
from cslib.core.words import has, pick, say
from cslib.intake import Figures, Study
from cslib.params.kpi import KpiFile, TrainingFile
from cslib.params.ladder_files import Ladder, open_ladder
from cslib.params.ladders import Quota
from cslib.people.chain import Chain, Normal, chain
from cslib.people.compare import ladder_label, monthly_cost, steps
from cslib.people.course import IMMUNITY_USED, Course
from cslib.people.diagnostics import band_findings, luck, reach
from cslib.people.engine import run_ladder
from cslib.people.own import Basis
from cslib.people.panel import Panel
from cslib.people.proposals import reading_name, reasons
from cslib.people.scoring import share_cliff
from cslib.people.targets import pooled, target_result

STAR, STAR_METRIC, STAR_ENTRY = "H_star_ladder", "kpi_percent", "agent"
LEAST = 10  # people behind a band that is shown (privacy requirement P06)


def star_chain(reading: str) -> Chain:
    """Chain of the star ladder in one reading, from the grade after the trial."""
    return chain(open_ladder(STAR, reading), STAR_ENTRY)


def drift_table(readings: Sequence[str], mean: float, sd: float) -> pd.DataFrame:
    """Exact long-run shares of the star ladder's grades by reading [0, 1]; the trial grade, which nobody holds for long, is left out."""
    shares = {reading: star_chain(reading).settled({STAR_METRIC: Normal(mean, sd)}) for reading in readings}
    return pd.DataFrame(shares).drop(index="trial_agent")


def drift_curves(readings: Sequence[str], sd: float = 10.0) -> pd.DataFrame:
    """Shares in the lowest and top grade by mean score (each reading), and by demotion line (mean 100): kind, reading, x, lowest, top."""
    rows = []
    for reading in readings:
        made = star_chain(reading)
        for mean in np.arange(90.0, 120.5, 1.0):
            rows.append(_ends("mean", reading_name(reading), float(mean), made.settled({STAR_METRIC: Normal(float(mean), sd)})))
    base = open_ladder(STAR, "repaired")
    for low in np.arange(80.0, 110.5, 2.0):
        moved = base.spec.criteria["low"].model_copy(update={"value": float(low)})
        ladder = dataclasses.replace(base, spec=base.spec.model_copy(update={"criteria": {**base.spec.criteria, "low": moved}}))
        rows.append(_ends("hold", "", float(low), chain(ladder, STAR_ENTRY).settled({STAR_METRIC: Normal(100.0, sd)})))
    return pd.DataFrame(rows)


def _ends(kind: str, reading: str, x: float, shares: dict[str, float]) -> dict[str, object]:
    return {"kind": kind, "reading": reading, "x": x, "lowest": shares[STAR_ENTRY], "top": list(shares.values())[-1]}


def luck_table(readings: Sequence[str], mean: float, sd: float, months: int = 24) -> pd.DataFrame:
    """Share of the star ladder's moves that is luck, by true spread between people: reading, true_sd, share."""
    rows = []
    for reading in readings:
        made = chain(open_ladder(STAR, reading), "star2")
        for true_sd in (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 15.0):
            found = luck(made, STAR_METRIC, {STAR_METRIC: Normal(mean, sd)}, true_sd, months)
            rows.append({"reading": reading_name(reading), "true_sd": true_sd, "share": found.share})
    return pd.DataFrame(rows)


def time_to_grades(reading: str, mean: float, sd: float) -> pd.DataFrame:
    """Probability of ever holding each grade of the star ladder, and the expected months from the first regular day."""
    made, rows = star_chain(reading), []
    scores = {STAR_METRIC: Normal(mean, sd)}
    for grade in made.by_grade(np.zeros(len(made.states))):
        if grade != "trial_agent":
            chance, months = made.months_to(scores, grade)
            rows.append({"ladder_grade": pick(made.ladder.spec.grades[grade]), "chance_share": chance, "expected_months": months})
    return pd.DataFrame(rows)


def reach_table(reading: str, total: float | None = None) -> pd.DataFrame:
    """Which grades of the eleven-criterion table can be reached: grade, bound, best score there is, total needed."""
    ladder = open_ladder("T_eleven_criteria", reading)
    rows = [
        {
            "ladder_grade": pick(ladder.spec.grades[r.grade]),
            "bound": r.bound,
            "best_score": r.best,
            "needed_total": r.needed_total,
            "reached": yes(r.reachable),
        }
        for r in reach(ladder, total)
    ]
    return pd.DataFrame(rows)


def band_lines(names: Sequence[str]) -> list[str]:
    """Gaps and overlaps of bands as the sources write them, as sentences."""
    found = []
    for name in names:
        ladder = open_ladder(name)
        for finding in band_findings(ladder):
            key = "people.story.overlap" if finding.kind == "overlap" else "people.story.gap"
            bands = " / ".join(band_name(band, ladder) for band in finding.bands)
            found.append(say(key, ladder=pick(ladder.spec.meaning), low=f"{finding.low:g}", high=f"{finding.high:g}", bands=bands))
    return found


def band_name(band: str, ladder: Ladder) -> str:
    """A band in the language in use: a grade of the ladder by its name, other bands by their words."""
    if band in ladder.spec.grades:
        return pick(ladder.spec.grades[band])
    return say(f"people.band.{band}") if has(f"people.band.{band}") else band


def settings_table(ladder: Ladder) -> pd.DataFrame:
    """What the source leaves open and how it is read here: name of the setting, question, reading chosen, other readings with their names."""
    rows = []
    for name, setting in ladder.spec.settings.items():
        chosen = ladder.chosen[name]
        others = "; ".join(f"{pick(option.meaning)} ({code})" for code, option in setting.options.items() if code != chosen)
        answer = f"{pick(setting.options[chosen].meaning)} ({chosen})"
        rows.append({"ladder_setting": name, "open_question": pick(setting.meaning), "chosen_reading": answer, "other_readings": others})
    return pd.DataFrame(rows, columns=["ladder_setting", "open_question", "chosen_reading", "other_readings"])


def yes(flag: bool) -> str:
    """Yes or no in the language in use."""
    return say("people.form.yes") if flag else say("people.form.no")


def cliff_curve(kpis: KpiFile, value: float = 0.896, threshold: float = 0.90) -> pd.DataFrame:
    """Probability that a share of 89.6 % is really 90 % or more, by the contacts behind it: sample, other_side."""
    samples = np.unique(np.round(np.geomspace(50, 60_000, 60)))
    rows = [{"sample": n, "other_side": share_cliff(kpis.kpis["resolution_rate"], value, float(n), threshold).other_side} for n in samples]
    return pd.DataFrame(rows)


def target_table(facts: pd.DataFrame, kpis: KpiFile, base: Sequence[str], now: Sequence[str]) -> pd.DataFrame:
    """Team targets of the months ``now`` against the months ``base``: target, figure, low, high, goal, state."""
    then, after = facts[facts["period"].isin(list(base))], facts[facts["period"].isin(list(now))]
    rows = []
    for name, target in kpis.team_targets.items():
        seen, base_figure = pooled(after, target.kpi), pooled(then, target.kpi)
        if seen.sample and (base_figure.sample or target.against == "absolute"):  # without figures there is nothing to judge
            rows.append(dataclasses.asdict(target_result(name, target, kpis.kpis[target.kpi], seen, base_figure)))
    return pd.DataFrame(rows, columns=["target", "figure", "low", "high", "goal", "state"])


def own_band(appraisal: pd.DataFrame, employee_id: str) -> str:
    """One person's own view: the quarter of the group that the score lies in, its interval, and its fair estimate. Nobody else is shown.

    Raises
    ------
    PeopleError  if the person is not in the appraisal, or the group has fewer than ten people.
    """
    own = appraisal[appraisal["employee_id"].eq(employee_id)]
    if own.empty or len(appraisal) < LEAST:
        raise PeopleError(findings=[Finding("people.no_own_band", "own", {"given": employee_id, "least": LEAST})])
    row = own.iloc[0]
    below = float((appraisal["score"] < row["score"]).mean())
    quarter = min(3, int(below * 4))
    facts = {"low": f"{row['low']:.1f}", "high": f"{row['high']:.1f}", "score": f"{row['score']:.1f}", "fair": f"{row['fair']:.1f}"}
    return say("people.story.own", band=f"{quarter * 25}–{quarter * 25 + 25}%", **facts)


def example(course: Course, outcome: str = "move") -> tuple[str, pd.DataFrame] | None:
    """The first proposal of a kind, explained criterion by criterion without saying whose it is: (heading, table); None if there is none."""
    ladder = course.ladder
    for batch in course.batches:
        rule = ladder.spec.rules.get(batch.rule)
        if rule is None or rule.outcome != outcome or ladder.grades[batch.before[0]] == ladder.spec.trial_grade:
            continue
        before, after = (pick(ladder.spec.grades[ladder.grades[grades[0]]]) for grades in (batch.before, batch.after))
        head = say("people.story.example", month=course.panel.months_text[batch.month], rule=pick(rule.meaning), before=before, after=after)
        rows = [
            {"criterion": reason.text, "value": "" if reason.figure is None else f"{reason.figure:g}", "limit_text": reason.limit,
             "reached": yes(reason.met), "entry": reason.source}
            for reason in reasons(course, batch, 0)
        ]  # fmt: skip
        return head, pd.DataFrame(rows)
    return None


def quota_table(name: str, rule: str, panel: Panel, quotas: Sequence[float]) -> pd.DataFrame:
    """What a quota on a rule does to the same people: quota, people moved up at least once, grade pay of the last month; 1 = no quota."""
    base, rows = open_ladder(name), []
    for share in quotas:
        limit = Quota(share=share, order_by=next(iter(base.spec.inputs))) if share < 1 else None
        rules = {**base.spec.rules, rule: base.spec.rules[rule].model_copy(update={"quota": limit})}
        course = run_ladder(dataclasses.replace(base, spec=base.spec.model_copy(update={"rules": rules})), panel)
        up = steps(course)[0] >= 0
        rows.append({"quota_share": share, "moved_up": int(up.sum()), "up_share": float(up.mean()), "pay_yuan": float(monthly_cost(course)[-1])})
    return pd.DataFrame(rows)


def rule_names(frame: pd.DataFrame, ladders: Sequence[Ladder]) -> pd.DataFrame:
    """The table of proposals by rule with the rules in words."""
    named = {(ladder_label(ladder), code): pick(rule.meaning) for ladder in ladders for code, rule in ladder.spec.rules.items()}
    named |= {(ladder_label(ladder), IMMUNITY_USED): say("people.story.immunity_used") for ladder in ladders}
    return frame.assign(rule=[named.get((scheme, code), code) for scheme, code in zip(frame["scheme"], frame["rule"], strict=True)])


def kpi_names(frame: pd.DataFrame, kpis: KpiFile) -> pd.DataFrame:
    """A table with KPIs in words, figures with two digits, and yes or no for flags."""
    found = frame.assign(kpi=frame["kpi"].map(lambda code: pick(kpis.kpis[code].meaning))).rename(columns={"kpi": "indicator"})
    return found.assign(reached=found["reached"].map(yes)) if "reached" in found else found


def training_names(plan: pd.DataFrame, training: TrainingFile) -> pd.DataFrame:
    """The training plan with its kinds in words."""
    return plan.assign(training=[pick((training.kinds.get(kind) or training.coaching).meaning) for kind in plan["training"]])


def reading_names(shares: pd.DataFrame) -> pd.DataFrame:
    """A table with readings as columns, their names in words."""
    return shares.rename(columns=reading_name)


def basis_lines(basis: Basis, own: Figures, seed: int) -> list[str]:
    """What the appraisal page rests on: own figures with their span and remarks, or invented ones, and whether the site's files held no KPI."""
    if basis.synthetic:
        left = [say("notebook.kpi.no_kpi"), *own.notes] if own.given else []
        return [say("notebook.kpi.synthetic", seed=seed), *left]
    people, sample = basis.facts["employee_id"].nunique(), basis.facts["sample"].sum()
    return [say("notebook.kpi.own", people=people, first=basis.months[0], last=basis.months[-1], sample=f"{sample:,.0f}"), *own.notes]


def panel_lines(panel: Panel, seed: int) -> list[str]:
    """What the grade page rests on."""
    if panel.synthetic:
        return [say("notebook.grades.synthetic", people=len(panel.people), seed=seed, months=panel.months)]
    return [say("notebook.grades.own", people=len(panel.people), first=panel.months_text[0], last=panel.months_text[-1])]


def contacts_of(study: Study, month: str) -> float:
    """Contacts offered in a month, from the site's own log; 0 where it has none."""
    log = study.contacts
    return float(log.loc[log["interval_start"].dt.strftime("%Y-%m").eq(month), "offered"].sum())


def complaints_of(own: Figures, months: Sequence[str], contacts: float, seed: int) -> pd.DataFrame:
    """The site's own complaints (a list without rows: none), or invented ones where it brings no figures at all."""
    return own.complaints if own.given or own.counts_complaints or not own.complaints.empty else synthetic_complaints(months, contacts, seed=seed)


def complaint_names(report: pd.DataFrame) -> pd.DataFrame:
    """The complaint report with its last line in words."""
    return report.assign(category=report["category"].replace("total", say("people.complaint.total")))


def synthetic_complaints(months: Sequence[str], contacts: float, *, seed: int) -> pd.DataFrame:
    """Invented complaints: month, category, upheld, in_time; about 0.8 per 100 contacts."""
    rng = stream(seed, "synthetic complaints")
    categories = [say(f"people.complaint.{name}") for name in ("delay", "tone", "wrong", "other")]
    rows = []
    for month in months:
        count = int(rng.poisson(0.008 * contacts))
        kinds = rng.choice(len(categories), count, p=[0.4, 0.2, 0.3, 0.1])
        rows += [{"month": month, "category": categories[k], "upheld": bool(rng.random() < 0.6), "in_time": bool(rng.random() < 0.93)} for k in kinds]
    return pd.DataFrame(rows, columns=["month", "category", "upheld", "in_time"])
