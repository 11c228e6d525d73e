"""Ambulances that are sent to another emergency department while an action says so.

A crew decides as it leaves the scene. Who is diverted is decided by the patient's own numbers: those taken
elsewhere under 20% are among those taken elsewhere under 40%, whichever action asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowsim.kernel import Patient
    from flowsim.sampling.draws import Chance


@dataclass(frozen=True, slots=True)
class OpenRoute:
    """A way to another department that is open now.

    Attributes:
        to: name of the department.
        travel: minutes on the road beyond those to the department that was nearer.
        eligible, uptake: draws of the patient's own.
        deed: number of the action that opened it.
    """

    to: str
    travel: float
    eligible: Chance
    uptake: Chance
    deed: int


class Diversion:
    """Says where conveyed patients go, for every ambulance service.

    Attributes:
        open: ways that are open now, by the department they lead away from, in order.
        sent: patients on their way to another department.
        counts: patients diverted since the counts were last taken, by the number of the action.
    """

    __slots__ = ("counts", "open", "sent")

    def __init__(self) -> None:
        self.open: Mapping[str, list[OpenRoute]] = {}
        self.sent: dict[Patient, str] = {}
        self.counts: Counter[int] = Counter()

    def detour(self, patient: Patient, planned: str) -> float:
        """Decide where a patient goes; return the extra minutes on the road, 0 for the planned department."""
        for route in self.open.get(planned, ()):
            if route.eligible.of(patient) and route.uptake.of(patient):
                self.sent[patient] = route.to
                self.counts[route.deed] += 1
                return route.travel
        return 0.0

    def taken(self) -> Counter[int]:
        """Return the counts since this was last asked."""
        counts, self.counts = self.counts, Counter()
        return counts


class Conveyed:
    """The destination of conveyed patients: the one decided at the scene, or else the planned one.

    It stands in for a draw of a destination.

    Args:
        diversion: what was decided.
        planned: the draw of the planned destination; or its name, where there is one for all.
    """

    __slots__ = ("diversion", "planned")

    def __init__(self, diversion: Diversion, planned: Any) -> None:
        self.diversion = diversion
        self.planned = planned

    def plan(self, patient: Patient) -> str:
        """Return the name of the planned destination."""
        return self.planned if isinstance(self.planned, str) else str(self.planned.of(patient))

    def of(self, patient: Patient) -> str:
        """Return the name of the destination."""
        to = self.diversion.sent.pop(patient, None)
        return self.plan(patient) if to is None else to
