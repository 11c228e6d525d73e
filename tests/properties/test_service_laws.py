"""Laws of services under arrivals that nobody chose.

Lengths of time are whole minutes, so that times can be compared without a tolerance.
"""

from __future__ import annotations

import heapq
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowsim.services.discharge import Timetable
from support import Visit, World, at

QUICK = settings(deadline=timedelta(seconds=20), suppress_health_check=list(HealthCheck), max_examples=30)
DAY = 1440
WEEK = 7 * DAY
ARRIVALS = st.lists(st.integers(0, 2 * DAY), min_size=1, max_size=25).map(sorted)
ACUITIES = st.sampled_from(["1", "2", "3", "4", "5"])
PEOPLE = st.lists(st.tuples(st.integers(0, DAY), ACUITIES), min_size=1, max_size=30).map(sorted)
"""When each comes, and how urgent it is."""

AREA: dict[str, Any] = {
    "first_spell": "40 min",
    "investigated": "0%",
    "investigations": "0 min",
    "second_spell": "0 min",
}


def department(servers: int) -> dict[str, Any]:
    return {
        "kind": "emergency_department",
        "assessors": 999,
        "initial_assessment": "0 min",
        "handover": "0 min",
        "areas": {"majors": {"spaces": 999, **AREA}},
        "area": "majors",
        "clinicians": {"main": servers},
        "specialty_review": "0 min",
        "departure": "0 min",
    }


def alike(servers: int) -> dict[str, dict[str, Any]]:
    """Return every kind of service, set up so that nothing but its first-come first-served queue is left."""
    sdec = {"hours": "always", "chairs": 999, "first_spell": "40 min", "investigated": "0%"}
    return {
        "clinic": {"kind": "clinic", "staff": servers, "service": "40 min"},
        "rooms": {"kind": "clinic", "staff": 999, "rooms": servers, "service": "40 min"},
        "ward": {"kind": "ward", "beds": servers, "stay": "40 min"},
        "virtual_ward": {
            "kind": "virtual_ward",
            "places": servers,
            "stay": "40 min",
            "waiting_places": "unlimited",
        },
        "care": {"kind": "intermediate_care", "places": servers, "stay": "40 min"},
        "utc": {"kind": "urgent_treatment_centre", "clinicians": servers, "treatment": "40 min"},
        "ucr": {"kind": "urgent_community_response", "team": servers, "first_visit": "40 min"},
        "sdec": {"kind": "same_day_emergency_care", "clinicians": servers, **sdec},
        "department": department(servers),
        "crews": {
            "kind": "ambulance",
            "crews": servers,
            "travel": "0 min",
            "on_scene": "40 min",
            "see_and_treat": "100%",
        },
        "calls": {
            "kind": "access",
            "assessors": servers,
            "assessment": "40 min",
            "disposition": "primary_care",
        },
    }


def visits(world: World, patients: list[int], service: str) -> list[Visit]:
    return [world.visit(who, service) for who in patients]


def finished(kind: dict[str, Any], arrivals: list[int]) -> list[float | None]:
    """Return when each patient of one service is finished."""
    world = World({"it": kind}, days=9)
    patients = [world.arrive(float(minute), "it") for minute in arrivals]
    world.run()
    return [visit.finished for visit in visits(world, patients, "it")]


def first_come_first_served(arrivals: list[int], servers: int, minutes: int) -> list[float]:
    """Return ends of service by hand: each is taken by the server who is free first."""
    free = [0] * servers
    ends = []
    for minute in arrivals:
        end = max(minute, heapq.heappop(free)) + minutes
        heapq.heappush(free, end)
        ends.append(float(end))
    return ends


@QUICK
@given(arrivals=ARRIVALS, servers=st.integers(1, 4))
def test_stripped_of_what_sets_it_apart_every_kind_is_the_same_queue(
    arrivals: list[int], servers: int
) -> None:
    expected = first_come_first_served(arrivals, servers, 40)
    for name, kind in alike(servers).items():
        assert finished(kind, arrivals) == expected, name


