"""Every mistake a planner can make, and the exact text that answers it.

Each file in ``cases`` holds the files of a scenario and, last, what the planner is told. ``base.yaml`` stands
beside them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


def parts_of(text: str) -> tuple[str, dict[str, str]]:
    """Split a case into its first line and its named parts."""
    head, *rest = re.split(r"^=== (.*)\n", text, flags=re.MULTILINE)
    return head.strip(), dict(zip(rest[::2], rest[1::2], strict=True))


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_a_mistake_is_answered_in_a_planners_words(path: Path, says: Callable[..., str]) -> None:
    _, parts = parts_of(path.read_text(encoding="utf-8"))
    sets = tuple(parts.pop("set", "").split("\n")[:-1])
    told = parts.pop("says")
    draft = parts.pop("draft.yaml")
    assert says(draft, *sets, **parts).rstrip("\n") == told.rstrip("\n")


def test_no_message_shows_the_libraries_beneath() -> None:
    for path in CASES:
        told = parts_of(path.read_text(encoding="utf-8"))[1]["says"].lower()
        words = ("pydantic", "traceback", "input should", "validation error", "nonetype", "keyerror", "yaml.")
        assert not [word for word in words if word in told.replace(".yaml.", "")], path.name


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 80
