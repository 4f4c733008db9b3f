"""``cslib pay``: slips, reform, design, gap. Texts and options only; the work is in ``pay_month``, imported when a verb is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cslib.core.words import say

STANDARD = "standard"


def add_pay(main: click.Group, spoken: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put the verbs under ``main``; ``spoken`` turns our errors into sentences and adds the option for the language."""

    @main.group("pay", help=say("batch.pay.help"))
    def group() -> None:
        """Verbs of pay."""

    def month(command: Callable[..., Any]) -> Callable[..., Any]:
        """Site, month and scenario of a verb."""
        with_scenario = click.option("--scenario", default="base", help=say("batch.help.scenario"))(command)
        return click.argument("site")(click.option("--month", required=True, help=say("batch.help.month"))(with_scenario))

    def sheets(command: Callable[..., Any]) -> Callable[..., Any]:
        """Sheets of a verb."""
        with_facts = click.option("--facts", default="", help=say("batch.pay.facts"))(command)
        return click.option("--attendance", default="", help=say("batch.pay.attendance"))(with_facts)

    @group.command(help=say("batch.pay.slips"))
    @month
    @sheets
    @click.option("--person", default="", help=say("batch.pay.person"))
    @spoken
    def slips(site: str, month: str, scenario: str, attendance: str, facts: str, person: str) -> None:
        """Payslips of a planned month."""
        from cslib.batch.pay_month import slip_lines

        click.echo("\n".join(slip_lines(site, month, scenario=scenario, attendance=attendance, facts=facts, person=person)))

    @group.command(help=say("batch.pay.reform"))
    @month
    @click.option("--reform", "name", default=STANDARD, help=say("batch.pay.file"))
    @spoken
    def reform(site: str, month: str, scenario: str, name: str) -> None:
        """Compare a reform with today."""
        from cslib.batch.pay_month import reform_lines

        click.echo("\n".join(reform_lines(site, month, name, scenario=scenario)))

    @group.command(help=say("batch.pay.design"))
    @month
    @click.option("--reform", "name", default=STANDARD, help=say("batch.pay.file"))
    @click.option("--curve", is_flag=True, help=say("batch.pay.curve"))
    @spoken
    def design(site: str, month: str, scenario: str, name: str, curve: bool) -> None:
        """Search the cheapest structure."""
        from cslib.batch.pay_month import design_lines

        click.echo("\n".join(design_lines(site, month, name, scenario=scenario, curve=curve)))

    @group.command(help=say("batch.pay.gap"))
    @month
    @sheets
    @click.option("--groups", default="", help=say("batch.pay.groups"))
    @spoken
    def gap(site: str, month: str, scenario: str, attendance: str, facts: str, groups: str) -> None:
        """Pay gaps of groups."""
        from cslib.batch.pay_month import gap_lines

        click.echo("\n".join(gap_lines(site, month, scenario=scenario, groups=groups, attendance=attendance, facts=facts)))
