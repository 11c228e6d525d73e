"""How visits are laid out and followed: every view, chain and hour read a second time by a plain loop."""

from __future__ import annotations

from math import isnan, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.measures.chains import followers, roots
from flowsim.measures.collect import divided
from flowsim.measures.facts import Facts, clipped, hourly_presence, sorted_quantiles
from flowsim.measures.groups import Grouping
from flowsim.measures.pools import units
from flowsim.measures.presence import added_up
from hand_made import HandMade

SERVICES: dict[str, dict[str, Any]] = {
    "clinic": {"kind": "clinic", "place": "east"},
    "ed": {"kind": "emergency_department", "site": "north"},
    "ward": {"kind": "ward", "site": "south"},
    "utc": {"kind": "urgent_treatment_centre", "site": "south"},
    "ed_south": {"kind": "emergency_department", "site": "south"},
}
NAMES = list(SERVICES)
WARM_UP, END = 120.0, 480.0
MOMENTS = st.sampled_from([0.0, 60.0, 119.0, 120.0, 121.0, 300.0, 479.0, 480.0, 500.0])
ROWS = st.lists(
    st.tuples(st.sampled_from(NAMES), MOMENTS, st.sampled_from([nan, 0.0, 30.0, 60.0, 400.0])), max_size=20
)


def made_of(rows: list[tuple[str, float, float]]) -> HandMade:
    made = HandMade(SERVICES, warm_up=WARM_UP, horizon=END - WARM_UP)
    for service, arrived, lasted in rows:
        left = arrived + lasted
        outcome = "" if isnan(lasted) or left > END else next(iter(made.services[service].OUTCOMES))
        made.visit(service, outcome, arrived=arrived, **({"left": left} if outcome else {}))
    return made


# -- views ---------------------------------------------------------------------------------------------------


@given(
    ROWS, st.sampled_from([(), ("emergency_department",), ("ward", "clinic"), ("ambulance",)]), st.booleans()
)
@settings(max_examples=50)
def test_a_view_is_the_visits_of_its_kinds_that_arrived_in_the_period(
    rows: list[tuple[str, float, float]], kinds: tuple[str, ...], everyone: bool
) -> None:
    facts = made_of(rows).facts()
    view = facts.view(*kinds, everyone=everyone)
    wanted = [
        (service, arrived)
        for service, arrived, _ in rows
        if (not kinds or SERVICES[service]["kind"] in kinds)
        and arrived <= END
        and (everyone or arrived >= WARM_UP)
    ]
    found = [
        (NAMES[code], at)
        for code, at in zip(view.service.tolist(), view.column("arrived").tolist(), strict=True)
    ]
    assert sorted(found) == sorted(wanted)
    assert view.size == len(wanted)
    sums = view.sums()
    assert sums.tolist() == [sum(service == name for service, _ in wanted) for name in NAMES]
    minutes = [sum(at for service, at in wanted if service == name) for name in NAMES]
    assert view.sums(view.column("arrived")).tolist() == minutes
    late = [sum(at >= 300 for service, at in wanted if service == name) for name in NAMES]
    assert view.sums(view.column("arrived") >= 300).tolist() == late
    positions = [NAMES[view.service_codes[position]] for position in view.position.tolist()]
    assert positions == [service for service, _ in found]


@given(ROWS)
@settings(max_examples=30)
def test_runs_hold_everybody_once_those_of_the_warm_up_first(rows: list[tuple[str, float, float]]) -> None:
    facts = made_of(rows).facts()
    seen = [(code, view.column("arrived").tolist()) for code, view in facts.each_run()]
    assert sorted(at for _, each in seen for at in each) == sorted(at for _, at, _ in rows if at <= END)
    assert all(each for _, each in seen)
    begun = [min(each) >= WARM_UP for _, each in seen]
    assert begun == sorted(begun)
    assert all(
        (at >= WARM_UP) == inside for (_, each), inside in zip(seen, begun, strict=True) for at in each
    )
    for code in range(len(NAMES)):
        one = facts.run_of(code)
        wanted = sorted(at for service, at, _ in rows if service == NAMES[code] and WARM_UP <= at <= END)
        assert sorted(one.column("arrived").tolist()) == wanted


