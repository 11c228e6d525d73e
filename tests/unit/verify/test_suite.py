"""How cases are judged, run and reported."""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from flowsim.cli.app import app
from flowsim.errors import InputError
from flowsim.verify import report, suite
from flowsim.verify.case import Case, Check, Luck, Verdict, covers, equal, near, none_of, true

VALUES = np.array([9.0, 10.0, 11.0, 10.0, 10.0, 9.5, 10.5, 10.0])


def case_of(run: Any, **settings: Any) -> Case:
    return Case("V1", "A case", "a formula", run, **settings)


# -- rules ---------------------------------------------------------------------------------------------


def test_an_interval_must_hold_the_expected_value() -> None:
    """Mean 10, sd 0.5976 over 8: 5.4079 standard errors of 0.2113 are 1.1426."""
    check = covers("waits", 10.4, VALUES)
    assert (check.got, check.high) == (10.0, pytest.approx(11.1426, abs=1e-4))
    assert check.passed
    assert not covers("waits", 12.0, VALUES).passed


def test_an_interval_must_be_narrow_enough_if_asked() -> None:
    assert covers("waits", 10.0, VALUES, 0.12).passed
    assert not covers("waits", 10.0, VALUES, 0.10).passed


def test_a_figure_that_is_not_a_number_never_passes() -> None:
    assert not covers("waits", 10.0, np.array([10.0, nan])).passed
    assert not equal("waits", 10.0, nan).passed
    assert not near("waits", 10.0, nan, 1.0).passed


def test_equal_figures() -> None:
    assert equal("waits", 2.0, 2.0).passed
    assert not equal("waits", 2.0, 2.0 + 1e-12).passed
    assert equal("waits", 2.0, 2.0 + 1e-12, 1e-9).passed
    assert near("share", 0.5, 0.53, 0.01).passed
    assert not near("share", 0.5, 0.54, 0.01).passed
    assert not none_of("mistakes", 1).passed
    assert not true("it holds", "").passed


# -- running -------------------------------------------------------------------------------------------


def missed(what: str, expected: float = 12.0) -> Check:
    """A figure that depends on chance and misses (or not, if 10 is expected)."""
    return covers(what, expected, VALUES)


def test_a_figure_missed_by_chance_is_looked_at_again_with_other_luck_and_more_of_it() -> None:
    lucks = []

    def run(luck: Luck) -> Iterable[Check]:
        lucks.append((luck.seed, luck.many(20)))
        yield missed("waits", 12.0 if len(lucks) == 1 else 10.0)

    verdict = suite.run_case(case_of(run), Luck(seed=5))
    assert verdict.passed
    assert verdict.attempts == 2
    assert [check.expected for check in verdict.doubted] == [12.0]
    assert lucks == [(5, 20), (1_000_008, 40)]


def test_a_figure_missed_twice_has_failed() -> None:
    verdict = suite.run_case(case_of(lambda _: [missed("waits"), missed("beds", 10.0)]), Luck())
    assert not verdict.passed
    assert [check.what for check in verdict.failed] == ["waits"]


def test_another_figure_missed_the_second_time_is_chance_again() -> None:
    """One miss in a thousand is due in either attempt; only twice the same one means something."""
    seeds = []

    def run(luck: Luck) -> Iterable[Check]:
        seeds.append(luck.seed)
        first = len(seeds) == 1
        yield missed("waits", 12.0 if first else 10.0)
        yield missed("beds", 10.0 if first else 12.0)

    verdict = suite.run_case(case_of(run), Luck())
    assert verdict.attempts == 2
    assert verdict.passed
    assert verdict.failed == ()


def test_what_does_not_depend_on_chance_has_only_one_attempt() -> None:
    verdict = suite.run_case(case_of(lambda luck: [true("it holds", luck.full), missed("waits")]), Luck())
    assert (verdict.passed, verdict.attempts) == (False, 1)


