"""Random networks of queues against their Markov chains: priorities, patience, loops, finite waiting rooms.

A network has one to three stations with a few servers each. Two kinds of patients come at random, the urgent
ones go first; some find no chair and leave, some lose patience, and after service patients go on to any
station, the same one too, or leave. All times are exponential, so that the numbers of each kind in service
and in each queue are a Markov chain in continuous time, which is solved here by code that knows nothing of
the simulation. flowsim runs the same network from a scenario file.

A figure is wrong if its interval misses the exact value twice, with different luck (see
`flowsim.verify.suite`); hypothesis then looks for the smallest network that is wrong and prints its scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from flowsim.model import replicate
from flowsim.scenario import load
from flowsim.services import clinic
from flowsim.tables import BUSY, QUEUE, Replication
from flowsim.verify.case import Case, Check, Luck, covers
from flowsim.verify.chains import Chain, birth_and_death, explore
from flowsim.verify.report import details
from flowsim.verify.suite import run_case

URGENT, ROUTINE = range(2)
MOST = 6_000
"""States from which a network takes too long to solve in a test."""


@dataclass(frozen=True)
class Station:
    """One queue.

    Attributes:
        servers: members of staff.
        minutes: mean of the exponential service.
        chairs: patients who may wait.
        patience: mean minutes of the exponential patience; None: nobody gives up.
    """

    servers: int
    minutes: float
    chairs: int
    patience: float | None


Place = tuple[int, int, int, int]
"""Of one station: urgent and routine patients in service, urgent and routine patients who wait."""
State = tuple[Place, ...]


@dataclass(frozen=True)
class Network:
    """Stations, what comes from outside, and where patients go next.

    Attributes:
        stations: the stations.
        arrivals: patients a minute of each kind, at the first station.
        onward: for each station the share of those served who go on to each station; the rest leave.
    """

    stations: tuple[Station, ...]
    arrivals: tuple[float, float]
    onward: tuple[tuple[float, ...], ...]

    def chain(self) -> Chain:
        """Return the Markov chain, from empty."""
        return explore(((0, 0, 0, 0),) * len(self.stations), self.transitions)

    def transitions(self, state: State) -> Iterator[tuple[State, float]]:
        """Yield what can follow a state, and how fast."""
        for kind, rate in enumerate(self.arrivals):
            yield self.joined(state, 0, kind), rate
        for i, station in enumerate(self.stations):
            for kind in (URGENT, ROUTINE):
                serving, waiting = state[i][kind], state[i][2 + kind]
                if serving:
                    yield from self._served(state, i, kind, serving / station.minutes)
                if waiting and station.patience is not None:
                    yield changed(state, i, {2 + kind: -1}), waiting / station.patience

    def joined(self, state: State, i: int, kind: int) -> State:
        """Return the state after a patient has come to a station; the same if there is no room."""
        place, station = state[i], self.stations[i]
        if place[0] + place[1] < station.servers:
            return changed(state, i, {kind: 1})
        if place[2] + place[3] < station.chairs:
            return changed(state, i, {2 + kind: 1})
        return state

    def is_full(self, state: State, i: int) -> bool:
        """Say whether somebody who came to a station now would be turned away."""
        return self.joined(state, i, URGENT) == state

    def _served(self, state: State, i: int, kind: int, rate: float) -> Iterator[tuple[State, float]]:
        """Yield what follows the end of a service: the next one is called in, and the patient goes on."""
        after = changed(state, i, {kind: -1})
        for waiting in (URGENT, ROUTINE):
            if after[i][2 + waiting]:
                after = changed(after, i, {2 + waiting: -1, waiting: 1})
                break
        leaving = 1.0
        for following, share in enumerate(self.onward[i]):
            leaving -= share
            yield self.joined(after, following, kind), rate * share
        yield after, rate * leaving


def changed(state: State, i: int, steps: dict[int, int]) -> State:
    """Return a state with some counts of one station changed."""
    place = list(state[i])
    for at, step in steps.items():
        place[at] += step
    return (*state[:i], (place[0], place[1], place[2], place[3]), *state[i + 1 :])


def exact(network: Network) -> dict[str, float]:
    """Solve a network: who is in service and who waits at each station, and the share turned away."""
    chain = network.chain()
    shares = chain.stationary()
    table = np.array(chain.states, dtype=float)
    means = np.tensordot(shares, table, axes=1)
    found = {}
    for i in range(len(network.stations)):
        found[f"s{i}: in service"] = float(means[i, 0] + means[i, 1])
        found[f"s{i}: urgent waiting"] = float(means[i, 2])
        found[f"s{i}: routine waiting"] = float(means[i, 3])
    full = [network.is_full(state, 0) for state in chain.states]
    found["share of arrivals from outside turned away"] = float(shares[np.array(full)].sum())
    return found


# -- the same in flowsim -----------------------------------------------------------------------------------

DAYS = 12


def as_scenario(network: Network, seed: int) -> dict[str, Any]:
    """Return the network as the tree of a scenario file."""
    routes = ("ambulance", "walk_in")
    services, pathways = {}, {}
    for i, station in enumerate(network.stations):
        services[f"s{i}"] = _clinic(station)
        pathways[f"s{i}"] = {"referred": _mix(network.onward[i]), "otherwise": "leave"}
    return {
        "flowsim": 1,
        "name": "network",
        "seed": seed,
        "time": {
            "kind": "steady_state",
            "start": "2026-11-02",
            "warm_up": "1 day",
            "horizon": f"{DAYS} days",
            "initial": "empty",
        },
        "services": services,
        "demand": {
            name: {"to": "s0", "per_day": 1440.0 * rate, "route": route}
            for name, rate, route in zip(("urgent", "routine"), network.arrivals, routes, strict=True)
        },
        "pathways": pathways,
    }


def _clinic(station: Station) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "kind": "clinic",
        "staff": station.servers,
        "service": {"distribution": "exponential", "mean": f"{station.minutes} min"},
        "waiting_places": station.chairs,
        "priority": {"by": "route", "ambulance": "0", "otherwise": "1"},
        "referred": "100%",
    }
    if station.patience is not None:
        settings["patience"] = {"distribution": "exponential", "mean": f"{station.patience} min"}
    return settings


def _mix(shares: tuple[float, ...]) -> Any:
    if not any(shares):
        return "leave"
    return {f"s{i}": f"{100.0 * share}%" for i, share in enumerate(shares) if share} | {"leave": "rest"}


def seen(result: Replication, stations: int) -> dict[str, float]:
    """Return the figures of one replication."""
    visits = result.visits
    urgent = result.patients["demand"][visits["patient"]] == 0
    found = {}
    for i in range(stations):
        pool = result.pools.index((f"s{i}", "staff"))
        first = round(result.warm_up / 60.0)
        found[f"s{i}: in service"] = float(result.occupancy[first:, pool, BUSY].mean(dtype=float))
        waiting = float(result.occupancy[first:, pool, QUEUE].mean(dtype=float))
        here = (visits["service"] == i) & (visits["outcome"] != clinic.FULL)
        ended = np.where(np.isnan(visits["started"]), visits["left"], visits["started"])
        ended = np.where(np.isnan(ended), result.end, ended)
        spent = np.maximum(ended, result.warm_up) - np.maximum(visits["arrived"], result.warm_up)
        found[f"s{i}: urgent waiting"] = float(spent[here & urgent].sum() / result.horizon)
        found[f"s{i}: routine waiting"] = waiting - found[f"s{i}: urgent waiting"]
    outside = (visits["source"] < 0) & (visits["arrived"] >= result.warm_up)
    turned_away = visits["outcome"][outside] == clinic.FULL
    found["share of arrivals from outside turned away"] = float(turned_away.mean())
    return found


def compared(network: Network, folder: Path) -> Case:
    """Return a case of the suite that compares a network with its chain."""
    expected = exact(network)

    def run(luck: Luck) -> Iterable[Check]:
        path = folder / "network.yaml"
        path.write_text(yaml.safe_dump(as_scenario(network, luck.seed), sort_keys=False), encoding="utf-8")
        scenario = load(path)
        rows = [seen(replicate(scenario, n + 1), len(network.stations)) for n in range(8 * luck.effort)]
        for name, value in expected.items():
            yield covers(name, value, [row[name] for row in rows])

    return Case("N1", "A random network", "Markov chain", run)


def assert_agrees(network: Network, folder: Path, seed: int) -> None:
    """Assert that flowsim finds what the chain says; if not, the scenario is printed."""
    verdict = run_case(compared(network, folder), Luck(seed=seed))
    if not verdict.passed:
        note((folder / "network.yaml").read_text(encoding="utf-8"))
    assert verdict.passed, "\n".join(details(verdict))


# -- the networks ------------------------------------------------------------------------------------------


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw a small network whose chain has a few thousand states at most."""
    size = draw(st.integers(1, 3))
    stations = tuple(draw(_stations(size)) for _ in range(size))
    onward = tuple(draw(_onward(size)) for _ in range(size))
    load_of_first = draw(st.sampled_from([0.6, 0.9, 1.3]))
    rate = load_of_first * stations[0].servers / stations[0].minutes
    urgent = draw(st.sampled_from([0.2, 0.5]))
    network = Network(stations, (rate * urgent, rate * (1.0 - urgent)), onward)
    assume(number_of_states(network) <= MOST)
    return network