@QUICK
@given(arrivals=ARRIVALS, servers=st.integers(1, 3))
def test_a_rota_may_be_written_in_many_ways(arrivals: list[int], servers: int) -> None:
    ways: list[Any] = [
        servers,
        str(servers),
        f"00:00-24:00={servers}",
        f"00:00-12:00={servers}, 12:00-24:00={servers}",
        f"20:00-08:00={servers}, 08:00-20:00={servers}",
        {"weekday": servers, "weekend": servers},
        {"default": "0", **dict.fromkeys(("weekday", "weekend", "bank_holiday"), servers)},
        {"default": 1, "then": [{"multiply": servers}]},
        {"default": 1, "then": [{"add": servers - 1}]},
    ]
    found = [finished({"kind": "clinic", "staff": way, "service": "40 min"}, arrivals) for way in ways]
    assert all(each == found[0] for each in found)


def daytime() -> dict[str, dict[str, Any]]:
    """Return services with hours, rotas, rounds and slots: whatever looks at the clock or the week."""
    hours = {"weekday": "08:00-18:00", "weekend": "10:00-14:00"}
    area = {**AREA, "spaces": 2, "investigated": "100%", "investigations": "70 min", "second_spell": "15 min"}
    return {
        "clinic": {
            "kind": "clinic",
            "hours": hours,
            "booked": True,
            "slots_per_hour": 3,
            "staff": 1,
            "service": "25 min",
        },
        "sdec": {
            "kind": "same_day_emergency_care",
            "hours": hours,
            "chairs": 2,
            "queue": 2,
            "clinicians": 1,
            "first_spell": "25 min",
            "investigations": "100 min",
            "second_spell": "20 min",
            "book_back": "100%",
        },
        "utc": {
            "kind": "urgent_treatment_centre",
            "hours": hours,
            "last_arrival": "30 min",
            "clinicians": {"weekday": "08:00-18:00=2", "weekend": "10:00-14:00=1"},
            "treatment": "35 min",
            "slots_per_hour": 2,
        },
        "ward": {"kind": "ward", "beds": 3, "stay": "30 hours", "rounds": ["09:00", "15:00"]},
        "toc": {
            "kind": "discharge",
            "team": {"weekday": "09:00-17:00=1"},
            "assessment": "90 min",
            "departures": {"10:00-12:00": "40%", "12:00-20:00": "60%"},
            "weekend": "50%",
        },
        "care": {
            "kind": "intermediate_care",
            "starts_per_day": {"weekday": 2, "weekend": 1},
            "start_hours": {"weekday": "10:00-16:00", "saturday": "10:00-12:00"},
            "stay": "3 days",
        },
        "ucr": {
            "kind": "urgent_community_response",
            "team": "08:00-20:00=1",
            "hours": "08:00-20:00",
            "first_visit": "50 min",
            "follow_ups": {"0": "50%", "1": "50%"},
            "follow_up_gap": "20 hours",
            "follow_up_visit": "30 min",
        },
        "department": {**department(2), "areas": {"majors": area}},
    }


@QUICK
@given(
    people=st.lists(
        st.tuples(st.integers(0, WEEK - 1), st.sampled_from(list(daytime())), ACUITIES),
        min_size=1,
        max_size=20,
    )
)
def test_the_week_after_is_like_the_week_before(people: list[tuple[int, str, str]]) -> None:
    """Without bank holidays, coming a week later moves every moment of every visit by a week."""

    def journeys(later: int) -> list[list[float | None]]:
        pathways = {"ward": {"ready": "toc"}, "toc": {"pathway_1": "care"}}
        world = World(daytime(), pathways, days=40)
        for minute, service, acuity in people:
            pathway = "1" if int(acuity) > 2 else "0"
            route = "nhs_111" if acuity == "4" else "gp"
            world.arrive(minute + later, service, acuity=acuity, pathway=pathway, route=route)
        world.run()
        found: list[list[float | None]] = []
        for who in range(len(people)):
            for visit in world.visits(who):
                times = (
                    visit.arrived,
                    visit.accepted,
                    visit.assessed,
                    visit.started,
                    visit.finished,
                    visit.left,
                )
                found.append([None if t is None else round(t - later, 6) for t in times])
        return found

    assert journeys(WEEK) == journeys(0)


