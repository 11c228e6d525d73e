"""Costs, worked out on paper: activity of each kind of service times its unit cost."""

from __future__ import annotations

from math import isnan
from typing import Any

import pytest

from flowsim.measures.catalogue import headline, in_area
from flowsim.spec.consequences import Costs, UnitCosts
from hand_made import HandMade

EACH = {name: {"price": 100.0 + 10 * i} for i, name in enumerate(UnitCosts.model_fields)}
DAY = 1440.0


def price(item: str) -> float:
    return EACH[item]["price"]


def system(kinds: dict[str, dict[str, Any]], days: float = 2, **costs: Any) -> HandMade:
    made = HandMade(kinds, horizon=days * DAY)
    made.costs = Costs.model_validate({"prices_of": "2025/26", "unit": EACH} | costs)
    return made


def one(kind: str, **more: Any) -> HandMade:
    return system({"here": {"kind": kind, **more}})


@pytest.mark.parametrize(
    ("kind", "outcome", "item"),
    [
        ("emergency_department", "home", "type_1_attendance"),
        ("urgent_treatment_centre", "home", "type_3_attendance"),
        ("access", "", "call"),
        ("same_day_emergency_care", "home", "sdec_attendance"),
        ("clinic", "done", "clinic_attendance"),
        ("urgent_community_response", "kept_at_home", "community_response"),
    ],
)
def test_what_is_paid_for_by_the_patient(kind: str, outcome: str, item: str) -> None:
    made = one(kind)
    for minute in (5, 15, 25):
        made.visit("here", outcome, arrived=minute, accepted=minute, started=minute, finished=60, left=60)
    assert made.system("cost_of_period") == pytest.approx(3 * price(item))
    assert made.system("cost_per_day") == pytest.approx(3 * price(item) / 2)
    assert made.system("services_without_cost") == 0


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("emergency_department", "alternative"),
        ("urgent_treatment_centre", "full"),
        ("same_day_emergency_care", "refused"),
        ("clinic", "full"),
        ("urgent_community_response", "declined"),
    ],
)
def test_who_was_not_taken_costs_nothing(kind: str, outcome: str) -> None:
    made = one(kind)
    made.visit("here", outcome, arrived=5, left=6)
    assert made.system("cost_of_period") == 0


@pytest.mark.parametrize(
    ("counts_as", "item"),
    [
        ("general_and_acute", "bed_day"),
        ("critical_care", "critical_care_bed_day"),
        ("community", "community_bed_day"),
        ("other", "community_bed_day"),
    ],
)
def test_bed_days_by_kind_of_bed_until_ready_and_after(counts_as: str, item: str) -> None:
    made = one("ward", counts_as=counts_as)
    made.visit("here", "ready", arrived=0, accepted=0, started=0, finished=DAY, left=1.5 * DAY)
    assert made.system("cost_of_period") == pytest.approx(price(item) + 0.5 * price("ready_bed_day"))
    assert made.system("cost_after_ready") == pytest.approx(0.5 * price("ready_bed_day") / 2)
    beds = made.system("cost_outside_beds")
    assert beds == (0 if counts_as in ("general_and_acute", "critical_care") else made.system("cost_per_day"))


def test_without_a_price_of_its_own_a_day_after_ready_costs_as_any_other() -> None:
    made = one("ward")
    made.costs = Costs.model_validate({"prices_of": "2025/26", "unit": {"bed_day": {"price": 200}}})
    made.visit("here", "ready", arrived=0, accepted=0, started=0, finished=DAY, left=2 * DAY)
    assert made.system("cost_of_period") == pytest.approx(400)
    assert made.system("cost_after_ready") == pytest.approx(100)


def test_only_time_inside_the_period_is_paid_for() -> None:
    made = HandMade({"here": {"kind": "ward"}}, warm_up=DAY, horizon=2 * DAY)
    made.costs = Costs.model_validate({"prices_of": "2025/26", "unit": EACH})
    made.visit("here", arrived=0, accepted=0, started=0)
    assert made.system("cost_of_period") == pytest.approx(2 * price("bed_day"))


@pytest.mark.parametrize(
    ("pathway", "item"),
    [("0", "pathway_1_day"), ("1", "pathway_1_day"), ("2", "pathway_2_bed_day"), ("3", "pathway_3_day")],
)
def test_days_of_intermediate_care_by_pathway(pathway: str, item: str) -> None:
    made = one("intermediate_care")
    who = made.patient(pathway=pathway)
    start, end = 0.5 * DAY, 1.5 * DAY
    made.visit("here", "home", who, arrived=0, accepted=start, started=start, finished=end, left=end)
    assert made.system("cost_of_period") == pytest.approx(price(item))


