"""Alternatives to the ED and the bed, tried in order at a decision point.

The first alternative for which the patient is eligible, that is taken up, open and has room gets the
patient; otherwise the next; otherwise the default route. Eligibility and uptake use the patient's own
numbers, so that those diverted at 30% are among those diverted at 40%. An alternative may be for short stays
alone: it then looks at the very number that decides how long the patient's next stay in a ward would be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flowsim.kernel import Patient

if TYPE_CHECKING:
    from flowsim.clock import Opening
    from flowsim.kernel import Pool
    from flowsim.sampling.draws import Chance


@dataclass(slots=True)
class Option:
    """One alternative, ready to be tried.

    Attributes:
        service: where the patient would go.
        eligible, uptake: draws of the patient's own.
        short: says, by the luck of the next ward stay, if it would be short enough; None: any stay is.
        opening: hours in which the alternative is offered; None: always.
        staff: people who must be on shift for it to be offered; None: nobody.
        additional: share of its users who would truly have gone on by the default route; None: all.
        next_when_full: if it has no room, try the next alternative rather than the default route.
    """

    service: Any
    eligible: Chance
    uptake: Chance
    short: Chance | None
    opening: Opening | None
    staff: Pool | None
    additional: Chance | None
    next_when_full: bool


class DecisionPoint:
    """The ordered alternatives at one decision point of one service.

    Args:
        options: alternatives in order.
        now: returns the present minute.
        induce: starts a journey at a service for somebody who would not have come at all (``additional``).
    """

    __slots__ = ("induce", "now", "options")

    def __init__(
        self, options: Sequence[Option], now: Callable[[], float], induce: Callable[[Patient, Any], None]
    ) -> None:
        self.options = list(options)
        self.now = now
        self.induce = induce

    def found(self, patient: Patient) -> bool:
        """Try the alternatives; True if one takes the patient, whose ``diverted`` then names the service."""
        taken_by_another: Any = None
        for option in self.options:
            if option.service is taken_by_another:
                continue
            if not (option.eligible.of(patient) and option.uptake.of(patient) and self._offered(option)):
                continue
            if option.short is not None and not _is_short(option.short, patient):
                continue
            if not option.service.has_room(patient):
                if option.next_when_full:
                    continue
                return False
            if option.additional is not None and not option.additional.of(patient):
                self.induce(patient, option.service)
                taken_by_another = option.service  # a wider offer of the same service is for others
                continue
            patient.diverted = option.service
            return True
        return False

    def _offered(self, option: Option) -> bool:
        if option.opening is not None and not option.opening.is_open(self.now()):
            return False
        return option.staff is None or option.staff.capacity > 0


def _is_short(short: Chance, patient: Patient) -> bool:
    """Say whether a patient's next stay would be short enough; of one who needs none, it is."""
    return not patient.block.codes["admission"][patient.row] or short.at(patient, patient.spell)
