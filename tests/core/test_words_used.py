"""The missing-word test: every key that the code uses stands in ``params/words.yml``, and every key of the file is used.

Keys are literal texts, at the call or where they enter a helper that hands them on. A family, such as ``say(f"trace.{name}")``, is listed here.
"""

from __future__ import annotations

import datetime as dt

import pytest
from word_scan import data_names, keys, scan

from cslib.params.calendar import calendar

# prefix of a family of keys -> where the rest of its keys comes from
FAMILIES = {
    "errors.": "core.errors: the key of a finding",
    "trace.": "core.trace: names of traced numbers",
    "tables.privacy.": "core/tables.yml: privacy classes",
    "tables.cell.": "core.tables: whether a cell must be filled",
    "params.type.": "params.source: kinds of values",
    "params.excluded.": "params.excluded, params.pay_scheme: excluded catalogue entries",
    "params.holiday.": "params.calendar: keys of holidays",
    "intake.allowed.": "intake.source: kinds of cells",
    "intake.fact_unit.": "intake.pay_ranges: units of facts",
    "intake.excluded.": "intake/aliases.yml: excluded criteria",
    "intake.kind.": "intake.source: kinds of files",
    "intake.template.": "intake.site_folder: columns of the templates",
    "people.unit.": "params/ladders: units of figures",
    "people.band.": "params/ladders: bands of the sources",
    "people.form.": "people.proposals: fields of the form",
    "people.reading.": "params/ladders: readings",
    "people.complaint.": "people.story: kinds of complaint",
    "people.figure.joint_": "report.figures_grades: who moves under which ladder",
    "people.state.": "people.targets: states of a target",
    "pay.grade.": "params/pay: grades of the schemes",
    "pay.item.": "pay.items: items that no scheme names",
    "pay.column.": "pay.outlook: columns of its tables",
    "pay.measure.": "pay.outlook: figures of the budget",
    "pay.cause.": "pay.outlook: causes of a difference from the plan",
    "pay.total.": "pay.outlook: lines from gross to employer cost",
    "pay.slider.": "report.pay_view: sliders",
    "pay.constraint.": "pay.case_tables: constraints of a design",
    "pay.gap.": "pay.gap_tables: judgement of a gap",
    "pay.market.": "pay.overview: market position",
    "pay.basis.": "batch.payroll: planned, actual or mixed hours",
    "batch.absent.why.": "roster.life.stand_ins: what rules a candidate out",
    "report.fairness.kind.": "report.fairness_view: kinds of duties",
    "batch.publish.reason.": "batch.publish: classes of reasons",
    "batch.check.edit.": "roster.life.edits: kinds of edit",
    "life.explain.cause.": "roster.life.explain_facts: causes of a clash",
    "life.explain.step.": "roster.life.explain_facts: kinds of step",
    "audit.detail.": "roster.audit: facts of a violation",
    "audit.fault.": "roster.audit: kinds of fault",
    "audit.sentence.": "params.law: rule codes",
    "errors.report.leak.": "report.privacy: kinds of leak",
    "report.about.": "report.workbook: rows of the sheet about the run",
    "report.binding.": "core/tables.yml: what sets a number of people",
    "report.skill_group.": "params/drivers.yml: skill groups",
    "report.payslip.": "core/tables.yml: columns and parts of a payslip",
    "report.basis.": "core/tables.yml: planned or actual",
    "report.cover.way.": "roster.life.options: ways to stand in",
    "report.cover.why.": "roster.life.candidates: what rules somebody out",
    "report.column.": "report.tell: columns of the small tables",
    "report.day.": "report.figures: days of the week",
    "report.day_kind.": "core/tables.yml: kinds of day",
    "report.engine.": "roster.plan: engines",
    "report.ended.": "roster.plan: how a solve ended",
    "report.formula.": "core.trace: functions of formulas",
    "report.index.": "report.index: columns of the index page",
    "report.kind.": "core/tables.yml: kinds of roster cell",
    "report.language.": "core.words: languages",
    "report.method.": "demand.peers: forecasting methods",
    "report.anomaly.": "demand.beliefs: kinds of odd days",
    "report.effect.": "demand.features: columns of the design",
    "report.effects.": "demand.features: groups of effects",
    "report.origin.": "params/law: sources of rules",
    "report.premium.": "core/tables.yml: premium classes",
    "report.sheet_column.": "report.workbook: columns of the sheets",
    "report.status.": "roster.plan: status of a solve",
    "report.unit.": "core/tables.yml: units",
    "report.ways.step.": "roster.life.ways_out: kinds of concession",
    "report.verdict.": "report.verdict: lines of the verdict",
    "report.verified.": "params.law: verification marks",
    "staffing.standard.": "params.hiring: customary requirements by catalogue id",
    "staffing.slider.": "staffing.whatif: names of the sliders",
    "report.weekday.": "report.figures: days of the week",
}


def holidays() -> set[str]:
    """Keys of the holidays of the sample countries; the packages name them."""
    found = (calendar(dt.date(2015, 1, 1), dt.date(2027, 12, 31), country)["holiday"].dropna() for country in ("CN", "US"))
    return set().union(*found)


def test_the_scan_sees_keys_helpers_and_families():
    """One of each kind, so that a scan that found nothing would not pass."""
    assert "errors.params.no_file" in scan().used  # ParamError("params.no_file")
    assert "errors.table.type" in scan().used  # _cell("table.type", ...) makes the finding
    assert "params.need.service" in scan().used and "trace." in scan().families and len(scan().used) > 200


def test_every_key_used_stands_in_the_file():
    assert not sorted(f"{place}: {key}" for key, place in scan().used.items() if key not in keys())


def test_every_family_is_listed():
    assert not sorted(f"{place}: {family}..." for family, place in scan().families.items() if not family.startswith(tuple(FAMILIES)))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_listed_family_is_used_and_has_words(family):
    assert any(found.startswith(family) for found in scan().families) and any(key.startswith(family) for key in keys())


def test_no_key_of_the_file_is_unused():
    names = scan().texts | data_names() | holidays()

    def named(part: str) -> bool:
        """The last part of a key stands in the code or in a data file, whole or made of both as in ``f"{effect}_factor"``."""
        made = (part[len(head) : len(part) - len(tail)] for head, tail in scan().fragments if part.startswith(head) and part.endswith(tail))
        return part in names or any(middle in names for middle in made) or any(part == head.rstrip("_") for head, _ in scan().fragments)

    def used(key: str) -> bool:
        if key in scan().used or {key, key.removeprefix("errors.")} & scan().texts:
            return True
        families = [family for family in scan().families if family != "errors." and key.startswith(family)]
        return any(named(part) for family in families for part in (key[len(family) :], key.rpartition(".")[2]))

    assert not sorted(key for key in keys() if not used(key))
