"""Mistakes on purpose: the code is broken in one place, and the suite must notice.

A suite that passes shows something only if it would have failed. Each mistake replaces a piece of the text of
one function by another; the function is compiled again and put in place of the right one, wherever that is
used, while a case of the suite runs. A mistake whose text is no longer there is itself an error, so that the
list cannot go stale in silence.
"""

from __future__ import annotations
import __future__ as features

import inspect
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from types import FunctionType
from typing import Any

from flowsim.verify.case import Luck, Verdict


@dataclass(frozen=True)
class Mutant:
    """One mistake.

    Attributes:
        mistake: what is done wrong, in words.
        where: the function that is broken, as ``kernel.pool:Pool.release`` below the package.
        right: a piece of its text that occurs once.
        wrong: what stands there instead.
        cases: the cases that should notice, the quickest first.
    """

    mistake: str
    where: str
    right: str
    wrong: str
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Autopsy:
    """What came of a mistake.

    Attributes:
        mutant: the mistake.
        noticed_by: the case that failed; empty if none did.
        how: the first figure that was wrong, or what broke down.
        cpu_seconds: processor time of the cases that were run.
    """

    mutant: Mutant
    noticed_by: str
    how: str
    cpu_seconds: float

    @property
    def killed(self) -> bool:
        """True if the suite noticed."""
        return bool(self.noticed_by)


class StaleError(LookupError):
    """The text that a mistake replaces is not, or not only once, in its function."""


def autopsy(mutant: Mutant, luck: Luck) -> Autopsy:
    """Break the code, run the cases that should notice until one does, and mend the code.

    A case is run as in the suite, second attempt and all: to be noticed a mistake must fail it.

    Raises:
        StaleError: The code has changed, so that the mistake cannot be made any more.
    """
    from flowsim.verify.suite import find, run_case

    seconds = 0.0
    with _made(mutant):
        for id in mutant.cases:
            verdict = run_case(find(id), replace(luck, full=False))
            seconds += verdict.cpu_seconds
            if not verdict.passed:
                return Autopsy(mutant, id, _how(verdict), seconds)
    return Autopsy(mutant, "", "", seconds)


def survives(mutant: Mutant, luck: Luck) -> bool:
    """Say whether the suite notices nothing of a mistake."""
    return not autopsy(mutant, luck).killed


def _how(verdict: Verdict) -> str:
    from flowsim.verify.report import found

    return verdict.error or f"{verdict.failed[0].what}: {found(verdict.failed[0])}"


# -- how a mistake is made -----------------------------------------------------------------------------


@contextmanager
def _made(mutant: Mutant) -> Iterator[None]:
    owner, name, right = located(mutant.where)
    broken = rewritten(right, mutant)
    places = _homes(owner, name, right)
    for place in places:
        setattr(place, name, broken)
    try:
        yield
    finally:
        for place in places:
            setattr(place, name, right)


def located(where: str) -> tuple[Any, str, Any]:
    """Return the module or class that a function lives in, its name and the function itself."""
    module, _, path = where.partition(":")
    owner: Any = import_module(f"flowsim.{module}")
    *outer, name = path.split(".")
    for each in outer:
        owner = getattr(owner, each)
    return owner, name, owner.__dict__[name]


def rewritten(right: Any, mutant: Mutant) -> Any:
    """Return the function with the mistake made in its text.

    Raises:
        StaleError: The text to be replaced does not occur exactly once.
    """
    text = textwrap.dedent(inspect.getsource(right))
    if text.count(mutant.right) != 1:
        raise StaleError(
            f"{mutant.where} holds {text.count(mutant.right)} times the text that the mistake "
            f"'{mutant.mistake}' replaces: {mutant.right}"
        )
    function: FunctionType = inspect.unwrap(right)
    code = compile(
        text.replace(mutant.right, mutant.wrong),
        f"<{mutant.mistake}>",
        "exec",
        flags=features.annotations.compiler_flag,
        dont_inherit=True,
    )
    made: dict[str, Any] = {}
    exec(code, function.__globals__, made)
    return made[function.__name__]


def _homes(owner: Any, name: str, right: Any) -> Sequence[Any]:
    """Return everything that holds the function under its name: its owner, and modules that import it."""
    if inspect.isclass(owner):
        return [owner]
    modules = [module for key, module in sys.modules.items() if key.startswith("flowsim.")]
    return [module for module in modules if module.__dict__.get(name) is right]


# -- the mistakes --------------------------------------------------------------------------------------

METHODS = (
    Mutant(
        "the rate at the last arrival, not at the candidate's own time",
        "sampling.arrivals:arrivals",
        "    chosen = np.flatnonzero(heights < rates)\n",
        "    order, kept = np.argsort(minutes), []\n"
        "    rate = rates[order[0]] if len(order) else 0.0\n"
        "    for i in order.tolist():\n"
        "        if heights[i] < rate:\n"
        "            rate = rates[i]\n"
        "            kept.append(i)\n"
        "    chosen = np.array(kept, dtype=np.intp)\n",
        ("V16",),
    ),
    Mutant(
        "the rate of the hour before",
        "sampling.arrivals:at_rate",
        "per_day * week * day",
        "per_day * np.roll(week, 1) * day",
        ("V16",),
    ),
    Mutant(
        "a cubicle that is not held until the next service accepts",
        "services.clinic:Clinic._serve",
        "if not self.spec.holds_room:",
        "if True:",
        ("V12",),
    ),
    Mutant(
        "n for n less 1 in an interval",
        "measures.estimates:half_width",
        "values.std(ddof=1)",
        "values.std()",
        ("V23",),
    ),
    Mutant(
        "priorities upside down",
        "kernel.pool:Pool._next",
        "for line in self.lines:",
        "for line in reversed(self.lines):",
        ("V15",),
    ),
    Mutant(
        "the whole stay still to come for those found in beds",
        "initial:_settle",
        "service.settle(patient, stay, elapsed)",
        "service.settle(patient, stay, 0.0)",
        ("V24",),
    ),
)
"""The mistakes that the methods standard asks for."""