@given(ROWS)
@settings(max_examples=30)
def test_minutes_are_so_far_where_the_end_has_not_come(rows: list[tuple[str, float, float]]) -> None:
    view = made_of(rows).facts().view(everyone=True)
    for minutes, arrived, left in zip(
        view.minutes("arrived", "left"), view.column("arrived"), view.column("left"), strict=True
    ):
        assert minutes == (END if isnan(left) else left) - arrived
    gone = view.left_in_period().tolist()
    assert gone == [WARM_UP <= left <= END for left in view.column("left").tolist()]
    assert np.isnan(view.minutes("started", "left")).all()


def test_the_two_kinds_of_urgent_care_lie_side_by_side() -> None:
    """So that one view of both is a slice, whatever the order of the scenario."""
    rows = [(name, at, 10.0) for name in NAMES for at in (0.0, 200.0)]
    facts = made_of(rows).facts()
    assert len(facts.view("emergency_department", "urgent_treatment_centre").slices) == 1
    assert len(facts.view("emergency_department", "ward", everyone=True).slices) > 1


def test_outcomes_are_known_by_name_and_unknown_ones_match_nobody() -> None:
    made = HandMade(SERVICES)
    made.visit("ed", "home", arrived=0, left=10)
    made.visit("ward", "ready", arrived=0, left=10)
    made.visit("utc", "home", arrived=0, left=10)
    made.visit("ed", arrived=0)
    view = made.facts().view()
    assert int(view.outcome_is("home").sum()) == 2
    assert int(view.outcome_is("home", "ready").sum()) == 3
    assert int(view.outcome_is("deteriorated").sum()) == 0
    assert int(view.outcome_is("nonsense").sum()) == 0


def test_who_goes_on_is_read_from_the_pathways() -> None:
    made = HandMade(SERVICES)
    made.pathways = {
        "ed": {"home": "leave", "admit": "ward", "left": "leave"},
        "ward": {"ready": "leave", "moved_on": "ward"},
    }
    for service, outcome in (("ed", "home"), ("ed", "admit"), ("ed", "alternative"), ("clinic", "done")):
        made.visit(service, outcome, arrived=0, finished=5, left=10)
    for service in ("ed", "utc"):
        made.visit(service, arrived=0)  # nobody knows yet
    facts = made.facts()
    table = {
        (NAMES[s], o): bool(facts.goes_on[s, i])
        for s in (0, 1)
        for i, o in enumerate(facts.specs[s].OUTCOMES)
    }
    assert table["ed", "admit"]
    assert table["ed", "alternative"]  # to whatever alternative it is
    assert table["clinic", "alternative"]
    assert not table["ed", "home"]
    assert not table["clinic", "done"]  # no pathway is going home
    assert not facts.view().goes_on()[facts.view().column("outcome") < 0].any()


def test_what_is_kept_for_views_can_be_forgotten() -> None:
    facts = made_of([("ed", 200.0, 10.0)]).facts()
    view = facts.view("emergency_department")
    assert facts.view("emergency_department") is view
    facts.forget()
    assert facts.view("emergency_department") is not view


# -- hours ---------------------------------------------------------------------------------------------------

SPANS = st.lists(
    st.tuples(st.integers(-200, 700), st.one_of(st.none(), st.integers(0, 700)), st.integers(-1, 1)),
    max_size=12,
)


