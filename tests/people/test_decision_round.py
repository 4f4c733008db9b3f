"""From a site's own KPI file to forms, a signed sheet, grades and payslips; and what is said where the people are invented."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from cslib import intake, pay, people, report
from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.core.words import speaking

ROOT = Path(__file__).resolve().parents[2]
MONTH = "2026-12"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a copy of the online shop, which pays by the star scheme."""
    root = tmp_path / "root"
    shutil.copytree(ROOT / "params", root / "params")
    for name, value in (("ROOT", root), ("PROTECTED", tmp_path / "kept"), ("OUTPUTS", tmp_path / "out"), ("KEY_FILE", tmp_path / "secret" / "key")):
        monkeypatch.setenv(f"CSLIB_{name}", str(value))
    with speaking("en"):
        yield root / "params" / "sites" / "online_shop"


def use(site: Path, **files: str) -> intake.Study:
    """Name files in ``site.yml`` and open the study."""
    text = (site / "site.yml").read_text(encoding="utf-8")
    text = text.replace("\nfiles:\n", "\nfiles:\n" + "".join(f"  {entry}: [{name}]\n" for entry, name in files.items()), 1)
    (site / "site.yml").write_text(text, encoding="utf-8")
    return intake.open_study("online_shop", month=MONTH)


def kpi_file(study: intake.Study) -> str:
    """Three good months of everybody under their pseudonyms."""
    return "工号,月份,kpi_percent\n" + "".join(
        f"{person},2026-{month:02d},125\n" for person in study.employees["employee_id"] for month in (9, 10, 11)
    )


def signed(sheet: Path) -> tuple[str, set[str]]:
    """The sheet with every row accepted, dated and signed, and whom it names."""
    rows = list(csv.reader(io.StringIO(sheet.read_text(encoding="utf-8-sig"), newline="")))
    place = {name: i for i, name in enumerate(tables.spec("grade_proposals").columns)}
    for row in rows[1:]:
        row[place["decision"]], row[place["decided_on"]], row[place["decided_by"]] = "同意", "2026-11-30", "经理"
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue(), {row[0] for row in rows[1:]}


def base_pay(study: intake.Study) -> pd.Series:
    """Base pay of everybody for the legal workdays of the month [fen]."""
    legal = study.calendar.loc[study.calendar["kind"].isin(["workday", "make_up_workday"]), "date"]
    days = [day for day in legal if study.horizon.start <= day.date() < study.horizon.end]
    grades = people.grades(study)
    worked = pd.MultiIndex.from_product([grades["employee_id"], days], names=["employee_id", "date"]).to_frame(index=False)
    worked = worked.assign(premium="normal", hours_h=8.0, shifts=1, basis="planned")
    slips = pay.payslips(tables.check("hours", worked), grades, study)
    return slips[slips["item"].eq("base")].groupby("employee_id")["amount_fen"].sum()


def test_own_figures_come_back_as_grades_and_pay(site: Path) -> None:
    """Own KPI file -> proposals -> sheet -> unfilled: nothing; signed: grades and base pay of December."""
    (site / "kpi.csv").write_text(kpi_file(intake.open_study("online_shop", month=MONTH)), encoding="utf-8")
    study = use(site, kpi="kpi.csv")
    own = intake.figures(study)
    course = people.present_course(people.own_panel(study, own, people.open_kpis(), "cs_rep"), people.open_ladder("H_star_ladder"), study)
    forms = report.protected_forms(course, study, "2026-11")
    assert forms.count > 0 and not forms.synthetic and not forms.unpaid and forms.sheet.name == "proposals-H_star_ladder.csv"
    assert any("files: decisions" in line for line in report.forms_lines(forms))

    shutil.copy(forms.sheet, site / "decisions.csv")
    unfilled = use(site, decisions="decisions.csv")
    assert unfilled.grade_decisions.empty and any(f"{forms.count} open" in note for note in unfilled.notes)

    content, named = signed(forms.sheet)
    (site / "decisions.csv").write_text(content, encoding="utf-8")
    decided = intake.open_study("online_shop", month=MONTH)
    before, after = (people.grades(each).set_index("employee_id")["grade"] for each in (unfilled, decided))
    assert set(after.index[after.ne(before)]) == named and len(named) == forms.count
    paid, earlier = base_pay(decided), base_pay(unfilled)
    assert set(paid.index[paid.ne(earlier)]) == named and (paid.ge(earlier)).all()


