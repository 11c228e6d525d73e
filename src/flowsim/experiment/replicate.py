"""From a scenario and a replication number to the tables that are kept."""

from __future__ import annotations

from typing import Any

from flowsim.experiment.worker import Simulated


def simulate_scenario(scenario: Any, number: int, keep: tuple[str, ...]) -> Simulated:
    """Simulate one replication and measure it.

    Args:
        scenario: The frozen scenario.
        number: The replication, from 1.
        keep: ``patients`` and ``visits`` to keep those tables.
    """
    from flowsim.model import replicate

    raise NotImplementedError((replicate, scenario, number, keep))
