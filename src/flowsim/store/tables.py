"""Tables as parquet, through pyarrow alone: a mapping of column name to an array of values.

pandas costs more to import than a small replication costs to run, so it is left to the readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.store.files import beside, damaged
from flowsim.tables import Coded

if TYPE_CHECKING:
    from numpy.typing import NDArray

Column = Any
"""One column: a numpy array, a list, or ``Coded`` text."""

Table = Mapping[str, Column]
"""A table: column name to column, all equally long."""


ROWS = 131_072
"""Most rows turned into one row group of a parquet file: what a large table needs memory for at one time."""


def to_parquet(table: Table) -> bytes:
    """Return the table as the content of a parquet file (Zstandard, dictionary-coded text).

    Numbers are written as they are: looking for repeats among them would be most of the work.
    """
    import pyarrow.parquet as pq

    columns = {name: _words(column) for name, column in table.items()}
    text = [name for name, column in columns.items() if isinstance(column, Coded)]
    size = max(map(len, columns.values()), default=0)
    stream, writer = BytesIO(), None
    for start in range(0, max(size, 1), ROWS):
        part = to_arrow({name: column[start : start + ROWS] for name, column in columns.items()})
        writer = writer or pq.ParquetWriter(
            stream,
            part.schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=text,
            write_statistics=False,
        )
        writer.write_table(part)
    if writer is not None:
        writer.close()
    return stream.getvalue()


def to_arrow(table: Table) -> Any:
    """Return the table as a pyarrow Table."""
    import pyarrow as pa

    return pa.table({name: _to_array(column) for name, column in table.items()})


# Arrow arrays are made straight from memory below: ``pyarrow.array`` would do, but it imports pandas, only
# to ask whether it was given something of its.


def _to_array(column: Column) -> Any:
    import pyarrow as pa

    column = _words(column)
    if isinstance(column, Coded):
        known = column.codes >= 0
        codes = _numbers(column.codes.astype(np.int32), None if known.all() else known)
        return pa.DictionaryArray.from_arrays(codes, _texts(column.texts))
    values = np.asarray(column)
    return _numbers(values.astype(np.float64) if values.dtype == object else values)


def _words(column: Column) -> Column:
    """Return a column with its text coded."""
    return coded(column) if len(column) and isinstance(column[0], str) else column


def coded(words: Iterable[str]) -> Coded:
    """Return text as codes, numbered in the order in which texts first come."""
    known: dict[str, int] = {}
    codes = [known.setdefault(word, len(known)) for word in words]
    return Coded(np.array(codes, dtype=np.int32), list(known))


def _numbers(values: NDArray[Any], known: NDArray[np.bool_] | None = None) -> Any:
    import pyarrow as pa

    mask = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [mask, pa.py_buffer(np.ascontiguousarray(values))])


def _texts(texts: Sequence[str]) -> Any:
    import pyarrow as pa

    written = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, written)], dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), len(texts), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(written))]
    )


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> Any:
    """Read a parquet file as a pyarrow Table.

    Args:
        path: The file.
        columns: The columns wanted; all when left out.

    Raises:
        InputError: The file is missing, cut short or not parquet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        raise damaged(path, "this table is missing")
    try:
        with pq.ParquetFile(path) as file:  # quicker than read_table, which loads pyarrow's data sets
            return file.read(columns=None if columns is None else list(columns))
    except (pa.ArrowException, OSError):
        raise damaged(path, "this table is not whole, or is not a parquet file") from None


def to_columns(table: Any) -> dict[str, NDArray[Any]]:
    """Return a pyarrow Table as numpy arrays; text becomes arrays of Python strings (None where missing)."""
    table = table.unify_dictionaries().combine_chunks()
    return {name: _to_numpy(table.column(name)) for name in table.column_names}


def to_codes(table: Any) -> dict[str, NDArray[Any] | Coded]:
    """Return a pyarrow Table as numpy arrays, its text as codes: for tables of many rows."""
    table = table.unify_dictionaries().combine_chunks()
    return {name: _to_codes(table.column(name)) for name in table.column_names}


def _to_codes(column: Any) -> NDArray[Any] | Coded:
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return _to_numpy(column)
    if not len(column):
        return Coded(np.array([], dtype=np.int32), ())
    array: Any = column.chunk(0)
    codes = array.indices.fill_null(-1) if array.null_count else array.indices
    return Coded(_read_numbers(codes), array.dictionary.to_pylist())


def _to_numpy(column: Any) -> NDArray[Any]:
    import pyarrow as pa

    if not len(column):
        return np.array([], dtype=object if pa.types.is_dictionary(column.type) else _kind(column))
    array: Any = column.chunk(0)
    if pa.types.is_dictionary(array.type):
        codes = array.indices.fill_null(-1) if array.null_count else array.indices
        texts = np.array([*array.dictionary.to_pylist(), None], dtype=object)
        return texts.take(_read_numbers(codes), mode="wrap")
    return _read_numbers(array)


def _read_numbers(array: Any) -> NDArray[Any]:
    """Return an arrow array of numbers without missing ones, straight from its memory."""
    size = len(array) + array.offset
    values: NDArray[Any] = np.frombuffer(array.buffers()[1], dtype=_kind(array), count=size)
    return values[array.offset :]


def _kind(column: Any) -> np.dtype[Any]:
    """Return the numpy type of an arrow column of numbers."""
    kind: np.dtype[Any] = np.dtype(column.type.to_pandas_dtype())
    return kind


def stack(target: Path, parts: Iterable[tuple[int, Path]]) -> None:
    """Write the replications' tables as one file, with the column ``replication`` in front.

    The parts go in one at a time, so memory does not grow with the number of replications.

    Args:
        target: The parquet file to make.
        parts: Replication number and the file with its table, in the order wanted.
    """
    import pyarrow.parquet as pq

    part, writer = beside(target), None
    try:
        for number, path in parts:
            table = read_parquet(path)
            first = _numbers(np.full(table.num_rows, number, dtype=np.int32))
            table = table.add_column(0, "replication", first).unify_dictionaries()
            writer = writer or pq.ParquetWriter(part, table.schema, compression="zstd", compression_level=1)
            writer.write_table(table.cast(writer.schema))
        if writer is not None:
            writer.close()
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
