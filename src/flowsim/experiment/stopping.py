"""When a run has enough replications: after a fixed number, or once it is precise enough.

Both answer from the replications in order, from 1, so the answer does not depend on which worker
was quicker.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from flowsim.experiment.precision import Precision, Verdict, judge
from flowsim.store.folder import Record


class Stopping(Protocol):
    """Decides how many replications a run uses."""

    most: int
    """No replication beyond this number is begun."""

    total: int | None
    """How many there will be; None while that is not known."""

    def add(self, record: Record) -> None:
        """Take note of a finished replication, in whatever order they arrive."""

    @property
    def used(self) -> int | None:
        """Use replications 1 to this number; None while more are needed."""

    @property
    def enough(self) -> int | None:
        """With a precision asked for, the number that reached it; else None."""


class Fixed:
    """A fixed number of replications.

    Args:
        count: How many.
    """

    enough: int | None = None

    def __init__(self, count: int) -> None:
        self.most = count
        self.total: int | None = count
        self._done: set[int] = set()

    def add(self, record: Record) -> None:
        """Take note of a finished replication."""
        self._done.add(record.replication)

    @property
    def used(self) -> int | None:
        """The number asked for, once they are all there."""
        return self.most if self._done.issuperset(range(1, self.most + 1)) else None


class UntilPrecise:
    """As many replications as the headline measures need.

    Args:
        rule: The precision wanted, and the most replications to try.
        floors: Headline name to the size below which a relative precision means nothing.
    """

    total: int | None = None

    def __init__(self, rule: Precision, floors: Mapping[str, float]) -> None:
        self.most = rule.most
        self._rule = rule
        self._floors = floors
        self._records: dict[int, Record] = {}
        self._in_order = 0
        self._verdict = Verdict(None, 0)

    def add(self, record: Record) -> None:
        """Take note of a finished replication, and judge again when it extends the unbroken sequence."""
        self._records[record.replication] = record
        while self._verdict.enough is None and self._in_order + 1 in self._records:
            self._in_order += 1
            self._verdict = self._judge()

    @property
    def used(self) -> int | None:
        """The number to use, once it is precise enough or there are as many as may be tried."""
        done = self._verdict.enough is not None or self._in_order >= self.most
        return self._verdict.used if done else None

    @property
    def enough(self) -> int | None:
        """The number of replications that was enough."""
        return self._verdict.enough

    def _judge(self) -> Verdict:
        records = [self._records[number] for number in range(1, self._in_order + 1)]
        names = sorted({name for record in records for name in record.headline})
        rows = [[record.headline.get(name, np.nan) for name in names] for record in records]
        floors = np.array([self._floors.get(name, 0.0) for name in names])
        return judge(np.array(rows, dtype=float).reshape(len(rows), len(names)), self._rule, floors)
