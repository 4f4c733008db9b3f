"""The command line: ``cslib run``, ``check``, ``absent``, ``explain``, ``publish``, ``swap``, ``export``, ``appraise``, ``pay`` and so on.

Exit codes: 2 for errors, one sentence each, no traceback; 3 for a roster with violations; 130 after Ctrl-C.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from cslib.batch import cli_life
from cslib.batch.pay_verbs import add_pay
from cslib.core import words
from cslib.core.errors import CslibError
from cslib.core.paths import params_dir, project_root, shown
from cslib.core.words import say


def _from_arguments() -> str:
    """Language asked for anywhere on the line, so that help and errors speak it too."""
    for before, argument in zip(["", *sys.argv], sys.argv, strict=False):
        if before == "--language" and argument in words.LANGUAGES:
            return argument
        if argument.startswith("--language=") and argument.split("=", 1)[1] in words.LANGUAGES:
            return argument.split("=", 1)[1]
    return words.language()


def _spoken(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn our own errors into sentences on stderr and exit code 2."""

    @wraps(command)
    def run(*args: Any, language: str, **kwargs: Any) -> Any:
        """The command in the language asked for."""
        words.use(language)
        os.environ["CSLIB_LANGUAGE"] = language
        before = {number: signal.signal(number, handler) for number, handler in _STOPS.items()}
        try:
            return command(*args, **kwargs)
        except CslibError as error:
            click.echo(str(error), err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            click.echo("\n" + say("batch.interrupted"), err=True)
            sys.exit(130)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler or signal.SIG_DFL)

    option = click.option("--language", type=click.Choice(words.LANGUAGES), default=words.language, help=say("batch.help.language"))
    return option(run)


def _terminated(number: int, _frame: object) -> None:
    """A polite kill (a scheduler's, a shutdown) cleans up like Ctrl-C; 128 + the signal is what a shell expects."""
    _hush()
    sys.exit(128 + number)


def _interrupted(_number: int, _frame: object) -> None:
    """Ctrl-C, which a run turns into a sentence after it has cleaned up."""
    _hush()
    raise KeyboardInterrupt


def _hush() -> None:
    """No last words of the tasks that a stop leaves behind: the kernel that dies with the run would be told as a traceback."""
    logging.getLogger("asyncio").disabled = True


_STOPS = {signal.SIGTERM: _terminated, signal.SIGINT: _interrupted}


def _begin() -> None:
    """What must be there before a word can be said; said in both languages, because neither can be chosen yet."""
    if not (params_dir() / "words.yml").is_file():
        place = "CSLIB_ROOT" if os.environ.get("CSLIB_ROOT") else "project"
        click.echo(
            f"{place}: {project_root()} 中没有 params/words.yml，不是项目文件夹。请改正或取消环境变量 CSLIB_ROOT。\n"
            f"{place}: {project_root()} holds no params/words.yml and is no project folder. Correct or unset the variable CSLIB_ROOT.",
            err=True,
        )
        sys.exit(2)
    try:
        words.use(_from_arguments())
    except ValueError as error:  # CSLIB_LANGUAGE
        click.echo(str(error), err=True)
        sys.exit(2)


_begin()


@click.group(help=say("batch.help.main"), context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--language", type=click.Choice(words.LANGUAGES), expose_value=False, help=say("batch.help.language"))
def main() -> None:
    """Entry point of the ``cslib`` command."""


@main.command(help=say("batch.help.run"))
@click.argument("site")
@click.option("--month", required=True, help=say("batch.help.month"))
@click.option("--scenario", default="base", help=say("batch.help.scenario"))
@click.option("--contacts", default="", help=say("batch.help.contacts"))
@click.option("--again", is_flag=True, help=say("batch.help.again"))
@_spoken
def run(site: str, month: str, scenario: str, contacts: str, again: bool) -> None:
    """Plan a month."""
    from cslib.batch.month import plan_month  # slow imports only when a run is wanted: help and errors answer at once

    found = plan_month(site, month, scenario=scenario, contacts=contacts, again=again)
    for line in found.lines:
        click.echo(line)
    if found.violations:
        sys.exit(3)


@main.command(help=say("batch.help.check"))
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("site")
@click.option("--month", required=True, help=say("batch.help.month"))
@click.option("--scenario", default="base", help=say("batch.help.scenario"))
@click.option("--accept", type=click.Path(path_type=Path), default=None, help=say("batch.help.accept"))
@_spoken
def check(file: Path, site: str, month: str, scenario: str, accept: Path | None) -> None:
    """Check a roster file against the published month."""
    from cslib.batch.check import check_roster

    found = check_roster(file, site, month, scenario=scenario, accept=accept)
    click.echo("\n".join(found.lines))
    if not found.clean:
        sys.exit(3)


@main.command(help=say("batch.help.absent"))
@click.argument("site")
@click.option("--month", required=True, help=say("batch.help.month"))
@click.option("--scenario", default="base", help=say("batch.help.scenario"))
@click.option("--person", required=True, help=say("batch.help.person"))
@click.option("--from", "begin", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]), help=say("batch.help.begin"))
@click.option("--to", "end", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]), help=say("batch.help.end"))
@click.option("--reason", required=True, type=click.Choice(["planned", "sudden", "training", "other_duty"]), help=say("batch.help.reason"))
@_spoken
def absent(site: str, month: str, scenario: str, person: str, begin: dt.datetime, end: dt.datetime, reason: str) -> None:
    """Mend a published month after an absence."""
    from cslib.batch.absent import absent as record

    click.echo("\n".join(record(site, month, person, begin, end, reason, scenario=scenario).lines))


