"""From gross to net and to the employer's cost: contributions, cumulative withholding, annual bonus, minimum wage; each line a trace.

Income tax and contributions are those of mainland China. Where earlier months of the year are not known (facts ``ytd_*``) each is taken
to be like this one, which the trace says (rule ``assumed``): an estimate for planning, not a filing.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from cslib.core.errors import PayError
from cslib.core.trace import Trace, formula_function
from cslib.core.units import fen
from cslib.core.words import Picked, Word, has
from cslib.params.statutory import Statutory
from cslib.pay import tax
from cslib.pay.insurance import Contribution, contributions
from cslib.pay.items import NOT_REGULAR, Line
from cslib.pay.person import Person

EARNING, EMPLOYEE, TAX, EMPLOYER, RESULT = "earning", "employee", "tax", "employer", "result"
ASSUMED = "assumed: earlier months of the year like this one"


@formula_function("whole_yuan")
def whole_yuan(amount: float) -> int:
    """Fen of an amount of yuan rounded to whole yuan, half up (housing fund of Shanghai)."""
    return int(round(Decimal(str(amount)), 7).quantize(Decimal(1), rounding=ROUND_HALF_UP)) * 100


def statement(person: Person, earnings: list[Line]) -> list[Line]:
    """Lines after the earnings: bonus, contributions, tax, results; earnings alone with their sum where the country's rules are not known.

    Raises
    ------
    PayError  if the bonus lies in a blind zone or the pay below the minimum wage, and the site does not say otherwise.
    ParamError  if the city or its contribution year is not known.
    """
    law = person.month.statutory
    if law is None:
        return [_result("gross", earnings, [])]
    bonus = _bonus(person, law)
    insured = _contributions(person, law, earnings)
    top_up = minimum_wage(person, law, earnings, insured)
    regular = earnings + top_up
    taxed = [_tax(person, law, regular, insured), *_bonus_tax(person, law, bonus)]
    gross = _result("gross", regular + bonus, [])
    taken = [line for line in insured if line.part == EMPLOYEE] + [line for line in taxed if line.amount.value]
    paid = [line for line in insured if line.part == EMPLOYER]
    results = [gross, _result("net", [gross], taken), _result("employer_cost", [gross, *paid], [])]
    return [*bonus, *top_up, *insured, *(line for line in taxed if line.amount.value), *results]


def _result(name: str, plus: list[Line], minus: list[Line]) -> Line:
    """A sum of lines [fen]."""
    value = sum(line.amount.value for line in plus) - sum(line.amount.value for line in minus)
    formula = " + ".join(line.amount.name for line in plus) + "".join(f" - {line.amount.name}" for line in minus)
    amount = Trace(name, value, "fen", formula or "0", tuple(line.amount for line in plus + minus), "sum")
    return Line(name, 1.0, value / 100, amount, "sum", part=RESULT)


def _sum(name: str, lines: list[Line]) -> Trace:
    """Yuan of some lines."""
    fens = tuple(line.amount for line in lines)
    formula = f"({' + '.join(part.name for part in fens)}) / 100" if fens else ""
    return Trace(name, sum(part.value for part in fens) / 100, "yuan", formula, fens)


def _declared(person: Person, earnings: list[Line]) -> Trace:
    """Declared wage of the contribution year: the fact, or this month's regular pay brought to a whole month."""
    known = person.facts.get("contribution_base_yuan")
    if known is not None:
        return Trace("declared_yuan", known, "yuan per month", rule="pay_facts.contribution_base_yuan")
    share = person.employed_share()
    if not share.value:
        return Trace("declared_yuan", person.month_pay(person.hired).value, "yuan per month", rule="pay.base_yuan")
    regular = _sum("regular_yuan", [line for line in earnings if line.item not in NOT_REGULAR])
    value = fen(regular.value / share.value) / 100
    rule = "assumed: wage of the year before like this month's regular pay"
    return Trace("declared_yuan", value, "yuan per month", "fen(regular_yuan / employed_share) / 100", (regular, share), rule)


def _contributions(person: Person, law: Statutory, earnings: list[Line]) -> list[Line]:
    """Both sides of every scheme; people paid by the hour are insured against injury only."""
    month = person.month
    year = law.year(month.city, month.first, carry=month.payroll.carry_contribution_year)
    declared = _declared(person, earnings)
    share = month.payroll.housing_fund_share
    found = contributions(
        Decimal(str(declared.value)), year, fund_share=None if share is None else Decimal(str(share)),
        schemes=law.insurance.part_time_schemes if person.hourly else (),
    )  # fmt: skip
    source = year.source if year.until >= month.first else f"{year.source}; carried on from {year.since:%Y-%m}"
    return [line for one in found for side in (EMPLOYEE, EMPLOYER) if (line := _contribution(one, side, declared, source)).amount.value]


