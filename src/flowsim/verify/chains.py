"""Exact answers for small exponential systems: Markov chains in continuous time.

A chain is found by following a transition function from a first state until no new state turns up, and solved
as a sparse system of linear equations. Nothing here knows the simulation: this is the other opinion.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

State = tuple[int, ...]
"""What a chain of this module is in: counts of patients."""
Transitions = Callable[[Any], Iterable[tuple[Any, float]]]
"""From a state, every state that can follow and the rate (a minute) at which it does."""
Vector = NDArray[np.float64]

MOST_STATES = 200_000
"""Beyond this a chain is refused: it has probably no end."""


@dataclass(frozen=True)
class Chain:
    """A Markov chain in continuous time.

    Attributes:
        states: every state that can be reached; the first is where the chain starts.
        generator: sparse matrix of rates, row to column, each row with sum 0.
    """

    states: list[Any]
    generator: Any

    def stationary(self) -> Vector:
        """Return the long-run share of time in each state."""
        from scipy.sparse import csc_matrix, vstack
        from scipy.sparse.linalg import spsolve

        n = len(self.states)
        if n == 1:
            return np.ones(1)
        balance = vstack([self.generator.T.tocsr()[1:], csc_matrix(np.ones((1, n)))]).tocsc()
        target = np.zeros(n)
        target[-1] = 1.0
        return np.asarray(spsolve(balance, target))

    def after(self, minutes: float, shares: Vector | None = None) -> Vector:
        """Return the chance of each state some minutes later.

        Args:
            minutes: time that passes.
            shares: chance of each state at the beginning; None: the first state for certain.
        """
        from scipy.sparse.linalg import expm_multiply

        if shares is None:
            shares = np.zeros(len(self.states))
            shares[0] = 1.0
        return np.asarray(expm_multiply(self.generator.T.tocsc() * minutes, shares))

    def mean(self, value: Callable[[Any], float], shares: Vector | None = None) -> float:
        """Return the mean of a value of the state, in the long run or for given chances of the states."""
        chances = self.stationary() if shares is None else shares
        return float(np.dot(chances, [value(state) for state in self.states]))


def explore(start: Hashable, transitions: Transitions) -> Chain:
    """Return the chain of all states that can be reached from a first one.

    Raises:
        ValueError: There are more than `MOST_STATES`.
    """
    from scipy.sparse import csr_matrix

    number: dict[Any, int] = {start: 0}
    states: list[Any] = [start]
    rows, columns, rates = [], [], []
    for here, state in enumerate(states):  # the list grows as new states are found
        for following, rate in transitions(state):
            if rate <= 0.0 or following == state:
                continue
            if following not in number:
                number[following] = len(states)
                states.append(following)
            rows += [here, here]
            columns += [number[following], here]
            rates += [rate, -rate]
        if len(states) > MOST_STATES:
            raise ValueError(f"the chain has more than {MOST_STATES:,} states")
    n = len(states)
    return Chain(states, csr_matrix((rates, (rows, columns)), shape=(n, n)))


@dataclass(frozen=True)
class Stage:
    """One station of a line.

    Attributes:
        units: places, each with one patient, in service or blocked.
        minutes: mean of the exponential service.
        onward: share of patients who then need the next station.
    """

    units: int
    minutes: float
    onward: float = 0.0


@dataclass(frozen=True)
class Line:
    """Stations in a row with blocking after service: who finds the next one full keeps the place.

    A state is the number waiting for the first station and, for each station, the number in service and the
    number blocked. Nobody waits between stations except in the place they hold.

    Attributes:
        stages: the stations in order.
        per_minute: rate of arrivals at the first.
        waiting: places in front of the first; whoever finds them full is lost.
        patience: mean minutes after which somebody who waits there gives up; None: nobody does.
    """

    stages: tuple[Stage, ...]
    per_minute: float
    waiting: int = 0
    patience: float | None = None

    def chain(self) -> Chain:
        """Return the line's Markov chain, from empty."""
        return explore((0,) * (1 + 2 * len(self.stages)), self.transitions)

    def transitions(self, state: State) -> Iterator[tuple[State, float]]:
        """Yield what can follow a state: an arrival, a patient who gives up, the end of a service."""
        if not self.is_full(state, 0):
            yield _moved(state, {_busy(0): 1}), self.per_minute
        elif state[0] < self.waiting:
            yield _moved(state, {0: 1}), self.per_minute
        if self.patience is not None and state[0]:
            yield _moved(state, {0: -1}), state[0] / self.patience
        for i, stage in enumerate(self.stages):
            rate = state[_busy(i)] / stage.minutes
            if rate:
                yield self._served_on(state, i), rate * stage.onward
                yield self._freed(_moved(state, {_busy(i): -1}), i), rate * (1.0 - stage.onward)

    def is_full(self, state: State, i: int) -> bool:
        """Say whether a station has no place free."""
        return state[_busy(i)] + state[_blocked(i)] >= self.stages[i].units

    def _served_on(self, state: State, i: int) -> State:
        """Return the state after a patient is done at a station and needs the next one."""
        if i + 1 == len(self.stages):
            return self._freed(_moved(state, {_busy(i): -1}), i)
        if self.is_full(state, i + 1):
            return _moved(state, {_busy(i): -1, _blocked(i): 1})
        return self._freed(_moved(state, {_busy(i): -1, _busy(i + 1): 1}), i)

    def _freed(self, state: State, i: int) -> State:
        """Return the state after a place has become free and everybody upstream has moved up."""
        if i == 0:
            return _moved(state, {0: -1, _busy(0): 1}) if state[0] else state
        if not state[_blocked(i - 1)]:
            return state
        return self._freed(_moved(state, {_blocked(i - 1): -1, _busy(i): 1}), i - 1)


