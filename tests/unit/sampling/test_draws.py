"""Named values: by column or one by one the same number, and luck that nothing disturbs."""

import gc
import weakref
from typing import Any

import numpy as np
import pytest

from flowsim.sampling.draws import Draws
from flowsim.spec.mixes import Mix
from people_and_demand import Someone, crowd, durations, mixes, shares

BY_AGE = {
    "by": "age",
    "0-17": {"mean": "1 hour", "sd": "1 hour"},
    "18-64": {"mean": "3 hours", "sd": "2 hours"},
    "otherwise": {
        "by": "frailty",
        "yes": {"mean": "6 hours", "sd": "9 hours"},
        "no": {"median": "4 h", "p90": "9 h"},
    },
}
FAMILIES: dict[str, Any] = {
    "constant": "5 min",
    "exponential": {"distribution": "exponential", "mean": "2 h"},
    "gamma": {"distribution": "gamma", "mean": "3 h", "sd": "2 h"},
    "erlang": {"distribution": "erlang", "mean": "3 h", "stages": 3},
    "lognormal": {"mean": "3 h", "sd": "4 h"},
    "weibull": {"distribution": "weibull", "mean": "3 h", "sd": "1 h"},
    "triangular": {"low": "1 min", "mode": "4 min", "high": "9 min"},
    "uniform": {"low": "1 min", "high": "9 min"},
    "pert": {"distribution": "pert", "low": "1 min", "mode": "4 min", "high": "9 min"},
    "empirical": {"values": ["1 min", "2 min", "77 min"]},
    "mixture": {"parts": [{"share": "40%", "value": "5 min"}, {"share": "60%", "mean": "9 h", "sd": "4 h"}]},
    "capped": {"mean": "3 h", "sd": "4 h", "at_most": "5 h"},
    "by age": BY_AGE,
    "every family": {
        "by": "acuity",
        "1": "4 min",
        "2": {"mean": "3 h", "sd": "1 h", "at_most": "4 h"},
        "3": {"distribution": "gamma", "mean": "3 h", "sd": "2 h"},
        "4": {"distribution": "weibull", "mean": "3 h", "sd": "1 h"},
        "5": {"by": "place", "coast": {"low": "1 min", "high": "2 min"}, "otherwise": "3 min"},
    },
}


@pytest.fixture
def draws() -> Draws:
    return Draws(2026, 1, ("coast", "town"))


@pytest.mark.parametrize("family", FAMILIES)
def test_single_answers_and_columns_agree_to_the_last_bit(draws: Draws, family: str) -> None:
    stay = draws.duration(f"stay.{family}", durations(FAMILIES[family]))
    block = crowd(draws, 500)
    patients = [Someone(block, row) for row in range(500)]
    singly = [stay.one(*_luck(stay, patient)) for patient in patients]
    stay.fill(block)
    assert [stay.of(patient) for patient in patients] == singly


def _luck(draw: Any, patient: Someone) -> tuple[float, int]:
    u = draw.uniforms(patient.block)[patient.row]
    return float(u), draw._lookup.at(patient.block.codes, patient.row)


@pytest.mark.parametrize("family", FAMILIES)
def test_asking_gives_floats_whether_first_often_or_again(draws: Draws, family: str) -> None:
    stay = draws.duration("stay", durations(FAMILIES[family]))
    block = crowd(draws, 60)
    values = [stay.of(Someone(block, row)) for row in range(60)]
    assert {type(value) for value in values} == {float}
    assert type(stay.of(Someone(block, 0, visit=2))) is float
    assert block.columns[stay.slot] is not None
    assert values == [stay.of(Someone(block, row)) for row in range(60)]


def test_a_column_is_computed_only_once_it_is_asked_for_often(draws: Draws) -> None:
    stay = draws.duration("stay", durations(BY_AGE))
    block = crowd(draws, 3000)
    for row in range(block.patience):
        stay.of(Someone(block, row))
    assert block.columns[stay.slot] is None
    stay.of(Someone(block, 0))
    assert len(block.columns[stay.slot] or ()) == 3000


