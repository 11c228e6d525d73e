"""The agenda: one order of everything, shared with whatever else the environment has to do."""

from collections.abc import Iterator
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.kernel import Kernel, Pool
from flowsim.kernel.agenda import AFTER, BEFORE, PAGES, Agenda, Timer
from support import kernel_with

PAGE = 1.0 / PAGES


def test_of_one_minute_rotas_come_first_then_who_asked_first_then_arrivals() -> None:
    kernel = Kernel()
    seen: list[str] = []
    agenda = kernel.agenda
    for number, name in ((AFTER, "arrival"), (7, "asked second"), (5, "asked first"), (BEFORE + 9, "rota")):
        agenda.put((10.0, number, Timer(lambda _, name=name: seen.append(name))))
    kernel.env.run()
    assert seen == ["rota", "asked first", "asked second", "arrival"]


@pytest.mark.parametrize("minutes", [0.0, PAGE / 2, PAGE, 10 * PAGE, 1e6])
def test_one_alarm_is_set_for_the_first_entry_wherever_it_stands(minutes: float) -> None:
    kernel = Kernel()
    kernel.later(minutes + 3 * PAGE, lambda _: None)
    kernel.later(minutes, lambda _: None)
    assert kernel.env.peek() == minutes
    kernel.env.run()
    assert kernel.env.now == minutes + 3 * PAGE
    assert not kernel.agenda
    assert kernel.env.peek() == inf


def test_an_alarm_is_not_set_again_for_what_comes_later() -> None:
    kernel = Kernel()
    for minutes in (5.0, 6.0, 7.0, 500.0):
        kernel.later(minutes, lambda _: None)
    assert len(kernel.env._queue) == 1
    kernel.later(1.0, lambda _: None)
    assert len(kernel.env._queue) == 2


def test_an_old_alarm_does_no_harm() -> None:
    """It goes off when everything it was set for is done, or when the rest is not yet due."""
    kernel = Kernel()
    seen: list[float] = []
    for minutes in (50.0, 40.0, 30.0, 20.0, 10.0):  # an alarm each
        kernel.later(minutes, lambda _: seen.append(kernel.now))
    kernel.env.timeout(35.0).callbacks.append(lambda _: seen.append(-kernel.now))
    kernel.later(90.0, lambda _: seen.append(kernel.now))
    kernel.env.run()
    assert seen == [10.0, 20.0, 30.0, -35.0, 40.0, 50.0, 90.0]


def test_patients_and_a_stock_process_take_turns() -> None:
    kernel, (patient,) = kernel_with(1)
    seen: list[tuple[str, float]] = []

    def care() -> Iterator[Any]:
        for _ in range(4):
            yield 10.0
            seen.append(("patient", kernel.now))

    def clock() -> Iterator[Any]:
        for _ in range(3):
            yield kernel.env.timeout(15.0)
            seen.append(("process", kernel.now))

    kernel.env.process(clock())
    kernel.start(patient, care())
    kernel.env.run()
    assert seen == [
        ("patient", 10.0),
        ("process", 15.0),
        ("patient", 20.0),
        ("process", 30.0),  # asked at minute 15, before the patient did at minute 20
        ("patient", 30.0),
        ("patient", 40.0),
        ("process", 45.0),
    ]


def test_a_stock_process_may_use_a_pool_and_send_in_patients() -> None:
    kernel, people = kernel_with(3)
    beds = Pool(kernel, ("ward", "beds"), 1)
    seen: list[tuple[int, float]] = []

    def care(row: int) -> Iterator[Any]:
        yield beds.seize(people[row])
        seen.append((row, kernel.now))
        yield 60.0
        beds.release()

    def porter() -> Iterator[Any]:
        for row in range(3):
            yield kernel.env.timeout(5.0)
            kernel.start(people[row], care(row))
        yield kernel.env.timeout(5.0)
        beds.set_capacity(2)
        kernel.drain()

    kernel.env.process(porter())
    kernel.env.run()
    assert seen == [(0, 5.0), (1, 20.0), (2, 65.0)]
    assert kernel.finished == 3


def test_the_environment_stops_where_it_is_told_to_and_goes_on() -> None:
    kernel = Kernel()
    seen: list[float] = []
    for minutes in (10.0, 20.0, 30.0):
        kernel.later(minutes, lambda _: seen.append(kernel.now))
    kernel.env.run(until=20.0)  # what is due just then is left for later, as ever in SimPy
    assert (seen, kernel.env.now) == ([10.0], 20.0)
    kernel.env.run(until=25.0)
    assert (seen, kernel.env.now) == ([10.0, 20.0], 25.0)
    kernel.env.run()
    assert seen == [10.0, 20.0, 30.0]


def test_an_error_leaves_the_rest_of_the_agenda_in_order() -> None:
    kernel = Kernel()
    seen: list[float] = []

    def fail(_: Any) -> None:
        raise RuntimeError("scanner down")

    kernel.later(10.0, fail)
    kernel.later(20.0, lambda _: seen.append(kernel.now))
    with pytest.raises(RuntimeError, match="scanner down"):
        kernel.env.run()
    assert not kernel.agenda.running
    kernel.env.run()
    assert seen == [20.0]


def test_step_by_step_a_step_of_the_environment_is_one_entry() -> None:
    kernel = Kernel()
    kernel.agenda.stepwise = True
    seen: list[float] = []
    for minutes in (10.0, 10.0, 10.0, 200.0):
        kernel.later(minutes, lambda _: seen.append(kernel.now))
    kernel.env.step()
    assert seen == [10.0]
    kernel.env.step()
    assert seen == [10.0, 10.0]
    assert kernel.env.peek() == 10.0
    kernel.env.step()
    assert kernel.env.peek() == 200.0


