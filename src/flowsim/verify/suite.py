"""The suite: every case, and how they are run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from flowsim.errors import InputError, Problem, nearest
from flowsim.verify.case import Case, Check, Luck, Verdict
from flowsim.verify.cases import blocking, laws, sampling, start, steady, study, traces, transient

MODULES = (steady, transient, blocking, traces, sampling, laws, start, study)


def _number(case: Case) -> int:
    return int(case.id.removeprefix("V"))


CASES: tuple[Case, ...] = tuple(sorted((case for each in MODULES for case in each.CASES), key=_number))
"""Every case, in the order of their numbers."""


def find(id: str) -> Case:
    """Return a case by its id, such as V7.

    Raises:
        InputError: There is none.
    """
    for case in CASES:
        if case.id == id.strip().upper():
            return case
    close = nearest(id, [case.id for case in CASES], 3)
    hint = f"Did you mean {' or '.join(close)}?" if close else ""
    allowed = f"{CASES[0].id} to {CASES[-1].id}"
    raise InputError([Problem(f"There is no case {id}.", allowed=allowed, hint=hint)])


def chosen(only: Sequence[str] = (), *, full: bool = False) -> list[Case]:
    """Return the cases to run: those named, or all; the long ones only if named or in the full suite.

    Raises:
        InputError: There is no case of a name.
    """
    if only:
        wanted = [find(id) for id in only]
        return [case for case in CASES if case in wanted]
    return [case for case in CASES if full or not case.only_full]


def run_suite(
    only: Sequence[str] = (),
    *,
    full: bool = False,
    seed: int = 2026,
    jobs: int = 4,
    tell: Callable[[Verdict], None] = lambda _: None,
) -> list[Verdict]:
    """Run cases and return what came of each.

    Args:
        only: ids of cases; none: the whole suite.
        full: four times the replications, and the cases that take minutes.
        seed: root of all random numbers.
        jobs: most processes at once, for the one case that needs several.
        tell: called with each verdict as it comes.

    Raises:
        InputError: There is no case of a name.
    """
    verdicts = []
    for case in chosen(only, full=full):
        verdict = run_case(case, Luck(seed, full, jobs))
        tell(verdict)
        verdicts.append(verdict)
    return verdicts


def run_case(case: Case, luck: Luck) -> Verdict:
    """Run a case; if all it misses are figures left to chance, look again with other luck, and more of it.

    Of the hundreds of figures of a run, one in a thousand misses its interval by chance, so that one miss
    says little. Two of the same figure do: a figure is wrong if it is missed in both attempts. A correct
    engine then fails a whole run less than once in a thousand, and a wrong one hardly ever passes, as the
    second attempt has the narrower intervals.
    """
    first = attempt(case, luck)
    missed = tuple(check for check in first.checks if not check.passed)
    if first.error or not missed or not all(check.false_alarm for check in missed):
        return first
    second = attempt(case, luck.again())
    return replace(second, cpu_seconds=first.cpu_seconds + second.cpu_seconds, doubted=missed)


def attempt(case: Case, luck: Luck) -> Verdict:
    """Run a case once."""
    began = time.process_time()
    checks: list[Check] = []
    error = ""
    try:
        checks.extend(case.run(luck))
    except Exception as problem:  # a case that cannot be finished is one that failed
        error = f"{type(problem).__name__}: {problem}"
    return Verdict(case, tuple(checks), time.process_time() - began, error)
