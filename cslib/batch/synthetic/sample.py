"""Sample sites: contacts, people, leave, wishes and last month's roster, all invented, reproducible from ``synthetic.yml`` and a seed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from cslib import demand, staffing
from cslib.batch.chain import tasks_beside
from cslib.batch.synthetic.contacts import contacts
from cslib.batch.synthetic.field import open_field
from cslib.batch.synthetic.files import contact_rows, write_csv
from cslib.batch.synthetic.plant import plant
from cslib.batch.synthetic.planted import Row, as_rows, breaks_of, need_of, planted_seed, read_planted, write_planted
from cslib.batch.synthetic.recipe import Recipe, open_recipe
from cslib.batch.synthetic.relief import Need
from cslib.batch.synthetic.staff import Roll, last_roster_rows, leave_rows, overtime_rows, staff_rows, wish_rows, write_sheet
from cslib.core import tables
from cslib.core.errors import ParamError
from cslib.core.horizon import Horizon
from cslib.intake import Study
from cslib.intake.opening import read_calendar
from cslib.params import Params, open_params
from cslib.params.calendar import calendar

TITLES = {"staff": "人员名单", "leave": "请假", "wishes": "排班意愿", "last_roster": "上月排班表", "approved_overtime": "加班审批"}
CALENDAR_AFTER_DAYS = 31


def synthesise(site: str, *, seed: int | None = None, out: Path | str | None = None, replant: bool = False) -> list[Path]:
    """Write the synthetic files of a site that has a recipe.

    Parameters
    ----------
    site : folder under ``params/sites`` with ``site.yml``, ``shifts.yml`` and ``synthetic.yml``
    seed : root of all random streams; default: the site's. Another seed plants its own staff
    out : folder to write to; default: the site's own
    replant : plant the staff anew from forecast and requirement; default: take it from the site's ``planted_<month>.csv``

    Returns
    -------
    Files written. The same arguments give the same bytes.

    Raises
    ------
    ParamError  if the site is not marked ``synthetic`` (its files are real), has no recipe, or a wrong one.
    RosterError  if the recipe's people can't cover the requirement.
    """
    params, recipe = open_params(site), open_recipe(site)
    if not params.site.synthetic:
        raise ParamError("synthetic.real_site", where=f"params/sites/{site}/site.yml", given=site)
    folder = Path(out) if out is not None else params.folder
    folder.mkdir(parents=True, exist_ok=True)
    root = params.site.seed if seed is None else seed
    history = contacts(recipe, params, root) if recipe.history else tables.empty("contacts")
    written = _write_contacts(folder, recipe, params, history)
    if params.site.files.calendar:
        days = sorted((day.isoformat(), event) for event, given in recipe.named_days.items() for day in given)
        written.append(write_csv(folder / params.site.files.calendar, [["date", "event"], *days]))
    kept = params.folder / planted_name(recipe)
    if replant or planted_seed(kept) != root:
        field = open_field(recipe.people, params, _planted_for(recipe, params, history), root)
        rows = as_rows(field, plant(field))
    else:
        rows = read_planted(kept, recipe.people, params, month_calendar(recipe, params), root)
    written.append(write_planted(folder / planted_name(recipe), rows, root))
    posts = any(shift.queues for shift in params.shifts)
    need = need_of(_requirement(recipe, params, history)) if posts else None
    return written + _write_people(folder, Roll(rows, recipe, params, root), need)


def planted_name(recipe: Recipe) -> str:
    """File of the planted roster."""
    return f"planted_{recipe.people.month}.csv"


def planted_rows(site: str) -> list[Row]:
    """The planted roster that a site's sample is made from."""
    params, recipe = open_params(site), open_recipe(site)
    return read_planted(params.folder / planted_name(recipe), recipe.people, params, month_calendar(recipe, params), params.site.seed)


def month_calendar(recipe: Recipe, params: Params) -> pd.DataFrame:
    """Table ``calendar`` of the planted month."""
    horizon = Horizon.month(recipe.people.month, params.site.interval_min)
    return calendar(horizon.start, horizon.end - dt.timedelta(days=1), params.site.country)


