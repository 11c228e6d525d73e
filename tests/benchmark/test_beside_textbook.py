"""Is it still quick? Ratios of processor time within one run, which a busy machine disturbs alike.

The limits are generous: they catch a queue that is sorted again and again or an event too many for each
patient, not a few per cent. `python -m benchmarks` measures; these tests only keep watch.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.model import replicate
from flowsim.scenario import load

ROUNDS = 7


@pytest.fixture(scope="module")
def reference() -> Iterator[Any]:
    """The reference pathway of the benchmarks, which lie beside the tests."""
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(Path(__file__).resolve().parents[2]))
    from benchmarks.reference import inputs, with_flowsim, with_simpy

    yield inputs, with_flowsim, with_simpy
    patch.undo()


def seconds(work: Callable[[], Any]) -> float:
    """Return the processor seconds of some work."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def ratio(one: Callable[[], Any], other: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Return how many times as long the second takes as the first: the median of rounds in turn."""
    seconds(one), seconds(other)
    return statistics.median(seconds(other) / seconds(one) for _ in range(rounds))


@pytest.mark.parametrize("shape", ["clinic", "system"])
def test_three_times_as_fast_as_simpy_by_the_book(reference: Any, shape: str) -> None:
    """About four to five times on the machine of the published figures."""
    inputs, ours, theirs = reference
    patients = inputs.make(2_000, shape)
    assert ratio(lambda: ours.run(patients), lambda: theirs.run(patients)) >= 3.0


@pytest.mark.parametrize("shape", ["clinic", "system", "overload"])
def test_every_patient_waits_as_in_simpy_by_the_book(reference: Any, shape: str) -> None:
    inputs, ours, theirs = reference
    patients = inputs.make(1_500, shape)
    waits = np.array(ours.run(patients))
    np.testing.assert_allclose(waits, np.array(theirs.run(patients)), atol=1e-9)
    assert waits[1].max() > 1.0


def test_a_queue_of_thousands_costs_no_more_than_a_short_one(reference: Any) -> None:
    """The same patients with enough clinicians, and with so few that a thousand queue."""
    inputs, ours, _ = reference
    steady, overload = inputs.make(8_000, "system"), inputs.make(8_000, "overload")
    assert ratio(lambda: ours.run(steady), lambda: ours.run(overload), rounds=5) <= 1.8


def test_four_times_the_patients_cost_four_times_as_much(tmp_path: Path) -> None:
    """The whole model: a clinic with four times the patients and four times the staff."""
    path = tmp_path / "clinic.yaml"
    path.write_text(
        """
name: clinic
time: {start: 2026-11-02, warm_up: 0 days, horizon: 10 days, initial: empty}
services: {clinic: {kind: clinic, staff: 10, service: {mean: 20 min, sd: 12 min}}}
demand: {patients: {to: clinic, per_day: 600}}
pathways: {clinic: {otherwise: leave}}
""",
        encoding="utf-8",
    )
    one = load(path)
    four = one.change({"demand.patients.per_day": 2400, "services.clinic.staff": "40"})
    assert ratio(lambda: replicate(one, 1), lambda: replicate(four, 1), rounds=5) <= 4.0 * 1.5
