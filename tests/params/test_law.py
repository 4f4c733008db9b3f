"""The rule pack: values in force by the day worked, units, sources, a site's own stricter limits."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from cslib.core.errors import ParamError
from cslib.core.paths import params_dir
from cslib.core.units import minute_of
from cslib.core.words import speaking
from cslib.params import open_params
from cslib.params.law import BOUNDS, RULES, VALUES, WHOLE, Dated, Entry, Law, check_law, stricter
from cslib.params.source import Meaning, read, validate

DAY = dt.date(2026, 12, 1)


@pytest.fixture(scope="module")
def law() -> Law:
    document = read(params_dir() / "law" / "cn_labour.yml")
    found = validate(Law, document)
    check_law(found, document)
    return found


def entry(*values: tuple[str, float | bool | None], unit: str = "h", verification: str = "P") -> Entry:
    dated = tuple(Dated(since=dt.date.fromisoformat(day), value=value, source=f"law of {day}", verification=verification) for day, value in values)
    return Entry(meaning=Meaning(zh="限", en="limit"), unit=unit, values=dated)


def with_rule(law: Law, code: str, found: Entry) -> Law:
    return law.model_copy(update={"rules": {**law.rules, code: found}})


@pytest.mark.parametrize(("day", "limit"), [("2026-06-30", 36), ("2026-07-01", 30), ("2026-12-31", 30), ("2027-01-01", 40), ("2030-01-01", 40)])
def test_the_value_is_that_of_the_day_worked(law, day, limit):
    """Whatever the order in which the dated values are written."""
    changed = with_rule(law, "month_overtime", entry(("2027-01-01", 40), ("1995-01-01", 36), ("2026-07-01", 30)))
    on = dt.date.fromisoformat(day)
    assert changed.limit("month_overtime", on) == limit and changed.active("month_overtime", on)
    assert changed.source("month_overtime", on) == f"law of {max(d for d in ('1995-01-01', '2026-07-01', '2027-01-01') if d <= day)}"


def test_before_the_first_value_and_while_null_a_rule_is_off(law):
    changed = with_rule(law, "month_overtime", entry(("2020-01-01", 36), ("2026-07-01", None)))
    for day in (dt.date(2019, 12, 31), dt.date(2026, 7, 1)):
        assert not changed.active("month_overtime", day)
        with pytest.raises(ParamError, match="month_overtime") as caught:
            changed.limit("month_overtime", day)
        assert caught.value.keys == ["params.no_value_on"] and day.isoformat() in str(caught.value)
    assert changed.active("month_overtime", dt.date(2026, 6, 30))


def test_a_flag_is_on_or_off(law):
    changed = with_rule(law, "leave_honoured", entry(("2020-01-01", True), ("2026-07-01", False), unit="flag"))
    assert changed.active("leave_honoured", dt.date(2026, 6, 30)) and changed.limit("leave_honoured", dt.date(2026, 6, 30)) == 1.0
    assert not changed.active("leave_honoured", dt.date(2026, 7, 1))


def test_a_value_before_its_first_day_is_refused(law):
    with pytest.raises(ParamError, match="night_least"):
        law.value("night_least", dt.date(1999, 12, 31))


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("consecutive_work_days", 6), ("daily_hours", 11), ("weekly_hours", 40), ("part_time_week_hours", 24), ("month_overtime", 36),
        ("rest_between_shifts", 11), ("consecutive_nights", 4), ("rest_after_nights", 24), ("meal_break", 4), ("one_duty_per_day", 1),
    ],
)  # fmt: skip
def test_limits_are_those_of_the_labour_rules(law, code, value):
    """S003-I1 (40 h a week) among them; statutory values are marked P or S, borrowed and chosen ones ``policy``."""
    assert law.limit(code, DAY) == value
    statutory = code in {"consecutive_work_days", "daily_hours", "weekly_hours", "part_time_week_hours", "month_overtime"}
    assert (law.rules[code].on(DAY).verification != "policy") == statutory


def test_catalogue_limits(law):
    """S002-08 and S002-19: a post that may never be empty holds one person, a cover lasts 4 h; S003-B8: 300 % on a statutory holiday."""
    assert law.limit("never_empty", DAY) == 1 and law.limit("cover_duration", DAY) == 4
    assert law.number("overtime_holiday_ratio", DAY) == 3.0
    assert (law.number("overtime_workday_ratio", DAY), law.number("overtime_rest_day_ratio", DAY)) == (1.5, 2.0)
    for code, ids in {
        "cover_duration": "S002-19",
        "never_empty": "S002-08",
        "overtime_holiday_ratio": "S003-B8",
        "probation_longest": "S003-H3",
    }.items():
        assert ids in (law.rules | law.values)[code].catalogue
    assert "S003-I2" in law.rules["overtime_approval"].catalogue and "S003-A4" in law.rules["leave_honoured"].catalogue
    assert {"S004-05", "S003-Q2"} <= set(law.rules["skill_held"].catalogue) and "S003-P1" in law.rules["shift_definition"].catalogue


def test_pay_values_and_night_window(law):
    assert law.number("paid_days_per_month", DAY) == 21.75 and law.number("normal_day_hours", DAY) == 8
    assert (law.number("probation_longest", DAY), law.number("probation_pay_least", DAY)) == (6, 0.8)
    assert minute_of(str(law.value("night_window_start", DAY))) == 22 * 60 and law.value("night_window_end", DAY) == "06:00"


def test_every_entry_names_unit_source_and_mark(law):
    expected = {code: unit for code, (unit, _) in RULES.items()} | VALUES
    for code, found in (law.rules | law.values).items():
        assert found.unit == expected[code] and found.meaning.zh and found.meaning.en
        assert all(
            dated.source and (dated.verification != "policy" or "policy" in dated.source or "catalogue" in dated.source) for dated in found.values
        )


def test_a_site_may_be_stricter(law):
    for code, value in (("month_overtime", 20), ("rest_between_shifts", 12), ("consecutive_work_days", 6)):
        changed = stricter(law, code, value)
        assert changed.limit(code, DAY) == value and changed.source(code, DAY) == "site policy" and law.limit(code, DAY) != 20


def test_a_site_may_relax_a_policy_but_no_statute(law):
    assert stricter(law, "consecutive_nights", 5).limit("consecutive_nights", DAY) == 5
    assert stricter(law, "rest_between_shifts", 9).limit("rest_between_shifts", DAY) == 9
    for code, value in (("month_overtime", 36.5), ("consecutive_work_days", 7), ("daily_hours", 12)):
        with pytest.raises(ParamError, match=code) as caught:
            stricter(law, code, value, "site.yml:3")
        assert caught.value.keys == ["params.laxer_than_law"] and caught.value.findings[0].where == "site.yml:3"


def test_a_lower_minimum_is_laxer_too(law):
    statutory = with_rule(law, "rest_between_shifts", entry(("2000-01-01", 11)))
    with pytest.raises(ParamError, match="11 h"):
        stricter(statutory, "rest_between_shifts", 10)
    assert stricter(statutory, "rest_between_shifts", 11).limit("rest_between_shifts", DAY) == 11


def written(project, **changes: str) -> ParamError:
    """The error of the real law file with values replaced, and reported in both languages."""
    path = project / "law" / "cn_labour.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    for code, value in changes.items():
        at = lines.index(f"  {code}:")
        i = next(i for i in range(at, at + 6) if "values:" in lines[i])
        lines[i] = re.sub(r"value: [^,]+", f"value: {value}", lines[i])
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        open_params("desk")
    for language in ("zh", "en"):
        with speaking(language):
            assert all(code in str(caught.value) for code in changes)
    return caught.value


@pytest.mark.parametrize("code", [code for code, unit in ({c: u for c, (u, _) in RULES.items()} | VALUES).items() if unit not in {"flag", "clock"}])
@pytest.mark.parametrize("value", ["1.0e+308", "-1", "1.0e-300"])
def test_no_value_that_cannot_be_meant(project, code, value):
    """1e-300 is inside the bounds of few entries; where it is (a share, a time off from 0 on), it means 0."""
    unit = RULES[code][0] if code in RULES else VALUES[code]
    low, high = BOUNDS.get(code, BOUNDS[unit])
    if value == "1.0e-300" and low == 0 and not (code in RULES and unit in WHOLE):
        assert high >= 1
        return
    error = written(project, **{code: value})
    assert "params.value" in error.keys and error.findings[0].where.startswith("params/law/cn_labour.yml:")


def test_a_paid_month_has_days_and_a_duty_hours(project):
    error = written(project, paid_days_per_month="0", daily_hours="0", consecutive_work_days="0", normal_day_hours="0")
    assert error.keys == ["params.value"] * 4


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"overtime_workday_ratio": "2.5"}, "params.inverted"),
        ({"overtime_rest_day_ratio": "3.5"}, "params.inverted"),
        ({"normal_day_hours": "12"}, "params.inverted"),
        ({"part_time_week_hours": "60"}, "params.inverted"),
    ],
)
def test_pairs_the_wrong_way_round_are_refused(project, changes, key):
    assert written(project, **changes).keys == [key]


def test_a_night_that_is_the_day_is_refused(project):
    path = project / "law" / "cn_labour.yml"
    text = path.read_text(encoding="utf-8")
    for swapped in (text.replace('"22:00"', '"x"').replace('"06:00"', '"22:00"').replace('"x"', '"06:00"'), text.replace('"06:00"', '"22:00"')):
        path.write_text(swapped, encoding="utf-8")
        with pytest.raises(ParamError) as caught:
            open_params("desk")
        assert caught.value.keys == ["params.night_window"]


def test_pairs_are_compared_on_every_day_on_which_one_changes(law):
    later = entry(("1995-01-01", 1.5), ("2026-07-01", 2.5), unit="ratio")
    changed = law.model_copy(update={"values": {**law.values, "overtime_workday_ratio": later}})
    with pytest.raises(ParamError, match="2026-07-01") as caught:
        check_law(changed, read(params_dir() / "law" / "cn_labour.yml"))
    assert caught.value.keys == ["params.inverted"]


def test_stricter_than_every_dated_value(law):
    statutory = with_rule(law, "month_overtime", entry(("1995-01-01", 36), ("2026-07-01", 20)))
    with pytest.raises(ParamError, match="20 h"):
        stricter(statutory, "month_overtime", 30)
