"""The record of escalation in a finished run: whole, and the same from any worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.measures.escalation import Story
from flowsim.spec.scenario import Scenario
from flowsim.tables import ESCALATION_WORDS

SHORT = {"time.horizon": "4 days"}


@pytest.fixture(scope="module")
def kept(acting: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Two replications in this process."""
    folder = tmp_path_factory.mktemp("kept")
    return fs.run(acting.change(SHORT), replications=2, root=folder, jobs=1, allow_overload=True)


def test_the_table_comes_back_as_it_was(kept: Any, acting: Scenario) -> None:
    from flowsim.model import replicate

    made: Any = replicate(acting.change(SHORT), 2).escalation
    read = kept.table("escalation", 2)
    assert list(read) == list(made)
    for name, column in made.items():
        if name in ESCALATION_WORDS:
            assert read[name].tolist() == [column.texts[code] for code in column.codes.tolist()]
        else:
            assert np.array_equal(read[name], column, equal_nan=True)


def test_a_story_can_be_told_from_a_finished_run(kept: Any) -> None:
    story = Story(kept.table("escalation", 1), 2 * 1440.0, 6 * 1440.0)
    hours = story.hours_at_level()
    assert sum(hours["system", ""]) == pytest.approx(96)
    measured = [kept.values(f"opel_{level}_hours", "site", "north")[0] for level in (1, 2, 3, 4)]
    assert measured == pytest.approx(hours["site", "north"])


def test_any_number_of_workers_gives_the_same(kept: Any, acting: Scenario, tmp_path: Path) -> None:
    apart = fs.run(acting.change(SHORT), replications=2, root=tmp_path, jobs=2, allow_overload=True)
    assert apart.digest == kept.digest
    for number in (1, 2):
        one, other = kept.table("escalation", number), apart.table("escalation", number)
        assert all(
            np.array_equal(one[name], other[name], equal_nan=name not in ESCALATION_WORDS) for name in one
        )


def test_a_run_without_escalation_keeps_no_such_table(acting: Scenario, tmp_path: Path) -> None:
    off = acting.change({**SHORT, "escalation.enabled": False})
    results = fs.run(off, replications=1, root=tmp_path, jobs=1, allow_overload=True)
    assert "escalation" not in results.tables()
    assert "opel_4_hours" not in set(results.measures["measure"])
