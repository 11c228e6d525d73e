"""The reference pathway in flowsim's own kernel, written as a service is written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np

from benchmarks.reference.inputs import CLASSES, Inputs, Waits
from flowsim.kernel import Kernel, Patient, Pool
from flowsim.sampling.blocks import Block


def run(inputs: Inputs) -> Waits:
    """Return everybody's waits."""
    count = len(inputs.arrivals)
    kernel = Kernel()
    env = kernel.env
    nurses = Pool(kernel, ("reference", "nurses"), inputs.units[0])
    clinicians = Pool(kernel, ("reference", "clinicians"), inputs.units[1], classes=CLASSES)
    beds = Pool(kernel, ("reference", "beds"), inputs.units[2])
    assessment, treatment, stay = inputs.minutes
    acuity = inputs.acuity
    for_nurse, for_clinician, for_bed = waits = [[0.0] * count for _ in range(3)]

    def care(patient: Patient) -> Iterator[Any]:
        row = patient.row
        asked = env._now
        yield nurses.seize(patient)
        for_nurse[row] = env._now - asked
        yield assessment[row]
        nurses.release()
        asked = env._now
        yield clinicians.seize(patient, acuity[row])
        for_clinician[row] = env._now - asked
        yield treatment[row]
        clinicians.release()
        asked = env._now
        yield beds.seize(patient)
        for_bed[row] = env._now - asked
        yield stay[row]
        beds.release()

    def arrive(block: Block, row: int) -> tuple[Patient, Any]:
        patient = Patient(block, row)
        return patient, care(patient)

    everybody = Block(
        "reference", 0, "", uid=np.arange(count, dtype=np.uint64), times=np.zeros(count), attrs={}
    )
    kernel.feed(zip(inputs.arrivals, repeat(everybody), range(count), strict=False), arrive)
    env.run()
    return waits
