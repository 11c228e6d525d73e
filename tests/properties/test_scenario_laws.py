"""Laws of whole scenarios: layers, levers, sources and messages, whatever stands in the files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowsim.scenario import Scenario, examine, load
from flowsim.scenario.describe import backing, diff, explain_path
from flowsim.scenario.nodes import dotted
from messages.kinds import KINDS

BASE = (Path(__file__).parents[1] / "messages" / "base.yaml").read_text(encoding="utf-8")
FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SETTINGS = {
    "services.medical_ward.beds": st.integers(0, 60),
    "services.frailty_ward.beds": st.integers(0, 60),
    "services.medical_ward.turnaround": st.integers(0, 300).map(lambda n: f"{n} min"),
    "services.hot_clinic.referred": st.integers(0, 100).map(lambda n: f"{n}%"),
    "services.hot_clinic.clinicians": st.integers(0, 9).map(lambda n: f"08:00-20:00={n}"),
    "services.frailty_ward.stay": st.integers(1, 30).map(lambda n: f"{n} days"),
    "demand.referrals.per_day": st.integers(0, 90),
    "demand.admissions.place": st.sampled_from(["east", "west"]),
    "casemix.adults.admission": st.integers(0, 100).map(lambda n: f"{n}%"),
}
"""Settings of the base, with what else they may be."""


def some(size: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Some settings with new values."""
    names = st.lists(st.sampled_from(sorted(SETTINGS)), unique=True, min_size=1, max_size=size)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: SETTINGS[name] for name in chosen}))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("flowsim.services.KINDS", KINDS)
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lever(changes: dict[str, Any]) -> str:
    return "change:\n" + "".join(f"  {path}: {value}\n" for path, value in changes.items())


def sections(changes: dict[str, Any]) -> str:
    """Return the same as sections of a file."""
    text = ""
    tree: dict[str, dict[str, list[str]]] = {}
    for path, value in changes.items():
        section, name, *rest = path.split(".")
        inner = "".join(f"{{{step}: " for step in rest) + str(value) + "}" * len(rest)
        tree.setdefault(section, {}).setdefault(name, []).append(inner[1:-1])
    for section, entries in tree.items():
        text += f"{section}:\n" + "".join(
            f"  {name}: {{{', '.join(each)}}}\n" for name, each in entries.items()
        )
    return text


def plan(folder: Path, text: str, *sets: str, **files: str) -> Scenario:
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    (folder / "plan.yaml").write_text(f"flowsim: 1\nextends: base.yaml\n{text}", encoding="utf-8")
    return load("plan.yaml", sets=sets)


class TestLayers:
    @FEW
    @given(some(), some())
    def test_files_that_say_different_things_may_come_in_any_order(
        self, folder: Path, one: dict[str, Any], other: dict[str, Any]
    ) -> None:
        other = {path: value for path, value in other.items() if path not in one}
        files = {"one": sections(one), "other": sections(other) or "title: x\n"}
        forth = plan(folder, "include: [one.yaml, other.yaml]\n", **files)
        back = plan(folder, "include: [other.yaml, one.yaml]\n", **files)
        assert forth.digest == back.digest

    @FEW
    @given(some())
    def test_a_section_a_lever_a_pack_and_an_option_that_say_the_same_are_the_same(
        self, folder: Path, changes: dict[str, Any]
    ) -> None:
        own = plan(folder, sections(changes)).digest
        assert plan(folder, lever(changes)).digest == own
        assert plan(folder, "include: pack.yaml\n", pack=lever(changes)).digest == own
        assert plan(folder, "", *(f"{path}={value}" for path, value in changes.items())).digest == own
        assert load("base.yaml").change(changes).digest == own

    @FEW
    @given(some(), some())
    def test_the_later_of_two_packs_wins_and_the_option_beats_both(
        self, folder: Path, one: dict[str, Any], other: dict[str, Any]
    ) -> None:
        both = plan(folder, "include: [one.yaml, other.yaml]\n", one=lever(one), other=lever(other))
        assert both.digest == plan(folder, sections({**one, **other})).digest
        sets = [f"{path}={value}" for path, value in one.items()]
        last = plan(folder, "include: [one.yaml, other.yaml]\n", *sets, one=lever(one), other=lever(other))
        assert last.digest == plan(folder, sections({**other, **one})).digest

    @FEW
    @given(some(), st.integers(0, 20), st.integers(0, 20))
    def test_beds_added_twice_are_added_up(
        self, folder: Path, changes: dict[str, Any], one: int, other: int
    ) -> None:
        path = "services.medical_ward.beds"
        base = sections({path: 10, **{key: value for key, value in changes.items() if key != path}})
        twice = plan(
            folder,
            base + f"include: pack.yaml\nchange: {{{path}: {{add: {one}}}}}\n",
            pack=f"change: {{{path}: {{add: {other}}}}}\n",
        )
        assert twice.digest == plan(folder, base + f"change: {{{path}: {{add: {one + other}}}}}\n").digest


