"""Luck belongs to the patient: what a change may touch, and what it may not, person by person.

Where nobody ever waits (`systems.ROOMY`) no patient can feel another, so that whatever is changed
elsewhere, everybody's visits must stay as they are, to the last bit. Where there are queues, the laws are
weaker, and are stated for just what they cover.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.model import replicate
from flowsim.tables import Replication
from systems import ROOMY, person_by_person, same_tables, written

FULL_WARD = """
name: full-ward
time: {start: 2026-11-02, warm_up: 0 days, horizon: 12 weeks, initial: empty}
casemix:
  usual: {age: {18-64: 50%, 75-84: rest}, pathway: {0: 60%, 1: rest}}
services:
  front_door: {kind: clinic, staff: unlimited, service: {mean: 3 hours, sd: 2 hours}, referred: 70%}
  ward:
    kind: ward
    beds: 24
    stay: {by: age, 18-64: {mean: 2 days, sd: 3 days}, otherwise: {mean: 4 days, sd: 4 days}}
    turnaround: 1 hour
  transfer_of_care: {kind: discharge, preparation: {mean: 5 hours, sd: 4 hours}}
  home_care: {kind: intermediate_care, places: unlimited, stay: {mean: 12 days, sd: 9 days}}
demand: {patients: {to: front_door, per_day: 10, casemix: usual}}
pathways:
  front_door: {referred: ward, otherwise: leave}
  ward: {ready: transfer_of_care, otherwise: leave}
  transfer_of_care: {pathway_1: home_care, otherwise: leave}
  home_care: {otherwise: leave}
