"""The course of one action at one site, in one place or in the system: ordered, in effect, ended, at rest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowsim.clock import Opening
    from flowsim.spec.escalation import Action

IDLE, ORDERED, ACTIVE = range(3)
FELL, ENDED, STAFF_LEFT = "the level fell", "it has lasted as long as it may", "{} {} fewer than it needs"


class Standby:
    """Staff who can be had for actions.

    Args:
        name: what they are called in the scenario.
        changes: (minute, how many can be had) in ascending order, the first at minute 0.

    Attributes:
        used: how many are on actions now.
    """

    __slots__ = ("changes", "name", "used")

    def __init__(self, name: str, changes: Sequence[tuple[float, int]]) -> None:
        self.name = name
        self.changes = changes
        self.used = 0

    def free(self, now: float) -> int:
        """Return how many more can be had; negative if some who are on actions have gone off duty."""
        return self.changes[bisect_right(self.changes, now, key=lambda change: change[0]) - 1][1] - self.used


class Course:
    """What happens to one action in one scope as its level moves.

    Each call answers with what has happened, a word and a reason, or None; the caller carries it out.

    Args:
        action: the rules.
        staff: who is needed, with how many of them.
        opening: hours in which it can be ordered; None: always.
    """

    __slots__ = (
        "action", "again", "at_least", "at_most", "complaint", "ends_at", "level", "opening", "since",
        "staff", "state", "ticket",
    )  # fmt: skip

    def __init__(
        self, action: Action, staff: Sequence[tuple[Standby, int]] = (), opening: Opening | None = None
    ) -> None:
        self.action = action
        self.level, self.ends_at = action.level, action.ends_at
        self.at_least = action.at_least
        self.at_most = inf if action.at_most is None else action.at_most
        self.staff = list(staff)
        self.opening = opening
        self.state = IDLE
        self.since = -inf
        self.again = -inf
        self.ticket = 0
        self.complaint = ""

    def assess(self, now: float, level: int) -> tuple[str, str] | None:
        """Take in the level of the scope."""
        if self.state == IDLE:
            return self._maybe_order(now, level)
        if self.state == ORDERED:
            return self._end(now, "cancelled", FELL) if level <= self.ends_at else None
        lasted = now - self.since
        if level <= self.ends_at and lasted >= self.at_least:
            return self._end(now, "stood_down", FELL)
        if lasted >= self.at_most:
            return self._end(now, "stood_down", ENDED)
        return None

    def _maybe_order(self, now: float, level: int) -> tuple[str, str] | None:
        if level < self.level:
            self.complaint = ""
            return None
        if now < self.again or (self.opening is not None and not self.opening.is_open(now)):
            return None
        for standby, needed in self.staff:
            free = max(standby.free(now), 0)
            if free < needed:
                return self._refuse(f"needs {needed} {standby.name}, {free} can be had")
        for standby, needed in self.staff:
            standby.used += needed
        self.complaint = ""
        self.ticket += 1
        if self.action.lead:
            self.state = ORDERED
            return "ordered", ""
        return self.take_effect(now, self.ticket)

    def _refuse(self, reason: str) -> tuple[str, str] | None:
        """Say once, and again when the reason changes, why it does not happen."""
        if reason == self.complaint:
            return None
        self.complaint = reason
        return "failed", reason

    def take_effect(self, now: float, ticket: int) -> tuple[str, str] | None:
        """Come into effect, unless the order has been cancelled since."""
        if ticket != self.ticket:
            return None
        self.state, self.since = ACTIVE, now
        return "activated", ""

    def lose_staff(self, now: float) -> tuple[str, str] | None:
        """End if staff who are needed have gone off duty."""
        if self.state == IDLE:
            return None
        for standby, _ in self.staff:
            if standby.free(now) < 0:
                word = "stood_down" if self.state == ACTIVE else "cancelled"
                return self._end(now, word, STAFF_LEFT.format(-standby.free(now), standby.name))
        return None

    def _end(self, now: float, word: str, reason: str) -> tuple[str, str]:
        for standby, needed in self.staff:
            standby.used -= needed
        self.state = IDLE
        self.ticket += 1
        if word == "stood_down":
            self.again = now + self.action.rest
        return word, reason
