"""The flat price list: what each unit of a soft goal costs the plan, in yuan (design principle: one objective a manager understands)."""

from __future__ import annotations

from pydantic import Field

from cslib.core.errors import Finding, ParamError
from cslib.params.source import Document, Meaning, Strict, unknown_key

PRICES: dict[str, str] = {
    "empty_post": "h",
    "short_peak": "h",
    "short": "h",
    "over": "h",
    "overtime": "h",
    "under_hours": "h",
    "wish_refused": "wishes",
    "night_over": "nights",
    "lead_missing": "h",
    "level_missing": "h",
    "week_under": "h",
    "session_missed": "sessions",
    "split_duty": "shifts",
    "standby_duty": "shifts",
    "start_change": "changes",
    "night_spread": "nights",
    "weekend_spread": "weekends",
    "moved_shift": "shifts",
}

PRICE_MOST = 1_000_000  # yuan a unit; beyond, the sum of a month loses its cents


class Price(Strict):
    """One line of the list."""

    meaning: Meaning
    unit: str
    yuan: float = Field(ge=0, le=PRICE_MOST)
    source: str


class PriceList(Strict):
    """``params/prices.yml``."""

    prices: dict[str, Price]

    def yuan(self, code: str) -> float:
        """Price of one unit [yuan]."""
        return self.prices[code].yuan


def check_prices(prices: PriceList, document: Document) -> None:
    """Refuse unknown or missing prices and wrong units, with file and line."""
    findings = [unknown_key(document.where(("prices", code)), f"prices.{code}", PRICES) for code in prices.prices if code not in PRICES]
    findings += [
        Finding("params.unit", document.where(("prices", c, "unit")), {"name": f"prices.{c}", "given": p.unit, "allowed": PRICES[c]})
        for c, p in prices.prices.items()
        if c in PRICES and p.unit != PRICES[c]
    ]
    findings += [Finding("params.missing_key", document.where(("prices",)), {"given": f"prices.{c}"}) for c in PRICES if c not in prices.prices]
    if findings:
        raise ParamError(findings=findings)
