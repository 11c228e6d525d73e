"""``flowsim new``: a folder to start from."""

from __future__ import annotations

import click

from flowsim.cli.output import quiet_option, say, verbose_option


@click.command("new", short_help="Make a folder to start from: a small system and one what-if.")
@click.argument("folder", metavar="DIR")
@quiet_option
@verbose_option
def command(folder: str, quiet: bool) -> None:
    """Make a folder to start from: a small system and one what-if.

    DIR must be empty or not there yet; nothing is overwritten.
    """
    from flowsim.scenario.new import new

    made = new(folder)
    if quiet:
        return
    say("Wrote:")
    for path in made:
        say(f"   {path}")
    say(f"Next: read {made[0]}, or flowsim validate {next(path for path in made if path.suffix == '.yaml')}")
