"""Runs of the two hospitals that several tests look at, made once."""

from __future__ import annotations

import pytest

from flowsim.model import replicate
from flowsim.spec.scenario import Scenario
from flowsim.tables import Replication
from two_hospitals import RULES, action, two_hospitals

BEDS = action(
    '{level: 3, lead: 2 hours, at_least: 12 hours, change: {"services[kind=ward].beds": {add: 10}}}', "beds"
)
DIVERT = action(
    """{level: 3, divert: {eligible: {by: acuity, 2: 50%, otherwise: 100%}, uptake: 60%,
        routes: {north_ed: [{to: south_ed, travel: 40 min}], south_ed: [{to: north_ed, travel: 40 min}]}}}""",
    "elsewhere",
)


@pytest.fixture(scope="session")
def acting(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The two hospitals with beds to open and ambulances to divert."""
    return two_hospitals(tmp_path_factory.mktemp("acting"), RULES, BEDS, DIVERT)


@pytest.fixture(scope="session")
def acted(acting: Scenario) -> Replication:
    """A run of it, with the engine checked throughout."""
    return replicate(acting, 1, audit=True)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Replication:
    """A run of the two hospitals without escalation."""
    return replicate(two_hospitals(tmp_path_factory.mktemp("plain")), 1, audit=True)
