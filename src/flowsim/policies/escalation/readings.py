"""Read the parameters of every scope from the running simulation.

Cost decides the form. Open visits to emergency departments and to discharge are followed as arrays of journal
addresses: an assessment takes in the visits begun since the last one and drops those that ended long enough
ago. Pools are read by their counters. Every parameter is a ratio of two sums, so a place or the system is the
sum of its services and no average of averages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from flowsim.kernel.journal import ACCEPTED, ARRIVED, LEFT, OUTCOME, SERVICE, SOURCE, STARTED, WIDTH
from flowsim.policies.escalation.scoring import PARAMETERS, Scope
from flowsim.units import UNLIMITED

if TYPE_CHECKING:
    from flowsim.kernel import Kernel

FOUR_HOURS, TWELVE_HOURS, DAY = 240.0, 720.0, 1440.0
NOTHING, DEPARTMENT, CENTRE, DISCHARGE = range(4)
FOLLOWED = {
    "emergency_department": DEPARTMENT,
    "urgent_treatment_centre": CENTRE,
    "discharge": DISCHARGE,
}
NEEDS = {
    "handover": "crews",
    "bed_occupancy": "beds",
    "escalation_beds": "beds",
    "discharge_ready": "discharge",
}
"""What a scope must have for a parameter to have a value; the others need an emergency department."""

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Readings:
    """Values of every parameter for every scope.

    Args:
        kernel: the engine.
        specs: every service's settings by name, in the order of the services' codes.
        members: for each scope, the codes of its services.
        window: minutes back in which waits that have ended count.
        every: minutes between two readings.
        areas: areas of emergency departments that count for their occupancy; none named: all.

    Attributes:
        extra_beds: beds that actions have opened, by code of the service.
    """

    def __init__(
        self,
        kernel: Kernel,
        specs: Mapping[str, Any],
        members: Mapping[Scope, Sequence[int]],
        *,
        window: float,
        every: float,
        areas: Sequence[str] = (),
    ) -> None:
        self.kernel = kernel
        self.window = window
        kinds = [spec.kind for spec in specs.values()]
        self.followed = np.array([FOLLOWED.get(kind, NOTHING) for kind in kinds], dtype=np.int8)
        self.crews = np.array([*(kind == "ambulance" for kind in kinds), False])  # the last: no source
        self.belongs = np.zeros((len(members), len(kinds)))
        for row, codes in enumerate(members.values()):
            self.belongs[row, list(codes)] = 1.0
        self.departments = np.flatnonzero(self.followed == DEPARTMENT).astype(float)
        self.seen = 0
        self.open = self.ready = self.ready_in = np.zeros(0, dtype=np.intp)
        self.came: list[Floats] = [np.zeros(len(members))]
        self.per_day = max(round(DAY / every), 1)
        self.extra_beds = np.zeros(len(kinds))
        self._find_pools(specs, areas)

    def _find_pools(self, specs: Mapping[str, Any], areas: Sequence[str]) -> None:
        """Sort out which pools are beds and which are spaces of departments."""
        codes = {name: code for code, name in enumerate(specs)}
        known = [pool for pool in self.kernel.pools if pool.name[0] in specs]
        roles = [_role(specs[pool.name[0]], pool.name[1], areas) for pool in known]
        self.pools = [pool for pool, role in zip(known, roles, strict=True) if role]
        own = np.array([role for role in roles if role])
        of_scope = self.belongs[:, [codes[pool.name[0]] for pool in self.pools]]
        self.of_beds = of_scope * (own == "beds")
        self.has_beds = self.of_beds.any(axis=1)
        self.of_spaces = of_scope * (own == "spaces")
        self.of_people = of_scope * (own != "beds")

    def measurable(self, specs: Mapping[str, Any]) -> list[list[bool]]:
        """Return for each scope which parameters can have a value at all.

        Args:
            specs: every service's settings.
        """
        kinds = {spec.kind for spec in specs.values()}
        department = self.belongs @ (self.followed == DEPARTMENT) > 0
        beds = self.has_beds
        has = {
            "department": department,
            "crews": department & ("ambulance" in kinds),
            "beds": beds,
            "discharge": beds & ("discharge" in kinds),
        }
        rows = [has[NEEDS.get(name, "department")] for name in PARAMETERS]
        return [[bool(row[scope]) for row in rows] for scope in range(len(self.belongs))]

    def take(self, now: float) -> list[list[float]]:
        """Return the values of every scope, one row for each, in the order of `PARAMETERS`.

        A value that nobody can be found for is not a number.
        """
        table = np.frombuffer(self.kernel.journal.cells, dtype=float).reshape(-1, WIDTH)
        top, bottom = np.empty((2, len(PARAMETERS), len(self.belongs)))
        self._take_in(table)
        self._on_visits(table, now, top, bottom)
        self._on_beds(table, top, bottom)
        del table  # an array that somebody looks into cannot grow
        self._attendances(top, bottom)
        bottom[bottom == 0.0] = np.nan
        values: list[list[float]] = (top / bottom).T.tolist()
        return values

    # -- visits ------------------------------------------------------------------------------------------

    def _take_in(self, table: Floats) -> None:
        """Begin to follow the visits that began since the last reading."""
        fresh = table[self.seen :]
        service = fresh[:, SERVICE].astype(np.intp)
        kind = self.followed[service]
        here = np.flatnonzero(kind)
        kind, service = kind[here], service[here]
        discharge = kind == DISCHARGE
        self.open = np.concatenate((self.open, here[kind == DEPARTMENT] + self.seen))
        ready = here[discharge]
        source = fresh[ready, SOURCE].astype(np.intp)  # those found in beds at the start have none
        self.ready = np.concatenate((self.ready, ready + self.seen))
        self.ready_in = np.concatenate((self.ready_in, np.where(source < 0, service[discharge], source)))
        self.came.append(self.came[-1] + self._by_scope(service[~discharge]))
        self.seen = len(table)

    def _by_scope(self, services: Ints) -> Floats:
        """Return how many there are in each scope, from the service of each."""
        counts: Floats = self.belongs @ np.bincount(services, minlength=len(self.followed))
        return counts

    def _on_visits(self, table: Floats, now: float, top: Floats, bottom: Floats) -> None:
        """Fill in what is measured on visits to emergency departments."""
        since = now - self.window
        visits = table[self.open]
        kept = ~(visits[:, LEFT] <= since)  # true for those inside, whose time of leaving is not a number
        self.open, visits = self.open[kept], visits[kept]
        arrived, left, started, accepted = (visits[:, i] for i in (ARRIVED, LEFT, STARTED, ACCEPTED))
        inside = np.isnan(left)
        stay = np.where(inside, now, left) - arrived
        crew = self.crews[visits[:, SOURCE].astype(np.intp)]
        at_door, taken_over = crew & inside & np.isnan(accepted), crew & (accepted > since)
        unseen, seen = inside & np.isnan(started), started > since
        sums = np.empty((9, len(visits)))
        sums[0] = np.where(taken_over, accepted - arrived, np.where(at_door, stay, 0.0))
        sums[1] = taken_over | at_door
        sums[2] = np.where(seen, started - arrived, np.where(unseen, stay, 0.0))
        sums[3] = seen | unseen
        sums[4] = ~inside & (stay <= FOUR_HOURS)
        sums[5] = ~inside | (stay > FOUR_HOURS)
        sums[6] = inside & (stay > TWELVE_HOURS)
        sums[7] = inside & (visits[:, OUTCOME] >= 0.0)
        sums[8] = inside
        by_department = sums @ (visits[:, SERVICE, None] == self.departments)
        by_scope = by_department @ self.belongs[:, self.departments.astype(np.intp)].T
        top[_ON_VISITS], bottom[_ON_VISITS] = by_scope[_ABOVE], by_scope[_BELOW]

    # -- pools -------------------------------------------------------------------------------------------

    def _on_beds(self, table: Floats, top: Floats, bottom: Floats) -> None:
        """Fill in what is measured on beds and spaces, and on those who are ready to leave a bed."""
        waiting = np.isnan(table[self.ready, LEFT])
        self.ready, self.ready_in = self.ready[waiting], self.ready_in[waiting]
        busy = np.array([pool.busy for pool in self.pools], dtype=float)
        capacity = np.array([pool.capacity for pool in self.pools], dtype=float)
        top[BEDS] = occupied = self.of_beds @ busy
        bottom[BEDS] = bottom[ESCALATION_BEDS] = self.of_beds @ capacity
        shut = self.has_beds & (bottom[BEDS] == 0.0)  # where no bed is open, all are full
        top[BEDS, shut] = bottom[BEDS, shut] = 1.0
        top[ESCALATION_BEDS] = self.belongs @ self.extra_beds
        top[READY], bottom[READY] = self._by_scope(self.ready_in), occupied
        top[SPACES], bottom[SPACES] = self.of_people @ busy, self.of_spaces @ capacity

    def _attendances(self, top: Floats, bottom: Floats) -> None:
        """Fill in attendances of the last day over those of a usual day, once a week has passed."""
        steps, day = len(self.came) - 1, self.per_day
        bottom[ATTENDANCES] = top[ATTENDANCES] = np.nan
        if steps >= 8 * day:
            first = max(steps - 29 * day, 0)
            top[ATTENDANCES] = self.came[-1] - self.came[-1 - day]
            bottom[ATTENDANCES] = (self.came[-1 - day] - self.came[first]) * (day / (steps - day - first))


BEDS, ESCALATION_BEDS, READY, SPACES, ATTENDANCES = (
    PARAMETERS.index(name)
    for name in ("bed_occupancy", "escalation_beds", "discharge_ready", "department_occupancy", "attendances")
)
_ON_VISITS = [
    PARAMETERS.index(name)
    for name in ("handover", "time_to_clinician", "within_4_hours", "over_12_hours", "awaiting_bed")
]
"""Parameters measured on visits to departments; each is the ratio of two sums over visits, listed below."""
_ABOVE, _BELOW = [0, 2, 4, 6, 7], [1, 3, 5, 8, 8]


def _role(spec: Any, resource: str, areas: Sequence[str]) -> str:
    """Return what the units of a pool count as: beds, spaces, people in other spaces, or nothing."""
    if spec.kind == "ward" and resource == "beds":
        return "beds" if spec.counts_as == "general_and_acute" and spec.beds < UNLIMITED else ""
    if spec.kind != "emergency_department":
        return ""
    if resource == "escalation_spaces":
        return "people"
    counted = resource in spec.areas and (not areas or resource in areas)
    return "spaces" if counted and spec.areas[resource].spaces < UNLIMITED else ""
