"""The event log for vidigi: its layout, and that the published package reads it without a complaint."""

import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from flowsim.store.exports import vidigi
from flowsim.store.journal import Journal, whole_days
from short_hospital import finished

COLUMNS = ["entity_id", "pathway", "event_type", "event", "time", "resource_id", "run_number"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    journal = Journal.read(finished(tmp_path / "results"), 2)
    out = tmp_path / "out"
    out.mkdir()
    count = vidigi.export(journal, journal.there(*whole_days(journal, "2026-11-04 to 2026-11-06")), out)
    assert count == len(read(out))
    return out


def read(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / vidigi.LOG, dtype={"resource_id": "Int64", "patient": str})


def test_the_columns_are_those_of_vidigi(folder: Path) -> None:
    log = read(folder)
    assert list(log.columns[:7]) == COLUMNS
    assert set(log["event_type"]) == {"arrival_departure", "queue", "resource_use", "resource_use_end"}
    assert (log["run_number"] == 2).all()
    assert log["time"].is_monotonic_increasing


def test_every_entity_arrives_once_and_leaves_at_most_once_after_everything_else(folder: Path) -> None:
    log = read(folder)
    arrivals = log[log["event"] == "arrival"]
    assert arrivals["entity_id"].is_unique
    assert set(arrivals["entity_id"]) == set(log["entity_id"])
    departures = log[log["event"] == "depart"]
    assert departures["entity_id"].is_unique
    first, last = (log.groupby("entity_id")["time"].agg(name) for name in ("min", "max"))
    assert (arrivals.set_index("entity_id")["time"].sort_index() == first).all()
    assert np.array_equal(departures["time"], last[departures["entity_id"]])


def test_only_resources_have_a_number_and_each_use_ends_with_the_same(folder: Path) -> None:
    log = read(folder)
    resource = log["event_type"].str.startswith("resource_use")
    assert log.loc[resource, "resource_id"].ge(1).all()
    assert log.loc[~resource, "resource_id"].isna().all()
    uses = log[log["event_type"] == "resource_use"]
    ends = log[log["event_type"] == "resource_use_end"]
    assert (ends["event"].str.endswith("_end")).all()
    for _, end in ends.head(200).iterrows():
        same = uses[
            (uses["entity_id"] == end["entity_id"]) & (uses["event"] == end["event"].removesuffix("_end"))
        ]
        assert end["resource_id"] in set(same["resource_id"])


def test_a_place_is_given_up_before_the_next_patient_has_it(folder: Path) -> None:
    log = read(folder)
    ward = log[log["event"].isin(["ward", "ward_end"])]
    for _, own in ward.groupby("resource_id"):
        kinds = own["event_type"].tolist()
        for one, another in pairwise(kinds):
            assert one != another


def test_times_are_local_dates_too(folder: Path) -> None:
    log = read(folder)
    when = pd.to_datetime(log["timestamp"])
    start = pd.Timestamp("2026-10-30")  # three days of warm-up before 2 November
    assert np.allclose((when - start).dt.total_seconds() / 60.0, log["time"], atol=1e-3)


def test_every_event_has_a_position(folder: Path) -> None:
    positions = pd.read_csv(folder / vidigi.POSITIONS)
    assert list(positions.columns) == ["event", "x", "y", "label"]
    assert positions["event"].is_unique
    assert set(read(folder)["event"]) <= set(positions["event"])
    assert not positions.duplicated(["x", "y"]).any()


# -- the published package -------------------------------------------------------------------------------


def package(name: str) -> Any:
    return pytest.importorskip(
        name, reason="vidigi is not installed: pip install vidigi", exc_type=ImportError
    )


def known(record: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): None if pd.isna(value) else value for name, value in record.items()}


def test_vidigi_takes_each_row_for_an_event(folder: Path) -> None:
    logging = package("vidigi.logging")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for record in read(folder).head(3000).to_dict("records"):
            logging.BaseEvent(**known(record))


def test_vidigi_puts_everyone_present_into_its_snapshots(folder: Path) -> None:
    prep = package("vidigi.prep")
    log = read(folder)
    noon = 6 * 1440 + 720
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = prep.reshape_for_animations(
            log, every_x_time_units=30, warm_up=noon, limit_duration=noon + 60, step_snapshot_max=10_000
        )
    times = log.pivot_table(index="entity_id", columns="event", values="time", aggfunc="first")
    there = (times["arrival"] <= noon) & ~(times["depart"] < noon)
    seen = shown[(shown["snapshot_time"] == noon) & shown["entity_id"].notna()]
    assert set(seen["entity_id"]) == set(times.index[there])


def test_vidigi_animates_it_with_the_positions(folder: Path) -> None:
    animation = package("vidigi.animation")
    noon = 6 * 1440 + 720
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = animation.animate_activity_log(
            event_log=read(folder),
            event_position_df=pd.read_csv(folder / vidigi.POSITIONS),
            scenario=object(),
            every_x_time_units=30,
            warm_up=noon,
            limit_duration=noon + 60,
        )
    assert len(figure.frames) == 3
