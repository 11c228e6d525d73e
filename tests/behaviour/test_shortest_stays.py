"""An alternative for short stays takes those who would have stayed least, the same people in every plan."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.model import replicate
from flowsim.scenario import Scenario
from flowsim.tables import BUSY, Replication
from short_stays import BY_AGE, OPTION, system
from systems import person_by_person, same_tables

SHORT = {"time__warm_up": "0 days", "time__horizon": "3 weeks", "time__initial": "empty"}


def at(result: Replication, service: str) -> Any:
    return result.visits["service"] == result.services.index(service)


def visitors(result: Replication, service: str) -> set[int]:
    """Return who was at a service, by identifier."""
    return set(result.patients["uid"][result.visits["patient"][at(result, service)]].tolist())


def stays(result: Replication) -> dict[int, float]:
    """Return everybody's stay in the ward, in minutes; those still there are left out."""
    rows = at(result, "ward") & np.isfinite(result.visits["finished"])
    uid = result.patients["uid"][result.visits["patient"][rows]].tolist()
    minutes = result.visits["finished"][rows] - result.visits["started"][rows]
    return dict(zip(uid, minutes.tolist(), strict=True))


def beds(scenario: Scenario, replications: int = 3) -> float:
    """Return the mean number of beds in use."""
    found = []
    for number in range(1, replications + 1):
        result = replicate(scenario, number)
        table = result.occupancy[round(result.warm_up / 60) :]
        found.append(table[:, result.pools.index(("ward", "beds")), BUSY].mean(dtype=float))
    return float(np.mean(found))


@pytest.fixture(scope="module")
def nobody(tmp_path_factory: pytest.TempPathFactory) -> Replication:
    """What happens when the unit takes nobody, so that everybody's stay is seen."""
    folder = tmp_path_factory.mktemp("nobody")
    return replicate(system(folder, uptake="0%", **SHORT), 1)


def taken(folder: Path, **settings: Any) -> set[int]:
    return visitors(replicate(system(folder, **settings, **SHORT), 1, audit=True), "sdec")


def test_they_are_those_who_would_have_stayed_least(tmp_path: Path, nobody: Replication) -> None:
    """Within each age, everybody below a certain stay and nobody above it."""
    would_stay = stays(nobody)
    age = dict(zip(nobody.patients["uid"].tolist(), nobody.patients["age"].tolist(), strict=True))
    gone = taken(tmp_path, eligible="100%", uptake="100%", shortest_stays=BY_AGE)
    for band, share in ((1, 0.5), (3, 0.3)):
        group = {uid: minutes for uid, minutes in would_stay.items() if age[uid] == band}
        inside = [minutes for uid, minutes in group.items() if uid in gone]
        outside = [minutes for uid, minutes in group.items() if uid not in gone]
        assert max(inside) < min(outside)
        everybody = [uid for uid in visitors(nobody, "ward") if age[uid] == band]
        assert sum(uid in gone for uid in everybody) / len(everybody) == pytest.approx(share, abs=0.05)


def test_more_of_the_shortest_are_more_people_and_never_others(tmp_path: Path) -> None:
    groups = [taken(tmp_path, shortest_stays=f"{share}%") for share in (0, 20, 50, 80, 100)]
    assert groups[0] == set()
    assert all(few < many for few, many in pairwise(groups))


@pytest.mark.parametrize("table", ["100%", {"by": "acuity", "3": "100%", "otherwise": "100%"}])
def test_all_stays_are_the_same_as_no_setting(tmp_path: Path, table: Any) -> None:
    plain = replicate(system(tmp_path, **SHORT), 1)
    same_tables(plain, replicate(system(tmp_path, shortest_stays=table, **SHORT), 1))


def test_nobody_else_feels_it(tmp_path: Path) -> None:
    """Who is not among those newly taken lives as before, to the last bit."""
    before = replicate(system(tmp_path, shortest_stays="30%", **SHORT), 1)
    after = replicate(system(tmp_path, shortest_stays="60%", **SHORT), 1)
    old, new = person_by_person(before), person_by_person(after)
    changed = {uid for uid in old if old[uid] != new[uid]}
    assert changed == visitors(after, "sdec") - visitors(before, "sdec")
    assert len(changed) > 30


def test_whoever_is_converted_stays_as_briefly_as_an_admission_would_have(
    tmp_path: Path, nobody: Replication
) -> None:
    """The unit changes where the stay begins and not how long it is."""
    result = replicate(system(tmp_path, shortest_stays="50%", services__sdec__convert="100%", **SHORT), 1)
    usual, found = stays(nobody), stays(result)
    both = usual.keys() & found.keys() & visitors(result, "sdec")
    assert len(both) > 100
    assert [found[uid] for uid in both] == pytest.approx([usual[uid] for uid in both])


def test_a_place_for_short_stays_relieves_few_beds(tmp_path: Path) -> None:
    """As many patients a day, and less than a quarter of the beds: the point of the setting."""
    time = {"time__warm_up": "4 weeks", "time__horizon": "12 weeks"}
    full = beds(system(tmp_path, uptake="0%", **time))
    anybody = full - beds(system(tmp_path, eligible="100%", uptake="30%", **time))
    short = full - beds(system(tmp_path, eligible="100%", uptake="100%", shortest_stays="30%", **time))
    assert anybody == pytest.approx(0.3 * full, rel=0.15)
    assert 0.0 < short < 0.25 * anybody


def test_whoever_needs_no_admission_has_no_stay_to_shorten(tmp_path: Path) -> None:
    """At the front door the unit may take them whatever their luck; of the others only the shortest."""
    door = {"alternatives": {"department.front_door": [{"to": "sdec", "shortest_stays": "30%"}]}}
    scenario = system(tmp_path, uptake="0%", **SHORT).change(door)
    result = replicate(scenario, 1)
    seen = visitors(result, "department")
    share = len(visitors(result, "sdec")) / len(seen)
    assert share == pytest.approx(0.4 + 0.6 * 0.3, abs=0.03)
    assert len(visitors(result, "ward")) / len(seen) == pytest.approx(0.6 * 0.7, abs=0.03)


def test_a_lever_that_widens_by_copying_keeps_whom_it_had(tmp_path: Path) -> None:
    base = system(tmp_path, shortest_stays="30%", **SHORT)
    before = replicate(base, 1)
    after = replicate(base.change({OPTION: {"copy": {"uptake": "90%", "shortest_stays": "50%"}}}), 1)
    assert visitors(before, "sdec") < visitors(after, "sdec")
