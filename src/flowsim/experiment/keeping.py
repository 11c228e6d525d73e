"""A replication's tables in the form they are kept in: long, with words instead of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.store.tables import coded
from flowsim.tables import BUSY, CAPACITY, QUEUE, TIMES, Coded
from flowsim.vocabulary import ATTRIBUTES, everywhere

if TYPE_CHECKING:
    from flowsim.measures.facts import Facts
    from flowsim.measures.series import SeriesTable
    from flowsim.spec.scenario import Scenario
    from flowsim.tables import Replication


def through_time(table: SeriesTable) -> dict[str, Any]:
    """Return time series as a long table.

    Columns: measure, level, group, the step (``day`` or ``hour_of_week``), value.
    """
    series, steps = table.values.shape if table.keys else (0, 0)
    columns: dict[str, Any] = {}
    for position, name in enumerate(("measure", "level", "group")):
        words = coded(key[position] for key in table.keys)
        columns[name] = Coded(np.repeat(words.codes, steps), words.texts)
    columns[table.step] = np.tile(np.arange(steps, dtype=np.int16), series)
    return columns | {"value": table.values.ravel()}


def occupancy(replication: Replication) -> dict[str, Any]:
    """Return every pool's hourly means, hour by hour from the start of the warm-up.

    Columns: hour (0 is the first hour of the warm-up), service, resource, busy, queue, capacity.
    """
    hours, pools, _ = replication.occupancy.shape
    columns: dict[str, Any] = {"hour": np.repeat(np.arange(hours, dtype=np.int32), pools)}
    for position, name in enumerate(("service", "resource")):
        words = coded(pool[position] for pool in replication.pools)
        columns[name] = Coded(np.tile(words.codes, hours), words.texts)
    for name, position in (("busy", BUSY), ("queue", QUEUE), ("capacity", CAPACITY)):
        columns[name] = replication.occupancy[:, :, position].ravel()
    return columns


def people(facts: Facts, scenario: Scenario) -> dict[str, Any]:
    """Return one row for each patient of the collection period; see `flowsim.measures.people`."""
    from flowsim.measures.people import people as table_of

    values = {**ATTRIBUTES, "place": everywhere(tuple(scenario.places)), "demand": facts.replication.demand}
    table = table_of(facts)
    return {name: Coded(column, values[name]) if name in values else column for name, column in table.items()}


def patients(replication: Replication, scenario: Scenario) -> dict[str, Any]:
    """Return one row for each patient: who they are, and when they came (minutes since the warm-up began)."""
    table = replication.patients
    values = {**ATTRIBUTES, "place": everywhere(tuple(scenario.places))}
    columns: dict[str, Any] = {
        "patient": np.arange(len(table["uid"]), dtype=np.int32),
        "uid": table["uid"],
        "demand": Coded(table["demand"], replication.demand),
        "arrived": table["arrived"],
    }
    return columns | {name: Coded(table[name], values[name]) for name in values if name in table}


def visits(replication: Replication, scenario: Scenario) -> dict[str, Any]:
    """Return one row for each visit to a service; times in minutes since the warm-up began."""
    table = replication.visits
    return {
        "patient": table["patient"],
        "service": Coded(table["service"], replication.services),
        "source": Coded(table["source"], replication.services),
        "visit": table["visit"],
        "outcome": _outcomes(replication, scenario),
        **{name: table[name] for name in TIMES},
    }


def _outcomes(replication: Replication, scenario: Scenario) -> Coded:
    """Return each visit's outcome in words; the code of an outcome depends on the kind of service."""
    own = [tuple(scenario.services[name].OUTCOMES) for name in replication.services]
    texts = list(dict.fromkeys(outcome for outcomes in own for outcome in outcomes))
    lookup = np.full((len(own), max(map(len, own)) + 1), -1, dtype=np.int32)  # the last column answers -1
    for row, outcomes in enumerate(own):
        lookup[row, : len(outcomes)] = [texts.index(outcome) for outcome in outcomes]
    return Coded(lookup[replication.visits["service"], replication.visits["outcome"]], texts)