@QUICK
@given(people=PEOPLE, staff=st.integers(1, 3))
def test_nobody_is_overtaken_by_a_lower_class_nor_within_a_class(
    people: list[tuple[int, str]], staff: int
) -> None:
    """At every beginning of service nobody waits who is of a better class, or was there before."""
    ranks = {"by": "acuity", "1": "0", "2": "0", "3": "1", "4": "2", "5": "3"}
    clinic = {"kind": "clinic", "staff": staff, "service": "45 min", "priority": ranks}
    world = World({"clinic": clinic}, days=4)
    patients = [world.arrive(float(minute), "clinic", acuity=acuity) for minute, acuity in people]
    seen = visits(world.run(), patients, "clinic")
    rank = [int(ranks.get(acuity, "3")) for _, acuity in people]
    for i, mine in enumerate(seen):
        for j, other in enumerate(seen):
            assert mine.started is not None
            assert other.started is not None
            waited = (other.arrived or 0) < mine.started < other.started
            assert not (waited and rank[j] < rank[i])
            assert not (waited and rank[j] == rank[i] and j < i)


@QUICK
@given(people=PEOPLE, staff=st.integers(1, 3))
def test_nobody_waits_while_somebody_is_free(people: list[tuple[int, str]], staff: int) -> None:
    clinic = {"kind": "clinic", "staff": staff, "service": "45 min", "priority": {"0": "50%", "1": "50%"}}
    world = World({"clinic": clinic}, days=4)
    patients = [world.arrive(float(minute), "clinic", acuity=acuity) for minute, acuity in people]
    seen = visits(world.run(), patients, "clinic")
    for minute in range(0, 2 * DAY, 5):
        moment = minute + 0.5
        waiting = sum(v.arrived is not None and v.arrived < moment < (v.started or 0) for v in seen)
        serving = sum((v.started or 0) < moment < (v.finished or 0) for v in seen)
        assert serving == min(staff, waiting + serving)


@QUICK
@given(people=PEOPLE, aged=st.integers(20, 200))
def test_ageing_changes_who_waits_and_not_how_much_is_waited(
    people: list[tuple[int, str]], aged: int
) -> None:
    """All services are equally long, so that the order cannot change the times at which they begin."""

    def starts(**more: Any) -> Counter[float | None]:
        utc = {"kind": "urgent_treatment_centre", "clinicians": 1, "treatment": "45 min", **more}
        world = World({"utc": utc}, days=4)
        patients = [world.arrive(float(minute), "utc", acuity=acuity) for minute, acuity in people]
        return Counter(visit.started for visit in visits(world.run(), patients, "utc"))

    assert starts() == starts(priority_ages=f"{aged} min")


@QUICK
@given(arrivals=ARRIVALS, beds=st.integers(1, 3), turnaround=st.integers(1, 300))
def test_a_bed_is_never_used_before_it_has_been_turned_around(
    arrivals: list[int], beds: int, turnaround: int
) -> None:
    """So a turnaround is like a longer stay, except that nobody is held by it."""
    ward = {"kind": "ward", "beds": beds, "stay": "6 hours"}
    tidy = finished({**ward, "turnaround": f"{turnaround} min"}, arrivals)
    longer = first_come_first_served(arrivals, beds, 360 + turnaround)
    assert tidy == [end - turnaround for end in longer]


@QUICK
@given(arrivals=ARRIVALS, places=st.integers(1, 3), room=st.integers(0, 3))
def test_a_finite_waiting_room_holds_no_more_than_it_can(arrivals: list[int], places: int, room: int) -> None:
    clinic = {"kind": "clinic", "staff": places, "service": "90 min", "waiting_places": room}
    world = World({"clinic": clinic}, days=4)
    patients = [world.arrive(float(minute), "clinic") for minute in arrivals]
    seen = visits(world.run(), patients, "clinic")
    for mine in (visit for visit in seen if visit.outcome == "full"):
        minute = mine.arrived
        assert minute is not None
        inside = [v for v in seen if v.outcome == "done" and v is not mine and (v.arrived or 0) <= minute]
        there = sum((v.finished or 0) >= minute for v in inside)
        assert there >= places + room
    for moment in arrivals:
        waits = sum(v.outcome == "done" and (v.arrived or 0) <= moment < (v.started or 0) for v in seen)
        assert waits <= room


