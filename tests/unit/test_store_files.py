"""Files, folders, locks and names of runs: what a reader finds after every kind of accident."""

import hashlib
import json
import math
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flowsim
from flowsim.errors import InputError
from flowsim.store import identity, manifest
from flowsim.store.files import (
    beside,
    damaged,
    locked,
    read_json,
    remove_leftovers,
    write_bytes,
    write_folder,
    write_json,
)
from flowsim.store.find import find_run, runs
from flowsim.store.folder import Record, RunFolder, pack
from flowsim.store.identity import (
    FORMAT,
    code_fingerprint,
    results_digest,
    rows_digest,
    run_id,
    slug,
)
from flowsim.store.manifest import NAME, Manifest, git_commit, now, results_root, versions

# -- one file --------------------------------------------------------------------------------------------


def test_the_name_while_writing_is_hidden_and_of_this_process(tmp_path: Path) -> None:
    part = beside(tmp_path / "a.txt")
    assert part.parent == tmp_path
    assert part.name == f".a.txt.{os.getpid()}.tmp"


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    for content in (b"", b"\r\n\x00\xff", b"x" * 100_000):
        write_bytes(tmp_path / "a", content)
        assert (tmp_path / "a").read_bytes() == content


def test_json_is_indented_ends_with_a_line_and_keeps_any_script(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"name": "病院 £", "list": [1, None]})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text == '{\n  "name": "病院 £",\n  "list": [\n    1,\n    null\n  ]\n}\n'


def test_a_file_in_a_folder_that_is_not_there_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_bytes(tmp_path / "nowhere" / "a", b"x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{", b"[]", b'"text"', b"3", b"null"])
def test_what_is_no_json_object_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_json(path, what="the list of things")
    (problem,) = caught.value.problems
    assert problem.message == "The list of things is not whole: it was cut short or edited."
    assert problem.file == str(path)


def test_a_folder_in_the_place_of_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(InputError, match=r"It cannot be read \(Is a directory\)\."):
        read_json(tmp_path / "a.json", what="it")


def test_damage_is_told_in_a_sentence_with_what_to_do(tmp_path: Path) -> None:
    (problem,) = damaged(tmp_path / "x", "the table is gone").problems
    assert problem.message == "The table is gone."
    assert (
        problem.hint == "Delete the folder and run the scenario again: the same inputs give the same results."
    )
    assert damaged(tmp_path, "").problems[0].message == "."


# -- a folder of files -----------------------------------------------------------------------------------


def test_the_file_that_tells_a_whole_folder_is_written_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def note(path: Path, data: bytes) -> None:
        written.append(path.name)
        path.write_bytes(data)

    monkeypatch.setattr("flowsim.store.files.write_bytes", note)
    write_folder(tmp_path / "rep", {"record": b"r", "b": b"1", "a": b"2"}, "record")
    assert written[-1] == "record"
    assert sorted(written) == ["a", "b", "record"]


def test_what_an_earlier_attempt_of_this_process_left_is_cleared_first(tmp_path: Path) -> None:
    target = tmp_path / "rep"
    beside(target).mkdir(parents=True)
    (beside(target) / "stale").write_text("x")
    write_folder(target, {"record": b"r"}, "record")
    assert [path.name for path in target.iterdir()] == ["record"]


def test_leftovers_are_hidden_temporary_names_alone(tmp_path: Path) -> None:
    for name in (".a.1.tmp", "a.tmp", ".lock", ".b.old.tmp"):
        (tmp_path / name).write_text("x")
    assert remove_leftovers(tmp_path) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "a.tmp"]
    assert remove_leftovers(tmp_path) == 0


