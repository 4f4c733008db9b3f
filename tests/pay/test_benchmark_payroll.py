"""The reference command: the given files, a made-up file, counts that can fail."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks import payroll

REFERENCE = Path(__file__).resolve().parents[2] / ".." / "shared" / "reference"
HEADER = "case_id,kind,month,income,special_deductions,additional_deductions,basic_deduction,cumulative_taxable,expected_tax,cumulative_tax"
HEADER += ",published_value,source_class,source,note"
GOOD = HEADER + "\nX1,annual_bonus_separate,,12000,0,0,0,,360.00,,360.00,X,,\n"


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="needs the public reference beside the checkout")
def test_the_reference_is_met_to_the_fen(capsys):
    assert payroll.main([str(REFERENCE / "income_tax.csv"), str(REFERENCE / "social_insurance.csv")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == 96 and found["mismatches"] == found["skipped"] == 0
    assert sum(part["rows"] for part in found["by_kind"].values()) == sum(part["rows"] for part in found["by_source_class"].values()) == 96
    assert len(found["bonus_blind_zones"]) == 6


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="needs the public reference beside the checkout")
def test_every_expected_value_that_is_changed_is_noticed(tmp_path):
    with (REFERENCE / "income_tax.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    changed = [{**row, "expected_tax": str(payroll.money(row["expected_tax"]) + payroll.CENT)} for row in rows]
    with (tmp_path / "changed.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(changed)
    assert payroll.compare(tmp_path / "changed.csv")["mismatches"] == len(rows)


def test_an_unseen_file_is_read(tmp_path):
    file = tmp_path / "tax.csv"
    file.write_text(
        "\n".join([
            HEADER,
            "X1,monthly_cumulative,1,20000,3500,0,,11500,345.00,345.00,,X,,", "X1,monthly_cumulative,2,20000,3500,0,,23000,345,690,,X,,",
            "X2,first_job_cumulative_from_january,7,20000,3500,0,,0,0,0,,X,,", "X3,flat_60000_from_january,1,10000,0,0,,0,0,0,,X,,",
            "X4,annual_bonus_separate,,144001,0,0,0,,27390.20,,27390.20,Y,,", "X5,lottery,,1,0,0,0,,1,,,Y,,",
            "X6,annual_taxable_to_tax,,960001,0,0,0,960001,250080.45,,,Y,,", "X7,bonus_cliff_net_loss_for_one_yuan_more,,36000,,,,,2309.11,,,Y,,",
        ]),
        encoding="utf-8-sig",
    )  # fmt: skip
    insurance = tmp_path / "si.csv"
    insurance.write_text(
        "case_id,city,period,wage,si_base,hf_base,hf_rate,pension_ee,pension_er,hf_each,checked\n"
        "S1,上海,2026-12,3000,,,0.05,603.68,1207.36,150,pension_ee pension_er hf_each\nS2,Shanghai,2019-01,3000,,,,1,,,pension_ee\n",
        encoding="utf-8",
    )
    found = payroll.compare(file, insurance)
    assert (found["rows"], found["mismatches"], found["skipped"]) == (10, 1, 2)
    assert found["by_source_class"]["Y"] == {"rows": 4, "mismatches": 1, "skipped": 1}
    assert [wrong["case"] for wrong in found["files"]["income_tax"]["wrong"]] == ["X7"]


def test_wrong_use_is_told(tmp_path, capsys):
    assert payroll.main([]) == 2 and payroll.main([str(tmp_path / "none.csv")]) == 2
    (tmp_path / "bad.csv").write_text("case_id,kind\n1,annual_bonus_separate\n", encoding="utf-8")
    assert payroll.main([str(tmp_path / "bad.csv")]) == 2 and "income" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tax", "insurance", "heard"),
    [
        ("", None, ("tax.csv", "empty")), (HEADER + "\n", None, ("tax.csv", "no row")), ("\ufeff\n", None, ("empty",)),
        (HEADER + "\nX1,annual_bonus_separate,,abc,0,0,0,,1,,,X,,\n", None, ("tax.csv, row 2, column income", "abc")),
        (HEADER + "\nX1,annual_bonus_separate,,100,0,0,0,,zwei,,,X,,\n", None, ("tax.csv, row 2, column expected_tax", "zwei")),
        (HEADER + "\nX1,monthly_cumulative,13,100,0,0,,,1,,,X,,\n", None, ("tax.csv, row 2, column month", "13")),
        (GOOD, "case_id,city,period,wage,pension_ee,checked\nS1,上海,2025-13,20000,1600,pension_ee\n", ("si.csv, row 2, column period", "2025-13")),
        (GOOD, "case_id,city,period,wage,pension_ee,checked\nS1,上海,2025-12,viel,1600,pension_ee\n", ("si.csv, row 2, column wage", "viel")),
        (GOOD, "case_id,city,period,wage,hf_rate,checked\nS1,上海,2025-12,20000,0.5,hf_each\n", ("si.csv, row 2, column hf_rate", "50.00%")),
        (GOOD, "case_id,city,period,pension_ee,checked\nS1,上海,2025-12,1600,pension_ee\n", ("si.csv, row 1", "wage")),
    ],
)  # fmt: skip
def test_what_can_not_be_used_is_told_with_file_row_and_column(tmp_path, capsys, tax, insurance, heard):
    paths = [tmp_path / "tax.csv"]
    paths[0].write_text(tax, encoding="utf-8")
    if insurance is not None:
        paths.append(tmp_path / "si.csv")
        paths[1].write_text(insurance, encoding="utf-8")
    assert payroll.main([str(path) for path in paths]) == 2
    told = capsys.readouterr()
    assert all(word in told.err for word in heard) and not told.out and "Error" not in told.err


def test_rows_that_nothing_was_compared_in_are_skipped_with_the_reason(tmp_path, capsys):
    insurance = tmp_path / "si.csv"
    rows = ("S1,上海,2025-12,20000,1600,pension_ee", "S2,上海,2025-12,20000,1600,", "S3,Atlantis,2025-12,20000,1600,pension_ee",
            "S4,上海,2019-01,20000,1600,pension_ee", "S5,上海,2025-12,20000,1600,pension_ee gold_ee")  # fmt: skip
    insurance.write_text("case_id,city,period,wage,pension_ee,checked\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "tax.csv").write_text(
        "case_id,kind,month,income,special_deductions,additional_deductions,basic_deduction\nX1,annual_bonus_separate,,100,0,0,0\n", encoding="utf-8"
    )
    assert payroll.main([str(tmp_path / "tax.csv"), str(insurance)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["mismatches"], found["skipped"]) == (6, 0, 4)
    assert found["by_kind"]["annual_bonus_separate"] == {"rows": 1, "mismatches": 0, "skipped": 1}
    assert found["files"]["income_tax"]["skipped_rows"] == [{"case": "X1", "row": 2, "reason": payroll.UNCHECKED}]
    left = {one["case"]: (one["row"], one["reason"]) for one in found["files"]["social_insurance"]["skipped_rows"]}
    assert left == {"S2": (3, payroll.UNCHECKED), "S3": (4, "unknown city"), "S4": (5, "contribution year not in the tables")}
    assert found["files"]["social_insurance"]["not_compared"] == [{"case": "S5", "row": 6, "columns": ["gold_ee"]}]


def test_a_reader_that_has_enough_leaves_no_traceback(tmp_path):
    (tmp_path / "tax.csv").write_text(GOOD, encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "benchmarks.payroll", str(tmp_path / "tax.csv")]
    read, write = os.pipe()
    os.close(read)  # nobody will ever read: the first write finds a broken pipe
    try:
        done = subprocess.run(command, cwd=root, stdout=write, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    finally:
        os.close(write)
    assert done.returncode == 0 and done.stderr == ""


@pytest.mark.parametrize("period", ["2025-12", "2025/12", "2025.12", "202512", "2025年12月", "2025-12-15", "2025-12..2026-06"])
def test_a_period_is_read_however_it_is_written(period):
    row = {"city": "上海市", "period": period, "wage": "20000", "checked": "pension_ee"}
    assert payroll.insured(row) == {"pension_ee": Decimal("1600.00")}
