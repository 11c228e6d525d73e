"""What a run needs to know about a scenario, in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flowsim.errors import Problem
from flowsim.store.identity import run_id
from flowsim.store.manifest import Manifest, git_commit, versions

FLOORS = {
    "share": 0.2,
    "minutes": 20.0,
    "hours": 1.0,
    "days": 1.0,
    "per day": 5.0,
    "hours per day": 5.0,
    "patients": 5.0,
    "beds": 5.0,
    "count": 20.0,
}
"""For each unit the size below which a measure is near zero.

There a precision of 5% means 5% of this size: a share is known to 1 percentage point, a wait to 1 minute.
"""


def describe(scenario: Any) -> Manifest:
    """Return the manifest of a run of this scenario, before anything has been run."""
    files = tuple(str(path) for path in scenario.files)
    return Manifest(
        run_id=run_id(scenario.digest, scenario.seed),
        name=scenario.name,
        title=scenario.title,
        scenario_digest=scenario.digest,
        seed=scenario.seed,
        start=str(scenario.time.start),
        warm_up_minutes=float(scenario.warm_up),
        horizon_minutes=float(scenario.time.horizon),
        warnings=tuple(problem.message for problem in scenario.warnings),
        targets={str(name): str(wanted) for name, wanted in getattr(scenario, "targets", {}).items()},
        sources=files,
        git_commit=git_commit(Path(files[0]).resolve().parent) if files else "",
        versions=versions(),
    )


def overloads_of(scenario: Any) -> list[Problem]:
    """Return a problem for each resource that cannot keep up with the demand on it."""
    from flowsim.stability import overloads

    return overloads(scenario)


def floors() -> dict[str, float]:
    """Return, for each headline measure, the size below which a relative precision means nothing."""
    from flowsim.measures.catalogue import headline

    return {measure.id: FLOORS.get(measure.unit, 0.0) for measure in headline()}