def test_the_sheet_of_invented_people_says_so_and_is_refused(site: Path) -> None:
    study = intake.open_study("online_shop", month=MONTH)
    panel = people.synthetic_panel(300, 24, seed=7, first=people.months_before(MONTH, 24)[0])
    forms = report.protected_forms(people.present_course(panel, people.open_ladder("H_star_ladder"), study), study, panel.months_text[-1])
    assert forms.synthetic and forms.count > 0 and "SYNTHETIC" in forms.sheet.name
    assert all(line.endswith("SYNTHETIC") for line in forms.sheet.read_text(encoding="utf-8-sig").splitlines()[1:])
    for language, word in (("en", "invented"), ("zh", "虚构")):
        with speaking(language):
            lines = report.forms_lines(forms)
            assert any(word in line and "SYNTHETIC" in line for line in lines)
    (site / "decisions.csv").write_text(signed(forms.sheet)[0], encoding="utf-8")
    with pytest.raises(IntakeError) as caught:
        use(site, decisions="decisions.csv")
    assert caught.value.keys == ["intake.synthetic_sheet"] and len(str(caught.value).splitlines()) == 1


def test_a_ladder_that_the_site_does_not_pay_is_said_when_the_sheet_is_written(site: Path) -> None:
    study = intake.open_study("online_shop", month=MONTH)
    forms = report.Forms((), site / "proposals-R_CBA.csv", 1, False, ("C", "B", "A"))
    assert study.params.pay.base_yuan and any("C, B, A" in line for line in report.forms_lines(forms))


@pytest.mark.parametrize("entry", ["kpi", "exams"])
def test_a_file_without_rows_is_refused_and_never_replaced_by_invented_figures(site: Path, entry: str) -> None:
    head = "工号,月份,kpi,数值,样本\n" if entry == "kpi" else "工号,日期,是否合格\n"
    (site / "own.csv").write_text(head, encoding="utf-8")
    study = use(site, **{entry: "own.csv"})
    with pytest.raises(IntakeError) as caught:
        intake.figures(study)
    assert caught.value.keys == ["intake.no_figures"] and "own.csv" in str(caught.value) and "invented" in str(caught.value)


def test_a_blank_file_beside_a_filled_one_is_noted_and_ladder_facts_alone_say_that_the_page_is_invented(site: Path) -> None:
    (site / "kpi.csv").write_text(kpi_file(intake.open_study("online_shop", month=MONTH)), encoding="utf-8")
    (site / "exams.csv").write_text("工号,日期,是否合格\n", encoding="utf-8")
    own = intake.figures(use(site, kpi="kpi.csv", exams="exams.csv"))
    assert own.given and any("exams.csv" in note for note in own.notes)
    study = intake.open_study("online_shop", month=MONTH)
    lines = people.story.basis_lines(people.basis(study, own, people.open_kpis()), own, 1)  # scores of the ladders alone are no KPI
    assert "SYNTHETIC" in lines[0] and "invented" in lines[1]


def test_a_complaint_list_without_rows_means_no_complaint() -> None:
    none = pd.DataFrame(columns=["month", "category", "upheld", "in_time"])
    own = intake.Figures(tables.empty("kpi_facts"), pd.DataFrame(), {}, none, counts_complaints=True)
    assert people.story.complaints_of(own, ["2026-11"], 20_000.0, 1).empty
