"""Escalation in Kent and Medway: what it acts on, and the extreme winter with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flowsim.measures.catalogue import evaluate
from flowsim.measures.escalation import Story
from flowsim.model import replicate
from flowsim.policies.escalation.effects import Deed
from flowsim.policies.escalation.scoring import Scope
from flowsim.scenario import load
from flowsim.scenario.describe import backing
from flowsim.scenario.escalation import deeds, members
from flowsim.scenario.provenance import unsourced
from flowsim.spec.scenario import Scenario

HOME = Path(__file__).parents[2] / "scenarios"
SITES = ["william_harvey", "qeqm", "maidstone", "tunbridge_wells", "medway_maritime", "darent_valley"]


def kent(folder: Path, base: str, times: str = "") -> Scenario:
    """Return a shipped scenario of Kent and Medway with escalation."""
    import shutil

    home = folder / "scenarios"
    if not home.exists():
        shutil.copytree(HOME, home, ignore=shutil.ignore_patterns("results", "_*"))
    text = f"flowsim: 1\nextends: kent-medway/{base}.yaml\ninclude: [kent-medway/escalation.yaml]\n{times}"
    (home / "with-escalation.yaml").write_text(text, encoding="utf-8")
    return load(home / "with-escalation.yaml")


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return kent(tmp_path_factory.mktemp("kent"), "baseline")


@pytest.fixture(scope="module")
def acts(baseline: Scenario) -> list[Deed]:
    assert baseline.escalation is not None
    scopes = members(baseline.services, baseline.sites, baseline.places)
    assert [scope.name for scope in scopes if scope.kind == "site"] == SITES
    assert [scope.name for scope in scopes if scope.kind == "place"] == list(baseline.places)
    return deeds(baseline.escalation, backing(baseline).actions, scopes)


def test_every_number_has_a_source(baseline: Scenario) -> None:
    assert unsourced(baseline) == []
    assert [w.message for w in baseline.warnings if "escalation" in w.file] == []


def test_every_action_acts_at_every_site_or_place(baseline: Scenario, acts: list[Deed]) -> None:
    assert baseline.escalation is not None
    number = {"site": 6, "place": 4, "system": 1}
    for name, action in baseline.escalation.actions.items():
        assert sum(deed.action == name for deed in acts) == number[action.scope], name


def test_a_site_acts_on_its_own_beds_alone(baseline: Scenario, acts: list[Deed]) -> None:
    (beds,) = [deed for deed in acts if deed.action == "open_escalation_beds" and deed.scope.name == "qeqm"]
    wards = {change.path[1] for change in beds.changes}
    assert wards == {
        name for name, spec in baseline.services.items()
        if spec.kind == "ward" and spec.site == "qeqm" and "critical_care" not in name
    }  # fmt: skip


def test_beds_in_other_hospitals_of_a_place_belong_to_the_place(acts: list[Deed]) -> None:
    """Kent and Canterbury has no emergency department, so no site's action opens beds there."""
    for deed in acts:
        if deed.scope.kind == "site":
            assert not [change.path[1] for change in deed.changes if "kent_and_canterbury" in change.path[1]]


def test_neighbours_are_in_the_order_of_the_road(baseline: Scenario) -> None:
    assert baseline.escalation is not None
    for action in baseline.escalation.actions.values():
        if action.divert is not None:
            assert {name.removesuffix("_ed") for name in action.divert.routes} == set(SITES)
            for ways in action.divert.routes.values():
                assert [way.travel for way in ways] == sorted(way.travel for way in ways)


def test_more_is_asked_of_ambulances_at_opel_4_than_at_opel_3(baseline: Scenario) -> None:
    assert baseline.escalation is not None
    few, many = (baseline.escalation.actions[name] for name in ("level_load", "divert_ambulances"))
    assert (few.level, many.level) == (3, 4)
    assert few.divert is not None
    assert many.divert is not None
    assert few.divert.routes == many.divert.routes
    assert few.divert.uptake.leaves()[0] < many.divert.uptake.leaves()[0]


@pytest.mark.full
def test_with_escalation_the_waits_of_the_extreme_winter_stay_finite_and_levels_are_recorded(
    tmp_path: Path,
) -> None:
    times = "time: {start: 2026-12-21, warm_up: 2 weeks, horizon: 4 weeks}\n"
    extreme = kent(tmp_path, "winter-extreme", times)
    off = extreme.change({"escalation.enabled": False})
    result = replicate(extreme, 1, audit=True)
    values = []
    for scenario, run in ((extreme, result), (off, replicate(off, 1))):
        table = evaluate(run, scenario)
        keys = zip(table["measure"], table["level"], table["group"], strict=True)
        values.append(dict(zip(keys, table["value"].tolist(), strict=True)))
    on, without = values
    for measure in ("handover_mean", "response_category_2_mean", "in_department", "over_12_hours"):
        assert on[measure, "system", ""] < 0.75 * without[measure, "system", ""], measure
    assert on["to_clinician_mean", "system", ""] < 180
    story = Story(result.escalation, result.warm_up, result.end)
    for hours in story.hours_at_level().values():
        assert sum(hours) == pytest.approx(28 * 24)
    assert story.hours_at_level()["system", ""][3] > 24
    assert story.counts("failed")
    scores = np.array(
        [score for score, scope in zip(story.score, story.scope, strict=True) if scope[0] == "site"]
    )
    assert np.nanmax(scores) <= 44
    assert Scope("system", "") in {Scope(*scope) for scope in story.scopes()}
