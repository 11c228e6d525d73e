"""Every shipped lever: it says what it does, does it, and does nothing else."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from flowsim.measures.catalogue import CATALOGUE
from flowsim.scenario import Scenario
from flowsim.scenario.describe import backing, diff
from flowsim.scenario.nodes import entries, find, plain
from flowsim.scenario.provenance import unsourced
from flowsim.scenario.selectors import parse_selector, select
from flowsim.services import KINDS
from flowsim.tables import Replication
from overlays import (
    FEW_DAYS,
    NAMES_PLACES,
    ONE_PLACE,
    SCENARIOS,
    STRENGTHS,
    Values,
    claimed,
    laid_over,
    rises,
    run_of,
    shipped,
    values_of,
)

LEVERS = shipped("levers")
ANYWHERE = sorted(LEVERS.keys() - NAMES_PLACES)
SMALL = f"only-{ONE_PLACE}"
OF_THE_STRATEGY = {
    "New pathways: 111, 999 and GP signposting": ("signposting-111", "signposting-999", "hear-and-treat"),
    "Digital streaming at the ED front door": ("digital-streaming",),
    "GP out of hours joined with ED": ("gp-out-of-hours-at-ed",),
    "Hot clinics": ("hot-clinics",),
    "Admission-avoidance leads": ("admission-avoidance-leads",),
    "SDEC": ("sdec-places", "sdec-hours", "sdec-direct-access"),
    "UTCs": ("utc-hours", "utc-staffing", "utc-booked-slots", "utc-co-located"),
    "Virtual wards": (
        "virtual-ward-places",
        "virtual-ward-step-up",
        "virtual-ward-step-down",
        "virtual-ward-team-hours",
    ),
    "UCR": ("ucr-two-hours", "ucr-kept-at-home"),
    "Diagnostics": ("better-testing", "community-diagnostic-centres"),
    "Discharge pathways programme": ("integrated-discharge-team", "pooled-intermediate-care"),
    "Reablement": ("reablement",),
    "Care-market capacity": ("care-market-pathway-1", "care-market-pathway-3"),
    "Data-supported discharge": ("earlier-referral",),
    "Canned classics": (
        "gp-referrals-earlier",
        "discharges-earlier",
        "seven-day-discharge",
        "fewer-long-stays",
    ),
}
"""Levers of the strategy of the integrated care system, and the files that are these levers."""


# -- what a lever says of itself -------------------------------------------------------------------------


def test_every_lever_of_the_strategy_is_shipped() -> None:
    assert sorted(name for names in OF_THE_STRATEGY.values() for name in names) == sorted(LEVERS)


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_has_a_card_with_everything_a_planner_asks(name: str) -> None:
    lever = LEVERS[name]
    assert lever.card is not None
    assert len(lever.title) > 10
    assert len(lever.card.does) > 60
    for said in (lever.card.needs, lever.card.cost, lever.card.additional):
        assert said
    assert lever.has_strengths
    assert lever.card.moves[0].direction in {"up", "down"}
    assert [claim.measure for claim in lever.card.moves if claim.measure not in CATALOGUE] == []


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_says_what_share_of_its_users_is_truly_diverted(name: str) -> None:
    """Either a share, with its range and source; or why it is no question."""
    from flowsim.scenario.files import Folder, root_of

    file = SCENARIOS / "levers" / f"{name}.yaml"
    tree = Folder(root_of(file)).tree(file, "include")
    assert tree is not None
    said = find(tree, ("card", "additional"))
    assert said is not None
    if str(plain(said)).startswith("Not a question here."):
        return
    assert "%" in str(plain(said))
    assert said.note is not None
    assert said.note.low
    assert said.note.high
    assert said.note.source
    assert said.note.grade


@pytest.mark.full
@pytest.mark.parametrize("name", LEVERS)
def test_every_number_of_a_lever_has_a_source_in_kent_and_medway(name: str, home: Path) -> None:
    for strength in STRENGTHS:
        scenario = laid_over(home, "baseline", f"levers/{name}", strength)
        assert unsourced(scenario) == []
        assert scenario.warnings == ()


def test_published_facts_are_in_the_list_of_evidence() -> None:
    with (SCENARIOS / "levers" / "evidence.csv").open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    known = {row["source"] for row in facts}
    for path in sorted((SCENARIOS / "levers").glob("*.yaml")) + sorted((SCENARIOS / "packs").glob("*.yaml")):
        for source in _published(path):
            assert source in known, f"{path.name}: {source}"
    for row in facts:
        assert row["grade"] in {"seen", "recalled", "assumed"}
        for name in row["used by"].split():
            assert (SCENARIOS / f"{name}.yaml").is_file(), row
        assert row["used by"], row


def _published(path: Path) -> set[str]:
    """Return the sources that a file names, judgement apart."""
    from flowsim.scenario.files import Folder, root_of

    tree = Folder(root_of(path)).tree(path, "include")
    assert tree is not None
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.note is not None and node.note.source:
            found.add(node.note.source)
        inside = entries(node)
        source = inside.get("source")
        if source is not None and source.is_leaf:
            found.add(str(source.value))
        waiting += inside.values() if inside else (node.value if node.is_list else ())
    return found - {"flowsim assumption"}


# -- what a lever changes --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def without(home: Path) -> Scenario:
    """The small system without a lever."""
    return laid_over(home, SMALL)


def undeclared(before: Scenario, after: Scenario, name: str) -> list[str]:
    """Return the settings that differ and that the lever's file does not name."""
    roots = [backing(scenario).resolved.root for scenario in (after, before)]
    declared: list[str] = []
    for text in LEVERS[name].changes:
        for root in roots:
            declared += [".".join(path) for path, _ in select(root, parse_selector(text))]
    copied = [path.rsplit(".", 1)[0] for path in declared if path.startswith("alternatives.")]
    return [
        each.path
        for each in diff(before, after)
        if not any(each.path == path or each.path.startswith(f"{path}.") for path in (*declared, *copied))
    ]


