"""A replication's tables in the form they are kept in."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from flowsim.experiment.keeping import occupancy, patients, through_time, visits
from flowsim.measures.series import SeriesTable
from flowsim.store.tables import Coded
from flowsim.tables import TIMES, Replication


def words(column: Any) -> list[str | None]:
    """Return coded text as words; None where it is not known."""
    assert isinstance(column, Coded)
    return [column.texts[code] if code >= 0 else None for code in column.codes]


class Clinic:
    OUTCOMES = ("done", "left")


class Ward:
    OUTCOMES = ("ready", "died", "left")


@pytest.fixture
def scenario() -> Any:
    return SimpleNamespace(places={"east": None}, services={"ward": Ward(), "clinic": Clinic()})


@pytest.fixture
def replication() -> Replication:
    codes = {name: np.zeros(2, np.int8) for name in ("age", "fifth", "place")}
    times = {name: np.array([1.0, 2.0, np.nan]) for name in TIMES}
    return Replication(
        patients={
            "uid": np.array([7, 9], np.uint64),
            "demand": np.array([1, 0], np.int16),
            "arrived": np.arange(2.0),
        }
        | codes
        | {"place": np.array([0, 1], np.int8)},
        visits={
            "patient": np.array([0, 0, 1], np.int32),
            "service": np.array([0, 1, 1], np.int16),
            "source": np.array([-1, 0, -1], np.int16),
            "visit": np.zeros(3, np.int16),
            "outcome": np.array([2, 0, -1], np.int8),
            **times,
        },
        occupancy=np.arange(12, dtype=np.float32).reshape(2, 2, 3),
        pools=[("ward", "beds"), ("clinic", "staff")],
        services=["ward", "clinic"],
        demand=["gp", "walk_in"],
        start=datetime(2026, 11, 2),
        warm_up=0.0,
        horizon=120.0,
    )


def test_outcomes_are_words_of_the_kind_of_service(replication: Replication, scenario: Any) -> None:
    table = visits(replication, scenario)
    assert words(table["outcome"]) == ["left", "done", None]
    assert words(table["service"]) == ["ward", "clinic", "clinic"]
    assert words(table["source"]) == [None, "ward", None]
    assert list(table) == ["patient", "service", "source", "visit", "outcome", *TIMES]


def test_patients_are_described_in_words(replication: Replication, scenario: Any) -> None:
    table = patients(replication, scenario)
    assert words(table["place"]) == ["east", "out_of_area"]
    assert words(table["age"]) == ["0-17", "0-17"]
    assert words(table["demand"]) == ["walk_in", "gp"]
    assert table["uid"].tolist() == [7, 9]


def test_occupancy_is_hour_by_hour_and_pool_by_pool(replication: Replication) -> None:
    table = occupancy(replication)
    assert table["hour"].tolist() == [0, 0, 1, 1]
    assert words(table["service"]) == ["ward", "clinic"] * 2
    assert words(table["resource"]) == ["beds", "staff"] * 2
    assert table["busy"].tolist() == [0, 3, 6, 9]
    assert table["queue"].tolist() == [1, 4, 7, 10]
    assert table["capacity"].tolist() == [2, 5, 8, 11]


def test_a_series_becomes_one_row_for_each_step() -> None:
    keys = [("attendances", "system", ""), ("attendances", "site", "a")]
    table = through_time(SeriesTable("day", keys, np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32)))
    assert list(table) == ["measure", "level", "group", "day", "value"]
    assert words(table["group"]) == ["", "", "", "a", "a", "a"]
    assert table["day"].tolist() == [0, 1, 2, 0, 1, 2]
    assert table["value"].tolist() == [1, 2, 3, 4, 5, 6]


def test_no_series_is_an_empty_table() -> None:
    table = through_time(SeriesTable("day", [], np.empty((0, 0), dtype=np.float32)))
    assert {len(column) for column in table.values()} == {0}
