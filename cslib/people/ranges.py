"""Pay ranges of a scheme with ranges: split into levels, what lies inside, the level of a base pay, the local minimum wage, the market's band."""

from __future__ import annotations

from dataclasses import dataclass

from cslib.params.ladder_files import Ladder

NOISE = 1e-9  # what the float arithmetic of bounds may be off by


@dataclass(frozen=True)
class PayRange:
    """Range of one level and pay item [yuan a month]: minimum, midpoint, maximum."""

    level: str
    item: str
    low: float
    middle: float
    high: float


def pay_ranges(ladder: Ladder, minimum_wage_yuan: float = 0.0) -> list[PayRange]:
    """Ranges of a scheme with ranges, split into its levels by equal ratio (filled): level ``k`` of ``n`` runs from ``a (b/a)^(k/n)`` to
    ``a (b/a)^((k+1)/n)`` with midpoint ``a (b/a)^((k+0.5)/n)``. Base pay is never below the local minimum wage.

    Source: catalogue S003-S2, S003-S3, S003-S4.
    """
    found = []
    for item in ("base", "allowance", "bonus"):
        fact = ladder.spec.facts.get(f"{item}_range")
        if fact is None or not isinstance(fact.value, tuple):
            continue
        low, high = (float(bound) for bound in fact.value)
        least = minimum_wage_yuan if item == "base" else 0.0
        for k, level in enumerate(ladder.grades):
            n = len(ladder.grades)
            bounds = (max(least, low * (high / low) ** ((k + part) / n)) for part in (0.0, 0.5, 1.0))
            found.append(PayRange(level, item, *bounds))
    return found


def range_of(ladder: Ladder, item: str) -> tuple[float, float]:
    """Bounds of a pay item [yuan a month] over all levels, as the source gives them.

    Raises
    ------
    KeyError  if the scheme has no range of the item.
    """
    fact = ladder.spec.facts[f"{item}_range"]
    if not isinstance(fact.value, tuple):
        raise TypeError(f"{ladder.name}: {item}_range has a lower and an upper bound")
    low, high = (float(bound) for bound in fact.value)
    return low, high


def in_range(ladder: Ladder, item: str, yuan: float) -> bool:
    """Whether an amount lies in the item's range; both bounds count, and 0 does for a bonus where the scheme's ``zero_bonus`` says so."""
    low, high = range_of(ladder, item)
    zero = ladder.spec.facts.get("zero_bonus")
    return low - NOISE <= yuan <= high + NOISE or (item == "bonus" and yuan == 0 and zero is not None and bool(zero.value))


def least_total(ladder: Ladder, minimum_wage_yuan: float = 0.0) -> float:
    """Least pay of a month [yuan]: base not below the local minimum wage, allowance, and the least bonus."""
    base, allowance, bonus = (range_of(ladder, item)[0] for item in ("base", "allowance", "bonus"))
    return base_paid(base, minimum_wage_yuan) + allowance + (0.0 if in_range(ladder, "bonus", 0.0) else bonus)


def base_paid(base_yuan: float, minimum_wage_yuan: float) -> float:
    """Base pay, never below the local minimum wage (catalogue S003-S2; Labour Law art. 48)."""
    return max(base_yuan, minimum_wage_yuan)


def level_of(ladder: Ladder, base_yuan: float) -> str | None:
    """Level whose range of base pay holds an amount; an inner bound belongs to the level that fact ``inner_bound`` names; None outside all."""
    ranges = [found for found in pay_ranges(ladder) if found.item == "base"]
    inside = [found.level for found in ranges if found.low - NOISE <= base_yuan <= found.high + NOISE]
    if not inside:
        return None
    return inside[-1] if ladder.spec.facts["inner_bound"].value == "upper" else inside[0]


def market_position(ladder: Ladder, percentile: float) -> str:
    """``below``, ``inside`` or ``above`` the band of market percentiles of a scheme (fact ``market_percentile``, both ends inside; S003-B5)."""
    band = ladder.spec.facts["market_percentile"].value
    if not isinstance(band, tuple):
        raise TypeError(f"{ladder.name}: market_percentile has a lower and an upper bound")
    low, high = (float(bound) for bound in band)
    return "below" if percentile < low else "above" if percentile > high else "inside"
