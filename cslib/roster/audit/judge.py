"""Every rule on one roster, and the recount of its coverage and cost."""

from __future__ import annotations

import pandas as pd

from cslib.intake.study import Study
from cslib.params.law import RULES
from cslib.roster.audit import rules_cells, rules_hours, rules_patterns, rules_posts, rules_teams, rules_time  # noqa: F401 (imports fill the table of rules)
from cslib.roster.audit.facts import read
from cslib.roster.audit.recount import cost_table, coverage, coverage_table, quantities
from cslib.roster.audit.registry import FUNCTIONS, table


def audit(roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study, absences: pd.DataFrame | None = None) -> pd.DataFrame:
    """Judge a roster by every rule in force on the day worked, looking back into ``study.last_roster``.

    Parameters
    ----------
    roster, covers : tables ``roster`` and ``covers``, from the solver, by hand or imported; what can't be read in them is a violation
    need : table ``requirement`` [persons], every queue of the site and every interval of the month; on through the morning after it, if the
        night duties of the last day are to be judged by it
    study : staff, skills, leave, pins, last roster, calendar, and the parameters with the law
    absences : table ``absences``: spans in which a rostered person is not there after all, so that somebody may stand in for him

    Returns
    -------
    DataFrame, table ``violations``; empty for a legal roster. Each excess is reported once, by the rule it breaks; findings of one
    rule, person and time are one row. Rows about a post have no ``employee_id``.

    Raises
    ------
    RosterError  if a table lacks a column, or ``need`` or the calendar don't fit the month.
    TableError   if ``need`` breaks its schema.
    """
    facts = read(roster, covers, need, study, absences)
    return table((violation for code in RULES for violation in FUNCTIONS[code](facts)), facts)


def recount(
    roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study, absences: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Coverage and priced cost of a roster, counted minute by minute from its rows.

    Parameters
    ----------
    roster, covers, need, study, absences : as for ``audit``

    Returns
    -------
    coverage : table ``coverage``, every queue and interval. Posts: home people present, not on break and not away on a cover (unless
        the post may be left), and stand-ins. Pooled agents: the best assignment by skill, peak needs first; those left over are booked
        on the first queue they can serve. ``short`` and ``over`` are averages of what is missing and above need in each minute.
    cost_split : table ``cost_split``, one row per price [yuan], the morning after the month included as far as the need reaches.

    Raises
    ------
    RosterError, TableError  as ``audit``.
    """
    facts = read(roster, covers, need, study, absences)
    found = coverage(facts)
    return coverage_table(found, facts), cost_table(quantities(found, facts), facts)


def morning_coverage(roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Coverage of the morning after the month by the night duties of its last day.

    Parameters
    ----------
    roster, covers, need, study : as for ``audit``

    Returns
    -------
    DataFrame, table ``coverage``; empty where the need does not reach into the morning. Breaks at posts count as held: their relief is
    planned with the next month.

    Raises
    ------
    RosterError, TableError  as ``audit``.
    """
    facts = read(roster, covers, need, study)
    return coverage_table(coverage(facts), facts, morning=True)
