"""What services that are not open all hours share: last arrivals, booked slots, and staff who stay on.

Nothing here is a service; the kinds that need it import it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from math import ceil, inf
from typing import TYPE_CHECKING, Any, cast

from flowsim.clock import DAY, Opening, parse_rota
from flowsim.kernel import Patient, Pool
from flowsim.kernel.journal import ARRIVED
from flowsim.kernel.patient import Care
from flowsim.spec.distributions import parse_distribution
from flowsim.spec.groups import ByGroup

if TYPE_CHECKING:
    from flowsim.services.base import Service

NO_TIME: ByGroup[Any] = ByGroup(parse_distribution("0 min"))
"""Takes no time for anybody: the step is left out."""
NOBODY = parse_rota("0")
"""A rota without staff."""
AT_ONCE: Care = cast("Care", ())
"""What an ``accept`` without a wait returns: nothing to wait for, so no generator is made."""


def turned_away(outcome: int) -> Care:
    """Return an acceptance that ends at once with an outcome."""
    return outcome
    yield  # makes this a generator


def is_always(opening: Opening) -> bool:
    """Say whether it never shuts during the run."""
    return len(opening.bounds) == 2 and opening.bounds[0] <= 0.0 and opening.bounds[1] == inf


def ending_earlier(opening: Opening, minutes: float) -> Opening:
    """Return opening times that end ``minutes`` before each closing; spans no longer than that vanish."""
    if not minutes:
        return opening
    spans = zip(opening.bounds[::2], opening.bounds[1::2], strict=True)
    return Opening(
        [bound for opens, closes in spans if closes - minutes > opens for bound in (opens, closes - minutes)]
    )


def ending_at(opening: Opening, clock: float, end: float) -> Opening:
    """Return opening times that end at a time of day, where that is before closing.

    Args:
        opening: the hours.
        clock: minutes after midnight.
        end: last minute of the run; hours without end are cut into days up to two weeks after it.
    """
    bounds: list[float] = []
    for opens, closes in _days(opening, end):
        last = opens // DAY * DAY + clock
        if last <= opens:
            last += DAY
        bounds += (opens, min(last, closes))
    return Opening(bounds)


def _days(opening: Opening, end: float) -> list[tuple[float, float]]:
    if is_always(opening):
        return [(float(day * DAY), float(day * DAY + DAY)) for day in range(int(end // DAY) + 15)]
    return list(zip(opening.bounds[::2], opening.bounds[1::2], strict=True))


class Slots:
    """Booked slots, evenly spaced in opening hours. Each is given once, the earliest first.

    Args:
        opening: hours in which a booked patient may come.
        per_hour: slots in each open hour; 0: any number of patients may come at any open minute.
    """

    __slots__ = ("every", "given", "opening")

    def __init__(self, opening: Opening, per_hour: int) -> None:
        self.opening = opening
        self.every = 60.0 / per_hour if per_hour else 0.0
        self.given = -inf

    def next_after(self, minute: float) -> float:
        """Return the first free slot at or after a minute, without booking it; infinity if there is none."""
        every = self.every
        slot = max(minute, self.given + every) if every else minute
        while slot < inf:
            opens = self.opening.next_open(slot)
            if not every:
                return opens
            if opens == slot:
                return self._on_grid(slot)
            slot = opens
        return inf

    def _on_grid(self, slot: float) -> float:
        """Return the first slot, counted from opening time, at or after an open minute."""
        bounds = self.opening.bounds
        start = max(bounds[bisect_right(bounds, slot) - 1], 0.0)
        found = start + ceil((slot - start) / self.every - 1e-9) * self.every
        return found if self.opening.is_open(found) else self.next_after(found)

    def tomorrow(self, minute: float) -> float:
        """Return the first minute of the next day of opening: after the present one, if it is open now."""
        closes = self.opening.closes_at(minute)
        if closes == inf:
            return minute // DAY * DAY + DAY
        return self.opening.next_open(closes)


class LastShift:
    """Keeps the last shift until everyone who is inside at closing has been finished.

    Attributes:
        team: the staff.
        inside: patients who have come in and not yet been finished.
        doors: opening hours; the shift stays only if nobody is due back on the rota before they shut.
    """

    def __init__(self, team: Pool) -> None:
        self.team = team
        self.inside = 0
        self.doors = Opening([-inf, inf])
        self.due = team.capacity
        team.keeper = self.change

    def change(self, staff: int) -> None:
        """Follow the rota; but the last shift stays while patients are inside after closing."""
        self.due = staff
        if staff or not self.inside or not self._is_last():
            self.team.set_capacity(staff)

    def _is_last(self) -> bool:
        """Say whether the doors shut before anybody is back on the rota."""
        now, rota = self.team.env._now, self.team.rota
        later = rota[bisect_right(rota, now, key=lambda change: change[0]) :]
        back = next((minute for minute, staff in later if staff), inf)
        return self.doors.closes_at(now) <= back

    def leave(self) -> None:
        """A patient has been finished, or has gone; after the last one the shift goes home."""
        self.inside -= 1
        if not self.inside and self.team.capacity != self.due:
            self.team.set_capacity(self.due)

    def stay_on(self, patient: Patient, care: Callable[[Patient], Care]) -> Care:
        """Care for a patient, whom the last shift does not leave behind."""
        self.inside += 1
        outcome = yield from care(patient)
        self.leave()
        return outcome


def by_appointment(service: Service[Any], patient: Patient, slot: float) -> Care:
    """Give up what is held, and come at the booked time: that is when the patient counts as arrived."""
    kernel = service.kernel
    kernel.let_go(patient)
    kernel.journal.cells[patient.at + ARRIVED] = slot
    yield slot - kernel.env._now
