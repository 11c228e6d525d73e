"""Mistakes on purpose: the code is broken in one place, and the suite must notice.

A suite that passes shows something only if it would have failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from flowsim.verify.case import Luck


@dataclass(frozen=True)
class Mutant:
    """One mistake.

    Attributes:
        mistake: what is done wrong.
        case: the case that must fail.
        owner: returns the object that has the code.
        name: attribute of the owner.
        broken: makes the wrong code from the right one.
    """

    mistake: str
    case: str
    owner: Callable[[], Any]
    name: str
    broken: Callable[[Any], Any]


def survives(mutant: Mutant, luck: Luck) -> bool:
    """Break the code, run the case that should notice, mend the code; True if nothing was noticed."""
    from flowsim.verify.suite import attempt, find

    with _swapped(mutant.owner(), mutant.name, mutant.broken):
        verdict = attempt(find(mutant.case), replace(luck, full=False))
    return verdict.passed


@contextmanager
def _swapped(owner: Any, name: str, broken: Callable[[Any], Any]) -> Iterator[None]:
    right = owner.__dict__[name]
    setattr(owner, name, broken(right))
    try:
        yield
    finally:
        setattr(owner, name, right)


# -- the mistakes --------------------------------------------------------------------------------------


def _pool() -> Any:
    from flowsim.kernel.pool import Pool

    return Pool


def _feed() -> Any:
    from flowsim.sampling import feed

    return feed


def _clinic() -> Any:
    from flowsim.services.clinic import Clinic

    return Clinic


def _start() -> Any:
    from flowsim import initial

    return initial


def _estimates() -> Any:
    from flowsim.measures import estimates

    return estimates


def _draws() -> Any:
    from flowsim.sampling.draws import Draws

    return Draws


def _crew() -> Any:
    from flowsim.kernel.core import Kernel

    return Kernel


def _late(rate_curve: Any) -> Any:
    """Use the rate of the hour before."""
    return lambda *args: np.roll(rate_curve(*args), 1)


def _forgetful(serve: Any) -> Any:
    """Give up the room at the end of service, whatever the settings say."""

    def wrong(self: Any, patient: Any) -> Any:
        outcome = yield from serve(self, patient)
        self._give_up_room(patient)
        return outcome

    return wrong


def _last_first(_: Any) -> Any:
    """Serve whoever came last."""

    def wrong(self: Any) -> Any:
        for line in self.lines:
            while line:
                patient, ticket, _since = line.pop()
                if patient.ticket == ticket:
                    return patient
        raise AssertionError

    return wrong


def _upside_down(_: Any) -> Any:
    """Serve the last class first."""

    def wrong(self: Any) -> Any:
        for line in reversed(self.lines):
            while line:
                patient, ticket, _since = line.popleft()
                if patient.ticket == ticket:
                    return patient
        raise AssertionError

    return wrong


def _fresh(settle: Any) -> Any:
    """Let a patient found in a bed stay for the whole of the stay from now on."""
    return lambda system, patient, service, stay, elapsed: settle(system, patient, service, stay, 0.0)


def _unbiased(_: Any) -> Any:
    """Take the stay of a patient found in a bed for one like any other."""

    def wrong(stay: Any, attrs: Any, u: Any) -> Any:
        lookup = stay.table.compile()
        leaf = lookup.index(attrs)
        whole = np.zeros(len(u))
        for i, law in enumerate(lookup.leaves):
            whole[leaf == i] = law.ppf(u[leaf == i])
        return whole

    return wrong


def _over_n(_: Any) -> Any:
    """Divide by n where n less 1 is right."""

    def wrong(values: Any, confidence: float = 0.95) -> float:
        from flowsim.measures.estimates import t_quantile

        return float(t_quantile(confidence, values.size) * values.std() / np.sqrt(values.size))

    return wrong


def _one_luck(key: Any) -> Any:
    """Use one number for all of a patient's times and decisions."""
    return lambda self, purpose, visit=0: key(self, "everything", visit)


def _one_too_many(seize: Any) -> Any:
    """Grant one unit more than there are."""

    def wrong(self: Any, *args: Any, **settings: Any) -> Any:
        self.limit += 1
        try:
            return seize(self, *args, **settings)
        finally:
            self.limit -= 1

    return wrong


def _losing_time(join: Any) -> Any:
    """Count a queue from a minute after it was joined."""

    def wrong(self: Any, patient: Any, priority: int) -> None:
        join(self, patient, priority)
        self.queue_sum -= 1.0

    return wrong


def _everybody_patient(_: Any) -> Any:
    """Forget that patience runs out."""
    return lambda self, minutes, call: None


MUTANTS = (
    Mutant("the rate of the hour before", "V16", _feed, "rate_curve", _late),
    Mutant("the rate of the hour before", "V10", _feed, "rate_curve", _late),
    Mutant("a room that is not held", "V12", _clinic, "_serve", _forgetful),
    Mutant("last come, first served", "V15", _pool, "_next", _last_first),
    Mutant("priorities upside down", "V7", _pool, "_next", _upside_down),
    Mutant("whole stays for those found in beds", "V24", _start, "_settle", _fresh),
    Mutant("no length bias of those found in beds", "V24", _start, "_stays", _unbiased),
    Mutant("n for n less 1", "V23", _estimates, "half_width", _over_n),
    Mutant("one number for all of a patient's luck", "V1", _draws, "key", _one_luck),
    Mutant("one unit more than there are", "V2", _pool, "seize", _one_too_many),
    Mutant("areas that miss a minute", "V19", _pool, "_join", _losing_time),
    Mutant("patience without end", "V8", _crew, "if_still_waiting", _everybody_patient),
)
