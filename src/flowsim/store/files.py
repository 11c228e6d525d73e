"""Files that appear whole or not at all, and a lock against two writers in one folder."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flowsim.errors import InputError, Problem

if sys.platform == "win32":  # pragma: no cover - exercised on Windows only
    import msvcrt
else:
    import fcntl


def beside(path: Path) -> Path:
    """Return the temporary name used while ``path`` is being written by this process."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file in one step: a reader sees the old content or the new, never a part.

    Args:
        path: The file to write; its folder must exist.
        data: The whole content.
    """
    part = beside(path)
    try:
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file in one step."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, content: object) -> None:
    """Write indented JSON in one step."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path, *, what: str) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        path: The file to read.
        what: What the file is, for the message: "the manifest of this run".

    Raises:
        InputError: The file is missing, unreadable, cut short or not a JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise damaged(path, f"{what} is missing") from None
    except OSError as error:
        raise damaged(path, f"{what} cannot be read ({error.strerror})") from None
    except ValueError:
        raise damaged(path, f"{what} is not whole: it was cut short or edited") from None
    if not isinstance(content, dict):
        raise damaged(path, f"{what} is not whole: it was cut short or edited")
    return content


def damaged(path: Path, message: str) -> InputError:
    """Return the error for a run folder that cannot be read."""
    hint = "Delete the folder and run the scenario again: the same inputs give the same results."
    return InputError([Problem(message=message[:1].upper() + message[1:] + ".", file=str(path), hint=hint)])


def write_folder(target: Path, files: dict[str, bytes], last: str) -> None:
    """Write a folder of files in one step, replacing an earlier one of the same name.

    Args:
        target: The folder to make; its parent is made when missing.
        files: File name to content.
        last: The name written last, by whose presence a reader knows the folder is whole.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = beside(target)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        for name in sorted(files, key=lambda name: name == last):
            write_bytes(part / name, files[name])
        _swap(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _swap(part: Path, target: Path) -> None:
    """Put ``part`` in the place of ``target``, which may exist already."""
    old = target.with_name(f".{target.name}.{os.getpid()}.old.tmp")
    try:
        part.replace(target)
    except OSError:  # a folder that is not empty is not replaced: move it away first
        target.replace(old)
        part.replace(target)
        shutil.rmtree(old, ignore_errors=True)


def remove_leftovers(folder: Path) -> int:
    """Remove what an interrupted writer left behind; return how many items went."""
    leftovers = list(folder.glob(".*.tmp")) if folder.is_dir() else []
    for path in leftovers:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(leftovers)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder for one writer. The operating system lets go when the process ends, however it ends.

    Args:
        folder: The run folder; made when missing.

    Raises:
        InputError: Another process is writing to this folder now.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+", encoding="utf-8") as stream:
        if not _take(stream.fileno()):
            raise _busy(folder, _holder(folder))
        stream.seek(0)
        stream.truncate()
        stream.write(str(os.getpid()))
        stream.flush()
        yield


def _take(descriptor: int) -> bool:
    """Take the lock without waiting; false when another process has it."""
    try:
        if sys.platform == "win32":  # pragma: no cover - exercised on Windows only
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _holder(folder: Path) -> str:
    """Return who holds the lock, as far as it can be known."""
    try:
        number = (folder / ".lock").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    return f" (process {number})" if number.isdigit() else ""


def _busy(folder: Path, holder: str) -> InputError:
    message = f"Another flowsim run{holder} is writing to this folder."
    hint = "Wait for it to finish, or put this run elsewhere with --results FOLDER."
    return InputError([Problem(message=message, file=str(folder), hint=hint)])
