"""YAML read with the line and column of every key and value, by the rules of YAML 1.2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.scenario.nodes import Document, Node, find, leaves, plain
from flowsim.scenario.reading import MOST_DEPTH, MOST_NODES, read_tree
from flowsim.scenario.scalars import Bad, plus_sign, resolve


def read(text: str) -> Node:
    tree, problems = read_tree(text, Document("t.yaml", tuple(text.splitlines())))
    assert problems == []
    assert tree is not None
    return tree


def complaint(text: str) -> str:
    _, problems = read_tree(text, Document("t.yaml", tuple(text.splitlines())))
    return problems[0].message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("14:00", "14:00"),
        ("08:00", "08:00"),
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("true", True),
        ("12", 12),
        ("-3", -3),
        ("007", 7),
        ("0x10", 16),
        ("0o17", 15),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("2026-11-02", "2026-11-02"),
        ("6 days", "6 days"),
        ("0-17", "0-17"),
        ("", None),
        ("~", None),
    ],
)
def test_plain_text_means_what_yaml_1_2_says(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".inf", "-.Inf", "1e999", "9" * 50])
def test_numbers_that_no_scenario_can_use_are_marked(text: str) -> None:
    assert isinstance(resolve(text), Bad)


def test_a_plus_sign_is_seen_before_numbers_only() -> None:
    assert all(plus_sign(text) for text in ("+24", "+2 days", "+5%", "+ 3"))
    assert not any(plus_sign(text) for text in ("24", "+", "+44 (0)1622 123456", "a+b"))


def test_every_value_knows_its_line_and_column() -> None:
    tree = read("services:\n  ward:\n    beds: 24\n    rounds: [09:00, 14:00]\n")
    beds = find(tree, ("services", "ward", "beds"))
    second = find(tree, ("services", "ward", "rounds", "1"))
    assert (beds.line, beds.column, beds.key_line, beds.key_column) == (3, 11, 3, 5)
    assert (second.value, second.line, second.column) == ("14:00", 4, 21)


def test_quotes_make_text() -> None:
    assert plain(read("a: '12'\nb: \"true\"\n")) == {"a": "12", "b": "true"}


def test_keys_are_always_text() -> None:
    assert plain(read("1: a\ntrue: b\n0-17: c\n")) == {"1": "a", "true": "b", "0-17": "c"}


def test_a_value_with_its_source_is_the_value_with_a_note() -> None:
    tree = read("beds: {value: 24, source: KH03, grade: seen, note: counted, low: 20, high: 30}\n")
    beds = find(tree, ("beds",))
    assert beds.value == 24
    assert (beds.note.source, beds.note.grade, beds.note.note) == ("KH03", "seen", "counted")
    assert (beds.note.low, beds.note.high) == (20, 30)
    assert (beds.line, beds.column) == (1, 15)


def test_a_table_can_have_a_source_which_holds_for_all_in_it() -> None:
    tree = read("stay: {value: {by: age, 0-17: 1 day, otherwise: 2 days}, source: HES}\n")
    assert {note.source for _, _, note in leaves(tree)} == {"HES"}


def test_a_constant_distribution_is_not_taken_for_a_note() -> None:
    assert plain(read("stay: {distribution: constant, value: 2 days}\n"))["stay"]["value"] == "2 days"


def test_aliases_repeat_a_value() -> None:
    assert plain(read("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n")) == {
        "a": {"b": 1},
        "c": {"b": 1},
        "d": [{"b": 1}] * 2,
    }


def test_an_alias_bomb_is_defused_while_it_is_read() -> None:
    lines = ["a: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"b{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert complaint("\n".join(lines)).startswith(f"The file unfolds to more than {MOST_NODES:,} values")


def test_an_alias_of_itself_is_refused() -> None:
    assert complaint("a: &a [*a]") == "The alias *a contains itself."


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_stopped_early(opening: str) -> None:
    assert complaint(opening * 100_000) == f"The settings are nested more than {MOST_DEPTH} deep."


def test_fifty_levels_are_fine() -> None:
    read("[" * MOST_DEPTH + "]" * MOST_DEPTH)


@pytest.mark.parametrize("text", ["a: \x00", "a: \x1b[31m", "a: \ufffe"])
def test_control_characters_are_refused(text: str) -> None:
    assert "control character" in complaint(text)


def test_no_python_object_is_ever_made() -> None:
    assert complaint("a: !!python/object/apply:os.system [ls]").startswith("YAML tags such as !!python")


def test_several_problems_of_one_file_are_told_together() -> None:
    text = "a: +1\nb: .nan\nc:\na: 2\n"
    _, problems = read_tree(text, Document("t.yaml", tuple(text.splitlines())))
    assert sorted(problem.line for problem in problems) == [1, 2, 3, 4]


def test_about_may_be_left_to_fill_in() -> None:
    assert plain(read("about:\n  analyst:\n")) == {"about": {"analyst": None}}


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_without_a_crash(text: str) -> None:
    tree, problems = read_tree(text, Document("t.yaml", tuple(text.splitlines())))
    assert tree is None or isinstance(tree, Node)
    assert all(problem.message.endswith((".", "?")) and problem.file == "t.yaml" for problem in problems)


NAMES = st.text("abcd_", min_size=1, max_size=5)
SINGLE = st.integers(-(10**9), 10**9) | st.booleans() | st.text("abcxyz %:-_", min_size=1, max_size=8)


@given(
    st.recursive(
        SINGLE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
    )
)
def test_what_is_written_as_json_is_read_back(value: object) -> None:
    import json

    tree, problems = read_tree(json.dumps({"root": value}), Document("t.yaml"))
    assert problems == []
    assert plain(tree)["root"] == value
