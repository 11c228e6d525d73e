"""Is the load check right? Little's law through the network, against a network in which nobody waits."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.flows import analyse
from flowsim.model import replicate
from flowsim.stability import overloads
from flowsim.tables import BUSY, QUEUE
from flowsim.units import UNLIMITED
from flowsim.verify.case import covers
from systems import ROOMY, written

REPLICATIONS = 10
STARTS = ("home_care", "starts")
"""Its load is starts a day, to compare with the starts there are; a start used is in use until midnight."""
DOORS = (("department", "assessors"), ("department", "offload_bays"))
"""The route decides who is expected at which door; of those whom another service sent on later, and no crew
brought, some come by the other one."""


def occupancy(scenario: Any) -> dict[tuple[str, str], Any]:
    """Return the mean number of units in use in each replication, by pool; nobody may have waited."""
    found: dict[tuple[str, str], list[float]] = {}
    for number in range(1, REPLICATIONS + 1):
        result = replicate(scenario, number)
        table = result.occupancy[round(result.warm_up / 60) :]
        assert not table[:, :, QUEUE].any(), "somebody waited: this is no test of an uncongested network"
        for i, pool in enumerate(result.pools):
            found.setdefault(pool, []).append(float(table[:, i, BUSY].mean(dtype=float)))
    return {pool: np.array(values) for pool, values in found.items()}


@pytest.mark.slow
def test_loads_are_what_a_network_without_waits_uses(tmp_path: Path) -> None:
    """Alternatives, moves between wards, patients who get worse and patients who come back: every pool.

    Handover takes no time here, because the load of crews leaves out all time at the door.
    """
    changes = {"services__department__handover": "0 min", "services__department__offload_bays": 0}
    times = {"time__warm_up": "8 weeks", "time__horizon": "8 weeks"}
    scenario = written(ROOMY, tmp_path, **changes, **times)
    loads = analyse(scenario).loads
    seen = occupancy(scenario)
    exact = {pool: load for pool, load in loads.items() if pool not in (STARTS, *DOORS)}
    assert len(exact) >= 10
    checked = [covers(".".join(pool), load, seen[pool]) for pool, load in exact.items()]
    wrong = [f"{each.what}: {each.expected} not in {each.low} to {each.high}" for each in checked]
    assert all(each.passed for each in checked), wrong
    assert all(each.high - each.low < 0.25 * each.expected for each in checked), "too wide to tell anything"
    assert seen[DOORS[0]].mean() == pytest.approx(loads[DOORS[0]], rel=0.04)
    idle = [pool for pool in seen if pool not in loads and seen[pool].any()]
    assert not idle, f"in use, but with no expected load: {idle}"


@pytest.mark.parametrize("loop", [0.0, 0.5, 0.9])
def test_a_loop_adds_up_to_the_geometric_series(tmp_path: Path, loop: float) -> None:
    text = f"""
name: loop
time: {{start: 2026-11-02, warm_up: 0 days, horizon: 28 days, initial: empty}}
services: {{clinic: {{kind: clinic, staff: 900, service: 60 min, referred: {100 * loop}%}}}}
demand: {{patients: {{to: clinic, per_day: 24}}}}
pathways: {{clinic: {{referred: clinic, otherwise: leave}}}}
"""
    found = analyse(written(text, tmp_path))
    assert found.arrivals["clinic"] == pytest.approx(24 / (1 - loop), rel=0.002)
    assert found.loads["clinic", "staff"] == pytest.approx(1 / (1 - loop), rel=0.002)


def test_patients_who_come_back_are_counted_again(tmp_path: Path) -> None:
    text = """
name: back
time: {start: 2026-11-02, warm_up: 0 days, horizon: 28 days, initial: empty}
services:
  ward:
    kind: ward
    beds: 100
    stay: 2 days
    comes_back: {share: 25%, after: 3 days, to: ward}
demand: {patients: {to: ward, per_day: 6}}
pathways: {ward: {otherwise: leave}}
"""
    assert analyse(written(text, tmp_path)).loads["ward", "beds"] == pytest.approx(16.0, rel=1e-3)


def test_an_alternative_takes_its_share_and_its_hours(tmp_path: Path) -> None:
    """Half are eligible, half of those use it, in a third of the hours: 1 in 12."""
    text = """
