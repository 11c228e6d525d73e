"""Alternatives to the emergency department and the hospital bed, tried in order at a decision point."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag

from flowsim.spec.base import Spec
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import Mix
from flowsim.spec.values import HoursField, Name, RotaField, Share

__all__ = ["LEAVE", "Alternative", "Destination", "named_in"]

LEAVE = "leave"
"""The destination of patients who leave the system."""


class Alternative(Spec):
    """One alternative: where to, for whom, when, and what happens when it is full."""

    to: Name
    """The service that takes the patient."""
    eligible: ByGroup[Share] = ByGroup(1.0)
    """Share of patients for whom it is clinically suitable."""
    uptake: ByGroup[Share] = ByGroup(1.0)
    """Share of suitable patients for whom it is used."""
    shortest_stays: ByGroup[Share] | None = None
    """Only for patients whose hospital stay, should they need one, would be among this share of the shortest
    of their group; omitted: whatever the stay would be."""
    hours: HoursField | None = None
    """Hours in which it is offered; always, when left out (the service's own hours still count)."""
    staff: RotaField | None = None
    """People who make the referral, such as admission-avoidance leads; it is offered while one is on duty."""
    when_full: Literal["next", "default"] = "next"
    """What happens when it has no room: try the ``next`` alternative, or take the ``default`` route."""
    additional: ByGroup[Share] | None = None
    """Share of its users who would truly have gone on by the default route; all, when left out."""
    label: str = ""
    """Name in reports."""


def _kind_of(value: Any) -> str:
    return "name" if isinstance(value, str) else "groups"


Destination = Annotated[
    Annotated[str, Tag("name")] | Annotated[ByGroup[Mix], Tag("groups")], Discriminator(_kind_of)
]
"""Where patients go: a service or ``leave``, shares of several, or a table by group."""


def named_in(destination: str | ByGroup[Mix] | ByGroup[str]) -> tuple[str, ...]:
    """Return every service (or ``leave``) that a destination names, without repeats."""
    if isinstance(destination, str):
        return (destination,)
    names: dict[str, None] = {}
    for leaf in destination.leaves():
        names.update(dict.fromkeys((leaf,) if isinstance(leaf, str) else leaf.options))
    return tuple(names)
