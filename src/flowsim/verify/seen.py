"""What the cases look at in a replication: the visits to one service and the use of its resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from flowsim.measures.catalogue import evaluate_facts
from flowsim.measures.facts import Facts
from flowsim.model import replicate
from flowsim.tables import BUSY, QUEUE, Replication
from flowsim.verify.case import Values

if TYPE_CHECKING:
    from flowsim.spec.scenario import Scenario

LAST_HOURS = 720.0
"""Minutes before the end of a run whose arrivals are left out, so that everybody's wait is known."""


def reported(scenario: Scenario, result: Replication, group: str) -> dict[str, float]:
    """Return the measures that a report gives for a service or a pool, by their ids."""
    found = evaluate_facts(Facts(result, scenario))
    rows = zip(found["measure"], found["group"], found["value"], strict=True)
    return {str(measure): float(value) for measure, at, value in rows if at == group}


class Seen:
    """The visits to one service of patients who come in the data collection period.

    Attributes:
        result: the replication.
        service: name of the service.
        table: the visits, all columns.
    """

    def __init__(self, result: Replication, service: str) -> None:
        self.result = result
        self.service = service
        visits = result.visits
        arrived = visits["arrived"]
        rows = visits["service"] == result.services.index(service)
        rows = rows & (arrived >= result.warm_up) & (arrived < result.end - LAST_HOURS)
        self.table = {name: column[rows] for name, column in visits.items()}

    def minutes(self, since: str, until: str) -> Values:
        """Return the minutes between two moments of each visit."""
        return np.asarray(self.table[until] - self.table[since])

    def share(self, outcome: int) -> float:
        """Return the share of visits with an outcome."""
        return float((self.table["outcome"] == outcome).mean())

    def where(self, condition: Values, values: Values) -> float:
        """Return the mean of values over some of the visits."""
        return float(values[np.asarray(condition, dtype=bool)].mean())

    def of(self, attribute: str) -> Values:
        """Return the code of a patient's attribute, for each visit."""
        return np.asarray(self.result.patients[attribute][self.table["patient"]])

    def busy(self, resource: str) -> float:
        """Return the mean number of units in use over the data collection period."""
        return self._mean(resource, BUSY)

    def queue(self, resource: str) -> float:
        """Return the mean number of patients who queue for a resource."""
        return self._mean(resource, QUEUE)

    def _mean(self, resource: str, column: int) -> float:
        pool = self.result.pools.index((self.service, resource))
        first = round(self.result.warm_up / 60.0)
        return float(self.result.occupancy[first:, pool, column].mean(dtype=float))


def present(result: Replication, service: str, moments: Sequence[float] | Values) -> Values:
    """Return how many patients are in a service at each moment: taken over, and not yet gone."""
    visits = result.visits
    here = visits["service"] == result.services.index(service)
    came = np.sort(visits["accepted"][here & ~np.isnan(visits["accepted"])])
    went = np.sort(visits["left"][here & ~np.isnan(visits["left"]) & ~np.isnan(visits["accepted"])])
    at = np.asarray(moments, dtype=float)
    inside = np.searchsorted(came, at, side="right") - np.searchsorted(went, at, side="right")
    return np.asarray(inside, dtype=float)


def daily(result: Replication, service: str, clock: float) -> Values:
    """Return how many patients are in a service at a time of day, on each day of the collection period."""
    return present(result, service, np.arange(result.warm_up + clock, result.end, 1440.0))


def replications(scenario: Scenario, count: int) -> Iterator[Replication]:
    """Yield so many replications of a scenario."""
    for number in range(1, count + 1):
        yield replicate(scenario, number)


def observe(
    scenario: Scenario, count: int, look: Callable[[Replication], Mapping[str, float]]
) -> dict[str, Values]:
    """Return what is looked at in each replication, by name."""
    rows = [look(result) for result in replications(scenario, count)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}
