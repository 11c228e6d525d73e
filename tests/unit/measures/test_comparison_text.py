"""Comparisons as text: 80 columns, kind to strange names, and agreeing with the numbers."""

from typing import Any

import pytest

from finished_runs import FakeRun, run, table
from flowsim.measures.compare import compare
from flowsim.measures.compare.stories import people_text, pinch_text, sentences, time_text
from flowsim.measures.compare.text import comparison_text, plain
from flowsim.measures.compare.whereabouts import pinch_points, where_time_goes

BASE = {
    "within_4_hours": [0.740, 0.756],
    "handover_mean": [30.0, 32.0],
    "bed_occupancy": [0.95, 0.95],
    ("within_4_hours", "site", "north_hospital"): [0.7, 0.7],
}
PLAN = {
    "within_4_hours": [0.730, 0.7461],
    "handover_mean": [33.0, 30.0],
    "bed_occupancy": [0.95, 0.95],
    ("within_4_hours", "site", "north_hospital"): [0.8, 0.81],
}
SHOWN = """
                        baseline  more beds  difference (95% interval)
ED: within 4 hours,        74.8%      73.8%  -1.0 pts (-1.2 to -0.8)    worse
all types
Ambulance handover,       31 min     32 min  +0.5 min (-95.0 to +96.0)  no clear
mean                                                                    change
Bed occupancy, general     95.0%      95.0%  +0.0 pts                   the same
and acute

Same patients in both, 2 paired replications; intervals adjusted for 3
comparisons. Pairing leaves 96% of the variance of independent runs (median).
"""


def lines(text: str) -> list[str]:
    assert max(map(len, text.splitlines())) <= 80
    return text.splitlines()


def test_a_comparison_as_it_is_shown() -> None:
    text = comparison_text(compare(run("baseline", BASE), run("more beds", PLAN)))
    assert lines(text) == SHOWN.strip("\n").splitlines()


def test_with_room_each_measure_is_one_line() -> None:
    text = comparison_text(compare(run("baseline", BASE), run("more beds", PLAN)), width=120)
    table_lines = text.split("\n\n")[0].splitlines()
    assert len([line for line in table_lines if "%" in line or "min" in line]) >= 3
    assert any(line.endswith("no clear change") for line in table_lines)


def test_groups_stand_below_their_measure() -> None:
    text = comparison_text(compare(run("a", BASE), run("b", PLAN)), "within_4_hours", "site")
    found = lines(text)
    assert found[1] == "ED: within 4 hours, all types"
    assert found[2].startswith("   north hospital")
    assert found[2].endswith("better")


def test_one_replication_says_that_it_may_be_luck() -> None:
    text = comparison_text(compare(run("a", {"handover_mean": [10.0]}), run("b", {"handover_mean": [12.0]})))
    assert "+2 min" in text
    assert "interval)" not in text.splitlines()[0]
    assert "One replication has no interval" in text.replace("\n", " ")


def test_a_clear_difference_never_reads_as_nothing() -> None:
    base = run("a", {"within_4_hours": [0.7, 0.8, 0.9]})
    plan = run("b", {"within_4_hours": [0.70021, 0.80020, 0.90019]})
    text = comparison_text(compare(base, plan))
    assert "+0.02 pts (+0.02 to +0.02)" in text
    assert "better" in text


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=cmd()", 'a "quote"', "x" * 300, "\x1b[31mred\x07\n"]
)
def test_strange_names_do_no_harm(name: str) -> None:
    text = comparison_text(compare(run(name, BASE), run(name, PLAN)))
    assert max(map(len, lines(text))) <= 80
    assert all(char.isprintable() or char == "\n" for char in text)


def test_a_name_is_cut_and_cleaned() -> None:
    assert plain("a\x1b[0m  b\n") == "a [0m b"
    assert plain("x" * 300, 10) == "x" * 9 + "…"


# -- where time goes -------------------------------------------------------------------------------------

HOURS = {
    ("hours_in_care", "kind", "ward"): [100.0, 100.0],
    ("hours_waiting", "kind", "ward"): [0.0, 0.0],
    ("hours_blocked", "kind", "ward"): [40.0, 42.0],
    ("hours_in_care", "system", ""): [100.0, 100.0],
    ("hours_waiting", "system", ""): [0.0, 0.0],
    ("hours_blocked", "system", ""): [40.0, 42.0],
    ("delay_caused", "service", "home_care"): [40.0, 42.0],
    ("delay_caused", "service", "ward"): [5.0, 5.0],
    ("blocked_by", "link", "ward > home_care"): [39.0, 41.0],
    ("blocked_by", "link", "ed > home_care"): [1.0, 1.0],
}


def changed(**values: Any) -> FakeRun:
    return run("plan", {**HOURS, ("hours_blocked", "kind", "ward"): [30.0, 31.0],
                        ("delay_caused", "service", "home_care"): [2.0, 3.0]})  # fmt: skip


def test_where_time_goes_in_both_runs() -> None:
    comparison = compare(run("base", HOURS), changed())
    found = where_time_goes(comparison)[0]
    assert list(found) == ["ward", ""]
    assert [row.difference for row in found["ward"]] == [0.0, 0.0, -10.5]
    text = time_text(found, comparison.base, comparison.others[0])
    assert any(line.split() == ["ward", "100", "0", "0", "0", "41", "-10"] for line in lines(text))


def test_pinch_points_are_ranked_by_the_worse_of_both_runs() -> None:
    comparison = compare(run("base", HOURS), changed())
    points = pinch_points(comparison)[0]
    assert [point.service for point in points] == ["home_care", "ward"]
    assert points[0].holders == ["ward", "ed"]
    assert points[0].delay.difference == pytest.approx(-38.5)
    assert "better" in lines(pinch_text(points))[2]


# -- person by person ------------------------------------------------------------------------------------


def test_the_sentences_agree_with_the_numbers() -> None:
    base = [
        {"uid": n, "ed_attendances": 1, "held_minutes": 60, "age": "85+" if n < 20 else "65-74"}
        for n in range(40)
    ]
    plan = [{**row, "ed_attendances": int(row["uid"] >= 12), "held_minutes": 0} for row in base]
    plan.append({"uid": 99, "ed_attendances": 1, "held_minutes": 600})
    total = {"attendances_type_1": [4.0], "attendances": [4.0]}
    fewer = {"attendances_type_1": [2.9], "attendances": [2.9]}
    comparison = compare(run("base", total, [table(base)]), run("plan", fewer, [table(plan)]))
    followed = comparison.people()[0]
    said = list(sentences(followed))
    assert (
        said[0] == "The same patients in base and plan, followed person by person (40 in each replication):"
    )
    assert said[1] == "- ED attendances: 12 avoided, 0 added; 12 fewer in all."
    assert (
        said[2] == "- hours of waiting or being held: 40 saved for some, 0 lost for others; 40 fewer in all."
    )
    assert said[4].startswith("- 1.0 patients come in plan alone")
    text = people_text(followed)
    assert any(line.split() == ["85+", "20", "-12", "0", "-20", "-60.0"] for line in lines(text))
    assert followed.to_frame().shape[0] == len(followed.found)