@QUICK
@given(asked=st.lists(st.integers(0, WEEK), min_size=1, max_size=25), per_hour=st.integers(1, 6))
def test_booked_slots_are_on_the_grid_in_hours_still_to_come_and_given_once(
    asked: list[int], per_hour: int
) -> None:
    clinic = {
        "kind": "clinic",
        "hours": {"weekday": "09:00-12:00", "saturday": "10:00-11:00"},
        "booked": True,
        "slots_per_hour": per_hour,
        "staff": 99,
        "service": "1 min",
    }
    world = World({"clinic": clinic}, days=28)
    patients = [world.arrive(float(minute), "clinic") for minute in asked]
    seen = visits(world.run(), patients, "clinic")
    slots = [visit.arrived or 0.0 for visit in seen]
    assert len(set(slots)) == len(slots)
    for minute, slot in zip(asked, slots, strict=True):
        day, clock = divmod(slot, DAY)
        first, last = (600, 660) if day % 7 == 5 else (540, 720)
        assert first <= clock < last
        assert day % 7 != 6
        assert (clock - first) % (60 / per_hour) == pytest.approx(0)
        opens, closes = (600, 660) if minute // DAY % 7 == 5 else (540, 720)
        if minute // DAY % 7 != 6 and opens <= minute % DAY < closes:  # while it is open: on another day
            assert day > minute // DAY
        assert slot > minute
    for (one, first), (other, second) in pairwise(sorted(zip(asked, slots, strict=True))):
        assert one == other or first < second  # who asks first comes first


