"""``cslib pay`` as a planner uses it: estimate, actual and mixed months, facts, and every mistake of a new user with its way out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from cslib import batch, intake, pay, report, roster
from cslib.batch import pay_month
from cslib.batch.cli import main
from cslib.batch.payroll import Payroll, payroll
from cslib.core import tables, words
from cslib.core.errors import RunError

ROOT = Path(__file__).resolve().parents[2]
MONTH = "2026-12"
HEAD = "工号,日期,班次,上班1打卡时间,下班1打卡时间\n"


pytestmark = pytest.mark.usefixtures("place")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project of its own with the front desk, and a plan of the month instead of a finished run."""
    root = tmp_path / "root"
    shutil.copytree(ROOT / "params", root / "params")
    for name, value in (("CSLIB_ROOT", root), ("CSLIB_OUTPUTS", tmp_path / "out"), ("CSLIB_PROTECTED", tmp_path / "safe"),
                        ("CSLIB_KEY_FILE", tmp_path / "secret" / "key")):  # fmt: skip
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(pay_month, "published", lambda study: (planned(study), None, None))
    before = words.language()
    yield root
    words.use(before)


def planned(study: intake.Study) -> pd.DataFrame:
    """An early shift on every workday for everybody who is not on leave."""
    shift = study.params.shift("E")
    days = study.calendar.loc[study.calendar["kind"].eq("workday"), "date"]
    inside = [day for day in days if pd.Timestamp(study.horizon.start) <= day < pd.Timestamp(study.horizon.end)]
    away = set(zip(study.leave["employee_id"], study.leave["date"], strict=True))
    rows = [
        {"employee_id": who, "date": day, "kind": "work", "shift": "E", "start": shift.span(day.date())[0], "end": shift.span(day.date())[1],
         "breaks": "10:30-11:00", "queue": "floater", "pinned": False}
        for who in study.employees["employee_id"] for day in inside if (who, day) not in away
    ]  # fmt: skip
    return tables.check("roster", pd.DataFrame(rows))


def said(*arguments: str, code: int = 2) -> str:
    """What the command line says, in English."""
    done = CliRunner().invoke(main, ["pay", *arguments, "--month", MONTH, "--language", "en"])
    assert done.exit_code == code, done.output
    return done.output


def change(root: Path, before: str, after: str, name: str = "sites/front_desk/site.yml") -> None:
    path = root / "params" / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def numbers(study: intake.Study) -> list[str]:
    return list(intake.names(study)["staff_no"])


def sheet(root: Path, name: str, content: str) -> str:
    path = root / name
    path.write_text(content, encoding="utf-8-sig")
    return str(path)


def test_an_estimate_shows_totals_and_writes_payslips_only_on_request(tmp_path):
    text = said("slips", "front_desk", code=0)
    assert "Estimate" in text and "employer cost (yuan)" in text and not (tmp_path / "safe").exists()
    text = said("slips", "front_desk", "--person", "all", code=0)
    written = list((tmp_path / "safe").rglob("payslips-all.csv"))
    assert "payslips-all.csv" in text and len(written) == 1
    found = pd.read_csv(written[0])
    assert list(found.columns)[2:7] == ["Item", "Part", "Quantity", "Rate (yuan)", "Amount (fen)"] and "base pay" in set(found["Item"])
    study = intake.open_study("front_desk", month=MONTH)
    plan = planned(study)
    with words.speaking("zh"):
        sheet_zh = report.payslip_sheet(payroll(study, roster.hours(plan, study), plan).slips, study).decode("utf-8-sig")
    assert sheet_zh.startswith("人员代号,月份,项目,类别") and "基本工资,应发" in sheet_zh and "预估" in sheet_zh
    assert "B-99" in said("slips", "front_desk", "--person", "B-99")


def test_attendance_of_half_a_month_is_told_apart_from_the_plan(place):
    study = intake.open_study("front_desk", month=MONTH)
    days = [1, 2, 3, 4, 7, 8, 9, 10, 11, 14]
    rows = [f"{no},2026-12-{day:02d},早班,07:00,{'17:00' if day == 3 else '15:00'}" for no in numbers(study) for day in days]
    path = sheet(place, "half.csv", HEAD + "\n".join(rows) + "\n")
    plan = planned(study)
    found = payroll(study, roster.hours(plan, study), plan, attendance=path)
    assert found.basis == "mixed" and found.planned is not None and set(found.slips["basis"]) == {"planned"}
    changed = pay.differences(found.planned, found.slips)
    assert ((changed["actual_fen"] - changed["planned_fen"]) == changed["quantity_fen"] + changed["rate_fen"]).all() and len(changed)
    text = said("slips", "front_desk", "--attendance", path, code=0)
    assert "attendance ends before the month does" in text and "Actual against estimate" in text


