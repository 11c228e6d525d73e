"""``flowsim schema``: the JSON Schema that lets an editor complete settings."""

from __future__ import annotations

import click

from flowsim.cli.output import say_json, verbose_option


@click.command("schema", short_help="Print the JSON Schema that lets an editor complete settings.")
@verbose_option
def command() -> None:
    """Print the JSON Schema that lets an editor complete settings.

    Write it to a file, and name that file in the first line of a scenario:

    \b
        flowsim schema > flowsim.schema.json
        # yaml-language-server: $schema=flowsim.schema.json
    """  # noqa: D301 - click reads the backspace as "leave these lines as they are"
    from flowsim.scenario.schema import json_schema

    say_json(json_schema())
