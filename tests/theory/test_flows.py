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

REPLICATIONS = 12


def occupancy(scenario: Any, count: int = REPLICATIONS) -> dict[tuple[str, str], Any]:
    """Return the mean number of units in use in each replication, by pool; nobody may have waited."""
    found: dict[tuple[str, str], list[float]] = {}
    for number in range(1, count + 1):
        result = replicate(scenario, number)
        table = result.occupancy[round(result.warm_up / 60) :]
        assert not table[:, :, QUEUE].any(), "somebody waited: this is no test of an uncongested network"
        for i, pool in enumerate(result.pools):
            found.setdefault(pool, []).append(float(table[:, i, BUSY].mean(dtype=float)))
    return {pool: np.array(values) for pool, values in found.items()}


@pytest.mark.slow
def test_loads_are_what_a_network_without_waits_uses(tmp_path: Path) -> None:
    """Alternatives, moves between wards, patients who get worse and patients who come back: every pool."""
    scenario = written(ROOMY, tmp_path, time__warm_up="10 weeks", time__horizon="8 weeks")
    loads = analyse(scenario).loads
    seen = occupancy(scenario)
    checked = [covers(".".join(pool), load, seen[pool]) for pool, load in loads.items()]
    assert len(checked) >= 14
    wrong = [f"{each.what}: {each.expected} not in {each.low} to {each.high}" for each in checked]
    assert all(each.passed for each in checked), wrong
    assert max(each.high - each.low for each in checked) / 2 < 6.0
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


# -- what cannot settle --------------------------------------------------------------------------------


def test_a_system_with_room_is_not_complained_of(tmp_path: Path) -> None:
    assert overloads(written(ROOMY, tmp_path)) == []


def test_an_overloaded_service_is_named_with_its_load_and_its_lines(tmp_path: Path) -> None:
    """80 * 0.2 + 50 ... a ward of 5 beds is far too small, and the file says so in one line."""
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
