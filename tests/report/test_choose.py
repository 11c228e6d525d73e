"""Finding patients worth following."""

from typing import Any

import numpy as np
import pytest

from finished_runs import table
from flowsim.errors import InputError
from flowsim.report.journeys.choose import alike, any_of, as_rows, delay, longest_first, with_uid
from flowsim.tables import Coded

PEOPLE = [
    {"uid": 11_111_111, "age": "85+", "route": "ambulance", "waiting_minutes": 30, "held_minutes": 600},
    {"uid": 22_222_222, "age": "85+", "acuity": "2", "waiting_minutes": 5},
    {"uid": 33_333_333, "age": "18-64", "held_minutes": 90, "ed_attendances": 2},
    {"uid": 11_199_999, "age": "0-17", "stream": "mental_health"},
]


@pytest.fixture
def people() -> dict[str, Any]:
    return {**table(PEOPLE), "demand": Coded(np.array([0, 0, 1, -1]), ["calls", "walk_in"])}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3]),
        ("age=85+", [0, 1]),
        ("age = 85+ , route=ambulance", [0]),
        ("age!=85+", [2, 3]),
        ("acuity=2", [1]),
        ("stream=mental health", [3]),
        ("demand=walk_in", [2]),
        ("held_minutes>=90", [0, 2]),
        ("held_minutes > 90 min", [0]),
        ("held_minutes > 8 hours", [0]),
        ("waiting_minutes<=5, ed_attendances<1", [1, 3]),
        ("ed_attendances=2", [2]),
        ("place=EAST", [0, 1, 2, 3]),
    ],
)
def test_conditions(people: dict[str, Any], text: str, rows: list[int]) -> None:
    assert alike(people, text).tolist() == rows


def test_every_condition_that_cannot_be_read_is_told(people: dict[str, Any]) -> None:
    with pytest.raises(InputError) as told:
        alike(people, "agee=85+, fifth=9, held_minutes>long, old, age>85+, ed_attendances=many")
    messages = [problem.message for problem in told.value.problems]
    assert len(messages) == 6
    text = " ".join(str(told.value).split())
    assert "Did you mean age?" in text
    assert "No patient has fifth 9." in text
    assert "old is not a condition." in text
    assert "age is a word" in text


def test_the_longest_delay_comes_first(people: dict[str, Any]) -> None:
    assert delay(people).tolist() == [630, 5, 90, 0]
    assert longest_first(people, np.array([1, 2, 3])).tolist() == [2, 1, 3]


def test_a_seed_chooses_the_same_patient_again() -> None:
    rows = np.arange(100, 200)
    assert any_of(rows, 7) == any_of(rows, 7)
    assert len({any_of(rows, seed) for seed in range(20)}) > 5
    assert any_of(rows, -7) in rows


def test_a_number_or_its_beginning_names_a_patient(people: dict[str, Any]) -> None:
    uids = people["uid"]
    assert with_uid(uids, "22222222").tolist() == [1]
    assert with_uid(uids, "222222").tolist() == [1]
    assert with_uid(uids, "444444").tolist() == []
    assert with_uid(uids, "99999999999999999999").tolist() == []


@pytest.mark.parametrize("text", ["", "12", "abc", "-1", "1.5", "2" * 21, "<script>"])
def test_anything_else_names_none(people: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match="names no patient"):
        with_uid(people["uid"], text)


def test_a_large_number_loses_no_digit() -> None:
    uids = np.array([18_446_744_073_709_551_615, 18_446_744_073_709_551_614], dtype=np.uint64)
    assert with_uid(uids, "18446744073709551614").tolist() == [1]


def test_patients_as_plain_values(people: dict[str, Any]) -> None:
    first, *_, last = as_rows(people, np.arange(4))
    assert first["patient"] == "11111111"
    assert first["held_minutes"] == 600.0
    assert last["demand"] is None