def test_days_on_a_virtual_ward() -> None:
    made = one("virtual_ward")
    made.visit("here", "home", arrived=0, accepted=0, started=0.5 * DAY, finished=DAY, left=DAY)
    assert made.system("cost_of_period") == pytest.approx(0.5 * price("virtual_ward_day"))


def test_hours_of_crews_on_jobs_and_of_discharge_teams_on_the_rota() -> None:
    made = system({"crews": {"kind": "ambulance"}, "team": {"kind": "discharge"}})
    made.pool("crews", "crews", busy=2.0, capacity=5.0)
    made.pool("team", "team", busy=1.0, capacity=3.0)
    found = made.measures()
    assert found["cost_per_day", "service", "crews"] == pytest.approx(2 * 24 * price("ambulance_hour"))
    assert found["cost_per_day", "service", "team"] == pytest.approx(3 * 24 * price("staff_hour"))


def test_crews_kept_at_the_door_beyond_a_quarter_of_an_hour() -> None:
    made = system({"crews": {"kind": "ambulance"}, "ed": {"kind": "emergency_department"}})
    for wait in (10, 15, 75):
        who = made.visit("crews", "convey", arrived=0, accepted=0, started=5, finished=20, left=20 + wait)
        made.visit("ed", "home", who, "crews", arrived=20, accepted=20 + wait, left=200)
    assert made.system("cost_of_handover_delay") == pytest.approx(1.0 * price("ambulance_hour") / 2)


def test_a_service_may_cost_something_else_and_something_besides() -> None:
    made = system(
        {"one": {"kind": "clinic"}, "other": {"kind": "clinic"}, "ed": {"kind": "emergency_department"}},
        services={"one": {"price": 7}, "ed": {"per_day": 1000}},
    )
    made.visit("one", "done", arrived=1, accepted=1, started=1, left=9)
    made.visit("other", "done", arrived=1, accepted=1, started=1, left=9)
    found = made.measures()
    assert found["cost_of_period", "service", "one"] == pytest.approx(7)
    assert found["cost_of_period", "service", "other"] == pytest.approx(price("clinic_attendance"))
    assert found["cost_per_day", "service", "ed"] == pytest.approx(1000)
    assert found["cost_per_day", "kind", "emergency_department"] == pytest.approx(1000)


def test_prices_of_earlier_years_are_raised() -> None:
    made = one("clinic")
    made.costs = Costs.model_validate(
        {
            "prices_of": "2025/26",
            "inflation": {"2020/21": 1.25},
            "unit": {"clinic_attendance": {"price": 80, "year": "2020/21"}},
        }
    )
    made.visit("here", "done", arrived=1, accepted=1, started=1, left=9)
    assert made.system("cost_of_period") == pytest.approx(100)


def test_a_service_without_a_price_is_named_and_not_called_free() -> None:
    made = system({"hub": {"kind": "access"}, "ed": {"kind": "emergency_department"}})
    made.costs = Costs.model_validate({"prices_of": "2025/26", "unit": {"type_1_attendance": {"price": 50}}})
    made.visit("hub", arrived=1, accepted=1)
    made.visit("ed", "home", arrived=1, accepted=1, left=5)
    found = made.measures()
    assert isnan(found["cost_per_day", "service", "hub"])
    assert isnan(found["cost_per_day", "kind", "access"])
    assert found["cost_of_period", "system", ""] == pytest.approx(50)
    assert found["services_without_cost", "system", ""] == 1
    assert found["services_without_cost", "kind", "access"] == 1


def test_services_sites_and_kinds_add_up_to_the_system() -> None:
    made = system(
        {
            "ed_north": {"kind": "emergency_department", "site": "north"},
            "ed_south": {"kind": "emergency_department", "site": "south"},
            "beds": {"kind": "ward", "site": "north"},
        }
    )
    for service in ("ed_north", "ed_south", "ed_south"):
        made.visit(service, "home", arrived=1, accepted=1, left=50)
    made.visit("beds", "ready", arrived=0, accepted=0, started=0, finished=900, left=1000)
    found = made.measures()
    for level in ("service", "site", "kind", "trust", "place"):
        groups = [v for (m, at, _), v in found.items() if m == "cost_of_period" and at == level]
        assert sum(groups) == pytest.approx(made.system("cost_of_period"))


def test_nothing_is_said_about_cost_unless_the_scenario_gives_costs() -> None:
    made = one("clinic")
    made.costs = None
    made.visit("here", "done", arrived=1, accepted=1, started=1, left=9)
    assert not [key for key in made.measures() if key[0].startswith("cost")]


def test_cost_is_no_headline_and_carries_its_caveat() -> None:
    assert not [measure for measure in headline() if measure.area == "cost"]
    assert all("not cash" in m.caveat for m in in_area("cost") if m.unit.startswith("pounds"))