def test_a_nearly_empty_sheet_is_no_actual_month(place, monkeypatch):
    study = intake.open_study("front_desk", month=MONTH)
    first, second, *_ = numbers(study)
    path = sheet(place, "two.csv", HEAD + f"{first},2026-12-01,早班,07:00,15:00\n{second},2026-12-31,早班,07:00,15:00\n")
    text = said("slips", "front_desk", "--attendance", path, code=0)
    assert "Estimate" in text and f"covers 2 of {len(study.employees)} people in employment, last day 2026-12-31" in text
    duties = len(planned(study)) - 2
    assert f"two.csv: {duties} planned duties up to 2026-12-31 have no row" in text
    assert "rows of 2026-11 only" in said(
        "slips", "front_desk", "--attendance", sheet(place, "old.csv", HEAD + f"{first},2026-11-01,早班,07:00,15:00\n")
    )

    def nothing(study):
        raise RunError("batch.nothing_published", site=study.site, month=study.month, scenario="base")

    monkeypatch.setattr(pay_month, "published", nothing)
    text = said("slips", "front_desk", "--attendance", path)
    assert "two.csv" in text and "neither a plan nor a row" in text
    rows = "".join(f"{no},2026-12-{day:02d},早班,07:00,15:00\n" for no in numbers(study) for day in (1, 31))
    text = said("slips", "front_desk", "--attendance", sheet(place, "two.csv", HEAD + rows), code=0)
    assert "Estimate" in text and "there is no plan to fill in" in text


def test_a_whole_month_of_attendance_is_actual_and_reaches_the_wage_cost(place):
    study = intake.open_study("front_desk", month=MONTH)
    plan = planned(study)
    no = dict(intake.names(study)[["employee_id", "staff_no"]].to_numpy())
    late = plan["date"] == plan["date"].max()
    rows = [
        f"{no[row.employee_id]},{row.date:%Y-%m-%d},早班,07:00,{'19:00' if last else '15:00'}"
        for row, last in zip(plan.itertuples(), late, strict=True)
    ]
    sheet(place, "params/sites/front_desk/attendance_2026-12.csv", HEAD + "\n".join(rows) + "\n")
    change(place, "files:\n", "files:\n  attendance: attendance_{month}.csv\n")
    study = intake.open_study("front_desk", month=MONTH)
    found = payroll(study, roster.hours(plan, study), plan)
    assert found.basis == "actual" and set(found.slips["basis"]) == {"actual"} and len(found.files) == 1
    total = found.wage_cost.set_index("item")["amount_yuan"]["total"]
    assert total > pay.wage_cost(found.planned).set_index("item")["amount_yuan"]["total"]
    assert any("attendance_2026-12" in name for name in study.files)
    assert "month_payroll" in batch.__all__


def test_rest_day_hours_that_a_site_carries_on_are_told(place):
    """Labour Law art. 44 (2): paid or taken, not both."""
    slips = pd.DataFrame({"item": ["overtime_rest_day", "overtime_rest_day", "time_off_in_lieu"], "quantity": [8.0, 4.0, 2.0]})
    found = Payroll(slips, None, "planned", pd.DataFrame(), notes=("x",))
    assert found.with_lieu(intake.open_study("front_desk", month=MONTH)).notes == ("x",)
    change(place, "files:\n", "balances: {lieu_months: 3}\nfiles:\n")
    study = intake.open_study("front_desk", month=MONTH)
    with words.speaking("en"):
        assert "still pay 10.0 h" in found.with_lieu(study).lines[-1] and "lieu_months is 3" in found.with_lieu(study).lines[-1]
    none = Payroll(slips[slips["item"].eq("time_off_in_lieu")], None, "planned", pd.DataFrame())
    assert none.with_lieu(study).notes == ()


def test_facts_reach_the_payslip(place):
    """S003-B2, S003-J12 to S003-J15, S001-20 through a sheet; here the score of the quarterly scheme's performance pay (S003-Q3, S001-25)."""
    change(place, "pay: simple", "pay: star")
    change(place, "base_yuan: {trial_agent", "base_yuan: {junior: 4600, middle: 5600, senior: 6900, lead: 8200, trial_agent", "pay/star.yml")
    change(place, "yuan: {agent: 600", "yuan: {junior: 600, middle: 800, agent: 600", "pay/star.yml")
    study = intake.open_study("front_desk", month=MONTH)
    path = sheet(place, "facts.csv", "工号,绩效得分\n" + "".join(f"{no},150\n" for no in numbers(study)))
    plan = planned(study)
    hours = roster.hours(plan, study)
    high, plain = payroll(study, hours, plan, facts=path), payroll(study, hours, plan)
    amounts = [one.slips.loc[one.slips["item"] == "post_performance", "amount_fen"].sum() for one in (plain, high)]
    assert amounts[1] == pytest.approx(1.5 * amounts[0], abs=20) and high.facts is not None and len(high.files) == 1


