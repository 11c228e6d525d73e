"""A copy of the shipped scenarios to lay levers over, and what the small system does without any."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowsim.tables import Replication
from overlays import FEW_DAYS, ONE_PLACE, Values, copy_of_scenarios, laid_over, run_of, values_of


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of Kent and Medway, in a copy of all scenarios."""
    return copy_of_scenarios(tmp_path_factory.mktemp("shipped"))


@pytest.fixture(scope="session")
def before(home: Path) -> Values:
    """Every measure of the small system without a lever."""
    return values_of(laid_over(home, f"only-{ONE_PLACE}"))


@pytest.fixture(scope="session")
def people_before(home: Path) -> Replication:
    """The tables of a few days of the small system without a lever."""
    return run_of(laid_over(home, f"only-{ONE_PLACE}", sets=FEW_DAYS))