def test_what_is_certain_needs_no_luck(draws: Draws) -> None:
    block = crowd(draws, 3000)
    certain = [
        draws.duration("a", durations("5 min")),
        draws.duration("b", durations({"by": "age", "0-17": "5 min", "otherwise": "5 min"})),
        draws.chance("c", shares("0%")),
        draws.chance("d", shares("100%")),
        draws.choice("e", mixes("home")),
    ]
    draws.admit(block)
    answers = [draw.of(Someone(block, 3)) for draw in certain]
    assert answers == [5.0, 5.0, False, True, "home"]
    assert [draw.of(Someone(block, 3, visit=4)) for draw in certain] == answers
    assert all(draw.certain for draw in certain)


def test_visits_have_luck_of_their_own(draws: Draws) -> None:
    luck = draws.uniform("luck")
    block = crowd(draws, 400)
    by_visit = np.array([[luck.of(Someone(block, row, visit)) for row in range(400)] for visit in range(4)])
    assert len(np.unique(by_visit)) == 1600
    assert np.abs(np.corrcoef(by_visit)[np.triu_indices(4, 1)]).max() < 0.2


def test_a_purpose_decides_the_luck_and_the_table_only_the_value(draws: Draws) -> None:
    block = crowd(draws, 200)
    short = draws.duration("stay", durations({"mean": "1 h", "sd": "1 h"}))
    long = draws.duration("stay", durations({"mean": "3 h", "sd": "3 h"}))
    other = draws.duration("other", durations({"mean": "1 h", "sd": "1 h"}))
    people = [Someone(block, row) for row in range(200)]
    assert [long.of(p) for p in people] == pytest.approx([3 * short.of(p) for p in people])
    assert [other.of(p) for p in people] != [short.of(p) for p in people]


@pytest.mark.parametrize(("seed", "replication"), [(2027, 1), (2026, 2)])
def test_seed_and_replication_change_all_luck(draws: Draws, seed: int, replication: int) -> None:
    others = Draws(seed, replication)
    block, same = crowd(draws, 100), crowd(others, 100)
    here, there = draws.uniform("x"), others.uniform("x")
    assert not {here.of(Someone(block, r)) for r in range(100)} & {
        there.of(Someone(same, r)) for r in range(100)
    }


@pytest.mark.parametrize("family", sorted(set(FAMILIES) - {"by age", "every family"}))
def test_longer_stays_are_longer_for_everybody(draws: Draws, family: str) -> None:
    block = crowd(draws, 300)
    (law,) = durations(FAMILIES[family]).leaves()
    stays = [draws.duration("stay", law.scaled(factor)) for factor in (0.9, 1.0, 1.2)]
    for row in range(300):
        shorter, present, longer = (stay.of(Someone(block, row)) for stay in stays)
        assert shorter == pytest.approx(0.9 * present, rel=1e-5)
        assert longer == pytest.approx(1.2 * present, rel=1e-5)


def test_those_diverted_at_30_percent_are_among_those_diverted_at_40(draws: Draws) -> None:
    block = crowd(draws, 5000)
    few, many = draws.chance("uptake", shares("30%")), draws.chance("uptake", shares("40%"))
    people = [Someone(block, row) for row in range(5000)]
    assert all(many.of(p) for p in people if few.of(p))
    assert sum(few.of(p) for p in people) == pytest.approx(1500, abs=130)


def test_a_chance_is_a_truth_value_by_group(draws: Draws) -> None:
    block = crowd(draws, 4000)
    chance = draws.chance("admitted", shares({"by": "age", "85+": "100%", "0-17": "0%", "otherwise": "50%"}))
    for row in range(4000):
        said = chance.of(Someone(block, row))
        assert type(said) is bool
        age = block.codes["age"][row]
        assert said == (age == 4) or age not in (0, 4)


def test_choices_follow_the_mix_of_the_patients_group(draws: Draws) -> None:
    block = crowd(draws, 6000)
    table = mixes(
        {"by": "age", "0-17": {"ward": "20%", "home": "80%"}, "otherwise": {"home": "50%", "sdec": "rest"}}
    )
    choice = draws.choice("to", table)
    assert choice.options == ("ward", "home", "sdec")
    told = [choice.of(Someone(block, row)) for row in range(6000)]
    children = [to for to, age in zip(told, block.codes["age"], strict=True) if age == 0]
    adults = [to for to, age in zip(told, block.codes["age"], strict=True) if age > 0]
    assert set(children) == {"ward", "home"}
    assert children.count("ward") / len(children) == pytest.approx(0.2, abs=0.05)
    assert adults.count("sdec") / len(adults) == pytest.approx(0.5, abs=0.03)
    assert [choice.of(Someone(block, row)) for row in range(6000)] == told


