"""Patients: holds, stock SimPy events, and moving on."""

from collections.abc import Iterator
from math import nan
from typing import Any

import numpy as np
import pytest
import simpy

from flowsim.kernel import Pool
from support import kernel_with


def test_a_hold_lasts_as_long_as_it_says_and_costs_one_entry_on_the_event_list() -> None:
    kernel, (patient,) = kernel_with(1)
    seen = []

    def care() -> Iterator[Any]:
        yield 10.0
        seen.append(kernel.now)
        yield 2.5
        seen.append(kernel.now)

    kernel.start(patient, care())
    assert len(kernel.agenda) == 1
    kernel.env.run()
    assert seen == [10.0, 12.5]
    assert (kernel.started, kernel.finished) == (1, 1)


@pytest.mark.parametrize("minutes", [7, np.float64(7.0), np.int64(7), True])
def test_whole_numbers_and_numpy_numbers_are_minutes_too(minutes: Any) -> None:
    kernel, (patient,) = kernel_with(1)

    def care() -> Iterator[Any]:
        yield minutes

    kernel.start(patient, care())
    kernel.env.run()
    assert kernel.now == float(minutes)


@pytest.mark.parametrize("minutes", [-1.0, -1, nan])
def test_time_does_not_run_backwards(minutes: float) -> None:
    kernel, (patient,) = kernel_with(1)

    def care() -> Iterator[Any]:
        yield minutes

    with pytest.raises(ValueError, match=r"run backwards|NaN"):
        kernel.start(patient, care())


def test_patients_of_one_minute_move_in_the_order_in_which_their_holds_began() -> None:
    kernel, people = kernel_with(50)
    seen = []

    def care(row: int) -> Iterator[Any]:
        yield 30.0
        seen.append(row)

    for patient in people:
        kernel.start(patient, care(patient.row))
    kernel.env.run()
    assert seen == list(range(50))


class TestStockEvents:
    def test_a_timeout_can_be_waited_for_and_gives_its_value(self) -> None:
        kernel, (patient,) = kernel_with(1)
        seen = []

        def care() -> Iterator[Any]:
            seen.append((yield kernel.env.timeout(5.0, value="bloods back")))
            seen.append(kernel.now)

        kernel.start(patient, care())
        assert kernel.attending == 1
        kernel.env.run()
        assert seen == ["bloods back", 5.0]
        assert kernel.attending == 0

    def test_several_patients_wait_for_one_event(self) -> None:
        kernel, people = kernel_with(3)
        doors = kernel.env.event()
        seen = []

        def care(row: int) -> Iterator[Any]:
            yield doors
            seen.append((row, kernel.now))

        for patient in people:
            kernel.start(patient, care(patient.row))
        kernel.later(8.0, lambda _: doors.succeed())
        kernel.env.run()
        assert seen == [(0, 8.0), (1, 8.0), (2, 8.0)]

    def test_an_event_of_the_past_is_no_wait(self) -> None:
        kernel, (patient,) = kernel_with(1)
        past = kernel.env.timeout(1.0, value="old")
        kernel.env.run()
        seen = []

        def care() -> Iterator[Any]:
            seen.append((yield past))
            seen.append(kernel.now)

        kernel.start(patient, care())
        kernel.env.run()
        assert seen == ["old", 1.0]

    def test_a_condition_of_events(self) -> None:
        kernel, (patient,) = kernel_with(1)

        def care() -> Iterator[Any]:
            env = kernel.env
            yield simpy.AnyOf(env, [env.timeout(30.0), env.timeout(9.0)])
            assert env.now == 9.0

        kernel.start(patient, care())
        kernel.env.run()
        assert kernel.finished == 1

    def test_a_stock_resource(self) -> None:
        kernel, people = kernel_with(2)
        scanner = simpy.Resource(kernel.env, capacity=1)
        seen = []

        def care(row: int) -> Iterator[Any]:
            with scanner.request() as request:
                yield request
                seen.append((row, kernel.now))
                yield 20.0

        for patient in people:
            kernel.start(patient, care(patient.row))
        kernel.env.run()
        assert seen == [(0, 0.0), (1, 20.0)]

    def test_a_failed_event_is_thrown_into_the_care(self) -> None:
        kernel, (patient,) = kernel_with(1)
        broken = kernel.env.event()
        seen = []

        def care() -> Iterator[Any]:
            try:
                yield broken
            except RuntimeError as error:
                seen.append((str(error), kernel.now))
            yield 5.0
            seen.append(kernel.now)

        kernel.start(patient, care())
        kernel.later(3.0, lambda _: broken.fail(RuntimeError("scanner down")))
        kernel.env.run()
        assert seen == [("scanner down", 3.0), 8.0]

    def test_a_failure_is_thrown_once_even_if_the_care_goes_on_without_a_wait(self) -> None:
        kernel, (patient,) = kernel_with(1)
        broken, spare = kernel.env.event(), Pool(kernel, ("x", "spare"), 1)
        seen = []

        def care() -> Iterator[Any]:
            try:
                yield broken
            except RuntimeError:
                seen.append((yield spare.seize(patient)))
            yield 1.0

        kernel.start(patient, care())
        kernel.later(3.0, lambda _: broken.fail(RuntimeError("scanner down")))
        kernel.env.run()
        assert seen == [spare]
        assert kernel.finished == 1

    def test_a_failure_that_the_care_does_not_expect_stops_the_run(self) -> None:
        kernel, (patient,) = kernel_with(1)
        broken = kernel.env.event()

        def care() -> Iterator[Any]:
            yield broken

        kernel.start(patient, care())
        kernel.later(3.0, lambda _: broken.fail(RuntimeError("scanner down")))
        with pytest.raises(RuntimeError, match="scanner down"):
            kernel.env.run()


def test_calls_at_given_minutes_come_before_patients_of_the_same_minute() -> None:
    kernel, (patient,) = kernel_with(1)
    seen = []

    def care() -> Iterator[Any]:
        yield 10.0
        seen.append("patient")

    kernel.start(patient, care())
    kernel.at_each([(5.0, "five"), (10.0, "ten"), (10.0, "ten again")], seen.append)
    kernel.env.run()
    assert seen == ["five", "ten", "ten again", "patient"]
