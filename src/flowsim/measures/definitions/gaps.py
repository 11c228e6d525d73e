"""Gaps between the most and least deprived fifths of people, and between places: definitions."""

from __future__ import annotations

from collections.abc import Iterator

from flowsim.measures.definitions.urgent_care import MEASURES as URGENT_CARE
from flowsim.measures.measure import Measure

BETWEEN = (
    "within_4_hours",
    "over_12_hours",
    "to_clinician_mean",
    "time_in_department_mean",
    "bed_wait_mean",
    "left_before_treatment",
)
"""Measures whose gaps are measured."""
WORDS = {
    "within_4_hours": "within 4 hours",
    "over_12_hours": "over 12 hours",
    "to_clinician_mean": "to clinician",
    "time_in_department_mean": "time in ED",
    "bed_wait_mean": "wait for bed",
    "left_before_treatment": "left untreated",
}
"""What each is called in the label of its gap."""
MOST, LEAST = "1", "5"
"""Fifths of the Index of Multiple Deprivation."""
NO_RESIDENTS = "out_of_area"
"""Patients who live in no place; they are no place of their own."""

DEPRIVATION, PLACES = "gap_deprivation", "gap_places"


def _gaps() -> Iterator[Measure]:
    about = {measure.id: measure for measure in URGENT_CARE}
    for base in BETWEEN:
        measure = about[base]
        worse = "lower" if measure.better == "higher" else "higher"
        by_fifth = f"by how much it is {worse} for the most deprived fifth than for the least"
        for kind, label, definition in (
            (DEPRIVATION, "Deprivation gap", by_fifth),
            (PLACES, "Place gap", "highest less lowest of the places where people live"),
        ):
            yield Measure(
                id=f"{kind}_{base}",
                area="gaps",
                label=f"{label}: {WORDS[base]}",
                unit="points" if measure.unit == "share" else measure.unit,
                better="lower",
                definition=f"{measure.label}: {definition}.",
                at_end=measure.at_end,
                source=measure.source,
                levels=("system",),
                kinds=measure.kinds,
                decimals=measure.decimals if measure.unit != "minutes" else 0,
            )


MEASURES = tuple(_gaps())
"""Measures of this area."""
