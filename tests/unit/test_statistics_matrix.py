"""Surges by options: which do best and which always help, worked out a second time from the definition.

An option stands among the best unless the paired interval of its difference from some other lies wholly on
the worse side, at the level that all intervals of the matrix share.
"""

from __future__ import annotations

from itertools import product
from math import isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from finished_runs import FakeRun, run
from flowsim.errors import InputError
from flowsim.measures.compare.matrix import FIRST, Matrix, matrix
from flowsim.measures.compare.matrix_text import (
    best_of,
    best_sentences,
    brief_text,
    helps,
    label_of,
    largest,
    listed,
    matrix_text,
    no_regret_lines,
    notes,
)

FOUR, WAIT = ("within_4_hours", "system", ""), ("handover_mean", "system", "")
SURGES = {"mild": "Mild", "hard": "Hard"}
OPTIONS = {"nothing": "Do nothing", "beds": "Beds", "crews": "Crews"}
Values = dict[tuple[str, str], list[float]]
NUMBERS = st.integers(0, 40).map(lambda value: value / 4)
FIVE = st.lists(NUMBERS, min_size=5, max_size=5)
MADE = st.fixed_dictionaries(dict.fromkeys(product(SURGES, OPTIONS), FIVE))


def of(values: Values, **options: object) -> Matrix:
    """Return the matrix of these waits, replication by replication."""
    runs = {cell: run("-".join(cell), {"handover_mean": each}) for cell, each in values.items()}
    return matrix(runs, SURGES, OPTIONS, "handover_mean", **options)  # type: ignore[arg-type]


def lower(base: list[float], other: list[float], comparisons: int) -> bool:
    """Say whether the second is clearly below the first, by a paired t interval."""
    apart = np.array(other) - np.array(base)
    half = stats.t.ppf(1 - 0.05 / (2 * comparisons), len(base) - 1) * apart.std(ddof=1) / sqrt(len(base))
    return bool(apart.mean() + half < -1e-12)


@given(MADE)
@settings(max_examples=40)
def test_the_best_are_those_that_nothing_beats(values: Values) -> None:
    found = of(values)
    assert found.comparisons == 4
    for surge in SURGES:
        standing = found.standing(WAIT, surge)
        assert standing is not None
        means = {option: np.mean(values[surge, option]) for option in OPTIONS}
        assert means[standing.best] == min(means.values())
        unbeaten = {
            option
            for option in OPTIONS
            if not any(
                lower(values[surge, option], values[surge, other], 4) for other in OPTIONS if other != option
            )
        }
        assert set(standing.among) == unbeaten
        assert standing.among[0] == standing.best or standing.best not in unbeaten
        assert [means[option] for option in standing.among] == sorted(
            means[option] for option in standing.among
        )


@given(MADE)
@settings(max_examples=40)
def test_no_regret_is_better_everywhere_and_worse_nowhere(values: Values) -> None:
    found = of(values)
    better = {
        option
        for option in ("beds", "crews")
        if all(lower(values[surge, "nothing"], values[surge, option], 4) for surge in SURGES)
    }
    assert set(found.everywhere(WAIT)) == better
    assert (
        set(found.no_regret) == better
    )  # with one measure nothing that is better everywhere is worse anywhere


class TestNoRegret:
    """Of two measures: what helps one in every surge and harms the other in one is regretted."""

    BASE = (0.70, 0.72, 0.74)

    def found(self, wait: tuple[float, float], four: tuple[float, float]) -> Matrix:
        """Return a matrix in which beds change both measures by so much in each surge."""
        runs: dict[tuple[str, str], FakeRun] = {}
        for position, surge in enumerate(SURGES):
            for option in ("nothing", "beds"):
                helped = option == "beds"
                runs[surge, option] = run(
                    f"{surge}-{option}",
                    {
                        "handover_mean": [30.0 + 40 * v + helped * wait[position] for v in self.BASE],
                        "within_4_hours": [v + helped * four[position] for v in self.BASE],
                    },
                )
        options = {name: OPTIONS[name] for name in ("nothing", "beds")}
        return matrix(runs, SURGES, options, "handover_mean,within_4_hours")

    @pytest.mark.parametrize(
        ("wait", "four", "regretted"),
        [
            ((-5, -5), (0.1, 0.1), False),
            ((-5, -5), (0.0, 0.0), False),
            ((-5, -5), (0.1, -0.1), True),
            ((-5, 0.0), (0.0, 0.1), True),  # helps in each surge, but on no measure in both
            ((0.0, 0.0), (0.0, 0.0), True),
            ((-5, 5), (0.1, 0.1), True),
        ],
    )
    def test_rule(self, wait: tuple[float, float], four: tuple[float, float], regretted: bool) -> None:
        found = self.found(wait, four)
        assert found.no_regret == (() if regretted else ("beds",))
        said = no_regret_lines(found)
        assert said[0].startswith("No regret: no option" if regretted else "No regret, better in every surge")

    def test_it_says_on_which_measures(self) -> None:
        assert helps(self.found((-5, -5), (0.1, 0.1)), "beds") == "on all 2 measures"
        assert helps(self.found((-5, -5), (0.0, 0.1)), "beds") == label_of(WAIT)


