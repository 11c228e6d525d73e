"""A run's tables as CSV, and files that appear whole or not at all."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from flowsim.errors import InputError
from flowsim.store.exports import plain
from flowsim.store.exports.writing import MARK, as_table, whole_file, whole_folder, write_csv
from flowsim.store.results import Results
from flowsim.tables import Coded
from short_hospital import finished


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return finished(tmp_path / "results")


def test_every_table_says_what_the_run_says(results: Results, tmp_path: Path) -> None:
    rows = plain.export(results, [1, 2], tmp_path)
    assert set(rows) == {
        "summary", "definitions", "measures", "series", "hour_of_week",
        "occupancy", "people", "patients", "visits",
    }  # fmt: skip
    for name, count in rows.items():
        assert len(pd.read_csv(tmp_path / f"{name}.csv", low_memory=False)) == count
    found = pd.read_csv(tmp_path / "measures.csv")
    kept = results.measures
    assert found["measure"].tolist() == kept["measure"].tolist()
    assert np.array_equal(found["value"].to_numpy(), kept["value"], equal_nan=True)
    people = pd.read_csv(tmp_path / "people.csv", dtype={"uid": np.uint64})
    own = people[people["replication"] == 2]
    assert np.array_equal(own["uid"].to_numpy(), results.people(2)["uid"])


def test_one_replication_alone_can_be_asked_for(results: Results, tmp_path: Path) -> None:
    plain.export(results, [2], tmp_path)
    for name in ("measures", "series", "occupancy", "visits"):
        assert set(pd.read_csv(tmp_path / f"{name}.csv", low_memory=False)["replication"]) == {2}
    summary = pd.read_csv(tmp_path / "summary.csv")
    one = summary[(summary["measure"] == "admissions") & (summary["level"] == "system")]
    assert one["mean"].item() == results.values("admissions")[1]
    assert one["low_95"].isna().all()


def test_means_and_intervals_are_those_of_the_run(results: Results, tmp_path: Path) -> None:
    plain.export(results, [1, 2], tmp_path)
    summary = pd.read_csv(tmp_path / "summary.csv")
    mean, half = results.manifest.headline["admissions"]
    one = summary[(summary["measure"] == "admissions") & (summary["level"] == "system")]
    assert one["mean"].item() == pytest.approx(mean, rel=1e-12)
    assert half is not None
    assert one["high_95"].item() == pytest.approx(mean + half, rel=1e-12)


def test_tables_that_were_not_kept_are_left_out(tmp_path: Path) -> None:
    rows = plain.export(finished(tmp_path / "results", kept=()), [1, 2], tmp_path)
    assert "visits" not in rows
    assert not (tmp_path / "visits.csv").exists()


# -- files -----------------------------------------------------------------------------------------------


def test_missing_numbers_are_empty_and_words_are_quoted(tmp_path: Path) -> None:
    table = as_table(
        {
            "n": np.array([1.5, np.nan]),
            "words": Coded(np.array([0, -1]), ['say "hi", then\ngo']),
            "big": np.array([2**64 - 1, 1], dtype=np.uint64),
        }
    )
    assert write_csv(tmp_path / "a.csv", [table, table]) == 4
    text = (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == '"n","words","big"'
    assert '1.5,"say ""hi"", then\ngo",18446744073709551615\n,,1\n' in text
    assert text.count('"words"') == 1


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("earlier", encoding="utf-8")

    def fail() -> None:
        with whole_file(path) as stream:
            stream.write(b"half")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own, above
        fail()
    assert path.read_text(encoding="utf-8") == "earlier"
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def test_a_folder_is_whole_or_not_there_and_an_earlier_export_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"

    def fill(name: str, *, fail: bool) -> None:
        with whole_folder(path) as folder:
            (folder / name).write_text(name, encoding="utf-8")
            if fail:
                raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        fill("first", fail=True)
    assert list(tmp_path.iterdir()) == []
    fill("first", fail=False)
    with pytest.raises(ValueError):  # noqa: PT011
        fill("second", fail=True)
    assert {each.name for each in path.iterdir()} == {MARK, "first"}
    fill("second", fail=False)
    assert {each.name for each in path.iterdir()} == {MARK, "second"}
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    own = tmp_path / "thesis"
    own.mkdir()
    (own / "chapter.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds\s+something\s+else"), whole_folder(own):
        pass
    with pytest.raises(InputError, match=r"is\s+a\s+file"), whole_folder(own / "chapter.txt"):
        pass
    with pytest.raises(InputError, match=r"no\s+folder"), whole_folder(tmp_path / "nowhere" / "out"):
        pass
    assert (own / "chapter.txt").read_text(encoding="utf-8") == "years of work"


def test_a_file_cannot_take_the_place_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"folder\s+of\s+this\s+name"), whole_file(tmp_path):
        pass
    with pytest.raises(InputError, match=r"no\s+folder"), whole_file(tmp_path / "nowhere" / "a.csv"):
        pass
