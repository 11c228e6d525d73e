"""What a run needs to know about a scenario, in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flowsim.store.identity import run_id
from flowsim.store.manifest import Manifest, git_commit, versions


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
        sources=files,
        git_commit=git_commit(Path(files[0]).resolve().parent) if files else "",
        versions=versions(),
    )


def replications_asked(scenario: Any) -> int:
    """Return the number of replications the scenario asks for."""
    return int(scenario.replications)


def resolved_text(scenario: Any) -> str:
    """Return the resolved scenario as YAML, with where every value came from."""
    return str(scenario.resolved_text())


def floors() -> dict[str, float]:
    """Return, for each headline measure, the size below which a relative precision means nothing."""
    return {}