class TestWhatIsKnown:
    @FEW
    @given(some(5))
    def test_every_value_has_an_origin_that_says_the_same(
        self, folder: Path, changes: dict[str, Any]
    ) -> None:
        scenario = plan(folder, lever(changes))
        leaves = dict(leaves_of(backing(scenario).tree, ()))
        assert {path: origin.value for path, origin in scenario.provenance.items()} == leaves
        for path, value in changes.items():
            origin = scenario.provenance[path]
            assert (origin.value, origin.layer, origin.file) == (value, "change", "plan.yaml")
            (each,) = explain_path(scenario, path)
            assert f"   Value: {value}" in each.text().splitlines()

    @FEW
    @given(some(5))
    def test_the_differences_are_what_was_changed(self, folder: Path, changes: dict[str, Any]) -> None:
        base, scenario = load("base.yaml"), plan(folder, lever(changes))
        before = {path: origin.value for path, origin in base.provenance.items()}
        expected = {path: value for path, value in changes.items() if before.get(path) != value}
        found = {each.path: each.new.value for each in diff(base, scenario) if each.new is not None}
        assert {path: found[path] for path in expected} == expected
        touched = set(expected) | {path for path in before if any(path.startswith(f"{p}.") for p in expected)}
        assert {each.path for each in diff(base, scenario)} <= touched
        assert {each.path for each in diff(scenario, base)} == {each.path for each in diff(base, scenario)}

    @FEW
    @given(some(5))
    def test_the_resolved_file_is_the_scenario(self, folder: Path, changes: dict[str, Any]) -> None:
        scenario = plan(folder, lever(changes))
        (folder / "again.yaml").write_text(scenario.resolved_text(), encoding="utf-8")
        again = load("again.yaml")
        assert again.digest == scenario.digest
        assert again.resolved_text().count("\n") == scenario.resolved_text().count("\n")


def leaves_of(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict):
        for key, child in tree.items():
            yield from leaves_of(child, (*path, key))
    elif isinstance(tree, list):
        for position, child in enumerate(tree):
            yield from leaves_of(child, (*path, str(position)))
    else:
        yield dotted(path), tree


class TestMessages:
    LIBRARIES = (
        "pydantic",
        "traceback",
        "input should",
        "validation error",
        "nonetype",
        "keyerror",
        "object at 0x",
    )

    @settings(FEW, max_examples=60)
    @given(
        st.integers(0, len(BASE) - 1),
        st.sampled_from(["", "x", "0", "-", ":", "%", "{", "]", '"', " ", "\n", "\u00e9"]),
    )
    def test_one_wrong_character_is_told_where_it_is_and_in_words(
        self, folder: Path, at: int, char: str
    ) -> None:
        """Or it does not matter: in a label, or in a name wherever it is used."""
        text = BASE[:at] + char + BASE[at + 1 :]
        (folder / "base.yaml").write_text(text, encoding="utf-8")
        scenario, problems = examine("base.yaml")
        assert scenario is not None or problems
        lines = text.splitlines()
        for problem in problems:
            assert problem.file == "base.yaml"
            assert problem.message.endswith((".", "?", "!", ")"))
            assert not any(word in problem.message.lower() for word in self.LIBRARIES)
            assert 1 <= problem.line <= len(lines)
            assert problem.source == lines[problem.line - 1]
            assert 0 <= problem.column <= len(problem.source) + 1
