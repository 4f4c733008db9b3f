"""Social insurance and housing fund of a month: declared wage, clamped to the city's floor and cap, times the shares of both sides.

Rounding: each insurance and side to the fen, half up (the law is silent); the housing fund by the city's rule (Shanghai: whole yuan, half up).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cslib.core.errors import PayError
from cslib.params.statutory import FUND, ContributionYear, exact

FEN, YUAN = Decimal("0.01"), Decimal(1)


@dataclass(frozen=True)
class Contribution:
    """One scheme of a month [yuan]: base after floor and cap, shares, amounts of both sides; ``step`` [yuan] the amounts are rounded to."""

    scheme: str
    declared: Decimal
    floor: Decimal
    cap: Decimal
    base: Decimal
    employer_share: Decimal
    employee_share: Decimal
    employee_yuan: Decimal
    employer: Decimal
    employee: Decimal
    step: Decimal


def clamped(declared: Decimal, floor: Decimal, cap: Decimal) -> Decimal:
    """Declared wage between floor and cap [yuan a month]."""
    return min(max(declared, floor), cap)


def contributions(
    declared: Decimal | Mapping[str, Decimal], year: ContributionYear, *, fund_share: Decimal | None = None, schemes: tuple[str, ...] = (),
) -> list[Contribution]:
    """What both sides pay for a month.

    Parameters
    ----------
    declared : the wage declared for the contribution year [yuan a month], one for all schemes or one by scheme
    year : floor, cap and shares of the city
    fund_share : the site's share of the housing fund on each side; None takes the city's least
    schemes : only these (people paid by the hour); empty = all

    Raises
    ------
    PayError  if a declared wage is negative, or the fund share lies outside the city's limits.
    """
    fund = year.schemes[FUND]
    if fund_share is not None and not exact(fund.employer) <= fund_share <= exact(fund.most or fund.employer):
        facts = {"given": f"{fund_share:.2%}", "allowed": f"{fund.employer:.2%} .. {fund.most or fund.employer:.2%}", "source": year.source}
        raise PayError("pay.fund_share", where="site.yml: payroll.housing_fund_share", **facts)
    found = []
    for name, scheme in year.schemes.items():
        if schemes and name not in schemes:
            continue
        wage = declared[name] if isinstance(declared, Mapping) else declared
        if wage < 0:
            raise PayError("pay.negative_base", where=name, given=wage)
        floor, cap = year.bounds(name)
        base = clamped(wage, floor, cap)
        shares = exact(scheme.employer), exact(scheme.employee)
        if name == FUND and fund_share is not None:
            shares = fund_share, fund_share
        step = YUAN if name == FUND and year.fund_rounding == "yuan" else FEN
        extra = exact(scheme.employee_yuan)
        employer, employee = ((base * share).quantize(step, rounding=ROUND_HALF_UP) for share in shares)
        found.append(Contribution(name, wage, floor, cap, base, *shares, extra, employer, employee + extra, step))
    return found
