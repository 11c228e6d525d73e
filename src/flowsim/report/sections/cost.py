"""Cost and workforce: what the catalogue has of cost and harm, and how busy teams are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowsim.report.document import Paragraph, Section
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
    parts = (area_part(material, "cost", "Cost"), area_part(material, "harm", "Harm"), _workforce(material))
    found = tuple(part for part in parts if part is not None)
    return Section("cost", "Cost and workforce", (), found) if found else None


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
    values = [float(np.nanmean(run.cells[key])) for run in material.runs if key in run.cells]
    return max((value for value in values if value == value), default=0.0)  # noqa: PLR0124 - not a number
