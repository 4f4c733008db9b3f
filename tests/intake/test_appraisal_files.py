"""A site's own appraisal figures: KPI results, exams and training, team targets; what is wrong is refused with file, row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from tiny_site import TinySite

from cslib import intake
from cslib.core.errors import IntakeError
from cslib.core.words import speaking
from cslib.params.excluded import excluded_names

ZH = "工号,考核月份,指标,数值,样本量,标准差\n"
EN = "Employee no,Month,KPI,Value,Sample size,Standard deviation\n"


def read(tiny: TinySite, content: str | bytes, entry: str = "kpi", name: str = "kpi.csv") -> intake.Figures:
    tiny.use(entry, name if entry == "targets" else f"[{name}]", content)
    return intake.figures(intake.open_study("tiny", month="2026-12"))


def refused(tiny: TinySite, content: str, entry: str = "kpi") -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        read(tiny, content, entry, f"{entry}.csv")
    return caught.value


def rows(found: intake.Figures) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in found.facts[["period", "kpi", "value", "sample"]].fillna(-1).itertuples(index=False))


def test_chinese_and_english_headers_and_spellings_mean_the_same(tiny: TinySite) -> None:
    chinese = read(tiny, ZH + "00127,2026-11,满意度,93%,58,\n00127,2026年10月,平均处理时长,0:05:50,700,180\n00128,202611,投诉率,0.8,700,\n")
    english = read(tiny, EN + "00127,2026-11,CSAT,0.93,58,\n00127,2026/10,AHT,350,700,180\n00128,2026-11,complaint rate,0.8,700,\n")
    assert rows(chinese) == rows(english) == [("2026-10", "aht", 350, 700), ("2026-11", "complaint_rate", 0.8, 700), ("2026-11", "csat", 0.93, 58)]
    assert chinese.facts["sd"].max() == 180 and chinese.given


def test_gbk_and_excel_are_read_alike(tiny: TinySite, workbook: Callable[..., Any]) -> None:
    content = ZH + "00127,2026-11,满意度,0.93,58,\n"
    plain = rows(read(tiny, content.encode("gb18030")))
    head, line = content.splitlines()
    workbook(tiny.folder / "kpi.xlsx", {"KPI": [head.split(","), ["00127", "2026-11", "满意度", 0.93, 58, None]]})
    tiny.use("kpi", "[kpi.xlsx]")
    assert line and rows(intake.figures(intake.open_study("tiny", month="2026-12"))) == plain


def test_people_stand_under_pseudonyms_and_the_study_carries_no_score(tiny: TinySite) -> None:
    found = read(tiny, ZH + "00127,2026-11,满意度,0.93,58,\n")
    study = intake.open_study("tiny", month="2026-12")
    assert set(found.facts["employee_id"]) <= set(study.employees["employee_id"])
    assert any(name.endswith("kpi.csv") for name in study.files) and "kpi_facts" not in study._tables


def test_facts_of_ladders_may_stand_one_a_column_without_sample(tiny: TinySite) -> None:
    found = read(tiny, "工号,月份,绩效分,A 级案件跟进次数\n00127,2026-11,86.5,41\n00128,2026-11,74,-\n")
    assert rows(found) == [("2026-11", "a_followups", 41, -1), ("2026-11", "score", 74, -1), ("2026-11", "score", 86.5, -1)]


def test_rows_of_people_who_are_gone_are_counted_not_used(tiny: TinySite) -> None:
    found = read(tiny, ZH + "00130,2026-10,满意度,0.9,50,\n00127,2026-10,满意度,0.9,50,\n")
    assert len(found.facts) == 1 and any("kpi.csv" in note and "1" in note for note in found.notes)


# line of a KPI file, error, column of the cell
WRONG_KPI = [
        ("00999,2026-11,满意度,0.9,50,", "intake.unknown_person", "A2"),
        ("00127,2026-11,笑容,0.9,50,", "intake.unknown_kpi", "C2"),
        ("00127,2026-13,满意度,0.9,50,", "intake.cell", "B2"),
        ("00127,2026-12,满意度,0.9,50,", "intake.month_later", "B2"),
        ("00127,2025-02,满意度,0.9,50,", "intake.before_hired", "B2"),
        ("00127,2026-11,满意度,1.2,50,", "intake.cell", "D2"),
        ("00127,2026-11,满意度,93,50,", "intake.cell", "D2"),
        ("00127,2026-11,满意度,-0.1,50,", "intake.cell", "D2"),
        ("00127,2026-11,投诉率,101,50,", "intake.cell", "D2"),
        ("00127,2026-11,满意度,很好,50,", "intake.cell", "D2"),
        ("00127,2026-11,满意度,,50,", "intake.cell_empty", "D2"),
        ("00127,2026-10,满意度,0.9,,", "intake.no_sample", "E2"),
        ("00127,2026-09,满意度,0.9,0,", "intake.no_sample", "E2"),
        ("00127,2026-11,平均处理时长,350,50,-3", "intake.cell", "F2"),
        ("00127,2026-08,满意度,0.9,50,\n00127,2026-08,csat,0.8,50,", "intake.figure_twice", "D3"),
        (",2026-11,满意度,0.9,50,", "intake.cell_empty", "A2"),
]


def all_wrong(tiny: TinySite, head: str, cases: list[tuple[str, str, str]], entry: str) -> None:
    """Every case in one file: each finding names its cell; the row is said in both languages."""
    lines, expected = [head.strip()], []
    for line, key, cell in cases:
        lines += line.split("\n")
        expected.append((key, f"{entry}.csv {cell[0]}{len(lines)}", len(lines)))
    found = refused(tiny, "\n".join(lines) + "\n", entry)
    assert sorted((f.key, f.where.rpartition("/")[2]) for f in found.findings) == sorted((key, where) for key, where, _ in expected)
    for language, words in (("zh", "第 {} 行"), ("en", "row {}")):
        with speaking(language):
            text = str(found)
        assert all(where in text and words.format(row) in text for _, where, row in expected), text


def test_what_can_not_be_right_is_refused_with_file_row_and_column(tiny: TinySite) -> None:
    all_wrong(tiny, ZH, WRONG_KPI, "kpi")


def test_several_findings_come_together(tiny: TinySite) -> None:
    error = refused(tiny, ZH + "00999,2026-11,满意度,2,50,\n00127,2027-01,笑容,0.9,50,\n")
    assert sorted(error.keys) == ["intake.cell", "intake.month_later", "intake.unknown_kpi", "intake.unknown_person"]


def test_an_excluded_criterion_is_no_kpi(tiny: TinySite) -> None:
    """All 19 entries of the catalogue and 5 of the privacy requirements: a row that appraises one is refused with id, reason and statute (P11)."""
    named = {entry: next(n for n in names if "," not in n) for entry, names in excluded_names().items()}
    lines = [f"00127,2026-11,{name},80,10,\n" for name in named.values()]
    halves = [refused(tiny, ZH + "".join(part)).findings for part in (lines[:12], lines[12:])]  # a message lists at most twenty
    assert [(f.key, f.facts["id"]) for f in halves[0] + halves[1]] == [("intake.excluded_kpi", entry.partition("_")[0]) for entry in named]
    assert len(named) == 24
    with speaking("en"):
        lines = [str(IntakeError(findings=[finding])) for finding in halves[0] + halves[1]]
    assert all(entry.partition("_")[0] in line and ("art." in line or "Law" in line) for entry, line in zip(named, lines, strict=True))


def test_an_unknown_kpi_is_told_the_nearest_names_in_words(tiny: TinySite) -> None:
    for language, given, name in (("en", "satisfactoin", "atisfaction"), ("zh", "客户满意", "满意")):
        with speaking(language):
            text = str(refused(tiny, ZH + f"00127,2026-11,{given},0.9,50,\n"))
        assert name in text and "csat" not in text and len(text) < 400
    with speaking("en"):
        text = str(refused(tiny, ZH + "00127,2026-11,qqqq,0.9,50,\n"))
    assert "..." in text and "_" not in text.replace("tiny_", "").partition("for example")[2].partition("Correct")[0]


def test_only_a_share_is_told_that_it_may_be_a_percentage(tiny: TinySite) -> None:
    with speaking("en"):
        assert "96%" not in str(refused(tiny, ZH + "00127,2026-11,aht,-5,50,\n")) and "96%" in str(refused(tiny, ZH + "00127,2026-11,满意度,7,50,\n"))


def test_exams_give_marks_the_week_and_passes(tiny: TinySite) -> None:
    tiny.change("00127,甲一,一组,客服,2025-03-01", "00127,甲一,一组,客服,2026-10-05", "staff.csv")
    content = "工号,日期,培训类别,是否合格,理论,实操,打字速度\n00127,2026-10-30,,,84,88,46\n"
    content += "00128,2026-11-03,入职培训,是,,,\n00128,2026-11-09,业务知识,否,,,\n"
    found = read(tiny, content, "exams", "exams.csv")
    first = found.facts[found.facts["kpi"].isin(["theory", "practical", "typing_cpm", "exam_week"])]
    assert dict(zip(first["kpi"], first["value"], strict=True)) == {"theory": 84, "practical": 88, "typing_cpm": 46, "exam_week": 4}  # day 25
    assert found.training.values.tolist() == [["2026-11", "induction", True], ["2026-11", "business", False]]
    assert found.facts.loc[found.facts["kpi"].eq("training_passed"), "value"].tolist() == [0]  # the month's last result


WRONG_EXAMS = [
        ("00127,2026-11-03,入职培训,也许,,", "intake.cell", "D2"),
        ("00127,2026-11-04,瑜伽,是,,", "intake.cell", "C2"),
        ("00127,2026-11-05,,,201,", "intake.cell", "E2"),
        ("00127,2026-12-03,,,80,", "intake.month_later", "B2"),
        ("00127,2026-11-31,,,80,", "intake.cell", "B2"),
        ("00127,2026-11-06,,,80,\n00127,2026-11-06,,,81,", "intake.day_twice", "B3"),
]


def test_exams_that_can_not_be_right_are_refused(tiny: TinySite) -> None:
    all_wrong(tiny, "工号,日期,培训类别,是否合格,理论,实操", WRONG_EXAMS, "exams")


def test_team_targets_absolute_and_against_the_baseline(tiny: TinySite) -> None:
    found = read(tiny, "指标,口径,目标值\n满意度,绝对值,95%\n投诉率,相对基期,-30%\nefficiency,baseline,0.2\n", "targets", "targets.csv").targets
    assert found["csat_absolute"].at_least == 0.95 and found["complaint_rate_baseline"].change_share == -0.3
    assert found["efficiency_baseline"].change_share == 0.2 and all(target.origin == "fill" for target in found.values())


WRONG_TARGETS = [
        ("笑容,绝对值,95%", "intake.unknown_kpi", "A2"),
        ("score,绝对值,80", "intake.unknown_kpi", "A2"),
        ("一次解决率,去年,95%", "intake.cell", "B2"),
        ("满意度,绝对值,95", "intake.cell", "C2"),
        ("投诉率,相对基期,-100%", "intake.cell", "C2"),
        ("满意度,绝对值,", "intake.cell_empty", "C2"),
        ("满意度,绝对值,95%\ncsat,absolute,90%", "intake.target_twice", "A3"),
]


def test_targets_that_can_not_be_right_are_refused(tiny: TinySite) -> None:
    all_wrong(tiny, "指标,口径,目标值", WRONG_TARGETS, "targets")


def test_without_files_there_are_no_figures(tiny: TinySite) -> None:
    found = intake.figures(intake.open_study("tiny", month="2026-12"))
    assert not found.given and found.facts.empty and found.targets == {} and tiny.folder.is_dir()


def test_a_file_that_changes_meanwhile_is_refused(tiny: TinySite) -> None:
    path = tiny.use("kpi", "[kpi.csv]", ZH + "00127,2026-11,满意度,0.93,58,\n")
    study = intake.open_study("tiny", month="2026-12")
    path.write_text(ZH + "00127,2026-11,满意度,0.94,58,\n", encoding="utf-8")
    with pytest.raises(IntakeError) as caught:
        intake.figures(study)
    assert caught.value.keys == ["intake.file_changed"]


def test_the_templates_of_a_new_site_are_read_back(tiny: TinySite, tmp_path: Path) -> None:
    """What ``cslib new`` writes can be filled in and read; its example row is left out."""
    folder = intake.new_site("fresh", tmp_path / "fresh")
    book = load_workbook(folder / "kpi.xlsx")
    book.worksheets[0].append(["00127", "2026-11", "满意度", "93%", 58, None])
    book.save(tiny.folder / "kpi.xlsx")
    for name in ("exams.xlsx", "targets.xlsx"):
        load_workbook(folder / name).save(tiny.folder / name)
    tiny.use("kpi", "[kpi.xlsx]")
    tiny.use("exams", "[exams.xlsx]")
    tiny.use("targets", "targets.xlsx")
    found = intake.figures(intake.open_study("tiny", month="2026-12"))
    assert rows(found) == [("2026-11", "csat", 0.93, 58)] and found.training.empty and found.targets == {}
