"""What watches the laws must notice when one is broken: each is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Any

import numpy as np
import pytest

from flowsim.kernel import Journal, Kernel, Pool
from flowsim.kernel.audit import AuditError
from flowsim.kernel.pool import WAITING
from flowsim.model import build, run
from flowsim.services import System
from flowsim.services.clinic import Clinic
from flowsim.spec.scenario import Scenario
from flowsim.verify.files import queue
from flowsim.verify.invariants import Findings, Watch, examine, inside, journeys, moments, occupied

DAY = {"time.horizon": "1 day", "time.warm_up": "0 days"}
Table = dict[str, Any]


@pytest.fixture(scope="module")
def chain() -> Scenario:
    """A day of crews, spaces, beds and a community slot."""
    return queue("blocking_chain", 5, DAY)


@pytest.fixture(scope="module")
def finished(chain: Scenario) -> tuple[System, Table]:
    """The same, run, with its visits."""
    system = build(chain, 1)
    run(chain, system)
    return system, system.kernel.journal.table()


def spoilt(finished: tuple[System, Table], change: Callable[[Table], Any]) -> Table:
    """Return a copy of the visits with something wrong in it."""
    table = {name: values.copy() for name, values in finished[1].items()}
    change(table)
    return table


def rows_with(table: Table, *names: str) -> Any:
    """Return the rows of visits that have all of these moments."""
    return np.flatnonzero(~np.any([np.isnan(table[name]) for name in names], axis=0))


# -- a sound engine ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [1, 7, 200])
def test_a_sound_engine_breaks_no_law(chain: Scenario, every: int) -> None:
    found = examine(chain, every=every)
    assert found.broken == []
    assert found.visits > 100
    assert found.events > 300
    assert 1 < found.looks <= found.events + 1


def test_watching_changes_nothing(chain: Scenario, finished: tuple[System, Table]) -> None:
    system = build(chain, 1, audit=True)
    Watch(system, 1, Findings())
    run(chain, system)
    watched = system.kernel.journal.table()
    for name, values in finished[1].items():
        np.testing.assert_array_equal(values, watched[name])


def test_tables_of_a_sound_engine_are_left_alone(finished: tuple[System, Table]) -> None:
    system, visits = finished
    assert list(moments(visits, system)) == []
    assert list(journeys(visits, system)) == []
    assert list(occupied(system)) == []


def test_a_system_to_which_nobody_comes_breaks_no_law() -> None:
    found = examine(queue("mm1", 1, {**DAY, "demand.patients.per_day": 0}))
    assert (found.broken, found.visits) == ([], 0)


# -- an engine that is broken --------------------------------------------------------------------------------


def test_a_journal_that_forgets_when_a_patient_left_breaks_littles_law(
    chain: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Journal.table

    def late(self: Journal) -> Table:
        visits = right(self)
        visits["left"] = visits["left"] + 1.0
        return visits

    monkeypatch.setattr(Journal, "table", late)
    broken = examine(chain).broken
    assert any("patient-minutes inside" in text for text in broken)


def test_it_is_noticed_with_few_looks_too(chain: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Journal.table

    def late(self: Journal) -> Table:
        visits = right(self)
        visits["left"] = visits["left"] + 30.0
        return visits

    monkeypatch.setattr(Journal, "table", late)
    assert any("inside at minute" in text for text in examine(chain, every=10).broken)


def test_a_lost_patient_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    seize = Pool.seize

    def forgetful(self: Pool, patient: Any, *args: Any) -> Any:
        """Count a patient as waiting and forget who it was."""
        asked = seize(self, patient, *args)
        if asked is WAITING:
            self.lines[0].pop()
        return asked

    monkeypatch.setattr(Pool, "seize", forgetful)
    (text,) = examine(queue("mm1", 1, DAY)).broken
    assert "counted as waiting" in text


def test_time_that_runs_backwards_is_noticed(chain: Scenario) -> None:
    system = build(chain, 1)
    watch = Watch(system, 1, Findings())
    env = system.kernel.env

    def disturb(_: Any) -> None:
        past = env.event()
        past._ok, past._value = True, None
        env.schedule(past, delay=-8.0)

    system.kernel.later(10.0, disturb)
    with pytest.raises(AuditError, match=r"time ran backwards from minute 10.* to 2"):
        watch.run(100.0)


def test_a_run_that_was_not_watched_is_noticed(chain: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "run", lambda self, until: None)
    assert "the run was not watched" in examine(chain).broken


def test_a_room_given_up_too_early_leaves_the_next_visit_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong rule of a service (theory's business, V12) is no broken law of the engine."""
    monkeypatch.setattr(Clinic, "_give_up_room", lambda self, patient: None)
    found = examine(queue("tandem_blocking", 1, DAY))
    assert isinstance(found, Findings)


