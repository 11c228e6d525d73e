"""Ciw as another opinion: the same patients, with the same times, must wait and block the same minutes.

flowsim runs a scenario file; its patients are then played again in Ciw, a queueing library by other authors,
and every wait is compared patient by patient. Source: Palmer, Knight, Harper and Hawa (2019), Ciw: an
open-source discrete event simulation library, Journal of Simulation 13, 68-82.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("ciw")

from flowsim.model import replicate
from flowsim.services import clinic
from flowsim.tables import Replication
from flowsim.verify.files import queue
from oracles.replay import people, replayed

SHORT = {"time.horizon": "3 days", "time.warm_up": "0 days"}
SAME = 1e-6
"""Minutes: Ciw adds up the gaps between arrivals, and so gathers rounding."""


def run(name: str, **changes: Any) -> Replication:
    """Run one of the textbook systems for a few days."""
    return replicate(queue(name, 2026, {**SHORT, **{k.replace("__", "."): v for k, v in changes.items()}}), 1)


def by_visit(records: list[Any], field: str) -> dict[tuple[int, int], float]:
    """Return a field of Ciw's records by patient and count of the visit."""
    ordered = sorted(records, key=lambda record: (record.id_number, record.arrival_date, record.exit_date))
    seen: dict[int, int] = {}
    found = {}
    for record in ordered:
        visit = seen[record.id_number] = seen.get(record.id_number, -1) + 1
        found[record.id_number, visit] = float(getattr(record, field))
    return found


def ours(result: Replication, since: str, until: str) -> dict[tuple[int, int], float]:
    """Return the minutes between two moments of visits, by patient (in order of arrival) and visit."""
    visits = result.visits
    first = np.unique(visits["patient"], return_index=True)
    order = np.argsort(visits["arrived"][first[1]], kind="stable")
    number = {int(patient): place + 1 for place, patient in enumerate(first[0][order].tolist())}
    rows = np.argsort(visits["patient"], kind="stable")
    minutes = visits[until] - visits[since]
    found: dict[tuple[int, int], float] = {}
    counts: dict[int, int] = {}
    for row in rows.tolist():
        who = number[int(visits["patient"][row])]
        visit = counts[who] = counts.get(who, -1) + 1
        if not np.isnan(minutes[row]):
            found[who, visit] = float(minutes[row])
    return found


def assert_same(one: dict[Any, float], other: dict[Any, float], least: int) -> None:
    """Assert that enough figures are there and that all are the same."""
    both = one.keys() & other.keys()
    assert len(both) >= least
    differing = [(key, one[key], other[key]) for key in sorted(both) if abs(one[key] - other[key]) > SAME]
    assert not differing[:3]
    assert len(both) >= 0.99 * max(len(one), len(other))  # only who is inside at the end may be in one alone


def test_many_servers_first_come_first_served() -> None:
    result = run("mmc", services__clinic__staff=6)
    who = people(result, "started", "finished")
    records = replayed(who, [6], result.end)
    waits = ours(result, "arrived", "started")
    assert_same(waits, by_visit(records, "waiting_time"), 20_000)
    assert max(waits.values()) > 2.0


def test_two_priorities() -> None:
    """Two streams, one of which goes first; nobody is interrupted."""
    result = run("mmc_priority")
    who = people(result, "started", "finished")
    urgent = result.demand.index("urgent")

    def first_urgent(individuals: list[Any], _: float) -> Any:
        return min(individuals, key=lambda each: who[each.id_number - 1].stream != urgent)

    records = replayed(who, [2], result.end, service_disciplines=[first_urgent])
    waits, theirs = ours(result, "arrived", "started"), by_visit(records, "waiting_time")
    assert_same(waits, theirs, 5_000)
    first = [wait for (number, _), wait in waits.items() if who[number - 1].stream == urgent]
    others = [wait for (number, _), wait in waits.items() if who[number - 1].stream != urgent]
    assert np.mean(first) < np.mean(others) / 2


def test_a_finite_waiting_room() -> None:
    """Whoever finds no chair is turned away, in both."""
    result = run("finite_waiting_room", time__horizon="10 days")
    who = people(result, "started", "finished")
    records = replayed(who, [2], result.end, queue_capacities=[3])
    rejected = {record.id_number for record in records if record.record_type == "rejection"}
    full = {number + 1 for number, outcome in enumerate(_in_order(result)) if outcome == clinic.FULL}
    assert len(full) > 100
    assert rejected == full
    served = by_visit([r for r in records if r.record_type == "service"], "waiting_time")
    assert_same(ours(result, "arrived", "started"), served, 2_000)


def _in_order(result: Replication) -> list[int]:
    order = np.argsort(result.visits["arrived"], kind="stable")
    found: list[int] = result.visits["outcome"][order].tolist()
    return found


def test_blocking_after_service() -> None:
    """One room and one bed: Ciw's blocking of the first kind is flowsim's room that is held."""
    result = run("tandem_blocking", time__horizon="20 days")
    who = people(result, "started", "finished")
    records = replayed(who, [1, 1], result.end, queue_capacities=[0, 0])
    rejected = {record.id_number for record in records if record.record_type == "rejection"}
    room = result.visits["service"] == result.services.index("room")
    turned_away = _numbers(result, room & (result.visits["outcome"] == clinic.FULL))
    assert rejected == turned_away
    assert len(turned_away) > 500
    blocked = {r.id_number: r.time_blocked for r in records if r.node == 1 and r.record_type == "service"}
    theirs = {number: float(minutes) for number, minutes in blocked.items()}
    minutes = result.visits["left"] - result.visits["finished"]
    mine = _valued(result, room, minutes)
    assert_same(mine, theirs, 1_000)
    assert max(mine.values()) > 5.0


def _numbers(result: Replication, rows: Any) -> set[int]:
    return set(_valued(result, rows, np.zeros(len(rows))))


def _valued(result: Replication, rows: Any, values: Any) -> dict[int, float]:
    """Return a value of some visits by the number of the patient, counted in order of arrival."""
    patients, first = np.unique(result.visits["patient"], return_index=True)
    order = np.argsort(result.visits["arrived"][first], kind="stable")
    number = {int(patient): place + 1 for place, patient in enumerate(patients[order].tolist())}
    picked = np.flatnonzero(rows & ~np.isnan(values))
    return {number[int(result.visits["patient"][row])]: float(values[row]) for row in picked.tolist()}


def test_a_network_with_a_loop() -> None:
    """Of those treated a fifth go back to assessment: every wait of every visit is the same."""
    result = run("return_loop", time__horizon="10 days")
    who = people(result, "started", "finished")
    records = replayed(who, [2, 1], result.end)
    theirs = by_visit([r for r in records if r.record_type == "service"], "waiting_time")
    mine = ours(result, "arrived", "started")
    assert_same(mine, theirs, 4_000)
    assert sum(visit >= 2 for _, visit in mine) > 1_000
