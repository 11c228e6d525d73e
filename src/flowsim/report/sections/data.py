"""Data tables and definitions: every measure of the whole system, the first ones by place, what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.measure import AREAS
from flowsim.report.document import Section, Table
from flowsim.report.names import level_name
from flowsim.report.sections.areas import area_table
from flowsim.report.sections.compared import one_by_one
from flowsim.report.tables import differences, texts

if TYPE_CHECKING:
    from flowsim.report.material import Material

BY = ("site", "place", "trust")
SEVERAL = 2
GOOD = {"higher": "more is better", "lower": "less is better", None: "neither"}

WORDS = (
    (
        "95% interval",
        "A range around a mean. Ranges made in this way hold the true mean in 95 of 100 studies.",
    ),
    (
        "A&E types",
        "Type 1: a major emergency department. Type 3: an urgent treatment centre or minor injury unit.",
    ),
    ("Acuity", "How urgent a patient is, from 1 (most) to 5."),
    ("Baseline", "The scenario that all others are held against."),
    ("Category 1 to 4", "Urgency of a 999 call; 1 is life-threatening."),
    ("ED", "Emergency department."),
    ("Handover", "From an ambulance's arrival at the door to the patient's being in the department's care."),
    ("NHS 111", "The telephone line for urgent advice."),
    ("OPEL", "Operational Pressures Escalation Levels, from 1 to 4 (most pressure)."),
    (
        "Pathway 0 to 3",
        "Discharge home without support, home with support, to a community bed, to a care home.",
    ),
    ("pts", "Percentage points."),
    ("Replication", "One simulated period with its own luck; the same luck in every plan."),
    ("SDEC", "Same day emergency care."),
    ("UCR", "Urgent community response, within two hours of referral."),
    ("Warm-up", "Simulated time before results are counted."),
)
"""Words that a reader may not know. Source: NHS data dictionary; NHS England guidance on each service."""


def section(material: Material) -> Section:
    """Return the section."""
    return Section(
        "data",
        "Data tables and definitions",
        (*one_by_one(material), *_areas(material), *_by(material), _definitions(material), _abbreviations()),
    )


def _abbreviations() -> Table:
    return texts("abbreviations", "Words and abbreviations", ("Word", "Meaning"), WORDS)


def _areas(material: Material) -> Iterator[Table]:
    for area, heading in AREAS.items():
        table = area_table(material, area, f"data-{area.replace('_', '-')}")
        if table is not None:
            yield replace(table, caption=f"{heading}: every measure, whole system", folded=True)


def _by(material: Material) -> Iterator[Table]:
    measures = [measure for measure, level, _ in material.headline_keys if level == "system"]
    for level in BY:
        keys = material.keys(measures, level)
        if len({group for _, _, group in keys}) >= SEVERAL:
            caption = f"Headline measures by {level_name(level)}"
            yield differences(material, f"data-by-{level}", caption, keys, folded=True)


def _definitions(material: Material) -> Table:
    there = {name for run in material.runs for name, _, _ in run.cells}
    rows = [
        (each.label, each.id, each.definition, each.at_end, GOOD[each.better], each.source or "-")
        for each in CATALOGUE.values()
        if each.id in there
    ]
    heads = ("Measure", "Name", "Definition", "Patients inside at the end", "Direction", "Source")
    return texts("definitions", "What each measure is", heads, rows, folded=True)
