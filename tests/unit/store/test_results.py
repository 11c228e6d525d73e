"""Reading finished runs, whole and damaged."""

import json
from pathlib import Path

import numpy as np
import pytest

from fake_model import FakeScenario, settles, simulate
from flowsim.errors import InputError
from flowsim.experiment.run import run
from flowsim.store.find import find_run, runs
from flowsim.store.results import Results


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return run(
        FakeScenario(), 3, root=tmp_path, jobs=1, keep=("visits",), simulate=simulate, overloads=settles
    )


def test_a_run_knows_what_it_is(results: Results) -> None:
    again = Results.open(results.path)
    assert (again.name, again.title) == ("Fake baseline", "A fake baseline")
    assert again.manifest.seed == 2026
    assert again.manifest.horizon_minutes == 28 * 1440
    assert again.manifest.versions["numpy"] == np.__version__
    assert again.manifest.finished >= again.manifest.started
    assert again.scenario_text().startswith("name: Fake baseline")


def test_measures_have_one_row_for_each_replication_and_group(results: Results) -> None:
    measures = results.measures
    assert list(measures) == ["replication", "measure", "level", "group", "value"]
    assert measures["replication"].tolist() == [1] * 4 + [2] * 4 + [3] * 4
    assert results.keys()[2] == ("within_4_hours", "place", "east_kent")


def test_values_come_one_for_each_replication(results: Results) -> None:
    measures = results.measures
    expected = measures["value"][(measures["measure"] == "wait_mean")]
    np.testing.assert_array_equal(results.values("wait_mean"), expected)
    np.testing.assert_array_equal(results.first(2).values("wait_mean"), expected[:2])


def test_an_unknown_measure_gets_the_nearest_name(results: Results) -> None:
    with pytest.raises(InputError, match="Did you mean within_4_hours"):
        results.values("within_4_hour")
    with pytest.raises(InputError, match="east_kent"):
        results.values("within_4_hours", "place", "east_kant")


def test_tables_of_one_replication_are_read_when_asked(results: Results) -> None:
    assert results.tables() == ("measures", "occupancy", "people", "series", "visits")
    assert results.table("occupancy", 2)["busy"].dtype == np.float32
    with pytest.raises(InputError, match=r"This run kept no patients(.|\n)*--keep patients"):
        results.table("patients", 1)


def test_measures_as_a_data_frame(results: Results) -> None:
    frame = results.to_frame()
    assert list(frame.columns) == ["replication", "measure", "level", "group", "value"]
    assert len(frame) == 12


def test_a_folder_without_a_run_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run in this folder"):
        Results.open(tmp_path / "nowhere")
    with pytest.raises(InputError, match="manifest of this run is missing"):
        Results.open(tmp_path)


@pytest.mark.parametrize("table", ["measures.parquet", "series.parquet"])
def test_a_table_that_was_cut_short_is_an_input_error(results: Results, table: str) -> None:
    path = results.path / table
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=r"not whole(.|\n)*Delete the folder"):
        Results(results.path)._together(table.removesuffix(".parquet"))


def test_a_missing_table_is_an_input_error(results: Results) -> None:
    (results.path / "measures.parquet").unlink()
    with pytest.raises(InputError, match="This table is missing"):
        _ = Results.open(results.path).measures


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "layout 99"),
        ({"seed": None}, "settings are missing"),
        ({"replications": 0}, "interrupted before"),
    ],
)
def test_a_manifest_of_another_kind_is_an_input_error(
    results: Results, change: dict[str, object], message: str
) -> None:
    path = results.path / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8")) | change
    if content["seed"] is None:
        del content["seed"]
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=message):
        Results.open(results.path)


def test_a_damaged_record_is_an_input_error(results: Results) -> None:
    (results.path / "replications" / "rep-0001" / "record.json").write_text("{}")
    with pytest.raises(InputError, match="record of replication 1 is not whole"):
        _ = Results.open(results.path).digest


def test_a_run_is_found_by_name_folder_or_id(results: Results, tmp_path: Path) -> None:
    for text in ("Fake baseline", "fake-baseline", str(results.path), results.path.name[:6]):
        assert find_run(text, tmp_path) == results.path
    assert list(runs(tmp_path)) == [results.path]


def test_a_run_that_is_not_there_gets_the_nearest_name(results: Results, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Did you mean fake-baseline"):
        find_run("fake-baselin", tmp_path)
    with pytest.raises(InputError, match="nothing has been run yet"):
        find_run("baseline", tmp_path / "empty")