@pytest.mark.parametrize("minutes", [-1.0, -1e-9, float("nan")])
def test_nothing_is_put_on_the_agenda_for_the_past(minutes: float) -> None:
    kernel = Kernel()
    with pytest.raises(ValueError, match="time does not run backwards"):
        kernel.later(minutes, lambda _: None)


def test_it_can_be_counted_looked_through_and_forgotten() -> None:
    kernel = Kernel()
    agenda = kernel.agenda
    for minutes in (1.0, 9.0, 300.0, 301.0):
        kernel.later(minutes, lambda _: None)
    kernel.env.run(until=2.0)
    assert len(agenda) == len(list(agenda)) == 3
    agenda.clear()
    assert (len(agenda), list(agenda), agenda.first()) == (0, [], None)


@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 60.0) | st.sampled_from([0.0, 7.5, 8.0, 8.5, 16.0, 24.0]),
            st.floats(0.0, 60.0) | st.sampled_from([0.0, 8.0, 16.0]),
            st.booleans(),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_everything_happens_in_the_order_of_a_plain_event_list(
    asked: list[tuple[float, float, bool]],
) -> None:
    """Calls and timeouts, each of which asks for another of the other kind: as SimPy alone would do it."""

    def done(mixed: bool) -> list[tuple[float, int, int]]:
        kernel = Kernel()
        env = kernel.env
        seen: list[tuple[float, int, int]] = []

        def ask(minutes: float, what: int, stage: int, own: bool) -> None:
            def happen(_: Any) -> None:
                seen.append((env.now, what, stage))
                if stage == 0:
                    ask(asked[what][1], what, 1, not own)

            if own and mixed:
                kernel.later(minutes, happen)
            else:
                env.timeout(minutes).callbacks.append(happen)

        for what, (minutes, _, own) in enumerate(asked):
            ask(minutes, what, 0, own)
        env.run()
        return seen

    assert done(mixed=True) == done(mixed=False)


def test_a_minute_is_always_on_the_page_whose_end_lies_after_it() -> None:
    agenda = Agenda(Kernel().env)
    agenda.work = lambda _: None
    for minute in (0.0, 7.999999, 8.0, 1e5, 1e5 + 1e-9, 123456.789):
        agenda.clear()
        agenda.edge = -inf
        agenda.put((minute, 1, Timer(lambda _: None)))
        assert agenda.first() is not None  # turns to its page
        assert agenda.edge - PAGE <= minute < agenda.edge


def test_what_comes_by_itself_takes_its_place_among_the_rest() -> None:
    """Arrivals far apart and close together, whose pages may hold nothing else."""
    kernel, people = kernel_with(6)
    seen: list[tuple[str, float]] = []
    minutes = [1.0, 1.5, 9.0, 500.0, 500.0, 10_000.0]

    def care() -> Iterator[Any]:
        seen.append(("came", kernel.now))
        yield 0.75
        seen.append(("left", kernel.now))

    kernel.feed(
        ((minute, people, row) for row, minute in enumerate(minutes)), lambda who, row: (who[row], care())
    )
    kernel.later(1.5, lambda _: seen.append(("called", kernel.now)))
    assert kernel.env.peek() == 1.0
    kernel.env.run()
    assert seen == [
        ("came", 1.0),
        ("called", 1.5),
        ("came", 1.5),
        ("left", 1.75),
        ("left", 2.25),
        ("came", 9.0),
        ("left", 9.75),
        ("came", 500.0),
        ("came", 500.0),
        ("left", 500.75),
        ("left", 500.75),
        ("came", 10_000.0),
        ("left", 10_000.75),
    ]


def test_nobody_is_made_before_the_page_of_their_arrival() -> None:
    """Demand of months is drawn as it is needed, not at once."""
    kernel, people = kernel_with(100)
    asked: list[int] = []

    def coming() -> Iterator[tuple[float, Any, int]]:
        for row in range(100):
            asked.append(row)
            yield 10.0 * row, people, row

    def care() -> Iterator[Any]:
        yield 1.0

    kernel.feed(coming(), lambda who, row: (who[row], care()))
    kernel.env.run(until=205.0)
    assert len(asked) <= 23
    assert kernel.started == 21


@pytest.mark.parametrize("rows", [0, 1])
def test_a_feed_may_be_empty(rows: int) -> None:
    kernel, people = kernel_with(1)

    def care() -> Iterator[Any]:
        yield 1.0

    kernel.feed(((3.0, people, row) for row in range(rows)), lambda who, row: (who[row], care()))
    kernel.env.run()
    assert (kernel.started, kernel.finished) == (rows, rows)


@given(
    st.lists(st.floats(0.0, 100.0), min_size=1, max_size=8).map(sorted),
    st.lists(st.floats(0.0, 100.0), max_size=4),
    st.lists(st.floats(0.0, 100.0), max_size=4),
)
def test_calls_and_what_comes_by_itself_are_in_order_whichever_was_there_first(
    coming: list[float], before: list[float], after: list[float]
) -> None:
    kernel, people = kernel_with(len(coming))
    seen: list[float] = []

    def care() -> Iterator[Any]:
        seen.append(kernel.now)
        yield 0.0

    for minutes in before:
        kernel.later(minutes, lambda _: seen.append(kernel.now))
    kernel.feed(
        ((minute, people, row) for row, minute in enumerate(coming)), lambda who, row: (who[row], care())
    )
    for minutes in after:
        kernel.later(minutes, lambda _: seen.append(kernel.now))
    kernel.env.run()
    assert seen == sorted([*coming, *before, *after])
