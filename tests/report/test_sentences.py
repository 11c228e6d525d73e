"""Sentences say what the numbers say."""

from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.paired import Difference
from flowsim.report.sentences import (
    answer,
    counted,
    finding,
    listed,
    moves,
    rest,
    verdicts,
)
from report.words import MOST_WORDS, longest

HEADLINE = [measure.id for measure in CATALOGUE.values() if measure.headline]


def difference(
    measure: str = "within_4_hours", change: float = 0.02, half_width: float = 0.01, base: float = 0.75
) -> Difference:
    return Difference(
        measure, "system", "", 10, base, base + change, change, half_width, 0.3, comparisons=len(HEADLINE)
    )


BETTER = difference(change=0.02)
WORSE = difference(change=-0.02)
UNCLEAR = difference(change=0.005)
SAME = difference(change=0.0, half_width=0.0)
HIGHER = difference("attendances", change=20.0, half_width=5.0, base=300.0)
ONE = difference(half_width=nan)


class TestAnswer:
    def test_says_how_many_are_better_and_worse(self) -> None:
        text = answer("More beds", [BETTER, BETTER, WORSE, UNCLEAR])
        assert text == "More beds makes 2 of 4 headline measures better and 1 worse."

    def test_none_worse(self) -> None:
        assert answer("A", [BETTER, UNCLEAR]) == "A makes 1 of 2 headline measures better and none worse."

    def test_none_better(self) -> None:
        assert answer("A", [WORSE, HIGHER]) == "A makes 1 of 2 headline measures worse and none better."

    def test_nothing_clear(self) -> None:
        assert "no clear difference" in answer("A", [UNCLEAR, HIGHER, SAME])

    def test_nothing_at_all(self) -> None:
        assert answer("A", [SAME, SAME]) == "A changes nothing that is measured here."

    def test_one_replication_claims_nothing(self) -> None:
        text = answer("A", [ONE, ONE])
        assert "one replication" in text
        assert "better" not in text
        assert "worse" not in text

    @settings(deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(HEADLINE), st.floats(-0.5, 0.5), st.floats(0, 0.5)),
            min_size=1,
            max_size=30,
        )
    )
    def test_counts_are_those_of_the_verdicts(self, found: list[tuple[str, float, float]]) -> None:
        rows = [difference(name, change, wide) for name, change, wide in found]
        text = answer("A plan", rows)
        better, worse = (sum(row.verdict == word for row in rows) for word in ("better", "worse"))
        assert longest(text) <= MOST_WORDS
        if better:
            assert f"{better} of {len(rows)}" in text
            assert ("none worse" in text) == (worse == 0)
        elif worse:
            assert f"{worse} of {len(rows)}" in text
            assert "none better" in text
        else:
            assert " better and" not in text
            assert " worse and" not in text


class TestOneMeasure:
    def test_with_its_interval_and_verdict(self) -> None:
        label = CATALOGUE["within_4_hours"].label
        text = moves(BETTER).replace("\u00a0", " ")  # the two ends of an interval are kept together
        assert text == f"{label}: 75.0% to 77.0%, +2.0 pts (+1.0 to +3.0), better."

    def test_of_a_group(self) -> None:
        assert moves(WORSE, "The hospital").startswith(
            f"{CATALOGUE['within_4_hours'].label}, The hospital: 75.0%"
        )

    def test_the_same(self) -> None:
        assert moves(SAME).endswith("75.0%, the same in both.")

    def test_one_replication_has_no_interval_and_no_verdict(self) -> None:
        assert moves(ONE).endswith("75.0% to 77.0%, +2.0 pts.")

    @settings(deadline=None)
    @given(st.sampled_from(HEADLINE), st.floats(-0.5, 0.5), st.floats(0, 0.5))
    def test_never_says_worse_of_what_is_not(self, name: str, change: float, wide: float) -> None:
        row = difference(name, change, wide)
        text = moves(row)
        assert text.endswith("worse.") == (row.verdict == "worse")
        assert text.endswith("better.") == (row.verdict == "better")
        assert longest(text) <= MOST_WORDS


class TestFinding:
    def test_of_one_plan(self) -> None:
        assert finding([BETTER], ["A"]).endswith(": +2.0 pts, better")

    def test_of_two_plans(self) -> None:
        assert finding([BETTER, UNCLEAR], ["A", "B"]).endswith(
            "+2.0 pts, better with A; no clear change with B"
        )

    def test_all_unclear_is_said_once(self) -> None:
        assert finding([UNCLEAR, UNCLEAR], ["A", "B"]).endswith(": no clear change")

    def test_all_the_same_is_said_once(self) -> None:
        assert finding([SAME, SAME], ["A", "B"]).endswith(": the same")

    def test_one_replication(self) -> None:
        assert finding([ONE], ["A"]).endswith("+2.0 pts, one replication")


class TestTheRest:
    def test_unclear_and_moved(self) -> None:
        text = rest([BETTER, UNCLEAR, UNCLEAR, SAME, HIGHER])
        assert "2 show no clear change and 1 stays the same" in text
        assert f"{CATALOGUE['attendances'].label} (higher)" in text

    def test_where_nothing_is_better_or_worse_there_are_no_others(self) -> None:
        assert rest([UNCLEAR, UNCLEAR]) == "2 show no clear change."

    def test_nothing_left(self) -> None:
        assert rest([BETTER, WORSE]) == ""


def test_the_clearest_comes_first() -> None:
    faint = difference(change=0.011)
    assert verdicts([faint, BETTER, WORSE], "better") == [BETTER, faint]
    assert verdicts([UNCLEAR], "better") == []


@pytest.mark.parametrize(
    ("number", "text"), [(0, "no runs"), (1, "1 run"), (2, "2 runs"), (1200, "1,200 runs")]
)
def test_counted(number: int, text: str) -> None:
    assert counted(number, "run") == text


def test_listed() -> None:
    assert [listed(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
