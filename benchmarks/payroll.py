"""Tax and contributions against reference files: ``python -m benchmarks.payroll INCOME_TAX.csv [SOCIAL_INSURANCE.csv]`` prints one JSON object.

INCOME_TAX.csv, columns: case_id, kind, month, income, special_deductions, additional_deductions, basic_deduction, cumulative_taxable,
expected_tax, cumulative_tax, published_value, source_class. Rows with a month are a case's cumulative withholding, in the order of the months;
the others are one calculation each, told by ``kind``. SOCIAL_INSURANCE.csv, columns: case_id, city, period (YYYY-MM), wage, si_base, hf_base,
hf_rate, pension_ee ... injury_er, hf_each, checked: only the columns named in ``checked`` count. Every expected value that is filled is
compared to the fen; a row with one difference is a mismatch. A row whose kind, city or year is unknown, or that expects nothing, is skipped and
named under ``skipped_rows`` with the reason: a row that nothing was compared in proves nothing. Names in ``checked`` that the engine
has no value for are listed under ``not_compared``.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from cslib.core.errors import ParamError, PayError
from cslib.params.statutory import FUND, statutory
from cslib.pay import tax
from cslib.pay.insurance import contributions

Row = dict[str, str]
YEAR = 2026  # tables in force; the reference has no year, and the tables have not changed since 2019
SIDES = {"pension": "pension", "medical": "medical", "unemployment": "unemp", "injury": "injury"}
CENT = Decimal("0.01")
UNCHECKED = "unchecked: no expected value"
NEEDED = {
    "income_tax": ("case_id", "kind", "income", "special_deductions", "additional_deductions", "basic_deduction"),
    "social_insurance": ("case_id", "city", "period", "wage"),
}


class UnusableError(Exception):
    """A reference file that can't be used; the text says file, row and column, what was given and what is allowed."""


class Cells(dict[str, str]):
    """A row of a file that knows where it stands."""

    def __init__(self, cells: Row, file: str, line: int) -> None:
        super().__init__(cells)
        self.file, self.line = file, line


def place(row: Row, column: str) -> str:
    """File, row (as a spreadsheet counts) and column of a cell: ``tax.csv, row 3, column income``."""
    return f"{row.file}, row {row.line}, column {column}" if isinstance(row, Cells) else f"column {column}"


def money(text: str | None) -> Decimal:
    """Yuan of a cell; an empty cell is 0."""
    return Decimal((text or "0").strip().replace(",", "") or "0")


def amount(row: Row, column: str) -> Decimal:
    """Yuan of a cell of a row; an empty cell is 0.

    Raises
    ------
    UnusableError  with file, row and column, if it is no finite number.
    """
    try:
        value = money(row.get(column))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise UnusableError(f"{place(row, column)}: '{row[column]}' is no number; write one such as 12000.50, or leave the cell empty")
    return value


def expected(row: Row, found: dict[str, Decimal]) -> list[str]:
    """Names of the values that the row expects."""
    return [name for name in found if (row.get(name) or "").strip()]


def differing(row: Row, found: dict[str, Decimal]) -> list[str]:
    """Names of the expected values that are filled and differ by a fen or more."""
    return [name for name in expected(row, found) if abs(amount(row, name) - found[name]) >= CENT]


def single(row: Row) -> dict[str, Decimal] | str:
    """Values of a row without a month; the reason if its kind is unknown."""
    law, day, kind, income = statutory().tax, dt.date(YEAR, 12, 1), row["kind"], amount(row, "income")
    if "cliff" in kind or "blind" in kind:
        value = next((zone.loss for zone in tax.blind_zones(law, day) if zone.start == income), None)
        value = _step_loss(income) if value is None else value
    elif "bonus" in kind:
        value = tax.bonus_tax(income, law, day)
    elif "non_resident" in kind:
        value = tax.non_resident_tax(income, law, day, amount(row, "basic_deduction") if row.get("basic_deduction") else None)
    elif "annual" in kind or "taxable" in kind or "boundary" in kind:
        deductions = sum((amount(row, name) for name in ("special_deductions", "additional_deductions", "basic_deduction")), Decimal(0))
        value = tax.tax_of(income - deductions, law.table("annual", day))
    else:
        return "unknown kind"
    return {"expected_tax": value, "published_value": value}


