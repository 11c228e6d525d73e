"""The quick cases of `flowsim verify`, one test each, through the same suite.

The seed is fixed, so no second attempt is needed, and none is allowed.
"""

from pathlib import Path
from typing import Any

import pytest

from flowsim.scenario import load
from flowsim.stability import overloads
from flowsim.verify.case import Case, Luck
from flowsim.verify.files import folder
from flowsim.verify.mutants import MUTANTS, Mutant, autopsy
from flowsim.verify.report import details
from flowsim.verify.suite import CASES, attempt, chosen

AT_ONCE = ("V15", "V16", "V17", "V18", "V19", "V21", "V23", "V29")
"""Cases that take less than about a second, so that mistakes they should notice can be made here."""


LONG = ("V1", "V2", "V3", "V4", "V5", "V7", "V8", "V9", "V10", "V11", "V24", "V27", "V28")
"""Cases that take more than about two seconds."""


def _marked(case: Case) -> Any:
    return pytest.param(case, id=case.id, marks=[pytest.mark.slow] if case.id in LONG else [])


@pytest.mark.parametrize("case", [_marked(case) for case in chosen()])
def test_theory(case: Case) -> None:
    verdict = attempt(case, Luck(seed=2026))
    assert verdict.passed, f"{case.id}: {case.title}\n" + "\n".join(details(verdict))


def _broken(mutant: Mutant) -> Any:
    quick = mutant.cases[0] in AT_ONCE
    return pytest.param(mutant, id=mutant.mistake, marks=[] if quick else [pytest.mark.full])


@pytest.mark.parametrize("mutant", [_broken(mutant) for mutant in MUTANTS])
def test_a_mistake_is_noticed(mutant: Mutant) -> None:
    found = autopsy(mutant, Luck(seed=2026))
    assert found.killed
    assert found.how


def test_every_case_has_its_own_number() -> None:
    numbers = [case.id for case in CASES]
    assert len(set(numbers)) == len(numbers)
    assert [f"V{n}" for n in range(1, len(CASES) + 1)] == numbers


@pytest.mark.parametrize("path", sorted(folder().glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_says_what_it_is_and_can_settle(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")
    scenario = load(path)
    assert scenario.name == path.stem
    assert overloads(scenario) == []
    assert not scenario.warnings
