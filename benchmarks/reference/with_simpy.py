"""The reference pathway in SimPy, as its manual teaches: a process a patient, ``with`` each request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import simpy

from benchmarks.reference.inputs import Inputs, Waits


def run(inputs: Inputs) -> Waits:
    """Return everybody's waits."""
    count = len(inputs.gaps)
    env = simpy.Environment()
    nurses = simpy.Resource(env, capacity=inputs.units[0])
    clinicians = simpy.PriorityResource(env, capacity=inputs.units[1])
    beds = simpy.Resource(env, capacity=inputs.units[2])
    assessment, treatment, stay = inputs.minutes
    for_nurse, for_clinician, for_bed = waits = [[0.0] * count for _ in range(3)]

    def patient(row: int) -> Iterator[Any]:
        asked = env.now
        with nurses.request() as request:
            yield request
            for_nurse[row] = env.now - asked
            yield env.timeout(assessment[row])
        asked = env.now
        with clinicians.request(priority=inputs.acuity[row]) as request:
            yield request
            for_clinician[row] = env.now - asked
            yield env.timeout(treatment[row])
        asked = env.now
        with beds.request() as request:
            yield request
            for_bed[row] = env.now - asked
            yield env.timeout(stay[row])

    def arrivals() -> Iterator[Any]:
        for row, gap in enumerate(inputs.gaps):
            yield env.timeout(gap)
            env.process(patient(row))

    env.process(arrivals())
    env.run()
    return waits
