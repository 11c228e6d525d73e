"""``flowsim verify``: run the theory suite and show the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.output import VERBOSE, json_option, quiet_option, say, say_json, verbose_option

if TYPE_CHECKING:
    from flowsim.verify.case import Verdict


@click.command("verify", short_help="Run the theory suite and show the evidence.")
@click.option("--only", multiple=True, metavar="CASE", help="Only this case, such as V7. May be repeated.")
@click.option("--full", is_flag=True, help="Narrower intervals, and the cases that take minutes.")
@click.option("--seed", type=int, default=2026, show_default=True, metavar="N", help="Root of all luck.")
@click.option("--html", metavar="FILE", help="Also write the evidence as a page.")
@json_option
@quiet_option
@verbose_option
def command(only: tuple[str, ...], html: str | None, as_json: bool, quiet: bool, **luck: Any) -> None:
    """Run the theory suite and show the evidence.

    Queues with textbook answers, small systems solved as Markov chains, days worked out by hand, and the
    laws that every simulation must keep. Takes about a minute; with -v every figure is shown.
    """
    from flowsim.verify.report import as_data, page, summary
    from flowsim.verify.suite import run_suite

    verdicts = run_suite(only, tell=_silent if as_json or quiet else _tell, **luck)
    if html:
        from flowsim.store.files import write_text

        write_text(Path(html), page(verdicts, **luck))
    if as_json:
        say_json(as_data(verdicts, **luck))
    else:
        say(summary(verdicts))
    if not all(verdict.passed for verdict in verdicts):
        click.get_current_context().exit(1)


def _tell(verdict: Verdict) -> None:
    """Show a case as soon as it is done."""
    from flowsim.verify.report import details, line

    say(line(verdict))
    everything = bool(click.get_current_context().meta.get(VERBOSE))
    for text in details(verdict, everything=everything):
        say(text)


def _silent(_: Verdict) -> None:
    """Show nothing yet."""