def test_what_leaves_nothing_to_chance_fails_even_if_it_held_the_first_time() -> None:
    def run(luck: Luck) -> Iterable[Check]:
        yield missed("waits", 12.0 if luck.effort == 1 else 10.0)
        yield true("it holds", luck.effort == 1)

    verdict = suite.run_case(case_of(run), Luck())
    assert verdict.attempts == 2
    assert [check.what for check in verdict.failed] == ["it holds"]


def test_a_case_that_breaks_down_the_second_time_has_failed() -> None:
    def run(luck: Luck) -> Iterable[Check]:
        yield missed("waits")
        if luck.effort > 1:
            raise ZeroDivisionError("no patients")

    verdict = suite.run_case(case_of(run), Luck())
    assert not verdict.passed
    assert verdict.error == "ZeroDivisionError: no patients"


def test_how_often_a_correct_engine_fails() -> None:
    """Each of 300 figures misses twice with one chance in a million."""
    verdict = Verdict(case_of(None), tuple(missed(f"figure {n}", 10.0) for n in range(300)))
    assert verdict.false_alarm == pytest.approx(300e-6)
    assert report.false_alarm([verdict, verdict]) == pytest.approx(600e-6)
    assert "once in 3,333" in report.odds([verdict])
    exact = Verdict(case_of(None), (true("it holds", 1), none_of("mistakes", 0)))
    assert report.odds([exact]) == "Nothing in it is left to chance."


@pytest.mark.parametrize("replications", [5, 10, 20])
def test_the_level_of_an_interval_is_what_it_says(replications: int) -> None:
    """Of 30,000 intervals about the mean of normal values, 1 in 1,000 misses (standard error 0.2)."""
    values = np.random.default_rng(26).normal(10.0, 3.0, (30_000, replications))
    missing = sum(not covers("waits", 10.0, row).passed for row in values)
    assert 10 <= missing <= 50


def test_the_level_of_known_standard_errors_is_what_it_says() -> None:
    means = np.random.default_rng(27).normal(0.0, 2.0, 30_000)
    assert 10 <= sum(not near("mean", 0.0, mean, 2.0).passed for mean in means) <= 50


@pytest.mark.parametrize("shift", [8.0, 12.0])
def test_an_error_of_many_standard_errors_is_noticed(shift: float) -> None:
    """A mean that is wrong by eight standard errors is missed by both attempts in 99 cases of 100."""
    rng = np.random.default_rng(28)
    verdicts = []
    for _ in range(300):

        def run(luck: Luck) -> Iterable[Check]:
            values = rng.normal(10.0 + shift / np.sqrt(20), 1.0, luck.many(20))
            yield covers("waits", 10.0, values)

        verdicts.append(suite.run_case(case_of(run), Luck()))
    assert np.mean([verdict.passed for verdict in verdicts]) <= 0.01


def test_a_case_that_cannot_be_finished_has_failed() -> None:
    def run(_: Luck) -> Iterable[Check]:
        yield true("it holds", holds=True)
        raise ZeroDivisionError("no patients")

    verdict = suite.run_case(case_of(run), Luck())
    assert not verdict.passed
    assert verdict.error == "ZeroDivisionError: no patients"
    assert len(verdict.checks) == 1


def test_a_case_that_checks_nothing_has_failed() -> None:
    assert not suite.run_case(case_of(lambda _: []), Luck()).passed


def test_the_full_suite_has_more_replications() -> None:
    assert Luck().many(20) == 20
    assert Luck(full=True).many(20) == 80


def test_choosing_cases() -> None:
    assert [case.id for case in suite.chosen(["v19", "V2"])] == ["V2", "V19"]
    assert [case.id for case in suite.chosen(["V25"])] == ["V25"]
    assert "V25" not in [case.id for case in suite.chosen()]
    assert suite.chosen(full=True) == list(suite.CASES)
    with pytest.raises(InputError, match="There is no case V99"):
        suite.chosen(["V99"])


# -- reporting -----------------------------------------------------------------------------------------

