"""How mistakes are made on purpose, and mended again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flowsim.kernel import Pool
from flowsim.measures import estimates
from flowsim.sampling import arrivals, feed
from flowsim.verify import suite
from flowsim.verify.case import Case, Check, Luck, covers, true
from flowsim.verify.mutants import (
    KERNEL,
    METHODS,
    MUTANTS,
    SAMPLING,
    Mutant,
    StaleError,
    autopsy,
    located,
    rewritten,
    survives,
)
from flowsim.verify.suite import find

HALF = Mutant("half", "measures.estimates:half_width", "values.std(ddof=1)", "0.0", ("V1",))
LAST = Mutant("last", "kernel.pool:Pool._next", "line.popleft()", "line.pop()", ("V1",))
CURVE = Mutant("curve", "sampling.arrivals:at_rate", "per_day * week", "2.0 * per_day * week", ("V1",))


def only(monkeypatch: pytest.MonkeyPatch, run: Any) -> None:
    """Make a suite of one case, V1."""
    monkeypatch.setattr(suite, "CASES", (Case("V1", "A case", "a formula", run),))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.mistake)
def test_a_mistake_can_be_made_and_its_cases_exist(mutant: Mutant) -> None:
    """Its text is where it should be, what replaces it is Python, and a case is there to notice."""
    _, _, right = located(mutant.where)
    assert rewritten(right, mutant) is not right
    assert mutant.right != mutant.wrong
    assert [find(id).id for id in mutant.cases] == list(mutant.cases)


def test_there_are_enough_and_all_are_different() -> None:
    """The methods standard asks for five kinds, and ten more in the engine and in sampling."""
    assert len(METHODS) >= 5
    assert len(KERNEL) + len(SAMPLING) >= 10
    assert len({mutant.mistake for mutant in MUTANTS}) == len(MUTANTS)


def test_the_code_is_broken_while_the_case_runs_and_mended_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = estimates.half_width
    seen = []

    def run(_: Luck) -> Any:
        seen.append(estimates.half_width)
        yield true("it holds", 1)

    only(monkeypatch, run)
    assert survives(HALF, Luck())
    assert seen[0] is not right
    assert estimates.half_width is right


def test_the_code_is_mended_when_the_case_breaks_down(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Pool.__dict__["_next"]

    def run(_: Luck) -> Any:
        assert Pool.__dict__["_next"] is not right
        raise ZeroDivisionError("no patients")
        yield

    only(monkeypatch, run)
    found = autopsy(LAST, Luck())
    assert found.noticed_by == "V1"
    assert found.how == "ZeroDivisionError: no patients"
    assert Pool.__dict__["_next"] is right


def test_a_function_is_broken_wherever_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    right = arrivals.at_rate
    assert feed.at_rate is right
    seen = []

    def run(_: Luck) -> Any:
        seen.extend([arrivals.at_rate, feed.at_rate])
        yield true("it holds", 1)

    only(monkeypatch, run)
    autopsy(CURVE, Luck())
    assert seen[0] is seen[1] is not right
    assert arrivals.at_rate is feed.at_rate is right


def test_what_noticed_is_told_with_the_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, lambda _: [true("nothing is lost", 0)])
    found = autopsy(HALF, Luck())
    assert (found.killed, found.noticed_by) == (True, "V1")
    assert found.how == "nothing is lost: expected 1, got 0"


def test_one_miss_by_chance_notices_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake counts as noticed only if the suite would have failed, second attempt and all."""
    import numpy as np

    values = np.array([9.0, 10.0, 11.0, 10.0])

    def run(luck: Luck) -> list[Check]:
        return [covers("waits", 99.0 if luck.effort == 1 else 10.0, values)]

    only(monkeypatch, run)
    found = autopsy(HALF, Luck())
    assert not found.killed
    assert (found.noticed_by, found.how) == ("", "")


@pytest.mark.parametrize("text", ["values.std(ddof=2)", "values"])
def test_a_mistake_whose_text_is_gone_or_not_alone_is_an_error(text: str) -> None:
    with pytest.raises(StaleError, match=r"measures\.estimates:half_width holds \d times the text"):
        autopsy(replace(HALF, right=text), Luck())


def test_the_case_of_mistakes_goes_on_after_one_that_can_no_longer_be_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from flowsim.verify.cases import study

    only(monkeypatch, lambda _: [true("it holds", 0)])
    monkeypatch.setattr(study, "MUTANTS", (replace(HALF, right="no such text"), LAST))
    stale, noticed = study.mutation.run(Luck())
    assert not stale.passed
    assert "holds 0 times the text" in stale.what
    assert noticed.passed
    assert noticed.what == "last: noticed by V1"
