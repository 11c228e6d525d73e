"""The same patients in Ciw as in a finished run of flowsim: who came when, and how long each was served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ciw
import numpy as np
from numpy.typing import NDArray

from flowsim.tables import Replication

Values = NDArray[np.float64]
ENDLESS = 1e9
"""Minutes of service of patients who are still being served when flowsim's run ends."""


@dataclass(frozen=True)
class Person:
    """One patient of a run.

    Attributes:
        arrived: minute of the first arrival.
        stream: index of the demand stream.
        minutes: lengths of the services, in the order of the visits.
        stations: the services of the visits.
    """

    arrived: float
    stream: int
    minutes: list[float]
    stations: list[int]


def people(result: Replication, start: str, end: str) -> list[Person]:
    """Return everybody who came, in order of arrival, with the time from one moment of a visit to another."""
    visits = result.visits
    order = np.argsort(visits["patient"], kind="stable")
    length = np.where(np.isnan(visits[end]), ENDLESS, visits[end] - visits[start])
    found: dict[int, Person] = {}
    for row in order.tolist():
        patient = int(visits["patient"][row])
        if patient not in found:
            stream = int(result.patients["demand"][patient])
            found[patient] = Person(float(visits["arrived"][row]), stream, [], [])
        found[patient].minutes.append(float(length[row]))
        found[patient].stations.append(int(visits["service"][row]))
    return sorted(found.values(), key=lambda person: person.arrived)


class Own(ciw.dists.Distribution):
    """The length of service that belongs to the patient and to the count of the visit."""

    def __init__(self, people: list[Person]) -> None:
        self.people = people
        self.given: dict[int, int] = {}

    def sample(self, t: Any = None, ind: Any = None) -> float:
        person = self.people[ind.id_number - 1]
        visit = ind.visits = getattr(ind, "visits", -1) + 1
        return person.minutes[visit] if visit < len(person.minutes) else 0.0


class Way(ciw.routing.NodeRouting):
    """On to where the patient went in flowsim."""

    def __init__(self, people: list[Person]) -> None:
        self.people = people

    def next_node(self, ind: Any) -> Any:
        person = self.people[ind.id_number - 1]
        following = ind.visits + 1
        if following < len(person.stations):
            return self.simulation.nodes[person.stations[following] + 1]
        return self.simulation.nodes[-1]


def replayed(people: list[Person], servers: list[int], until: float, **settings: Any) -> list[Any]:
    """Return Ciw's records of the same patients.

    Args:
        people: who, from `people`; everybody starts at the first station.
        servers: units of each station.
        until: last minute.
        **settings: further arguments of ``ciw.create_network``.
    """
    gaps = np.diff([0.0, *(person.arrived for person in people)]).tolist()
    others = len(servers) - 1
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*gaps, float("inf")]), *[None] * others],
        service_distributions=[Own(people)] * len(servers),
        number_of_servers=servers,
        routing=ciw.routing.NetworkRouting(routers=[Way(people) for _ in servers]),
        **settings,
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(until)
    found: list[Any] = simulation.get_all_records()
    return found
