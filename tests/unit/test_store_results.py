"""Reading a run that was written by hand: every number is known, and so is every accident."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.errors import InputError
from flowsim.store import tables as store_tables
from flowsim.store.folder import OBSERVED, Record, RunFolder, pack
from flowsim.store.identity import results_digest
from flowsim.store.manifest import Manifest
from flowsim.store.results import Results
from flowsim.store.tables import (
    coded,
    read_parquet,
    stack,
    to_arrow,
    to_codes,
    to_columns,
    to_parquet,
)
from flowsim.tables import Coded

KEYS = (("attendances", "system", ""), ("wait", "place", "east"), ("wait", "place", "west"))


def write(root: Path, count: int = 3, *, replications: int | None = None, **more: Any) -> Path:
    """Write a run in which replication i has the values i, 10 i and 100 i."""
    folder = RunFolder(root / "winter" / "abc")
    for i in range(1, count + 1):
        measures = {
            "measure": [key[0] for key in KEYS],
            "level": [key[1] for key in KEYS],
            "group": [key[2] for key in KEYS],
            "value": np.array([1.0, 10.0, 100.0]) * i,
        }
        series = {"measure": ["beds"] * 2, "day": np.array([0, 1]), "value": np.array([i, i + 0.5])}
        folder.add(i, pack({"measures": measures, "series": series}, Record(replication=i, digest=f"d{i}")))
    folder.put_together(range(1, count + 1))
    usual = {
        "run_id": "abc",
        "name": "winter",
        "scenario_digest": "x",
        "seed": 1,
        "sources": ("my plan.yaml",),
    }
    Manifest(**usual | more, replications=count if replications is None else replications).write(folder.path)
    return folder.path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path)


@pytest.fixture
def results(path: Path) -> Results:
    return Results.open(path)


# -- replications ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "numbers"), [(None, (1, 2, 3)), (2, (1, 2)), (1, (1,)), (9, (1, 2, 3))])
def test_the_first_so_many_replications(path: Path, count: int | None, numbers: tuple[int, ...]) -> None:
    found = Results(path, count)
    assert found.replications == numbers
    assert found.measures["replication"].tolist() == [i for i in numbers for _ in KEYS]
    assert found.values("attendances").tolist() == [float(i) for i in numbers]
    assert found.values("wait", "place", "west").tolist() == [100.0 * i for i in numbers]
    assert found.series["value"].tolist() == [each for i in numbers for each in (i, i + 0.5)]
    assert [record.replication for record in found.records] == list(numbers)
    assert found.digest == results_digest({i: f"d{i}" for i in numbers})


def test_first_is_the_same_run_with_fewer(results: Results) -> None:
    assert results.first(2).replications == (1, 2)
    assert results.first(2).first(3).replications == (1, 2, 3)
    assert results.first(2).path == results.path


def test_names_and_titles(tmp_path: Path) -> None:
    assert Results.open(write(tmp_path / "a")).title == "winter"
    assert Results.open(write(tmp_path / "b", title="A hard winter")).title == "A hard winter"
    assert Results.open(write(tmp_path / "c", title="A hard winter")).name == "winter"


def test_keys_are_in_the_order_of_measuring_each_once(results: Results) -> None:
    assert results.keys() == list(KEYS)
    assert list(results.cells) == list(KEYS)


def test_tables_are_those_that_were_kept(results: Results) -> None:
    assert results.tables() == ("measures", "series")


def test_a_data_frame_of_any_table(results: Results) -> None:
    frame = results.to_frame("series")
    assert list(frame.columns) == ["replication", "measure", "day", "value"]
    assert frame["value"].tolist() == [1, 1.5, 2, 2.5, 3, 3.5]
    assert len(results.to_frame()) == 9


# -- what is not there -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "message", "allowed", "hint"),
    [
        (("attendence",), "This run has no measure called attendence.", "", "Did you mean attendances?"),
        (("zzz",), "This run has no measure called zzz.", "", ""),
        (
            ("wait", "place", "north"),
            "wait was not measured for place north.",
            "east (place), west (place)",
            "",
        ),
        (("wait",), "wait was not measured for system.", "east (place), west (place)", ""),
        (("attendances", "site", "a"), "attendances was not measured for site a.", "system", ""),
    ],
)
def test_a_measure_that_is_not_there(
    results: Results, key: tuple[str, ...], message: str, allowed: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        results.values(*key)
    (problem,) = caught.value.problems
    assert (problem.message, problem.allowed, problem.hint) == (message, allowed, hint)
    assert problem.file == str(results.path)


@pytest.mark.parametrize(("count", "more"), [(11, ""), (12, ""), (13, " and 1 more"), (14, " and 2 more")])
def test_only_a_dozen_groups_are_listed(tmp_path: Path, count: int, more: str) -> None:
    folder = RunFolder(tmp_path / "a" / "b")
    groups = [f"g{i:02}" for i in range(count)]
    measures = {
        "measure": ["m"] * count, "level": ["site"] * count, "group": groups, "value": np.zeros(count),
    }  # fmt: skip
    folder.add(1, pack({"measures": measures}, Record(replication=1, digest="")))
    folder.put_together([1])
    Manifest(run_id="b", name="a", scenario_digest="", seed=1, replications=1).write(folder.path)
    with pytest.raises(InputError) as caught:
        Results.open(folder.path).values("m", "site", "x")
    allowed = caught.value.problems[0].allowed
    assert allowed == ", ".join(f"{group} (site)" for group in groups[:12]) + more


@pytest.mark.parametrize("name", ["people", "patients", "visits"])
def test_a_table_that_can_be_kept_says_how(results: Results, name: str) -> None:
    with pytest.raises(InputError) as caught:
        results.path_of(name, 2)
    (problem,) = caught.value.problems
    assert problem.message == f"This run kept no {name}."
    assert problem.allowed == "measures, series"
    assert problem.hint == f"flowsim run 'my plan.yaml' --keep {name} does it again and keeps them."
    assert problem.file.endswith("rep-0002")


def test_a_table_that_nobody_knows_has_no_advice(results: Results) -> None:
    with pytest.raises(InputError) as caught:
        results.table("colours", 1)
    assert caught.value.problems[0].hint == ""


def test_a_replication_that_is_not_there_is_missing(results: Results) -> None:
    assert results.path_of("people", 9).name == "people.parquet"
    with pytest.raises(InputError, match="This table is missing"):
        results.people(9)


def test_a_run_that_was_interrupted_says_how_to_go_on(tmp_path: Path) -> None:
    path = write(tmp_path, replications=0)
    for read in (Results.open, lambda path: Results(path).measures):
        with pytest.raises(InputError) as caught:
            read(path)
        (problem,) = caught.value.problems
        assert problem.message == (
            "This run was interrupted before it was put together; 3 replications are finished."
        )
        assert problem.hint == "The same command goes on from there: flowsim run 'my plan.yaml'"


def test_a_run_without_sources_names_a_file_to_fill_in(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="flowsim run FILE"):
        Results.open(write(tmp_path, replications=0, sources=()))


def test_a_table_that_lacks_a_replication_is_damaged(tmp_path: Path) -> None:
    found = Results.open(write(tmp_path, 2, replications=3))
    for table in ("measures", "series"):
        with pytest.raises(InputError, match="This table lacks some of the replications"):
            found.to_frame(table)


def test_a_daily_table_may_be_empty_but_measures_may_not(tmp_path: Path) -> None:
    path = write(tmp_path)
    for table in ("series", "measures"):
        empty = {"replication": np.array([], np.int32), "value": np.array([])}
        (path / f"{table}.parquet").write_bytes(to_parquet(empty))
    assert Results.open(path).series["value"].tolist() == []
    with pytest.raises(InputError, match="lacks some"):
        _ = Results.open(path).measures


def test_observed_figures_are_text_or_nothing(results: Results) -> None:
    assert results.observed_text() == ""
    (results.path / OBSERVED).write_text("measure,value\n", encoding="utf-8")
    assert results.observed_text() == "measure,value\n"
    (results.path / OBSERVED).write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(InputError, match="observed figures of this run cannot be read"):
        results.observed_text()


# -- tables ----------------------------------------------------------------------------------------------


def back(table: dict[str, Any], path: Path) -> dict[str, Any]:
    path.write_bytes(to_parquet(table))
    return to_columns(read_parquet(path))


@pytest.mark.parametrize(
    "kind", [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint64, np.float32, np.float64]
)
@pytest.mark.parametrize("size", [0, 1, 3])
def test_numbers_keep_their_type_even_if_there_are_none(tmp_path: Path, kind: Any, size: int) -> None:
    values = np.arange(size, dtype=kind)
    found = back({"a": values}, tmp_path / "t")["a"]
    assert found.dtype == kind
    assert np.array_equal(found, values)


@pytest.mark.parametrize("values", [[], np.array([], dtype=object)])
def test_a_list_of_nothing_is_a_column_of_numbers(tmp_path: Path, values: Any) -> None:
    assert back({"a": values}, tmp_path / "t")["a"].tolist() == []


def test_a_slice_of_numbers_is_written_as_it_looks(tmp_path: Path) -> None:
    values = np.arange(20.0)[3::4]
    assert back({"a": values}, tmp_path / "t")["a"].tolist() == [3.0, 7.0, 11.0, 15.0, 19.0]


def test_words_are_coded_in_order_of_appearance() -> None:
    found = coded(["b", "a", "b", "", "a"])
    assert (found.codes.tolist(), found.texts) == ([0, 1, 0, 2, 1], ("b", "a", ""))
    assert (coded([]).codes.tolist(), coded([]).texts) == ([], ())


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), min_size=1, max_size=20))
def test_any_words_come_back(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "words.parquet"
    assert back({"a": words}, path)["a"].tolist() == words
    found = to_codes(read_parquet(path))["a"]
    assert isinstance(found, Coded)
    assert [found.texts[code] for code in found.codes.tolist()] == words


@settings(deadline=None)
@given(st.lists(st.integers(-1, 2), max_size=40))
def test_codes_come_back_with_what_is_not_known(
    tmp_path_factory: pytest.TempPathFactory, codes: list[int]
) -> None:
    path = tmp_path_factory.getbasetemp() / "codes.parquet"
    texts = ["one", "twó", "three"]
    words = [None if code < 0 else texts[code] for code in codes]
    assert back({"a": Coded(np.array(codes, np.int16), texts)}, path)["a"].tolist() == words
    found = to_codes(read_parquet(path))["a"]
    assert isinstance(found, Coded)
    assert [None if code < 0 else found.texts[code] for code in found.codes.tolist()] == words


@pytest.mark.parametrize("size", [1, 6, 7, 8, 14, 15])
def test_row_groups_begin_where_the_last_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    import pyarrow.parquet as pq

    monkeypatch.setattr(store_tables, "ROWS", 7)
    words = [f"w{i % 5}" for i in range(size)]
    found = back({"n": np.arange(size), "w": words}, tmp_path / "t")
    assert found["n"].tolist() == list(range(size))
    assert found["w"].tolist() == words
    assert pq.ParquetFile(tmp_path / "t").metadata.num_row_groups == -(-size // 7)


def test_some_columns_alone(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(to_parquet({"a": np.arange(2), "b": ["x", "y"], "c": np.arange(2.0)}))
    assert read_parquet(tmp_path / "t", ["c", "a"]).column_names == ["c", "a"]
    assert read_parquet(tmp_path / "t").column_names == ["a", "b", "c"]


def test_a_table_without_columns(tmp_path: Path) -> None:
    assert to_arrow({}).num_columns == 0
    assert back({}, tmp_path / "t") == {}


@pytest.mark.parametrize("content", [b"", b"PAR1", b"measure,value\n", b"\x00" * 100])
def test_what_is_no_parquet_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t").write_bytes(content)
    with pytest.raises(InputError, match="This table is not whole, or is not a parquet file"):
        read_parquet(tmp_path / "t")


def test_stacked_words_are_those_of_each_part(tmp_path: Path) -> None:
    """The codes of the second part begin anew: stacking must not mix them up."""
    parts = []
    for number, words in ((1, ["a", "b"]), (2, ["c", "a", "c"])):
        (tmp_path / str(number)).write_bytes(
            to_parquet({"w": words, "v": np.full(len(words), float(number))})
        )
        parts.append((number, tmp_path / str(number)))
    stack(tmp_path / "all", parts)
    table = read_parquet(tmp_path / "all")
    assert table.column_names == ["replication", "w", "v"]
    found = to_columns(table)
    assert found["w"].tolist() == ["a", "b", "c", "a", "c"]
    assert found["replication"].dtype == np.int32
    codes = to_codes(table)["w"]
    assert isinstance(codes, Coded)
    assert [codes.texts[code] for code in codes.codes.tolist()] == found["w"].tolist()


def test_a_stack_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(to_parquet({"v": np.arange(2.0)}))
    stack(tmp_path / "all", [(1, tmp_path / "1")])
    before = (tmp_path / "all").read_bytes()
    with pytest.raises(InputError):
        stack(tmp_path / "all", [(1, tmp_path / "1"), (2, tmp_path / "gone")])
    assert (tmp_path / "all").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "all"]


def test_a_stack_of_nothing_writes_nothing(tmp_path: Path) -> None:
    stack(tmp_path / "all", [])
    assert list(tmp_path.iterdir()) == []
