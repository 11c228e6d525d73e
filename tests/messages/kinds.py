"""Two small kinds of service for tests of scenario files, so that messages do not hang on real services."""

from __future__ import annotations

from typing import ClassVar, Literal

from flowsim.clock import parse_hours
from flowsim.spec.base import ServiceSpec, Spec
from flowsim.spec.distributions import Distribution
from flowsim.spec.groups import ByGroup
from flowsim.spec.values import UNLIMITED, Clock, Count, Duration, Factor, HoursField, Rate, RotaField, Share


class Room(Spec):
    """Rooms of one sort."""

    number: Count
    """How many there are."""
    cleaning: Duration = 0.0
    """Time to clean one."""


class ClinicSpec(ServiceSpec):
    """A clinic with staff."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "done": "seen, and needs nothing more",
        "referred": "seen, and referred on",
        "left": "left before being seen",
    }
    DECISIONS: ClassVar[dict[str, str]] = {"outcome": "after being seen"}

    kind: Literal["clinic"] = "clinic"
    clinicians: RotaField
    """Clinicians on shift."""
    hours: HoursField = parse_hours("always")
    """Opening hours."""
    service: ByGroup[Distribution]
    """Time with a clinician."""
    rooms: dict[str, Room] = {}  # noqa: RUF012
    """Rooms, by name."""
    referred: ByGroup[Share] = ByGroup(0.0)
    """Share of patients who are referred on."""
    last_arrival: Clock | None = None
    """Time of day after which nobody is let in."""
    booked: bool = False
    """Whether patients are booked."""
    queue: Literal["first_come", "by_acuity"] = "first_come"
    """Who is seen first."""


class WardSpec(ServiceSpec):
    """A ward with beds."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "home": "went home",
        "refused": "no bed and no room to wait",
        "alternative": "went on to an alternative",
    }
    DECISIONS: ClassVar[dict[str, str]] = {"review": "at the daily ward round"}

    kind: Literal["ward"] = "ward"
    beds: Count
    """Staffed beds."""
    stay: ByGroup[Distribution]
    """Clinical stay, from bed to discharge-ready."""
    turnaround: Duration = 45.0
    """Time to make up a bed before its next use."""
    stay_factor: Factor = 1.0
    """Multiplies every stay."""
    starts: Rate | None = None
    """Most admissions a day."""
    waiting_places: Count = UNLIMITED
    """Patients who may wait for a bed."""
    rounds: tuple[Clock, ...] = ()
    """Times of the ward rounds."""


KINDS: dict[str, type[ServiceSpec]] = {"clinic": ClinicSpec, "ward": WardSpec}
"""The registry that the tests put in place of the real one."""