def test_a_lock_makes_its_folder_and_says_who_holds_it(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "run"
    with locked(folder):
        assert (folder / ".lock").read_text() == str(os.getpid())
        with pytest.raises(InputError) as caught, locked(folder):
            pass
    (problem,) = caught.value.problems
    assert problem.message == f"Another flowsim run (process {os.getpid()}) is writing to this folder."
    assert problem.file == str(folder)
    assert problem.hint.endswith("with --results FOLDER.")


def test_a_lock_file_with_other_words_names_nobody(tmp_path: Path) -> None:
    with locked(tmp_path):
        (tmp_path / ".lock").write_text("somebody")
        with pytest.raises(InputError, match="Another flowsim run is writing"), locked(tmp_path):
            pass


def test_a_shorter_process_number_leaves_nothing_of_a_longer_one(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text("9" * 30)
    with locked(tmp_path):
        assert (tmp_path / ".lock").read_text() == str(os.getpid())


# -- the folder of a run ---------------------------------------------------------------------------------


def replication(number: int, *tables: str) -> dict[str, bytes]:
    columns = {"measure": ["a"], "value": np.array([float(number)])}
    return pack(dict.fromkeys(("measures", *tables), columns), Record(replication=number, digest="d"))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    found = RunFolder(tmp_path / "scenario" / "abc")
    for number in (1, 2, 10):
        found.add(number, replication(number, *(["visits"] if number == 2 else [])))
    return found


def test_replications_have_folders_by_number(folder: RunFolder) -> None:
    assert folder.replication_path(7) == folder.path / "replications" / "rep-0007"
    assert folder.replication_path(12345).name == "rep-12345"
    assert folder.table_path(2, "visits").name == "visits.parquet"
    assert folder.table_path(2, "visits").parent == folder.replication_path(2)


def test_finished_replications_are_in_order_of_number(folder: RunFolder) -> None:
    assert folder.finished() == [1, 2, 10]
    assert folder.finished(iter(["visits"])) == [2]
    assert folder.finished(["measures", "visits"]) == [2]
    assert folder.finished(["people"]) == []


@pytest.mark.parametrize("name", ["rep-0000", "rep-x", "rep-", "rep--1", "other"])
def test_folders_of_other_names_are_no_replications(folder: RunFolder, name: str) -> None:
    shutil.copytree(folder.replication_path(1), folder.replications_path / name)
    assert folder.finished() == [1, 2, 10]
    shutil.rmtree(folder.replication_path(1))
    assert folder.finished() == [2, 10]


@pytest.mark.parametrize(
    "accident", ["cut", "longer", "missing", "no record", "record cut", "record of else"]
)
def test_a_replication_that_is_not_whole_is_not_finished(folder: RunFolder, accident: str) -> None:
    table, record = folder.table_path(2, "measures"), folder.replication_path(2) / "record.json"
    if accident == "cut":
        table.write_bytes(table.read_bytes()[:-1])
    elif accident == "longer":
        table.write_bytes(table.read_bytes() + b"x")
    elif accident == "missing":
        table.unlink()
    elif accident == "no record":
        record.unlink()
    elif accident == "record cut":
        record.write_text(record.read_text()[:-5])
    else:
        record.write_text("[1]")
    assert not folder.has(2)
    assert folder.finished() == [1, 10]


def test_a_record_comes_back_as_it_was(folder: RunFolder) -> None:
    wanted = Record(
        replication=3, digest="dd", patients=5, state_changes=6, cpu_seconds=1.5, peak_memory_mb=2.5,
        headline={"x": 0.25}, warnings=("One.", "Two £."), info={"inside": {"ed": 3}},
    )  # fmt: skip
    folder.add(3, pack({"measures": {"value": np.arange(3.0)}}, wanted))
    found = folder.record(3)
    size = folder.table_path(3, "measures").stat().st_size
    assert found.files == {"measures.parquet": size}
    assert {**vars(found), "files": {}} == {**vars(wanted), "files": {}}


@pytest.mark.parametrize(
    "text", ["{}", '{"warnings": 5}', '{"warnings": [], "unheard_of": 1}', '{"warnings": []}']
)
def test_a_record_that_lacks_something_is_told(folder: RunFolder, text: str) -> None:
    (folder.replication_path(1) / "record.json").write_text(text)
    with pytest.raises(InputError, match="The record of replication 1 is not whole"):
        folder.record(1)


def test_a_missing_record_is_told(folder: RunFolder) -> None:
    with pytest.raises(InputError, match="The record of replication 4 is missing"):
        folder.record(4)


def test_small_tables_are_put_together_where_every_replication_has_them(folder: RunFolder) -> None:
    from flowsim.store.tables import read_parquet, to_columns

    folder.put_together([2, 10])
    found = to_columns(read_parquet(folder.path / "measures.parquet"))
    assert found["replication"].tolist() == [2, 10]
    assert found["value"].tolist() == [2.0, 10.0]
    assert not (folder.path / "visits.parquet").exists()
    assert not (folder.path / "series.parquet").exists()
    folder.put_together([])
    assert to_columns(read_parquet(folder.path / "measures.parquet"))["replication"].tolist() == [2, 10]


def test_a_table_that_one_replication_lacks_is_not_put_together(folder: RunFolder) -> None:
    folder.add(3, replication(3, "series"))
    folder.put_together([1, 3])
    assert not (folder.path / "series.parquet").exists()
    folder.put_together([3])
    assert (folder.path / "series.parquet").exists()


def test_leftovers_go_from_the_run_and_from_its_replications(folder: RunFolder) -> None:
    for where in (folder.path, folder.replications_path):
        (where / ".x.1.tmp").write_text("half")
    folder.clear_leftovers()
    assert not list(folder.path.rglob("*.tmp"))
    assert folder.finished() == [1, 2, 10]


# -- finding a run ---------------------------------------------------------------------------------------


def run_at(root: Path, scenario: str, name: str, *, latest: bool = True) -> Path:
    path = root / scenario / name
    path.mkdir(parents=True)
    (path / NAME).write_text("{}")
    if latest:
        RunFolder(path).mark_latest()
    return path


def test_the_latest_run_of_a_scenario_is_the_one_marked(tmp_path: Path) -> None:
    run_at(tmp_path, "winter", "aaaa1111")
    second = run_at(tmp_path, "winter", "aaaa2222")
    assert (tmp_path / "winter" / "latest").read_text() == "aaaa2222\n"
    for text in ("winter", "Winter", " WINTER! ", str(tmp_path / "winter"), "winter/aaaa2222", "aaaa2"):
        assert find_run(text, tmp_path) == second


def test_runs_are_listed_by_scenario_and_id(tmp_path: Path) -> None:
    wanted = [run_at(tmp_path, *names) for names in (("b", "2"), ("a", "9"), ("b", "1"), ("a", "3"))]
    (tmp_path / "a" / "no-run").mkdir()
    assert list(runs(tmp_path)) == sorted(wanted)
    assert list(runs(tmp_path / "nowhere")) == []


@pytest.mark.parametrize(
    ("text", "found"), [("abcd", True), ("abc", False), ("bcde", False), ("abcdef", True)]
)
def test_an_id_needs_its_first_four_characters(tmp_path: Path, text: str, found: bool) -> None:
    path = run_at(tmp_path, "winter", "abcdef", latest=False)
    if found:
        assert find_run(text, tmp_path) == path
    else:
        with pytest.raises(InputError):
            find_run(text, tmp_path)


def test_an_id_that_two_runs_begin_with_is_not_guessed(tmp_path: Path) -> None:
    run_at(tmp_path, "winter", "abcdef", latest=False)
    run_at(tmp_path, "summer", "abcdxx", latest=False)
    with pytest.raises(InputError):
        find_run("abcd", tmp_path)
    assert find_run("abcde", tmp_path).name == "abcdef"


def test_a_mark_that_leads_nowhere_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "winter").mkdir()
    (tmp_path / "winter" / "latest").write_text("gone\n")
    with pytest.raises(InputError, match="No finished run is called winter"):
        find_run("winter", tmp_path)


def test_what_is_there_is_named_the_nearest_first(tmp_path: Path) -> None:
    for i in range(14):
        run_at(tmp_path, f"plan-{i:02}", f"id{i:02}")
    with pytest.raises(InputError) as caught:
        find_run("plan-3x", tmp_path)
    (problem,) = caught.value.problems
    assert problem.message == f"No finished run is called plan-3x in {tmp_path}."
    assert problem.allowed == ", ".join(f"plan-{i:02}" for i in range(12))
    assert problem.hint.startswith("Did you mean plan-")
    assert problem.hint.count(" or ") == 2
    with pytest.raises(InputError) as caught:
        find_run("zzzzzzzzz", tmp_path)
    assert caught.value.problems[0].hint == "`flowsim list runs` shows what is there."


@pytest.mark.parametrize("text", ["", "a\x00b", "x" * 5000])
def test_a_text_that_no_file_can_be_called_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        find_run(text, tmp_path / "results")


# -- identity --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Winter", "winter"),
        ("  a -- b  ", "a-b"),
        ("Ä/B", "b"),
        ("病院", "scenario"),
        ("", "scenario"),
        ("a" * 90, "a" * 80),
        ("2026/27 plan", "2026-27-plan"),
        ("..", "scenario"),
    ],
)
def test_slug(name: str, expected: str) -> None:
    assert slug(name) == expected


