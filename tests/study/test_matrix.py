"""Which options are better, best, or always help: worked out by hand, and held to their promise."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from finished_runs import FakeRun, run
from flowsim.errors import InputError
from flowsim.measures.compare.matrix import Matrix, matrix
from flowsim.measures.compare.matrix_text import (
    best_sentences,
    brief_text,
    largest,
    matrix_text,
    no_regret_lines,
    sentences_text,
)
from flowsim.measures.compare.text import change_of

WAITS = [60.0, 64.0, 58.0, 66.0, 62.0]
"""Mean handover when nothing is done, minutes, in five replications."""
NOISE = [0.1, -0.1, 0.2, 0.0, -0.2]
SURGES = {"mild": "Mild", "hard": "Hard"}
OPTIONS = {"nothing": "Do nothing", "beds": "Beds", "crews": "Crews", "both": "Beds and crews"}
KEY = ("handover_mean", "system", "")
FOUR = ("within_4_hours", "system", "")


def wait(less: float, noise: float = 1.0, turn: int = 0) -> list[float]:
    """Return waits that are less by so many minutes, with luck that differs from option to option."""
    luck = np.roll(NOISE, turn)
    return [value - less + noise * float(wobble) for value, wobble in zip(WAITS, luck, strict=True)]


def runs_with(
    effects: Mapping[str, Mapping[str, float]], noise: float = 1.0
) -> dict[tuple[str, str], FakeRun]:
    """Return a run of each surge and option, whose handover is less by so many minutes."""
    return {
        (surge, option): run(
            f"{surge}-{option}",
            {
                "handover_mean": WAITS if option == "nothing" else wait(less, noise, turn),
                "within_4_hours": [0.7 + less / 1000 + wobble / 100 for wobble in NOISE],
            },
        )
        for surge, options in effects.items()
        for turn, (option, less) in enumerate({"nothing": 0.0, **options}.items())
    }


def found_with(
    effects: Mapping[str, Mapping[str, float]], noise: float = 1.0, measures: str = "handover_mean"
) -> Matrix:
    return matrix(runs_with(effects, noise), SURGES, OPTIONS, measures)


CLEAR = {
    "mild": {"beds": 5.0, "crews": 5.0, "both": 12.0},
    "hard": {"beds": 10.0, "crews": 0.0, "both": 12.0},
}


def test_each_option_is_held_against_doing_nothing_in_the_same_surge() -> None:
    found = found_with(CLEAR)
    row = found.differences[KEY, "hard", "beds"]
    assert row.base == pytest.approx(62.0)
    assert row.difference == pytest.approx(-10.0)
    assert row.verdict == "better"
    assert found.differences[KEY, "hard", "crews"].verdict == "no clear change"


def test_intervals_are_adjusted_for_everything_shown() -> None:
    from scipy.stats import t

    found = found_with(CLEAR, measures="handover_mean,within_4_hours")
    assert found.comparisons == 2 * 2 * 3
    row = found.differences[KEY, "mild", "beds"]
    factor = t.ppf(1 - 0.05 / (2 * 12), 4)
    assert row.half_width == pytest.approx(factor * np.std(NOISE, ddof=1) / np.sqrt(5))


def test_the_best_option_alone_when_it_is_clearly_best() -> None:
    standing = found_with(CLEAR).standing(KEY, "mild")
    assert standing is not None
    assert (standing.best, standing.among) == ("both", ("both",))


def test_options_that_cannot_be_told_apart_stand_together() -> None:
    effects = {
        "mild": {"beds": 5.0, "crews": 5.05, "both": 4.95},
        "hard": {"beds": 1.0, "crews": 1.0, "both": 1.0},
    }
    found = found_with(effects)
    standing = found.standing(KEY, "mild")
    assert standing is not None
    assert standing.best == "crews"
    assert set(standing.among) == {"beds", "crews", "both"}


def test_an_option_that_is_clearly_better_puts_doing_nothing_out() -> None:
    rng = np.random.default_rng(1)
    for _ in range(30):
        effects = {
            surge: dict(zip(list(OPTIONS)[1:], rng.uniform(-3, 3, 3), strict=True)) for surge in SURGES
        }
        found = found_with(effects, noise=8.0)
        for surge in SURGES:
            standing = found.standing(KEY, surge)
            assert standing is not None
            better = any(found.differences[KEY, surge, option].verdict == "better" for option in found.others)
            assert ("nothing" in standing.among) == (not better)
            assert standing.best in standing.among


def test_one_replication_tells_nothing_apart() -> None:
    runs = {
        (surge, option): run(f"{surge}{option}", {"handover_mean": [50.0 - len(option)]})
        for surge in SURGES
        for option in OPTIONS
    }
    found = matrix(runs, SURGES, OPTIONS, "handover_mean")
    standing = found.standing(KEY, "mild")
    assert standing is not None
    assert set(standing.among) == set(OPTIONS)
    assert best_sentences(found) == []
    assert no_regret_lines(found) == []
    assert "One replication has no interval" in " ".join(matrix_text(found).split())


def test_a_measure_without_a_better_direction_has_no_best() -> None:
    runs = {
        (surge, option): run(f"{surge}{option}", {"attendances": [100.0, 102.0, 99.0]})
        for surge in SURGES
        for option in OPTIONS
    }
    found = matrix(runs, SURGES, OPTIONS, "attendances")
    assert found.standing(("attendances", "system", ""), "mild") is None
    assert best_sentences(found) == []


def test_an_option_without_a_value_is_left_out() -> None:
    runs = runs_with(CLEAR)
    runs["mild", "beds"] = run("mild-beds", {"within_4_hours": [0.7] * 5})
    found = matrix(runs, SURGES, OPTIONS, "handover_mean")
    standing = found.standing(KEY, "mild")
    assert standing is not None
    assert "beds" not in standing.among
    assert found.differences[KEY, "mild", "beds"].verdict == ""
    assert "–" in matrix_text(found)


def test_options_that_help_in_every_surge() -> None:
    found = found_with(CLEAR)
    assert found.everywhere(KEY) == ("beds", "both")
    assert found.no_regret == ("beds", "both")


def test_what_harms_anywhere_is_regretted() -> None:
    runs = runs_with(CLEAR)
    for surge in SURGES:
        less = [0.6 + wobble / 1000 for wobble in NOISE]
        runs[surge, "both"] = run(f"{surge}-both", {"handover_mean": wait(12.0), "within_4_hours": less})
    found = matrix(runs, SURGES, OPTIONS, "handover_mean,within_4_hours")
    assert found.differences[FOUR, "mild", "both"].verdict == "worse"
    assert found.everywhere(KEY) == ("beds", "both")
    assert found.no_regret == ("beds",)


def test_what_options_do_together_beyond_their_sum() -> None:
    found = found_with(CLEAR)
    rows = found.together({"both": ("beds", "crews")})
    mild, hard = (rows[KEY, surge, "both"] for surge in SURGES)
    assert mild.difference == pytest.approx(-2.0)  # 12 minutes less, where the parts alone give 10
    assert hard.difference == pytest.approx(-2.0)
    assert mild.base == pytest.approx(-10.0)
    assert mild.comparisons == 2


def test_the_best_option_is_nearly_always_in_the_set() -> None:
    """Of 400 experiments with a known best option, the set holds it in at least 95%."""
    rng = np.random.default_rng(2026)
    truth = {"nothing": 0.0, "beds": 1.0, "crews": 1.5, "both": 2.0}
    hits = small = 0
    for _ in range(400):
        luck = rng.normal(60, 5, 6)
        runs = {
            ("mild", option): run(option, {"handover_mean": luck - less + rng.normal(0, 1, 6)})
            for option, less in truth.items()
        }
        standing = matrix(runs, {"mild": "Mild"}, OPTIONS, "handover_mean").standing(KEY, "mild")
        assert standing is not None
        hits += "both" in standing.among
        small += len(standing.among) < len(OPTIONS)
    assert hits >= 380
    assert small >= 20  # the promise is not kept by never putting anything out


def test_rows_for_programs() -> None:
    rows = found_with(CLEAR).rows()
    assert len(rows) == 2 * 4
    best = [row for row in rows if row["among_the_best"]]
    assert [(row["surge"], row["option"]) for row in best] == [("mild", "both"), ("hard", "both")]
    assert "difference" not in rows[0]
    assert rows[1]["difference"] == pytest.approx(-5.0)


def test_runs_of_other_patients_are_refused() -> None:
    runs = runs_with(CLEAR)
    runs["hard", "beds"] = runs["hard", "beds"].but(seed=7)
    with pytest.raises(InputError, match="seed 7"):
        matrix(runs, SURGES, OPTIONS, "handover_mean")


def test_measures_are_the_first_few_unless_asked_for() -> None:
    found = matrix(runs_with(CLEAR), SURGES, OPTIONS)
    assert [key[0] for key in found.keys][:2] == ["within_4_hours", "handover_mean"]


# -- as text ---------------------------------------------------------------------------------------------


def widest(text: str) -> int:
    return max(map(len, text.splitlines()))


def test_the_text_says_value_difference_interval_and_verdict() -> None:
    text = matrix_text(found_with(CLEAR))
    lines = text.splitlines()
    assert lines[0] == "Ambulance handover, mean"
    assert lines[1].split() == ["Mild", "Hard"]
    assert lines[2].split() == ["Do", "nothing", "62", "min", "62", "min"]
    assert "57 min better" in lines[3]
    assert "-5.0 min (-5" in lines[4] or "-5 min (-5" in lines[4]
    assert widest(text) <= 80


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7])
def test_eighty_columns_hold_for_any_number_of_surges_and_long_names(count: int) -> None:
    surges = {f"s{i}": f"Surge number {i} with quite a long name, for a winter" for i in range(count)}
    options = {"nothing": "Do nothing", "a": "An option <b>with</b> a long name " * 3, "b": "=cmd()"}
    runs = {
        (surge, option): run(f"{surge}{option}", {"handover_mean": wait(len(option)), "admissions": WAITS})
        for surge in surges
        for option in options
    }
    text = matrix_text(matrix(runs, surges, options, "handover_mean,admissions"))
    assert widest(text) <= 80
    assert text.count("55 min") >= count  # doing nothing, once in each surge


def test_a_wider_terminal_is_used() -> None:
    surges = {f"s{i}": f"Surge {i}" for i in range(4)}
    runs = {(s, o): run(s + o, {"handover_mean": wait(len(o))}) for s in surges for o in OPTIONS}
    found = matrix(runs, surges, OPTIONS, "handover_mean")
    assert matrix_text(found, 80).count("Ambulance handover, mean (more)") == 1
    assert "(more)" not in matrix_text(found, 120)
    assert widest(matrix_text(found, 120)) <= 120


def test_stars_mark_what_may_be_best_and_the_sentences_name_it() -> None:
    text = matrix_text(found_with(CLEAR))
    assert text.count("*") >= 3  # both in two surges, and what it means
    assert "Best on Ambulance handover, mean: Beds and crews." in text
    assert "No regret, better in every surge and clearly worse on no measure:\n   Beds: Ambulance" in text


def test_where_nothing_can_be_told_apart_it_says_so() -> None:
    effects: dict[str, dict[str, float]] = {surge: dict.fromkeys(list(OPTIONS)[1:], 0.0) for surge in SURGES}
    text = sentences_text(found_with(effects))
    assert "no option can be told apart from the others" in text
    assert "No regret: no option is clearly better in every surge" in text
    assert "*" not in text


def test_best_in_one_surge_and_not_in_another() -> None:
    effects = {
        "mild": {"beds": 9.0, "crews": 1.0, "both": 2.0},
        "hard": {"beds": 1.0, "crews": 9.0, "both": 2.0},
    }
    (sentence,) = best_sentences(found_with(effects))
    assert sentence == "Best on Ambulance handover, mean. Mild: Beds; Hard: Crews."


def test_a_large_set_is_told_by_what_is_not_in_it() -> None:
    effects = {surge: {"beds": 9.0, "crews": 9.02, "both": 8.98} for surge in SURGES}
    (sentence,) = best_sentences(found_with(effects))
    assert sentence == "Best on Ambulance handover, mean: all but Do nothing (these cannot be told apart)."


def test_measures_of_single_services() -> None:
    key = ("wait_mean", "service", "hot_clinic")
    runs = {(s, o): run(s + o, {key: wait(len(o))}) for s in SURGES for o in OPTIONS}
    found = matrix(runs, SURGES, OPTIONS)
    assert found.keys[0] == key
    assert matrix_text(found).splitlines()[0].endswith(", hot clinic")


def test_the_best_single_option_is_told_beside_a_combination_that_is_best() -> None:
    runs = runs_with(CLEAR)
    found = matrix(runs, SURGES, OPTIONS, "handover_mean", combined=["both"])
    whole, single = (found.standing(KEY, "hard", single=one) for one in (False, True))
    assert whole is not None
    assert single is not None
    assert (whole.best, single.best) == ("both", "beds")
    assert single.among == ("beds",)
    best, of_single = best_sentences(found)
    assert best == "Best on Ambulance handover, mean: Beds and crews."
    assert of_single == "   of single options. Mild: Beds and Crews (these cannot be told apart); Hard: Beds."
    assert found.comparisons == 6  # as many intervals are shown as before


def mild_and_terrible() -> Matrix:
    """Return a mild winter with about an hour at the door, and one with ten."""
    runs = runs_with({"mild": {"beds": 5.0}, "hard": {"beds": 5.0}})
    runs["hard", "nothing"] = run("hard-nothing", {"handover_mean": [600.0 + wait for wait in WAITS]})
    runs["hard", "beds"] = run("hard-beds", {"handover_mean": [540.0 + less for less in wait(5.0)]})
    return matrix(runs, SURGES, {"nothing": "Do nothing", "beds": "Beds"}, "handover_mean")


def test_minutes_in_one_winter_stay_minutes_beside_hours_in_another() -> None:
    told = mild_and_terrible()
    table = matrix_text(told).replace("\xa0", " ")
    assert "62 min" in table
    assert "11.0 hours" in table
    assert "1.0 hours" not in table.replace("11.0 hours", "").replace("-1.1 hours", "")
    brief = brief_text(told)
    assert "Mild: 62 min with Do nothing; 57 min with Beds" in brief
    assert "Hard: 11.0 hours with Do nothing" in brief


def test_all_options_of_a_surge_are_in_one_unit() -> None:
    told = mild_and_terrible()
    assert largest(told, KEY, "mild").base == pytest.approx(62.0)
    assert largest(told, KEY, "hard").base == pytest.approx(662.0)
    row = told.differences[KEY, "hard", "beds"]
    assert "hours" in change_of(row, largest(told, KEY, "hard"))


@pytest.mark.parametrize("measure", ["beds_occupied", "intermediate_care_starts"])
def test_more_or_fewer_who_need_something_is_neither_better_nor_worse(measure: str) -> None:
    """More beds hold more patients, and fewer need intermediate care when fewer come: say which, no more."""
    runs = {
        ("mild", "nothing"): run("mild-nothing", {measure: [500.0, 505.0, 498.0]}),
        ("mild", "beds"): run("mild-beds", {measure: [520.0, 525.5, 517.5]}),
    }
    told = matrix(runs, {"mild": "Mild"}, {"nothing": "Do nothing", "beds": "Beds"}, measure)
    key = (measure, "system", "")
    assert told.differences[key, "mild", "beds"].verdict == "higher"
    assert told.standing(key, "mild") is None
    assert "worse" not in matrix_text(told).partition("No regret")[0]
