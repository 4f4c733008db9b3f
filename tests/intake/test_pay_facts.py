"""Sheets of pay facts and of comparison groups: Chinese headers, units, months, and refusals with their place."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook
from tiny_site import TinySite

from cslib import intake
from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.core.words import speaking
from cslib.intake.pay_facts import fact_names
from cslib.intake.pay_ranges import POINTS, RANGES, scale
from cslib.params.pay_curve import FACTS, Curve


@pytest.fixture
def study(tiny: TinySite) -> intake.Study:
    assert tiny.folder.is_dir()
    return intake.open_study("tiny", month="2026-12")


def sheet(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "facts.csv"
    path.write_text(content, encoding="utf-8-sig")
    return path


def facts(study: intake.Study, path: Path) -> dict[tuple[int, str], float]:
    """Value by (row of the staff list, fact)."""
    frame = intake.read_pay_facts(study, path).frame
    place = study.employees.set_index("employee_id")["position"]
    return {(int(place[row.employee_id]), row.fact): row.value for row in frame.itertuples()}


def test_a_wide_sheet_becomes_facts_and_names_are_dropped(study: intake.Study, tmp_path: Path) -> None:
    rows = ("00127,某,2026-12,92.5,1,3.2,2", "00128,某,2026年12月,88,,,", "00127,某,2026-11,50,9,1,0")
    found = sheet(tmp_path, "\n".join(["工号,姓名,月份,绩效得分（分）,排名,销售额（万元）,服务明星", *rows]) + "\n")
    assert facts(study, found) == {(1, "score"): 92.5, (1, "kpi_rank"): 1, (1, "sales_yuan"): 32_000, (1, "award_service_star"): 2, (2, "score"): 88}
    notes = " ".join(intake.read_pay_facts(study, found).notes)
    assert "姓名" in notes and "1" in notes and "某" not in notes


def test_excel_reads_the_same(study: intake.Study, tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Employee no", "KPI score", "Rank", "Annual bonus"], ["00127", 95, 2, 36000], ["00128", None, 3, None]):
        book.active.append(row)
    book.save(tmp_path / "facts.xlsx")
    assert facts(study, tmp_path / "facts.xlsx") == {
        (1, "score"): 95, (1, "kpi_rank"): 2, (1, "annual_bonus_yuan"): 36000, (2, "kpi_rank"): 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "key", "words"),
    [
        ("工号,绩效得分\n00127,0.95\n00128,0.8\n", "intake.score_share", ("95", "0.95", "B2", "绩效得分")),
        ("工号,绩效得分\n00127,95\n00128,0.8\n", "intake.score_mixed", ("0.8", "B3", "绩效得分")),
        ("工号,绩效得分\n00127,9500\n", "intake.cell", ("9500", "B2", "200")),
        ("工号,累计月数,累计收入\n00127,12,90000\n", "intake.cell", ("12", "B2", "11")),
        ("工号,累计收入,累计已扣税\n00127,60000,300\n", "intake.ytd_months", ("60000", "B2")),
        ("工号,累计月数,累计已扣税\n00127,6,0\n", "intake.ytd_income", ("6", "B2")),
        ("工号,累计月数,累计收入,累计已扣税\n00127,6,0,300\n", "intake.ytd_tax", ("300", "D2")),
        ("工号,排名\n00127,99\n", "intake.cell", ("99", "B2")),
        ("工号,年终奖\n00127,10000001\n", "intake.cell", ("10000001", "10,000,000")),
        ("工号,销售额（万元）\n00127,20000\n", "intake.cell", ("20000", "100,000,000")),
        ("工号,缴费基数\n00127,2000000\n", "intake.cell", ("2000000", "1,000,000")),
        ("工号,绩效得分\n99999,90\n", "intake.unknown_person", ("facts.csv", "99999", "2")),
        ("工号,绩效得分,神秘列\n00127,90,1\n", "intake.unknown_column", ("facts.csv", "神秘列", "绩效得分")),
        ("工号,绩效得分\n00127,-5\n", "intake.cell", ("-5", "绩效得分", "2")),
        ("工号,排名\n00127,1.5\n", "intake.cell", ("1.5", "排名")),
        ("工号,排名\n00127,0\n", "intake.cell", ("排名",)),
        ("工号,绩效得分\n00127,优秀\n", "intake.cell", ("优秀",)),
        ("工号,绩效得分\n00127,90\n00127,91\n", "intake.person_twice", ("00127",)),
        ("工号,销售额（箱）\n00127,90\n", "intake.unit", ("箱", "万元")),
        ("工号,月份,绩效得分\n00127,13月,90\n", "intake.cell", ("13",)),
        ("工号,姓名\n00127,某\n", "intake.no_header", ("facts.csv",)),
    ],
)
def test_what_can_not_be_right_is_refused_with_its_place(study: intake.Study, tmp_path: Path, content: str, key: str, words: tuple[str, ...]) -> None:
    with pytest.raises(IntakeError) as caught:
        intake.read_pay_facts(study, sheet(tmp_path, content))
    for language in ("zh", "en"):
        with speaking(language):
            assert key in caught.value.keys and all(word in str(caught.value) for word in words)


def test_a_sheet_of_another_month_gives_no_facts(study: intake.Study, tmp_path: Path) -> None:
    found = intake.read_pay_facts(study, sheet(tmp_path, "工号,月份,绩效得分\n00127,2026-11,90\n"))
    assert found.frame.empty and list(found.frame.columns) == list(tables.spec("pay_facts").columns)
    assert any("2026-12" in note for note in found.notes)


def test_every_fact_that_a_scheme_may_name_has_a_column(study: intake.Study, tmp_path: Path) -> None:
    """S001-20, S003-B2, S003-J12, S003-J15: awards, rank, team mean and proposals come from a sheet."""
    assert set(FACTS) <= set(fact_names())
    head = ",".join(fact_names())
    found = facts(study, sheet(tmp_path, f"staff_no,{head}\n00127,{','.join('90' if name in POINTS else '1' for name in fact_names())}\n"))
    assert {fact for _, fact in found} == set(fact_names()) == set(RANGES)


def test_a_score_of_nought_is_a_score_and_the_scale_is_the_schemes(study: intake.Study, tmp_path: Path) -> None:
    assert facts(study, sheet(tmp_path, "工号,绩效得分\n00127,0\n00128,95\n")) == {(1, "score"): 0, (2, "score"): 95}
    item = next(iter(study.params.pay.items.values()))
    curve = Curve(kind="linear", fact="score", target=1000)
    scheme = study.params.pay.model_copy(update={"items": {"performance": item.model_copy(update={"curve": curve})}})
    assert scale(scheme, "score") == 1000 and scale(scheme, "team_mean") == 100


def test_groups_are_neutral_labels(study: intake.Study, tmp_path: Path) -> None:
    found = intake.read_groups(study, sheet(tmp_path, "工号,对比组\n00127,A\n00128,B\n"))
    assert isinstance(found, pd.Series) and sorted(found) == ["A", "B"] and set(found.index) <= set(study.employees["employee_id"])
    for content, key in (("工号,对比组\n00127,\n", "intake.cell_empty"), (f"工号,对比组\n00127,{'长' * 21}\n", "intake.cell"),
                         ("工号,对比组,工资\n00127,A,9000\n", "intake.unknown_column")):  # fmt: skip
        with pytest.raises(IntakeError) as caught:
            intake.read_groups(study, sheet(tmp_path, content))
        assert key in caught.value.keys


def test_a_site_may_name_a_sheet_a_month(tiny: TinySite) -> None:
    tiny.use("pay_facts", "facts_{month}.csv")
    study = intake.open_study("tiny", month="2026-12")
    assert intake.pay_file(study, "pay_facts") is None and not any("facts" in name for name in study.files)
    tiny.put("facts_2026-12.csv", "工号,绩效得分\n00127,90\n")
    study = intake.open_study("tiny", month="2026-12")
    path = intake.pay_file(study, "pay_facts")
    assert path is not None and path.name == "facts_2026-12.csv" and any("facts_2026-12" in name for name in study.files)
    tiny.use("pay_facts", "gone.csv")
    with pytest.raises(IntakeError):
        intake.open_study("tiny", month="2026-12")
