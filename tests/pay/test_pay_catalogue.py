"""The catalogue's entries on pay, allowances and overtime: every default one named where it is implemented and in a test, every optional one a
setting that a test changes, every excluded one refused.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml
from paid_people import PARAMS, amounts, person, scheme, study

from cslib import pay, people
from cslib.core import tables
from cslib.core.errors import ParamError
from cslib.params.pay_scheme import check_pay
from cslib.params.source import read
from cslib.params.statutory import SCHEMES

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / ".." / "shared" / "rules" / "seed_catalogue.yaml"
AREAS = ("pay", "allowance", "overtime")
needs_catalogue = pytest.mark.skipif(not CATALOGUE.exists(), reason="needs the public reference beside the checkout")
_RANGE = re.compile(r"(S\d{3}-[A-Z]?)(\d+) to S\d{3}-[A-Z]?(\d+)")


def entries(use: str) -> list[str]:
    return [e["id"] for e in yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["entries"] if e["area"] in AREAS and e["use"] == use]


@cache
def named(*folders: str) -> frozenset[str]:
    """Catalogue ids in the files of some folders; ``S003-J12 to S003-J15`` names all four."""
    found: set[str] = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".yml", ".md") and path.name != Path(__file__).name:
                text = path.read_text(encoding="utf-8", errors="replace")
                found |= set(re.findall(r"S\d{3}-[A-Z]?\d+", text))
                found |= {f"{head}{k}" for head, low, high in _RANGE.findall(text) for k in range(int(low), int(high) + 1)}
    return frozenset(found)


@needs_catalogue
@pytest.mark.parametrize("use", ["default", "optional", "excluded_by_default"])
def test_every_entry_is_named_in_the_product_and_in_a_test(use):
    wanted = set(entries(use))
    assert wanted and not sorted(wanted - named("cslib", "params")) and not sorted(wanted - named("tests"))


@needs_catalogue
def test_the_figures_of_the_catalogue_are_the_schemes_figures():
    """Values the source gives, read from the catalogue itself."""
    given = {e["id"]: e.get("parameters", {}) for e in yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["entries"]}
    ranges, star, lead = scheme("range"), scheme("star"), scheme("lead")
    value = lambda entry, name: given[entry][name]["value"]  # noqa: E731
    lows, highs = [r.low for r in ranges.ranges.values()], [r.high for r in ranges.ranges.values()]
    assert (min(lows), max(highs)) == (value("S003-S2", "base_min"), value("S003-S2", "base_max"))
    posts = ranges.items["post_allowance"].yuan.values()
    assert (min(posts), max(posts)) == (value("S003-S3", "allowance_min"), value("S003-S3", "allowance_max"))
    bonus = [step.pay for step in ranges.items["bonus"].curve.steps]
    assert (min(bonus), max(bonus)) == (value("S003-S4", "bonus_min"), value("S003-S4", "bonus_max"))
    assert star.probation_months == value("S003-H3", "probation")
    assert [step.pay for step in star.items["management"].curve.steps] == value("S003-H4", "supervisor_allowance")
    steps = {step.at: step.pay for step in lead.items["management_pay"].curve.steps}
    assert steps == {value(e, "team_mean_min"): value(e, "management_pay") for e in ("S003-J12", "S003-J13", "S003-J14")}
    assert lead.items["management_pay"].needs == {"proposals": value("S003-J15", "proposals_min")}
    assert list(SCHEMES) == value("S003-A3", "schemes")
    assert PARAMS.law.number("overtime_holiday_ratio", study(person("A-001")).horizon.start) == value("S003-B8", "holiday_multiplier")
    assert star.pay_lag_months == value("S003-O5", "pay_lag") == value("S003-O11", "pay_lag")
    market = scheme("dual_channel").market
    assert market is not None and list(market.percentiles) == value("S003-B5", "market_percentile_target")


@pytest.mark.parametrize(
    ("of", "item", "grade", "fact"),
    [
        ("quarterly", "service_star", "ordinary", ("award_service_star", 1.0)),  # S001-20
        ("quarterly", "innovation", "ordinary", ("award_innovation", 1.0)),  # S001-20, in money and not in kind (S001-21)
        ("dual_channel", "kpi_rank", "junior", ("kpi_rank", 1.0)),  # S003-B2
        ("dual_channel", "management_bonus", "manager", ("team_mean", 100.0)),  # S003-B3
        ("dual_channel", "accident_insurance", "junior", None),  # S003-B10
        ("dual_channel", "seniority", "junior", None),  # S003-B4
    ],
)
def test_an_optional_entry_is_a_setting(of, item, grade, fact):
    """With the item the payslip has it, without it has not."""
    whole = scheme(of)
    without = whole.model_copy(update={"items": {code: one for code, one in whole.items.items() if code != item}})
    rows = [("A-001", "2026-12", *fact)] if fact else []
    facts = tables.check("pay_facts", pd.DataFrame(rows, columns=["employee_id", "month", "fact", "value"])) if rows else None
    paid = []
    for one in (whole, without):
        at = study(person("A-001", grade=grade, role="supervisor" if item == "management_bonus" else "agent"), pay=one)
        paid.append(amounts(pay.payslips(tables.empty("hours"), people.grades(at), at, facts=facts)))
    assert paid[0][item] > 0 and item not in paid[1]


@pytest.mark.parametrize("entry", ["S003-B7", "S003-B9"])
def test_pay_at_the_company_s_discretion_is_refused(entry):
    made = scheme("simple", items={"extra": {"meaning": {"zh": "调整", "en": "extra"}, "per": "month", "yuan": 1, "source": f"catalogue {entry}"}})
    with pytest.raises(ParamError, match=entry):
        check_pay(made, PARAMS.law, read(ROOT / "params" / "pay" / "simple.yml"))
