"""The reference pathway in Ciw: a network of three nodes."""

from __future__ import annotations

from typing import Any

import ciw

from benchmarks.reference.inputs import Inputs, Waits


class OfPatient(ciw.dists.Distribution):
    """The time that belongs to a patient, by number."""

    def __init__(self, minutes: list[float]) -> None:
        self.minutes = minutes

    def sample(self, t: Any = None, ind: Any = None) -> float:
        """Return the minutes of one patient."""
        return self.minutes[ind.id_number - 1]


def run(inputs: Inputs) -> Waits:
    """Return everybody's waits."""
    acuity = inputs.acuity

    def most_urgent(individuals: list[Any], _: float) -> Any:
        return min(individuals, key=lambda individual: acuity[individual.id_number - 1])

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*inputs.gaps, float("inf")]), None, None],
        service_distributions=[OfPatient(minutes) for minutes in inputs.minutes],
        number_of_servers=list(inputs.units),
        routing=[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]],
        service_disciplines=[ciw.disciplines.FIFO, most_urgent, ciw.disciplines.FIFO],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(inputs.arrivals[-1] * 10.0 + 1e6)
    waits: Waits = [[0.0] * len(inputs.gaps) for _ in range(3)]
    for record in simulation.get_all_records():
        waits[record.node - 1][record.id_number - 1] = record.waiting_time
    return waits
