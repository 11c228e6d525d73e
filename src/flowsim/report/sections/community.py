"""Community services and alternatives to the department and the bed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flowsim.measures.catalogue import CATALOGUE, in_area
from flowsim.report.charts import bars
from flowsim.report.document import Block, Figure, Section
from flowsim.report.sections.drawn import period
from flowsim.report.tables import differences

if TYPE_CHECKING:
    from flowsim.report.material import Material

TITLES = {"alternatives": "Alternatives", "community": "Care after hospital"}
SHOWN = {
    "alternatives": (
        "alternative_to_conveyance",
        "conveyances_avoided",
        "admissions_avoided",
        "access_to_ed",
        "ucr_referrals",
        "ucr_within_2_hours",
        "ucr_declined",
        "ucr_kept_at_home",
        "sdec_attendances",
        "sdec_refused",
        "sdec_direct",
        "virtual_ward_admissions",
        "virtual_ward_occupancy",
        "virtual_ward_refused",
        "clinic_attendances",
    ),
    "community": (
        "intermediate_care_referrals",
        "intermediate_care_starts",
        "intermediate_care_wait_mean",
        "intermediate_care_wait_p90",
        "intermediate_care_waiting",
        "intermediate_care_occupancy",
        "intermediate_care_stay_mean",
    ),
}
"""Measures shown in this section, by area; all the others are at the end of the report."""
PER_DAY = (
    "ucr_referrals",
    "sdec_attendances",
    "virtual_ward_admissions",
    "clinic_attendances",
    "conveyances_avoided",
    "admissions_avoided",
    "intermediate_care_starts",
)
"""Patients each day, drawn side by side."""
BY_PLACE = ("ucr_within_2_hours", "virtual_ward_occupancy", "intermediate_care_waiting")
FEWEST = 2


def section(material: Material) -> Section | None:
    """Return the section."""
    parts = []
    for area, title in TITLES.items():
        keys = material.keys(SHOWN[area])
        if keys:
            table = differences(material, f"community-{area}", f"{title}, whole system", keys)
            blocks: list[Block] = [table, *_by_place(material, area)]
            parts.append(Section(f"{area}-part", title, tuple(blocks)))
    drawn = tuple(_drawn(material))
    return Section("community", "Community and alternatives", drawn, tuple(parts)) if parts else None


def _drawn(material: Material) -> Iterator[Figure]:
    keys = material.keys(PER_DAY)
    if len(keys) < FEWEST or not material.others:
        return
    for i, found in enumerate(material.differences(keys)):
        base, other = material.pair(i)
        moved = [row for row in found if row.clear]
        yield bars(
            id=f"community-bars-{i + 1}",
            title=f"{other}: clearly more or fewer patients in {len(moved) or 'none'} of {len(found)}",
            subtitle=f"Patients each day, whole system, {period(material)}",
            rows=[(row.about.label, row.base, row.other, row.low, row.high) for row in found],
            unit="per day",
            decimals=1,
            names=(base, other),
            png=material.png,
        )


def _by_place(material: Material, area: str) -> Iterator[Block]:
    measures = {measure.id for measure in in_area(area)}
    for name in BY_PLACE:
        keys = material.keys([name], "place")
        if name in measures and len(keys) >= FEWEST:
            caption = f"{CATALOGUE[name].label}, by place"
            yield differences(material, f"place-{name.replace('_', '-')}", caption, keys)
