"""Teams: staff on a rota."""

from collections.abc import Iterator
from typing import Any

from flowsim.kernel import Kernel, Patient, Pool, make_team
from support import kernel_with


def care(kernel: Kernel, patient: Patient, team: Pool, minutes: float, log: list[Any]) -> Iterator[Any]:
    yield team.seize(patient)
    began = kernel.now
    yield minutes
    team.release()
    log.append((patient.row, began, kernel.now))


def test_capacity_follows_the_rota() -> None:
    kernel, _ = kernel_with(1)
    team = make_team(kernel, ("ed", "clinicians"), [(0.0, 1), (480.0, 4), (1320.0, 2)])
    found = []
    for minute in (0.0, 479.0, 480.0, 1319.0, 1320.0):
        kernel.env.run(until=minute + 0.5)
        found.append(team.capacity)
    assert found == [1, 1, 4, 4, 2]


def test_at_the_end_of_a_shift_the_patient_in_hand_is_finished_first() -> None:
    """One clinician until minute 60, none until 120.

    Care begun at 50 goes on to 80; the next begins at 120.
    """
    kernel, (a, b) = kernel_with(2)
    team = make_team(kernel, ("ed", "clinicians"), [(0.0, 1), (60.0, 0), (120.0, 1)])
    log: list[Any] = []
    kernel.at_each([(50.0, a), (55.0, b)], lambda p: kernel.start(p, care(kernel, p, team, 30.0, log)))
    kernel.env.run()
    assert log == [(0, 50.0, 80.0), (1, 120.0, 150.0)]


def test_staff_who_come_on_shift_serve_whoever_waits() -> None:
    kernel, people = kernel_with(3)
    team = make_team(kernel, ("ed", "clinicians"), [(0.0, 0), (30.0, 2)])
    log: list[Any] = []
    for patient in people:
        kernel.start(patient, care(kernel, patient, team, 10.0, log))
    kernel.env.run()
    assert log == [(0, 30.0, 40.0), (1, 30.0, 40.0), (2, 40.0, 50.0)]


def test_a_new_rota_replaces_the_old_one() -> None:
    """From minute 50 on the old rota's change at 100 no longer holds."""
    kernel, _ = kernel_with(1)
    team = make_team(kernel, ("ed", "clinicians"), [(0.0, 1), (100.0, 9)])
    kernel.at_each([(50.0, [(0.0, 2), (200.0, 3)])], team.follow)
    found = []
    for minute in (49.0, 51.0, 150.0, 250.0):
        kernel.env.run(until=minute)
        found.append(team.capacity)
    assert found == [1, 2, 2, 3]


def test_the_same_rota_again_changes_nothing() -> None:
    kernel, _ = kernel_with(1)
    rota = [(0.0, 1), (100.0, 9)]
    team = make_team(kernel, ("ed", "clinicians"), rota)
    waiting = len(kernel.agenda)
    team.follow(list(rota))
    assert len(kernel.agenda) == waiting
