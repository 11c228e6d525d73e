"""A block: the patients of one demand stream in one four-week stretch of the calendar."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from flowsim.sampling.uniforms import Floats, Words

Codes = NDArray[np.int8]
Column: TypeAlias = "bytes | array[float]"
"""One drawn value for each patient of a block: bytes for chances and choices, else floats."""


class Block:
    """Patients with all their luck.

    Attributes:
        name: the demand stream.
        stream: index of the demand stream.
        to: the service that these patients come to first.
        base: row of the first patient in the replication's patient table.
        uid: identifiers; the same person has the same one in every scenario and replication.
        times: minutes since the calendar's start, ascending.
        attrs: attribute codes, an int8 array for each attribute (see `flowsim.vocabulary`).
        codes: the same as bytes, for reading one patient quickly: ``block.codes["acuity"][row]``.
        columns: one column for each draw of the replication; None until it is worth computing.
        asked: how often each missing column has been asked for.
        patience: after so many single answers a whole column is computed.
    """

    __slots__ = (
        "__weakref__", "asked", "attrs", "base", "codes", "columns", "name", "patience", "stream", "times",
        "to", "uid",
    )  # fmt: skip

    def __init__(
        self, name: str, stream: int, to: str, uid: Words, times: Floats, attrs: Mapping[str, Codes]
    ) -> None:
        self.name = name
        self.stream = stream
        self.to = to
        self.base = 0
        self.uid = uid
        self.times = times
        self.attrs = dict(attrs)
        self.codes = {attribute: codes.tobytes() for attribute, codes in self.attrs.items()}
        self.columns: list[Column | None] = []
        self.asked: list[int] = []
        # One answer costs about as much as sixty rows of a column, and a column has a fixed cost of twelve.
        self.patience = 12 + len(uid) // 60

    def rows(self) -> int:
        """Return the number of patients."""
        return len(self.uid)

    def __len__(self) -> int:
        return len(self.uid)
