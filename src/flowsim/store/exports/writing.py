"""Exported files: written piece by piece, so that memory does not grow with them, and whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from flowsim.errors import InputError, Problem
from flowsim.store.files import beside, write_text
from flowsim.store.tables import to_arrow
from flowsim.tables import Coded

ROWS = 100_000
"""Rows of a table that are turned to text at once."""
MARK = ".flowsim-export"
"""A file that tells a folder of exported files, which may be replaced, from any other folder."""


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a file piece by piece; it appears, or replaces an earlier one, only when it is finished.

    Raises:
        InputError: There is a folder of this name, or no folder to write into.
    """
    check_file(path)
    part = beside(path)
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def check_file(path: Path) -> None:
    """Refuse a file that cannot be written.

    Raises:
        InputError: There is a folder of this name, or no folder to write into.
    """
    if path.is_dir():
        raise InputError([Problem("There is a folder of this name.", file=str(path), hint="Name a file.")])
    if not path.parent.is_dir():
        message = f"There is no folder {path.parent} to write into."
        raise InputError([Problem(message, file=str(path), hint="Make it first, or choose another.")])


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Fill a folder; it appears, or replaces one made by an earlier export, only when it is finished.

    Raises:
        InputError: There is a file of this name, or a folder that holds anything but an earlier export.
    """
    if path.exists() and not _may_replace(path):
        what = "holds something else" if path.is_dir() else "is a file"
        raise InputError([Problem(f"{path} {what}; nothing was written.", hint="Choose a new folder.")])
    check_file(path / MARK if path.is_dir() else path)
    part = beside(path)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        write_text(part / MARK, "Made by flowsim export, which may replace this folder.\n")
        yield part
        if path.is_dir():
            shutil.rmtree(path)
        part.replace(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _may_replace(path: Path) -> bool:
    return path.is_dir() and ((path / MARK).is_file() or not any(path.iterdir()))


def write_csv(path: Path, tables: Iterable[Any]) -> int:
    """Write tables of the same columns one after the other as one CSV file (UTF-8); return the rows.

    Args:
        path: The file.
        tables: pyarrow Tables; see `as_table`.

    Raises:
        InputError: The file cannot be written there.
    """
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    rows, writer = 0, None
    with whole_file(path) as stream:
        sink = pa.PythonFile(stream, mode="w")
        for table in tables:
            for first in range(0, max(table.num_rows, 1), ROWS):
                piece = _in_words(table.slice(first, ROWS))
                writer = writer or pa_csv.CSVWriter(sink, piece.schema)
                writer.write_table(piece)
            rows += table.num_rows
        if writer is not None:
            writer.close()
    return rows


def as_table(columns: Mapping[str, Any]) -> Any:
    """Return columns (numpy arrays, `Coded` words, lists) as a pyarrow Table; not a number is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = to_arrow(columns)
    for i, name in enumerate(table.column_names):
        if pa.types.is_floating(table.column(name).type):
            column = table.column(name)
            known = pc.if_else(pc.is_nan(column), None, column)
            table = table.set_column(i, name, known)
    return table


def _in_words(table: Any) -> Any:
    """Return a table with dictionary-coded text as plain text, which is what CSV can hold."""
    import pyarrow as pa

    schema = pa.schema(
        (field.name, field.type.value_type if pa.types.is_dictionary(field.type) else field.type)
        for field in table.schema
    )
    return table.cast(schema)


def moments(start: np.datetime64, minutes: NDArray[np.float64]) -> Any:
    """Return minutes as ISO 8601 local time to the millisecond, as a pyarrow array of text."""
    import pyarrow as pa

    when = start + np.rint(minutes * 60_000).astype("timedelta64[ms]")
    return pa.array(np.datetime_as_string(when, unit="ms"))


def chosen(coded: Coded, rows: NDArray[Any]) -> Coded:
    """Return some rows of a column of words."""
    return Coded(coded.codes[rows], coded.texts)
