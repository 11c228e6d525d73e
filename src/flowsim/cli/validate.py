"""``flowsim validate``: check scenario files; tell every problem at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowsim.cli.output import (
    complain,
    counted,
    json_option,
    quiet_option,
    say,
    say_json,
    set_option,
    verbose_option,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowsim.errors import Problem
    from flowsim.scenario.study import Study
    from flowsim.spec.scenario import Scenario


@click.command("validate", short_help="Check scenario files; tell every problem at once.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@set_option
@click.option("--allow-overload", is_flag=True, help="Take a system that cannot settle for a warning.")
@json_option
@quiet_option
@verbose_option
def command(
    files: tuple[str, ...], sets: tuple[str, ...], allow_overload: bool, as_json: bool, quiet: bool
) -> None:
    """Check scenario files; tell every problem at once. Nothing is run."""
    from flowsim.cli.files import examine_all
    from flowsim.errors import InputError, as_warning, ordered, render
    from flowsim.scenario.study import is_study
    from flowsim.stability import overloads

    wholes = [file for file in files if not is_study(file)]
    scenarios, problems = examine_all(wholes, sets)
    studies, found = _examine_studies([file for file in files if file not in wholes], sets)
    problems += found
    for scenario in scenarios:
        found = overloads(scenario)
        problems += map(as_warning, found) if allow_overload else found
        problems += _wrongly_observed(scenario)
    for study in studies:
        found = _overloaded(study)
        problems += map(as_warning, found) if allow_overload else found
    if as_json:
        _answer_json(list(ordered(problems)))
    elif _wrong(problems):
        raise InputError(problems)
    elif problems and not quiet:
        complain(render(ordered(problems)))
    for scenario in scenarios if not as_json else ():
        services = counted(len(scenario.services), "service")
        streams = counted(len(scenario.demand), "stream")
        say(f"{scenario.name}: valid ({services}, {streams} of demand).")
    for study in studies if not as_json else ():
        surges, options = counted(len(study.surges), "surge"), counted(len(study.options), "option")
        say(f"{study.name}: valid study ({surges} x {options}, {len(study.cells)} combinations).")


def _examine_studies(files: Sequence[str], sets: tuple[str, ...]) -> tuple[list[Study], list[Problem]]:
    """Return the studies that are as they should be, and what is wrong with the others."""
    if not files:
        return [], []
    from flowsim.experiment.study import examine

    examined = [examine(file, sets) for file in files]
    studies = [study for study, _ in examined if study is not None]
    return studies, [problem for _, found in examined for problem in found]


def _overloaded(study: Study) -> list[Problem]:
    from flowsim.experiment.study import overloaded

    return overloaded(study)


def _wrongly_observed(scenario: Scenario) -> Sequence[Problem]:
    """Return what is wrong with the figures a scenario is held against."""
    if not scenario.observed:
        return ()
    from flowsim.errors import InputError
    from flowsim.experiment.observed import observed_text

    try:
        observed_text(scenario)
    except InputError as error:
        return error.problems
    return ()


def _wrong(problems: list[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _answer_json(problems: list[Problem]) -> None:
    say_json([vars(problem) for problem in problems])
    if _wrong(problems):
        click.get_current_context().exit(2)