def test_moving_a_share_to_a_neighbour_changes_only_those_it_must(draws: Draws) -> None:
    block = crowd(draws, 2000)
    before = draws.choice("to", mixes({"a": "30%", "b": "40%", "c": "30%"}))
    after = draws.choice("to", mixes({"a": "35%", "b": "35%", "c": "30%"}))
    moves = {(before.of(p), after.of(p)) for p in (Someone(block, row) for row in range(2000))}
    assert moves == {("a", "a"), ("b", "a"), ("b", "b"), ("c", "c")}


def test_an_option_with_no_share_is_never_chosen(draws: Draws) -> None:
    choice = draws.choice("to", mixes({"never": "0%", "a": "50%", "b": "50%", "nor": "0%"}))
    assert choice.one(2.0**-53, 0) == choice.options.index("a")
    assert choice.one(1.0 - 2.0**-53, 0) == choice.options.index("b")
    block = crowd(draws, 1000)
    assert {choice.of(Someone(block, row)) for row in range(1000)} == {"a", "b"}


def test_a_plain_value_will_do_for_a_table(draws: Draws) -> None:
    block = crowd(draws, 10)
    (law,) = durations("5 min").leaves()
    assert draws.duration("a", law).of(Someone(block, 0)) == 5.0
    assert draws.choice("b", "home").of(Someone(block, 0)) == "home"
    assert draws.choice("c", Mix.only("home")).of(Someone(block, 0)) == "home"
    assert draws.chance("d", 1.0).of(Someone(block, 0)) is True


def test_equal_values_share_a_column(draws: Draws) -> None:
    first = draws.duration("stay", durations(BY_AGE))
    assert draws.duration("stay", durations(BY_AGE)) is first
    assert draws.duration("stay", durations("5 min")) is not first
    assert draws.duration("other", durations(BY_AGE)) is not first
    assert draws.chance("stay", shares("5%")) is draws.chance("stay", shares("5%"))
    assert draws.uniform("u") is draws.uniform("u")


def test_a_draw_made_late_works_for_patients_already_here(draws: Draws) -> None:
    block = crowd(draws, 50)
    late = draws.duration("late", durations(BY_AGE))
    fresh = Draws(2026, 1, ("coast", "town"))
    early = fresh.duration("late", durations(BY_AGE))
    again = crowd(fresh, 50)
    assert [late.of(Someone(block, r)) for r in range(50)] == [early.of(Someone(again, r)) for r in range(50)]


def test_blocks_are_let_go_when_nobody_needs_them(draws: Draws) -> None:
    block = crowd(draws, 50)
    gone = weakref.ref(block)
    del block
    gc.collect()
    assert gone() is None
    draws.uniform("made afterwards")


def test_a_residual_is_part_of_a_length_biased_stay(draws: Draws) -> None:
    block = crowd(draws, 300)
    left = draws.residual("left", durations({"distribution": "exponential", "mean": "2 h"}))
    stay = draws.duration("left", durations({"distribution": "exponential", "mean": "2 h"}))
    for row in range(300):  # without memory, what is left is like the whole
        assert left.of(Someone(block, row)) == pytest.approx(stay.of(Someone(block, row)), rel=1e-6)
    assert left.of(Someone(block, 0, visit=1)) > 0.0


def test_a_series_is_the_same_however_long(draws: Draws) -> None:
    assert draws.series("initial", 10).tolist() == draws.series("initial", 100)[:10].tolist()
    assert draws.series("initial", 10).tolist() != draws.series("other", 10).tolist()


def test_too_many_options_are_refused(draws: Draws) -> None:
    wide = mixes({f"o{i}": f"{100 / 200}%" for i in range(200)})
    with pytest.raises(ValueError, match="127 is the most"):
        draws.choice("to", wide)


def test_a_value_by_place_without_places_is_refused() -> None:
    from flowsim.spec.groups import Branch, ByGroup

    table = ByGroup(Branch("place", ((("coast",), 0.5),), 0.1))
    with pytest.raises(ValueError, match="needs the scenario's places"):
        Draws(1, 1).chance("x", table)