# -- together ------------------------------------------------------------------------------------------------


@given(st.lists(FIVE, min_size=8, max_size=8))
@settings(max_examples=30)
def test_what_options_do_together_is_the_interaction_in_each_replication(values: list[list[float]]) -> None:
    options = {"nothing": "Do nothing", "beds": "Beds", "crews": "Crews", "both": "Both"}
    cells = dict(zip(product(SURGES, options), values, strict=True))
    runs = {cell: run("-".join(cell), {"handover_mean": each}) for cell, each in cells.items()}
    found = matrix(runs, SURGES, options, "handover_mean", combined=["both"])
    together = found.together({"both": ["beds", "crews"]})
    assert set(together) == {(WAIT, surge, "both") for surge in SURGES}
    for surge in SURGES:
        base, beds, crews, both = (np.array(cells[surge, option]) for option in options)
        left = (both - base) - (beds - base) - (crews - base)
        row = together[WAIT, surge, "both"]
        half = stats.t.ppf(1 - 0.05 / (2 * 2), 4) * left.std(ddof=1) / sqrt(5)
        assert row.difference == pytest.approx(left.mean(), abs=1e-9)
        assert row.half_width == pytest.approx(half, abs=1e-9)
        assert (row.base, row.other) == pytest.approx(
            ((beds + crews - 2 * base).mean(), (both - base).mean())
        )
    assert found.compared(single=True) == ("nothing", "beds", "crews")
    assert found.compared(single=False) == tuple(options)


# -- what is shown -------------------------------------------------------------------------------------------

CLEAR: Values = {
    ("mild", "nothing"): [30.0, 31.0, 32.0],
    ("mild", "beds"): [25.0, 26.0, 27.0],
    ("mild", "crews"): [29.5, 31.0, 32.5],
    ("hard", "nothing"): [60.0, 61.0, 62.0],
    ("hard", "beds"): [50.0, 51.0, 52.0],
    ("hard", "crews"): [40.0, 41.0, 42.0],
}


def test_rows_for_programs() -> None:
    rows = {(row["surge"], row["option"]): row for row in of(CLEAR).rows()}
    assert len(rows) == 6
    base, beds = rows["mild", "nothing"], rows["mild", "beds"]
    assert (base["mean"], base["replications"], base["among_the_best"]) == (31.0, 3, False)
    assert "difference" not in base
    half = stats.t.ppf(0.975, 2) / sqrt(3)
    assert (base["low"], base["high"]) == pytest.approx((31 - half, 31 + half))
    assert (beds["difference"], beds["verdict"], beds["comparisons"]) == (-5.0, "better", 4)
    assert (beds["difference_low"], beds["difference_high"]) == (-5.0, -5.0)
    assert beds["among_the_best"]
    assert not rows["hard", "beds"]["among_the_best"]


def test_a_measure_that_one_run_lacks_is_left_out_of_the_standing() -> None:
    runs = {cell: run("-".join(cell), {"handover_mean": each}) for cell, each in CLEAR.items()}
    runs["mild", "beds"] = run("mild-beds", {"within_4_hours": [0.7, 0.7, 0.7]})
    found = matrix(runs, SURGES, OPTIONS, "handover_mean")
    standing = found.standing(WAIT, "mild")
    assert standing is not None
    assert "beds" not in standing.among
    assert isnan(found.value(WAIT, "mild", "beds").mean)
    assert isnan(found.differences[WAIT, "mild", "beds"].difference)


def test_one_measured_nowhere_is_refused() -> None:
    runs = {cell: run("-".join(cell), {"handover_mean": each}) for cell, each in CLEAR.items()}
    with pytest.raises(InputError, match="not measured any of this"):
        matrix(runs, SURGES, OPTIONS, "boarders")


def test_the_first_measures_are_shown_in_their_own_order() -> None:
    values = {"over_12_hours": [0.1, 0.1], "within_4_hours": [0.7, 0.7], "handover_mean": [1.0, 2.0]}
    others = {"boarders": [5.0, 6.0], "in_department": [7.0, 7.0]}
    runs = {cell: run("-".join(cell), values | others) for cell in product(SURGES, OPTIONS)}
    keys = [key[0] for key in matrix(runs, SURGES, OPTIONS).keys]
    assert keys == [name for name in FIRST if name in values]


