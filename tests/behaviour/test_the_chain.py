"""No pathway 1 start today, so a bed is held, so a patient boards, so a crew waits, so the next call waits.

One test follows the whole chain through time, and back: starts of community care are halved for four weeks
and then added back, on the same patients in four replications.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.model import replicate
from flowsim.scenario import Scenario
from flowsim.tables import Replication
from overlays import begins, daily_mean, daily_present, rows_of, week_by_week

ONE_HOSPITAL = Path(__file__).parents[2] / "scenarios" / "one-hospital.yaml"
REPLICATIONS = (1, 2, 3, 4)
WARM_UP_WEEKS, FIRST_WEEK, LAST_WEEK = 2, 3, 6
"""Starts are halved from the beginning of the one to the end of the other, counted with the warm-up."""
CHAIN = ("discharge-ready", "beds occupied", "boarding", "handover", "category 2 response")


def halved() -> dict[str, Any]:
    return {
        "services.community_care.starts_per_day": {"multiply": 0.5, "from": "2026-11-09", "to": "2026-12-06"}
    }


def links(result: Replication, scenario: Scenario) -> dict[str, Any]:
    """Return every link of the chain, day by day."""
    hub, community = rows_of(result, scenario, "discharge"), rows_of(result, scenario, "intermediate_care")
    second = result.patients["category"][result.visits["patient"]] == 2
    calls = rows_of(result, scenario, "ambulance") & second
    return {
        "discharge-ready": daily_present(result, hub, "arrived", "left")
        + daily_present(result, community, "arrived", "accepted"),
        "beds occupied": daily_present(result, rows_of(result, scenario, "ward"), "accepted", "left"),
        "boarding": daily_present(
            result, rows_of(result, scenario, "emergency_department", "admit"), "finished", "left"
        ),
        "handover": daily_mean(result, rows_of(result, scenario, "ambulance", "convey"), "finished", "left"),
        "category 2 response": daily_mean(result, calls, "arrived", "started"),
    }


@pytest.fixture(scope="module")
def difference() -> dict[str, Any]:
    """How much more of every link there is on each day, on average over the replications."""
    base = fs.load(
        ONE_HOSPITAL,
        sets=[
            f"time.warm_up={WARM_UP_WEEKS} weeks",
            "time.horizon=14 weeks",
            "services.community_care.starts_per_day=4",
            "services.community_care.places=100",
            "services.ward.beds=228",
        ],
    )
    plan = base.change(halved())
    total: dict[str, Any] = dict.fromkeys(CHAIN, 0.0)
    for number in REPLICATIONS:
        before, after = (links(replicate(each, number), each) for each in (base, plan))
        for name in CHAIN:
            total[name] = total[name] + (after[name] - before[name]) / len(REPLICATIONS)
    return total


def test_halving_starts_works_its_way_to_the_next_999_call_and_adding_them_back_undoes_it(
    difference: dict[str, Any],
) -> None:
    shock = FIRST_WEEK * 7
    weeks = {name: week_by_week(series) for name, series in difference.items()}
    for name, series in difference.items():
        assert (series[:shock] == 0.0).all(), f"{name} differs before anything has changed"
    # every link is raised, by an amount that matters
    tallest = {name: float(series.max()) for name, series in weeks.items()}
    assert tallest["discharge-ready"] > 20
    assert tallest["beds occupied"] > 8
    assert tallest["boarding"] > 5
    assert tallest["handover"] > 5
    assert tallest["category 2 response"] > 5
    # in order: first those who are ready and the beds they hold, then the department, then the road
    first = [begins(difference[name]) for name in CHAIN]
    assert first == sorted(first), dict(zip(CHAIN, first, strict=True))
    assert first[0] >= shock - 6  # a week that begins so early ends after the shock has begun
    assert first[2] >= first[0] + 3
    assert first[3] >= first[2] + 3
    # and back
    for name in CHAIN:
        after = float(weeks[name][-14:].mean())
        assert after < 0.35 * tallest[name], name
    assert float(weeks["discharge-ready"][-14:].mean()) < 0.1 * tallest["discharge-ready"]
    assert abs(float(weeks["handover"][-14:].mean())) < 0.05 * tallest["handover"]
    assert abs(float(weeks["category 2 response"][-14:].mean())) < 0.05 * tallest["category 2 response"]


def test_the_chain_is_felt_after_the_shock_is_over(difference: dict[str, Any]) -> None:
    """Crews go on waiting for as long as the backlog takes to clear, which is longer than the shock."""
    end = (LAST_WEEK + 1) * 7
    ready = difference["discharge-ready"]
    assert float(np.mean(ready[end : end + 7])) > 0.3 * float(np.max(ready))
