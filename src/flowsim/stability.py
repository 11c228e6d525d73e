"""Can this system settle? Offered load against capacity, before anything runs.

A resource whose load (Little's law, waits ignored) reaches its capacity grows a queue without end, and every
wait upstream of it is then a matter of how long the run is. Such a scenario is refused, with the lines to
blame, unless the planner says that this is what is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowsim.clock import Rota
from flowsim.errors import Problem
from flowsim.flows import Flows, analyse, care_spec
from flowsim.units import UNLIMITED, format_number

if TYPE_CHECKING:
    from flowsim.services import CareSpec
    from flowsim.spec.origin import Origin
    from flowsim.spec.scenario import Scenario

FULL = 1.0
"""Load over capacity from which a queue has no end."""
BLAMED = 4
"""Most lines that are named."""


@dataclass(frozen=True)
class Load:
    """The load of one resource.

    Attributes:
        service, resource: what it is.
        needed: units in use on average, waits ignored.
        capacity: units there are, averaged over the week.
    """

    service: str
    resource: str
    needed: float
    capacity: float

    @property
    def share(self) -> float:
        """Return load over capacity; infinite where there is a load and no capacity."""
        return self.needed / self.capacity if self.capacity else float("inf")


def loads(scenario: Scenario, flows: Flows | None = None) -> list[Load]:
    """Return the load of every limited resource that makes patients wait, the fullest first."""
    found = []
    for (name, resource), needed in (flows or analyse(scenario)).loads.items():
        spec = care_spec(scenario, name)
        capacity = capacity_of(spec, resource)
        if needed > 0.0 and capacity < UNLIMITED and not spec.refuses(resource):
            found.append(Load(name, resource, needed, capacity))
    return sorted(found, key=lambda load: -load.share)


def overloads(scenario: Scenario, flows: Flows | None = None) -> list[Problem]:
    """Return one problem for every resource that cannot keep up; empty if the system can settle."""
    return [_problem(scenario, load) for load in loads(scenario, flows) if load.share >= FULL]


def capacity_of(spec: CareSpec, resource: str) -> float:
    """Return the units of a resource, averaged over the week."""
    value = spec.units(resource)
    return value.mean() if isinstance(value, Rota) else float(value)


def _problem(scenario: Scenario, load: Load) -> Problem:
    lines = _to_blame(scenario, load)
    percent = "" if load.capacity == 0 else f" ({load.share:.0%})"
    message = (
        f"This system cannot settle: {load.service} needs {format_number(round(load.needed, 1))} "
        f"{load.resource} on average for this demand "
        f"and has {format_number(round(load.capacity, 1))}{percent}."
    )
    return Problem(
        message,
        path=f"services.{load.service}",
        allowed="; ".join(lines),
        hint="Add capacity, shorten stays, reduce demand, "
        "or run with --allow-overload (the report will say so).",
    )


def _was_changed(origin: Origin) -> bool:
    """Say whether a value is not what the parent scenario has."""
    if origin.replaced is None:
        return origin.layer == "--set"
    return origin.layer in ("change", "--set") or origin.replaced.layer == "extends"


def _to_blame(scenario: Scenario, load: Load) -> list[str]:
    """Return the lines that set the capacity, and those changed from what they were in a parent."""
    blamed = []
    prefix = f"services.{load.service}."
    last = load.resource.split(".")[-1]
    for path, origin in scenario.provenance.items():
        own = path.startswith(prefix) and last in path.split(".")
        changed = _was_changed(origin) and (path.startswith(("demand.", prefix)) or own)
        if own or changed:
            before = (
                "" if origin.replaced is None else f" ({origin.replaced.place} had {origin.replaced.value})"
            )
            blamed.append(f"{origin.place} sets {path} to {origin.value}{before}")
    return sorted(blamed, key=lambda line: "had" not in line)[:BLAMED]
