"""Every scenario that is shipped, found where it lies, so that new ones are tested without being told of."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from flowsim.scenario import load
from flowsim.spec.scenario import Scenario

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (ROOT / "scenarios", ROOT / "src" / "flowsim" / "scenario" / "starter" / "scenarios")
LARGE = 50
"""Services from which a system is a large one: a day or two of it takes a second."""


def scenario_files() -> list[Path]:
    """Return every file that is a scenario of its own.

    A study holds several scenarios, a part is included by others, and an overlay only has changes: none of
    them has what every scenario needs, itself or by what it extends.
    """
    return [path for folder in FOLDERS for path in sorted(folder.rglob("*.yaml")) if is_whole(path)]


def is_whole(path: Path) -> bool:
    """Say whether a file can be run as it is: it has a time of its own, or extends one that has."""
    tree = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(tree, dict) or "study" in tree:
        return False
    if "extends" in tree:
        return is_whole(path.parent / str(tree["extends"]))
    return "time" in tree


def name_of(path: Path) -> str:
    """Return a short name for a test's id."""
    folder = next(folder for folder in FOLDERS if path.is_relative_to(folder))
    return path.relative_to(folder).with_suffix("").as_posix()


@lru_cache(maxsize=8)
def loaded(path: Path) -> Scenario:
    """Return a scenario as it is written."""
    return load(path)


def is_large(scenario: Scenario) -> bool:
    """Say whether even a day of a scenario is a lot of work."""
    return len(scenario.services) >= LARGE


def shortened(scenario: Scenario, days: int, warm_up: int = 1, **changes: Any) -> Scenario:
    """Return a few days of a scenario, with changes given as ``services__ward__beds=9``."""
    settings = {name.replace("__", "."): value for name, value in changes.items()}
    time = {"time.warm_up": f"{warm_up} days", "time.horizon": f"{days} days"}
    return scenario.change({**time, **settings})
