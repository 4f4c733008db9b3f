"""One site with one scenario: overlay, differences, site rules and prices, aliases, hashes."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from cslib.core.errors import ParamError
from cslib.core.spelling import is_taken
from cslib.core.words import say, speaking
from cslib.intake import aliases
from cslib.params import Difference, open_params, sites
from cslib.params.overlay import Scenario, overlaid
from cslib.params.site import Site
from cslib.params.source import read, validate

DAY = dt.date(2026, 12, 1)


def scenario(project, *changes: str) -> None:
    text = "meaning: {zh: 假设, en: what if}\nchanges:\n" + "".join(f"  {change}\n" for change in changes)
    (project / "scenarios" / "what_if.yml").write_text(text, encoding="utf-8")


def append(project, text: str) -> None:
    with (project / "sites" / "desk" / "site.yml").open("a", encoding="utf-8") as file:
        file.write(text)


@pytest.mark.parametrize("name", sites())
def test_sample_sites_are_read(name):
    found = open_params(name)
    assert found.name == name and found.site.synthetic and "合成" in found.site.name.zh
    assert {"params/words.yml"} & set(found.files) == set() and f"params/sites/{name}/site.yml" in found.files


def test_overlay_changes_the_models_and_is_reported(project):
    scenario(
        project, "site.roster.gap_share: 0.05", "shifts.shifts.E.length_min: 420", "prices.prices.short.yuan: 99", "law.values.night_least.unit: h",
        "pay.base_yuan.junior: 5000", "site.queues.desk.heads: [{heads: 2}]", "site.cover: {basis: day}",
    )  # fmt: skip
    base, found = open_params("desk"), open_params("desk", "what_if")
    assert (found.site.roster.gap_share, found.shift("E").length_min, found.prices.yuan("short"), found.pay.base_yuan["junior"]) == (
        0.05,
        420,
        99,
        5000,
    )
    assert found.site.queues["desk"].heads[0].heads == 2 and found.site.cover.basis == "day"
    before = dict.fromkeys((d.path for d in found.differences), None) | {d.path: d.before for d in found.differences}
    assert found.differences[0] == Difference("site.roster.gap_share", base.site.roster.gap_share, 0.05)
    assert before["prices.prices.short.yuan"] == base.prices.yuan("short") and before["pay.base_yuan.junior"] == base.pay.base_yuan["junior"]
    assert base.differences == () and base.shift("E").length_min == 480
    assert found.scenario == "what_if" and found.scenario_meaning.en == "what if"
    with speaking("en"):
        assert found.scenario_meaning["en"] == "what if"


def test_an_overlay_does_not_leak_into_the_next_reading(project):
    scenario(project, "site.seed: 2")
    assert open_params("desk", "what_if").site.seed == 2 and open_params("desk").site.seed == 1


def test_overlaid_values_pass_the_same_checks_and_name_the_scenario_line(project):
    scenario(project, "site.seed: 3", "law.rules.daily_hours.unit: min")
    with pytest.raises(ParamError) as caught:
        open_params("desk", "what_if")
    assert caught.value.keys == ["params.unit"] and caught.value.findings[0].where == "params/scenarios/what_if.yml:4"
    scenario(project, "site.rules: {month_overtime: 99}")
    with pytest.raises(ParamError) as caught:
        open_params("desk", "what_if")
    assert caught.value.keys == ["params.laxer_than_law"] and caught.value.findings[0].where == "params/scenarios/what_if.yml:3"


def test_a_scenario_may_add_a_rule_a_price_or_a_whole_block(project):
    shift = "{name: {zh: 夜班, en: night}, mark: {zh: 夜, en: N}, colour: '#000000', start: 22:00, length_min: 480, queues: [desk]}"
    scenario(project, "site.rules.month_overtime: 20", "site.prices.short: 70", f"shifts.shifts.N: {shift}")
    found = open_params("desk", "what_if")
    assert found.law.limit("month_overtime", DAY) == 20 and found.prices.yuan("short") == 70 and found.shift("N").start_min == 22 * 60
    assert [d.before for d in found.differences] == [None, None, None]


def test_an_overlay_leaves_the_scenario_as_it_is(project):
    scenario(project, "site.cover: {basis: day}")
    source = read(project / "scenarios" / "what_if.yml")
    given, written = validate(Scenario, source), read(project / "sites" / "desk" / "site.yml")
    laid = overlaid("site", written, Site, given, source)
    laid.data["cover"]["basis"] = "stint"
    assert given.changes == {"site.cover": {"basis": "day"}} and "cover" not in written.data


def test_every_word_for_a_day_off_is_kept_from_shifts():
    """Words that mean a day off or an absence where rosters are read, and the marks with which the workbook writes them."""
    for language in ("zh", "en"):
        with speaking(language):
            assert is_taken(say("report.mark.rest")) and is_taken(say("report.mark.leave"))
    for word in (*aliases.table()["rest_words"], *aliases.table()["leave_words"]):
        assert is_taken(word) or (len(word) == 1 and word.isascii()), word  # a single letter may be a shift of the site


def test_another_law_or_pay_scheme_by_scenario(project):
    scenario(project, "site.pay: star")
    assert "star1" in open_params("desk", "what_if").pay.base_yuan


def test_site_rules_and_prices(project):
    append(project, "rules: {month_overtime: 20}\nprices: {short: 70}\n")
    found = open_params("desk")
    assert found.law.limit("month_overtime", DAY) == 20 and found.prices.yuan("short") == 70
    assert found.prices.prices["short"].source == "site policy" and found.prices.prices["over"].source == "policy"


@pytest.mark.usefixtures("project")
def test_aliases_lead_to_one_code():
    found = open_params("desk").shift_aliases
    assert {found[text] for text in ("E", "早", "早班", "early", "A")} == {"E"} and found["晚班"] == "L"


@pytest.mark.usefixtures("project")
def test_clock_times_without_quotes_are_clock_times():
    """07:00 and 10:30 stand in the file without quotes; YAML 1.1 would read 10:30 as 630."""
    found = open_params("desk")
    assert (found.shift("E").start_min, found.shift("L").start_min) == (420, 630)


@pytest.mark.usefixtures("project")
def test_an_unknown_shift_is_refused_with_the_nearest():
    with pytest.raises(ParamError, match="shifts\\.ES") as caught:
        open_params("desk").shift("ES")
    assert caught.value.keys == ["params.unknown_key"]


def test_files_are_hashed(project):
    found = open_params("desk").files
    assert sorted(found) == [
        "params/law/cn_calendar.yml", "params/law/cn_income_tax.yml", "params/law/cn_labour.yml", "params/law/cn_minimum_wage.yml",
        "params/law/cn_social_insurance.yml", "params/pay/simple.yml", "params/prices.yml", "params/scenarios/base.yml",
        "params/sites/desk/shifts.yml", "params/sites/desk/site.yml",
    ]  # fmt: skip
    assert found["params/prices.yml"] == hashlib.sha256((project / "prices.yml").read_bytes()).hexdigest()


def test_files_that_a_part_reads_later_are_hashed_too(project):
    (project / "drivers.yml").write_text("standards: {}\n", encoding="utf-8")
    (project / "hiring").mkdir()
    for name in ("desk", "other"):
        (project / "hiring" / f"{name}.yml").write_text("posts: {}\n", encoding="utf-8")
    found = open_params("desk").files
    assert {"params/drivers.yml", "params/hiring/desk.yml"} <= set(found)
    assert "params/hiring/other.yml" not in found
    (project / "drivers.yml").write_text("drivers: {}\n", encoding="utf-8")
    assert open_params("desk").files["params/drivers.yml"] != found["params/drivers.yml"]


def test_sites_are_listed(project):
    (project / "sites" / "empty").mkdir()
    assert sites() == ["desk"]
