"""Sections that show an area of the catalogue as a whole, and so appear as soon as it is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowsim.measures.catalogue import in_area
from flowsim.measures.measure import AREAS
from flowsim.report.document import Block, Section, Table
from flowsim.report.tables import differences

if TYPE_CHECKING:
    from flowsim.report.material import Material

LEVELS = ("site", "place")
"""Levels by which headline measures of an area are broken down, the first that has several groups."""


def area_table(material: Material, area: str, name: str = "") -> Table | None:
    """Return every measure of an area for the whole system; None if none was measured."""
    keys = material.keys([measure.id for measure in in_area(area)])
    name = name or f"area-{area.replace('_', '-')}"
    return differences(material, name, f"{AREAS[area]}, whole system", keys) if keys else None


def area_part(material: Material, area: str, title: str) -> Section | None:
    """Return a section about an area: every measure, the headline ones by site; None if there is nothing."""
    table = area_table(material, area)
    if table is None:
        return None
    blocks: list[Block] = [table]
    for measure in in_area(area):
        keys = next((k for level in LEVELS if len(k := material.keys([measure.id], level)) > 1), [])
        if measure.headline and keys:
            name = f"area-{measure.id.replace('_', '-')}"
            blocks.append(differences(material, name, f"{measure.label}, by {keys[0][1]}", keys))
    return Section(f"{area.replace('_', '-')}-part", title, tuple(blocks))
