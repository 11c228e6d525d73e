"""Whatever stands in a scenario file, the answer is a scenario or sentences for a planner, never a crash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowsim.errors import render
from flowsim.scenario import Scenario, examine
from flowsim.scenario.nodes import Document, plain
from flowsim.scenario.reading import read_tree

STARTER = Path(__file__).parents[2] / "src" / "flowsim" / "scenario" / "starter" / "scenarios"
TEXT = (STARTER / "baseline.yaml").read_text(encoding="utf-8")
TREE = plain(read_tree(TEXT, Document("baseline.yaml"))[0])
FOREIGN = ("pydantic", "input should", "nonetype", "validation error", "does not fit here", "object at 0x")

JUNK: list[Any] = [
    None, True, -1, 0, 1e9, 1e300, "x", "45", "45 min", "780%", "12%", "+3", "rest", "unlimited", "25:00",
    "08:00-20:00=3", "2026-13-01", "leave", "wards", "nowhere.csv", "attendances.csv", [], {}, [1, 2],
    {"value": 3}, {"value": None}, {"value": {"value": 1}}, {"": 1}, {"otherwise": 1}, {"remove": True},
    {"replace": 3}, {"append": [1]}, {"like": "x"}, {"like": 3}, {"multiply": 2}, {"add": 1}, {"a": 1},
    {"kind": "ward"},
    {"by": "age"}, {"by": [1]}, {"by": {"a": 1}}, {"by": "age", "0-17": "3%", "otherwise": {}},
    {"mean": "3 days"}, {"mean": 3, "sd": 4}, {"distribution": "x"}, {"low": "1 day", "high": "0 days"},
    {"parts": []}, {"parts": 3}, {"parts": [{"share": "50%"}]}, {"values": []}, {"file": 3},
    {"file": "nowhere.csv", "column": "weight", "unit": "hours"}, {"weekday": "3"}, {"then": 3},
    {"weekday": 3, "then": [{"add": "x"}]},
]  # fmt: skip
VERBS: list[Any] = [
    {"multiply": 1.3, "from": "2026-12-01"},
    {"multiply": 1.3, "peak": "2026-12-20", "width": "3 weeks"},
    {"add": 2, "shape": "ramp", "from": "2026-12-01", "to": "2026-12-10"},
    {"set": "x", "from": "2026-12-01", "to": "2026-12-02"},
]


def paths(tree: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every setting."""
    if above:
        yield above
    if isinstance(tree, dict):
        for key, item in tree.items():
            yield from paths(item, (*above, key))
    elif isinstance(tree, list):
        for position, item in enumerate(tree):
            yield from paths(item, (*above, position))


PATHS = list(paths(TREE))


def with_value(path: tuple[Any, ...], value: Any) -> str:
    """Return the starter with another value at a path."""
    tree = json.loads(json.dumps(TREE))
    here = tree
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return json.dumps(tree, indent=1)


def with_change(path: tuple[Any, ...], change: Any) -> str:
    """Return a file that changes a setting of the starter."""
    selector = ".".join(str(step) for step in path)
    return json.dumps({"flowsim": 1, "extends": "baseline.yaml", "change": {selector: change}}, indent=1)


def with_slips(slips: list[tuple[int, str]]) -> str:
    """Return the starter with single characters mistyped."""
    letters = list(TEXT)
    for position, char in slips:
        letters[position % len(letters)] = char
    return "".join(letters)


DRAFTS = st.one_of(
    st.builds(with_value, st.sampled_from(PATHS), st.sampled_from(JUNK)),
    st.builds(with_change, st.sampled_from(PATHS), st.sampled_from(JUNK + VERBS)),
    st.builds(
        with_slips,
        st.lists(
            st.tuples(st.integers(0, 10**6), st.sampled_from(" :{}[],\"'\n-#&*!|>%@`\t0a+é")),
            min_size=1,
            max_size=3,
        ),
    ),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the starter's files."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(STARTER, folder, dirs_exist_ok=True)
    return folder


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=DRAFTS)
def test_the_answer_is_a_scenario_or_sentences(project: Path, draft: str) -> None:
    (project / "draft.yaml").write_text(draft, encoding="utf-8")
    scenario, problems = examine(project / "draft.yaml")
    told = render(problems).lower()
    assert not [word for word in FOREIGN if word in told]
    assert all(problem.message for problem in problems)
    if scenario is None:
        assert any(problem.severity == "error" for problem in problems)
    else:
        can_be_asked(scenario)


def can_be_asked(scenario: Scenario) -> None:
    """Ask a valid scenario everything it should be able to answer."""
    for name in scenario.services:
        assert scenario.specs_over_time(name)[0][0] == 0.0
    for name in scenario.demand:
        assert scenario.specs_over_time(name, "demand")[0][0] == 0.0
    assert scenario.resolved_text()
    assert len(scenario.digest) == 64
