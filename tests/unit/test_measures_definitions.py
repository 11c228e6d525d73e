"""Definitions held against what is measured: kinds, levels, words, and what can be compared with what."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pytest

from finished_runs import FakeRun, run
from flowsim.errors import InputError
from flowsim.measures.catalogue import CATALOGUE, headline, in_area, known
from flowsim.measures.collect import Collector
from flowsim.measures.compare import compare
from flowsim.measures.compare.comparison import LEVELS
from flowsim.measures.facts import Facts
from flowsim.measures.measure import AREAS, EVERYONE, PEOPLE, PROVIDERS, short
from flowsim.services import KINDS
from hand_made import HandMade

DAY = 1440.0
SETTINGS: dict[str, dict[str, Any]] = {
    "ambulance": {"handover_limit": None},
    "ward": {"site": "north"},
}
POOLS = {
    "emergency_department": "escalation_spaces",
    "ward": "beds",
    "virtual_ward": "places",
    "intermediate_care": "places",
}
UNMEASURED = {"cost", "harm", "opel"}
"""Areas that are measured only where a scenario asks for them."""
MONEY = ("pounds", "pounds per day")


def one_of(kind: str) -> HandMade:
    """Return a day of a single service in which one patient is served, by ambulance where that matters."""
    made = HandMade({"here": {"kind": kind, "site": "north", **SETTINGS.get(kind, {})}})
    outcome = next(iter(KINDS[kind].OUTCOMES))
    who = made.patient(route="ambulance", category="2", fifth="1")
    made.visit(
        "here", outcome, who, arrived=60, accepted=70, assessed=80, started=90, finished=200, left=300
    )  # fmt: skip
    if kind in POOLS:
        made.pool("here", POOLS[kind], 1, 2)
    return made


@cache
def measured(kind: str) -> dict[tuple[str, str, str], float]:
    return one_of(kind).measures()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_service_has_the_measures_of_its_kind_and_no_others(kind: str) -> None:
    found = {measure for measure, _, _ in measured(kind)}
    expected = {
        measure.id
        for measure in CATALOGUE.values()
        if (not measure.kinds or kind in measure.kinds) and measure.area not in UNMEASURED
    }
    never = {"critical_care_occupancy", "blocked_by"}  # of another kind of bed, and of two services
    pools = {measure.id for measure in CATALOGUE.values() if "pool" in measure.levels}
    assert found - pools == expected - pools - never


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_is_broken_down_by_the_levels_it_says(kind: str) -> None:
    levels: dict[str, set[str]] = {}
    for measure, level, _ in measured(kind):
        levels.setdefault(measure, set()).add(level)
    for measure, there in levels.items():
        assert there <= set(CATALOGUE[measure].levels), measure
        assert there >= set(CATALOGUE[measure].levels) - {"link", "place"}, measure


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_group_is_measured_twice(kind: str) -> None:
    table = Collector(one_of(kind).facts(), CATALOGUE)
    assert table.table()["value"].size == 0
    found = measured(kind)
    from flowsim.measures.catalogue import evaluate_facts

    assert len(evaluate_facts(one_of(kind).facts())["value"]) == len(found)


@pytest.mark.parametrize("measure", CATALOGUE.values(), ids=lambda measure: str(measure.id))
def test_a_definition_is_a_whole_sentence_in_words_a_reader_knows(measure: Any) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]+", measure.id)
    assert measure.definition.endswith(".")
    assert not measure.definition[0].islower()
    assert measure.at_end.endswith(".")
    assert measure.better in ("higher", "lower", None)
    assert set(measure.levels) <= set(LEVELS)
    assert len(set(measure.levels)) == len(measure.levels)
    assert set(measure.kinds) <= set(KINDS)
    assert measure.area in AREAS
    assert len(measure.label) <= 40
    assert "  " not in measure.definition
    if measure.unit == "share":
        assert re.match(r"Share|Mean|The same", measure.definition), measure.definition
    if measure.unit in ("per day", *MONEY[1:]):
        assert re.search(r"each day|a day|each day's", measure.definition)


def test_labels_and_ids_tell_measures_apart() -> None:
    labels = [measure.label for measure in CATALOGUE.values()]
    assert sorted({label for label in labels if labels.count(label) > 1}) == []


def test_quantiles_are_defined_beside_their_mean_in_the_same_unit() -> None:
    stems = {
        measure.removesuffix("_mean"): CATALOGUE[measure]
        for measure in CATALOGUE
        if measure.endswith("_mean")
    }
    for name, measure in CATALOGUE.items():
        found = re.fullmatch(r"(.+)_(median|p\d+)", name)
        if found and found[1] in stems:
            assert measure.unit == stems[found[1]].unit
            assert measure.better == stems[found[1]].better
            assert set(measure.levels) <= set(stems[found[1]].levels)


def test_areas_headlines_and_levels() -> None:
    assert [measure for area in AREAS for measure in in_area(area)] == list(CATALOGUE.values())
    assert all(measure.headline for measure in headline())
    assert EVERYONE == PROVIDERS + PEOPLE
    assert "system" in PROVIDERS
    assert short("90th percentile") == "90th"
    assert short("mean") == "mean"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("within_4_hour", "Did you mean within_4_hours"),
        ("handovermean", "Did you mean handover_mean"),
        ("qqqq", "flowsim list measures"),
    ],
)
def test_a_measure_that_is_not_there_is_answered_with_the_nearest(name: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        known(name)
    assert said in error.value.problems[0].hint


# -- collecting ----------------------------------------------------------------------------------------------


class TestCollector:
    def test_what_was_taken_in_can_be_read_again(self) -> None:
        out = Collector(one_of("ward").facts(), CATALOGUE)
        out.put("handover_mean", "site", ["north", "south"], [1.0, 2.0])
        out.put("handover_mean", "system", [""], [3.0])
        out.put("bed_occupancy", "site", ["north"], [4.0])
        assert out.found("handover_mean", "site") == {"north": 1.0, "south": 2.0}
        assert out.found("handover_mean", "system") == {"": 3.0}
        assert out.found("bed_occupancy", "site") == {"north": 4.0}
        assert out.found("bed_occupancy", "system") == {}
        table = out.table()
        assert table["measure"].tolist() == ["handover_mean"] * 3 + ["bed_occupancy"]
        assert table["level"].tolist() == ["site", "site", "system", "site"]
        assert table["group"].tolist() == ["north", "south", "", "north"]
        assert table["value"].tolist() == [1, 2, 3, 4]

    def test_sums_of_services_are_added_up_at_every_level_of_providers(self) -> None:
        services = {
            "a": {"kind": "ward", "site": "north"},
            "b": {"kind": "ward", "site": "south"},
            "c": {"kind": "clinic", "place": "east"},
        }
        made = HandMade(services)
        made.visit("a", arrived=0)
        out = Collector(made.facts(), CATALOGUE)
        out.of_services("hours_waiting", np.array([1.0, 10.0, 100.0]), 2.0)
        assert out.found("hours_waiting", "system") == {"": 222.0}
        assert out.found("hours_waiting", "place") == {"east": 202.0, "west": 20.0}
        assert out.found("hours_waiting", "trust") == {"one_trust": 2.0, "other_trust": 20.0}
        assert out.found("hours_waiting", "kind") == {"ward": 22.0, "clinic": 200.0}
        assert out.found("hours_waiting", "service") == {"a": 2.0, "b": 20.0, "c": 200.0}


def test_taking_columns_out_of_the_table_measures_the_same() -> None:
    made = one_of("emergency_department")
    replication = made.replication()
    taken = dict(replication.visits)
    from dataclasses import replace

    from flowsim.measures.catalogue import evaluate_facts

    found = evaluate_facts(Facts(replace(replication, visits=taken), made.scenario(), take=True))
    assert "left" not in taken
    np.testing.assert_array_equal(
        found["value"], evaluate_facts(Facts(replication, made.scenario()))["value"]
    )


# -- what can be paired --------------------------------------------------------------------------------------


def services(name: str, *names: str, sources: tuple[str, ...] | None = None) -> FakeRun:
    made = run(name, {"handover_mean": [1.0, 2.0]})
    cells = {key: values for key, values in made.cells.items() if key[1] != "service"}
    cells |= {("mean_present", "service", each): np.ones(2) for each in names}
    changed = FakeRun(cells, made.manifest, {}, 2)
    return changed if sources is None else changed.but(sources=sources)


class TestPairing:
    @pytest.mark.parametrize(
        ("mine", "theirs", "paired"),
        [
            ("abcd", "ab", True),  # half of nothing is missing
            ("ab", "bcdef", True),  # half of the smaller
            ("abc", "cxyz", False),  # a third of it
            ("abcd", "wxyz", False),
            ("ab", "abcdefgh", True),
        ],
    )
    def test_runs_of_one_system_share_half_of_the_smaller_ones_services(
        self, mine: str, theirs: str, paired: bool
    ) -> None:
        base, other = services("base", *mine), services("other", *theirs)
        if paired:
            compare(base, other)
            return
        with pytest.raises(InputError) as error:
            compare(base, other)
        common = len(set(mine) & set(theirs))
        assert f"{common} of {len(mine)} services are in both" in error.value.problems[0].message

    def test_one_reason_is_told_of_two_runs_and_all_of_several(self) -> None:
        base, other = services("base", "a"), services("other", "z").but(seed=7)
        with pytest.raises(InputError) as error:
            compare(base, other, services("third", "a").but(seed=8, start="2026-12-01"))
        assert len(error.value.problems) == 3  # another system; another seed and another start

    @pytest.mark.parametrize(
        ("changes", "hint"),
        [
            ({"seed": 9}, "flowsim run 'my plan.yaml' --set seed=2026"),
            ({"horizon_minutes": 7 * DAY}, "flowsim run 'my plan.yaml' --set 'time.horizon=10 days'"),
            ({"start": "2027-01-04"}, "flowsim run 'my plan.yaml' --set time.start=2026-11-02"),
        ],
    )
    def test_the_way_out_can_be_typed_as_it_stands(self, changes: dict[str, Any], hint: str) -> None:
        base, other = services("base", "a"), services("plan", "a", sources=("my plan.yaml",))
        with pytest.raises(InputError) as error:
            compare(base, other.but(**changes))
        assert error.value.problems[0].hint == hint

    def test_a_run_without_a_source_is_named_after_itself(self) -> None:
        with pytest.raises(InputError) as error:
            compare(services("base", "a"), services("my plan", "a", sources=()).but(seed=1))
        assert error.value.problems[0].hint.startswith("flowsim run 'my plan.yaml' --set")

    @pytest.mark.parametrize(
        ("wanted", "hint"),
        [
            (None, "flowsim run short.yaml -n 4, or compare the first 2 of each with -n 2"),
            (3, "flowsim run short.yaml -n 3"),
        ],
    )
    def test_missing_replications(self, wanted: int | None, hint: str) -> None:
        long, brief = run("long", {"handover_mean": [1.0] * 4}), run("short", {"handover_mean": [1.0] * 2})
        with pytest.raises(InputError) as error:
            compare(long, brief, replications=wanted)
        (problem,) = error.value.problems
        assert problem.hint == hint
        assert problem.message == f"short has 2 of the {wanted or 4} replications to compare."
        assert len(compare(long, brief, replications=2).replications) == 2
