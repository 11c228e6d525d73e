"""``flowsim list levers`` and ``flowsim list packs``: what is ready-made, and what one of them says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowsim.cli.app import app
from flowsim.measures.catalogue import CATALOGUE
from flowsim.scenario.cards import in_words

LEVER = """
flowsim: 1
title: More beds
card:
  does: More staffed beds on every ward, and the nurses for them.
  moves: [{measure: beds_open, direction: up}]
  needs: Nurses.
change:
  services[kind=ward].beds: {multiply: {low: 1.1, central: 1.2, high: 1.3}}
"""


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_the_shipped_levers_are_listed_with_what_they_change_and_move(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    text = " ".join(call("list", "levers").stdout.split())
    assert "sdec-hours" in text
    assert "same day emergency care (hours, last_referral, clinicians)" in text
    assert "Moves sdec_attendances up" in text
    rows = json.loads(call("list", "levers", "--json").stdout)
    files = sorted(path.stem for path in Path("scenarios/levers").glob("*.yaml"))
    assert sorted(row["name"] for row in rows) == files
    for row in rows:
        assert row["strengths"] == "low, central, high"
        assert row["changes"]
        assert row["moves"].split()[0] in CATALOGUE
        assert Path(row["file"]).is_file()


def test_the_shipped_packs_are_listed(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    rows = json.loads(call("list", "packs", "--json").stdout)
    assert {"flu-wave", "christmas-gap", "staff-sickness"} <= {row["name"] for row in rows}


def test_one_lever_says_what_it_does_needs_and_costs(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    text = " ".join(call("list", "levers", "scenarios/levers/virtual-ward-step-up.yaml").stdout.split())
    for said in ("needs", "costs", "additional", "40%", "low, central, high"):
        assert said in text
    text = " ".join(call("list", "packs", "scenarios/packs/flu-wave.yaml").stdout.split())
    assert "wave of influenza" in text


def test_levers_of_another_folder(tmp_path: Path) -> None:
    (tmp_path / "more-beds.yaml").write_text(LEVER, encoding="utf-8")
    assert "More beds. Changes ward (beds). Moves beds_open up." in " ".join(
        call("list", "levers", str(tmp_path)).stdout.split()
    )


def test_a_folder_without_levers_says_where_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("list", "levers")
    assert result.exit_code == 2
    assert "There are no ready-made levers here." in result.stderr


def test_a_lever_with_a_broken_card_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "more-beds.yaml").write_text(LEVER.replace("direction: up", "direction: more"), "utf-8")
    result = call("list", "levers", str(tmp_path))
    assert result.exit_code == 2
    assert "more-beds.yaml:6" in result.stderr
    assert "up" in result.stderr


def test_a_file_without_a_card_is_no_pack(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("title: Nothing\nchange: {services.ward.beds: 3}\n", "utf-8")
    result = call("list", "packs", str(tmp_path / "pack.yaml"))
    assert result.exit_code == 2
    assert "There is no lever or pack with a card in this file." in result.stderr


@pytest.mark.parametrize(
    ("selectors", "words"),
    [
        (["services[kind=virtual_ward].places", "services[kind=virtual_ward].onboarding"],
         "virtual ward (places, onboarding)"),
        (["services.*_home_care.places"], "*_home_care (places)"),
        (["demand[route=walk_in].per_day", "demand[route=gp]"], "demand (walk in, gp)"),
        (["alternatives.*.review[to=*_virtual_ward]"], "alternatives (review[to=*_virtual_ward])"),
        (["casemix.flu"], "casemix"),
    ],
)  # fmt: skip
def test_settings_are_put_into_words(selectors: list[str], words: str) -> None:
    assert in_words(selectors) == words
