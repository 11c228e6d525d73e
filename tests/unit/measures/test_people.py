"""The table of patients, worked out on paper. Minutes; the collection period is the second day."""

from typing import Any

import numpy as np
import pytest

from flowsim.measures.catalogue import evaluate_facts
from flowsim.measures.people import COUNTS, MINUTES, WHO, people
from hand_made import HandMade

DAY = 1440.0
SERVICES = {
    "north_ed": {"kind": "emergency_department", "site": "north"},
    "north_utc": {"kind": "urgent_treatment_centre", "site": "north"},
    "crews": {"kind": "ambulance"},
    "ward": {"kind": "ward", "site": "north"},
}


@pytest.fixture
def made() -> HandMade:
    town = HandMade(SERVICES, warm_up=DAY, horizon=DAY)
    town.pathways = {"north_ed": {"admit": "ward"}, "crews": {"convey": "north_ed"}}
    return town


def at(minute: float) -> float:
    """Return a minute of the collection period as a minute of the run."""
    return DAY + minute


def row(table: dict[str, Any], number: int) -> dict[str, float]:
    return {name: float(table[name][number]) for name in (*COUNTS, *MINUTES)}


def test_one_patient_all_the_way_from_the_ambulance_to_the_ward(made: HandMade) -> None:
    ann = made.patient(age="85+", fifth="1", acuity="2", route="ambulance", place="west")
    made.visit(
        "crews", "convey", ann, arrived=at(0), accepted=at(5), started=at(15), finished=at(40), left=at(70)
    )
    made.visit(
        "north_ed", "admit", ann, "crews",
        arrived=at(40), accepted=at(70), assessed=at(80), started=at(100), finished=at(160), left=at(400),
    )  # fmt: skip
    made.visit("ward", who=ann, source="north_ed", arrived=at(160), accepted=at(400), started=at(400))
    table = people(made.facts())
    assert row(table, 0) == {
        "ed_attendances": 1,
        "utc_attendances": 0,
        "emergency_admissions": 1,
        "ed_minutes": 360,  # 40 to 400
        "handover_minutes": 30,  # 40 to 70
        "waiting_minutes": 15 + 30,  # for a crew on scene, 0 to 15; from handover to clinician, 70 to 100
        "held_minutes": 30 + 240,  # in the ambulance, 40 to 70; in the ED for a bed, 160 to 400
    }
    codes = {name: int(table[name][0]) for name in WHO}
    assert codes == {"age": 4, "fifth": 0, "acuity": 1, "stream": 1, "route": 1, "place": 1}
    assert table["arrived"].tolist() == [1440]


def test_visits_of_one_patient_add_up(made: HandMade) -> None:
    bob = made.patient()
    made.visit(
        "north_utc",
        "transfer",
        bob,
        arrived=at(0),
        accepted=at(0),
        started=at(10),
        finished=at(20),
        left=at(20),
    )
    made.visit(
        "north_ed", "home", bob, "north_utc",
        arrived=at(20), accepted=at(20), started=at(50), finished=at(60), left=at(60),
    )  # fmt: skip
    made.visit(
        "north_ed",
        "home",
        bob,
        arrived=at(600),
        accepted=at(600),
        started=at(700),
        finished=at(720),
        left=at(720),
    )
    found = row(people(made.facts()), 0)
    assert (found["ed_attendances"], found["utc_attendances"]) == (2, 1)
    assert found["ed_minutes"] == 40 + 120
    assert found["waiting_minutes"] == 10 + 30 + 100


def test_only_those_who_were_there_in_the_period_are_in_the_table(made: HandMade) -> None:
    gone = made.patient(age="0-17")
    made.visit("north_ed", "home", gone, arrived=10, accepted=10, started=20, finished=30, left=30)
    inside = made.patient(age="65-74")
    made.visit(
        "north_ed",
        "home",
        inside,
        arrived=at(-60),
        accepted=at(-60),
        started=at(30),
        finished=at(90),
        left=at(90),
    )
    still = made.patient(age="75-84")
    made.visit("north_ed", who=still, arrived=at(1400), accepted=at(1400))
    table = people(made.facts())
    assert table["age"].tolist() == [2, 3]
    assert table["ed_attendances"].tolist() == [0, 1]  # the first came before the period
    assert table["waiting_minutes"].tolist() == [30, 40]  # inside the period alone
    assert table["arrived"].tolist() == [1380, 2840]


def test_who_is_sent_elsewhere_at_the_door_has_not_attended(made: HandMade) -> None:
    made.visit(
        "north_ed", "alternative", arrived=at(0), accepted=at(0), assessed=at(5), finished=at(5), left=at(5)
    )
    table = people(made.facts())
    assert table["ed_attendances"].tolist() == [0]
    assert table["ed_minutes"].tolist() == [0]


def test_the_table_adds_up_to_the_measures(made: HandMade) -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        arrived = float(rng.uniform(0, 2 * DAY - 200))
        who = made.patient(route="ambulance" if rng.random() < 0.3 else "walk_in")
        waits = np.cumsum(rng.exponential(30.0, 4))
        names = ("accepted", "started", "finished", "left")
        times = {name: arrived + wait for name, wait in zip(names, waits.tolist(), strict=True)}
        made.visit("north_ed", "admit" if rng.random() < 0.4 else "home", who, arrived=arrived, **times)
    facts = made.facts()
    table = evaluate_facts(facts)
    keys = zip(table["measure"], table["level"], table["group"], strict=True)
    measured = dict(zip(keys, table["value"].tolist(), strict=True))
    found = people(facts)
    assert found["ed_attendances"].sum() == measured["attendances_type_1", "system", ""]
    assert found["emergency_admissions"].sum() == measured["emergency_admissions", "system", ""]
    for name, measure in (("waiting_minutes", "hours_waiting"), ("held_minutes", "hours_blocked")):
        minutes = measured[measure, "system", ""] * 60
        assert found[name].sum() == pytest.approx(minutes, abs=0.125 * found[name].size)


def test_nobody_is_an_empty_table(made: HandMade) -> None:
    assert all(column.size == 0 for column in people(made.facts()).values())
