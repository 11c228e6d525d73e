"""The small world of `support`, in hours: for services in which days and weeks matter.

Hour 0 is the midnight before Monday 2 November 2026, so hour 24 * d + 9 is 09:00 on day d:

    town = Town({"beds": {"kind": "ward", "beds": 1, "stay": "2 days"}})
    ann = town.send("beds", at=10)
    assert town.run().visit(ann, "beds").left == 58
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from flowsim.spec.expected import Flow
from flowsim.vocabulary import ATTRIBUTES
from support import TIMES, USUAL, Visit, World

DAY = 24


class Town(World):
    """A running system without demand of its own, whose clock is read in hours."""

    def __init__(self, services: Any, pathways: Any = None, alternatives: Any = None, days: int = 28) -> None:
        super().__init__(services, pathways, alternatives, days)

    def send(self, to: str, at: float, **attributes: str) -> int:
        """Have a patient come to a service at an hour; return a number by which to ask for the visits."""
        return self.arrive(at * 60.0, to, **attributes)

    def alter(self, service: str, at: float, **settings: Any) -> None:
        """Change settings of a service at an hour."""
        self.change(at * 60.0, service, **settings)

    def run(self, until: float | None = None) -> Town:
        """Run to an hour, or to the end."""
        super().run(None if until is None else until * 60.0)
        return self

    def path(self, patient: int) -> list[str]:
        """Return the services a patient has been to, in order."""
        return [visit.service for visit in self.visits(patient)]

    def column(self, name: str) -> Any:
        """Return a column of the visit table: minutes, or outcome codes."""
        return self.kernel.journal.table()[name]

    def _visit(self, table: Mapping[str, Any], row: int) -> Visit:
        visit = super()._visit(table, row)
        times = {name: getattr(visit, name) for name in TIMES}
        return replace(visit, **{name: t if t is None else round(t / 60.0, 9) for name, t in times.items()})


def flow_of(per_day: float = 10.0, **attributes: str) -> Flow:
    """Return an average flow of patients who are all alike."""
    codes = {}
    for name, values in ATTRIBUTES.items():
        said = attributes.get(name, USUAL.get(name))
        codes[name] = np.array([values.index(said) if said in values else 0], dtype=np.int8)
    return Flow(codes, np.array([per_day]), np.zeros(1))