def _step_loss(bonus: Decimal) -> Decimal:
    law, day = statutory().tax, dt.date(YEAR, 12, 1)
    return tax.bonus_tax(bonus + 1, law, day) - tax.bonus_tax(bonus, law, day) - 1


def cumulative(rows: list[Row]) -> Iterator[tuple[Row, dict[str, Decimal]]]:
    """Cumulative withholding of one case, month by month."""
    law, before = statutory().tax, tax.YearToDate()
    for row in sorted(rows, key=_month):
        day = dt.date(YEAR, _month(row), 1)
        basic = amount(row, "basic_deduction") if (row.get("basic_deduction") or "").strip() else _basic(row, day, before.months == 0)
        income, deductions = amount(row, "income"), amount(row, "special_deductions") + amount(row, "additional_deductions") + basic
        found = tax.withhold(before, income, deductions, law, day)
        before = tax.YearToDate(
            before.months + 1, before.income + income, before.contributions + deductions, Decimal(0), before.withheld + found.tax
        )
        values = {"cumulative_taxable": found.taxable, "expected_tax": found.tax, "cumulative_tax": before.withheld, "published_value": found.tax}
        yield row, values


def _month(row: Row) -> int:
    """Month of the year; 2026-03 counts as 3."""
    written = row["month"].strip()
    last = written.rpartition("-")[2]
    if not last.isdecimal() or not 1 <= int(last) <= tax.MONTHS:
        raise UnusableError(f"{place(row, 'month')}: '{written}' is no month; write 1 to 12, or 2026-03")
    return int(last)


def _year_month(text: str) -> tuple[int, int]:
    """First month of a period: 2025-12, 2025/12, 2025.12, 202512, 2025年12月, 2025-07..2026-06."""
    digits = re.findall(r"\d+", text)
    return (int(digits[0][:4]), int(digits[0][4:6])) if len(digits[0]) >= 6 else (int(digits[0]), int(digits[1]))


def _period(row: Row) -> dt.date:
    """First day of a row's period."""
    try:
        return dt.date(*_year_month(row["period"]), 1)
    except (IndexError, ValueError):
        raise UnusableError(f"{place(row, 'period')}: '{row['period']}' is no month; write it as 2026-12") from None


def _basic(row: Row, day: dt.date, first: bool) -> Decimal:
    """Basic deduction of a month where the file gives none: by the rule that the kind names."""
    law = statutory().tax
    if "flat" in row["kind"]:
        return tax.basic_deduction(law, day, months=tax.MONTHS if first else 0)
    return tax.basic_deduction(law, day, months=day.month if first and "first_job" in row["kind"] else 1)


def insured(row: Row) -> dict[str, Decimal] | str:
    """Contributions of a row by column; the reason if city or contribution year is unknown."""
    day = _period(row)
    try:
        rules = statutory().year(row["city"], day)
    except ParamError as error:
        return "unknown city" if "params.unknown_city" in error.keys else "contribution year not in the tables"
    wage = amount(row, "wage")
    declared = dict.fromkeys(rules.schemes, amount(row, "si_base") if (row.get("si_base") or "").strip() else wage)
    declared[FUND] = amount(row, "hf_base") if (row.get("hf_base") or "").strip() else wage
    share = amount(row, "hf_rate") if (row.get("hf_rate") or "").strip() else None
    try:
        found = {c.scheme: c for c in contributions(declared, rules, fund_share=share)}
    except PayError as error:
        column = "hf_rate" if "pay.fund_share" in error.keys else "wage"
        raise UnusableError(f"{place(row, column)}: {error}") from None
    values = {f"{short}_{side}": getattr(found[name], who) for name, short in SIDES.items() for side, who in (("ee", "employee"), ("er", "employer"))}
    values |= {"hf_each": found[FUND].employer, "si_base": found["pension"].base, "hf_base": found[FUND].base}
    return {name: value for name, value in values.items() if name in _checked(row)}


