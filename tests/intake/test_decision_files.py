"""Grade decisions and off-queue work that come as files: what counts, what is refused; and what becomes of them in grades and payslips."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from tiny_site import TinySite

from cslib import intake, pay, people
from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.core.words import speaking

HEAD = "人员代号,评定月份,职级方案,条款,现职级,建议职级,起薪月份,理由,人工决定,决定日期,决定人\n"
UP = "00127,2026-11,H_star_ladder,promote,初级,中级,2026-12,-,同意,2026-11-28,主管\n"
SESSIONS = "session,employee_id,activity,hours_h,earliest,latest,together\n"


def opened(tiny: TinySite, content: str, month: str = "2026-12", entry: str = "decisions") -> intake.Study:
    tiny.use(entry, "[decisions.csv]" if entry == "decisions" else "off_queue.csv", content)
    return intake.open_study("tiny", month=month)


def grade(study: intake.Study, position: int = 1) -> tuple[str, str, str]:
    """Grade, move and reason of one person."""
    person = study.employees.loc[study.employees["position"] == position, "employee_id"].iloc[0]
    row = people.grades(study).set_index("employee_id").loc[person]
    return row["grade"], row["move"], row["reason"]


def test_an_accepted_dated_and_signed_proposal_changes_the_grade_from_its_first_month_paid(tiny: TinySite) -> None:
    """S003-H14: signed application; pay in the month after."""
    assert grade(opened(tiny, HEAD + UP)) == ("middle", "up", "H_star_ladder.promote")
    assert grade(opened(tiny, HEAD + UP, "2026-11")) == ("junior", "stay", "staff_list")
    assert grade(opened(tiny, HEAD + UP, "2027-01")) == ("middle", "stay", "decided")


@pytest.mark.parametrize(
    "change",
    [("同意,2026-11-28,主管", ",,"), ("同意", "不同意"), ("同意", ""), (",2026-11-28", ","), (",主管\n", ",\n")],
    ids=["open", "refused", "no decision", "no date", "no signature"],
)
def test_anything_else_changes_nothing(tiny: TinySite, change: tuple[str, str]) -> None:
    """PIPL art. 24: a proposal is no decision."""
    study = opened(tiny, HEAD + UP.replace(*change))
    assert grade(study) == ("junior", "stay", "staff_list") and study.grade_decisions.empty


def test_rows_that_lack_date_or_signature_are_named_in_a_note(tiny: TinySite) -> None:
    signed = UP.replace("00127", "00128").replace("初级,中级", "中级,高级")
    study = opened(tiny, HEAD + UP.replace(",主管\n", ",\n") + signed)
    assert any("decisions.csv" in note and "2" in note and "signature" in note for note in study.notes)
    assert grade(study)[0] == "junior" and grade(study, 2) == ("senior", "up", "H_star_ladder.promote")


def test_pay_follows_the_decision(tiny: TinySite) -> None:
    """Proposal -> decision -> next month's grades -> payslips: the base pay of the new grade, 5600 in place of 4600 yuan (params/pay/simple.yml)."""
    paid = []
    for content in (UP.replace("同意", ""), UP):
        study = opened(tiny, HEAD + content)
        person = study.employees.loc[study.employees["position"] == 1, "employee_id"].iloc[0]
        legal = study.calendar.loc[study.calendar["kind"].isin(["workday", "make_up_workday"]), "date"]
        days = [day for day in legal if study.horizon.start <= day.date() < study.horizon.end]
        worked = pd.DataFrame({"employee_id": person, "date": days, "premium": "normal", "hours_h": 8.0, "shifts": 1, "basis": "planned"})
        slips = pay.payslips(tables.check("hours", worked), people.grades(study), study)
        paid.append(slips.loc[slips["employee_id"].eq(person) & slips["item"].eq("base"), "amount_fen"].sum())
    assert paid == [460_000, 560_000]


