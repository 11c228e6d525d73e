"""V15: short days worked out by hand, to the minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flowsim.verify.case import Case, Check, Luck, case, equal
from flowsim.verify.hand import Arrival, column, fed

HOUR = 60.0
OUT = {"done": "leave", "referred": "leave", "left": "leave", "full": "leave", "shut": "leave"}
OFF_WARD = {"ready": "leave", "moved_on": "leave", "refused": "leave", "cancelled": "leave"}


@case("V15", "Six patients at a time, by hand", "tables worked out on paper")
def traces(luck: Luck) -> Iterable[Check]:
    """First come first served, priority, boarding, long stays, two queues, the end of a shift, closing."""
    yield from first_come_first_served()
    yield from urgent_first()
    yield from waiting_lifts()
    yield from boarding()
    yield from long_stays()
    yield from two_queues()
    yield from end_of_shift()
    yield from closing_time()


def first_come_first_served() -> Iterator[Check]:
    """One member of staff, three minutes each."""
    clinic = {"kind": "clinic", "staff": "1", "service": "3 min"}
    visits = fed({"clinic": clinic}, {"clinic": OUT}, _at("clinic", (0, 1, 2, 3, 20, 21)))
    yield from _same("in order: start", (0, 3, 6, 9, 20, 23), column(visits, 0, "started"))
    yield from _same("in order: gone", (3, 6, 9, 12, 23, 26), column(visits, 0, "left"))


def urgent_first() -> Iterator[Check]:
    """Acuity 2 goes first; nobody is interrupted; equals go in the order of arrival."""
    priority = {"by": "acuity", "2": "0", "otherwise": "1"}
    clinic = {"kind": "clinic", "staff": "1", "service": "3 min", "priority": priority}
    acuity = ("4", "4", "2", "4", "2", "2")
    arrivals = [
        (minute, "clinic", {"acuity": code})
        for minute, code in zip((0.0, 1.0, 2.0, 3.0, 4.0, 30.0), acuity, strict=True)
    ]
    visits = fed({"clinic": clinic}, {"clinic": OUT}, arrivals)
    yield from _same("urgent first: start", (0, 9, 3, 12, 6, 30), column(visits, 0, "started"))


def waiting_lifts() -> Iterator[Check]:
    """Ten minutes each; after 25 minutes of waiting acuity 4 counts as acuity 2, and had come before."""
    priority = {"by": "acuity", "2": "0", "otherwise": "1"}
    clinic = {"kind": "clinic", "staff": "1", "service": "10 min", "priority": priority}
    acuity = ("4", "4", "2", "2", "2", "4")
    arrivals = [
        (minute, "clinic", {"acuity": code})
        for minute, code in zip((0.0, 1.0, 5.0, 8.0, 18.0, 100.0), acuity, strict=True)
    ]
    lifted = {"clinic": {**clinic, "priority_ages": "25 min"}}
    for name, services, starts in (
        ("waiting lifts", lifted, (0, 30, 10, 20, 40, 100)),
        ("waiting does not lift", {"clinic": clinic}, (0, 40, 10, 20, 30, 100)),
    ):
        visits = fed(services, {"clinic": OUT}, arrivals)
        yield from _same(f"{name}: start", starts, column(visits, 0, "started"))


def boarding() -> Iterator[Check]:
    """One space and one bed: who waits for the bed keeps the space, and who waits for the space stays out.

    Five minutes in the space, twenty in the bed, two to make the bed up again.
    """
    services = {"department": _department(), "ward": _ward()}
    pathways = {"department": {"home": "leave", "admit": "ward", "left": "leave"}, "ward": OFF_WARD}
    needs_a_bed = {"admission": "yes"}
    arrivals = [(float(minute), "department", needs_a_bed) for minute in (0, 1, 2, 3, 100, 101)]
    visits = fed(services, pathways, arrivals)
    yield from _same("boarding: seen", (0, 5, 27, 49, 100, 105), column(visits, 0, "started"))
    yield from _same("boarding: space left", (5, 27, 49, 71, 105, 127), column(visits, 0, "left"))
    yield from _same("boarding: bed", (5, 27, 49, 71, 105, 127), column(visits, 1, "accepted"))
    yield from _same("boarding: home", (25, 47, 69, 91, 125, 147), column(visits, 1, "left"))


def long_stays() -> Iterator[Check]:
    """One bed, five hours each and two minutes to make it up: what is due far ahead comes when it is due."""
    ward = {"kind": "ward", "beds": "1", "stay": "300 min", "turnaround": "2 min"}
    visits = fed({"ward": ward}, {"ward": OFF_WARD}, _at("ward", (0, 310, 611, 2000, 2001, 4000)))
    yield from _same("long stays: bed", (0, 310, 612, 2000, 2302, 4000), column(visits, 0, "accepted"))
    yield from _same("long stays: home", (300, 610, 912, 2300, 2602, 4300), column(visits, 0, "left"))


def two_queues() -> Iterator[Check]:
    """Acuity 2 waits for resus and, behind everybody else there, for majors: whichever is free first.

    One space each, half an hour each. The third patient has resus at minute 30, and is gone from the other
    queue when majors is free at 31; the last one gets majors at 61, as resus has been given away at 60.
    """
    area = {"spaces": "1", "first_spell": "30 min", "investigated": "0%"}
    area |= {"investigations": "0 min", "second_spell": "0 min"}
    areas = {"resus": {**area, "overflow": "majors"}, "majors": area}
    by_acuity = {"by": "acuity", "2": "resus", "otherwise": "majors"}
    department = {**_department(), "areas": areas, "area": by_acuity}
    arrivals = [
        (float(minute), "department", {"acuity": code})
        for minute, code in enumerate(("2", "3", "2", "3", "2", "2"))
    ]
    visits = fed({"department": department}, {"department": {"home": "leave", "left": "leave"}}, arrivals)
    yield from _same("two queues: start", (0, 1, 30, 31, 60, 61), column(visits, 0, "started"))
    yield from _same("two queues: gone", (30, 31, 60, 61, 90, 91), column(visits, 0, "left"))


def end_of_shift() -> Iterator[Check]:
    """Two on shift until 01:00, one until 02:00: who is being served at one o'clock is finished first."""
    rota = "00:00-01:00=2, 01:00-02:00=1, 02:00-24:00=2"
    clinic = {"kind": "clinic", "staff": rota, "service": "20 min"}
    arrivals = _at("clinic", (45, 50, 51, 52, 53, 110))
    visits = fed({"clinic": clinic}, {"clinic": OUT}, arrivals)
    yield from _same("end of shift: start", (45, 50, 70, 90, 110, 120), column(visits, 0, "started"))


