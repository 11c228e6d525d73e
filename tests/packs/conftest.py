"""A copy of the shipped scenarios to lay surge packs over."""

from __future__ import annotations

from pathlib import Path

import pytest

from overlays import copy_of_scenarios


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of Kent and Medway, in a copy of all scenarios."""
    return copy_of_scenarios(tmp_path_factory.mktemp("shipped"))
