"""Files that appear whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flowsim.errors import InputError
from flowsim.store import files
from flowsim.store.files import locked, read_json, remove_leftovers, write_folder, write_json, write_text


def test_a_file_is_replaced_in_one_step_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "one")
    write_text(path, "two £")
    assert path.read_text(encoding="utf-8") == "two £"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_finished_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "one")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_text(path, "two")
    assert path.read_text(encoding="utf-8") == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_appears_whole_and_replaces_an_earlier_one(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "rep-0001"
    write_folder(target, {"a": b"1", "record": b"x"}, "record")
    write_folder(target, {"b": b"2", "record": b"y"}, "record")
    assert sorted(path.name for path in target.iterdir()) == ["b", "record"]
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_cannot_be_finished_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "rep-0001"
    write_folder(target, {"record": b"x"}, "record")
    monkeypatch.setattr(files, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write_folder(target, {"record": b"y"}, "record")
    assert (target / "record").read_bytes() == b"x"
    assert list(tmp_path.iterdir()) == [target]


def test_leftovers_of_an_interrupted_writer_go(tmp_path: Path) -> None:
    (tmp_path / ".rep-0001.77.tmp").mkdir()
    (tmp_path / ".rep-0001.77.tmp" / "a").write_text("half")
    (tmp_path / ".manifest.json.77.tmp").write_text("half")
    (tmp_path / "kept").write_text("whole")
    assert remove_leftovers(tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert remove_leftovers(tmp_path / "nowhere") == 0


@pytest.mark.parametrize("content", ['{"a": 1', "[1, 2]", "", "\x00\x00"])
def test_a_damaged_json_file_is_an_input_error_that_says_what_to_do(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_json(path, what="the manifest of this run")
    text = str(caught.value)
    assert "The manifest of this run is not whole" in text
    assert "Delete the folder and run the scenario again" in text


def test_json_comes_back(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": [1, None]})
    assert read_json(tmp_path / "a.json", what="it") == {"a": [1, None]}


def test_a_missing_json_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="The manifest is missing"):
        read_json(tmp_path / "manifest.json", what="the manifest")


def test_the_lock_is_for_one_writer_and_ends_with_it(tmp_path: Path) -> None:
    busy = pytest.raises(InputError, match=rf"process {os.getpid()}\) is writing")
    with locked(tmp_path), busy, locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_a_writer_that_is_killed_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import os, sys, pathlib; from flowsim.store.files import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    with locked(tmp_path):
        pass
