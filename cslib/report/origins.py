"""Where a value comes from, in words: statutes, orders, entries of the requirement catalogue, house policy; and how well it was verified."""

from __future__ import annotations

import re

from cslib.core.words import has, say

# What the params files write -> key under report.origin; longer texts first, so that none hides in another.
_PHRASES = {
    "国务院关于职工工作时间的规定": "working_hours_rules",
    "劳动合同法": "labour_contract_law",
    "劳动法": "labour_law",
    "site policy": "site_policy",
    "policy": "policy",
    "catalogue": "catalogue",
}
_WHOLE = {"forecast": "forecast", "interval_min": "interval_min"}


def origin_words(source: str) -> str:
    """A source in the language in use; file names and what is not known stay as they are.

    >>> from cslib.core.words import speaking
    >>> with speaking("en"):
    ...     origin_words("劳动法 art. 38; Order 795 art. 7")
    'Labour Law art. 38; State Council Order 795 art. 7'
    """
    if source in _WHOLE:
        return say(f"report.origin.{_WHOLE[source]}")
    if source.startswith("params/"):
        return source
    text = re.sub(r"\bOrder (\d+)", lambda found: say("report.origin.order", number=found.group(1)), source)
    text = re.sub(r"\bart\. (\d+(?:, \d+)*)", lambda found: say("report.origin.article", number=found.group(1)), text)
    text = re.sub(r"^contacts (\S+) \.\. (\S+)$", lambda found: say("report.origin.history", first=found.group(1), last=found.group(2)), text)
    pattern = "|".join(re.escape(phrase) for phrase in _PHRASES)
    return re.sub(pattern, lambda found: say(f"report.origin.{_PHRASES[found.group()]}"), text)


def verified(mark: str) -> str:
    """Words of a verification mark (P, S, S2, M, policy)."""
    return say(f"report.verified.{mark}") if has(f"report.verified.{mark}") else mark
