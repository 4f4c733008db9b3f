"""What a planner knows beforehand: campaigns, closures and new queues. Blocks ``events`` and ``demand.borrow`` of ``site.yml``."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from cslib.core.errors import Finding, ParamError
from cslib.params.source import Document, Meaning, Refusal, Strict, unknown_key


class Span(Strict):
    """Days ``first`` to ``last``, both included."""

    first: dt.date
    last: dt.date

    @model_validator(mode="after")
    def _ordered(self) -> Span:
        if self.last < self.first:
            raise Refusal("params.need.span")
        return self


class Event(Strict):
    """A campaign or a closure.

    kind: campaign (changes the contacts) | closure (the queues are shut on these days).
    queues: the queues it concerns; empty = all. spans: its days, past ones too, so that its effect can be learned.
    effect_share: what it adds to the contacts of a day (0.3 = +30 %); left out = learned from its past days, shrunk towards none.
    """

    name: Meaning
    kind: Literal["campaign", "closure"] = "campaign"
    queues: tuple[str, ...] = ()
    spans: tuple[Span, ...] = Field(min_length=1)
    effect_share: float | None = Field(default=None, ge=-0.95, le=10)

    @model_validator(mode="after")
    def _closed_is_closed(self) -> Event:
        if self.kind == "closure" and self.effect_share is not None:
            raise Refusal("params.need.closure")
        return self

    def holds(self, queue: str) -> bool:
        """True if the event concerns a queue."""
        return not self.queues or queue in self.queues


class Borrow(Strict):
    """A new queue borrows the history of another one: ``contacts_share`` of its contacts, corrected by what the new queue has so far."""

    source: str = Field(alias="from")
    contacts_share: float = Field(gt=0, le=100)


def check_events(events: dict[str, Event], borrow: dict[str, Borrow], queues: dict[str, str], document: Document) -> None:
    """Events and borrowings name queues of the site; a lender is no borrower.

    queues : model by queue

    Raises
    ------
    ParamError  with the place of every unknown queue.
    """
    forecast = {name: model for name, model in queues.items() if model != "heads"}
    findings: list[Finding] = []
    for name, event in events.items():
        findings += [unknown_key(document.where(("events", name)), f"events.{name}.queues.{q}", forecast) for q in event.queues if q not in forecast]
    for name, entry in borrow.items():
        where = document.where(("demand", "borrow", name))
        lenders = {queue: model for queue, model in forecast.items() if queue not in borrow}
        if name not in forecast:
            findings.append(unknown_key(where, f"demand.borrow.{name}", forecast))
        if entry.source not in lenders:
            findings.append(unknown_key(where, f"demand.borrow.{name}.from.{entry.source}", lenders))
    if findings:
        raise ParamError(findings=findings)
