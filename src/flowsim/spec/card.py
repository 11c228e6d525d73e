"""What a lever or a surge pack says of itself: what it does, what it moves, what it needs and costs."""

from __future__ import annotations

from typing import Literal

from flowsim.spec.base import Spec

__all__ = ["Card", "Claim"]


class Claim(Spec):
    """A measure that is claimed to move, and which way."""

    measure: str
    """Id of the measure, as `flowsim list measures` shows it."""
    direction: Literal["up", "down"]
    """Which way it moves the more, the stronger the lever or the shock."""
    of: str = ""
    """For part of the system alone, such as ``kind=clinic`` or ``service=*_home_care``; the whole system when
    left out."""


class Card(Spec):
    """The card of a lever or a surge pack. It changes no result; lists, docs and tests read it."""

    does: str
    """What it does, in a sentence or two for a planner."""
    moves: tuple[Claim, ...]
    """What it moves, its own service's measure first. Tests hold it to this."""
    needs: str = ""
    """What has to be there for it: staff, hours, places."""
    cost: str = ""
    """What it costs, where that is known."""
    additional: str = ""
    """What share of its users would truly have gone to a bed or a department; or why that is no question."""