def _contribution(one: Contribution, side: str, declared: Trace, source: str) -> Line:
    share = one.employee_share if side == EMPLOYEE else one.employer_share
    value = one.employee if side == EMPLOYEE else one.employer
    rule = f"cn_social_insurance.{one.scheme}.{side}"
    floor, cap = Trace("floor_yuan", float(one.floor), "yuan", source=source), Trace("cap_yuan", float(one.cap), "yuan", source=source)
    base = Trace("contribution_base", float(one.base), "yuan per month", "min(max(declared_yuan, floor_yuan), cap_yuan)", (declared, floor, cap))
    rate = Trace("contribution_share", float(share), "share", rule=rule, source=source)
    rounding = "fen" if one.step < 1 else "whole_yuan"
    inputs: tuple[Trace, ...] = (base, rate)
    formula = "contribution_base * contribution_share"
    if side == EMPLOYEE and one.employee_yuan:
        inputs, formula = (*inputs, Trace("fixed_yuan", float(one.employee_yuan), "yuan", rule=rule, source=source)), f"{formula} + fixed_yuan"
    name = f"{one.scheme}_employee" if side == EMPLOYEE else f"{one.scheme}_employer"
    amount = Trace(name, int(value * 100), "fen", f"{rounding}({formula})", inputs, rule, source)
    return Line(name, float(one.base), float(share), amount, rule, part=side)


def _bonus(person: Person, law: Statutory) -> list[Line]:
    """The annual bonus, if there is one; inside a blind zone it is refused or flagged by its rule."""
    given = person.facts.get("annual_bonus_yuan", 0.0)
    if not given:
        return []
    zone = tax.blind_zone(Decimal(str(given)), law.tax, person.month.first)
    if zone is not None and person.month.payroll.blind_zone == "refuse":
        facts = {"person": person.employee_id, "given": given, "start": zone.start, "end": zone.end, "loss": zone.loss}
        raise PayError("pay.bonus_blind_zone", where="pay_facts.annual_bonus_yuan", **facts)
    rule = "pay_facts.annual_bonus_yuan" + (" (blind_zone)" if zone is not None else "")
    amount = Trace("annual_bonus", fen(given), "fen", "fen(bonus_yuan)", (Trace("bonus_yuan", given, "yuan", rule=rule),), rule)
    return [Line("annual_bonus", 1.0, given, amount, rule)]


def _bonus_tax(person: Person, law: Statutory, bonus: list[Line]) -> list[Line]:
    if not bonus:
        return []
    paid = _sum("bonus_yuan", bonus)
    year = Trace("tax_year", person.month.first.year, "year")
    due = float(tax.bonus_tax(Decimal(str(paid.value)), law.tax, person.month.first))
    rule, source = "cn_income_tax.annual_bonus", law.tax.annual_bonus.source
    amount = Trace("tax_bonus", fen(due), "fen", "fen(bonus_tax(bonus_yuan, tax_year))", (paid, year), rule, source)
    return [Line("tax_bonus", 1.0, due, amount, rule, part=TAX)]


def _tax(person: Person, law: Statutory, earnings: list[Line], insured: list[Line]) -> Line:
    """Cumulative withholding of the month (STA 2018 No.61 art. 6)."""
    month, facts = person.month, person.facts
    table, basic_law = law.tax.table("annual", month.first), law.tax.basic(month.first)
    income = _sum("income_yuan", earnings)
    own = _sum("own_contributions_yuan", [line for line in insured if line.part == EMPLOYEE])
    extra_rule = "pay_facts.additional_deductions_yuan" if "additional_deductions_yuan" in facts else "site.payroll.additional_deductions_yuan"
    extra = Trace("additional_yuan", facts.get("additional_deductions_yuan", month.payroll.additional_deductions_yuan), "yuan", rule=extra_rule)
    basic = Trace("basic_yuan", float(basic_law.value or 0.0), "yuan", rule="basic_deduction_month", source=basic_law.source)
    year = Trace("tax_year", month.first.year, "year")
    before = _year_to_date(person, income, own, extra, basic, year)
    taken = own.value + extra.value + basic.value * (before[0].value + 1)
    taxable = max(0.0, before[1].value + income.value - before[2].value - taken)
    formula = "max(0, ytd_income + income_yuan - ytd_deductions - own_contributions_yuan - additional_yuan - basic_yuan * (ytd_months + 1))"
    base = Trace("taxable_yuan", taxable, "yuan", formula, (before[1], income, before[2], own, extra, basic, before[0]))
    due = Trace("tax_due", tax.annual_tax(taxable, year.value), "yuan", "annual_tax(taxable_yuan, tax_year)", (base, year), source=table.source)
    value = fen(max(0.0, due.value - before[3].value))
    amount = Trace("tax", value, "fen", "fen(max(0, tax_due - ytd_tax))", (due, before[3]), "cn_income_tax.annual_table", table.source)
    return Line("tax", round(taxable, 2), value / 100 / taxable if taxable else 0.0, amount, "cn_income_tax.annual_table", part=TAX)


