"""The items of one payslip, each as a trace that ends in whole fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from cslib.core.trace import Trace, formula_function
from cslib.core.units import fen
from cslib.params.pay_curve import FACTS, Curve
from cslib.params.pay_scheme import Item
from cslib.pay.person import Person

NOT_REGULAR = (
    "overtime_workday", "overtime_rest_day", "overtime_holiday", "time_off_in_lieu", "unpaid_leave", "part_paid_leave", "annual_bonus"
)  # what a declared wage does not follow
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
    part: str = "earning"
    group: str = "wage"


def lines(person: Person, worked: Iterable[Worked]) -> list[Line]:
    """What a person earns in the month: base, overtime by premium class, the scheme's items, leave; empty items are left out."""
    rows = sorted(worked, key=lambda row: (row.day, row.premium))
    base = _hourly_base(person, rows) if person.hourly else _monthly_base(person)
    found = [base]
    overtime = [replace(_hours_line(person, premium, rows, premium, ratio), group="overtime") for premium, ratio in OVERTIME.items()]
    found += [*overtime, _time_off_in_lieu(overtime[1], rows)]
    found += [_scheme_line(person, code, item, rows) for code, item in person.month.scheme.items.items()]
    if not person.hourly:
        found += [_part_paid_leave(person, rows), _unpaid_leave(person, base, rows)]
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


def _time_off_in_lieu(rest_day: Line, rows: list[Worked]) -> Line:
    """Rest-day hours given back as time off carry no premium pay (劳动法 art. 44 (2)); time off beyond them was earned in other months."""
    taken = sum(row.hours_h for row in rows if row.premium == "time_off_in_lieu")
    given_back = min(taken, rest_day.quantity)
    hours = Trace("lieu_h", taken, "h", rule="hours")
    worked = Trace("rest_day_h", rest_day.quantity, "h", rule="hours")
    paid = replace(rest_day.amount, name="overtime_rest_day")
    if not given_back:
        nothing = Trace("time_off_in_lieu", 0, "fen", "0 * lieu_h", (hours,), "overtime_rest_day_ratio")
        return Line("time_off_in_lieu", taken, 0.0, nothing, "overtime_rest_day_ratio")
    value = fen(-paid.value / 100 * given_back / rest_day.quantity)
    formula = "fen(-overtime_rest_day / 100 * min(lieu_h, rest_day_h) / rest_day_h)"
    amount = Trace("time_off_in_lieu", value, "fen", formula, (paid, hours, worked), "overtime_rest_day_ratio", "劳动法 art. 44 (2)")
    return Line("time_off_in_lieu", taken, value / 100 / taken, amount, "overtime_rest_day_ratio", group="overtime")


def _part_paid_leave(person: Person, rows: list[Worked]) -> Line:
    """What partly paid leave costs a monthly paid person: the unpaid share of its hours. No national rule: a site setting, unverified."""
    ratio = person.month.payroll.part_paid_leave_share
    rule = "site.payroll.part_paid_leave_share"

    def priced(day: dt.date) -> Trace:
        """Deduction of an hour."""
        pay, share = person.hour_pay(day), Trace("leave_share", ratio, "share", rule=rule, source="site setting, unverified")
        return Trace("leave_cut", pay.value * (ratio - 1), "yuan per h", "hour_pay * (leave_share - 1)", (pay, share))

    return _line("part_paid_leave", _by_rate((row for row in rows if row.premium == "part_paid_leave"), priced), rule)


def _scheme_line(person: Person, code: str, item: Item, rows: list[Worked]) -> Line:
    """An item of the scheme: rate times months, years of service, duties or night shifts; on probation by the trial grade, if there is one."""
    rule = f"pay.items.{code}"

    def rate(day: dt.date) -> Trace:
        """Yuan per unit on a day."""
        yuan = item.rate_yuan(person.grade_on(day), person.role)
        return Trace("rate_yuan", yuan, "yuan", rule=rule, source=item.source)

    missing = [fact for fact, least in item.needs.items() if person.facts.get(fact, 0.0) < least]
    if missing:
        return replace(_line(code, [], rule), group=item.group)
    if item.curve is not None:
        return replace(curve_line(person, code, item, item.curve, rate), group=item.group)
    if item.count is not None:
        times = Trace("times", person.facts.get(item.count, 0.0), "times", rule=f"pay_facts.{item.count}")
        counts = [(times, rate(person.month.first))]
    elif item.per in ("month", "service_year"):
        counts = [(_months(person, item, days), rate(days[0])) for days in person.stretches()]
    else:
        counts = _duties(item, rows, rate)
    paid = [(count, price) for count, price in counts if price.value]
    parts = [(c.value, Trace("pay_part", c.value * p.value, "yuan", f"{c.name} * rate_yuan", (c, p))) for c, p in paid]
    return replace(_line(code, parts, rule), group=item.group)


@formula_function("step")
def step(value: float, *pairs: float) -> float:
    """Pay of the highest step reached; ``pairs``: value from which it is paid, pay, one after the other."""
    return max(((at, pay) for at, pay in zip(pairs[::2], pairs[1::2], strict=True) if value >= at), default=(0.0, 0.0))[1]


@formula_function("slices")
def slices(value: float, *pairs: float) -> float:
    """Commission: each slice of the value between two steps at its share."""
    tops = [*pairs[2::2], float("inf")]
    return sum(share * max(0.0, min(value, top) - at) for at, share, top in zip(pairs[::2], pairs[1::2], tops, strict=True))


@formula_function("prize")
def prize(value: float, *pairs: float) -> float:
    """Prize of a rank; 0 for ranks without one."""
    return dict(zip(pairs[::2], pairs[1::2], strict=True)).get(value, 0.0)


def _curve_value(person: Person, code: str, item: Item, curve: Curve) -> Trace:
    """What the curve gives a person: yuan, or a share of the item's amount; recomputable from the fact."""
    known, rule = person.facts.get(curve.fact), f"pay.items.{code}.curve"
    value, unit = curve.at(known), "share" if curve.share or curve.kind == "linear" else "yuan"
    if known is None:
        return Trace("curve_value", value, unit, rule=f"{rule} (no {curve.fact}: {curve.without})", source=item.source)
    fact = Trace(curve.fact, known, FACTS[curve.fact], rule=f"pay_facts.{curve.fact}")
    if curve.kind == "linear":
        formula = f"min({curve.cap}, max(0, ({curve.fact} - {curve.zero}) / ({curve.target} - {curve.zero})))"
    else:
        names = {"steps": "step", "commission": "slices", "prizes": "prize"}
        formula = f"{names[curve.kind]}({curve.fact}, {', '.join(f'{s.at}, {s.pay}' for s in curve.steps)})"
    if curve.cap_yuan is not None:
        formula = f"min({curve.cap_yuan}, {formula})"
    return Trace("curve_value", value, unit, formula, (fact,), rule, item.source)


def curve_line(person: Person, code: str, item: Item, curve: Curve, rate: Callable[[dt.date], Trace]) -> Line:
    """A monthly item that follows a fact: share of the month x curve, times the grade's amount where the curve gives a share."""
    parts, value = [], _curve_value(person, code, item, curve)
    for days in person.stretches():
        share, price = person.month_share(days), rate(days[0])
        if not price.value or not value.value:
            continue
        if value.unit == "share":
            made = Trace("pay_part", share.value * price.value * value.value, "yuan", "month_share * rate_yuan * curve_value", (share, price, value))
        else:
            made = Trace("pay_part", share.value * value.value, "yuan", "month_share * curve_value", (share, value))
        parts.append((share.value, made))
    return _line(code, parts, f"pay.items.{code}")


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