KERNEL = (
    Mutant(
        "last come, first served",
        "kernel.pool:Pool._next",
        "line.popleft()",
        "line.pop()",
        ("V15",),
    ),
    Mutant(
        "one unit more than there are",
        "kernel.pool:Pool.seize",
        "self.busy < self.limit and",
        "self.busy <= self.limit and",
        ("V15",),
    ),
    Mutant(
        "a unit that should have closed is handed on at the end of a shift",
        "kernel.pool:Pool.release",
        "if self.waiting and self.busy <= self.limit:",
        "if self.waiting:",
        ("V15",),
    ),
    Mutant(
        "nobody called in when staff come on shift",
        "kernel.pool:Pool.set_capacity",
        "self._serve()",
        "pass",
        ("V15",),
    ),
    Mutant(
        "a bed used again before it is made up",
        "kernel.pool:Pool.vacate",
        "if not self.turnaround:",
        "if True:",
        ("V15",),
    ),
    Mutant(
        "waiting that lifts nobody",
        "kernel.pool:Pool._next_aged",
        "rank = priority - int((now - since) / ages)",
        "rank = priority",
        ("V15",),
    ),
    Mutant(
        "a place kept in one queue after being served from the other",
        "kernel.pool:Pool._leave_others",
        "other._withdraw()",
        "pass",
        ("V15",),
    ),
    Mutant(
        "patience without end",
        "kernel.pool:Pool.seize",
        "if patience < inf:",
        "if False:",
        ("V8",),
    ),
    Mutant(
        "somebody who has given up keeps the place in the queue",
        "kernel.pool:Patience.__call__",
        "patient.ticket += 1",
        "pass",
        ("V18",),
    ),
    Mutant(
        "patience that runs out though the wait is over",
        "kernel.core:Kernel._arm",
        "if patient.ticket == ticket:",
        "if True:",
        ("V18",),
    ),
    Mutant(
        "areas that miss a minute",
        "kernel.pool:Pool.seize",
        "self.queue_sum -= now",
        "self.queue_sum -= now + 1.0",
        ("V19",),
    ),
    Mutant(
        "a place that is never given up",
        "kernel.core:Kernel.let_go",
        "held.vacate()",
        "pass",
        ("V15",),
    ),
    Mutant(
        "the end of boarding not written down",
        "kernel.core:Kernel.let_go",
        "cells[at + LEFT] = now",
        "pass",
        ("V15",),
    ),
    Mutant(
        "a page of the agenda that is not put in order",
        "kernel.agenda:Agenda.turn",
        "self.page.sort(reverse=True)",
        "pass",
        ("V15",),
    ),
)
"""Mistakes in the engine."""

SAMPLING = (
    Mutant(
        "one number for all of a patient's luck",
        "sampling.draws:Draws.key",
        "self.replication, purpose, visit)",
        "self.replication, visit)",
        ("V16",),
    ),
    Mutant(
        "the same luck at every visit",
        "sampling.draws:Draw.once",
        "keys[visit]",
        "keys[0]",
        ("V21",),
    ),
    Mutant(
        "other luck one by one than in bulk",
        "sampling.draws:Duration.column",
        "self._table.bulk(self.uniforms(block),",
        "self._table.bulk(1.0 - self.uniforms(block),",
        ("V17",),
    ),
    Mutant(
        "a limit on a length that is ignored",
        "sampling.tables:LawTable.bulk",
        "np.minimum(self._of_family(0, u, None), self.forms[0].cap)",
        "self._of_family(0, u, None)",
        ("V17",),
    ),
    Mutant(
        "everybody drawn from the law of the first group",
        "spec.groups:Lookup.index",
        "return self.table.take(flat)",
        "return self.table.take(0 * flat)",
        ("V29",),
    ),
    Mutant(
        "the same number of candidates in every four weeks",
        "sampling.arrivals:_candidates",
        "counts = np.searchsorted(_poisson(), luck)",
        "counts = np.full(len(luck), int(_MEAN))",
        ("V16",),
    ),
    Mutant(
        "a busy day's variance for its standard deviation",
        "sampling.arrivals:day_factors",
        "square = spec.day_variation**2",
        "square = spec.day_variation",
        ("V16",),
    ),
    Mutant(
        "bank holidays like any other day",
        "sampling.arrivals:_day_factor",
        "by_day = spec.bank_holiday",
        "by_day = spec.weekdays.get(weekday, 1.0)",
        ("V16",),
    ),
    Mutant(
        "streams one after the other, not in order of time",
        "sampling.feed:merged",
        'order = np.argsort(times, kind="stable")',
        "order = np.arange(len(times))",
        ("V18",),
    ),
    Mutant(
        "the same number found in beds in every replication",
        "initial:_poisson",
        "return count + int(pdtr(count, mean) < u)",
        "return round(mean)",
        ("V24",),
    ),
    Mutant(
        "no length bias of those found in beds",
        "initial:_stays",
        "_length_biased(law, theirs, u[here])",
        "law.ppf(u[here])",
        ("V24",),
    ),
)
"""Mistakes in arrivals, luck and the loaded start."""

MUTANTS: tuple[Mutant, ...] = (*METHODS, *KERNEL, *SAMPLING)
