"""Problems, and how they look in a terminal."""

from __future__ import annotations

import pytest

from flowsim.errors import FlowsimError, InputError, Problem, as_warning, nearest, ordered, render, summary

LONG = "services: {medical_ward: {kind: ward, place: east, beds: 28, stay: {mean: 4 days, sd: 5 days}}, b: 1}"


def test_a_problem_shows_place_path_source_and_caret() -> None:
    problem = Problem(
        "Unknown setting. Did you mean clinicians?",
        "services.ed.clinicans",
        "draft.yaml",
        18,
        5,
        "    clinicans: 4",
        hint="clinicians: Clinicians on shift.",
    )
    assert render([problem]) == (
        "draft.yaml:18:5   services.ed.clinicans\n"
        "   18 |     clinicans: 4\n"
        "      |     ^^^^^^^^^\n"
        "   Unknown setting. Did you mean clinicians?\n"
        "   clinicians: Clinicians on shift."
    )


def test_a_problem_without_a_place_is_only_its_sentence() -> None:
    assert render([Problem("Nothing to run.")]) == "   Nothing to run."


def test_what_is_allowed_follows_the_sentence() -> None:
    assert render([Problem("No.", allowed="yes, maybe")]) == "   No.\n   Allowed: yes, maybe"


def test_a_warning_says_so() -> None:
    assert render([as_warning(Problem("Nobody comes."))]) == "   Warning: Nobody comes."


def test_sentences_wrap_at_the_width_asked_for() -> None:
    lines = render([Problem("word " * 40)], width=40).splitlines()
    assert len(lines) > 4
    assert all(len(line) <= 40 for line in lines)


@pytest.mark.parametrize("column", [1, 30, 60, 101])
def test_a_long_line_is_cut_around_the_culprit(column: int) -> None:
    problem = Problem("No.", file="a.yaml", line=3, column=column, source=LONG)
    _, source, caret, _ = render([problem]).splitlines()
    assert len(source) <= 80
    assert source[caret.index("^")] == LONG[column - 1]


@pytest.mark.parametrize(
    ("source", "column", "marked"),
    [
        ("beds: 24", 1, "beds"),
        ("beds: 24", 7, "24"),
        ("opens: 14:00", 8, "14:00"),
        ("stay: {mean: 4 days, sd: 2}", 14, "4 days"),
        ("stay: {mean: 4 days, sd: 2}", 7, "{mean: 4 days, sd: 2}"),
        ('title: "a, b" # note', 8, '"a, b"'),
        ("title: winter plan # note", 8, "winter plan"),
        ("services[kind=ward, place=x].beds: 3", 1, "services[kind=ward, place=x].beds"),
        ("- one", 3, "one"),
        ('title: "open', 8, '"open'),
        ("stay: {mean: 4,", 7, "{mean: 4,"),
    ],
)
def test_the_caret_covers_the_name_or_value(source: str, column: int, marked: str) -> None:
    _, line, caret, _ = render([Problem("No.", file="a", line=1, column=column, source=source)]).splitlines()
    start = caret.index("^")
    assert line[start : start + caret.count("^")] == marked


def test_control_characters_never_reach_the_terminal() -> None:
    assert "\x1b" not in render([Problem("No.", file="a", line=1, column=1, source="a: \x1b[31mred")])


def test_problems_are_ordered_by_file_line_and_column_and_told_once() -> None:
    late, early = Problem("b", file="a", line=9), Problem("a", file="a", line=2)
    other = Problem("c", file="b", line=1)
    assert ordered([other, late, early, late]) == (early, late, other)


def test_an_input_error_carries_all_problems_and_exit_code_two() -> None:
    error = InputError([Problem("One.", file="a", line=1), Problem("Two.", file="b", line=1)])
    assert error.exit_code == 2
    assert isinstance(error, FlowsimError)
    assert len(error.problems) == 2
    assert str(error).endswith("2 problems in 2 files. Nothing was run.")


@pytest.mark.parametrize(
    ("problems", "text"),
    [
        ([], "No problems."),
        ([Problem("a")], "1 problem. Nothing was run."),
        ([as_warning(Problem("a", file="f"))], "1 warning in 1 file."),
        (
            [Problem("a", file="f"), as_warning(Problem("b"))],
            "1 problem and 1 warning in 1 file. Nothing was run.",
        ),
    ],
)
def test_the_summary_counts(problems: list[Problem], text: str) -> None:
    assert summary(problems) == text


@pytest.mark.parametrize(
    ("word", "options", "found"),
    [
        ("clinicans", ["clinicians", "rooms"], ["clinicians"]),
        ("Medical Ward", ["medical_ward"], ["medical_ward"]),
        ("medical-ward", ["medical_ward"], ["medical_ward"]),
        ("colour", ["beds", "stay"], []),
        ("x", [], []),
    ],
)
def test_the_nearest_name_ignores_case_and_hyphens(word: str, options: list[str], found: list[str]) -> None:
    assert nearest(word, options) == found
