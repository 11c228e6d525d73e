"""Harm associated with delay, worked out on paper."""

from __future__ import annotations

from typing import Any

import pytest

from flowsim.measures.catalogue import CATALOGUE, headline, in_area
from flowsim.measures.tables import caveats
from flowsim.spec.consequences import Harm
from hand_made import HandMade

BANDS = [
    {"after": "6 hours", "until": "8 hours", "one_in": 80, "one_in_at_worst": 60, "one_in_at_best": 100},
    {"after": "8 hours", "until": "12 hours", "one_in": 50, "one_in_at_worst": 40, "one_in_at_best": 75},
]


def department(*hours: float, outcome: str = "admit", harm: Any = None, **who: str) -> HandMade:
    made = HandMade({"ed": {"kind": "emergency_department", "site": "north"}}, horizon=2880)
    made.harm = Harm.model_validate({"deaths": BANDS} if harm is None else harm)
    for stay in hours:
        made.visit(
            "ed", outcome, made.patient(**who), arrived=10, accepted=10, finished=20, left=10 + stay * 60
        )
    return made


def test_each_delay_counts_in_its_band() -> None:
    made = department(5, 7, 7, 9)
    assert made.system("harm_deaths") == pytest.approx(2 / 80 + 1 / 50)
    assert made.system("harm_deaths_at_best") == pytest.approx(2 / 100 + 1 / 75)
    assert made.system("harm_deaths_at_worst") == pytest.approx(2 / 60 + 1 / 40)
    assert made.system("harm_delayed") == pytest.approx(3 / 2)  # over two days
    assert made.system("harm_beyond_observed") == 0


def test_limits_belong_to_the_shorter_delay() -> None:
    assert department(6).system("harm_deaths") == 0
    assert department(8).system("harm_deaths") == pytest.approx(1 / 80)
    assert department(12).system("harm_beyond_observed") == 0


def test_longer_than_observed_counts_as_the_longest_observed() -> None:
    made = department(13, 30)
    assert made.system("harm_deaths") == pytest.approx(2 / 50)
    assert made.system("harm_beyond_observed") == pytest.approx(2 / 2)


def test_or_not_at_all_if_the_scenario_says_so() -> None:
    made = department(9, 13, harm={"deaths": BANDS, "beyond": False})
    assert made.system("harm_deaths") == pytest.approx(1 / 50)
    assert made.system("harm_beyond_observed") == pytest.approx(1 / 2)


def test_only_admitted_patients_are_studied() -> None:
    assert department(9, outcome="home").system("harm_deaths") == 0


def test_who_still_waits_for_a_bed_counts_with_the_delay_so_far() -> None:
    made = department()
    made.visit("ed", "admit", arrived=2880 - 7 * 60, accepted=2880 - 7 * 60, finished=2880 - 60)
    assert made.system("harm_deaths") == pytest.approx(1 / 80)


def test_by_group() -> None:
    made = department(7, age="85+", fifth="1")
    assert made.measures()["harm_deaths", "age", "85+"] == pytest.approx(1 / 80)
    assert made.measures()["harm_deaths", "age", "18-64"] == 0
    assert made.measures()["harm_deaths", "fifth", "1"] == pytest.approx(1 / 80)
    assert made.measures()["harm_deaths", "site", "north"] == pytest.approx(1 / 80)


@pytest.mark.parametrize("harm", [None, {"deaths": BANDS, "enabled": False}])
def test_nothing_is_said_unless_the_scenario_asks(harm: Any) -> None:
    made = department(9, harm=harm)
    if harm is None:
        made.harm = None
    assert not [key for key in made.measures() if key[0].startswith("harm")]


def test_a_system_without_an_emergency_department_has_no_harm() -> None:
    made = HandMade({"hub": {"kind": "clinic"}})
    made.harm = Harm.model_validate({"deaths": BANDS})
    made.visit("hub", "done", arrived=1, accepted=1, left=5)
    assert not [key for key in made.measures() if key[0].startswith("harm")]


def test_deaths_rise_with_delay_and_keep_their_order() -> None:
    found = [department(*[hours] * 10) for hours in (5, 7, 9, 11, 20)]
    deaths = [made.system("harm_deaths") for made in found]
    assert deaths == sorted(deaths)
    for made in found:
        best, usual, worst = (made.system(f"harm_deaths{end}") for end in ("_at_best", "", "_at_worst"))
        assert best <= usual <= worst


def test_it_is_no_headline_and_always_carries_the_caveat() -> None:
    assert not [measure for measure in headline() if measure.area == "harm"]
    assert all("not proof" in measure.caveat for measure in in_area("harm"))


def test_caveats_are_said_once_and_fit_the_page() -> None:
    lines = caveats([*in_area("harm"), *in_area("cost"), CATALOGUE["attendances"]], width=60)
    assert max(map(len, lines)) <= 60
    assert len(lines) == len(set(lines))
    assert caveats([CATALOGUE["attendances"]]) == []