@settings(deadline=None)
@given(st.text(max_size=200))
def test_a_slug_is_a_safe_name_and_its_own_slug(name: str) -> None:
    found = slug(name)
    assert 1 <= len(found) <= 80
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(found).strip("-") == found.strip("-")


def test_the_run_id_is_the_hash_of_what_decides_the_results() -> None:
    text = "\n".join(["flowsim run", str(FORMAT), flowsim.__version__, code_fingerprint(), "digest", "7"])
    assert run_id("digest", 7) == hashlib.sha256(text.encode()).hexdigest()[:12]


def fingerprint(root: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> str:
    """Return the fingerprint of a package made of some files."""
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    monkeypatch.setattr(identity, "__file__", str(root / "store" / "identity.py"))
    code_fingerprint.cache_clear()
    try:
        return code_fingerprint()
    finally:
        code_fingerprint.cache_clear()


def test_code_that_decides_results_changes_the_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fingerprint(tmp_path, monkeypatch, kernel__core="a = 1\n", model="b = 1\n")
    assert first != fingerprint(tmp_path, monkeypatch, kernel__core="a = 2\n")
    assert first == fingerprint(tmp_path, monkeypatch, kernel__core="a = 1\n")
    assert first == fingerprint(tmp_path, monkeypatch, kernel__core="a = 1\r\n")  # as Windows may keep it
    assert first != fingerprint(tmp_path, monkeypatch, kernel__more="")  # a new name counts, even if empty


@pytest.mark.parametrize(
    "name", ["report__page", "store__files", "cli__app", "errors", "verify__a__b", "measures__compare"]
)
def test_code_that_decides_nothing_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    first = fingerprint(tmp_path, monkeypatch, model="b = 1\n")
    assert first == fingerprint(tmp_path, monkeypatch, **{name: "x = 1\n"})


@pytest.mark.parametrize(
    "name", ["reporting", "measures__comparing", "spec__errors", "measures__definitions__report"]
)
def test_names_that_only_look_alike_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    first = fingerprint(tmp_path, monkeypatch, model="b = 1\n")
    assert first != fingerprint(tmp_path, monkeypatch, **{name: "x = 1\n"})


def test_the_fingerprint_does_not_depend_on_which_file_was_made_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fingerprint(tmp_path / "1", monkeypatch, a="1", b="2", c__d="3")
    two = fingerprint(tmp_path / "2", monkeypatch, c__d="3", b="2", a="1")
    assert one == two
    assert one != fingerprint(tmp_path / "3", monkeypatch, a="2", b="1", c__d="3")


def rows(**changes: list[object]) -> dict[str, list[object]]:
    usual: dict[str, list[object]] = {
        "measure": ["a", "b"], "level": ["system", "place"], "group": ["", "x"], "value": [1.0, 2.0],
    }  # fmt: skip
    return usual | changes


def test_the_digest_of_rows_is_that_of_their_sorted_text() -> None:
    text = "\n".join(sorted([f"a\tsystem\t\t{(1.0).hex()}", f"b\tplace\tx\t{(2.0).hex()}"]))
    assert rows_digest(rows()) == hashlib.sha256(text.encode()).hexdigest()
    assert rows_digest(rows(value=[np.float64(1.0), 2])) == rows_digest(rows())


def test_every_not_a_number_is_the_same() -> None:
    other = -math.nan
    assert rows_digest(rows(value=[math.nan, 1.0])) == rows_digest(rows(value=[other, 1.0]))
    assert rows_digest(rows(value=[math.nan, 1.0])) != rows_digest(rows(value=[0.0, 1.0]))
    assert rows_digest(rows(value=[0.0, 1.0])) != rows_digest(rows(value=[-0.0, 1.0]))


@pytest.mark.parametrize("column", ["measure", "level", "group", "value"])
def test_every_column_counts(column: str) -> None:
    changed: list[object] = [9.0, 9.0] if column == "value" else ["z", "z"]
    assert rows_digest(rows(**{column: changed})) != rows_digest(rows())


def test_columns_of_unequal_length_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        rows_digest(rows(value=[1.0]))


def test_the_digest_of_a_run_is_of_numbers_and_digests_in_order() -> None:
    assert results_digest({10: "b", 2: "a"}) == hashlib.sha256(b"2\ta\n10\tb").hexdigest()


# -- the manifest ----------------------------------------------------------------------------------------


def a_manifest(**changes: object) -> Manifest:
    usual: dict[str, object] = {"run_id": "r", "name": "n", "scenario_digest": "d", "seed": 3}
    return Manifest(**usual | changes)  # type: ignore[arg-type]


def test_a_manifest_comes_back_as_it_was(tmp_path: Path) -> None:
    written = a_manifest(
        warnings=("A £.",), sources=("a.yaml", "b.yaml"), targets={"x": ">= 1"}, versions={"python": "3"}
    )
    written.write(tmp_path)
    assert Manifest.read(tmp_path) == written
    assert written.changed(seed=4).seed == 4
    assert written.seed == 3


def test_a_setting_of_another_version_is_passed_over(tmp_path: Path) -> None:
    a_manifest().write(tmp_path)
    path = tmp_path / NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | {"colour": "blue"}))
    assert Manifest.read(tmp_path) == a_manifest()


