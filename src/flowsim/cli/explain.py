"""``flowsim explain``: say in sentences what a scenario, a setting or a measure is."""

from __future__ import annotations

import click

from flowsim.cli.output import json_option, say, say_json, set_option, verbose_option, wrapped
from flowsim.errors import InputError, Problem


@click.command("explain", short_help="Say in sentences what a scenario, a setting or a measure is.")
@click.argument("file", required=False, metavar="[FILE]")
@click.argument("path", required=False, metavar="[PATH]")
@click.option("--measure", metavar="ID", help="Explain a measure, such as within_4_hours.")
@set_option
@json_option
@verbose_option
def command(
    file: str | None, path: str | None, measure: str | None, sets: tuple[str, ...], as_json: bool
) -> None:
    """Say in sentences what a scenario, a setting or a measure is.

    With FILE alone: what the scenario or study says. With a PATH, such as services.ward.beds: the value, its
    meaning, what may be written, and which file and line set it. A PATH may hold * for many.
    STUDY.yaml:SURGE/OPTION as FILE is one combination of a study, here and wherever a scenario is named.
    """
    if measure:
        _measure(measure, as_json)
    elif file is None:
        raise InputError(
            [Problem("Say what to explain.", hint="flowsim explain FILE [PATH], or --measure ID")]
        )
    elif path is None:
        _scenario(file, sets, as_json)
    else:
        _setting(file, path, sets, as_json)


def _measure(name: str, as_json: bool) -> None:
    from dataclasses import asdict

    from flowsim.cli.measures import about, known

    measure = known(name)
    if as_json:
        say_json(asdict(measure))
    else:
        say(about(measure))


def _scenario(file: str, sets: tuple[str, ...], as_json: bool) -> None:
    from flowsim.cli.files import load_one
    from flowsim.scenario.describe import explain
    from flowsim.scenario.study import is_study

    text = _study(file, sets) if is_study(file) else explain(load_one(file, sets))
    if as_json:
        say_json({"file": file, "text": text.splitlines()})
    else:
        say(wrapped(text))


def _study(file: str, sets: tuple[str, ...]) -> str:
    from flowsim.scenario.study import load_study
    from flowsim.scenario.study_words import explain_study

    return explain_study(load_study(file, sets=sets))


def _setting(file: str, path: str, sets: tuple[str, ...], as_json: bool) -> None:
    from dataclasses import asdict

    from flowsim.cli.files import load_one
    from flowsim.scenario.describe import explain_path

    explained = explain_path(load_one(file, sets), path)
    if as_json:
        say_json([asdict(each) for each in explained])
    else:
        say(wrapped("\n\n".join(each.text() for each in explained)))
