"""The script that shows which mistakes are noticed: its table and its exit code."""

from __future__ import annotations

from typing import Any

import pytest

import mutation
from flowsim.verify import mutants, suite
from flowsim.verify.case import Case, Luck, true
from flowsim.verify.mutants import Mutant

Capture = pytest.CaptureFixture[str]

LAST = Mutant("last come, first served", "kernel.pool:Pool._next", "line.popleft()", "line.pop()", ("V1",))
GONE = Mutant("a mistake of old", "kernel.pool:Pool._next", "no such text", "x", ("V1",))


def made_of(monkeypatch: pytest.MonkeyPatch, run: Any, *made: Mutant) -> None:
    """Make a suite of one case and a list of mistakes."""
    monkeypatch.setattr(suite, "CASES", (Case("V1", "A case", "a formula", run),))
    monkeypatch.setattr(mutation, "MUTANTS", made)


def notices(_: Luck) -> Any:
    """Hold only if the pool serves as it should."""
    import inspect

    from flowsim.kernel import Pool

    yield true("the first is served first", Pool._next.__code__.co_filename == inspect.getfile(Pool))


def test_a_mistake_that_is_noticed(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    made_of(monkeypatch, notices, LAST)
    assert mutation.main(["-v"]) == 0
    out = capsys.readouterr().out
    row = next(line for line in out.splitlines() if line.startswith("last come"))
    assert row.split()[-4:-1] == ["kernel.pool:Pool._next", "V1", "killed"]
    assert "- line.popleft()" in out
    assert "+ line.pop()" in out
    assert "the first is served first: expected 1, got 0" in out
    assert "1 of 1 mistakes noticed." in out


def test_a_mistake_that_survives(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    made_of(monkeypatch, lambda _: [true("it holds", 1)], LAST)
    assert mutation.main([]) == 1
    out = capsys.readouterr().out
    assert "SURVIVED" in out
    assert "nobody" in out
    assert "0 of 1 mistakes noticed." in out


def test_a_mistake_that_can_no_longer_be_made(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    made_of(monkeypatch, notices, GONE, LAST)
    assert mutation.main([]) == 1
    out = capsys.readouterr().out
    assert "STALE" in out
    assert "holds 0 times the text" in out
    assert "1 of 2 mistakes noticed." in out


def test_a_case_that_fails_anyway_proves_nothing(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    made_of(monkeypatch, lambda _: [true("it holds", 0)], LAST)
    assert mutation.main(["--seed", "9"]) == 1
    assert "V1 fail without any mistake, with seed 9" in capsys.readouterr().out


def test_some_mistakes_only(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    made_of(monkeypatch, notices, GONE, LAST)
    assert mutation.main(["--only", "LAST COME"]) == 0
    assert "1 of 1" in capsys.readouterr().out
    assert mutation.main(["--only", "no such mistake"]) == 1


def test_the_list_is_the_suites_own() -> None:
    assert mutation.MUTANTS is mutants.MUTANTS