@pytest.mark.parametrize(
    ("before", "after", "heard"),
    [
        ("city: shanghai", "city: shangai", ("site.yml", "shangai", "shanghai")),
        ("city: shanghai", "city: shenzhen", ("shenzhen", "2026-12", "2025-07..2026-06", "carry_contribution_year")),
        ("city: shanghai", "city: shanghai\npayroll: {housing_fund_share: 0.5}", ("50.00%", "7.00%")),
    ],
)
def test_a_wrong_city_year_or_fund_share_says_the_way_out(place, before, after, heard):
    change(place, before, after)
    text = said("slips", "front_desk")
    assert all(word in text for word in heard) and "Traceback" not in text
    if "shangai" in after:
        assert all(word in said("reform", "front_desk") for word in heard)


def test_a_base_below_the_minimum_wage_says_the_way_out(place):
    change(place, "base_yuan: {junior: 4600", "base_yuan: {junior: 2500", "pay/simple.yml")
    text = said("slips", "front_desk")
    assert all(word in text for word in ("2740", "junior", "minimum_wage: top_up"))
    change(place, "city: shanghai", "city: shanghai\npayroll: {minimum_wage: top_up}")
    assert "employer cost" in said("slips", "front_desk", code=0)


def test_a_bonus_in_a_blind_zone_says_the_way_out(place):
    study = intake.open_study("front_desk", month=MONTH)
    path = sheet(place, "facts.csv", f"工号,年终奖\n{numbers(study)[0]},36001\n")
    text = said("slips", "front_desk", "--facts", path)
    assert all(word in text for word in ("36,001.00", "36,000", "38,566.67", "2,309.10", "blind_zone: flag", "facts.csv B2"))
    change(place, "city: shanghai", "city: shanghai\npayroll: {blind_zone: flag}")
    assert "employer cost" in said("slips", "front_desk", "--facts", path, code=0)
    sheet(place, "facts.csv", f"工号,缴费基数\n{numbers(study)[0]},7600\n{numbers(study)[1]},900000\n")
    text = said("slips", "front_desk", "--facts", path)
    assert "facts.csv B3" in text and "900,000.00" in text and "below_minimum" not in text and "B2" not in text


def test_negative_values_unknown_people_and_missing_sheets_are_refused(place):
    study = intake.open_study("front_desk", month=MONTH)
    first = numbers(study)[0]
    for content, heard in ((f"工号,绩效得分\n{first},-3\n", ("-3", "row 2")), ("工号,绩效得分\n000000,90\n", ("000000", "row 2")),
                           (f"工号,绩效得分,备用\n{first},90,1\n", ("备用",))):  # fmt: skip
        text = said("slips", "front_desk", "--facts", sheet(place, "facts.csv", content))
        assert all(word in text for word in ("facts.csv", *heard))
    leave = place / "params" / "sites" / "front_desk" / "leave.csv"
    kept = leave.read_bytes()
    leave.write_text("工号,开始日期,结束日期,假别,小时\n" + f"{first},2026-12-03,2026-12-03,年假,-8\n", encoding="utf-8-sig")
    text = said("slips", "front_desk")
    assert all(word in text for word in ("leave.csv", "-8", "row 2"))
    leave.write_bytes(kept)
    for option in ("--attendance", "--facts"):
        assert "gone.csv" in said("slips", "front_desk", option, "gone.csv")
    assert "25:77" in said("slips", "front_desk", "--attendance", sheet(place, "a.csv", HEAD + f"{first},2026-12-01,早班,25:77,15:00\n"))


def test_reform_design_and_gap_answer_in_words(place):
    name = sheet(place, "mine.yml", (place / "params/reforms/standard.yml").read_text(encoding="utf-8").replace("runs: 200", "runs: 20"))
    text = said("reform", "front_desk", "--reform", name, code=0)
    assert "winners 100%" in text and "Difference" in text
    text = said("design", "front_desk", "--reform", name, "--curve", code=0)
    assert "confirmed by a fresh simulation" in text and "Cost against losers" in text
    assert "No comparison with at least 10 people" in said("gap", "front_desk", code=0)  # 8 and 9 people in its two teams
    Path(name).write_text(Path(name).read_text(encoding="utf-8").replace("raise_share", "raise_shares"), encoding="utf-8")
    text = said("reform", "front_desk", "--reform", name)
    assert "mine.yml:" in text and "raise_share" in text
    assert "standard, star_steps" in said("design", "front_desk", "--reform", "nothing")


def test_without_a_run_and_without_attendance_the_way_out_is_said(monkeypatch):
    def nothing(study):
        raise RunError("batch.nothing_published", site=study.site, month=study.month, scenario="base")

    monkeypatch.setattr(pay_month, "published", nothing)
    assert "cslib run front_desk" in said("slips", "front_desk")