def _year_to_date(person: Person, income: Trace, own: Trace, extra: Trace, basic: Trace, year: Trace) -> tuple[Trace, Trace, Trace, Trace]:
    """Months, income, deductions (without the basic ones) and tax of the year before this month: known facts, or like this month."""
    facts = person.facts
    if "ytd_months" in facts:
        names = (("ytd_months", "months"), ("ytd_income", "yuan"), ("ytd_deductions", "yuan"), ("ytd_tax", "yuan"))
        given = [facts.get(name if name == "ytd_months" else f"{name}_yuan", 0.0) for name, _ in names]
        return tuple(Trace(name, v, unit, rule="pay_facts") for (name, unit), v in zip(names, given, strict=True))  # type: ignore[return-value]
    start = max(person.hired.replace(day=1), dt.date(person.month.first.year, 1, 1))
    count = max(0, person.month.first.month - start.month) if start.year == person.month.first.year else 0
    months = Trace("ytd_months", count, "months", rule=ASSUMED)
    earned = Trace("ytd_income", income.value * count, "yuan", "income_yuan * ytd_months", (income, months), ASSUMED)
    taken = Trace("ytd_deductions", (own.value + extra.value) * count, "yuan", "(own_contributions_yuan + additional_yuan) * ytd_months",
                  (own, extra, months), ASSUMED)  # fmt: skip
    taxed = max(0.0, earned.value - taken.value - basic.value * count)
    formula = "annual_tax(max(0, ytd_income - ytd_deductions - basic_yuan * ytd_months), tax_year)"
    paid = Trace("ytd_tax", tax.annual_tax(taxed, year.value), "yuan", formula, (earned, taken, basic, months, year), ASSUMED)
    return months, earned, taken, paid


def minimum_wage(person: Person, law: Statutory, earnings: list[Line], insured: list[Line]) -> list[Line]:
    """Nothing, or the line that lifts the month to the minimum wage (最低工资规定 art. 12; catalogue S003-S2).

    What is compared leaves out overtime, allowances and subsidies as the city says, and unpaid leave, which lowers both sides; the minimum
    follows the share of the month employed and the full-time share.

    Raises
    ------
    PayError  if the pay compared is below the minimum and the site does not top up.
    """
    if person.hourly or not person.employed_share().value:
        return []
    dated, excluded = law.least_wage(law.city(person.month.city), person.month.first)
    counted = [line for line in earnings if line.group not in excluded.groups and line.item != "unpaid_leave"]
    compared = _sum("compared_yuan", counted)
    own = _sum("own_contributions_yuan", [line for line in insured if line.part == EMPLOYEE and "own_contributions" in excluded.groups])
    present, fte = person.employed_share(), Trace("fte_share", person.fte_share, "share")
    least = Trace("least_yuan", float(dated.value or 0.0), "yuan per month", rule="cn_minimum_wage", source=dated.source)
    wanted = least.value * present.value * fte.value
    short = fen(max(0.0, wanted + own.value * present.value - compared.value))
    if not short:
        return []
    if person.month.payroll.minimum_wage == "refuse":
        raise _below(person, law, compared.value - own.value * present.value, wanted, insured if own.inputs else [])
    formula = "fen(max(0, least_yuan * employed_share * fte_share + own_contributions_yuan * employed_share - compared_yuan))"
    amount = Trace("minimum_wage_top_up", short, "fen", formula, (least, present, fte, own, compared), "cn_minimum_wage", dated.source)
    return [Line("minimum_wage_top_up", 1.0, short / 100, amount, "cn_minimum_wage", group="welfare")]


def _below(person: Person, law: Statutory, given: float, wanted: float, insured: list[Line]) -> PayError:
    """The error for pay below the minimum: about the declared wage, where only contributions on it bring the pay below, else about the base.

    Parameters
    ----------
    insured : lines whose own share is left out of the pay compared;  given, wanted : pay that counts, and the minimum [yuan]
    """
    month, declared = person.month, person.facts.get("contribution_base_yuan")
    dated, _ = law.least_wage(law.city(month.city), month.first)
    facts = {"person": person.employee_id, "least": f"{wanted:.2f}", "city": Picked(law.insurance.cities[law.city(month.city)].meaning)}
    mine = [line for line in insured if line.part == EMPLOYEE]
    floors = [line.amount.inputs[0].inputs[1].value for line in mine]
    spared = sum((line.quantity - floor) * line.rate_yuan for line, floor in zip(mine, floors, strict=True)) * person.employed_share().value
    if declared is not None and spared and given + spared >= wanted:
        cap = max(line.amount.inputs[0].inputs[2].value for line in mine)
        return PayError("pay.base_above_pay", where="pay_facts.contribution_base_yuan", given=declared, cap=cap, **facts, source=dated.source)
    where = f"params/pay/{month.scheme_name}.yml: base_yuan.{person.grade}"
    return PayError("pay.below_minimum", where=where, given=f"{given:.2f}", grade=grade_words(person.grade), **facts, source=dated.source)


def grade_words(grade: str) -> Word | str:
    """A grade in the language in use; grades without words as they are."""
    return Word(f"pay.grade.{grade}") if has(f"pay.grade.{grade}") else grade
