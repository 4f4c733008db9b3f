"""What a reviewer should know beyond the verdict: what counts as peak, what was missing, hours not used, needs not met and what usually helps."""

from __future__ import annotations

import pandas as pd

from cslib.core.units import ceil_people, minute_of
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.params.site import Queue, Window
from cslib.report.figures_base import weekday
from cslib.report.figures_roster import full_time_h
from cslib.report.lines import queue_name

NAMED_MOST = 12  # people or gaps named in one sentence
_ANY_WEEK = pd.Timestamp(2024, 1, 1)  # a Monday


def peak_lines(study: Study) -> list[str]:
    """What 'peak' means at this site: by share of the day's highest need, by declared windows, or nowhere (S000-01)."""
    queues = study.params.site.queues
    windows = [name for name, queue in queues.items() if queue.peak_windows]
    shared = [name for name, queue in queues.items() if not queue.peak_windows and queue.model != "heads"]
    none = [name for name in queues if name not in {*windows, *shared}]
    lines = []
    if shared:
        names, share = _names(shared, study), study.params.site.peak.share_of_day_max_share
        lines.append(say("report.remark.peak_share", queues=names, share=share))
    by_text: dict[str, list[str]] = {}
    for name in windows:
        by_text.setdefault(_windows(queues[name]), []).append(name)
    lines += [say("report.remark.peak_windows", queues=_names(found, study), windows=text) for text, found in by_text.items()]
    if none:
        lines.append(say("report.remark.peak_none", queues=_names(none, study)))
    return lines


def _names(queues: list[str], study: Study) -> str:
    return say("report.remark.comma").join(queue_name(study, name) for name in queues)


def _windows(queue: Queue) -> str:
    return say("report.remark.comma").join(_window(window) for window in queue.peak_windows)


def _window(window: Window) -> str:
    """A window such as ``07:30-09:30`` or ``六 20:00-24:00``."""
    days = [weekday(_ANY_WEEK + pd.Timedelta(days=i)) for i in range(7) if window.holds(i, minute_of(window.begin))]
    return f"{'' if len(days) == 7 else '/'.join(days) + ' '}{window.begin}-{window.end}"


def remarks(study: Study, coverage: pd.DataFrame, unused_h: pd.Series) -> list[str]:
    """Remarks for the review page, in the language in use.

    Parameters
    ----------
    coverage : table of this name;  unused_h : contract hours beyond the site's band that stay unused [h], by person (``roster.unused_hours``)

    Returns
    -------
    Sentences: the month before is unknown; contract hours beyond the site's band that stay unused, by person in the order of the staff
    list; people who are short, by queue, with what usually helps. One sentence that says so if there is nothing to remark.
    """
    lines = [] if len(study.last_roster) else [say("report.remark.no_last_roster")]
    lines += [*_unused(study, unused_h), *unmet(study, coverage)]
    return lines or [say("report.remark.none")]


def _unused(study: Study, left: pd.Series) -> list[str]:
    if left.empty:
        return []
    named = say("report.remark.comma").join(f"{person} {hours:.1f}" for person, hours in left.head(NAMED_MOST).items())
    facts = {"people": len(left), "hours": left.sum(), "band": study.params.site.roster.contract_band_h}
    more = say("report.remark.and_more", count=len(left) - NAMED_MOST) if len(left) > NAMED_MOST else ""
    return [say("report.remark.unused", named=named + more, **facts)]


def unmet(study: Study, coverage: pd.DataFrame) -> list[str]:
    """One sentence a queue that is short: person-hours, the worst day and hours, and a first piece of advice; what is worst comes first."""
    hours = study.horizon.interval_min / 60
    found = coverage[coverage["short"].gt(0)].assign(day=lambda f: f["interval_start"].dt.normalize(), short_h=lambda f: f["short"] * hours)
    lines = []
    for queue in found.groupby("queue")["short_h"].sum().sort_values(ascending=False, kind="stable").index:
        part = found[found["queue"].eq(queue)]
        daily = part.groupby("day")["short_h"].sum()
        worst = part[part["day"].eq(daily.idxmax())]
        facts = {
            "queue": queue_name(study, str(queue)), "hours": part["short_h"].sum(), "days": len(daily),
            "peak_h": part.loc[part["peak"], "short_h"].sum(),
            "day": f"{daily.idxmax():%m-%d}", "weekday": weekday(daily.idxmax()), "day_hours": daily.max(),
            "first": f"{worst['interval_start'].min():%H:%M}", "last": f"{worst['interval_start'].max():%H:%M}",
        }  # fmt: skip
        lines.append(say("report.remark.short", **facts) + _advice(study, coverage, part, str(queue)))
    return lines


def _advice(study: Study, coverage: pd.DataFrame, short: pd.DataFrame, queue: str) -> str:
    """What usually helps: shifts elsewhere if the same days have people over, further skills if other queues have, else more hours or people."""
    hours = study.horizon.interval_min / 60
    days = coverage[coverage["interval_start"].dt.normalize().isin(short["day"])]
    own = days.loc[days["queue"].eq(queue), "over"].sum() * hours
    same_time = coverage[coverage["interval_start"].isin(short["interval_start"]) & coverage["queue"].ne(queue)]["over"].sum() * hours
    needed = short["short_h"].sum()
    if same_time >= needed / 2:
        skill = study.params.site.queues[queue].skill
        return say("report.remark.advice_skill", over=same_time, skill=skill)
    if own >= needed / 2:
        return say("report.remark.advice_shift", over=own, first=f"{short['interval_start'].dt.strftime('%H:%M').mode().iloc[0]}")
    return say("report.remark.advice_people", people=ceil_people(needed / full_time_h(study)), hours=needed)