@given(SPANS)
@settings(max_examples=60)
def test_presence_hour_by_hour_is_minutes_inside_each_hour(spans: list[tuple[int, int | None, int]]) -> None:
    start = np.array([float(begin) for begin, _, _ in spans])
    stop = np.array([nan if length is None else float(begin + length) for begin, length, _ in spans])
    codes = np.array([code for *_, code in spans], dtype=np.int64)
    table = hourly_presence(start, stop, codes, 2, 8)
    for group in range(2):
        for hour in range(8):
            low, high = hour * 60.0, hour * 60.0 + 60
            inside = [
                max(min(high if isnan(b) else b, high) - max(a, low), 0.0)
                for a, b, code in zip(start, stop, codes, strict=True)
                if code == group
            ]
            assert table[group, hour] == pytest.approx(sum(inside) / 60, abs=1e-9)
    for low, high in ((0.0, 480.0), (60.0, 100.0), (300.0, 300.0)):
        expected = [
            max(min(high if isnan(b) else b, high) - max(a, low), 0.0)
            for a, b in zip(start, stop, strict=True)
        ]
        assert clipped(start, stop, low, high).tolist() == expected


@pytest.mark.parametrize(
    ("warm_up", "horizon", "first", "days"),
    [
        (0, 1440, 0, 1),
        (0, 1439, 0, 0),
        (1440, 2880, 24, 2),
        (720, 2160, 24, 1),
        (60, 1440, 24, 0),
        (2160, 1440, 48, 0),
    ],
)
def test_whole_days_begin_and_end_at_midnight(warm_up: float, horizon: float, first: int, days: int) -> None:
    facts = HandMade(SERVICES, warm_up=warm_up, horizon=horizon).facts()
    table = np.arange(facts.hours, dtype=float)[None, :]
    found = facts.whole_days(table)
    assert found.shape == (1, days, 24)
    if days:
        assert found[0, 0, 0] == first
        assert found[0, -1, -1] == first + days * 24 - 1


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 9)), max_size=20))
def test_groupings_add_up_and_part_rows(rows: list[tuple[int, int]]) -> None:
    codes, values = np.array([c for c, _ in rows], dtype=np.int8), np.array([v for _, v in rows])
    grouping = Grouping(list("abcd"), codes)
    assert grouping.sums().tolist() == [sum(c == group for c, _ in rows) for group in range(4)]
    assert grouping.sums(values).tolist() == [sum(v for c, v in rows if c == group) for group in range(4)]
    order, bounds = grouping.partition()
    for group in range(4):
        part = values[order][bounds[group] : bounds[group + 1]].tolist()
        assert part == [v for c, v in rows if c == group]  # in the order in which they were


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20),
    st.lists(st.floats(0, 1), min_size=1, max_size=4),
)
def test_quantiles_are_of_type_7(values: list[float], shares: list[float]) -> None:
    found = sorted_quantiles(np.sort(values), shares)
    assert found == pytest.approx(np.quantile(values, shares), rel=1e-9, abs=1e-6)


def test_dividing_by_nothing_is_not_known() -> None:
    found = divided(np.array([1.0, 0.0, 6.0]), np.array([0.0, 0.0, 3.0]))
    assert np.isnan(found[:2]).all()
    assert found[2] == 2


def test_rows_of_no_group_are_left_out() -> None:
    table = np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
    assert added_up(table, np.array([1, -1, 1], np.int16), 3).tolist() == [[0, 0], [101, 202], [0, 0]]


def test_units_of_a_resource_by_kind_and_condition() -> None:
    made = HandMade(SERVICES, warm_up=60, horizon=120)
    for service, resource, busy in (
        ("ed", "bays", 1),
        ("ed", "beds", 2),
        ("ward", "beds", 4),
        ("utc", "beds", 8),
    ):
        made.pool(service, resource, [9, busy, busy], 10)
    facts = made.facts()

    def busy(*arguments: Any, **options: Any) -> list[float]:
        return units(facts, *arguments, **options).busy.mean(axis=1).tolist()

    assert busy(None) == [1, 2, 4, 8]
    assert busy("beds") == [2, 4, 8]
    assert busy("beds", "ward", "urgent_treatment_centre") == [4, 8]
    assert busy("beds", only=lambda spec: spec.site == "south") == [4, 8]
    assert busy("bays", whole_run=True) == [pytest.approx(11 / 3)]
    assert busy("none") == []


