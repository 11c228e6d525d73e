"""A patient: what drives its own care process."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowsim.kernel.pool import Crew, Pool
    from flowsim.sampling.blocks import Block

Care = Generator[Any, Any, Any]
"""A care process: it yields minutes to hold, or what a pool's ``seize`` returned."""


class Patient:
    """One person on one journey through the system.

    The patient itself stands on the agenda for every hold, so that a hold costs one heap entry and no
    object. All luck is read from ``block`` at ``row``, and repeats are told apart by ``visit``.

    Attributes:
        block: the demand block that holds this patient's attributes and luck.
        row: position in the block.
        number: row in the replication's patient table.
        visit: how often this patient has met the present kind of service before (0: never).
        spell: how many hospital spells this patient has had.
        ticket: rises whenever a wait ends, so that stale places in a queue are recognised.
        queues: the pools in which the patient waits now.
        at: address of the present visit in the journal.
        behind: addresses of earlier visits whose place is still held.
        returns: how often this patient has come to the point of leaving the system.
        diverted: where an alternative takes the patient.
        held: the place still held while the next service is waited for.
        service: index of the service that cares for the patient now (-1: none yet).
        remaining: minutes of clinical stay still to come.
    """

    __slots__ = (
        "at",
        "behind",
        "block",
        "diverted",
        "granted",
        "held",
        "number",
        "queues",
        "remaining",
        "returns",
        "row",
        "seen",
        "send",
        "service",
        "spell",
        "ticket",
        "visit",
        "visits",
    )

    diverted: Any
    granted: Any
    queues: tuple[Pool, ...]

    def __init__(self, block: Block, row: int) -> None:
        self.block = block
        self.row = row
        self.number = block.base + row
        self.visit = self.spell = self.ticket = self.seen = self.returns = 0
        self.visits: dict[int, int] | None = None
        self.at = self.service = -1
        self.remaining = 0.0
        self.behind: list[int] | None = None
        self.held: Pool | Crew | None = None
        self.send: Callable[[Any], Any] | None = None
