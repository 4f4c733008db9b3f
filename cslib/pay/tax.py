"""Individual income tax on wages: cumulative withholding, the separate annual bonus with its blind zones, a non-resident's month.

Everything is ``Decimal`` yuan. Rounding: the tax on a cumulative amount is rounded once, to the fen, half up; what is withheld in a month is
that tax less what was withheld before, and never below 0 (a negative balance is settled after the year, STA 2018 No.61 art. 6).
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cslib.core.errors import PayError
from cslib.core.trace import formula_function
from cslib.params.statutory import IncomeTax, TaxTable, exact, statutory

FEN = Decimal("0.01")
ZERO = Decimal(0)
MONTHS = 12


def rounded(amount: Decimal) -> Decimal:
    """Yuan to the fen, half up."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def tax_of(amount: Decimal, table: TaxTable) -> Decimal:
    """Tax on an amount by a table: amount x rate - quick deduction, rounded to the fen; 0 for amounts below 0 [yuan].

    >>> from cslib.params.statutory import statutory
    >>> tax_of(Decimal(36001), statutory().tax.table("annual", dt.date(2026, 1, 1)))
    Decimal('1080.10')
    """
    taxed = max(ZERO, amount)
    row = table.row(taxed)
    return rounded(taxed * exact(row.rate) - exact(row.quick))


@dataclass(frozen=True)
class YearToDate:
    """What counts for a person's withholding, January to the month named [yuan]: income, deductions of all kinds, tax withheld.

    ``months`` : months in this employment in the year, each worth a basic deduction
    """

    months: int = 0
    income: Decimal = ZERO
    contributions: Decimal = ZERO
    additional: Decimal = ZERO
    withheld: Decimal = ZERO


@dataclass(frozen=True)
class Withholding:
    """One month of cumulative withholding [yuan]: taxable income since January, tax due on it, tax of this month."""

    taxable: Decimal
    due: Decimal
    tax: Decimal


def withhold(before: YearToDate, income: Decimal, deductions: Decimal, law: IncomeTax, day: dt.date) -> Withholding:
    """Tax to withhold in a month.

    Parameters
    ----------
    before : the year up to the month before
    income : income of this month;  deductions : all deductions of this month, the basic one included [yuan]
    day : a day of the month, picks the table

    Source: STA 2018 No.61 art. 6 (cumulative withholding).
    """
    taken = before.contributions + before.additional
    taxable = max(ZERO, before.income + income - taken - deductions)
    due = tax_of(taxable, law.table("annual", day))
    return Withholding(taxable, due, max(ZERO, due - before.withheld))


def basic_deduction(law: IncomeTax, day: dt.date, *, months: int = 1) -> Decimal:
    """Basic deduction of some months [yuan]: 5,000 each from October 2018.

    A first job in the year takes the months since January at once (STA 2020 No.13): ``months`` = month of the year.
    """
    return exact(float(law.basic(day).value or 0.0)) * months


def bonus_tax(bonus: Decimal, law: IncomeTax, day: dt.date) -> Decimal:
    """Tax on an annual bonus taxed apart from the year's income [yuan].

    A twelfth of the bonus picks the row; the whole bonus is taxed at its rate with one quick deduction.

    Raises
    ------
    PayError  if separate taxation is not in force on the day (it ends on 31 December 2027 unless prolonged).

    Source: 财税〔2018〕164号; 财政部 税务总局公告2023年第30号.
    """
    rule = law.annual_bonus
    if not rule.since <= day <= rule.until:
        raise PayError("pay.bonus_apart", where="annual_bonus", day=day.isoformat(), first=rule.since, last=rule.until, source=rule.source)
    row = law.table("monthly", day).row(max(ZERO, bonus) / MONTHS)
    return rounded(max(ZERO, bonus) * exact(row.rate) - exact(row.quick))


def non_resident_tax(wage: Decimal, law: IncomeTax, day: dt.date, basic: Decimal | None = None) -> Decimal:
    """Tax on a month's wage of a non-resident: wage less the basic deduction on the monthly table [yuan] (个人所得税法 art. 6 (1) 2)."""
    return tax_of(wage - (basic if basic is not None else basic_deduction(law, day)), law.table("monthly", day))


@dataclass(frozen=True)
class BlindZone:
    """Bonuses above ``start`` and below ``end`` leave less net pay than ``start`` itself; ``loss``: net lost by one yuan more [yuan]."""

    start: Decimal
    end: Decimal
    loss: Decimal


def blind_zones(law: IncomeTax, day: dt.date) -> list[BlindZone]:
    """The blind zones of the separate annual bonus, derived from the monthly table [yuan].

    At a bound, net pay drops by the jump of the quick deduction; it is made up again where ``b - (b * rate - quick)`` of the next row
    reaches the net pay at the bound: end = (net + ... ) / (1 - rate), rounded to the fen.
    """
    rows = law.table("monthly", day).brackets
    zones = []
    for row, above in itertools.pairwise(rows):
        start = exact(row.up_to or 0.0) * MONTHS
        net = start - bonus_tax(start, law, day)
        end = rounded((net - exact(above.quick)) / (1 - exact(above.rate)))
        more = start + 1
        zones.append(BlindZone(start, end, net - (more - bonus_tax(more, law, day))))
    return zones


def blind_zone(bonus: Decimal, law: IncomeTax, day: dt.date) -> BlindZone | None:
    """The blind zone that a bonus lies in; None outside all of them."""
    return next((zone for zone in blind_zones(law, day) if zone.start < bonus < zone.end), None)


@formula_function("annual_tax")
def annual_tax(taxable: float, year: float) -> float:
    """Tax on a year's taxable income by the table of ``year`` [yuan], for traces."""
    return float(tax_of(Decimal(str(round(taxable, 2))), statutory().tax.table("annual", dt.date(int(year), 12, 31))))


@formula_function("bonus_tax")
def bonus_tax_of(bonus: float, year: float) -> float:
    """Tax on an annual bonus by the rule of ``year`` [yuan], for traces."""
    return float(bonus_tax(Decimal(str(round(bonus, 2))), statutory().tax, dt.date(int(year), 12, 31)))
