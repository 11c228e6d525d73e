"""Alternatives at a decision point, against the rule as a planner would say it: any list, any state of each.

The first alternative for which the patient is eligible, that is taken up, open and has room gets the patient;
otherwise the next; otherwise the default route. One that is full ends the search unless it says `next`. Where
a share of users is additional, the others go on as if there had been no such alternative, and somebody who
would not have come at all goes there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support import World, at

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
NOON = at("12:00")
OPEN, SHUT = "00:00-24:00", "00:00-06:00"
PLACES = ("x", "y", "z")


@dataclass(frozen=True)
class Offer:
    """One alternative of a list, every share all or nothing."""

    to: str
    eligible: bool
    uptake: bool
    hours: bool
    staff: bool
    goes_on: bool
    truly: bool | None

    def written(self) -> dict[str, Any]:
        """Return it as a scenario file has it."""
        said: dict[str, Any] = {
            "to": self.to,
            "eligible": "100%" if self.eligible else "0%",
            "uptake": "100%" if self.uptake else "0%",
            "hours": OPEN if self.hours else SHUT,
            "staff": 1 if self.staff else 0,
            "when_full": "next" if self.goes_on else "default",
        }
        return said if self.truly is None else {**said, "additional": "100%" if self.truly else "0%"}

    @property
    def offered(self) -> bool:
        """True if the patient could be sent, were there room."""
        return self.eligible and self.uptake and self.hours and self.staff


MOSTLY = st.sampled_from([True, True, True, True, False])
OFFERS = st.builds(
    Offer,
    to=st.sampled_from(PLACES),
    eligible=MOSTLY,
    uptake=MOSTLY,
    hours=MOSTLY,
    staff=MOSTLY,
    goes_on=st.booleans(),
    truly=st.sampled_from([None, None, True, False]),
)


def as_the_rule_says(offers: list[Offer], room: dict[str, bool]) -> list[str]:
    """Return where the patient goes, and before that where people come who would not have come at all."""
    extra: list[str] = []
    for offer in offers:
        if not offer.offered or offer.to in extra:
            continue
        if not room[offer.to]:
            if offer.goes_on:
                continue
            break
        if offer.truly is False:
            extra.append(offer.to)
            continue
        return [*extra, offer.to]
    return [*extra, "usual"]


def run(offers: list[Offer], room: dict[str, bool]) -> World:
    """Return a world in which one patient has been offered the alternatives at 12:10."""
    clinic = {"kind": "clinic", "staff": 9, "service": "10 min"}
    services: dict[str, Any] = {"front": {**clinic, "referred": "100%"}, "usual": clinic}
    services |= {
        name: {**clinic, "staff": 9 if free else 0, "waiting_places": 0} for name, free in room.items()
    }
    options = [offer.written() for offer in offers]
    world = World(services, {"front": {"referred": "usual"}}, {"front.outcome": options}, days=1)
    world.arrive(NOON, "front")
    return world.run()


@QUICK
@given(offers=st.lists(OFFERS, min_size=1, max_size=5), free=st.tuples(*[MOSTLY] * 3))
def test_a_patient_goes_where_the_rule_says(offers: list[Offer], free: tuple[bool, bool, bool]) -> None:
    room = dict(zip(PLACES, free, strict=True))
    world = run(offers, room)
    visits = world.visits(0)
    assert visits[0].service == "front"
    assert Counter(visit.service for visit in visits[1:]) == Counter(as_the_rule_says(offers, room))
    assert {visit.arrived for visit in visits[1:]} == {NOON + 10}
    sent = as_the_rule_says(offers, room)[-1]
    assert visits[0].outcome == ("referred" if sent == "usual" else "alternative")
    (own,) = [visit for visit in visits[1:] if visit.source == "front"]
    assert own.service == sent


@QUICK
@given(
    offers=st.lists(OFFERS, min_size=1, max_size=4),
    free=st.tuples(*[MOSTLY] * 3),
    more=OFFERS,
    position=st.integers(0, 4),
)
def test_an_offer_that_is_never_open_changes_nothing(
    offers: list[Offer], free: tuple[bool, bool, bool], more: Offer, position: int
) -> None:
    room = dict(zip(PLACES, free, strict=True))
    closed = Offer(**{**vars(more), "hours": False})
    longer = [*offers[:position], closed, *offers[position:]]
    assert run(longer, room).visits(0) == run(offers, room).visits(0)
