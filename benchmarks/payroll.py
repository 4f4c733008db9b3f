"""Tax and contributions against reference files: ``python -m benchmarks.payroll INCOME_TAX.csv [SOCIAL_INSURANCE.csv]`` prints one JSON object.

INCOME_TAX.csv, columns: case_id, kind, month, income, special_deductions, additional_deductions, basic_deduction, cumulative_taxable,
expected_tax, cumulative_tax, published_value, source_class. Rows with a month are a case's cumulative withholding, in the order of the months;
the others are one calculation each, told by ``kind``. SOCIAL_INSURANCE.csv, columns: case_id, city, period (YYYY-MM), wage, si_base, hf_base,
hf_rate, pension_ee ... injury_er, hf_each, checked: only the columns named in ``checked`` count. Every expected value that is filled is
compared to the fen; a row with one difference is a mismatch. A row whose kind, city or year is unknown is skipped and counted.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from cslib.core.errors import ParamError
from cslib.params.statutory import FUND, statutory
from cslib.pay import tax
from cslib.pay.insurance import contributions

Row = dict[str, str]
YEAR = 2026  # tables in force; the reference has no year, and the tables have not changed since 2019
SIDES = {"pension": "pension", "medical": "medical", "unemployment": "unemp", "injury": "injury"}
CENT = Decimal("0.01")


def money(text: str | None) -> Decimal:
    """Yuan of a cell; an empty cell is 0."""
    return Decimal((text or "0").strip().replace(",", "") or "0")


def differing(row: Row, found: dict[str, Decimal]) -> list[str]:
    """Names of the expected values that are filled and differ by a fen or more."""
    return [name for name, value in found.items() if (row.get(name) or "").strip() and abs(money(row[name]) - value) >= CENT]


def single(row: Row) -> dict[str, Decimal] | None:
    """Values of a row without a month; None if its kind is unknown."""
    law, day, kind, income = statutory().tax, dt.date(YEAR, 12, 1), row["kind"], money(row["income"])
    if "cliff" in kind or "blind" in kind:
        value = next((zone.loss for zone in tax.blind_zones(law, day) if zone.start == income), None)
        value = _step_loss(income) if value is None else value
    elif "bonus" in kind:
        value = tax.bonus_tax(income, law, day)
    elif "non_resident" in kind:
        value = tax.non_resident_tax(income, law, day, money(row["basic_deduction"]) if row.get("basic_deduction") else None)
    elif "annual" in kind or "taxable" in kind or "boundary" in kind:
        deductions = sum((money(row[name]) for name in ("special_deductions", "additional_deductions", "basic_deduction")), Decimal(0))
        value = tax.tax_of(income - deductions, law.table("annual", day))
    else:
        return None
    return {"expected_tax": value, "published_value": value}


def _step_loss(bonus: Decimal) -> Decimal:
    law, day = statutory().tax, dt.date(YEAR, 12, 1)
    return tax.bonus_tax(bonus + 1, law, day) - tax.bonus_tax(bonus, law, day) - 1


def cumulative(rows: list[Row]) -> Iterator[tuple[Row, dict[str, Decimal]]]:
    """Cumulative withholding of one case, month by month."""
    law, before = statutory().tax, tax.YearToDate()
    for row in sorted(rows, key=_month):
        day = dt.date(YEAR, _month(row), 1)
        basic = money(row["basic_deduction"]) if (row.get("basic_deduction") or "").strip() else _basic(row, day, before.months == 0)
        deductions = money(row["special_deductions"]) + money(row["additional_deductions"]) + basic
        found = tax.withhold(before, money(row["income"]), deductions, law, day)
        before = tax.YearToDate(
            before.months + 1, before.income + money(row["income"]), before.contributions + deductions, Decimal(0), before.withheld + found.tax
        )
        values = {"cumulative_taxable": found.taxable, "expected_tax": found.tax, "cumulative_tax": before.withheld, "published_value": found.tax}
        yield row, values


def _month(row: Row) -> int:
    """Month of the year; 2026-03 counts as 3."""
    return int(row["month"].strip().rpartition("-")[2])


def _year_month(text: str) -> tuple[int, int]:
    """First month of a period: 2025-12, 2025/12, 2025.12, 202512, 2025年12月, 2025-07..2026-06."""
    digits = re.findall(r"\d+", text)
    return (int(digits[0][:4]), int(digits[0][4:6])) if len(digits[0]) >= 6 else (int(digits[0]), int(digits[1]))


def _basic(row: Row, day: dt.date, first: bool) -> Decimal:
    """Basic deduction of a month where the file gives none: by the rule that the kind names."""
    law = statutory().tax
    if "flat" in row["kind"]:
        return tax.basic_deduction(law, day, months=tax.MONTHS if first else 0)
    return tax.basic_deduction(law, day, months=day.month if first and "first_job" in row["kind"] else 1)


def insured(row: Row) -> dict[str, Decimal] | None:
    """Contributions of a row by column; None if city or contribution year is unknown."""
    year, month = _year_month(row["period"])
    try:
        rules = statutory().year(row["city"], dt.date(year, month, 1))
    except ParamError:
        return None
    wage = money(row["wage"])
    declared = dict.fromkeys(rules.schemes, money(row["si_base"]) if (row.get("si_base") or "").strip() else wage)
    declared[FUND] = money(row["hf_base"]) if (row.get("hf_base") or "").strip() else wage
    found = {c.scheme: c for c in contributions(declared, rules, fund_share=money(row["hf_rate"]) if (row.get("hf_rate") or "").strip() else None)}
    values = {f"{short}_{side}": getattr(found[name], who) for name, short in SIDES.items() for side, who in (("ee", "employee"), ("er", "employer"))}
    values |= {"hf_each": found[FUND].employer, "si_base": found["pension"].base, "hf_base": found[FUND].base}
    checked = row.get("checked", "").split()
    return {name: value for name, value in values.items() if name in checked}


Judged = tuple[Row, dict[str, Decimal] | None]


def judge_tax(rows: list[Row]) -> Iterator[Judged]:
    """Every row of the tax file with the engine's values; None where it can't be computed."""
    cases: dict[str, list[Row]] = {}
    for row in rows:
        if (row.get("month") or "").strip():
            cases.setdefault(row["case_id"], []).append(row)
        else:
            yield row, single(row)
    for case in cases.values():
        yield from cumulative(case)


def _counted(judged: Iterable[Judged], label: Callable[[Row], dict[str, str]]) -> dict[str, Any]:
    total, groups, wrong = Counter[str](), {}, []
    for row, found in judged:
        state = "skipped" if found is None else "mismatches" if differing(row, found) else "right"
        total.update(["rows", state])
        for group, name in label(row).items():
            groups.setdefault(group, {}).setdefault(name, Counter()).update(["rows", state])
        if state == "mismatches" and found is not None:
            wrong.append({"case": row["case_id"], "found": {name: str(found[name]) for name in differing(row, found)}})
    count = lambda c: {name: c[name] for name in ("rows", "mismatches", "skipped")}  # noqa: E731
    by = {group: {name: count(counter) for name, counter in sorted(names.items())} for group, names in groups.items()}
    return {**count(total), **by, "wrong": wrong}


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if any((cell or "").strip() for cell in row.values() if isinstance(cell, str))]


def compare(income_tax: Path, social_insurance: Path | None = None) -> dict[str, Any]:
    """The JSON object: rows, mismatches, skipped; the same by kind and evidence class; both files apart; the six blind zones."""
    parts = {"income_tax": _counted(judge_tax(_rows(income_tax)), lambda row: {"kind": row["kind"], "source_class": row.get("source_class", "")})}
    if social_insurance is not None:
        judged = ((row, insured(row)) for row in _rows(social_insurance))
        parts["social_insurance"] = _counted(judged, lambda row: {"kind": f"contributions_{row['city']}", "source_class": "contributions"})
    totals = {name: sum(part[name] for part in parts.values()) for name in ("rows", "mismatches", "skipped")}
    groups = {f"by_{group}": {k: v for part in parts.values() for k, v in part.pop(group, {}).items()} for group in ("kind", "source_class")}
    zones = [{"from": str(z.start), "to": str(z.end), "net_loss": str(z.loss)} for z in tax.blind_zones(statutory().tax, dt.date(YEAR, 12, 1))]
    return {**totals, **groups, "files": parts, "bonus_blind_zones": zones}


def main(arguments: list[str]) -> int:
    """Command line; 0 if nothing differs and nothing was skipped, 1 if so, 2 for wrong use."""
    if not 1 <= len(arguments) <= 2 or not all(Path(name).is_file() for name in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        result = compare(*(Path(name) for name in arguments))
    except (KeyError, IndexError, ValueError, InvalidOperation) as error:
        print(f"a column or value of the reference file can't be used: {error!r}", file=sys.stderr)
        return 2
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 1 if result["mismatches"] or result["skipped"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
