"""Alternatives that are not wholly a substitute: some who use them would not have come to hospital at all.

Where ``additional`` is given, only that share of an alternative's users would truly have gone on by the
default route. For each of the others somebody extra comes to it, and the patient goes on as before.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from support import World, at

NOON = at("12:00")
CLINIC: dict[str, Any] = {"kind": "clinic", "staff": 99, "service": "10 min"}
DESK: dict[str, Any] = {**CLINIC, "referred": "100%"}


def world(*options: dict[str, Any], days: int = 2, **services: dict[str, Any]) -> World:
    """Return a desk that refers everybody to the ward, with alternatives at its outcome."""
    kinds = {"desk": DESK, "ward": CLINIC, "hub": CLINIC, "team": CLINIC, **services}
    return World(kinds, {"desk": {"referred": "ward"}}, {"desk.outcome": list(options)}, days=days)


def visitors(made: World, service: str) -> list[int]:
    """Return who came to a service, by the number of the patient (somebody extra has the same)."""
    table = made.kernel.journal.table()
    code = list(made.system.services).index(service)
    found: list[int] = table["patient"][table["service"] == code].tolist()
    return found


def test_when_all_use_is_in_place_of_the_default_route_nobody_goes_on() -> None:
    made = world({"to": "hub", "additional": "100%"})
    who = made.arrive(NOON, "desk")
    made.run()
    assert [visit.service for visit in made.visits(who)] == ["desk", "hub"]
    assert made.visit(who, "desk").outcome == "alternative"
    assert visitors(made, "ward") == []


def test_when_none_is_the_patient_goes_on_and_somebody_extra_comes_to_the_alternative() -> None:
    made = world({"to": "hub", "additional": "0%"})
    who = made.arrive(NOON, "desk")
    made.run()
    assert made.visit(who, "desk").outcome == "referred"
    assert visitors(made, "ward") == [who]
    (extra,) = [visit for visit in made.visits(who) if visit.service == "hub"]
    assert (extra.arrived, extra.finished, extra.source) == (NOON + 10, NOON + 20, None)


def test_somebody_extra_takes_up_staff_like_anybody_else() -> None:
    made = world({"to": "hub", "additional": "0%"}, hub={**CLINIC, "staff": 1, "service": "30 min"})
    made.arrive(NOON, "desk")
    own = made.arrive(NOON + 11, "hub")
    made.run()
    (visit, *_) = made.visits(own)
    assert visit.started == NOON + 10 + 30  # behind the extra person, who came a minute before


def test_somebody_extra_goes_on_as_the_alternative_sends_people() -> None:
    """The hub sends everybody to the ward: one patient by the default route, and one extra by the hub."""
    made = World(
        {"desk": DESK, "ward": CLINIC, "hub": DESK},
        {"desk": {"referred": "ward"}, "hub": {"referred": "ward"}},
        {"desk.outcome": [{"to": "hub", "additional": "0%"}]},
        days=2,
    )
    who = made.arrive(NOON, "desk")
    made.run()
    came = sorted(visit.arrived or 0.0 for visit in made.visits(who) if visit.service == "ward")
    assert came == [NOON + 10, NOON + 20]


def test_a_wider_offer_of_the_same_service_is_for_other_patients() -> None:
    """Whoever was the reason for somebody extra is not sent to that same service by a second offer."""
    made = world({"to": "hub", "additional": "0%"}, {"to": "hub"}, {"to": "team"})
    who = made.arrive(NOON, "desk")
    made.run()
    assert visitors(made, "hub") == [who]  # the extra person alone
    assert visitors(made, "team") == [who]
    assert visitors(made, "ward") == []


def test_for_others_the_second_offer_of_the_same_service_holds() -> None:
    first = {"to": "hub", "eligible": {"by": "acuity", "2": "100%", "otherwise": "0%"}, "additional": "0%"}
    made = world(first, {"to": "hub"})
    narrow, wide = made.arrive(NOON, "desk", acuity="2"), made.arrive(NOON, "desk", acuity="4")
    made.run()
    assert made.visit(wide, "desk").outcome == "alternative"
    assert made.visit(narrow, "desk").outcome == "referred"


def test_nobody_extra_comes_while_the_alternative_has_no_room() -> None:
    made = world({"to": "hub", "additional": "0%"}, hub={**CLINIC, "hours": "08:00-11:00"})
    who = made.arrive(NOON, "desk")
    made.run()
    assert visitors(made, "hub") == []
    assert visitors(made, "ward") == [who]


def test_the_share_is_that_of_the_settings_and_everybody_is_somewhere() -> None:
    made = world({"to": "hub", "additional": "30%"}, days=1)
    patients = [made.arrive(NOON, "desk") for _ in range(99)]
    for minute in range(1, 30):
        patients += [made.arrive(NOON + minute * 10, "desk") for _ in range(99)]
    made.run()
    went_on = len(visitors(made, "ward"))
    assert len(visitors(made, "hub")) == len(patients)  # users, additional or not
    assert 1 - went_on / len(patients) == pytest.approx(0.30, abs=0.03)


def test_truly_diverted_at_a_low_share_are_among_those_at_a_high_share() -> None:
    def diverted(share: str) -> set[int]:
        made = world({"to": "hub", "additional": share}, days=1)
        patients = [made.arrive(NOON + i, "desk") for i in range(200)]
        made.run()
        return {who for who in patients if made.visit(who, "desk").outcome == "alternative"}

    few, more, all_of_them = diverted("20%"), diverted("60%"), diverted("100%")
    assert few < more < all_of_them
    assert len(all_of_them) == 200


class TestWhenItIsFull:
    """What happens to a patient for whom there is no room."""

    FULL: ClassVar[dict[str, Any]] = {**CLINIC, "staff": 1, "waiting_places": 0, "service": "3 hours"}

    def went(self, when_full: str) -> list[str]:
        options = [{"to": "hub", "when_full": when_full}, {"to": "team"}]
        made = world(*options, hub=self.FULL)
        made.arrive(NOON - 60, "hub")
        who = made.arrive(NOON, "desk")
        made.run()
        return [visit.service for visit in made.visits(who)]

    def test_the_next_one_is_tried_where_that_is_said(self) -> None:
        assert self.went("next") == ["desk", "team"]

    def test_or_the_default_route_is_taken(self) -> None:
        assert self.went("default") == ["desk", "ward"]

    def test_whoever_is_not_eligible_is_not_stopped_by_a_full_one(self) -> None:
        shut_out = {"to": "hub", "eligible": "0%", "when_full": "default"}
        made = world(shut_out, {"to": "team"}, hub=self.FULL)
        made.arrive(NOON - 60, "hub")
        who = made.arrive(NOON, "desk")
        made.run()
        assert [visit.service for visit in made.visits(who)] == ["desk", "team"]

    def test_room_is_looked_for_at_the_very_moment(self) -> None:
        """The hub's one member of staff is busy until 14:00: who comes at 13:49 is too early by a minute."""
        made = world({"to": "hub", "when_full": "default"}, hub=self.FULL)
        made.arrive(NOON - 60, "hub")
        early, late = made.arrive(NOON + 109, "desk"), made.arrive(NOON + 111, "desk")
        made.run()
        assert [made.visits(who)[-1].service for who in (early, late)] == ["ward", "hub"]
