"""The clinic: any further staffed service, described by settings alone.

A hot clinic, GP out of hours, a frailty hub, a community diagnostic centre, mental-health liaison. Patients
wait by priority for a room (if rooms are limited) and a member of staff, are served once, and are done or
referred on. Every behaviour is a setting that can be left out, so that one clinic fed by a constant stream is
the textbook queue M/M/c; with waiting places it is M/M/c/K, with patience M/M/c+M.
"""

from __future__ import annotations

from math import inf
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from flowsim.clock import parse_hours
from flowsim.kernel import Patient
from flowsim.kernel.journal import FINISHED, STARTED
from flowsim.kernel.patient import Care
from flowsim.services.base import ALTERNATIVE, CareSpec, Service
from flowsim.services.daytime import AT_ONCE, LastShift, Slots, by_appointment, is_always, turned_away
from flowsim.spec.base import Misfit
from flowsim.spec.distributions import Distribution
from flowsim.spec.expected import Expected, Flow
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import Mix, check_options
from flowsim.spec.values import UNLIMITED, Count, Duration, HoursField, RotaField, Share

DONE, REFERRED, LEFT, FULL, SHUT, ELSEWHERE = range(6)
PRIORITIES = ("0", "1", "2", "3")
FIRST_CLASS = ByGroup(Mix.only("0"))