@QUICK
@given(asked=st.lists(st.integers(0, 5 * DAY), min_size=1, max_size=25), starts=st.integers(1, 4))
def test_starts_of_care_keep_to_the_number_of_the_day_and_to_the_hours(asked: list[int], starts: int) -> None:
    care = {
        "kind": "intermediate_care",
        "starts_per_day": {"weekday": starts, "weekend": 1},
        "start_hours": {"weekday": "10:00-16:00", "saturday": "11:00-13:00"},
        "stay": "3 hours",
    }
    world = World({"care": care}, days=60)
    patients = [world.arrive(float(minute), "care") for minute in asked]
    seen = visits(world.run(), patients, "care")
    begun = [visit.accepted or 0.0 for visit in seen]
    for day, count in Counter(int(minute // DAY) for minute in begun).items():
        assert count <= (1 if day % 7 == 5 else starts)
        assert day % 7 != 6
    for visit in seen:
        assert visit.accepted is not None
        assert visit.arrived is not None
        clock = visit.accepted % DAY
        assert (660 <= clock <= 780) if visit.accepted // DAY % 7 == 5 else (600 <= clock <= 960)
        assert visit.accepted >= visit.arrived
        assert visit.finished == visit.accepted + 180


@QUICK
@given(people=PEOPLE, back=st.sampled_from(["0%", "50%", "100%"]))
def test_at_night_nobody_sits_in_same_day_emergency_care(people: list[tuple[int, str]], back: str) -> None:
    unit = {
        "kind": "same_day_emergency_care",
        "hours": "08:00-18:00",
        "chairs": 3,
        "queue": 5,
        "clinicians": 1,
        "first_spell": "30 min",
        "investigations": "3 hours",
        "second_spell": "30 min",
        "observation": "1 hour",
        "book_back": back,
    }
    world = World({"sdec": unit}, days=28)
    patients = [world.arrive(float(minute), "sdec", acuity=acuity, route="gp") for minute, acuity in people]
    chairs = world["sdec"].chairs
    counts: list[int] = []
    for day in range(20):
        for clock in ("19:00", "23:59", "07:59"):
            world.at(at(clock, day), lambda: counts.append(chairs.busy))
    seen = visits(world.run(), patients, "sdec")
    assert set(counts) == {0}
    for visit in seen:
        assert visit.outcome in {"home", "admit", "refused"}
        if visit.outcome == "home":  # everything was done, overnight if need be
            assert visit.finished is not None
            assert visit.accepted is not None
            assert visit.finished - visit.accepted >= 30 + 180 + 30 + 60
        if back == "100%":
            assert visit.outcome != "admit"


@QUICK
@given(people=PEOPLE, spaces=st.integers(1, 3), corridor=st.integers(0, 3))
def test_a_department_never_holds_more_than_its_spaces_and_its_corridor(
    people: list[tuple[int, str]], spaces: int, corridor: int
) -> None:
    """And with another space in the corridor nobody is seen later."""

    def seen(extra: int) -> list[Visit]:
        ed = {
            **department(99),
            "areas": {"majors": {"spaces": spaces, **AREA}},
            "escalation_spaces": corridor + extra,
        }
        beds = {"kind": "ward", "beds": 1, "stay": "3 hours"}
        world = World({"ed": ed, "ward": beds}, {"ed": {"admit": "ward"}}, days=12)
        patients = [
            world.arrive(float(minute), "ed", acuity="3", admission="yes" if int(acuity) < 3 else "no")
            for minute, acuity in people
        ]
        return visits(world.run(), patients, "ed")

    few, many = seen(0), seen(1)
    for i, visit in enumerate(few):
        assert visit.started is not None
        inside = [v for v in few if (v.started or 0) <= visit.started < (v.left or 0)]
        assert len(inside) <= spaces + corridor
        assert (many[i].started or 0) <= visit.started


SPANS = st.lists(
    st.tuples(st.integers(1, 300), st.integers(0, 200), st.integers(0, 10)), min_size=1, max_size=4
).filter(lambda parts: any(weight for *_, weight in parts))


def timetable(parts: list[tuple[int, int, int]]) -> Timetable:
    """Return a timetable of spans: (length, gap before it, weight), within a day."""
    total = sum(weight for *_, weight in parts)
    scale = DAY / (sum(length + gap for length, gap, _ in parts) + 1)
    shares, clock = {}, 0
    for length, gap, weight in parts:
        begin = clock + int(gap * min(scale, 1))
        clock = begin + max(int(length * min(scale, 1)), 1)
        shares[f"{begin // 60:02}:{begin % 60:02}-{clock // 60:02}:{clock % 60:02}"] = weight / total
    return Timetable(shares)


LUCK = st.floats(1e-6, 1 - 1e-6)


@given(parts=SPANS, minute=st.integers(0, DAY - 1), one=LUCK, other=LUCK)
def test_departures_follow_luck_and_the_clock(
    parts: list[tuple[int, int, int]], minute: int, one: float, other: float
) -> None:
    times = timetable(parts)
    low, high = sorted((one, other))
    first, second = times.after(minute, low), times.after(minute, high)
    assert (first is None) == (second is None) == (minute >= times.ends)
    if first is not None and second is not None:
        assert minute <= first <= second <= times.ends
        later = times.after(min(minute + 30, DAY), low)
        assert later is None or later >= first - 1e-6


@given(parts=SPANS, luck=LUCK)
def test_a_morning_patient_leaves_as_the_shares_say(parts: list[tuple[int, int, int]], luck: float) -> None:
    """At midnight the whole day is left: luck is then the share of the day's departures up to that moment."""
    times = timetable(parts)
    moment = times.after(0, luck)
    assert moment is not None
    gone = sum(
        share * min(max((moment - begin) / (end - begin), 0.0), 1.0) for begin, end, _, share in times.spans
    )
    assert gone == pytest.approx(luck, abs=1e-9)


@given(parts=SPANS, minute=st.integers(0, DAY - 1), luck=LUCK)
def test_whoever_is_ready_later_leaves_like_those_of_the_morning_who_are_still_there(
    parts: list[tuple[int, int, int]], minute: int, luck: float
) -> None:
    """The rest of a day is the day given that the moment is still to come."""
    times = timetable(parts)
    moment = times.after(minute, luck)
    if moment is None or minute >= times.ends:
        return
    gone = sum(
        share * min(max((minute - begin) / (end - begin), 0.0), 1.0) for begin, end, _, share in times.spans
    )
    whole = gone + luck * (1 - gone)
    same = times.after(0, min(max(whole, 1e-12), 1 - 1e-12))
    assert same is not None
    assert moment == pytest.approx(max(same, minute), abs=1e-3)