name: option
time: {start: 2026-11-02, warm_up: 0 days, horizon: 28 days, initial: empty}
services:
  front: {kind: clinic, staff: 9, service: 10 min, referred: 100%}
  other: {kind: clinic, staff: 9, service: 60 min}
  usual: {kind: clinic, staff: 9, service: 60 min}
demand: {patients: {to: front, per_day: 24}}
alternatives: {front.outcome: [{to: other, eligible: 50%, uptake: 50%, hours: "08:00-16:00"}]}
pathways: {front: {referred: usual, otherwise: leave}, other: {otherwise: leave}, usual: {otherwise: leave}}
"""
    loads = analyse(written(text, tmp_path)).loads
    assert loads["other", "staff"] == pytest.approx(1 / 12)
    assert loads["usual", "staff"] == pytest.approx(11 / 12)


@pytest.mark.parametrize("rounds", ["[]", '["09:00", "14:00"]'])
def test_a_review_can_replace_the_tail_only_of_stays_that_have_one(tmp_path: Path, rounds: str) -> None:
    """A stay shorter than the tail is never reviewed; at a round, what is left is less than the tail."""
    text = f"""
name: review
time: {{start: 2026-11-02, warm_up: 6 weeks, horizon: 8 weeks, initial: empty}}
services:
  ward:
    {{kind: ward, beds: 900, stay: {{mean: 4 days, sd: 3 days}}, step_down_tail: 2 days, rounds: {rounds}}}
  virtual_ward: {{kind: virtual_ward, places: 900, stay: 7 days}}
demand: {{patients: {{to: ward, per_day: 40}}}}
alternatives: {{ward.review: [{{to: virtual_ward, eligible: 50%}}]}}
pathways: {{ward: {{otherwise: leave}}, virtual_ward: {{otherwise: leave}}}}
"""
    scenario = written(text, tmp_path)
    loads, seen = analyse(scenario).loads, occupancy(scenario)
    for pool in (("ward", "beds"), ("virtual_ward", "places")):
        assert covers(".".join(pool), loads[pool], seen[pool], 0.05).passed, (pool, loads[pool], seen[pool])


# -- what cannot settle --------------------------------------------------------------------------------


def test_a_system_with_room_is_not_complained_of(tmp_path: Path) -> None:
    assert overloads(written(ROOMY, tmp_path)) == []


def test_an_overloaded_service_is_named_with_its_load_and_its_lines(tmp_path: Path) -> None:
    """A ward of 5 beds is far too small, and one line of the file says so."""
    text = ROOMY.replace("    beds: 600\n", "    beds: 5\n")
    scenario = written(text, tmp_path)
    line = text.splitlines().index("    beds: 5") + 1
    (problem,) = overloads(scenario)
    needed = analyse(scenario).loads["ward", "beds"]
    assert f"ward needs {needed:.1f} beds" in problem.message
    assert f"has 5 ({needed / 5:.0%})" in problem.message
    assert problem.path == "services.ward"
    assert f"system.yaml:{line} sets services.ward.beds to 5" in problem.allowed
    assert "--allow-overload" in problem.hint


def test_the_line_to_blame_says_what_the_parent_had(tmp_path: Path) -> None:
    written(ROOMY, tmp_path)
    change = "extends: system.yaml\nname: fewer\nchange:\n  services.ward.beds: 5\n"
    (tmp_path / "fewer.yaml").write_text(change, encoding="utf-8")
    from flowsim.scenario import load

    (problem,) = overloads(load(tmp_path / "fewer.yaml"))
    assert "fewer.yaml:4 sets services.ward.beds to 5 (" in problem.allowed
    assert "had 600)" in problem.allowed


def test_the_fullest_comes_first(tmp_path: Path) -> None:
    scenario = written(ROOMY, tmp_path, services__ward__beds=5, services__home_care__places=20)
    problems = overloads(scenario)
    assert [problem.path for problem in problems] == ["services.ward", "services.home_care"]


def test_what_turns_patients_away_cannot_be_overloaded(tmp_path: Path) -> None:
    scenario = written(ROOMY, tmp_path, services__ward__beds=5, services__ward__waiting_places=3)
    assert overloads(scenario) == []


def test_unlimited_is_never_overloaded(tmp_path: Path) -> None:
    scenario = written(ROOMY, tmp_path, services__ward__beds="unlimited")
    assert scenario.services["ward"].beds == UNLIMITED  # type: ignore[attr-defined]
    assert overloads(scenario) == []
