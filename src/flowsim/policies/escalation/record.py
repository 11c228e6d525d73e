"""The record of escalation: every assessment, and all that happens to every action."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any

import numpy as np

from flowsim.policies.escalation.scoring import PARAMETERS, Scope
from flowsim.tables import ESCALATION_WORDS, Coded

_NO_VALUES = [nan] * len(PARAMETERS)


class Record:
    """Rows in the order in which they happened."""

    def __init__(self) -> None:
        self._words: list[tuple[str, str, str, str, str]] = []
        self._numbers: list[tuple[float, ...]] = []

    def assessed(self, now: float, scope: Scope, score: float, level: int, values: Sequence[float]) -> None:
        """Note a score and a level, with the values they come from."""
        self._words.append(("assessed", scope.kind, scope.name, "", ""))
        self._numbers.append((now, score, level, nan, nan, *values))

    def happened(
        self,
        now: float,
        event: str,
        scope: Scope,
        level: int,
        action: str,
        *,
        reason: str = "",
        beds: float = nan,
        patients: float = nan,
    ) -> None:
        """Note what has happened to an action."""
        self._words.append((event, scope.kind, scope.name, action, reason))
        self._numbers.append((now, nan, level, beds, patients, *_NO_VALUES))

    def table(self) -> dict[str, Any]:
        """Return the table; see `flowsim.tables.ESCALATION_WORDS`."""
        words = [_coded([row[i] for row in self._words]) for i in range(len(ESCALATION_WORDS))]
        numbers = np.array(self._numbers, dtype=float).reshape(-1, 5 + len(PARAMETERS))
        return {
            "minute": numbers[:, 0].copy(),
            **dict(zip(ESCALATION_WORDS, words, strict=True)),
            "score": numbers[:, 1].astype(np.float32),
            "level": numbers[:, 2].astype(np.int8),
            "beds": numbers[:, 3].astype(np.float32),
            "patients": numbers[:, 4].astype(np.float32),
            **{name: numbers[:, 5 + i].astype(np.float32) for i, name in enumerate(PARAMETERS)},
        }


def _coded(words: Sequence[str]) -> Coded:
    known: dict[str, int] = {}
    codes = [known.setdefault(word, len(known)) for word in words]
    return Coded(np.array(codes, dtype=np.int32), list(known))
