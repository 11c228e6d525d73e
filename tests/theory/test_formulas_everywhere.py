"""Formulas, chains and flowsim's own measures against each other, over a range of systems.

The formulas of `flowsim.verify.formulas` are held against Markov chains for many sizes and loads, and laws
that tie measures of one system together (Little, conservation of work, Poisson arrivals see time averages)
are held against what flowsim reports.
"""

from __future__ import annotations

from math import exp, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.model import replicate
from flowsim.verify import formulas
from flowsim.verify.chains import Line, Stage, answers, birth_and_death, explore
from flowsim.verify.files import queue
from flowsim.verify.seen import Seen, reported

QUICK = settings(max_examples=60, deadline=None)
units = st.integers(1, 12)
loads = st.floats(0.05, 0.95)


# -- formulas ----------------------------------------------------------------------------------------------


@QUICK
@given(units, st.floats(0.05, 30.0))
def test_erlang_b_is_the_sum_of_the_textbook(servers: int, load: float) -> None:
    terms = [load**n / factorial(n) for n in range(servers + 1)]
    assert formulas.erlang_b(servers, load) == pytest.approx(terms[-1] / sum(terms), rel=1e-9)


@QUICK
@given(units, loads)
def test_erlang_c_is_the_chain_with_much_room(servers: int, rho: float) -> None:
    load = rho * servers
    room = 60 + int(40 / (1.0 - rho))
    chain = birth_and_death(lambda _: load, lambda n: min(n, servers), servers + room)
    shares = chain.stationary()
    assert float(shares[servers:].sum()) == pytest.approx(formulas.erlang_c(servers, load), rel=1e-4)
    waiting = chain.mean(lambda n: max(n - servers, 0), shares)
    assert waiting == pytest.approx(load * formulas.mean_wait(servers, load, 1.0), rel=1e-3)


@QUICK
@given(units, loads, st.floats(0.5, 20.0))
def test_the_tail_of_the_wait_has_the_mean_of_the_wait(servers: int, rho: float, service: float) -> None:
    """The area under the chance of a longer wait is the mean wait."""
    rate = rho * servers / service
    t = np.linspace(0.0, 40.0 * service / (servers * (1.0 - rho)), 40_001)
    tail = np.array([formulas.waits_longer(servers, rate, service, each) for each in t[:: len(t) - 1]])
    decay = (servers - rate * service) / service
    area = tail[0] / decay * (1.0 - exp(-decay * t[-1]))
    assert area == pytest.approx(formulas.mean_wait(servers, rate, service), rel=1e-6)


@QUICK
@given(units, st.lists(st.floats(0.01, 1.0), min_size=1, max_size=5), st.floats(0.3, 0.95))
def test_priorities_share_out_the_same_work(servers: int, weights: list[float], rho: float) -> None:
    """Cobham: with the same service for all, the mean wait over the classes is that without classes."""
    rates = [weight * rho * servers / sum(weights) for weight in weights]
    waits = formulas.cobham(servers, rates, 1.0)
    together = sum(rate * wait for rate, wait in zip(rates, waits, strict=True)) / sum(rates)
    assert together == pytest.approx(formulas.mean_wait(servers, sum(rates), 1.0), rel=1e-9)
    assert waits == sorted(waits)


def test_cobham_is_the_chain_of_two_classes() -> None:
    """Two servers and two classes, by a chain with room for so many that nobody is ever turned away."""
    first, second, most = 0.3, 0.7, 60

    def transitions(state: tuple[int, int, int]) -> list[tuple[tuple[int, int, int], float]]:
        busy, urgent, routine = state
        found = []
        if busy < 2:
            found += [((busy + 1, urgent, routine), first + second)]
        elif urgent + routine < most:
            found += [((2, urgent + 1, routine), first), ((2, urgent, routine + 1), second)]
        if urgent:
            found.append(((2, urgent - 1, routine), 2.0))
        elif routine:
            found.append(((2, urgent, routine - 1), 2.0))
        elif busy:
            found.append(((busy - 1, 0, 0), float(busy)))
        return found

    chain = explore((0, 0, 0), transitions)
    shares = chain.stationary()
    waits = formulas.cobham(2, (first, second), 1.0)
    assert chain.mean(lambda state: state[1], shares) == pytest.approx(first * waits[0], rel=1e-6)
    assert chain.mean(lambda state: state[2], shares) == pytest.approx(second * waits[1], rel=1e-6)


@QUICK
@given(loads, st.floats(0.0, 4.0))
def test_more_variable_service_is_a_longer_wait(rho: float, variation: float) -> None:
    wait = formulas.pollaczek_khinchine(rho, 1.0, variation)
    assert wait >= formulas.pollaczek_khinchine(rho, 1.0, 0.0)
    assert wait == pytest.approx(formulas.mean_wait(1, rho, 1.0) * (1.0 + variation) / 2.0)


