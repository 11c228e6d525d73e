"""The patients of the reference pathway: when they come, how urgent they are, how long it takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STAGES = ("assessment", "clinician", "bed")
CLASSES = 5
MINUTES_SPREAD = 0.6
"""Standard deviation of every time, as a share of its mean."""


@dataclass(frozen=True)
class Shape:
    """A size of the pathway.

    Attributes:
        every: mean minutes between arrivals.
        minutes: mean minutes of assessment, with a clinician, in a bed.
        units: nurses, clinicians, beds.
    """

    every: float
    minutes: tuple[float, float, float]
    units: tuple[int, int, int]

    @property
    def loads(self) -> list[float]:
        """Offered load of each stage: 1 is all that it can do."""
        return [m / self.every / n for m, n in zip(self.minutes, self.units, strict=True)]


SHAPES = {
    "clinic": Shape(1.0, (5.0, 15.0, 40.0), (6, 16, 43)),
    "system": Shape(0.83, (8.0, 30.0, 240.0), (11, 39, 310)),
    "overload": Shape(0.83, (8.0, 30.0, 240.0), (11, 30, 310)),
}
"""A small department; the emergency departments of a whole system, some 1,700 patients a day (as many as
Kent and Medway's six), nurses, clinicians and beds 88% to 93% in use; and the same with too few clinicians
(120% of what they can do), so that thousands queue."""


@dataclass(frozen=True)
class Inputs:
    """What every engine is given, as plain Python lists, which all of them read fastest.

    Attributes:
        gaps: minutes from one arrival to the next.
        arrivals: minute of each arrival: the gaps added up one by one, as a clock does.
        acuity: class of each patient, 0 first.
        minutes: for each stage, the length of each patient's care.
        units: nurses, clinicians, beds.
    """

    gaps: list[float]
    arrivals: list[float]
    acuity: list[int]
    minutes: list[list[float]]
    units: tuple[int, ...]


Waits = list[list[float]]
"""For each stage, the wait of each patient in minutes."""


def make(patients: int, shape: str = "system", seed: int = 2026) -> Inputs:
    """Return the inputs of so many patients."""
    rng = np.random.default_rng(seed)
    size = SHAPES[shape]
    gaps = rng.exponential(size.every, patients)
    minutes = [_care(rng, mean, patients) for mean in size.minutes]
    acuity = rng.choice(CLASSES, patients, p=[0.02, 0.13, 0.35, 0.35, 0.15])
    arrivals = np.cumsum(gaps)
    return Inputs(
        gaps.tolist(), arrivals.tolist(), acuity.tolist(), [m.tolist() for m in minutes], size.units
    )


def _care(rng: np.random.Generator, mean: float, patients: int) -> NDArray[np.float64]:
    """Return lognormal times."""
    square = np.log1p(MINUTES_SPREAD**2)
    return rng.lognormal(np.log(mean) - square / 2.0, np.sqrt(square), patients)