def _stations(size: int) -> st.SearchStrategy[Station]:
    most = 4 if size == 1 else 2
    return st.builds(
        Station,
        servers=st.integers(1, most),
        minutes=st.sampled_from([3.0, 5.0, 8.0]),
        chairs=st.integers(0, most + 1 if size < 3 else 1),
        patience=st.sampled_from([None, 4.0, 15.0]),
    )


def _onward(size: int) -> st.SearchStrategy[tuple[float, ...]]:
    shares = st.sampled_from([0.0, 0.1, 0.25])
    return st.tuples(*[shares] * size)


@lru_cache(maxsize=256)
def number_of_states(network: Network) -> int:
    """Return how many states a network can have, at most."""
    total = 1
    for station in network.stations:
        serving = (station.servers + 1) * (station.servers + 2) // 2
        waiting = (station.chairs + 1) * (station.chairs + 2) // 2 - 1
        total *= serving + (station.servers + 1) * waiting
    return total


FEW = settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(network=networks(), seed=st.integers(1, 10_000))
def test_random_networks(tmp_path_factory: pytest.TempPathFactory, network: Network, seed: int) -> None:
    assert_agrees(network, tmp_path_factory.mktemp("network"), seed)


@pytest.mark.full
@MANY
@given(network=networks(), seed=st.integers(1, 10_000))
def test_sixty_random_networks(tmp_path_factory: pytest.TempPathFactory, network: Network, seed: int) -> None:
    assert_agrees(network, tmp_path_factory.mktemp("network"), seed)