def _busy(i: int) -> int:
    return 1 + 2 * i


def _blocked(i: int) -> int:
    return 2 + 2 * i


def _moved(state: State, steps: dict[int, int]) -> State:
    after = list(state)
    for place, step in steps.items():
        after[place] += step
    return tuple(after)


@dataclass(frozen=True)
class Answers:
    """What a line does in the long run.

    Attributes:
        waiting: mean number who wait for the first station.
        busy, blocked: mean number in service and blocked at each station.
        lost: share of arrivals who find no place.
        gave_up: share of arrivals who give up.
        wait: mean minutes for the first station of everybody who comes in, whether served or not.
        waited: share of arrivals who come in and have to wait.
        held: mean minutes for which those who go on from each station are blocked there.
        throughput: patients a minute who begin service at each station.
    """

    waiting: float
    busy: tuple[float, ...]
    blocked: tuple[float, ...]
    lost: float
    gave_up: float
    wait: float
    waited: float
    held: tuple[float, ...]
    throughput: tuple[float, ...]


def answers(line: Line) -> Answers:
    """Solve a line."""
    chain = line.chain()
    shares = chain.stationary()
    table = np.array(chain.states, dtype=float)
    means = shares @ table
    full = np.array([line.is_full(state, 0) for state in chain.states])
    lost = float(shares[full & (table[:, 0] >= line.waiting)].sum())
    busy = tuple(float(means[_busy(i)]) for i in range(len(line.stages)))
    blocked = tuple(float(means[_blocked(i)]) for i in range(len(line.stages)))
    throughput = tuple(mean / stage.minutes for mean, stage in zip(busy, line.stages, strict=True))
    onward = [rate * stage.onward for rate, stage in zip(throughput, line.stages, strict=True)]
    entered = line.per_minute * (1.0 - lost)
    return Answers(
        waiting=float(means[0]),
        busy=busy,
        blocked=blocked,
        lost=lost,
        gave_up=0.0 if line.patience is None else float(means[0]) / line.patience / line.per_minute,
        wait=float(means[0]) / entered,
        waited=float(shares[full].sum()) - lost,
        held=tuple(n / rate if rate else 0.0 for n, rate in zip(blocked, onward, strict=True)),
        throughput=throughput,
    )


def birth_and_death(up: Callable[[int], float], down: Callable[[int], float], most: int) -> Chain:
    """Return the chain of a number of patients from 0 to ``most``, in this order of states.

    Args:
        up: rate of an arrival when so many are present.
        down: rate of a departure when so many are present.
        most: beyond this nobody comes.
    """
    from scipy.sparse import diags

    more = np.array([up(n) for n in range(most)], dtype=float)
    fewer = np.array([down(n) for n in range(1, most + 1)], dtype=float)
    stay = -np.append(more, 0.0) - np.append(0.0, fewer)
    return Chain(list(range(most + 1)), diags([fewer, stay, more], [-1, 0, 1]).tocsr())
