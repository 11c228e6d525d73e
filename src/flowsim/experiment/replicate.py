"""From a scenario and a replication number to the tables that are kept."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.experiment.keeping import occupancy, patients, people, through_time, visits
from flowsim.experiment.worker import Simulated
from flowsim.scenario.describe import backing
from flowsim.store.tables import Table, to_parquet

if TYPE_CHECKING:
    from flowsim.spec.scenario import Scenario

LARGE = {"patients": patients, "visits": visits}
"""Tables that are kept only when asked for, and what makes them."""
PEOPLE = "people"
"""The table that follows each patient, kept unless told otherwise."""


def simulate_scenario(scenario: Scenario, number: int, keep: tuple[str, ...]) -> Simulated:
    """Simulate one replication and measure it.

    Args:
        scenario: The frozen scenario.
        number: The replication, from 1.
        keep: ``people``, ``patients`` and ``visits`` to keep those tables.
    """
    from flowsim.measures.catalogue import evaluate_facts, headline
    from flowsim.measures.facts import Facts
    from flowsim.measures.series import series
    from flowsim.model import replicate

    backing(scenario).share()
    replication = replicate(scenario, number)
    gc.collect()  # the engine leaves 100 MB of patients in circles; measuring needs the room
    tables: dict[str, Any] = {
        name: to_parquet(make(replication, scenario)) for name, make in LARGE.items() if name in keep
    }
    tables["occupancy"] = to_parquet(occupancy(replication))
    facts = Facts(replication, scenario, take=True)
    measures = evaluate_facts(facts)
    by_day, by_hour_of_week = series(facts)
    tables |= {
        "measures": measures,
        "series": through_time(by_day),
        "hour_of_week": through_time(by_hour_of_week),
    }
    if replication.escalation:
        tables["escalation"] = replication.escalation
    if PEOPLE in keep:
        tables[PEOPLE] = to_parquet(people(facts, scenario))
    info = dict(replication.info)
    return Simulated(
        tables=tables,
        patients=info.pop("patients"),
        state_changes=info.pop("state_changes"),
        headline=_of_the_system(measures, [measure.id for measure in headline()]),
        warnings=tuple(info.pop("warnings", ())),
        info=info,
    )


def _of_the_system(measures: Table, wanted: list[str]) -> dict[str, float]:
    """Return these measures for the whole system, in this order."""
    whole = np.flatnonzero(np.asarray(measures["level"]) == "system")
    values = {str(measures["measure"][row]): float(measures["value"][row]) for row in whole}
    return {name: values[name] for name in wanted if name in values}
