"""Patients who live outside every place of the scenario: counted, and never among somebody else."""

from math import isnan

import pytest

from hand_made import HandMade
from visit_table import timetable

SERVICES = {
    "crews": {"kind": "ambulance", "place": "east", "handover_limit": None},
    "ed": {"kind": "emergency_department", "site": "north"},
    "ward": {"kind": "ward", "site": "north"},
}


def visitor(**attributes: str) -> HandMade:
    """Return a day on which one stranger comes by night and one resident by day."""
    made = HandMade(SERVICES)
    made.visit("ed", "home", made.patient(place="out_of_area", **attributes), arrived=60, left=400)
    made.visit("ed", "home", arrived=600, left=700)
    return made


@pytest.mark.parametrize(
    ("level", "group"),
    [
        ("route", "other"),
        ("acuity", "5"),
        ("fifth", "5"),
        ("age", "85+"),
        ("route", "ambulance"),
        ("age", "0-17"),
    ],
)
def test_a_stranger_is_counted_in_the_own_group_and_in_no_other(level: str, group: str) -> None:
    found = visitor(**{level: group}).measures()
    usual = {"route": "walk_in", "acuity": "3", "fifth": "3", "age": "18-64"}[level]
    groups = {name: value for (one, at, name), value in found.items() if (one, at) == ("attendances", level)}
    assert {name: value for name, value in groups.items() if value} == {group: 1, usual: 1}


def test_strangers_are_a_group_of_their_own_among_residents() -> None:
    found = visitor().measures()
    shares = {name: found["within_4_hours", "residence", name] for name in ("east", "west", "out_of_area")}
    assert (shares["east"], shares["out_of_area"]) == (1, 0)
    assert isnan(shares["west"])
    assert found["attendances", "residence", "out_of_area"] == 1


def test_every_attribute_at_its_last_value_stays_in_the_table() -> None:
    found = visitor(age="85+", fifth="5", acuity="5", route="other").measures()
    for level in ("age", "fifth", "acuity", "route", "residence"):
        values = [value for (one, at, _), value in found.items() if (one, at) == ("attendances", level)]
        assert sum(values) == found["attendances", "system", ""] == 2


def test_where_strangers_are_named_among_the_places_they_stay_there() -> None:
    made = visitor()
    scenario = made.scenario()
    scenario.places = {"east": None, "west": None, "out_of_area": None}
    from flowsim.measures.catalogue import evaluate

    table = evaluate(made.replication(), scenario)
    residences = [
        group
        for measure, level, group in zip(table["measure"], table["level"], table["group"], strict=True)
        if (measure, level) == ("attendances", "residence")
    ]
    assert residences == ["east", "west", "out_of_area"]


def test_quantiles_and_shares_of_calls_by_residence() -> None:
    text = """
    who service outcome arrived started left
    ann crews see_and_treat 1/08:00 1/08:10 1/09:00
    bob crews see_and_treat 1/08:00 1/08:30 1/09:00
    cid crews hear_and_treat 1/08:00 - 1/09:00
    """
    people = {
        "ann": {"category": "1", "place": "out_of_area"},
        "bob": {"category": "1"},
        "cid": {"category": "1", "place": "out_of_area"},
    }
    found = timetable(SERVICES, text, people).measures()
    assert found["response_category_1_p90", "residence", "out_of_area"] == 10
    assert found["response_category_1_p90", "residence", "east"] == 30
    assert found["see_and_treat", "residence", "out_of_area"] == 1 / 2
    assert found["see_and_treat", "residence", "east"] == 1


@pytest.mark.parametrize(
    ("age", "place", "spread"),
    [("18-64", "west", 1.0), ("18-64", "out_of_area", float("nan"))],
)
def test_strangers_make_no_gap_between_places(age: str, place: str, spread: float) -> None:
    """One place with everybody within four hours, and another with nobody, are a whole share apart."""
    made = HandMade(SERVICES)
    made.visit("ed", "home", made.patient(place=place, age=age), arrived=60, left=400)
    made.visit("ed", "home", arrived=600, left=700)
    assert made.system("gap_places_within_4_hours") == pytest.approx(spread, nan_ok=True)


@pytest.mark.parametrize(
    ("most", "least", "gap"),
    [
        (100, 400, -1.0),  # the most deprived are within and the least are not
        (400, 100, 1.0),
        (100, 100, 0.0),
    ],
)
def test_the_deprivation_gap_is_how_much_worse_the_most_deprived_fare(
    most: float, least: float, gap: float
) -> None:
    made = HandMade(SERVICES)
    made.visit("ed", "home", made.patient(fifth="1"), arrived=0, started=30, left=most)
    made.visit("ed", "home", made.patient(fifth="5"), arrived=0, started=10, left=least)
    made.visit("ed", "home", made.patient(fifth="3"), arrived=0, started=300, left=900)
    assert made.system("gap_deprivation_within_4_hours") == gap
    assert made.system("gap_deprivation_time_in_department_mean") == most - least
    assert made.system("gap_deprivation_to_clinician_mean") == 20


def test_without_one_of_the_fifths_there_is_no_gap() -> None:
    made = HandMade(SERVICES)
    made.visit("ed", "home", made.patient(fifth="1"), arrived=0, left=100)
    assert isnan(made.system("gap_deprivation_within_4_hours"))
    assert ("gap_deprivation_within_4_hours", "system", "") not in HandMade(
        {"ward": SERVICES["ward"]}
    ).measures()