@pytest.mark.parametrize("name", ANYWHERE)
def test_a_lever_changes_what_it_names_with_a_source_and_nothing_else(
    name: str, home: Path, without: Scenario
) -> None:
    for strength in STRENGTHS:
        after = laid_over(home, SMALL, f"levers/{name}", strength)
        assert diff(without, after) != []
        assert undeclared(without, after, name) == []
        assert unsourced(after) == []


@pytest.mark.parametrize("name", sorted(NAMES_PLACES))
def test_a_lever_that_names_places_changes_what_it_names(name: str, home: Path) -> None:
    whole = laid_over(home, "baseline")
    after = laid_over(home, "baseline", f"levers/{name}", "central")
    assert diff(whole, after) != []
    assert undeclared(whole, after, name) == []


@pytest.mark.parametrize("name", ANYWHERE)
def test_a_lever_leaves_everybody_who_comes_as_they_are(
    name: str, home: Path, people_before: Replication
) -> None:
    """The same people come at the same minute with the same attributes; only what happens to them differs."""
    after = run_of(laid_over(home, SMALL, f"levers/{name}", "high", FEW_DAYS))
    moved = "gp" if name == "gp-referrals-earlier" else ""
    assert who_comes(people_before, moved) == who_comes(after, moved)


def who_comes(result: Replication, besides: str) -> set[tuple[object, ...]]:
    """Return everybody with all that was drawn at arrival, one demand stream left out."""
    people = result.patients
    skipped = [index for index, name in enumerate(result.demand) if besides and name.endswith(f"_{besides}")]
    kept = ~np.isin(people["demand"], skipped)
    columns = [people[name][kept].tolist() for name in sorted(people)]
    return set(zip(*columns, strict=True))


def test_who_comes_can_fail(home: Path, people_before: Replication) -> None:
    """The test above would mean little if everybody always looked the same."""
    other = run_of(laid_over(home, SMALL, sets=[*FEW_DAYS, "seed=7"]))
    assert who_comes(people_before, "") != who_comes(other, "")


# -- what a lever moves ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ANYWHERE)
def test_a_lever_moves_its_own_measure_as_it_claims(name: str, home: Path, before: Values) -> None:
    after = values_of(laid_over(home, SMALL, f"levers/{name}", "high"))
    card = LEVERS[name].card
    assert card is not None
    claim = card.moves[0]
    assert rises(claim, [claimed(before, claim), claimed(after, claim)])


