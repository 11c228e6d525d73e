"""Where a value of a scenario comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one value was written, what vouches for it, and what it replaced.

    Attributes:
        value: The value as written (after any change).
        file: File as the planner would type it; ``--set`` or ``Python`` for what no file holds.
        line: Line from 1; 0 where there is none.
        column: Column from 1; 0 where there is none.
        layer: How it got there: ``scenario``, ``extends``, ``include``, ``change``, ``surge``, ``--set``.
        source: Where the number is published, or who said so; empty if not given.
        grade: ``seen``, ``recalled``, ``assumed``, or empty.
        note: A remark.
        low: Lower end of the plausible range, as written; None if not given.
        high: Upper end, likewise.
        replaced: Where the value that this one took the place of came from; None for the first.
    """

    value: Any
    file: str = ""
    line: int = 0
    column: int = 0
    layer: str = ""
    source: str = ""
    grade: str = ""
    note: str = ""
    low: Any = None
    high: Any = None
    replaced: Origin | None = None

    @property
    def place(self) -> str:
        """Return ``file:line``."""
        return f"{self.file}:{self.line}" if self.line else self.file
