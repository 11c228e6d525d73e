"""From what was named on the command line to finished runs: files are run as far as they have not been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowsim.errors import InputError, Problem
from flowsim.experiment.run import run_scenario
from flowsim.scenario.study import cell_named
from flowsim.store.find import find_run
from flowsim.store.manifest import results_root
from flowsim.store.results import Results

if TYPE_CHECKING:
    from flowsim.experiment.settings import Settings
    from flowsim.spec.scenario import Scenario

SUFFIXES = (".yaml", ".yml")
"""Endings of scenario files."""


@dataclass(frozen=True)
class Named:
    """Something to compare: a scenario to run, or a run that is finished.

    Attributes:
        scenario: the scenario; None for a finished run.
        results: the finished run; None for a scenario.
        targets: what its measures should reach.
    """

    scenario: Scenario | None
    results: Results | None
    targets: dict[str, Any]

    @property
    def replications(self) -> int:
        """How many replications it has or asks for."""
        if self.results is not None:
            return len(self.results.replications)
        return self.scenario.replications if self.scenario is not None else 0


def is_file(text: str) -> bool:
    """Tell whether a text names a scenario, or one of a study, rather than a finished run."""
    if cell_named(text) is not None or text.lower().endswith(SUFFIXES):
        return True
    try:
        return Path(text).is_file()
    except OSError:  # longer than a file's name can be: the name of a scenario
        return False


def named(texts: Sequence[str], scenarios: Sequence[Scenario], root: Path | None) -> list[Named]:
    """Return what texts name, in order.

    Args:
        texts: scenario files, run folders, names of scenarios that have been run, or run ids.
        scenarios: the scenarios of the files among them, in order.
        root: the results folder.

    Raises:
        InputError: No finished run is called so, or its folder is damaged.
    """
    loaded = iter(scenarios)
    return [
        _scenario(next(loaded)) if is_file(text) else _finished(text, results_root(root)) for text in texts
    ]


def _scenario(scenario: Scenario) -> Named:
    return Named(scenario, None, dict(scenario.targets))


def _finished(text: str, root: Path) -> Named:
    results = Results.open(find_run(text, root))
    return Named(None, results, dict(results.manifest.targets))


def scenario_of(named: Named) -> Scenario:
    """Return the scenario that was named.

    Raises:
        InputError: A finished run was named, from which its changes cannot be told apart.
    """
    if named.scenario is not None:
        return named.scenario
    name = named.results.name if named.results is not None else ""
    source = (
        named.results.manifest.sources[0] if named.results and named.results.manifest.sources else "its file"
    )
    hint = f"Write {source} instead of {name}: what is finished is not run again."
    raise InputError([Problem("To tell changes apart, their scenario files are needed.", hint=hint)])


def runs_of(found: Sequence[Named], settings: Settings) -> list[Results]:
    """Return a finished run of each, running what is missing.

    Every scenario gets the number of replications in the settings; else the most that any of them has or
    asks for, so that all can be paired.

    Raises:
        InputError: A system cannot settle, or another process is writing to the same run folder.
        Interrupted: It was stopped from the keyboard.
        ReplicationFailed: The model failed; finished replications are kept.
    """
    count = settings.replications or max(each.replications for each in found)
    ready = replace(settings, replications=count)
    return [
        each.results if each.results is not None else run_scenario(each.scenario, ready).results
        for each in found
    ]
