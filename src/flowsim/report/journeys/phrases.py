"""What each moment of a visit is called, by kind of service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowsim.tables import TIMES

if TYPE_CHECKING:
    from flowsim.report.journeys.story import Visit
    from flowsim.store.services import Services

_DOOR = {
    "arrived": "comes to {label}",
    "accepted": "books in",
    "assessed": "initial assessment ends",
    "started": "a clinician begins",
    "finished": "treatment ends",
    "left": "leaves",
}
_HOSPITAL = {**_DOOR, "finished.admit": "it is decided to admit", "left.home": "goes home"}

PHRASES: Mapping[str, Mapping[str, str]] = {
    "access": {
        "arrived": "calls {label}",
        "started": "somebody answers",
        "finished": "the assessment ends: {outcome}",
    },
    "ambulance": {
        "arrived": "an ambulance is called ({label})",
        "accepted": "a crew is sent",
        "started": "the crew arrives",
        "finished": "{outcome}",
        "finished.convey": "the crew reaches the hospital",
    },
    "emergency_department": {
        **_HOSPITAL,
        "arrived.brought": "",
        "accepted.brought": "is handed over to {label}",
        "assessed.brought": "",
    },
    "urgent_treatment_centre": {
        **_DOOR,
        "finished.transfer": "an emergency department is needed",
        "left.home": "goes home",
    },
    "clinic": {**_DOOR, "accepted": "", "started": "is seen", "finished": "is done"},
    "same_day_emergency_care": {
        "arrived": "is referred to {label}",
        "accepted": "gets a chair",
        "started": "a clinician begins",
        "finished": "treatment ends",
        "finished.admit": "an admission is needed",
        "left.home": "goes home",
    },
    "ward": {
        "arrived": "needs a bed in {label}",
        "accepted": "gets the bed",
        "assessed": "the bed is in another ward, as an outlier",
        "finished": "{outcome}",
        "finished.ready": "is ready to leave {label}",
        "finished.moved_on": "is fit to move on from {label}",
        "finished.alternative": "an alternative to the rest of the stay is found",
        "left": "leaves the bed",
    },
    "virtual_ward": {
        "arrived": "is referred to {label}",
        "accepted": "is taken on",
        "finished": "the stay ends",
        "finished.deteriorated": "gets worse and needs the emergency department",
    },
    "urgent_community_response": {
        "arrived": "is referred to {label}",
        "started": "the first visit begins",
        "finished": "the first visit ends: {outcome}",
        "left": "the last visit ends",
    },
    "discharge": {
        "started": "{label} takes up the discharge",
        "assessed": "the plan is agreed: {outcome}",
        "finished": "everything is arranged",
        "left": "leaves the bed",
    },
    "intermediate_care": {
        "arrived": "is referred to {label}",
        "accepted": "starts with {label}",
        "finished": "the care ends",
    },
}
"""Kind, then moment (or moment and outcome, or "brought" for patients of a crew), to words."""

WAITS: Mapping[str, tuple[str, ...]] = {
    "access": ("started",),
    "ambulance": ("accepted",),
    "emergency_department": ("accepted", "assessed", "started"),
    "urgent_treatment_centre": ("assessed", "started"),
    "clinic": ("started",),
    "same_day_emergency_care": ("accepted", "started"),
    "ward": ("accepted",),
    "virtual_ward": ("accepted",),
    "urgent_community_response": ("started",),
    "discharge": ("started",),
    "intermediate_care": ("accepted",),
}
"""Moments of each kind that end a wait for something the service is short of."""

FIRST = {
    ("emergency_department", "accepted"): ("offload_bays",),
    ("emergency_department", "assessed"): ("assessors",),
    ("urgent_treatment_centre", "assessed"): ("assessors",),
}
"""What is waited for up to a moment, where it is not everything the service has."""
DOOR_STAFF = ("assessors", "offload_bays")
"""Resources that are needed before a clinician is waited for."""

_PLAN_LAST = ("arrived", "accepted", "started", "assessed", "finished")
"""Moments of arranging a discharge, which is taken up before a plan is agreed."""


def in_order(kind: str) -> tuple[str, ...]:
    """Return the moments of a visit, the last excepted, in the order in which a kind of service has them."""
    return _PLAN_LAST if kind == "discharge" else TIMES[:-1]


def phrase(visit: Visit, moment: str, services: Services, before: Visit | None) -> str:
    """Return what a moment of a visit is called; empty if it is not told.

    Args:
        visit: the visit.
        moment: one of `flowsim.tables.TIMES`, or "turned_away".
        services: what the services are called.
        before: the visit that led to this one.
    """
    label = services.label(visit.service)
    outcome = services.meaning(visit.service, visit.outcome)
    if moment == "turned_away":
        return f"{label}: {outcome}"
    words = PHRASES[visit.kind]
    brought = f"{moment}.brought" if _brought(visit, moment, before) else ""
    keys = (f"{moment}.{visit.outcome}", brought, moment)
    found = next((words[key] for key in keys if key in words), "")
    return found.format(label=label, outcome=outcome).removesuffix(": ")


def _brought(visit: Visit, moment: str, before: Visit | None) -> bool:
    """Say whether a crew hands the patient over; some come by ambulance without a service of that name."""
    if before is not None:
        return before.kind == "ambulance"
    return moment != "arrived" and visit.at("arrived") < visit.at("accepted") == visit.at("assessed")


def is_wait(kind: str, moment: str) -> bool:
    """Say whether a moment ends a wait for something that a kind of service may be short of."""
    return moment in WAITS[kind]


def waits_for(kind: str, moment: str, resource: str) -> bool:
    """Say whether patients of a kind of service may wait for a resource before a moment."""
    wanted = FIRST.get((kind, moment))
    if wanted is not None:
        return resource in wanted
    return not (moment == "started" and resource in DOOR_STAFF)
