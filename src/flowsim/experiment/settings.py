"""How to run, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowsim.errors import InputError, Problem, nearest
from flowsim.experiment.backends import unknown
from flowsim.experiment.describe import overloads_of
from flowsim.experiment.precision import Precision
from flowsim.experiment.progress import Progress, Silent
from flowsim.experiment.replicate import simulate_scenario
from flowsim.experiment.worker import Simulate

if TYPE_CHECKING:
    from flowsim.store.results import Results

KEEP = ("people", "patients", "visits")
"""Tables a run may be asked to keep. The first is kept anyway, unless told otherwise."""

MOST = 100_000
"""The largest number of replications that is taken for a number of replications."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to run.

    Attributes:
        replications: How many, at least 1; None for the number the scenario asks for.
        precision: Stop when the headline measures are this precise; ``replications`` is then the most.
        jobs: Replications at once, at least 1; None for the cores of this machine, at most four.
        backend: ``serial``, ``loky`` or ``dask``; None for the best on this machine.
        address: The dask scheduler.
        root: The results folder; None for ``FLOWSIM_RESULTS`` or ``results``.
        keep: Tables to keep besides the usual ones; finished replications without them are done again.
        people: Keep the table that follows each patient, for comparisons person by person.
        force: Do every replication again.
        allow_overload: Run a system that cannot settle all the same; its results carry the warning.
        progress: How to tell what is going on.
        simulate: What works one replication out.
        overloads: What tells why a scenario cannot settle.

    Raises:
        InputError: A value is out of range, or a table to keep is not known.
    """

    replications: int | None = None
    precision: Precision | None = None
    jobs: int | None = None
    backend: str | None = None
    address: str = ""
    root: Path | None = None
    keep: tuple[str, ...] = ()
    people: bool = True
    force: bool = False
    allow_overload: bool = False
    progress: Progress = field(default_factory=Silent)
    simulate: Simulate = simulate_scenario
    overloads: Callable[[Any], list[Problem]] = overloads_of

    def __post_init__(self) -> None:
        problems = [_unknown_table(name) for name in self.keep if name not in KEEP]
        problems += unknown(self.backend)
        if self.replications is not None and not 1 <= self.replications <= MOST:
            problems.append(_out_of_range("replications", self.replications, MOST))
        if self.jobs is not None and not 1 <= self.jobs <= 1024:
            problems.append(_out_of_range("jobs", self.jobs, 1024))
        if self.precision is not None and not 0 < self.precision.target < 1:
            wanted = f"{self.precision.target:.0%}"
            problems.append(
                Problem(f"The precision cannot be {wanted}.", allowed="more than 0% and less than 100%")
            )
        if problems:
            raise InputError(problems)

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that a replication done now keeps besides the usual ones."""
        return tuple(dict.fromkeys((KEEP[0], *self.keep) if self.people else self.keep))


def _out_of_range(what: str, found: int, most: int) -> Problem:
    return Problem(f"The number of {what} cannot be {found}.", allowed=f"1 to {most:,}")


def _unknown_table(name: str) -> Problem:
    close = nearest(name, KEEP)
    hint = f"Did you mean {close[0]}?" if close else ""
    return Problem(f"There is no table called {name} to keep.", allowed=", ".join(KEEP), hint=hint)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a command came to for one scenario.

    Attributes:
        results: The finished run.
        fresh: Replications done now; 0 when all were there already.
        wall_seconds: Time it took now, seconds.
        cpu_seconds: CPU time it took now in all processes, seconds.
        peak_memory_mb: Largest memory of one process, megabytes.
        enough: With a precision asked for, the number of replications that reached it; None when
            it was not reached or not asked for.
        met: Whether the precision asked for was reached (true when none was asked for).
    """

    results: Results
    fresh: int = 0
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_mb: float = 0.0
    enough: int | None = None
    met: bool = True