class TestText:
    def test_value_difference_and_verdict_of_each_cell(self) -> None:
        lines = [" ".join(line.split()) for line in matrix_text(of(CLEAR)).splitlines()]
        assert lines[0] == label_of(WAIT)
        assert lines[1] == "Mild Hard"
        # a page of two surges is wide enough for two lines in a cell; the unit is that of the largest value
        assert lines[2] == "Do nothing 31 min 61 min"
        assert lines[3] == "Beds 26 min* better 51 min better"
        assert lines[4] == "-5 min -10 min"
        assert "41 min* better" in lines[5]

    def test_in_brief(self) -> None:
        lines = brief_text(of(CLEAR)).splitlines()
        assert lines[0] == label_of(WAIT)
        assert lines[1] == "   Mild: 31 min with Do nothing; 26 min with Beds: -5 min, better."
        assert lines[2] == "   Hard: 61 min with Do nothing; 41 min with Crews: -20 min, better."

    def test_in_brief_where_nothing_is_better_than_nothing(self) -> None:
        worse = {
            cell: [v + 9 for v in each] if cell[1] != "nothing" else each for cell, each in CLEAR.items()
        }
        assert "31 min with Do nothing; no option has a better mean." in brief_text(of(worse))

    @pytest.mark.parametrize(
        ("names", "said"),
        [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
    )
    def test_names_in_a_sentence(self, names: list[str], said: str) -> None:
        assert listed(names) == said

    @pytest.mark.parametrize(
        ("among", "said"),
        [
            (["beds"], "Beds"),
            (["beds", "crews"], "Beds and Crews (these cannot be told apart)"),
            (["nothing", "beds", "crews"], "no option can be told apart from the others"),
        ],
    )
    def test_the_best_in_words(self, among: list[str], said: str) -> None:
        assert best_of(of(CLEAR), among) == said

    def test_surges_with_the_same_best_are_told_together(self) -> None:
        same = {cell: CLEAR["hard" if cell[0] == "mild" else cell[0], cell[1]] for cell in CLEAR}
        assert best_sentences(of(same)) == [f"Best on {label_of(WAIT)}: Crews."]
        assert best_sentences(of(CLEAR)) == [f"Best on {label_of(WAIT)}. Mild: Beds; Hard: Crews."]

    def test_the_note_says_what_the_intervals_hold_for(self) -> None:
        (note,) = notes(of(CLEAR))
        assert note.startswith("Differences are from Do nothing in the same surge")
        assert "3 paired replications, 95% intervals adjusted for all 4 differences." in note
        assert "*: cannot be told apart" in note
        assert "90% intervals" in notes(of(CLEAR, confidence=0.9))[0]

    def test_one_replication_says_that_it_has_no_interval(self) -> None:
        found = of({cell: each[:1] for cell, each in CLEAR.items()})
        assert best_sentences(found) == []
        assert no_regret_lines(found) == []
        assert "One replication has no interval" in notes(found)[0]
        assert "*" not in matrix_text(found)

    def test_the_largest_value_of_a_surge_decides_about_its_unit(self) -> None:
        long = {**CLEAR, ("hard", "nothing"): [600.0, 610.0, 620.0]}
        found = of(long)
        assert largest(found, WAIT, "hard").base == 610.0
        assert largest(found, WAIT, "mild").base == 31.0
        text = matrix_text(found)
        assert "10.2 hours" in text
        assert "0.8 hours" in text  # 51 minutes, 0.85 hours, beside that
        assert "31 min" in text  # in the other surge

    def test_one_long_value_puts_every_cell_of_its_surge_into_hours(self) -> None:
        found = of(
            {
                **CLEAR,
                ("hard", "nothing"): [100.0, 101.0, 102.0],
                ("hard", "beds"): [90.0, 91.0, 92.0],
                ("hard", "crews"): [300.0, 301.0, 302.0],
            }
        )
        assert largest(found, WAIT, "hard").other == 301.0
        text = matrix_text(found)
        assert all(
            part in text for part in ("1.7 hours", "1.5 hours", "-0.2 hours", "5.0 hours", "+3.3 hours")
        )
        assert "-5 min" in text
        assert "Hard: 1.7 hours with Do nothing; 1.5 hours with Beds: -0.2 hours, better." in brief_text(
            found
        )

    def test_many_that_may_be_best_are_told_by_those_that_are_not(self) -> None:
        options = {"a": "A", "b": "B", "c": "C", "d": "D"}
        runs = {
            (surge, o): run(surge + o, {"handover_mean": [1.0, 2.0]}) for surge in SURGES for o in options
        }
        found = matrix(runs, SURGES, options, "handover_mean")
        assert best_of(found, ["b", "c", "d"]) == "all but A (these cannot be told apart)"
        assert best_of(found, ["c", "d"]) == "C and D (these cannot be told apart)"

    def test_a_value_that_is_missing_is_a_dash_and_decides_nothing(self) -> None:
        found = of({**CLEAR, ("hard", "beds"): [nan, nan, nan]})
        assert largest(found, WAIT, "hard").base == 61.0
        assert "–" in matrix_text(found)