@pytest.mark.slow
@pytest.mark.parametrize("name", ANYWHERE)
def test_a_lever_is_monotone_from_low_to_high(name: str, home: Path) -> None:
    card = LEVERS[name].card
    assert card is not None
    first, *others = card.moves
    series = np.zeros(1 + len(STRENGTHS))
    for seed in SEEDS if name in FEW_ARE_MOVED else SEEDS[:1]:
        sets = ["time.horizon=4 weeks", f"seed={seed}"]
        runs = [values_of(laid_over(home, SMALL, sets=sets))]
        runs += [values_of(laid_over(home, SMALL, f"levers/{name}", each, sets)) for each in STRENGTHS]
        series += [claimed(values, first) for values in runs]
        for claim in others:
            assert rises(claim, [claimed(runs[0], claim), claimed(runs[-1], claim)]), claim
    assert rises(first, series.tolist())


SEEDS = (2026, 7, 11)
FEW_ARE_MOVED = {"admission-avoidance-leads": "a fifth of a patient a day each: a month's luck moves as many"}
"""Levers whose steps are told apart by the mean of several months only, and why."""


@pytest.fixture(scope="module")
def whole_before(home: Path) -> Values:
    """Every measure of four weeks of Kent and Medway."""
    return values_of(laid_over(home, "baseline", sets=SHORT))


SHORT = ["time.warm_up=2 weeks", "time.horizon=2 weeks"]


@pytest.mark.full
@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_is_monotone_in_kent_and_medway(name: str, home: Path, whole_before: Values) -> None:
    card = LEVERS[name].card
    assert card is not None
    claim = card.moves[0]
    sets = LONGER if name in NEEDS_WEEKENDS else SHORT
    first = values_of(laid_over(home, "baseline", sets=sets)) if name in NEEDS_WEEKENDS else whole_before
    runs = [values_of(laid_over(home, "baseline", f"levers/{name}", each, sets)) for each in STRENGTHS]
    series = [claimed(values, claim) for values in (first, *runs)]
    if name in NOT_AT_FIRST:
        assert series == sorted(series, reverse=claim.direction == "down")
        assert rises(claim, [series[0], series[-1]])
    else:
        assert rises(claim, series)


LONGER = ["time.warm_up=2 weeks", "time.horizon=4 weeks"]
NEEDS_WEEKENDS = {"seven-day-discharge": "two weekends are too few to tell three strengths apart"}
"""Levers that are run for longer, and why."""
NOT_AT_FIRST = {"pooled-intermediate-care": "placements, which are pooled first, have room everywhere"}
"""Levers whose low strength may move nothing, and why."""


# -- no kind is left out ---------------------------------------------------------------------------------


def test_every_kind_of_service_has_a_lever_a_behaviour_test_and_measures() -> None:
    """A kind is moved by a lever that changes its settings, or the alternatives at its decision points."""
    moved: set[str] = set()
    for lever in LEVERS.values():
        moved |= {kind for kind in KINDS if any(f"kind={kind}" in text for text in lever.changes)}
    moved |= {"clinic"} if any("hot_clinic" in text for text in LEVERS["hot-clinics"].changes) else set()
    moved |= (
        {"intermediate_care"}
        if "services.*_home_care.places" in LEVERS["care-market-pathway-1"].changes
        else set()
    )
    assert set(KINDS) - moved == set()
    behaviour = Path(__file__).parents[1] / "behaviour"
    assert [kind for kind in KINDS if not (behaviour / f"test_{kind}.py").is_file()] == []
    assert set(KINDS) - AREA_OF.keys() == set()
    areas = {measure.area for measure in CATALOGUE.values()}
    assert {AREA_OF[kind] for kind in KINDS} <= areas


AREA_OF = {
    "access": "alternatives",
    "ambulance": "ambulance",
    "emergency_department": "urgent_care",
    "urgent_treatment_centre": "urgent_care",
    "same_day_emergency_care": "alternatives",
    "ward": "beds",
    "virtual_ward": "alternatives",
    "urgent_community_response": "alternatives",
    "discharge": "discharge",
    "intermediate_care": "discharge",
    "clinic": "alternatives",
}
"""Where the measures of each kind of service stand in lists and reports."""