@pytest.mark.parametrize("told", [99, 0, None, "1"])
def test_a_manifest_of_another_layout_is_refused(tmp_path: Path, told: object) -> None:
    a_manifest().write(tmp_path)
    path = tmp_path / NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": told}))
    with pytest.raises(InputError) as caught:
        Manifest.read(tmp_path)
    message = caught.value.problems[0].message
    assert message == f"This run has layout {told} and this flowsim reads {FORMAT}."


def test_the_time_now_is_utc_to_the_second() -> None:
    found = datetime.fromisoformat(now())
    assert found.tzinfo == UTC
    assert found.microsecond == 0
    assert abs((datetime.now(UTC) - found).total_seconds()) < 60


def test_versions_are_of_python_the_machine_and_every_library(monkeypatch: pytest.MonkeyPatch) -> None:
    found = versions()
    assert set(found) == {"python", "platform", "processor", *manifest.LIBRARIES}
    assert found["numpy"] == np.__version__
    monkeypatch.setattr(manifest, "LIBRARIES", ("numpy", "no-such-library"))
    assert "no-such-library" not in versions()


@pytest.mark.parametrize(
    ("chosen", "environment", "expected"),
    [("a", "b", "a"), (None, "b", "b"), ("", "b", "b"), (None, "", "results"), (None, None, "results")],
)
def test_where_runs_go(
    monkeypatch: pytest.MonkeyPatch, chosen: str | None, environment: str | None, expected: str
) -> None:
    if environment is None:
        monkeypatch.delenv("FLOWSIM_RESULTS", raising=False)
    else:
        monkeypatch.setenv("FLOWSIM_RESULTS", environment)
    assert results_root(chosen) == Path(expected)


def test_the_commit_of_a_repository_that_lacks_something_is_empty(tmp_path: Path) -> None:
    assert git_commit(tmp_path) == ""
    git = tmp_path / ".git"
    git.mkdir()
    assert git_commit(tmp_path) == ""  # no HEAD
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs").write_text("# pack-refs\nabc refs/heads/other\n^def\n")
    assert git_commit(tmp_path) == ""  # another branch alone


def test_the_nearest_repository_is_meant(tmp_path: Path) -> None:
    for where, commit in ((tmp_path, "outer"), (tmp_path / "in", "inner")):
        (where / ".git").mkdir(parents=True)
        (where / ".git" / "HEAD").write_text(f"{commit}\n")
    (tmp_path / "in" / "deep").mkdir()
    assert git_commit(tmp_path / "in" / "deep") == "inner"
    assert git_commit(tmp_path) == "outer"
