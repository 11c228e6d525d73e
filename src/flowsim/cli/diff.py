"""``flowsim diff``: what differs between two scenarios, before running anything."""

from __future__ import annotations

import click

from flowsim.cli.output import json_option, say, say_json, set_option, verbose_option, wrapped


@click.command("diff", short_help="Show what differs between two scenarios.")
@click.argument("base", metavar="A")
@click.argument("other", metavar="B")
@set_option
@json_option
@verbose_option
def command(base: str, other: str, sets: tuple[str, ...], as_json: bool) -> None:
    """Show what differs between two scenarios: old, new, and where each was set.

    ``--set`` changes B only.
    """
    from dataclasses import asdict

    from flowsim.cli.files import load_one
    from flowsim.scenario.describe import diff

    a, b = load_one(base), load_one(other, sets)
    found = diff(a, b)
    if as_json:
        say_json([asdict(each) for each in found])
    elif found:
        say(wrapped("\n\n".join(each.text() for each in found)))
        say()
        say("1 setting differs." if len(found) == 1 else f"{len(found):,} settings differ.")
    else:
        say(f"{a.name} and {b.name} say the same; they would give the same results.")
