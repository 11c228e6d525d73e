"""Targets, observed figures and tables: what is met, what fits, and how it is told."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from finished_runs import run
from flowsim.errors import InputError
from flowsim.measures.catalogue import CATALOGUE, in_area, known
from flowsim.measures.compare.targets import condition, judged
from flowsim.measures.estimates import estimate
from flowsim.measures.format import MISSING
from flowsim.measures.observed import Observed, Score, read_observed, scorecard
from flowsim.measures.tables import (
    CHANCE,
    TIMES,
    TextTable,
    caveats,
    scorecard_table,
)

FOUR, HANDOVER = "within_4_hours", "handover_mean"


# -- targets ---------------------------------------------------------------------------------------------


class TestTargets:
    RUN = run(
        "plan",
        {
            FOUR: [0.5, 0.75, 1.0],
            HANDOVER: [20.0, 20.0, nan],
            ("handover_mean", "site", "north"): [10.0, 30.0, 50.0],
            ("handover_mean", "trust", "north"): [0.0, 0.0, 0.0],
        },
    )

    @pytest.mark.parametrize(
        ("text", "met", "share"),
        [
            ("within_4_hours >= 75%", True, 2 / 3),
            ("within_4_hours > 75%", False, 1 / 3),
            ("within_4_hours <= 75%", True, 2 / 3),
            ("within_4_hours < 75%", False, 1 / 3),
            ("within_4_hours => 50%", True, 1.0),
            ("within_4_hours =< 100%", True, 1.0),
            ("handover_mean 20 min", True, 1.0),
            ("handover_mean < 20 min", False, 0.0),
            ("handover_mean[site=north] <= 30 min", True, 2 / 3),
            ("handover_mean[trust=north] <= 30 min", True, 1.0),
            ("handover_mean[ site = north ] <= 0.5 hours", True, 2 / 3),
        ],
    )
    def test_a_mean_meets_it_or_not_and_so_many_replications(
        self, text: str, met: bool, share: float
    ) -> None:
        found = judged(condition(text), self.RUN)
        assert (found.met, found.share) == (met, pytest.approx(share))
        assert (": met (" in found.text(), ": not met (" in found.text()) == (met, not met)

    def test_nothing_known_meets_nothing(self) -> None:
        found = judged(condition("handover_mean <= 90 min"), run("plan", {HANDOVER: [nan, nan]}))
        assert (found.met, found.share) == (False, 0.0)
        assert MISSING in found.text()

    def test_groups_that_are_there_are_offered(self) -> None:
        with pytest.raises(InputError) as error:
            judged(condition("handover_mean[site=nort] <= 30 min"), self.RUN)
        problem = error.value.problems[0]
        assert "has not measured handover_mean for nort" in problem.message
        assert (problem.allowed, problem.hint) == ("north", "Did you mean north?")

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("stay_mean <= 6 days", 6.0),
            ("stay_mean <= 36 hours", 1.5),
            ("hours_blocked <= 300", 300.0),
            ("attendances <= 1,200/day", 1200.0),
            ("boarders <= -3", -3.0),
            ("gap_deprivation_within_4_hours <= 5 pts", 0.05),
            ("gap_deprivation_within_4_hours <= 2.5%", 0.025),
        ],
    )
    def test_values_are_taken_in_the_units_in_which_they_are_shown(self, text: str, value: float) -> None:
        assert condition(text).value == pytest.approx(value)


# -- observed figures ------------------------------------------------------------------------------------


def figure(
    value: str, unit: str = "", tolerance: str = "10", kind: str = "", measure: str = HANDOVER
) -> Observed:
    head = "measure,value,unit,tolerance,tolerance_kind,source"
    return read_observed(f"{head}\n{measure},{value},{unit},{tolerance},{kind},Assumed\n")[0]


class TestObserved:
    @pytest.mark.parametrize(
        ("measure", "value", "unit", "expected"),
        [
            (HANDOVER, "30", "", 30.0),
            (HANDOVER, "0.5", "hours", 30.0),
            (HANDOVER, "1800", "s", 30.0),
            (HANDOVER, "1800", "seconds", 30.0),
            (HANDOVER, "0.5", "days", 720.0),
            ("stay_mean", "36", "hours", 1.5),
            ("stay_mean", "2880", "min", 2.0),
            ("attendances", "70", "per week", 10.0),
            ("attendances", "36525", "per year", 100.0),
            (FOUR, "75", "%", 0.75),
            (FOUR, "75", "percent", 0.75),
            (FOUR, "0.75", "share", 0.75),
            ("boarders", '"1,200"', "patients", 1200.0),
        ],
    )
    def test_values_are_turned_into_the_measures_unit(
        self, measure: str, value: str, unit: str, expected: float
    ) -> None:
        assert figure(value, unit, measure=measure).value == pytest.approx(expected)

    @pytest.mark.parametrize(
        ("measure", "value", "tolerance", "allowed"),
        [
            (HANDOVER, ("30", ""), ("10", ""), 3.0),
            (HANDOVER, ("0.5", "hours"), ("10", "percent"), 3.0),
            (HANDOVER, ("0.5", "hours"), ("0.1", "absolute"), 6.0),
            (FOUR, ("75", "%"), ("3", "points"), 0.03),
            (FOUR, ("75", "%"), ("4", "percent"), 0.03),
            (FOUR, ("75", "%"), ("4", "absolute"), 0.04),
            ("boarders", ("-20", ""), ("10", "percent"), 2.0),
            (HANDOVER, ("30", ""), ("0", ""), 0.0),
        ],
    )
    def test_tolerances_are_of_the_value_of_points_or_of_its_unit(
        self, measure: str, value: tuple[str, str], tolerance: tuple[str, str], allowed: float
    ) -> None:
        found = figure(*value, *tolerance, measure)
        assert found.allowed == pytest.approx(allowed)
        assert found.tolerance == f"{tolerance[0]} {tolerance[1] or 'percent'}"

    def test_a_whole_system_has_no_group_whatever_is_written(self) -> None:
        text = "measure,level,group,value,tolerance,source\nhandover_mean,,north,30,10,x\n"
        assert read_observed(text)[0].key == (HANDOVER, "system", "")

    @pytest.mark.parametrize(
        ("simulated", "verdict", "reason"),
        [
            ([30.0, 30.0], "within tolerance", "within"),
            ([33.0, 33.0], "within tolerance", "within"),
            ([27.0, 27.0], "within tolerance", "within"),
            ([33.3, 33.3], "outside", "too high ×1.1"),
            ([24.0, 24.0], "outside", "too low ×2.0"),
            ([33.0, 34.0], "outside", "too high ×1.2?"),  # the interval reaches into the tolerance
            ([40.0], "outside", "too high ×3.3"),  # one replication has no interval to reach anywhere
            ([nan], "not simulated", "not simulated"),
        ],
    )
    def test_a_figure_fits_or_not_and_why(self, simulated: list[float], verdict: str, reason: str) -> None:
        found = {(HANDOVER, "system", ""): estimate((HANDOVER, "system", ""), np.array(simulated))}
        (score,) = scorecard([figure("30")], found)
        assert (score.verdict, score.reason) == (verdict, reason)

    def test_what_is_exact_must_be_met_exactly(self) -> None:
        for mean, tolerances, reason in ((30.0, 0.0, "within"), (30.1, inf, "too high")):
            score = Score(
                figure("30", tolerance="0"), mean, 0.0, "within tolerance" if mean == 30 else "outside"
            )
            assert (score.tolerances, score.reason) == (tolerances, reason)

    def test_the_worst_come_first_and_what_is_unknown_before_them(self) -> None:
        figures = [figure("30"), figure("75", "%", measure=FOUR), figure("5", measure="boarders")]
        found = {
            (m, "system", ""): estimate((m, "system", ""), np.array(values))
            for m, values in ((HANDOVER, [31.0, 31.0]), (FOUR, [0.5, 0.5]))
        }
        assert [score.observed.measure for score in scorecard(figures, found)] == ["boarders", FOUR, HANDOVER]

    def test_the_scorecard_as_a_table(self) -> None:
        figures = [figure("30"), figure("75", "%", "3", "points", measure=FOUR)]
        found = {
            (m, "system", ""): estimate((m, "system", ""), np.array(values))
            for m, values in ((HANDOVER, [31.0, 31.0]), (FOUR, [0.70, 0.722]))
        }
        scores = scorecard(figures, found)
        lines = scorecard_table(scores).text().splitlines()
        assert [" ".join(line.split()) for line in lines] == [
            "Observed and simulated",
            "observed simulated tolerance reason",
            "ED: within 4 hours, all types",
            "whole system 75.0% 71.1% ±3.0 pts too low ×1.3?",
            "Ambulance handover, mean",
            "whole system 30 min 31 min ±3 min within",
            "1 of 2 figures are within tolerance.",
            *TIMES.splitlines(),
            *CHANCE.splitlines(),
        ]
        misfits = scorecard_table(scores, everything=False).text()
        assert "Ambulance handover" not in misfits
        assert "1 of 2" in misfits


# -- tables ----------------------------------------------------------------------------------------------


class TestTables:
    def test_a_table_is_as_wide_as_it_must_be_and_no_wider_than_the_page(self) -> None:
        table = TextTable(
            ("", "a", "b"), [["first", "1", "22"], ["x" * 90, "333", "4"]], "Title", ["Note."], left=(2,)
        )
        lines = table.text(40).splitlines()
        assert lines[0] == "Title"
        assert lines[2] == "first" + " " * (31 - 5) + "  " + "  1  22"
        assert lines[3] == "x" * 30 + "…" + "  333  4"
        assert lines[-1] == "Note."

    def test_a_line_without_cells_goes_over_all_columns(self) -> None:
        table = TextTable(("", "a"), [["A heading that is longer than its column", ""], ["row", "1"]])
        assert "A heading that is longer than its column" in table.text()
        assert "row           1" in table.text()

    def test_caveats_are_said_once_in_lines_that_fit(self) -> None:
        harm = in_area("harm")
        lines = caveats([*harm, *harm, known(FOUR)])
        assert " ".join(lines) == harm[0].caveat
        assert max(map(len, lines)) <= 80


def test_every_measure_is_written_and_explained() -> None:
    from flowsim.cli.measures import about

    for measure in CATALOGUE.values():
        assert measure.format(0.5)
        text = about(measure)
        assert max(map(len, text.splitlines())) <= 80
        assert text.startswith(f"{measure.id}: {measure.label}\n")
        assert ("better" in text) == (measure.better is not None)
