"""Running a plan change by change: each alone on the baseline, and the plan without each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowsim.errors import InputError, Problem
from flowsim.experiment.run import run_scenario
from flowsim.measures.compare.decomposition import Trial
from flowsim.scenario.parts import Part, parts, with_parts

if TYPE_CHECKING:
    from flowsim.experiment.settings import Settings
    from flowsim.spec.scenario import Scenario
    from flowsim.store.results import Results

MOST = 12
"""The largest number of changes that is taken apart."""


def tried(base: Scenario, plan: Scenario, settings: Settings) -> list[Trial]:
    """Run each change of a plan alone, and the plan without it; finished runs are read.

    Args:
        base: the baseline.
        plan: the plan.
        settings: how to run them; ``replications`` as in the runs they will be compared with.

    Returns:
        One trial for each change, in the plan's order.

    Raises:
        InputError: The plan has no changes, one only, or too many; or they cannot be made apart.
        Interrupted: It was stopped from the keyboard.
        ReplicationFailed: The model failed; finished replications are kept.
    """
    found = _changes(base, plan)
    made = []
    for number, part in enumerate(found, start=1):
        others = [each for each in found if each is not part]
        alone = with_parts(base, plan, [part], f"{plan.name}-only-{number}")
        made.append((part.name, alone, with_parts(base, plan, others, f"{plan.name}-without-{number}")))
    finished: dict[str, Results] = {}
    return [Trial(name, *(_run(each, settings, finished) for each in two)) for name, *two in made]


def _run(scenario: Scenario, settings: Settings, finished: dict[str, Results]) -> Results:
    """Return the run of a scenario; of two changes, the plan without the one is the other alone."""
    if scenario.digest not in finished:
        finished[scenario.digest] = run_scenario(scenario, settings).results
    return finished[scenario.digest]


def _changes(base: Scenario, plan: Scenario) -> list[Part]:
    found = parts(base, plan)
    if len(found) > MOST:
        names = ", ".join(part.name for part in found[:5])
        message = (
            f"{plan.name} differs from {base.name} in {len(found)} changes ({names}, ...), more than {MOST}."
        )
        hint = "Put what belongs together into a file of its own, and include it: it is then one change."
        raise InputError([Problem(message, hint=hint)])
    if len(found) < 2:
        what = f"one change ({found[0].name})" if found else "nothing"
        message = f"{plan.name} differs from {base.name} in {what}, so there is nothing to take apart."
        raise InputError([Problem(message, hint="Leave --decompose out.")])
    return found
