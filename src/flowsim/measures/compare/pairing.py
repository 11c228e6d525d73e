"""Whether runs can be compared pair by pair, and if not, the command that would make it so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote
from typing import TYPE_CHECKING

from flowsim.errors import InputError, Problem
from flowsim.units import format_duration

if TYPE_CHECKING:
    from flowsim.measures.compare.comparison import Run

IN_COMMON = 0.5
"""Two runs are of one system if they share at least this much of the smaller one's services."""


def check(base: Run, others: Sequence[Run], replications: int | None = None) -> int:
    """Return how many replications the runs have in common.

    Args:
        base: the run the others are compared with.
        others: the other runs.
        replications: how many are wanted; None for all, which must then be the same number in each run.

    Raises:
        InputError: They cannot be paired: other seed, start, horizon, version of flowsim or system, or
            replications are missing. Every reason, each with the command that mends it.
    """
    problems = [problem for other in others for problem in _reasons(base, other)]
    problems += _missing([base, *others], replications)
    if problems:
        raise InputError(problems)
    return replications or len(base.replications)


def _reasons(base: Run, other: Run) -> Iterator[Problem]:
    """Yield why two runs have not the same patients; one reason may follow from another, so one is enough."""
    found = _other_code(base, other) or _other_system(base, other)
    if found is not None:
        yield found
        return
    yield from _other_patients(base, other)


def _other_code(base: Run, other: Run) -> Problem | None:
    a, b = base.manifest, other.manifest
    if (a.flowsim, a.code) == (b.flowsim, b.code):
        return None
    apart = f"flowsim {a.flowsim} and flowsim {b.flowsim}"
    versions = apart if a.flowsim != b.flowsim else f"two states of the code of flowsim {a.flowsim}"
    message = (
        f"{base.name} and {other.name} were run with {versions}, so they do not differ by their plans alone."
    )
    hint = f"Run both again: flowsim run {_source(base)} {_source(other)}"
    return Problem(message, file=str(other.path), hint=hint)


def _other_system(base: Run, other: Run) -> Problem | None:
    mine, theirs = _services(base), _services(other)
    common = len(mine & theirs)
    if common >= IN_COMMON * min(len(mine), len(theirs)):
        return None
    message = (
        f"{base.name} and {other.name} are different systems: {common} of {len(mine)} services are in both."
    )
    hint = (
        f"Compare plans that extend the same baseline: write `extends: {_source(base)}` in the plan's file."
    )
    return Problem(message, file=str(other.path), hint=hint)


def _services(run: Run) -> set[str]:
    return {group for _, level, group in run.cells if level == "service"}


def _other_patients(base: Run, other: Run) -> Iterator[Problem]:
    a, b = base.manifest, other.manifest
    if a.seed != b.seed:
        message = f"{base.name} has seed {a.seed} and {other.name} has seed {b.seed}: other patients."
        yield _mended(other, message, f"seed={a.seed}")
    if a.start != b.start:
        message = f"{base.name} starts on {a.start} and {other.name} on {b.start}."
        yield _mended(other, message, f"time.start={a.start}")
    if a.horizon_minutes != b.horizon_minutes:
        long, short = (format_duration(each.horizon_minutes) for each in (a, b))
        message = f"{base.name} covers {long} and {other.name} {short}."
        yield _mended(other, message, f"time.horizon={long}")


def _missing(runs: Sequence[Run], wanted: int | None) -> Iterator[Problem]:
    counts = [len(run.replications) for run in runs]
    most = wanted or max(counts)
    for run, count in zip(runs, counts, strict=True):
        if count < most:
            message = f"{run.name} has {count} of the {most} replications to compare."
            less = "" if wanted else f", or compare the first {min(counts)} of each with -n {min(counts)}"
            yield Problem(message, file=str(run.path), hint=f"flowsim run {_source(run)} -n {most}{less}")


def _mended(run: Run, message: str, setting: str) -> Problem:
    return Problem(message, file=str(run.path), hint=f"flowsim run {_source(run)} --set {quote(setting)}")


def _source(run: Run) -> str:
    """Return the file that the run was made from, as it would be typed."""
    return quote(run.manifest.sources[0] if run.manifest.sources else f"{run.name}.yaml")