def closing_time() -> Iterator[Check]:
    """Open from 09:00 to 10:00: the last one in is finished, later ones are turned away."""
    settings = {"hours": "09:00-10:00", "when_shut": "turn_away", "staff": "09:00-10:00=1"}
    clinic = {"kind": "clinic", "service": "25 min", **settings}
    arrivals = _at("clinic", (530, 540, 541, 599, 600, 700))
    visits = fed({"clinic": clinic}, {"clinic": OUT}, arrivals)
    yield from _same("closing time: gone", (530, 565, 590, 624, 600, 700), column(visits, 0, "left"))
    yield from _same("closing time: how", (4, 0, 0, 0, 4, 4), column(visits, 0, "outcome"))


def _at(service: str, minutes: Sequence[float]) -> list[Arrival]:
    return [(float(minute), service, {}) for minute in minutes]


def _same(what: str, expected: Sequence[float], got: Sequence[float]) -> Iterator[Check]:
    for patient, (one, other) in enumerate(zip(expected, got, strict=True), start=1):
        yield equal(f"{what}, patient {patient}", float(one), float(other))


def _department() -> Mapping[str, Any]:
    """Return an emergency department with one space and nothing in it but five minutes with a clinician."""
    area = {"spaces": "1", "first_spell": "5 min", "investigated": "0%"}
    return {
        "kind": "emergency_department",
        "assessors": "9",
        "initial_assessment": "0 min",
        "handover": "0 min",
        "area": "majors",
        "areas": {"majors": {**area, "investigations": "0 min", "second_spell": "0 min"}},
        "clinicians": {"main": "9"},
        "specialty_review": "0 min",
        "departure": "0 min",
    }


def _ward() -> Mapping[str, Any]:
    return {"kind": "ward", "beds": "1", "stay": "20 min", "turnaround": "2 min"}


CASES: tuple[Case, ...] = (traces,)
