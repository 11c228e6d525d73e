"""Every number of the Kent and Medway baseline, and every figure it is held against, names its source."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from flowsim.measures.observed import read_observed
from flowsim.scenario import Scenario, load
from flowsim.scenario.provenance import unsourced

HOME = Path(__file__).parents[2] / "scenarios" / "kent-medway"
OURS = "flowsim assumption"


def rows_of(name: str) -> list[dict[str, str]]:
    with (HOME / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return load(HOME / "baseline.yaml")


@pytest.fixture(scope="module")
def titles() -> set[str]:
    return {row["title"] for row in rows_of("sources.csv")}


def test_no_number_of_the_baseline_is_without_a_source(baseline: Scenario) -> None:
    assert unsourced(baseline) == []


def test_what_a_plan_changes_has_no_source_until_the_plan_gives_one() -> None:
    path = "services.medway_swale_virtual_ward.places"
    assert unsourced(load(HOME / "baseline.yaml", sets=[f"{path}=150"])) == [path]


def test_every_row_of_evidence_finds_a_value(baseline: Scenario) -> None:
    assert [problem for problem in baseline.warnings if "evidence.csv" in problem.file] == []


def test_no_row_of_evidence_vouches_for_a_whole_section() -> None:
    whole = re.compile(r"\w+|\w+\.[^.]*|\w+\[[^]]*\]|alternatives\.[^.]*\.[^.]*\*")
    assert [row["path"] for row in rows_of("evidence.csv") if whole.fullmatch(row["path"])] == []


def test_published_evidence_is_in_the_list_of_sources_and_judgement_says_why(titles: set[str]) -> None:
    for row in rows_of("evidence.csv"):
        if row["grade"] == "assumed":
            assert row["source"] == OURS, row
            assert row["note"], row
        else:
            assert row["source"] in titles, row


def test_observed_figures_are_published_each_once_with_a_reason_for_the_tolerance(titles: set[str]) -> None:
    found = read_observed((HOME / "observed" / "2024-25.csv").read_text(encoding="utf-8"))
    assert len({row.key for row in found}) == len(found)
    for row in found:
        assert row.source in titles, row
        assert row.period, row
        assert row.grade in {"seen", "recalled", "assumed"}, row
        assert "tolerance" in row.note, row


def test_observed_figures_are_about_trusts_and_places_of_the_baseline(baseline: Scenario) -> None:
    groups = {"trust": baseline.trusts, "place": baseline.places, "service": baseline.services}
    for row in read_observed((HOME / "observed" / "2024-25.csv").read_text(encoding="utf-8")):
        assert row.group in groups.get(row.level, {row.group}), row


def test_sources_are_complete_and_named_once() -> None:
    sources = rows_of("sources.csv")
    assert len({row["id"] for row in sources}) == len({row["title"] for row in sources}) == len(sources)
    for row in sources:
        assert all(row[column] for column in ("id", "title", "publisher", "year", "licence")), row