GOOD = Verdict(case_of(None), (covers("mean <wait>, min", 10.0, VALUES),), 2.0)
BAD = Verdict(case_of(None), (true("it holds", 0), none_of("mistakes", 0)), 1.0)
TWICE = Verdict(case_of(None), (missed("waits", 10.0),), 3.0, doubted=(missed("waits"),))


def test_a_line_for_each_case() -> None:
    assert report.line(GOOD).split() == ["V1", "A", "case", "1/1", "2.0", "s", "ok"]
    assert report.line(BAD).endswith("FAILED")
    long = Verdict(Case("V10", "x" * 99, "", None), GOOD.checks)  # type: ignore[arg-type]
    assert len(report.line(long)) <= 80


def test_details_are_of_what_failed_unless_all_are_wanted() -> None:
    assert list(report.details(GOOD)) == []
    (line,) = report.details(GOOD, everything=True)
    assert line == "     ok mean <wait>, min: expected 10, got 10 (8.8574 to 11.143)"
    (failed,) = report.details(BAD)
    assert failed == "     NO it holds: expected 1, got 0"
    assert "mistakes" in list(report.details(BAD, everything=True))[-1]


def test_details_tell_of_a_second_look() -> None:
    first, again = report.details(TWICE)
    assert first == "     missed at first waits: expected 12, got 10 (8.8574 to 11.143)"
    assert again == "     looked again with other luck, twice as much of it"
    assert report.line(TWICE).endswith("ok")
    assert "1 looked at twice" in report.summary([TWICE])
    assert "Looked at twice. Missed at first: waits: expected 12" in report.page([TWICE], seed=1, full=False)
    data = report.as_data([TWICE], seed=1, full=False)
    assert data["cases"][0]["attempts"] == 2
    assert data["cases"][0]["missed_at_first"][0]["expected"] == 12.0


def test_the_summary() -> None:
    assert report.summary([GOOD]) == "All 1 cases passed; 1 figures, 2 s of processor time."
    assert report.summary([GOOD, BAD]).startswith("1 of 2 cases failed (V1); 3 figures")


def test_the_page_is_complete_and_safe() -> None:
    text = report.page([GOOD, BAD], seed=7, full=False)
    assert '<html lang="en-GB">' in text
    assert "mean &lt;wait&gt;, min" in text
    assert "<wait>" not in text
    assert text.count("<caption>") == 2
    assert 'scope="row"' in text
    assert '<span class="failed">failed</span>' in text
    assert "seed 7" in text


def test_figures_that_are_not_numbers() -> None:
    assert [report.number(value) for value in (1.0, 0.123456789, nan, inf)] == [
        "1",
        "0.12346",
        "nothing",
        "nothing",
    ]


# -- the command ---------------------------------------------------------------------------------------


def verify(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["verify", *arguments])


def test_the_command_shows_each_case() -> None:
    result = verify("--only", "V15", "--only", "V19")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0].startswith("V15  Six patients at a time, by hand")
    assert result.stdout.splitlines()[-1].startswith("All 2 cases passed; 105 figures")


def test_the_command_gives_json_and_a_page(tmp_path: Any) -> None:
    page = tmp_path / "evidence.html"
    result = verify("--only", "V15", "--seed", "9", "--json", "--html", str(page))
    found = json.loads(result.stdout)
    assert (found["seed"], found["passed"], found["cases"][0]["id"]) == (9, True, "V15")
    assert len(found["cases"][0]["figures"]) == 96
    assert "Evidence of verification" in page.read_text(encoding="utf-8")


def test_a_failure_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of(lambda _: [true("it holds", 0)])
    monkeypatch.setattr(suite, "CASES", (case,))
    result = verify()
    assert result.exit_code == 1
    assert "NO it holds" in result.stdout
    assert "1 of 1 cases failed (V1)" in result.stdout


def test_an_unknown_case_is_your_mistake() -> None:
    result = verify("--only", "V77")
    assert result.exit_code == 2
    assert "There is no case V77" in result.stderr
