"""A block: the patients of one demand stream in one four-week stretch of the calendar."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from flowsim.sampling.uniforms import Floats, Words, key_of, mixed

if TYPE_CHECKING:
    from flowsim.sampling.draws import Draws

Codes = NDArray[np.int8]
Column: TypeAlias = "bytes | array[float]"
"""One drawn value for each patient of a block: bytes for chances and choices, else floats."""


class Block:
    """Patients with all their luck.

    Attributes:
        name: the demand stream.
        demand: index of the demand stream; -1 for patients who are inside when the run begins.
        to: the service that these patients come to first.
        base: row of the first patient in the replication's patient table.
        uid: identifiers; the same person has the same one in every scenario and replication.
        times: minutes since the calendar's start, ascending.
        attrs: attribute codes, an int8 array for each attribute (see `flowsim.vocabulary`).
        codes: the same as bytes, for reading one patient quickly: ``block.codes["acuity"][row]``.
        columns: one column for each draw of the replication; None until it is worth computing.
        asked: how often each missing column has been asked for.
        retired: True once its columns have been given up: whoever is still inside is answered one by one.
        patience: after so many single answers a whole column is computed.
    """

    __slots__ = (
        "__weakref__",
        "asked",
        "attrs",
        "base",
        "codes",
        "columns",
        "demand",
        "name",
        "patience",
        "retired",
        "times",
        "to",
        "uid",
    )

    def __init__(
        self, name: str, demand: int, to: str, *, uid: Words, times: Floats, attrs: Mapping[str, Codes]
    ) -> None:
        self.name = name
        self.demand = demand
        self.to = to
        self.base = 0
        self.uid = uid
        self.times = times
        self.attrs = dict(attrs)
        self.codes = {attribute: codes.tobytes() for attribute, codes in self.attrs.items()}
        self.columns: list[Column | None] = []
        self.asked: list[int] = []
        self.retired = False
        # One answer costs as much as about 150 rows of a column; a column costs about twelve besides.
        self.patience = 12 + len(uid) // 150

    @classmethod
    def of_patients(cls, draws: Draws, name: str, attrs: Mapping[str, Codes], base: int) -> Block:
        """Return a block of patients who are inside at minute 0, such as those found in beds.

        Args:
            draws: the replication's draws.
            name: what they are told apart by; patient number j of a name has the same luck everywhere.
            attrs: attribute codes of each patient.
            base: first row in the patient table.
        """
        count = len(next(iter(attrs.values())))
        uid = mixed(np.arange(count, dtype=np.uint64), key_of("patients", name))
        block = cls(name, -1, "", uid=uid, times=np.zeros(count), attrs=attrs)
        block.base = base
        draws.admit(block)
        return block

    def retire(self) -> None:
        """Give up the columns, to save memory, when few of the block's patients are still inside."""
        self.retired = True
        self.columns = [None] * len(self.columns)

    def rows(self) -> int:
        """Return the number of patients."""
        return len(self.uid)

    def __len__(self) -> int:
        return len(self.uid)
