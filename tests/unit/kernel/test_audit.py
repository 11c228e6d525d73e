"""The engine's own checks must be able to fail: each law is broken on purpose, and named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import nan
from typing import Any

import numpy as np
import pytest

from flowsim.kernel import Kernel, Patient, Pool
from flowsim.kernel.audit import AuditedPool, AuditError, check_tables, conserve
from flowsim.model import replicate
from flowsim.tables import Replication
from flowsim.verify.files import queue
from support import kernel_with


def waiting_room() -> tuple[Kernel, list[Patient], Pool]:
    """Three patients for one bed: one is in it for an hour, two wait."""
    kernel, people = kernel_with(3)
    pool = AuditedPool(kernel, ("ward", "beds"), 1)

    def care(patient: Patient) -> Iterator[Any]:
        yield pool.seize(patient)
        yield 60.0
        pool.release()

    for patient in people:
        kernel.start(patient, care(patient))
    return kernel, people, pool


# -- pools -------------------------------------------------------------------------------------------------


def test_a_pool_that_keeps_its_laws_is_left_alone() -> None:
    kernel, _, pool = waiting_room()
    conserve(kernel)
    kernel.env.run()
    conserve(kernel)
    assert (pool.busy, pool.waiting, kernel.finished) == (0, 0, 3)


def test_a_free_unit_while_somebody_waits_is_noticed() -> None:
    _, _, pool = waiting_room()
    pool.limit = pool.capacity = 2
    with pytest.raises(AuditError, match=r"2 wait although 1 are free"):
        pool._check()


@pytest.mark.parametrize(("name", "value"), [("busy", -1), ("waiting", -1)])
def test_a_negative_count_is_noticed(name: str, value: int) -> None:
    _, _, pool = waiting_room()
    setattr(pool, name, value)
    with pytest.raises(AuditError, match="-1"):
        pool._check()


def test_more_units_to_give_than_there_are_is_noticed() -> None:
    _, _, pool = waiting_room()
    pool.limit = 1
    pool.capacity = 0
    with pytest.raises(AuditError, match="limit 1 above capacity 0"):
        pool._check()


def test_a_unit_granted_beyond_capacity_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel, (patient,) = kernel_with(1)
    pool = AuditedPool(kernel, ("ward", "beds"), 0)

    def generous(self: Pool, *_: Any, **__: Any) -> Pool:
        self.busy += 1
        return self

    monkeypatch.setattr(Pool, "seize", generous)
    with pytest.raises(AuditError, match="a unit was granted beyond capacity"):
        pool.seize(patient)


def test_units_above_a_cut_capacity_are_no_mistake() -> None:
    """Nobody is thrown out when beds close: busy may exceed the limit until patients leave."""
    kernel, people = kernel_with(2)
    pool = AuditedPool(kernel, ("ward", "beds"), 2)
    for patient in people:
        pool.seize(patient)
    pool.set_capacity(1)
    assert (pool.busy, pool.limit) == (2, 1)
    pool.release()
    pool.release()
    assert kernel.now == 0.0


# -- people ------------------------------------------------------------------------------------------------


def test_a_patient_who_is_lost_is_noticed() -> None:
    kernel, _, pool = waiting_room()
    pool.lines[0].pop()
    pool.waiting -= 1
    with pytest.raises(AuditError, match=r"3 came, 0 left, but 2 and not 3 found"):
        conserve(kernel)


def test_a_queue_that_is_miscounted_is_noticed() -> None:
    kernel, _, pool = waiting_room()
    pool.waiting += 1
    with pytest.raises(AuditError, match=r"3 counted as waiting, 2 found"):
        conserve(kernel)


def test_a_patient_in_two_places_is_noticed() -> None:
    """One who waits is also on the agenda."""
    kernel, people, _ = waiting_room()
    kernel.agenda.put((kernel.now + 600.0, 10**6, people[1]))
    with pytest.raises(AuditError, match="in two places at once"):
        conserve(kernel)


def test_a_stale_place_in_a_queue_counts_for_nothing() -> None:
    """Whoever has given up is still on the list until it is their turn, and is not counted."""
    kernel, people = kernel_with(2)
    pool = AuditedPool(kernel, ("ward", "beds"), 1)

    def care(patient: Patient, patience: float) -> Iterator[Any]:
        if (yield pool.seize(patient, 0, patience)) is not None:
            yield 60.0
            pool.release()

    kernel.start(people[0], care(people[0], 1e9))
    kernel.start(people[1], care(people[1], 5.0))
    kernel.env.run(until=30.0)
    assert (pool.waiting, len(pool.lines[0])) == (0, 1)
    conserve(kernel)


# -- tables ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def result() -> Replication:
    """A day of the blocking chain."""
    return replicate(queue("blocking_chain", 3, {"time.horizon": "1 day", "time.warm_up": "0 days"}), 1)


def test_tables_that_keep_their_laws_are_left_alone(result: Replication) -> None:
    check_tables(result)


@pytest.mark.parametrize(
    ("name", "before"),
    [("accepted", "arrived"), ("started", "accepted"), ("finished", "started"), ("left", "finished")],
)
def test_a_moment_before_the_one_that_must_come_first_is_noticed(
    result: Replication, name: str, before: str
) -> None:
    visits = {column: values.copy() for column, values in result.visits.items()}
    row = int(np.flatnonzero(~np.isnan(visits[name]) & ~np.isnan(visits[before]))[5])
    visits[name][row] = visits[before][row] - 1.0
    service = result.services[int(visits["service"][row])]
    with pytest.raises(AuditError, match=rf"{service}: 1 visits {name} before {before}"):
        check_tables(replace(result, visits=visits))


def test_a_visit_before_its_patient_came_is_noticed(result: Replication) -> None:
    visits = {column: values.copy() for column, values in result.visits.items()}
    for column in ("arrived", "accepted", "assessed", "started", "finished", "left"):
        visits[column][4] = nan
    visits["arrived"][4] = -5.0
    with pytest.raises(AuditError, match="a visit began before its patient arrived"):
        check_tables(replace(result, visits=visits))
