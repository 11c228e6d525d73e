"""Observed figures, the scorecard and terminal tables."""

import numpy as np
import pytest

from flowsim.errors import InputError
from flowsim.measures.estimates import Estimate, estimate
from flowsim.measures.observed import read_observed, scorecard
from flowsim.measures.tables import (
    CHANCE,
    TIMES,
    TextTable,
    scorecard_table,
)

HEAD = "measure,level,group,value,unit,tolerance,tolerance_kind,period,source,grade,note\n"
GOOD = (
    HEAD
    + "within_4_hours,,,74.8,%,3,points,2024-25,NHS England,seen,\n"
    + "handover_mean,site,north,0.5,hours,10,percent,2024-25,NHS England,seen,winter\n"
    + 'attendances,,,"3,000",,100,absolute,2024-25,NHS England,seen,\n'
    + "bed_occupancy,,,93,%,2,points,2024-25,KH03,seen,\n"
)


def found(*cells: tuple[str, str, str, list[float]]) -> dict[tuple[str, str, str], Estimate]:
    return {(m, level, g): estimate((m, level, g), np.array(values)) for m, level, g, values in cells}


FOUND = found(
    ("within_4_hours", "system", "", [0.70, 0.72]),
    ("handover_mean", "site", "north", [32.0, 32.4]),
    ("attendances", "system", "", [3050.0, 3060.0]),
)


class TestReading:
    def test_values_and_tolerances_in_the_measures_unit(self) -> None:
        four, handover, attendances, _ = read_observed(GOOD)
        assert (four.value, four.allowed) == (pytest.approx(0.748), pytest.approx(0.03))
        assert (handover.value, handover.allowed) == (30, 3)
        assert (attendances.value, attendances.allowed) == (3000, 100)
        assert handover.key == ("handover_mean", "site", "north")
        assert handover.note == "winter"

    def test_every_problem_at_once_with_its_line(self) -> None:
        text = HEAD + (
            "within_4_hour,,,74,%,3,points,,x,,\n"
            "handover_mean,age,85+,30,minutes,1,percent,,x,,\n"
            "handover_mean,,,30,furlongs,1,percent,,x,,\n"
            "handover_mean,,,30,minutes,1,points,,x,,\n"
            "handover_mean,,,30,minutes,1,parts,,x,,\n"
            "handover_mean,,,many,minutes,1,percent,,x,,\n"
            "handover_mean,,,30,minutes,-1,percent,,x,,\n"
            "handover_mean,,,30,minutes,1,percent,,,,\n"
        )
        with pytest.raises(InputError) as caught:
            read_observed(text, "observed.csv")
        said = [problem.message for problem in caught.value.problems]
        assert [problem.line for problem in caught.value.problems] == list(range(2, 10))
        assert said[0].startswith("There is no measure called within_4_hour. Did you mean within_4_hours")
        assert said[1].startswith("handover_mean is not measured by age: use system")
        assert said[2].startswith("handover_mean is not measured in furlongs: use minutes")
        assert said[3] == "handover_mean is not a share, so its tolerance cannot be in points."
        assert said[4] == "parts is not a kind of tolerance: use percent, points, absolute."
        assert said[5] == 'The value "many" is not a number.'
        assert said[6] == "The tolerance -1 is below 0."
        assert said[7] == "An observed figure needs a source."

    def test_missing_columns(self) -> None:
        with pytest.raises(InputError, match="columns tolerance, source are missing"):
            read_observed("measure,value\n")


class TestScorecard:
    def test_misfits_first(self) -> None:
        scores = scorecard(read_observed(GOOD), FOUND)
        assert [score.observed.measure for score in scores] == [
            "bed_occupancy",
            "within_4_hours",
            "handover_mean",
            "attendances",
        ]
        assert [score.verdict for score in scores] == [
            "not simulated",
            "outside",
            "within tolerance",
            "within tolerance",
        ]
        assert scores[1].difference == pytest.approx(-0.038)
        assert scores[1].tolerances == pytest.approx(38 / 30)

    def test_exactly_at_the_tolerance_is_within(self) -> None:
        text = HEAD + "attendances,,,3000,,55,absolute,,x,,\n"
        (score,) = scorecard(read_observed(text), FOUND)
        assert score.verdict == "within tolerance"

    def test_no_tolerance_at_all(self) -> None:
        text = HEAD + "attendances,,,3055,,0,absolute,,x,,\nattendances,,,3000,,0,absolute,,x,,\n"
        other, same = scorecard(read_observed(text), FOUND)
        assert (same.verdict, other.verdict) == ("within tolerance", "outside")


class TestTables:
    def test_scorecard(self) -> None:
        text = scorecard_table(scorecard(read_observed(GOOD), FOUND)).text()
        assert "ED: within 4 hours, all types" in text
        assert "±3.0 pts" in text
        assert "2 of 4 figures are within tolerance." in text
        assert all(len(line) <= 80 for line in text.splitlines())

    def test_scorecard_groups_misfits_by_measure_and_says_why(self) -> None:
        trust = "maidstone_tunbridge_wells"
        text = HEAD + (
            "time_in_department_admitted_mean,,,300,minutes,10,percent,,x,,\n"
            f"within_4_hours,trust,{trust},74,%,3,points,,x,,\n"
            "within_4_hours,trust,medway_foundation,74,%,3,points,,x,,\n"
            "within_4_hours,age,85+,50,%,3,points,,x,,\n"
            "bed_occupancy,,,93,%,2,points,,x,,\n"
        )
        cells = found(
            ("within_4_hours", "trust", trust, [0.68, 0.69]),
            ("within_4_hours", "trust", "medway_foundation", [0.74, 0.75]),
            ("within_4_hours", "age", "85+", [0.30, 0.60]),
            ("time_in_department_admitted_mean", "system", "", [400.0, 401.0]),
        )
        scores = scorecard(read_observed(text), cells)
        lines = scorecard_table(scores).text().splitlines()
        assert [" ".join(line.split()) for line in lines] == [
            "Observed and simulated",
            "observed simulated tolerance reason",
            "Bed occupancy, general and acute",
            "whole system 93.0% – ±2.0 pts not simulated",
            "Time in department, if admitted",
            "whole system 5.0 hours 6.7 hours ±0.5 hours too high ×3.4",
            "ED: within 4 hours, all types",
            "maidstone tunbridge wells 74.0% 68.5% ±3.0 pts too low ×1.8?",
            "age 85+ 50.0% 45.0% ±3.0 pts too low ×1.7?",
            "ED: within 4 hours, all types",
            "medway foundation 74.0% 74.5% ±3.0 pts within",
            "1 of 5 figures are within tolerance.",
            TIMES,
            CHANCE,
        ]
        assert max(map(len, lines)) <= 80
        assert "medway" not in scorecard_table(scores, everything=False).text()

    def test_a_long_first_column_is_cut(self) -> None:
        text = TextTable(("", "value"), [["x" * 100, "1"]]).text(40)
        assert text.splitlines()[1] == "x" * 32 + "…" + "      1"