def test_a_chain_of_decisions_follows_the_months(tiny: TinySite) -> None:
    second = "00127,2026-12,H_star_ladder,promote,中级,高级,2027-01,-,accepted,2026-12-28,00129\n"
    found = [grade(opened(tiny, HEAD + UP + second, month)) for month in ("2026-12", "2027-01", "2027-02")]
    assert found == [("middle", "up", "H_star_ladder.promote"), ("senior", "up", "H_star_ladder.promote"), ("senior", "stay", "decided")]
    down = "00127,2026-12,H_star_ladder,demote,中级,初级,2027-01,-,同意,2026-12-28,经理\n"
    assert grade(opened(tiny, HEAD + UP + down, "2027-01")) == ("junior", "down", "H_star_ladder.demote")


def test_the_signature_is_a_role_or_a_pseudonym(tiny: TinySite) -> None:
    study = opened(tiny, HEAD + UP.replace("主管", "00129"))
    lead = study.employees.loc[study.employees["position"] == 3, "employee_id"].iloc[0]
    assert study.grade_decisions["decided_by"].tolist() == [lead]


def test_decisions_that_can_not_be_right_are_refused_with_their_cell(tiny: TinySite) -> None:
    cases = [
        (UP.replace("00127", "00999"), "intake.unknown_person", "A"),
        (UP.replace("中级", "五星"), "intake.unknown_grade", "F"),
        (UP.replace("2026-12,-", "2026-14,-"), "intake.cell", "G"),
        (UP.replace("同意", "看情况"), "intake.cell", "I"),
        (UP.replace("2026-11-28", "2026-11-31"), "intake.cell", "J"),
        (UP.replace("主管", "张经理本人"), "intake.cell", "K"),
        (UP.replace("主管", "00127"), "intake.own_decision", "K"),
        (UP.replace("初级,中级", "高级,初级").replace("00127", "00128"), "intake.other_grade", "E"),
        (UP.replace("初级,中级", "组长,高级").replace("00127", "00129").replace("2026-11-28", "2026-12-02"), "intake.backwards", "G"),
        (UP.replace("初级,中级", "初级,高级"), "intake.decision_twice", "G"),
    ]
    with pytest.raises(IntakeError) as caught:
        opened(tiny, HEAD + "".join(line for line, _, _ in cases))
    found = sorted((f.key, f.where.rpartition(" ")[2]) for f in caught.value.findings)
    assert found == sorted((key, f"{cell}{row}") for row, (_, key, cell) in enumerate(cases, start=2))


def test_off_queue_work_comes_in_under_pseudonyms_without_a_reason(tiny: TinySite) -> None:
    lines = "S1,00127,培训,2,2026-12-07,2026-12-11,否\nS1,00128,training,2,2026-12-07,2026-12-11,0\nS9,00127,培训,2,2027-01-04,2027-01-05,\n"
    study = opened(tiny, SESSIONS + lines, entry="off_queue")
    found = study.off_queue
    assert len(found) == 2 and set(found["employee_id"]) <= set(study.employees["employee_id"]) and set(found["activity"]) == {"training"}
    assert set(found.columns) == set(tables.spec("off_queue").columns) and found["earliest"].eq(pd.Timestamp(dt.date(2026, 12, 7))).all()


def test_off_queue_work_that_can_not_be_right_is_refused(tiny: TinySite) -> None:
    lines = [
        ("S1,00999,培训,2,2026-12-07,2026-12-11,", "intake.unknown_person", "B2"),
        ("S2,00127,培训,9,2026-12-07,2026-12-11,", "intake.cell", "D3"),
        ("S3,00127,放松,2,2026-12-07,2026-12-11,", "intake.cell", "C4"),
        ("S4,00127,培训,2,2026-12-07,2026-12-05,", "intake.session_window", "F5"),
        ("S5,00127,培训,2,2026-12-28,2027-01-05,", "intake.session_window", "F6"),
        ("S5,00127,培训,2,2026-12-28,2026-12-31,", "intake.session_twice", "A7"),
    ]
    with pytest.raises(IntakeError) as caught:
        opened(tiny, SESSIONS + "".join(f"{line}\n" for line, _, _ in lines), entry="off_queue")
    assert sorted((f.key, f.where.rpartition(" ")[2]) for f in caught.value.findings) == sorted((key, cell) for _, key, cell in lines)


