"""The event log for bupaR."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from flowsim.store.exports import bupar
from flowsim.store.journal import Journal, whole_days
from short_hospital import finished

NEEDED = ["case_id", "activity", "activity_instance_id", "lifecycle_id", "timestamp", "resource_id"]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.read(finished(tmp_path / "results"), 1)


@pytest.fixture
def log(journal: Journal, tmp_path: Path) -> pd.DataFrame:
    wanted = journal.there(*whole_days(journal, None))
    count = bupar.export(journal, wanted, tmp_path / "log.csv")
    found = pd.read_csv(tmp_path / "log.csv", dtype={"patient": str, "fifth": str, "acuity": str})
    found["timestamp"] = pd.to_datetime(found["timestamp"])
    assert count == len(found)
    return found


def test_it_has_what_an_eventlog_needs(log: pd.DataFrame) -> None:
    assert [name for name in NEEDED if name not in log.columns] == []
    assert not log[NEEDED].isna().any().any()
    assert set(log["lifecycle_id"]) == {"start", "complete"}


def test_each_activity_instance_starts_once_and_completes_once_later(log: pd.DataFrame) -> None:
    wide = log.pivot_table(
        aggfunc="first", index="activity_instance_id", columns="lifecycle_id", values="timestamp"
    )
    assert not wide.isna().any().any()
    assert (wide["complete"] >= wide["start"]).all()
    one = log.groupby("activity_instance_id")[["case_id", "activity", "patient"]].nunique()
    assert (one == 1).all().all()


def test_waiting_care_and_being_held_add_up_to_the_time_in_each_service(
    journal: Journal, log: pd.DataFrame
) -> None:
    wide = log.pivot_table(
        aggfunc="first", index="activity_instance_id", columns="lifecycle_id", values="timestamp"
    )
    minutes = (wide["complete"] - wide["start"]).dt.total_seconds() / 60.0
    about = log.drop_duplicates("activity_instance_id").set_index("activity_instance_id")
    by_ward = minutes[about["activity"].str.startswith("ward: ")].sum()
    wanted = journal.there(*whole_days(journal, None)) & journal.of_kind("ward")
    arrived, left = (journal.minutes(name)[wanted] for name in ("arrived", "left"))
    over = ~np.isnan(left)
    accepted, finished_at = (journal.minutes(name)[wanted] for name in ("accepted", "finished"))
    open_care = np.where(~over & ~np.isnan(finished_at), finished_at - arrived, 0.0)
    open_wait = np.where(~over & np.isnan(finished_at) & ~np.isnan(accepted), accepted - arrived, 0.0)
    assert by_ward == pytest.approx(
        np.sum((left - arrived)[over]) + open_care.sum() + open_wait.sum(), rel=1e-6
    )


def test_waiting_uses_no_place(log: pd.DataFrame) -> None:
    waiting = log[log["activity"].str.endswith(": waiting")]
    assert not waiting["resource_id"].str.contains(" ").any()
    ward = log[log["activity"] == "ward: care"]
    assert ward["resource_id"].str.fullmatch(r"ward bed \d+").all()