@main.command(help=say("batch.help.explain"))
@click.argument("site")
@click.option("--month", required=True, help=say("batch.help.month"))
@click.option("--scenario", default="base", help=say("batch.help.scenario"))
@_spoken
def explain(site: str, month: str, scenario: str) -> None:
    """Explain the shortage of the published month."""
    from cslib.batch.explain import explain_month

    click.echo("\n".join(explain_month(site, month, scenario=scenario)))


@main.command(help=say("batch.help.appraise"))
@click.argument("site")
@click.option("--month", required=True, help=say("batch.help.month"))
@click.option("--scenario", default="base", help=say("batch.help.scenario"))
@click.option("--ladder", default="", help=say("batch.help.ladder"))
@click.option("--reading", default="", help=say("batch.help.reading"))
@click.option("--setting", "settings", multiple=True, help=say("batch.help.setting"))
@click.option("--forms", is_flag=True, help=say("batch.help.forms"))
@_spoken
def appraise(site: str, month: str, scenario: str, ladder: str, reading: str, settings: tuple[str, ...], forms: bool) -> None:
    """Appraisal and grade pages of a month."""
    from cslib.batch.appraisal import appraise_month

    chosen = ", ".join(part for part in (reading, *settings) if part)
    found = appraise_month(site, month, scenario=scenario, ladder=ladder, reading=chosen, forms=forms)
    click.echo("\n".join(found.lines))


@main.command(help=say("batch.help.today"))
@click.argument("site")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--month", required=True, help=say("batch.help.month"))
@click.option("--now", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]), help=say("batch.help.now"))
@click.option("--scenario", default="base", help=say("batch.help.scenario"))
@click.option("--calls", is_flag=True, help=say("batch.help.calls"))
@_spoken
def today(site: str, file: Path, month: str, now: dt.datetime, scenario: str, calls: bool) -> None:
    """Forecast the rest of a day anew."""
    from cslib.batch.today import today as day

    click.echo("\n".join(day(site, month, file, now, scenario=scenario, calls=calls).lines))


cli_life.add(main, _spoken)


@main.command(help=say("batch.help.runs"))
@_spoken
def runs() -> None:
    """List the finished runs."""
    from cslib.report.index import run_lines

    click.echo("\n".join(run_lines()) or say("batch.no_runs"))


@main.command(help=say("batch.help.sites"))
@_spoken
def sites() -> None:
    """List the sites."""
    from cslib.batch.listing import site_lines

    click.echo("\n".join(site_lines()) or say("batch.no_sites"))


@main.command(help=say("batch.help.new"))
@click.argument("site")
@click.option("--folder", type=click.Path(path_type=Path), default=None, help=say("batch.help.folder"))
@_spoken
def new(site: str, folder: Path | None) -> None:
    """Make a site folder with templates."""
    from cslib.intake import new_site

    made = new_site(site, folder)
    click.echo(say("batch.made", path=shown(made)))
    click.echo(say("batch.fill", site=site))


@main.command(help=say("batch.help.synthesise"))
@click.argument("site")
@click.option("--replant", is_flag=True, help=say("batch.help.replant"))
@_spoken
def synthesise(site: str, replant: bool) -> None:
    """Make a sample site's data again; ``replant`` plants its staff anew from forecast and requirement."""
    from cslib.batch.synthetic import synthesise as make

    for path in make(site, replant=replant):
        click.echo(say("batch.made", path=shown(path)))


add_pay(main, _spoken)

if __name__ == "__main__":
    main()
