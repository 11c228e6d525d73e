"""Tables as parquet, and the digests of what is in them."""

import json
from pathlib import Path

import numpy as np
import pytest

from flowsim import __version__
from flowsim.store.folder import Record, pack
from flowsim.store.identity import code_fingerprint, results_digest, rows_digest, run_id, slug
from flowsim.store.manifest import git_commit
from flowsim.store.tables import Coded, read_parquet, stack, to_columns, to_parquet


def kept(path: Path, table: dict[str, object]) -> Path:
    path.write_bytes(to_parquet(table))
    return path


def test_columns_come_back_with_their_types(tmp_path: Path) -> None:
    table = {
        "patient": np.arange(3, dtype=np.int32),
        "minutes": np.array([1.5, np.nan, 3.0]),
        "measure": ["wait", "wait", "stay"],
        "service": Coded(np.array([1, 0, -1], dtype=np.int8), ["ward", "ed"]),
    }
    back = to_columns(read_parquet(kept(tmp_path / "t.parquet", table)))
    assert back["patient"].dtype == np.int32
    np.testing.assert_array_equal(back["minutes"], table["minutes"])
    assert back["measure"].tolist() == ["wait", "wait", "stay"]
    assert back["service"].tolist() == ["ed", "ward", None]


def test_an_empty_table_comes_back_empty(tmp_path: Path) -> None:
    table = {"measure": np.array([], dtype=object), "value": np.array([])}
    back = to_columns(read_parquet(kept(tmp_path / "t.parquet", table)))
    assert [len(column) for column in back.values()] == [0, 0]


def test_a_long_table_is_written_in_parts_and_comes_back_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowsim.store.tables.ROWS", 7)
    words = ["b", "a", "c"] * 9
    table = {
        "number": np.arange(27, dtype=np.int16),
        "word": words,
        "code": Coded(np.array([0, -1, 1] * 9, dtype=np.int8), ["x", "y"]),
        "id": np.arange(27, dtype=np.uint64) << 40,
        "share": np.linspace(0, 1, 27, dtype=np.float32),
    }
    back = to_columns(read_parquet(kept(tmp_path / "long.parquet", table)))
    assert back["word"].tolist() == words
    assert back["code"].tolist() == ["x", None, "y"] * 9
    for name in ("number", "id", "share"):
        assert back[name].dtype == table[name].dtype  # type: ignore[attr-defined]
        assert np.array_equal(back[name], table[name])  # type: ignore[arg-type]


def test_rows_of_coded_text_keep_their_texts() -> None:
    some = Coded(np.array([2, 0, -1, 1]), ["a", "b", "c"])[1:3]
    assert (some.codes.tolist(), some.texts) == ([0, -1], ("a", "b", "c"))


def test_a_table_packed_before_is_kept_as_it_is() -> None:
    packed = to_parquet({"value": np.arange(3.0)})
    files = pack({"measures": {"value": np.arange(2.0)}, "large": packed}, Record(replication=1, digest=""))
    assert files["large.parquet"] is packed
    assert json.loads(files["record.json"])["files"]["large.parquet"] == len(packed)


def test_tables_of_replications_are_stacked_in_order_with_their_number(tmp_path: Path) -> None:
    one = kept(tmp_path / "1.parquet", {"measure": ["a", "b"], "value": [1.0, 2.0]})
    two = kept(tmp_path / "2.parquet", {"measure": ["c"], "value": [3.0]})
    stack(tmp_path / "all.parquet", [(2, two), (7, one)])
    back = to_columns(read_parquet(tmp_path / "all.parquet"))
    assert back["replication"].tolist() == [2, 7, 7]
    assert back["measure"].tolist() == ["c", "a", "b"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.parquet", "2.parquet", "all.parquet"]


def test_the_digest_of_measures_does_not_depend_on_their_order() -> None:
    rows = {
        "measure": ["a", "b"],
        "level": ["system", "place"],
        "group": ["", "x"],
        "value": [1.0, float("nan")],
    }
    turned = {name: column[::-1] for name, column in rows.items()}
    assert rows_digest(rows) == rows_digest(turned)


@pytest.mark.parametrize("change", [{"value": [1.0, 2.0 + 4e-16]}, {"group": ["", "y"]}])
def test_the_digest_of_measures_sees_the_last_digit(change: dict[str, list[object]]) -> None:
    rows: dict[str, list[object]] = {
        "measure": ["a", "b"], "level": ["system", "place"], "group": ["", "x"], "value": [1.0, 2.0],
    }  # fmt: skip
    assert rows_digest(rows) != rows_digest(rows | change)


def test_the_digest_of_a_run_does_not_depend_on_the_order_of_replications() -> None:
    assert results_digest({1: "a", 2: "b"}) == results_digest({2: "b", 1: "a"})
    assert results_digest({1: "a", 2: "b"}) != results_digest({1: "b", 2: "a"})


def test_a_run_id_is_twelve_characters_and_depends_on_what_decides_the_results() -> None:
    ids = {run_id("digest", 1), run_id("digest", 2), run_id("other", 1)}
    assert len(ids) == 3
    assert all(len(each) == 12 for each in ids)
    assert run_id("digest", 1) in ids


def test_the_code_that_decides_results_is_read() -> None:
    assert len(code_fingerprint()) == 64


@pytest.mark.parametrize(
    ("name", "folder"), [("Moderate winter + UCR", "moderate-winter-ucr"), ("../..", "scenario")]
)
def test_a_scenario_name_becomes_a_safe_folder_name(name: str, folder: str) -> None:
    assert slug(name) == folder


def test_the_version_is_the_one_in_pyproject(repository: Path) -> None:
    assert f'version = "{__version__}"' in (repository / "pyproject.toml").read_text(encoding="utf-8")


def test_the_commit_is_read_from_the_repository_around_a_file(tmp_path: Path) -> None:
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (tmp_path / "scenarios").mkdir()
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    assert git_commit(tmp_path / "scenarios") == ""
    (git / "packed-refs").write_text("# pack-refs\nabc123 refs/heads/main\n")
    assert git_commit(tmp_path / "scenarios") == "abc123"
    (git / "refs" / "heads" / "main").write_text("def456\n")
    assert git_commit(tmp_path / "scenarios") == "def456"
    (git / "HEAD").write_text("0a1b2c\n")
    assert git_commit(tmp_path / "scenarios") == "0a1b2c"