# -- tables that are wrong -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("early", "late"), [("arrived", "accepted"), ("accepted", "finished"), ("started", "finished")]
)
def test_moments_out_of_order_are_noticed(finished: tuple[System, Table], early: str, late: str) -> None:
    def change(table: Table) -> None:
        row = rows_with(table, early, late)[7]
        table[late][row] = table[early][row] - 5.0

    assert any("too early" in text for text in moments(spoilt(finished, change), finished[0]))


def test_a_gap_does_not_hide_moments_out_of_order(finished: tuple[System, Table]) -> None:
    """Whoever has no start must still not leave before being accepted."""

    def change(table: Table) -> None:
        row = rows_with(table, "accepted", "left")[3]
        table["started"][row] = table["finished"][row] = nan
        table["left"][row] = table["accepted"][row] - 1.0

    assert any("left too early" in text for text in moments(spoilt(finished, change), finished[0]))


def test_an_assessment_after_the_end_is_noticed(finished: tuple[System, Table]) -> None:
    def change(table: Table) -> None:
        row = rows_with(table, "left")[3]
        table["assessed"][row] = table["left"][row] + 1.0

    assert any("assessed" in text for text in moments(spoilt(finished, change), finished[0]))


def test_visits_not_in_order_are_noticed(finished: tuple[System, Table]) -> None:
    def change(table: Table) -> None:
        for values in table.values():
            values[[10, 40]] = values[[40, 10]]

    found = list(moments(spoilt(finished, change), finished[0]))
    assert "visits are not in the order in which they began" in found


def test_an_outcome_that_does_not_exist_is_noticed(finished: tuple[System, Table]) -> None:
    def change(table: Table) -> None:
        table["outcome"][3] = 99

    found = list(moments(spoilt(finished, change), finished[0]))
    assert "a visit has an outcome that its service does not have" in found


def second_visits(table: Table) -> Any:
    """Return the rows of visits that follow another one of the same patient."""
    return np.flatnonzero(table["source"] >= 0)


def test_a_visit_from_nowhere_is_noticed(finished: tuple[System, Table]) -> None:
    def change(table: Table) -> None:
        row = second_visits(table)[2]
        table["source"][row] = (table["source"][row] + 1) % 4

    found = list(journeys(spoilt(finished, change), finished[0]))
    assert "a visit does not come from where the patient was before" in found


def test_a_visit_before_the_last_has_an_outcome_is_noticed(finished: tuple[System, Table]) -> None:
    def change(table: Table) -> None:
        patient = table["patient"][second_visits(table)[2]]
        table["outcome"][np.flatnonzero(table["patient"] == patient)[0]] = -1

    found = list(journeys(spoilt(finished, change), finished[0]))
    assert "a visit began before the last one had an outcome" in found


def test_a_visit_before_care_has_finished_is_noticed(finished: tuple[System, Table]) -> None:
    def change(table: Table) -> None:
        row = second_visits(table)[2]
        first = np.flatnonzero(table["patient"] == table["patient"][row])[0]
        table["finished"][first] = table["arrived"][row] + 10.0

    found = list(journeys(spoilt(finished, change), finished[0]))
    assert "a visit began before care in the last one had finished" in found


def test_a_place_kept_after_the_next_service_took_over_is_noticed(finished: tuple[System, Table]) -> None:
    def change(table: Table) -> None:
        row = next(r for r in second_visits(table) if not np.isnan(table["accepted"][r]))
        first = np.flatnonzero(table["patient"] == table["patient"][row])[0]
        table["left"][first] = table["accepted"][row] + 3.0

    (text,) = journeys(spoilt(finished, change), finished[0])
    assert text == "1 patients kept their place after the next service had taken them over"


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [(0, -1.0, "negative use or queue"), (1, -0.5, "negative use or queue"), (0, 1e6, "in use over an hour")],
)
def test_a_pool_that_is_misused_is_noticed(
    chain: Scenario, monkeypatch: pytest.MonkeyPatch, column: int, value: float, text: str
) -> None:
    right = Kernel.occupancy

    def wrong(self: Kernel, *arguments: float) -> Any:
        table = right(self, *arguments)
        table[5, 0, column] = value
        return table

    monkeypatch.setattr(Kernel, "occupancy", wrong)
    assert any(text in line for line in examine(chain).broken)


def test_everybody_is_where_the_engine_has_them(chain: Scenario) -> None:
    """At the end of the run: inside each service are those whose visit has not ended."""
    system = build(chain, 1)
    run(chain, system)
    visits = system.kernel.journal.table()
    counts = inside(system.kernel, len(system.services))
    for index in range(len(system.services)):
        open_visits = np.isnan(visits["left"]) & (visits["service"] == index)
        assert counts[index] == open_visits.sum()