def _checked(row: Row) -> list[str]:
    return (row.get("checked") or "").split()


Judged = tuple[Row, dict[str, Decimal] | str]


def judge_tax(rows: list[Row]) -> Iterator[Judged]:
    """Every row of the tax file with the engine's values, or the reason why there are none."""
    cases: dict[str, list[Row]] = {}
    for row in rows:
        if (row.get("month") or "").strip():
            cases.setdefault(row["case_id"], []).append(row)
        else:
            yield row, single(row)
    for case in cases.values():
        yield from cumulative(case)


def _counted(judged: Iterable[Judged], label: Callable[[Row], dict[str, str]]) -> dict[str, Any]:
    total, groups, wrong, left, lost = Counter[str](), {}, [], [], []
    for row, found in judged:
        values = {} if isinstance(found, str) else found
        state = "skipped" if not expected(row, values) else "mismatches" if differing(row, values) else "right"
        at = {"case": row["case_id"], "row": getattr(row, "line", 0)}
        total.update(["rows", state])
        for group, name in label(row).items():
            groups.setdefault(group, {}).setdefault(name, Counter()).update(["rows", state])
        if state == "skipped":
            left.append({**at, "reason": found if isinstance(found, str) else UNCHECKED})
        elif state == "mismatches":
            wrong.append({**at, "found": {name: str(values[name]) for name in differing(row, values)}})
        if state != "skipped" and (unknown := [name for name in _checked(row) if name not in values]):
            lost.append({**at, "columns": unknown})
    count = lambda c: {name: c[name] for name in ("rows", "mismatches", "skipped")}  # noqa: E731
    by = {group: {name: count(counter) for name, counter in sorted(names.items())} for group, names in groups.items()}
    return {**count(total), **by, "wrong": wrong, "skipped_rows": left, "not_compared": lost}


def _rows(path: Path, kind: str) -> list[Row]:
    """The filled rows of a file.

    Raises
    ------
    UnusableError  for a file that is empty, no CSV in UTF-8, without a row, or without a needed column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.reader(file)
            names = [name.strip() for name in next(table, [])]
            found = [(table.line_num, cells) for cells in table if any(cell.strip() for cell in cells)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableError(f"{path.name} can't be read as CSV in UTF-8: {error}") from None
    if not any(names):
        raise UnusableError(f"{path.name} is empty: there is nothing to compare; it needs a header with {', '.join(NEEDED[kind])}")
    missing = [name for name in NEEDED[kind] if name not in names]
    if missing:
        raise UnusableError(f"{path.name}, row 1: columns missing: {', '.join(missing)}; found: {', '.join(names)}")
    if not found:
        raise UnusableError(f"{path.name} has a header and no row: there is nothing to compare")
    return [Cells({**dict.fromkeys(names, ""), **dict(zip(names, cells, strict=False))}, path.name, line) for line, cells in found]


def compare(income_tax: Path, social_insurance: Path | None = None) -> dict[str, Any]:
    """The JSON object: rows, mismatches, skipped; the same by kind and evidence class; both files apart; the six blind zones."""
    judged = judge_tax(_rows(income_tax, "income_tax"))
    parts = {"income_tax": _counted(judged, lambda row: {"kind": row["kind"], "source_class": row.get("source_class", "")})}
    if social_insurance is not None:
        judged = ((row, insured(row)) for row in _rows(social_insurance, "social_insurance"))
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
    except (UnusableError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        print(json.dumps(result, ensure_ascii=False, indent=1), flush=True)
    except BrokenPipeError:  # the reader had enough (head); what is left in the buffer must not raise at the end either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if result["mismatches"] or result["skipped"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
