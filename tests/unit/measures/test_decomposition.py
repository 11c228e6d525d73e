"""Why a plan differs: hand-worked from runs of each change."""

import pytest

from finished_runs import FakeRun, run
from flowsim.measures.compare.decomposition import Trial, as_rows, reasons
from flowsim.measures.compare.stories import reasons_text, why


def of(name: str, *values: float) -> FakeRun:
    return run(name, {"within_4_hours": list(values), "handover_mean": [v * 100 for v in values]})


BASE = of("base", 0.70, 0.80)
PLAN = of("plan", 0.74, 0.86)
TRIALS = [
    Trial("beds", alone=of("beds", 0.73, 0.83), without=of("no beds", 0.70, 0.81)),
    Trial("flu", alone=of("flu", 0.69, 0.78), without=of("no flu", 0.76, 0.89)),
]


def test_each_change_alone_each_as_the_last_and_what_is_left() -> None:
    found = reasons(BASE, PLAN, TRIALS, "within_4_hours")[0]
    assert found.total.difference == pytest.approx(0.05)
    assert [step.alone.difference for step in found.steps] == pytest.approx([0.03, -0.015])
    assert [step.last.difference for step in found.steps] == pytest.approx([0.045, -0.025])
    assert found.together.difference == pytest.approx(0.05 - 0.03 + 0.015)
    assert found.together.half_width > 0
    assert {row.comparisons for row in (found.total, found.together, found.steps[0].last)} == {6}


def test_the_sum_of_the_changes_and_what_is_left_is_the_total_in_every_replication() -> None:
    found = reasons(BASE, PLAN, TRIALS, "within_4_hours")[0]
    summed = sum(step.alone.difference for step in found.steps)
    assert summed + found.together.difference == pytest.approx(found.total.difference)
    assert (found.together.base, found.together.other) == pytest.approx((summed, found.total.difference))


def test_the_reasons_in_a_sentence_and_in_tables() -> None:
    found = reasons(BASE, PLAN, TRIALS)
    assert [each.total.measure for each in found] == ["within_4_hours", "handover_mean"]
    assert why(found[0]) == (
        "Why +5.0 pts: beds +3.0 pts; flu -1.5 pts; together +3.5 pts. (ED: within 4 hours, all types)"
    )
    text = reasons_text(found, PLAN)
    assert max(map(len, text.splitlines())) <= 80
    assert "as the last change" in text
    assert "together, beyond each alone" in text


def test_the_reasons_as_rows() -> None:
    rows = as_rows(reasons(BASE, PLAN, TRIALS, "within_4_hours"), PLAN)
    assert [(row["row"], row["change"]) for row in rows] == [
        ("total", ""),
        ("alone", "beds"),
        ("last", "beds"),
        ("alone", "flu"),
        ("last", "flu"),
        ("together", ""),
    ]
