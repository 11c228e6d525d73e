"""The catalogue says enough about every measure, and measures keep the promises they share."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.measures.catalogue import CATALOGUE, headline, in_area
from flowsim.measures.measure import AREAS, Measure
from flowsim.services import KINDS
from hand_made import HandMade

UNITS = {
    *("share", "points", "minutes", "hours", "days", "per day", "hours per day", "patients", "beds", "count"),
    *("pounds", "pounds per day"),
}
SERVICES = {
    **{f"{kind}_{site}": {"kind": kind, "site": site} for kind in KINDS for site in ("north", "south")},
    "far_clinic": {"kind": "clinic"},
}


@pytest.mark.parametrize("measure", CATALOGUE.values(), ids=list(CATALOGUE))
def test_every_measure_is_defined(measure: Measure) -> None:
    assert measure.area in AREAS
    assert measure.unit in UNITS
    assert measure.definition.endswith(".")
    assert measure.at_end.endswith(".")
    assert measure.levels
    assert set(measure.kinds) <= set(KINDS)
    assert len(measure.label) <= 40


def test_areas_are_in_order_and_headline_measures_are_few() -> None:
    areas = [measure.area for measure in CATALOGUE.values()]
    assert areas == sorted(areas, key=list(AREAS).index)
    assert 5 <= len(headline()) <= 20
    assert [m.area for m in in_area("beds")] == ["beds"] * len(in_area("beds"))


@pytest.mark.parametrize(
    ("kind", "outcomes"),
    [
        ("emergency_department", {"home", "admit", "left", "alternative"}),
        ("urgent_treatment_centre", {"home", "transfer", "left", "shut", "full", "alternative"}),
        ("same_day_emergency_care", {"admit", "refused", "alternative"}),
        ("ward", {"ready", "refused", "cancelled"}),
        ("virtual_ward", {"deteriorated", "refused"}),
        ("urgent_community_response", {"kept_at_home", "declined", "shut"}),
        ("intermediate_care", {"refused"}),
        ("ambulance", {"hear_and_treat", "see_and_treat", "convey", "alternative"}),
        ("access", {"emergency_department", "ambulance", "left"}),
        ("clinic", {"left", "shut", "full"}),
    ],
)
def test_outcomes_that_measures_read_are_those_of_the_services(kind: str, outcomes: set[str]) -> None:
    assert outcomes <= set(KINDS[kind].OUTCOMES)


def some_system(seed: int, visits: int) -> HandMade:
    """Visits at random times, to all kinds of service, with any outcome; some are still inside."""
    luck = np.random.default_rng(seed)
    made = HandMade(SERVICES, warm_up=2880, horizon=7 * 1440)
    end = made.warm_up + made.horizon
    names = list(SERVICES)
    for _ in range(visits):
        name = names[luck.integers(len(names))]
        times = np.cumsum(np.append(luck.uniform(0, end), luck.exponential(300, 5) * (luck.random(5) < 0.7)))
        moments = ("arrived", "accepted", "assessed", "started", "finished", "left")
        reached = {m: float(t) for m, t in zip(moments, times, strict=True) if t <= end}
        outcomes = list(KINDS[SERVICES[name]["kind"]].OUTCOMES)
        outcome = outcomes[luck.integers(len(outcomes))] if "finished" in reached else ""
        source = names[luck.integers(len(names))] if luck.random() < 0.5 else ""
        who = int(luck.integers(len(made.people))) if made.people and luck.random() < 0.5 else None
        made.visit(name, outcome, who, source, **reached)
    return made


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(0, 150))
def test_shares_are_shares_and_groups_add_up(seed: int, visits: int) -> None:
    measures = some_system(seed, visits).measures()
    for (name, level, group), value in measures.items():
        assert level in CATALOGUE[name].levels
        if isnan(value):
            continue
        if CATALOGUE[name].unit == "share":
            assert -1e-12 <= value <= 1 + 1e-12, (name, level, group)
        else:
            assert value >= -1e-9, (name, level, group)
    for name in ("attendances", "admissions", "hours_in_care", "in_department"):
        for level in CATALOGUE[name].levels:
            if level in {"system", "site", "trust", "place"}:
                continue  # a service may have no site
            groups = [value for (n, one, _), value in measures.items() if (n, one) == (name, level)]
            assert sum(groups) == pytest.approx(measures[name, "system", ""])


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_littles_law_for_those_who_come_and_go_inside_the_period(seed: int) -> None:
    made = some_system(seed, 80)
    made.warm_up, made.horizon = 0.0, 20 * 1440.0
    inside = [row for row in made.rows if not isnan(row["left"])]
    made.rows = [{**row, "source": -1, "accepted": row["arrived"]} for row in inside]
    measures = made.measures()
    for name in SERVICES:
        number, rate = measures["mean_present", "service", name], measures["arrivals", "service", name]
        if rate:
            assert number == pytest.approx(rate * measures["time_total", "service", name] / 1440, rel=1e-9)


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=10)
def test_the_order_of_rows_does_not_matter_and_nothing_is_changed(seed: int) -> None:
    made = some_system(seed, 60)
    first = made.measures()
    made.rows.reverse()
    again = made.measures()
    assert first.keys() == again.keys()
    assert list(first.values()) == pytest.approx(list(again.values()), nan_ok=True)