"""
"""One ward that is full at times, and no other limit before it or behind it."""


@pytest.fixture(scope="module")
def roomy(tmp_path_factory: pytest.TempPathFactory) -> Replication:
    """One replication of the town in which there is always room."""
    return replicate(written(ROOMY, tmp_path_factory.mktemp("roomy")), 1)


def assert_untouched(before: Replication, after: Replication, until: float | None = None) -> None:
    """Assert that everybody of the first run is in the second, with the same life up to a minute."""
    old, new = person_by_person(before), person_by_person(after)
    assert old.keys() <= new.keys()
    for uid, life in old.items():
        assert _until(life, until) == _until(new[uid], until), f"patient {uid} is not as before"


def _until(life: tuple[Any, ...], minute: float | None) -> tuple[Any, ...]:
    """Return a life with everything after a minute left out: visits begun later, and times reached later."""
    if minute is None:
        return life
    who, *visits = life
    began, clocks = 3, slice(4, 10)
    kept = [v[:began] + tuple(t if t < minute else -1.0 for t in v[clocks]) for v in visits]
    return (who, *(v for v in kept if max(v[began:]) >= 0.0))


# -- nothing changes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"services__ward__beds": 600},
        {"demand__calls__per_day": fs.multiply(1)},
        {"services__ward__label": "The ward"},
    ],
)
def test_a_null_change_gives_the_same_tables_to_the_last_bit(
    roomy: Replication, tmp_path: Path, changes: dict[str, Any]
) -> None:
    assert same_tables(roomy, replicate(written(ROOMY, tmp_path, **changes), 1))


def test_an_unused_service_disturbs_nobody(roomy: Replication, tmp_path: Path) -> None:
    unused = {"kind": "clinic", "staff": 3, "service": {"mean": "9 min", "sd": "5 min"}}
    settings = {"services__extra": unused, "pathways__extra": {"otherwise": "leave"}}
    changed = replicate(written(ROOMY, tmp_path, **settings), 1)
    assert_untouched(roomy, changed)
    assert len(changed.visits["patient"]) == len(roomy.visits["patient"])


def test_other_luck_is_other_luck(roomy: Replication, tmp_path: Path) -> None:
    """The tests of this file would mean little if everything were always the same."""
    scenario = written(ROOMY, tmp_path)
    assert not same_tables(roomy, replicate(scenario, 2))
    assert not same_tables(roomy, replicate(scenario.change({"seed": 7}), 1))


# -- more people -----------------------------------------------------------------------------------------


def test_a_tenth_more_demand_leaves_everybody_as_they_were(roomy: Replication, tmp_path: Path) -> None:
    """Same people, times, attributes and, where nobody waits, the same visits minute by minute."""
    scenario = written(ROOMY, tmp_path)
    more = replicate(scenario.change({"demand.*.per_day": fs.multiply(1.1)}), 1)
    assert_untouched(roomy, more)
    added = len(more.patients["uid"]) / len(roomy.patients["uid"]) - 1
    assert 0.06 < added < 0.14


def test_another_stream_of_patients_disturbs_nobody(roomy: Replication, tmp_path: Path) -> None:
    stream = {"to": "department", "per_day": 40, "casemix": "usual", "route": "nhs_111"}
    more = replicate(written(ROOMY, tmp_path, demand__sent_by_111=stream), 1)
    assert_untouched(roomy, more)
    assert len(more.patients["uid"]) > len(roomy.patients["uid"]) + 400


def test_a_longer_horizon_keeps_everybody(roomy: Replication, tmp_path: Path) -> None:
    longer = replicate(written(ROOMY, tmp_path, time__horizon="5 weeks"), 1)
    assert_untouched(roomy, longer, until=roomy.end)


def test_a_longer_warm_up_keeps_everybody(roomy: Replication, tmp_path: Path) -> None:
    """The calendar then starts earlier; the same people still come on the same dates."""
    longer = replicate(written(ROOMY, tmp_path, time__warm_up="3 weeks"), 1)
    shift = longer.warm_up - roomy.warm_up
    dates = dict(zip(longer.patients["uid"].tolist(), longer.patients["arrived"].tolist(), strict=True))
    for uid, arrived in zip(roomy.patients["uid"].tolist(), roomy.patients["arrived"].tolist(), strict=True):
        assert dates[uid] - shift == pytest.approx(arrived, abs=1e-6)


# -- other times and policies ----------------------------------------------------------------------------


def test_longer_stays_move_everybody_the_same_way(roomy: Replication, tmp_path: Path) -> None:
    """Quantile for quantile: a factor on stays is that factor for each patient, whoever moves on or not."""
    longer = replicate(written(ROOMY, tmp_path, services__assessment_ward__stay_factor="1.5"), 1)
    before, after = (clinical_stays(result) for result in (roomy, longer))
    both = before.keys() & after.keys()
    assert len(both) > 150
    for uid in both:
        assert after[uid] == pytest.approx(1.5 * before[uid], rel=1e-9)


def clinical_stays(result: Replication) -> dict[int, float]:
    """Return the clinical stay, over both wards, of those who had one spell that is over."""
    visits = result.visits
    wards = [result.services.index(name) for name in ("assessment_ward", "ward")]
    rows = np.flatnonzero(np.isin(visits["service"], wards))
    uids = result.patients["uid"][visits["patient"][rows]].tolist()
    first = visits["service"][rows] == wards[0]
    spells: dict[int, list[float]] = {}
    for uid, begins, row in zip(uids, first.tolist(), rows, strict=True):
        minutes = visits["finished"][row] - visits["started"][row]
        spells.setdefault(uid, [0.0, 0.0])
        spells[uid][0] += begins
        spells[uid][1] += minutes
    return {uid: minutes for uid, (count, minutes) in spells.items() if count == 1 and not np.isnan(minutes)}


def test_more_uptake_adds_to_those_who_were_diverted_before(tmp_path: Path) -> None:
    """Those who go to the virtual ward at 30% eligible are among those who go at 48%, and all take it up."""
    wider = ROOMY.replace(
        "{to: virtual_ward, eligible: 30%, uptake: 50%}", "{to: virtual_ward, eligible: 48%}"
    )
    assert wider != ROOMY
    few, many = (diverted(replicate(written(text, tmp_path), 1)) for text in (ROOMY, wider))
    assert len(few) > 40
    assert few < many


def diverted(result: Replication) -> set[int]:
    """Return who went from the department to the virtual ward on the first attendance."""
    visits = result.visits
    codes = (result.services.index("department"), result.services.index("virtual_ward"))
    rows = (visits["source"] == codes[0]) & (visits["service"] == codes[1]) & (visits["visit"] == 0)
    return set(result.patients["uid"][visits["patient"][rows]].tolist())


# -- one more bed ----------------------------------------------------------------------------------------


def pairs(scenario: Any, changed: Any, replications: int = 3) -> Iterator[tuple[Replication, Replication]]:
    """Yield some replications of both."""
    for number in range(1, replications + 1):
        yield replicate(scenario, number), replicate(changed, number)


def test_one_more_bed_touches_only_those_who_met_a_full_ward(tmp_path: Path) -> None:
    """With no limit but the ward's beds, a patient who waited for none in either run has the same life.

    The law is exact: what comes before the ward and behind it has room for all, so that the only thing a
    patient can feel of another is the wait for a bed; who has none has nothing that differs.
    """
    scenario = written(FULL_WARD, tmp_path)
    touched = untouched = 0
    for before, after in pairs(scenario, scenario.change({"services.ward.beds": fs.add(1)})):
        waits = [waits_for_bed(result) for result in (before, after)]
        lives = [person_by_person(result) for result in (before, after)]
        assert lives[0].keys() == lives[1].keys()
        for uid in lives[0]:
            if waits[0].get(uid, 0.0) == 0.0 == waits[1].get(uid, 0.0):
                assert lives[0][uid] == lives[1][uid]
                untouched += 1
            else:
                touched += 1
    assert touched > 300
    assert untouched > 1000


def test_one_more_bed_makes_nobody_wait_longer(tmp_path: Path) -> None:
    """First come, first served, and a stay that does not depend on the wait: true for each patient."""
    scenario = written(FULL_WARD, tmp_path, services__ward__turnaround="0 min")
    for before, after in pairs(scenario, scenario.change({"services.ward.beds": fs.add(1)})):
        few, many = waits_for_bed(before), waits_for_bed(after)
        assert few.keys() <= many.keys()
        longer = [uid for uid in few if many[uid] > few[uid] + 1e-6]
        assert not longer
        assert sum(many[uid] < few[uid] for uid in few) > 100


def waits_for_bed(result: Replication) -> dict[int, float]:
    """Return the wait for a bed of everybody who got one; infinity for those who still wait at the end."""
    visits = result.visits
    rows = visits["service"] == result.services.index("ward")
    waits = np.where(np.isnan(visits["accepted"]), np.inf, visits["accepted"] - visits["arrived"])[rows]
    uids = result.patients["uid"][visits["patient"][rows]]
    return dict(zip(uids.tolist(), waits.tolist(), strict=True))


@pytest.mark.parametrize("service", ["{mean: 20 min, sd: 30 min}", "20 min"])
@pytest.mark.parametrize("staff", [1, 2, 3])
def test_one_more_server_never_lengthens_a_wait(tmp_path: Path, staff: int, service: str) -> None:
    """The sample-path law of first come, first served: G/G/c, any arrivals, any times of service."""
    text = f"""
