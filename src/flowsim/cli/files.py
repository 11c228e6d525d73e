"""Loading the files that were named, with the problems of all of them told at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowsim.errors import InputError, Problem

if TYPE_CHECKING:
    from flowsim.spec.scenario import Scenario


def load_all(files: Sequence[str], sets: Sequence[str] = ()) -> list[Scenario]:
    """Load scenario files.

    Args:
        files: The files, in order.
        sets: Settings to change in each of them, as ``path=value``.

    Raises:
        InputError: With the problems of every file.
    """
    scenarios, problems = examine_all(files, sets)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InputError(errors)
    return scenarios


def examine_all(files: Sequence[str], sets: Sequence[str] = ()) -> tuple[list[Scenario], list[Problem]]:
    """Load what can be loaded; return the scenarios and every problem, warnings too."""
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for file in files:
        scenario, found = _examine(file, sets)
        problems += found
        if scenario is not None:
            scenarios.append(scenario)
    return scenarios, problems


def _examine(file: str, sets: Sequence[str]) -> tuple[Scenario | None, list[Problem]]:
    """Load a file, or one combination of a study: ``FILE:SURGE/OPTION``."""
    from flowsim.scenario import examine
    from flowsim.scenario.study import cell_named, examine_cell

    named = cell_named(file)
    return examine(file, sets=sets) if named is None else examine_cell(*named, sets=sets)


def load_one(file: str, sets: Sequence[str] = ()) -> Scenario:
    """Load one scenario file; InputError with every problem."""
    return load_all([file], sets)[0]