class ClinicSpec(CareSpec):
    """Any staffed service with one contact: staff and, if wanted, rooms, hours, waiting places, booking."""

    OUTCOMES: ClassVar[dict[str, str]] = {
        "done": "served, and needs nothing further from here",
        "referred": "served, and referred on",
        "left": "left before being served",
        "full": "no waiting place, or no slot that could be booked",
        "shut": "came while it was shut, and was turned away",
        ALTERNATIVE: "went on to an alternative found at the outcome",
    }
    DECISIONS: ClassVar[dict[str, str]] = {
        "outcome": "after service, for patients who would otherwise be referred on",
    }

    kind: Literal["clinic"] = "clinic"
    hours: HoursField = parse_hours("always")
    """Opening hours. Those inside at closing are finished: the last shift stays for them."""
    when_shut: Literal["wait", "turn_away"] = "wait"
    """What happens to patients who come while it is shut: `wait`, holding what they hold, until it opens, or
    `turn_away`."""
    staff: RotaField
    """Staff on shift, each serving one patient at a time."""
    rooms: Count = UNLIMITED
    """Rooms. A patient waits for a room first, and in the room for a member of staff."""
    holds_room: bool = False
    """Whether a patient keeps the room until the next service accepts (blocking after service). The member of
    staff is free at the end of service in any case."""
    waiting_places: Count = UNLIMITED
    """Patients who may wait at once; when so many wait, new patients are turned away (outcome `full`)."""
    service: ByGroup[Distribution]
    """Time of staff and patient together."""
    patience: ByGroup[Distribution] | None = None
    """Waiting time after which a patient leaves without being served; omitted: nobody does."""
    priority: ByGroup[Mix] = FIRST_CLASS
    """Class in which a patient waits, `0` (served first) to `3`. Nobody's service is interrupted."""
    priority_ages: Duration | None = None
    """Waiting this long moves a patient up one class; omitted: never."""
    booked: bool = False
    """Whether patients are booked for the next day of opening, and wait at home until then, rather than being
    served on the day."""
    slots_per_hour: Count = 0
    """Slots in each open hour, evenly spaced, for a booked clinic; 0: everybody comes at opening."""
    book_within: Duration | None = None
    """How far ahead slots can be booked; when none is free by then patients are turned away (outcome `full`).
    Omitted: any time ahead."""
    referred: ByGroup[Share] = ByGroup(0.0)
    """Share of those served who are referred on (outcome `referred`)."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.holds_room and self.rooms >= UNLIMITED:
            raise Misfit(
                "holds_room has no effect while rooms are unlimited: say how many rooms", "holds_room"
            )
        for name in ("slots_per_hour", "book_within"):
            if getattr(self, name) and not self.booked:
                raise Misfit(f"{name} has no effect unless booked is true", name)
        for mix in self.priority.leaves():
            try:
                check_options(mix.options, "priority", PRIORITIES)
            except Misfit as misfit:
                raise misfit.within("priority") from None
        return self

    def expect(self, flow: Flow) -> Expected:
        """Return the load of staff and rooms, and who goes where."""
        expected = Expected()
        service = flow.mean(self.service)
        expected.load("staff", flow, service)
        if self.rooms < UNLIMITED:
            expected.load("rooms", flow, service)
        referred = flow.share(self.referred)
        expected.leave("referred", (flow * referred).after("outcome"))
        expected.leave("done", flow * (1 - referred))
        return expected

    def refuses(self, resource: str) -> bool:
        """True if patients are turned away or leave, so that no queue grows without end."""
        return self.waiting_places < UNLIMITED or self.patience is not None


class Clinic(Service[ClinicSpec]):
    """The running clinic.

    Journal: *arrived* is at the door (a booked patient arrives at the booked time), *accepted* admission to
    the waiting room, *started* and *finished* service, *left* when the room was given up.
    """

    Spec = ClinicSpec
    shared_luck = False

    def build(self) -> None:
        """Make staff and rooms."""
        spec = self.spec
        self.staff = self.team("staff", spec.staff, classes=len(PRIORITIES))
        self.last_shift = LastShift(self.staff)
        self.rooms = self.pool("rooms", spec.rooms, classes=len(PRIORITIES))
        self.outcome = self.decision("outcome")
        self.slots: Slots | None = None

    def configure(self, spec: ClinicSpec) -> None:
        """Take over hours, the rota, rooms and durations."""
        super().configure(spec)
        self.staff.follow(self.system.shifts(spec.staff))
        self.rooms.set_capacity(spec.rooms)
        self.staff.ages = self.rooms.ages = spec.priority_ages or inf
        self.limited = spec.rooms < UNLIMITED
        self.entry = self.rooms if self.limited else self.staff
        self._open(spec)
        self.service = self.duration("service", spec.service).of
        self.patience = None if spec.patience is None else self.duration("patience", spec.patience).of
        self.priority = None
        if spec.priority != FIRST_CLASS:
            self.priority = self.system.draws.choice(self.purpose("priority"), spec.priority).of
        self.refers = self.chance("referred", spec.referred).of

    def _open(self, spec: ClinicSpec) -> None:
        opening = self.last_shift.doors = self.system.opening(spec.hours)
        self.doors = None if is_always(opening) else opening
        given = -inf if self.slots is None else self.slots.given
        self.slots = Slots(opening, spec.slots_per_hour) if spec.booked else None
        if self.slots is not None:
            self.slots.given = given
        self.accept = None
        if self.doors is not None or self.slots is not None or spec.waiting_places < UNLIMITED:
            self.accept = self._accept

    # -- the door ------------------------------------------------------------------------------------------

    def has_room(self, patient: Patient) -> bool:
        """True if a patient sent here now would be booked or, while it is open, find a place."""
        if self.slots is not None:
            return self._next_day() < inf
        return (self.doors is None or self.doors.is_open(self.env._now)) and not self._is_full()

    def _accept(self, patient: Patient) -> Care:
        """Book, or let in whoever comes in time and finds a place."""
        if self.slots is not None:
            return self._book(patient)
        if self.doors is not None and not self.doors.is_open(self.env._now):
            return turned_away(SHUT) if self.spec.when_shut == "turn_away" else self._wait_for_opening()
        return turned_away(FULL) if self._is_full() else AT_ONCE

    def _is_full(self) -> bool:
        return self.entry.waiting >= self.spec.waiting_places and not self.entry.has_room

    def _book(self, patient: Patient) -> Care:
        slots, slot = self.slots, self._next_day()
        if slots is None or slot == inf:
            return turned_away(FULL)
        slots.given = slot
        return by_appointment(self, patient, slot)

    def _next_day(self) -> float:
        """Return the first free slot of the next day of opening, or later; infinity if none can be booked."""
        assert self.slots is not None
        now, within = self.env._now, self.spec.book_within
        slot = self.slots.next_after(self.slots.tomorrow(now))
        return slot if within is None or slot <= now + within else inf

    def _wait_for_opening(self) -> Care:
        """Wait for the doors to open; then there must be a place."""
        assert self.doors is not None
        opens = self.doors.next_open(self.env._now)
        if opens == inf:
            return SHUT
        yield opens - self.env._now
        return FULL if self._is_full() else None

    # -- service -------------------------------------------------------------------------------------------

    def care(self, patient: Patient) -> Care:
        """Wait, be served, and be done or referred on; nobody who is inside is left behind at closing."""
        if self.doors is None:
            return self._serve(patient)
        return self.last_shift.stay_on(patient, self._serve)

    def _serve(self, patient: Patient) -> Care:
        rank = 0 if self.priority is None else int(self.priority(patient))
        patience = inf if self.patience is None else self.patience(patient)
        if self.limited:
            asked = self.env._now
            if (yield self.rooms.seize(patient, rank, patience)) is None:
                return LEFT
            patient.held = self.rooms
            patience = max(patience - (self.env._now - asked), 0.0)
        if (yield self.staff.seize(patient, rank, patience)) is None:
            self._give_up_room(patient)
            return LEFT
        self.kernel.mark(patient, STARTED)
        yield self.service(patient)
        self.staff.release()
        self.kernel.mark(patient, FINISHED)
        if not self.spec.holds_room:
            self._give_up_room(patient)
        if not self.refers(patient):
            return DONE
        if self.outcome is not None and self.outcome.found(patient):
            return ELSEWHERE
        return REFERRED

    def _give_up_room(self, patient: Patient) -> None:
        held, patient.held = patient.held, None
        if held is not None:
            held.vacate()