name: queue
time: {{start: 2026-11-02, warm_up: 0 days, horizon: 2 weeks, initial: empty}}
services: {{clinic: {{kind: clinic, staff: {staff}, service: {service}}}}}
demand:
  patients: {{to: clinic, per_day: {65 * staff}, profile: "06:00-22:00=3, 22:00-06:00=1", day_variation: 20%}}
pathways: {{clinic: {{otherwise: leave}}}}
"""
    scenario = written(text, tmp_path)
    few, many = (
        replicate(each, 1) for each in (scenario, scenario.change({"services.clinic.staff": str(staff + 1)}))
    )
    waits = [result.visits["started"] - result.visits["arrived"] for result in (few, many)]
    served = ~np.isnan(waits[0])
    assert (waits[0] > 0).sum() > 100
    assert (waits[1][served] <= waits[0][served] + 1e-9).all()


# -- the whole system ------------------------------------------------------------------------------------


@pytest.mark.full
def test_kent_and_medway(repository: Path) -> None:
    """A null change changes nothing; with a tenth more demand everybody comes as before."""
    path = repository / "scenarios" / "kent-medway" / "baseline.yaml"
    scenario = fs.load(path).change({"time.warm_up": "1 week", "time.horizon": "1 week"})
    base = replicate(scenario, 1)
    assert same_tables(base, replicate(scenario.change({"demand.*.per_day": fs.multiply(1)}), 1))
    more = replicate(scenario.change({"demand.*.per_day": fs.multiply(1.1)}), 1)
    old, new = (who_came(result) for result in (base, more))
    assert old.keys() <= new.keys()
    assert all(new[uid] == life for uid, life in old.items())
    assert 0.08 < len(new) / len(old) - 1 < 0.12


def who_came(result: Replication) -> dict[int, tuple[Any, ...]]:
    """Return stream, minute and attributes of everybody who came during the run, by identifier."""
    people = result.patients
    came = people["demand"] >= 0
    columns = [people[name][came].tolist() for name in people if name != "uid"]
    return dict(zip(people["uid"][came].tolist(), zip(*columns, strict=True), strict=True))