# -- lines that block --------------------------------------------------------------------------------------


def _line(stages: list[Stage], rate: float, waiting: int, patience: float | None) -> Line:
    """Return a line whose last station sends nobody on."""
    last = Stage(stages[-1].units, stages[-1].minutes)
    return Line((*stages[:-1], last), rate, waiting, patience)


stages = st.builds(Stage, st.integers(1, 3), st.floats(2.0, 10.0), st.floats(0.1, 1.0))
lines = st.builds(
    _line,
    st.lists(stages, min_size=1, max_size=3),
    st.floats(0.05, 0.8),
    st.integers(0, 4),
    st.one_of(st.none(), st.floats(2.0, 20.0)),
)


@settings(max_examples=40, deadline=None)
@given(lines)
def test_a_line_keeps_its_balances(line: Line) -> None:
    """What comes in goes out; nobody is blocked at the end; Little's law in front; no more than there is."""
    found = answers(line)
    served = line.per_minute * (1.0 - found.lost - found.gave_up)
    assert found.throughput[0] == pytest.approx(served, rel=1e-6)
    for i, stage in enumerate(line.stages[:-1]):
        assert found.throughput[i + 1] == pytest.approx(found.throughput[i] * stage.onward, rel=1e-6)
    assert found.blocked[-1] == 0.0
    entered = line.per_minute * (1.0 - found.lost)
    assert found.waiting == pytest.approx(entered * found.wait, rel=1e-9)
    for stage, busy, blocked in zip(line.stages, found.busy, found.blocked, strict=True):
        assert 0.0 <= busy + blocked <= stage.units + 1e-9


@settings(max_examples=25, deadline=None)
@given(lines)
def test_a_unit_more_downstream_never_blocks_more(line: Line) -> None:
    if len(line.stages) < 2:
        return
    last = line.stages[-1]
    wider = Line(
        (*line.stages[:-1], Stage(last.units + 1, last.minutes)), line.per_minute, line.waiting, line.patience
    )
    before, after = answers(line), answers(wider)
    assert after.lost <= before.lost + 1e-9
    assert after.throughput[0] >= before.throughput[0] - 1e-9


# -- what is reported --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clinic() -> tuple[Seen, dict[str, float]]:
    """One long replication of six servers at 85%, and what a report says of it."""
    scenario = queue("mmc", 31, {"time.horizon": "6 days", "time.warm_up": "1 day"})
    result = replicate(scenario, 1)
    return Seen(result, "clinic"), reported(scenario, result, "clinic")


def test_littles_law_of_what_is_reported(clinic: tuple[Seen, dict[str, float]]) -> None:
    """Patients present are arrivals times time inside, up to those at either end of the period."""
    seen, said = clinic
    rate = len(seen.table["arrived"]) / (seen.result.horizon - 720.0)
    inside = float(np.nanmean(seen.minutes("arrived", "left")))
    assert said["mean_present"] == pytest.approx(rate * inside, rel=0.02)
    assert said["mean_present"] == pytest.approx(said["mean_waiting"] + said["mean_in_service"], rel=1e-3)


def test_the_reported_wait_is_that_of_the_visits(clinic: tuple[Seen, dict[str, float]]) -> None:
    seen, said = clinic
    waits = seen.minutes("arrived", "started")
    assert said["wait_mean"] == pytest.approx(float(np.nanmean(waits)), rel=0.05)
    assert said["waited"] == pytest.approx(float((waits > 0.0).mean()), abs=0.02)
    assert said["wait_median"] <= said["wait_mean"] <= said["wait_p90"]


def test_arrivals_at_random_see_time_averages(clinic: tuple[Seen, dict[str, float]]) -> None:
    """The share who find all staff busy is the share of time in which they are (PASTA)."""
    seen, _ = clinic
    arrived = seen.table["arrived"]
    visits = seen.result.visits
    began = np.sort(visits["started"][~np.isnan(visits["started"])])
    ended = np.sort(visits["finished"][~np.isnan(visits["finished"])])
    moments = np.linspace(arrived[0], arrived[-1], 60_000)

    def busy(at: np.ndarray) -> np.ndarray:
        return np.searchsorted(began, at, side="left") - np.searchsorted(ended, at, side="left")

    assert float((busy(arrived) >= 6).mean()) == pytest.approx(float((busy(moments) >= 6).mean()), abs=0.01)
    assert float(busy(moments).mean()) == pytest.approx(seen.busy("staff"), rel=0.01)
