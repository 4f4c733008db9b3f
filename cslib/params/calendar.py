"""The calendar of a country: kind of every day, holiday, and whether it may still change. Table ``calendar``."""

from __future__ import annotations

import datetime as dt
import re

import holidays
import pandas as pd

from cslib.core import tables
from cslib.core.errors import ParamError
from cslib.core.words import has, say
from cslib.params.cn_calendar import SpecialDays, special_days

LEGAL_WORK = ("workday", "make_up_workday")


def calendar(first: dt.date, last: dt.date, country: str, own: pd.DataFrame | None = None) -> pd.DataFrame:
    """Kind of every day ``first`` .. ``last``.

    Parameters
    ----------
    first, last : first and last day, both included
    country : ``CN`` (statutory days, days off by arrangement and make-up workdays), ``US`` (federal holidays) or another code that the
        package ``holidays`` knows; the substitute of a holiday that falls on a rest day is ``arranged_off``
    own : days of the site in the columns of table ``calendar`` (``holiday``, ``event`` and ``provisional`` may be missing): a day with a
        kind replaces the country's, one without keeps it and adds its event

    Returns
    -------
    DataFrame, table ``calendar``; one row per day. Every day off of a holiday period that carries no 300 % is ``arranged_off``,
    weekend days among them included. ``provisional`` is true for all days of a year whose notice is not out.

    Raises
    ------
    ParamError  if the country is unknown, ``last`` lies before ``first``, or ``params/law/cn_calendar.yml`` is wrong.
    TableError  if ``own`` breaks its schema.

    Source: 全国年节及纪念日放假办法 (Order 795); packages chinesecalendar and holidays.
    """
    known = holidays.list_supported_countries()
    if country not in known:
        raise ParamError("calendar.country", where="country", given=country, allowed=", ".join(known))
    if last < first:
        raise ParamError("calendar.span", where="calendar", given=f"{first} .. {last}")
    years = range(first.year, last.year + 1)
    special = special_days(years) if country == "CN" else {year: _elsewhere(country, year) for year in years}
    weekend = frozenset(holidays.country_holidays(country, years=[first.year]).weekend)
    days = [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]
    rows = [(day, *_kind(day, special[day.year], weekend), special[day.year].provisional) for day in days]
    frame = pd.DataFrame(rows, columns=["date", "kind", "holiday", "provisional"])
    return tables.check("calendar", _overridden(frame, own), source="calendar")


def legal_workdays(frame: pd.DataFrame, first: dt.date, last: dt.date) -> int:
    """Legal workdays (workdays and make-up workdays) from ``first`` to ``last``, both included [days].

    Raises
    ------
    ParamError  if the calendar does not hold every day of the span.
    """
    inside = frame[frame["date"].between(pd.Timestamp(first), pd.Timestamp(last))]
    if len(inside) != (last - first).days + 1:
        raise ParamError("calendar.missing_days", where="calendar", given=f"{first} .. {last}", found=len(inside))
    return int(inside["kind"].isin(LEGAL_WORK).sum())


def holiday_name(key: str) -> str:
    """Name of a holiday in the language in use; a site's own holiday is its own name."""
    return say(f"params.holiday.{key}") if has(f"params.holiday.{key}") else key.replace("_", " ")


def _kind(day: dt.date, special: SpecialDays, weekend: frozenset[int]) -> tuple[str, str | None]:
    if day in special.statutory:
        return "statutory_holiday", special.statutory[day]
    if day in special.arranged_off:
        return "arranged_off", special.arranged_off[day]
    if day in special.make_up:
        return "make_up_workday", special.make_up[day]
    return ("rest_day" if day.weekday() in weekend else "workday"), None


def _elsewhere(country: str, year: int) -> SpecialDays:
    """Public holidays of a country without make-up workdays, keyed by their English names where the package has them."""
    days = SpecialDays()
    english = "en_US" if "en_US" in holidays.country_holidays(country).supported_languages else None
    found = holidays.country_holidays(country, years=[year], language=english)
    for day in found:
        for name in found.get_list(day):
            key = re.sub(r"[^\w]+", "_", name.replace("'", "").replace(" (observed)", "").lower()).strip("_")
            if name.endswith("(observed)"):
                days.arranged_off[day] = key
            else:
                days.statutory[day] = key
    return days


def _overridden(frame: pd.DataFrame, own: pd.DataFrame | None) -> pd.DataFrame:
    """The site's days in place of the country's."""
    if own is None or own.empty:
        return frame
    frame = frame.assign(date=pd.to_datetime(frame["date"]).astype("datetime64[us]"))
    given = own.assign(date=pd.to_datetime(own["date"]).astype("datetime64[us]"))
    given = given[given["date"].between(frame["date"].min(), frame["date"].max())]
    country = frame.set_index("date").reindex(given["date"]).set_axis(given.index)
    plain = given["kind"].isna()  # an event alone: kind, holiday and mark of the country stay
    for name in ("kind", "holiday", "provisional"):
        values = given[name] if name in given else pd.Series(False if name == "provisional" else None, index=given.index, dtype=object)
        given = given.assign(**{name: country[name].astype(object).where(plain, values.astype(object))})
    given = given.assign(provisional=given["provisional"].astype("boolean").fillna(False).astype(bool))
    inside = tables.check("calendar", given, source="calendar")
    kept = frame[~frame["date"].isin(inside["date"])]
    return pd.concat([kept.astype({"holiday": "str"}), inside], ignore_index=True)
