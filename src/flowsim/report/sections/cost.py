"""Cost and workforce: what the catalogue has of cost and harm, and how busy teams are."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from flowsim.measures.compare.released import can_tell, released
from flowsim.measures.estimates import estimate
from flowsim.report.document import Block, Listing, Paragraph, Section
from flowsim.report.sections.areas import area_part
from flowsim.report.tables import differences

if TYPE_CHECKING:
    from flowsim.measures.estimates import Key
    from flowsim.report.material import Material

TEAMS = frozenset(("assessors", "clinicians", "crews", "onboarding", "staff", "team"))
"""Resources that are people."""
MOST = 15
"""Teams shown."""


def section(material: Material) -> Section | None:
    """Return the section."""
    parts = (_cost(material), area_part(material, "harm", "Harm"), _workforce(material))
    found = tuple(part for part in parts if part is not None)
    return Section("cost", "Cost and workforce", (), found) if found else None


def _cost(material: Material) -> Section | None:
    """Return what plans cost, and what they spend for each bed day they release."""
    part = area_part(material, "cost", "Cost")
    if part is None:
        return None
    told = [
        f"{name}: {released(material.base, other, material.comparison.confidence).sentence()}"
        for other, name in zip(material.others, material.called[1:], strict=True)
        if can_tell(material.base) and can_tell(other)
    ]
    blocks: tuple[Block, ...] = (Listing(tuple(told)), *part.blocks) if told else part.blocks
    keys = material.keys(["cost_per_day"], "kind")
    by_kind = (
        (differences(material, "cost-by-kind", "Cost each day, by kind of service", keys),) if keys else ()
    )
    return Section(part.id, part.title, (*blocks, *by_kind))


def _workforce(material: Material) -> Section | None:
    keys = [key for key in material.keys(["utilisation"], "pool") if _is_team(key)]
    if not keys:
        return None
    busiest = sorted(keys, key=lambda key: -_highest(material, key))[:MOST]
    table = differences(material, "teams", f"How busy teams are: the {len(busiest)} busiest", busiest)
    text = "Share of time on duty that staff are with patients, or on their way to them."
    return Section("workforce", "Workforce", (Paragraph(text), table))


def _is_team(key: Key) -> bool:
    return any(part in TEAMS for part in key[2].split(".")[1:])


def _highest(material: Material, key: Key) -> float:
    means = (estimate(key, run.cells[key]).mean for run in material.runs if key in run.cells)
    return max(mean for mean in means if isfinite(mean))