# -- chains --------------------------------------------------------------------------------------------------


@st.composite
def journeys(draw: st.DrawFn) -> tuple[dict[str, Any], Any]:
    """Return visits of a few patients, each asking on from the one before, and which of them hold nothing."""
    rows: list[tuple[int, int, int, float, float]] = []
    for patient in range(draw(st.integers(1, 3))):
        at, source = float(draw(st.integers(0, 100))), -1
        for _ in range(draw(st.integers(1, 5))):
            service = draw(st.integers(0, 3).filter(lambda code, last=source: code != last))  # type: ignore[misc]
            asked = at + draw(st.integers(1, 50))
            rows.append((patient, service, source, at, asked))
            source = service if draw(st.booleans()) else -1
            at = asked
    order = draw(st.permutations(range(len(rows))))
    columns = list(zip(*[rows[i] for i in order], strict=True))
    kinds = (np.int32, np.int16, np.int16, float, float)
    names = ("patient", "service", "source", "arrived", "left")
    visits = {name: np.array(column, kind) for name, column, kind in zip(names, columns, kinds, strict=True)}
    passing = np.array(draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    return visits, passing


@given(journeys())
@settings(max_examples=40)
def test_followers_are_those_who_asked_on_from_there(found: tuple[dict[str, Any], Any]) -> None:
    visits, passing = found
    size = len(passing)
    expected = set()
    for row in range(size):
        if visits["source"][row] < 0:
            continue
        before = [
            other
            for other in range(size)
            if passing[other]
            and visits["patient"][other] == visits["patient"][row]
            and visits["service"][other] == visits["source"][row]
            and visits["arrived"][other] <= visits["arrived"][row]
            and other != row
        ]
        if before:
            last = max(before, key=lambda other: visits["arrived"][other])
            if not visits["left"][last] < visits["arrived"][row]:
                expected.add((row, last))
    after, before_rows = followers(visits, passing)
    assert set(zip(after.tolist(), before_rows.tolist(), strict=True)) == expected
    root = roots(size, after, before_rows).tolist()
    previous = dict(expected)
    for row in range(size):
        first = row
        while first in previous:
            first = previous[first]
        assert root[row] == first


@pytest.mark.parametrize(("outcome", "until"), [("hear_and_treat", 20.0), ("see_and_treat", 20.0), ("", nan)])
def test_a_call_closed_on_the_telephone_ends_when_the_next_service_is_asked(
    outcome: str, until: float
) -> None:
    """The journal closes it only when that service has accepted; without an outcome it goes on."""
    made = HandMade({**SERVICES, "crews": {"kind": "ambulance", "handover_limit": None}})
    who = made.visit("crews", outcome, arrived=0, **({"left": 200.0} if outcome else {}))
    made.visit("clinic", "done", who, "crews", arrived=20, accepted=200, left=300)
    assert made.facts().view("ambulance").column("left").tolist() == pytest.approx([until], nan_ok=True)


def test_who_is_accepted_at_once_was_held_by_nobody_and_for_no_time() -> None:
    made = HandMade(SERVICES)
    made.pathways = {"ed": {"admit": "ward"}}
    who = made.visit("ed", "admit", arrived=0, accepted=0, started=0, finished=100, left=100)
    made.visit("ward", "ready", who, "ed", arrived=100, accepted=100, started=100, finished=200, left=200)
    found = made.measures()
    assert found["delay_caused", "service", "ward"] == 0
    assert found["hours_blocked", "system", ""] == 0
    assert found["hours_waiting", "system", ""] == 0
    assert found["blocked_by", "link", "ed > ward"] == 0


def test_facts_of_an_empty_replication() -> None:
    facts = HandMade(SERVICES).facts()
    assert facts.view().size == 0
    assert list(facts.each_run()) == []
    assert facts.view().sums().tolist() == [0] * 5
    assert not facts.turned_away.any()
    assert isinstance(facts, Facts)
