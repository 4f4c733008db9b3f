"""The items of one payslip, each as a trace that ends in whole fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from cslib.core.trace import Trace
from cslib.core.units import fen
from cslib.params.pay_scheme import Item
from cslib.pay.person import Person

OVERTIME = {name: f"{name}_ratio" for name in ("overtime_workday", "overtime_rest_day", "overtime_holiday")}
PAID_BY_THE_HOUR = ("normal", "paid_leave")  # what hourly (part-time) people are paid for besides overtime


@dataclass(frozen=True)
class Worked:
    """One row of the hours table."""

    day: dt.date
    premium: str
    hours_h: float
    shifts: int
    basis: str


@dataclass(frozen=True)
class Line:
    """One row of a payslip: ``amount`` in fen, unfoldable; ``rate_yuan`` is the mean rate where several were in force."""

    item: str
    quantity: float
    rate_yuan: float
    amount: Trace
    rule: str


def lines(person: Person, worked: Iterable[Worked]) -> list[Line]:
    """All items of a person's month: base, overtime by premium class, the scheme's items, unpaid leave; empty items are left out."""
    rows = sorted(worked, key=lambda row: (row.day, row.premium))
    base = _hourly_base(person, rows) if person.hourly else _monthly_base(person)
    found = [base]
    found += [_hours_line(person, premium, rows, premium, ratio) for premium, ratio in OVERTIME.items()]
    found += [_scheme_line(person, code, item, rows) for code, item in person.month.scheme.items.items()]
    if not person.hourly:
        found.append(_unpaid_leave(person, base, rows))
    return [line for line in found if line.quantity or line.item == "base"]


def _monthly_base(person: Person) -> Line:
    """Base pay by paid days in employment; days on probation and after it are priced apart."""
    parts = []
    for days in person.stretches() or [()]:  # no paid day: employed on rest days only
        pay, share = person.month_pay(days[0] if days else person.hired), person.month_share(days)
        parts.append((share.value, Trace("pay_part", share.value * pay.value, "yuan", "month_share * month_pay", (share, pay))))
    return _line("base", parts, "pay.base_yuan")


def _hourly_base(person: Person, rows: list[Worked]) -> Line:
    """Base pay of part-time people, who are paid by the hour (劳动合同法 art. 68)."""
    return _hours_line(person, "base", [replace(row, premium="base") for row in rows if row.premium in PAID_BY_THE_HOUR], "base", "")


def _hours_line(person: Person, item: str, rows: list[Worked], premium: str, ratio_code: str) -> Line:
    """Hours of one premium class at hourly pay times the ratio in force on the day worked."""

    def priced(day: dt.date) -> Trace:
        """Pay of one hour of the class on a day."""
        pay = person.hour_pay(day)
        if not ratio_code:
            return pay
        ratio = person.month.law_value(ratio_code, day)
        return Trace("overtime_pay", pay.value * ratio.value, "yuan per h", f"hour_pay * {ratio_code}", (pay, ratio))

    return _line(item, _by_rate((row for row in rows if row.premium == premium), priced), ratio_code or "paid_days_per_month")


def _unpaid_leave(person: Person, base: Line, rows: list[Worked]) -> Line:
    """Unpaid leave at hourly pay, never more than base pay, and all of it when no paid day was left.

    A month's paid days are not 21.75: at the hourly rate alone a whole month of absence would cost more, or less, than its pay.
    """
    parts = _by_rate((row for row in rows if row.premium == "unpaid_leave"), person.hour_pay)
    line = _line("unpaid_leave", parts, "paid_days_per_month")
    if not parts:
        return line
    due = Trace("base", base.amount.value, "fen", base.amount.formula, base.amount.inputs, base.amount.rule, base.amount.source)
    day_hours = person.month.law.number("normal_day_hours", person.month.first)
    whole = line.quantity >= len(person.paid_days) * day_hours * person.fte_share
    if whole:
        value, formula, inputs = -due.value, "-base", (due,)
    else:
        names = " + ".join(part.name for part in line.amount.inputs)
        value, formula, inputs = -min(due.value, line.amount.value), f"-min(base, fen({names}))", (due, *line.amount.inputs)
    amount = replace(line.amount, value=value, formula=formula, inputs=inputs)
    return replace(line, amount=amount, rate_yuan=value / 100 / line.quantity)


def _scheme_line(person: Person, code: str, item: Item, rows: list[Worked]) -> Line:
    """An item of the scheme: rate times months, years of service, duties or night shifts; on probation by the trial grade, if there is one."""
    rule = f"pay.items.{code}"

    def rate(day: dt.date) -> Trace:
        """Yuan per unit on a day."""
        yuan = item.rate_yuan(person.grade_on(day), person.role)
        return Trace("rate_yuan", yuan, "yuan", rule=rule, source=item.source)

    if item.per in ("month", "service_year"):
        counts = [(_months(person, item, days), rate(days[0])) for days in person.stretches()]
    else:
        counts = _duties(item, rows, rate)
    paid = [(count, price) for count, price in counts if price.value]
    parts = [(c.value, Trace("pay_part", c.value * p.value, "yuan", f"{c.name} * rate_yuan", (c, p))) for c, p in paid]
    return _line(code, parts, rule)


def _months(person: Person, item: Item, days: tuple[dt.date, ...]) -> Trace:
    share = person.month_share(days)
    if item.per == "month":
        return share
    years = Trace("service_years", person.service_years(), "years")
    return Trace("year_share", years.value * share.value, "years", "service_years * month_share", (years, share))


def _duties(item: Item, rows: list[Worked], rate: Callable[[dt.date], Trace]) -> list[tuple[Trace, Trace]]:
    """Number of duties, or of night shifts, at each rate; hours counts a duty once, a night shift on its row of class ``night``."""
    nights = item.per == "night_shift"
    groups: dict[Trace, int] = {}
    for row in rows:
        if row.premium == "night" or not nights:
            groups[rate(row.day)] = groups.get(rate(row.day), 0) + row.shifts
    name = "night_shifts" if nights else "shifts"
    return [(Trace(name, count, "shifts", rule="hours.shifts"), price) for price, count in groups.items()]


def _by_rate(rows: Iterable[Worked], priced: Callable[[dt.date], Trace]) -> list[tuple[float, Trace]]:
    """Hours and their pay, one part for every rate that was in force, in the order of the days."""
    groups: dict[Trace, float] = {}
    for row in rows:
        rate = priced(row.day)
        groups[rate] = groups.get(rate, 0.0) + row.hours_h
    parts = []
    for rate, hours in groups.items():
        inputs = (Trace("hours_worked", hours, "h", rule="hours"), rate)
        parts.append((hours, Trace("pay_part", hours * rate.value, "yuan", f"hours_worked * {rate.name}", inputs)))
    return parts


def _line(item: str, parts: list[tuple[float, Trace]], rule: str) -> Line:
    """Parts added up and rounded once to whole fen."""
    named = [replace(part, name=f"{part.name}_{number}") if len(parts) > 1 else part for number, (_, part) in enumerate(parts, start=1)]
    quantity, value = sum(count for count, _ in parts), sum(part.value for part in named)
    formula = f"fen({' + '.join(part.name for part in named) or '0'})"
    amount = Trace(item, fen(float(value)), "fen", formula, tuple(named), rule)
    rate = value / quantity if quantity else (parts[0][1].inputs[-1].value if parts else 0.0)
    return Line(item, float(quantity), float(rate), amount, rule)
