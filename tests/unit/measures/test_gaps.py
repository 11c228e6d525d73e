"""Gaps between fifths and places: worked out by hand, and from what is measured by group."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from flowsim.measures.catalogue import evaluate_facts, in_area
from flowsim.measures.estimates import estimates
from flowsim.measures.format import show, show_change
from hand_made import HandMade, stacked

ED = {"ed": {"kind": "emergency_department"}}


def department(stays: dict[tuple[str, str], list[float]]) -> HandMade:
    """Attendances by (fifth, place where the patient lives) and hours in the department."""
    made = HandMade(ED)
    for (fifth, place), hours in stays.items():
        for stay in hours:
            who = made.patient(fifth=fifth, place=place)
            made.visit("ed", "home", who, arrived=1, accepted=1, started=1 + stay * 10, left=1 + stay * 60)
    return made


def test_a_gap_is_above_nothing_where_the_most_deprived_fare_worse() -> None:
    made = department({("1", "east"): [5, 5, 2, 13], ("5", "east"): [1, 2, 3, 5]})
    assert made.system("gap_deprivation_within_4_hours") == pytest.approx(0.75 - 0.25)
    assert made.system("gap_deprivation_over_12_hours") == pytest.approx(0.25)
    assert made.system("gap_deprivation_time_in_department_mean") == pytest.approx((25 - 11) / 4 * 60)
    assert made.system("gap_deprivation_to_clinician_mean") == pytest.approx((25 - 11) / 4 * 10)


def test_and_below_where_they_fare_better() -> None:
    made = department({("1", "east"): [1, 2], ("5", "east"): [1, 5]})
    assert made.system("gap_deprivation_within_4_hours") == pytest.approx(-0.5)


def test_the_fifths_between_do_not_matter() -> None:
    stays = {("1", "east"): [5.0, 1.0], ("5", "east"): [1.0]}
    with_others = department({**stays, ("3", "east"): [13.0] * 5})
    measure = "gap_deprivation_within_4_hours"
    assert department(stays).system(measure) == with_others.system(measure)


def test_between_places_it_is_highest_less_lowest() -> None:
    made = department({("3", "east"): [1, 5], ("3", "west"): [1, 1, 1, 5]})
    assert made.system("gap_places_within_4_hours") == pytest.approx(0.25)
    assert made.system("gap_places_within_4_hours") >= 0


def test_there_is_no_gap_without_two_to_compare() -> None:
    made = department({("1", "east"): [1, 5]})
    assert isnan(made.system("gap_deprivation_within_4_hours"))
    assert isnan(made.system("gap_places_within_4_hours"))


def test_the_interval_is_that_of_the_gap_within_replications() -> None:
    """Both fifths move together from one replication to the next, so the gap is known better than either."""
    tables = []
    for luck in (0, 1, 2, 3):
        hours = [1.0] * (10 - luck) + [5.0] * luck
        made = department({("1", "east"): [*hours, 5.0], ("5", "east"): [*hours, 1.0]})
        tables.append(evaluate_facts(made.facts()))
    found = estimates(stacked(tables))
    gap = found["gap_deprivation_within_4_hours", "system", ""]
    assert gap.mean == pytest.approx(1 / 11)
    assert gap.half_width == pytest.approx(0, abs=1e-9)
    assert found["within_4_hours", "fifth", "1"].half_width > 0.01


def test_gaps_agree_with_the_measures_by_group() -> None:
    luck = np.random.default_rng(5)
    made = department(
        {(f, p): luck.uniform(0, 14, 20).tolist() for f in ("1", "2", "5") for p in ("east", "west")}
    )
    found = made.measures()
    for measure in in_area("gaps"):
        kind, base = measure.id.split("_", 2)[1], measure.id.split("_", 2)[2]
        if isnan(found[measure.id, "system", ""]):
            continue
        if kind == "places":
            each = [found[base, "residence", place] for place in ("east", "west")]
            expected = max(each) - min(each)
        else:
            most, least = found[base, "fifth", "1"], found[base, "fifth", "5"]
            expected = least - most if base == "within_4_hours" else most - least
        assert found[measure.id, "system", ""] == pytest.approx(expected)


def test_a_gap_of_shares_is_written_in_points() -> None:
    assert show(0.034, "points") == "3.4 pts"
    assert show_change(-0.011, "points") == "-1.1 pts"
