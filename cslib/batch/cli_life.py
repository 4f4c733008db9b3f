"""Verbs for a roster's life after planning: ``cslib publish check|issue|amend|history``, ``swap``, ``export``, ``balance``, ``fairness``."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cslib.core.words import say

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
_DAY = click.DateTime(["%Y-%m-%d"])


def add(main: click.Group, spoken: Decorator) -> None:
    """Put the verbs on the command line; ``spoken`` turns errors into sentences."""
    main.add_command(_publish(spoken))
    main.add_command(_swap(spoken))
    main.add_command(_export(spoken))
    main.add_command(_balance(spoken))
    main.add_command(_fairness(spoken))


def _of_month(command: Callable[..., Any]) -> Callable[..., Any]:
    """Site, month and scenario, as every verb takes them."""
    scenario = click.option("--scenario", default="base", help=say("batch.help.scenario"))
    month = click.option("--month", required=True, help=say("batch.help.month"))
    return click.argument("site")(month(scenario(command)))


def _tell(found: Any) -> None:
    click.echo("\n".join(found.lines))
    if not found.done:
        sys.exit(3)


def _publish(spoken: Decorator) -> click.Group:
    group = click.Group("publish", help=say("batch.help.publish"))
    today = click.option("--on", type=_DAY, default=lambda: f"{dt.date.today():%Y-%m-%d}", help=say("batch.help.on_day"))

    @group.command("check", help=say("batch.help.publish_check"))
    @_of_month
    @spoken
    def check(site: str, month: str, scenario: str) -> None:
        """Draft to checked."""
        from cslib.batch.publish import check_month

        _tell(check_month(site, month, scenario=scenario))

    @group.command("issue", help=say("batch.help.publish_issue"))
    @_of_month
    @today
    @click.option("--late", is_flag=True, help=say("batch.help.late"))
    @spoken
    def issue(site: str, month: str, scenario: str, on: dt.datetime, late: bool) -> None:
        """Checked to published."""
        from cslib.batch.publish import publish_month

        _tell(publish_month(site, month, on.date(), scenario=scenario, late=late))

    @group.command("amend", help=say("batch.help.publish_amend"))
    @click.argument("file", type=click.Path(path_type=Path))
    @_of_month
    @today
    @click.option("--reason", required=True, help=say("batch.help.amend_reason"))
    @click.option("--agreed", multiple=True, help=say("batch.help.agreed"))
    @spoken
    def amend(file: Path, site: str, month: str, scenario: str, on: dt.datetime, reason: str, agreed: tuple[str, ...]) -> None:
        """The next version."""
        from cslib.batch.publish import amend_month

        _tell(amend_month(file, site, month, on.date(), reason, scenario=scenario, agreed=agreed))

    @group.command("history", help=say("batch.help.publish_history"))
    @click.argument("site")
    @click.option("--month", required=True, help=say("batch.help.month"))
    @spoken
    def history(site: str, month: str) -> None:
        """The versions."""
        from cslib.batch.publish import history as versions

        click.echo("\n".join(versions(site, month)))

    return group


def _swap(spoken: Decorator) -> click.Command:
    @click.command("swap", help=say("batch.help.swap"))
    @_of_month
    @click.option("--person", required=True, help=say("batch.help.swap_person"))
    @click.option("--day", required=True, type=_DAY, help=say("batch.help.swap_day"))
    @click.option("--with", "other", required=True, help=say("batch.help.swap_with"))
    @click.option("--with-day", "other_day", type=_DAY, default=None, help=say("batch.help.swap_with_day"))
    @click.option("--on", type=_DAY, default=lambda: f"{dt.date.today():%Y-%m-%d}", help=say("batch.help.on_day"))
    @click.option("--accept", is_flag=True, help=say("batch.help.swap_accept"))
    @spoken
    def swap(
        site: str, month: str, scenario: str, person: str, day: dt.datetime, other: str, other_day: dt.datetime | None, on: dt.datetime, accept: bool
    ) -> None:  # fmt: skip
        """Check a swap request."""
        from cslib.batch.swap import swap_month

        second = other, (other_day or day).date()
        _tell(swap_month(site, month, (person, day.date()), second, on.date(), scenario=scenario, accept=accept))

    return swap


def _export(spoken: Decorator) -> click.Command:
    @click.command("export", help=say("batch.help.export"))
    @_of_month
    @click.option("--as", "form", required=True, help=say("batch.help.export_as"))
    @click.option("--to", "folder", type=click.Path(path_type=Path), default=None, help=say("batch.help.export_to"))
    @spoken
    def export(site: str, month: str, scenario: str, form: str, folder: Path | None) -> None:
        """Hand the roster on."""
        from cslib.batch.export import export_month

        click.echo("\n".join(export_month(site, month, form, scenario=scenario, folder=folder)))

    return export


def _balance(spoken: Decorator) -> click.Command:
    @click.command("balance", help=say("batch.help.balance"))
    @_of_month
    @click.option("--taken", type=click.Path(path_type=Path), default=None, help=say("batch.help.balance_taken"))
    @spoken
    def balance(site: str, month: str, scenario: str, taken: Path | None) -> None:
        """Balances of a month."""
        from cslib.batch.balance import balance_month

        click.echo("\n".join(balance_month(site, month, scenario=scenario, taken=taken)))

    return balance


def _fairness(spoken: Decorator) -> click.Command:
    @click.command("fairness", help=say("batch.help.fairness"))
    @_of_month
    @click.option("--budget", type=click.FloatRange(min=0), default=None, help=say("batch.help.fairness_budget"))
    @spoken
    def fairness(site: str, month: str, scenario: str, budget: float | None) -> None:
        """Ledger of a month."""
        from cslib.batch.fairness import fairness_month

        click.echo("\n".join(fairness_month(site, month, scenario=scenario, budget=budget)))

    return fairness