def test_a_rise_decided_after_its_first_month_paid_says_that_arrears_are_settled_by_hand(tiny: TinySite) -> None:
    """Pay already made is not made anew: the months from 2026-03 to 2026-11 are no part of the December payslips."""
    late = UP.replace("2026-12,-", "2026-03,-").replace("2026-11-28", "2026-11-20")
    study = opened(tiny, HEAD + late)
    assert grade(study) == ("middle", "stay", "decided")
    assert any("row" in note and "2 (2026-03, 2026-11-20)" in note and "arrears" in note and "2026-12" in note for note in study.notes)
    assert not any("arrears" in note for note in opened(tiny, HEAD + UP, "2027-01").notes)  # decided in time
    with speaking("zh"):
        assert any("人工补发" in note for note in opened(tiny, HEAD + late).notes)


def test_a_decision_still_to_come_is_refused_with_its_cell(tiny: TinySite) -> None:
    for change in (("2026-11-28", "2030-01-05"), ("2026-11-28", "2027-01-01")):
        with pytest.raises(IntakeError) as caught:
            opened(tiny, HEAD + UP.replace(*change))
        assert caught.value.keys == ["intake.decided_later"] and caught.value.findings[0].where.endswith("J2") and change[1] in str(caught.value)
    with pytest.raises(IntakeError):
        opened(tiny, HEAD + UP.replace("2026-12,-", "2027-06,-").replace("2026-11-28", "2030-01-05"))
    next_month = UP.replace("2026-12,-", "2027-02,-").replace("2026-11-28", "2027-01-20")  # a file that has grown since the month was planned
    assert opened(tiny, HEAD + next_month).grade_decisions.empty


def test_a_rise_paid_later_is_counted_apart(tiny: TinySite) -> None:
    study = opened(tiny, HEAD + UP.replace("2026-12,-", "2027-06,-"))
    note = next(note for note in study.notes if "grade decisions" in note)
    assert "0 accepted" in note and "1 for a later month" in note and grade(study)[0] == "junior"
    assert "1 accepted" in next(note for note in opened(tiny, HEAD + UP).notes if "grade decisions" in note)


@pytest.mark.parametrize(
    ("cell", "key"),
    [("身高 180, 李四", "excluded_clause"), ("李四", "unknown_rule"), ("S003-T7", "excluded_clause"), ("S009-99", "unknown_rule"),
     ("户籍", "excluded_clause")],
)
def test_free_text_is_no_rule(tiny: TinySite, cell: str, key: str) -> None:
    with pytest.raises(IntakeError) as caught:
        opened(tiny, HEAD + UP.replace("promote", f'"{cell}"'))
    assert caught.value.keys == [f"intake.{key}"] and caught.value.findings[0].where.endswith("D2")
    assert ("Labour Law" in str(caught.value)) == cell.startswith(("身高", "S003-T7"))


def test_rules_are_those_of_the_ladder_or_of_the_catalogue(tiny: TinySite) -> None:
    for cell, rule in (("promote", "H_star_ladder.promote"), ("S003-H5", "H_star_ladder.S003-H5"), ("", "H_star_ladder")):
        assert opened(tiny, HEAD + UP.replace("promote", cell)).grade_decisions["rule"].tolist() == [rule]
    with pytest.raises(IntakeError) as caught:
        opened(tiny, HEAD + UP.replace("H_star_ladder", "李四"))
    assert caught.value.keys == ["intake.unknown_ladder"]


def test_the_sheet_of_invented_people_is_refused_in_one_sentence_and_an_empty_one_is_read(tiny: TinySite) -> None:
    head = HEAD.rstrip("\n") + ",合成数据 / synthetic\n"
    with pytest.raises(IntakeError) as caught:
        opened(tiny, head + UP.replace("00127", "SYN-00001").replace("初级,中级", "agent,star1").rstrip("\n") + ",SYNTHETIC\n")
    assert caught.value.keys == ["intake.synthetic_sheet"] and "invented" in str(caught.value)
    unfilled = UP.replace("初级,中级", "agent,star1").replace("同意,2026-11-28,主管", ",,")
    assert opened(tiny, HEAD + unfilled).grade_decisions.empty and opened(tiny, HEAD).grade_decisions.empty