# -- the other opinion must be right too -----------------------------------------------------------------


def test_one_station_without_kinds_is_a_birth_and_death_chain() -> None:
    """M/M/2 with three chairs and patience: the kinds add up to what one dimension gives."""
    station = Station(2, 5.0, 3, 4.0)
    network = Network((station,), (0.1, 0.3), ((0.0,),))
    found = exact(network)
    chain = birth_and_death(
        lambda _: 0.4, lambda n: min(n, 2) / 5.0 + max(n - 2, 0) / 4.0, station.servers + station.chairs
    )
    assert found["s0: in service"] == pytest.approx(chain.mean(lambda n: min(n, 2)))
    waiting = found["s0: urgent waiting"] + found["s0: routine waiting"]
    assert waiting == pytest.approx(chain.mean(lambda n: max(n - 2, 0)))
    lost = found["share of arrivals from outside turned away"]
    assert lost == pytest.approx(float(chain.stationary()[-1]))


def test_a_loop_makes_an_exponential_service_longer() -> None:
    """Without anybody waiting, going round with a chance of 1/4 is one service 4/3 as long."""
    loss = Network((Station(3, 6.0, 0, None),), (0.2, 0.2), ((0.0,),))
    assert exact(loss)["s0: in service"] < 0.4 * 6.0
    chain = loss.chain()
    assert len(chain.states) == 10  # of 3 servers, by kind


def test_the_urgent_wait_less_and_the_total_is_the_same_whoever_is_urgent() -> None:
    def waiting(urgent: float) -> tuple[float, float]:
        found = exact(Network((Station(1, 4.0, 4, None),), (0.2 * urgent, 0.2 * (1.0 - urgent)), ((0.0,),)))
        return found["s0: urgent waiting"], found["s0: routine waiting"]

    half, few = waiting(0.5), waiting(0.2)
    assert half[0] < half[1]
    assert sum(half) == pytest.approx(sum(few))


def test_what_comes_in_goes_out() -> None:
    """Balance: what is served at the first station a minute is what comes in and is not lost or impatient."""
    network = Network(
        (Station(1, 4.0, 2, 6.0), Station(1, 3.0, 1, None)), (0.1, 0.2), ((0.0, 0.5), (0.25, 0.0))
    )
    chain = network.chain()
    shares = chain.stationary()
    assert shares.sum() == pytest.approx(1.0)
    assert (shares > -1e-12).all()
    assert np.abs(chain.generator.T @ shares).max() < 1e-12


def test_a_wrong_network_is_noticed(tmp_path: Path) -> None:
    """The comparison can fail: flowsim with one server more than the chain has."""
    network = Network((Station(1, 5.0, 3, None),), (0.06, 0.1), ((0.0,),))
    wrong = Network((Station(2, 5.0, 3, None),), network.arrivals, network.onward)
    case = compared(network, tmp_path)
    tree = as_scenario(wrong, 5)
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    rows = [seen(replicate(load(path), n + 1), 1) for n in range(8)]
    checks = [covers(name, value, [row[name] for row in rows]) for name, value in exact(network).items()]
    assert sum(not check.passed for check in checks) >= 3
    assert run_case(case, Luck(seed=5)).passed
