"""The textbook systems as scenario files: one copy, which planners can read and run too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowsim.scenario import load

if TYPE_CHECKING:
    from flowsim.spec.scenario import Scenario

HERE = Path(__file__).resolve().parent


def folder() -> Path:
    """Return the folder of the files: in the package when installed, ``scenarios/queues`` in a checkout."""
    installed = HERE / "queues"
    return installed if installed.is_dir() else HERE.parents[2] / "scenarios" / "queues"


def queue(name: str, seed: int, changes: Mapping[str, Any] | None = None) -> Scenario:
    """Return one of the systems, with changes as under ``change`` in a scenario file."""
    return load(folder() / f"{name}.yaml").change({"seed": seed, **(changes or {})})
