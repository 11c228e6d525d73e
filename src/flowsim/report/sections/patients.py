"""What happens to patients: the emergency department, and crews on the way to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.measure import AREAS
from flowsim.report.charts import heat
from flowsim.report.document import Block, Figure, Section
from flowsim.report.sections.drawn import by_group, period, through_the_winter
from flowsim.report.tables import differences

if TYPE_CHECKING:
    from flowsim.report.material import Material

SHOWN = {
    "urgent_care": (
        "attendances",
        "within_4_hours",
        "within_4_hours_type_1",
        "over_12_hours",
        "bed_wait_over_12_hours",
        "to_clinician_mean",
        "time_in_department_mean",
        "time_in_department_admitted_mean",
        "left_before_treatment",
        "emergency_admissions",
        "in_department",
        "boarders",
        "corridor",
    ),
    "ambulance": (
        "calls",
        "response_category_1_mean",
        "response_category_2_mean",
        "response_category_2_p90",
        "handovers",
        "handover_mean",
        "handover_p90",
        "handover_over_60",
        "handover_hours_lost",
        "conveyed",
    ),
}
"""Measures shown in this section, by area; all the others are at the end of the report."""
WINTER = {
    "attendances": "Attendances of all types each day",
    "within_4_hours": "Share of attendances of all types that leave within 4 hours, by day of arrival",
    "handover_mean": "Mean minutes from arrival at the department to handover, by day of arrival",
    "in_department": "Mean number of people in emergency departments",
}
"""Measures drawn day by day, and what they are."""
BY_SITE = {"within_4_hours_type_1": "Type 1 within 4 hours", "handover_mean": ""}
"""Measures shown by site, and what is drawn; handovers differ too much between sites to share a scale."""
HOURS_IN_DAY = 24
FEWEST_ROWS = 2


def section(material: Material) -> Section | None:
    """Return the section."""
    parts = [_area(material, area) for area in SHOWN]
    parts += [_by_service(material)]
    found = tuple(part for part in parts if part is not None)
    return Section("patients", "What happens to patients", (), found) if found else None


def _area(material: Material, area: str) -> Section | None:
    keys = material.keys(SHOWN[area])
    if not keys:
        return None
    heading = AREAS[area]
    blocks: list[Block] = []
    for measure, what in WINTER.items():
        if measure in SHOWN[area]:
            blocks += through_the_winter(material, measure, what)
    blocks.append(
        differences(material, f"patients-{area.replace('_', '-')}", f"{heading}, whole system", keys)
    )
    blocks += _sites(material, [name for name in BY_SITE if name in SHOWN[area]])
    blocks += _heat(material) if area == "urgent_care" else []
    return Section(f"patients-{area.replace('_', '-')}-part", heading, tuple(blocks))


def _sites(material: Material, measures: Sequence[str]) -> Iterator[Block]:
    for measure in measures:
        keys = material.keys([measure], "site")
        if len(keys) < FEWEST_ROWS:
            continue
        name = f"site-{measure.replace('_', '-')}"
        for i in range(len(material.others) if BY_SITE[measure] else 0):
            yield from by_group(material, i, f"{name}-plot-{i + 1}", keys, f"{BY_SITE[measure]}, by site")
        yield differences(material, name, f"{CATALOGUE[measure].label}, by site", keys)


def _heat(material: Material) -> Iterator[Figure]:
    """Yield when departments are full, by hour of the week, in the base."""
    run, name = material.base, material.called[0]
    weekly = material.weekly(run, "in_department")
    if weekly is None:
        return
    hours = weekly.mean(axis=0).reshape(7, HOURS_IN_DAY)
    day, hour = divmod(int(hours.argmax()), HOURS_IN_DAY)
    days = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
    yield heat(
        id="heat-in-department",
        title=f"Departments are fullest on {days[day]} from {hour:02}:00 to {hour + 1:02}:00",
        subtitle=f"Mean number of people in departments by hour of the week, {name}, {period(material)}",
        values=hours,
        unit="patients",
        decimals=0,
        png=material.png,
    )


def _by_service(material: Material) -> Section | None:
    """Return waits service by service, for a system that has no emergency department."""
    keys = [key for key in material.headline_keys if key[1] == "service"]
    if not keys:
        return None
    table = differences(material, "patients-services", "Waits, service by service", keys)
    return Section("patients-services-part", "Every service", (table,))
