"""How commands print: tables, wrapped lines, numbers of things, and answers for programs."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.cli.output import counted, page_width, say_json, say_table, wrapped


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, "file", "0 files"),
        (1, "file", "1 file"),
        (2, "file", "2 files"),
        (1234, "replication", "1,234 replications"),
    ],
)
def test_numbers_of_things(number: int, noun: str, text: str) -> None:
    assert counted(number, noun) == text


@pytest.mark.parametrize(
    ("columns", "most", "width"),
    [
        ("40", 120, 80),
        ("80", 120, 80),
        ("100", 120, 100),
        ("120", 120, 120),
        ("300", 120, 120),
        ("300", 200, 200),
    ],
)
def test_the_page_is_as_wide_as_the_terminal_within_reason(
    monkeypatch: pytest.MonkeyPatch, columns: str, most: int, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert page_width(most) == width


# -- JSON ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "read"),
    [
        ({"a": 1.5, "b": [1, None, True]}, {"a": 1.5, "b": [1, None, True]}),
        (math.nan, None),
        ([math.inf, -math.inf, 0.0], [None, None, 0.0]),
        ({"x": {"y": (1.0, math.nan)}}, {"x": {"y": [1.0, None]}}),
        ({1: "one", None: "none"}, {"1": "one", "None": "none"}),
        ({"where": Path("a/b"), "when": date(2026, 11, 2)}, {"where": "a/b", "when": "2026-11-02"}),
        ("é – £", "é – £"),
    ],
)
def test_answers_for_programs(content: Any, read: Any, capsys: pytest.CaptureFixture[str]) -> None:
    say_json(content)
    out = capsys.readouterr().out
    assert json.loads(out) == read
    assert "\\u" not in out


# -- lines ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("", []),
        ("x" * 80, ["x" * 80]),
        ("a b\n\nc", ["a b", "", "c"]),
        ("x" * 50 + " " + "y" * 50, ["x" * 50, "y" * 50]),
        ("   " + "x" * 50 + " " + "y" * 50, ["   " + "x" * 50, "   " + "y" * 50]),
        ("z" * 100, ["z" * 100]),  # a path is not broken
    ],
)
def test_long_lines_go_on_below_with_their_indent(text: str, lines: list[str]) -> None:
    assert wrapped(text).splitlines() == lines


@given(st.lists(st.text(alphabet="abc ", min_size=1, max_size=200), max_size=4))
def test_wrapping_loses_no_word(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert wrapped(text).split() == text.split()
    assert all(len(line) <= 80 or " " not in line.strip() for line in wrapped(text).splitlines())


# -- tables --------------------------------------------------------------------------------------------------


def printed(capsys: pytest.CaptureFixture[str], *arguments: Any, **options: Any) -> list[str]:
    say_table(*arguments, **options)
    return capsys.readouterr().out.splitlines()


def test_columns_are_as_wide_as_their_longest_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, [("a", "bb", "c"), ("dddd", "e", "f g")]) == ["a     bb  c", "dddd  e   f g"]


def test_headings_are_a_row_above(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, [("a", "b")], ("long head", "x")) == ["long head  x", "a          b"]
    assert printed(capsys, [], ("only", "heads")) == ["only  heads"]


def test_numbers_are_set_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("a", "1", "x"), ("b", "100", "y")]
    assert printed(capsys, rows, right=(1,)) == ["a    1  x", "b  100  y"]


def test_the_last_column_goes_on_in_further_lines(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, [("name", " ".join(["word"] * 30)), ("n", "short")])
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith(" " * 6 + "word")
    assert " ".join(lines[:-1]).split() == ["name", *["word"] * 30]
    assert lines[-1] == "n     short"


def test_the_last_column_has_room_beside_long_ones(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, [("x" * 90, "some words that would not fit beside it")])
    assert lines[0] == "x" * 90 + "  some words that"
    assert lines[1].strip() == "would not fit beside"


def test_an_empty_cell_leaves_no_space_behind(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, [("a", ""), ("bbb", "c")]) == ["a", "bbb  c"]


def test_nothing_is_printed_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, []) == []
