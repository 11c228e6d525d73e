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

if TYPE_CHECKING:
    from numpy.typing import NDArray

Column = Any
"""One column: a numpy array, a list, or ``Coded`` text."""

Table = Mapping[str, Column]
"""A table: column name to column, all equally long."""


class Coded:
    """Text that takes few values, kept as a number for each row and the list of texts.

    Args:
        codes: The position in ``texts`` for each row; -1 means not known.
        texts: The texts.
    """

    __slots__ = ("codes", "texts")

    def __init__(self, codes: NDArray[np.integer[Any]], texts: Sequence[str]) -> None:
        self.codes = codes
        self.texts = tuple(texts)

    def __len__(self) -> int:
        return len(self.codes)


def to_parquet(table: Table) -> bytes:
    """Return the table as the content of a parquet file (Zstandard, dictionary-coded text)."""
    import pyarrow.parquet as pq

    stream = BytesIO()
    pq.write_table(to_arrow(table), stream, compression="zstd", compression_level=1)
    return stream.getvalue()


def to_arrow(table: Table) -> Any:
    """Return the table as a pyarrow Table."""
    import pyarrow as pa

    return pa.table({name: _to_array(column) for name, column in table.items()})


def _to_array(column: Column) -> Any:
    import pyarrow as pa

    if isinstance(column, Coded):
        known = pa.array(column.codes, mask=column.codes < 0, type=pa.int32())
        return pa.DictionaryArray.from_arrays(known, pa.array(column.texts, type=pa.string()))
    if len(column) and isinstance(column[0], str):
        return pa.array(column, type=pa.string()).dictionary_encode()
    return pa.array(column)


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
        return pq.read_table(path, columns=None if columns is None else list(columns))
    except (pa.ArrowException, OSError):
        raise damaged(path, "this table is not whole, or is not a parquet file") from None


def to_columns(table: Any) -> dict[str, NDArray[Any]]:
    """Return a pyarrow Table as numpy arrays; text becomes arrays of Python strings."""
    return {name: _to_numpy(table.column(name)) for name in table.column_names}


def _to_numpy(column: Any) -> NDArray[Any]:
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    array: NDArray[Any] = (
        column.to_numpy(zero_copy_only=False) if len(column) else np.array(column.to_pylist())
    )
    return array


def stack(target: Path, parts: Iterable[tuple[int, Path]]) -> None:
    """Write the replications' tables as one file, with the column ``replication`` in front.

    The parts go in one at a time, so memory does not grow with the number of replications.

    Args:
        target: The parquet file to make.
        parts: Replication number and the file with its table, in the order wanted.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    part, writer = beside(target), None
    try:
        for number, path in parts:
            table = read_parquet(path)
            first = pa.array(np.full(table.num_rows, number, dtype=np.int32))
            table = table.add_column(0, "replication", first).unify_dictionaries()
            writer = writer or pq.ParquetWriter(part, table.schema, compression="zstd", compression_level=1)
            writer.write_table(table.cast(writer.schema))
        if writer is not None:
            writer.close()
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
