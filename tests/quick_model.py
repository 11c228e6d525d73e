"""A model that takes no time, for real scenarios: numbers that depend on scenario and replication alone.

For testing how studies are run, kept and resumed; it is importable, so that worker processes find it.
"""

import hashlib
from typing import Any

import numpy as np

from flowsim.experiment.worker import Simulated

MEASURED = ("wait_mean", "time_total", "within_4_hours", "handover_mean")


def simulate(scenario: Any, number: int, keep: tuple[str, ...]) -> Simulated:
    """Return made-up values of a few measures for the whole system."""
    seed = int(hashlib.sha256(f"{scenario.digest}{scenario.seed}{number}".encode()).hexdigest()[:8], 16)
    values = 30.0 + np.random.default_rng(seed).standard_normal(len(MEASURED))
    count = len(MEASURED)
    table: dict[str, Any] = {"measure": list(MEASURED), "level": ["system"] * count, "group": [""] * count}
    return Simulated(
        tables={"measures": table | {"value": values}, **{name: {"uid": np.arange(2)} for name in keep}},
        patients=100,
        state_changes=1000,
        headline={"within_4_hours": float(values[2])},
    )
