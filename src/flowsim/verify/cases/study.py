"""V20, V25 and V26: is the same run the same run, are the intervals honest, and would mistakes be noticed?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from flowsim.measures.estimates import estimate
from flowsim.model import replicate
from flowsim.tables import Replication
from flowsim.verify.case import Case, Check, Luck, case, equal, none_of, true
from flowsim.verify.chains import birth_and_death
from flowsim.verify.files import queue
from flowsim.verify.mutants import MUTANTS, StaleError, autopsy
from flowsim.verify.seen import daily

SHORT = {"time.horizon": "3 days", "time.warm_up": "1 day"}


def fingerprint(result: Replication) -> str:
    """Return a hash of every bit of a replication's tables."""
    total = hashlib.sha256()
    for table in (result.patients, result.visits):
        for name, values in table.items():
            total.update(name.encode())
            total.update(np.ascontiguousarray(values).tobytes())
    total.update(result.occupancy.tobytes())
    return total.hexdigest()


@case("V20", "The same results in any order, in any process", "identity")
def reproducibility(luck: Luck) -> Iterable[Check]:
    """Replications forwards, backwards and again; in the full suite also in one process and in several."""
    scenario = queue("blocking_chain", luck.seed, SHORT)
    numbers = (1, 2, 3, 4)
    forwards = {number: fingerprint(replicate(scenario, number)) for number in numbers}
    backwards = {number: fingerprint(replicate(scenario, number)) for number in reversed(numbers)}
    differ = sum(forwards[number] != backwards[number] for number in numbers)
    yield none_of("replications that differ when done backwards", differ)
    yield equal("different replications", float(len(numbers)), float(len(set(forwards.values()))))
    if luck.full:
        digests = {_digest(scenario, jobs) for jobs in (1, luck.jobs)}
        yield equal(f"digests of 1 and of {luck.jobs} processes", 1.0, float(len(digests)))


def _digest(scenario: Any, jobs: int) -> str:
    """Return the digest of a run's measures."""
    from flowsim.experiment.run import run

    with TemporaryDirectory() as folder:
        return str(run(scenario, 6, jobs=jobs, root=Path(folder)).digest)


@case("V25", "Intervals of 95% hold the truth 95 times in 100", "Kolmogorov equations", only_full=True)
def coverage(luck: Luck) -> Iterable[Check]:
    """500 small studies of ten replications of thirty days each; how many of their intervals are right?"""
    studies, replications, days = 500 * luck.effort, 10, 30
    changes = {"demand.patients.profile": "00:00-01:00", "demand.patients.per_day": 36}
    changes |= {"time.horizon": f"{studies * days} days"}
    scenario = queue("mm1", luck.seed, changes)
    chain = birth_and_death(lambda _: 0.6, lambda _: 1.0, 120)
    truth = chain.mean(float, chain.after(30.0))
    numbers = np.stack([daily(replicate(scenario, n + 1), "clinic", 30.0) for n in range(replications)])
    means = numbers.reshape(replications, studies, days).mean(axis=2)
    found = [estimate(("patients", "system", ""), means[:, i]) for i in range(studies)]
    right = sum(each.low <= truth <= each.high for each in found)
    yield _about_95_in_100(right, studies)


def _about_95_in_100(right: int, studies: int) -> Check:
    """Check that 93 to 97 intervals in 100 are right; honest ones of 500 fall outside once in 25 times."""
    from scipy.special import bdtr

    low, high, share = 0.93, 0.97, right / studies
    by_chance = 1.0 - float(bdtr(high * studies, studies, 0.95) - bdtr(low * studies - 1, studies, 0.95))
    rule, passed = f"{low} to {high}", low <= share <= high
    return Check("share of intervals that hold it", 0.95, share, low, high, rule, passed, by_chance)


@case("V26", "Mistakes made on purpose", "each must be noticed", only_full=True)
def mutation(luck: Luck) -> Iterable[Check]:
    """The code is broken in one place at a time; a case of this suite must then fail."""
    for mutant in MUTANTS:
        try:
            found = autopsy(mutant, luck)
        except StaleError as stale:
            yield true(str(stale), holds=False)
        else:
            yield true(f"{mutant.mistake}: noticed by {found.noticed_by or 'nobody'}", found.killed)


CASES: tuple[Case, ...] = (reproducibility, coverage, mutation)
