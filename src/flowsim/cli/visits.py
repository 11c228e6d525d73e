"""Every visit of one replication of a finished run, simulated again where the run kept none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowsim.cli.output import complain
from flowsim.errors import InputError, Problem

if TYPE_CHECKING:
    from flowsim.store.journal import Journal
    from flowsim.store.results import Results


def check_replication(results: Results, number: int) -> None:
    """Check that a run has a replication.

    Raises:
        InputError: It has fewer.
    """
    count = results.manifest.replications
    if number > count:
        message = f"{results.name} has no replication {number}."
        raise InputError([Problem(message, path="--replication", allowed=f"1 to {count}")])


def journal_of(results: Results, number: int, *, quiet: bool) -> Journal:
    """Read the visits of a replication; simulate it again first where they were not kept.

    Raises:
        InputError: They were not kept, and the run cannot be repeated exactly.
    """
    from flowsim.experiment.again import has_visits, see_visits
    from flowsim.store.journal import Journal

    if not has_visits(results, number):
        if not quiet:
            complain(f"{results.name}: simulating replication {number} again, to see every visit")
        see_visits(results, number)
    return Journal.read(results, number)