def _requirement(recipe: Recipe, params: Params, history: pd.DataFrame) -> pd.DataFrame:
    """Table ``requirement`` of the month, from the history."""
    study = _bare_study(recipe, params, history)
    forecast = demand.forecast(study)
    return staffing.requirement(forecast, study, tasks_beside(study, forecast))


def _planted_for(recipe: Recipe, params: Params, history: pd.DataFrame) -> pd.DataFrame:
    """Table ``requirement`` that the staff is planted for: the forecast or a little more, whichever asks for more people.

    Deferred work may move by an interval either way, so its open intervals take the most of their neighbours.
    """
    study = _bare_study(recipe, params, history)
    forecast = demand.forecast(study)
    more = forecast.assign(**{name: forecast[name] * (1 + recipe.people.margin_share) for name in ("contacts", "p10", "p50", "p90")})
    found, extra = (staffing.requirement(rows, study, tasks_beside(study, rows)) for rows in (forecast, more))
    people = found["scheduled"].where(found["scheduled"] > extra["scheduled"], extra["scheduled"])
    for name, queue in params.site.queues.items():
        if queue.model == "deferred":
            starts = found.loc[found["queue"] == name, "interval_start"]
            opened = [queue.open_at(start.weekday(), start.hour * 60 + start.minute) for start in starts]
            most = people[starts.index].rolling(3, center=True, min_periods=1).max().astype("int64")
            people[starts.index] = most.where(np.array(opened), 0)
    return found.assign(scheduled=people)


def _bare_study(recipe: Recipe, params: Params, history: pd.DataFrame) -> Study:
    """A study with contacts and calendar, before there are people."""
    horizon = Horizon.month(recipe.people.month, params.site.interval_min)
    first = history["interval_start"].min().date() if len(history) else horizon.start
    frames = {name: tables.empty(name) for name in ("employees", "staff_grades", "skills", "leave", "wishes")}
    own = params.folder / params.site.files.calendar if params.site.files.calendar else None
    named = read_calendar(own) if own is not None and own.is_file() else None  # named days shape the forecast that the people are planted for
    days = calendar(first, horizon.end + dt.timedelta(days=CALENDAR_AFTER_DAYS), params.site.country, named)
    rosters = {"last_roster": tables.empty("roster"), "pins": tables.empty("roster")}
    return Study(params, horizon, {}, (), {**frames, **rosters, "contacts": history, "calendar": days})


def _write_contacts(folder: Path, recipe: Recipe, params: Params, history: pd.DataFrame) -> list[Path]:
    """One file with all queues, or as many as ``site.files.contacts`` lists, one a queue in the recipe's order."""
    if recipe.history is None:
        return []
    layout, files = recipe.history.layout, params.site.files.contacts
    names = {name: params.site.queues[name].name.zh if layout == "wide" else name for name in recipe.queues}
    encoding = recipe.encodings.get("contacts", "utf-8")
    if len(files) == 1:
        return [write_csv(folder / files[0], contact_rows(history, layout, names), encoding=encoding)]
    parts = zip(files, recipe.queues, strict=True)
    return [write_csv(folder / file, contact_rows(history[history["queue"] == queue], layout, names), encoding=encoding) for file, queue in parts]


def _write_people(folder: Path, roll: Roll, need: Need | None) -> list[Path]:
    """The files that ``site.files`` names; breaks of last month's duties only where there are posts to be relieved (``need``)."""
    files = roll.params.site.files
    made = {"staff": staff_rows(roll)}
    if files.leave:
        made["leave"] = leave_rows(roll)
    if files.wishes:
        made["wishes"] = wish_rows(roll)
    if files.approved_overtime:
        made["approved_overtime"] = overtime_rows(roll)
    if files.last_roster:
        made["last_roster"] = last_roster_rows(roll, breaks_of(roll.rows, roll.params, need, roll.horizon) if need else {})
    return [write_sheet(folder / getattr(files, key), TITLES[key], rows, roll.recipe.encodings.get(key, "utf-8-sig")) for key, rows in made.items()]
