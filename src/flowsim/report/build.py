"""Putting a report together: its sections in order, and the facts at its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowsim.measures.compare.text import plain
from flowsim.report.document import Document
from flowsim.report.sections import (
    assumptions,
    assurance,
    bad_days,
    community,
    compared,
    cost,
    data,
    escalation,
    gains,
    headline,
    patients,
    pressure,
    reality,
    sure,
    why,
)
from flowsim.report.sentences import counted

if TYPE_CHECKING:
    from flowsim.report.material import Material

ORDER = (
    headline,
    compared,
    patients,
    pressure,
    escalation,
    community,
    why,
    gains,
    bad_days,
    cost,
    sure,
    reality,
    assumptions,
    assurance,
    data,
)
"""The sections in reading order."""
TITLE = 200


def document(material: Material) -> Document:
    """Return the report of some runs."""
    found = (module.section(material) for module in ORDER)
    sections = tuple(section for section in found if section is not None)
    return Document(_title(material), _subtitle(material), sections, tuple(_facts(material)))


def _title(material: Material) -> str:
    base = plain(material.base.title, TITLE)
    titles = [plain(run.title, TITLE) for run in (material.others or (material.base,))]
    return titles[0] if len(titles) == 1 else f"{base}: {counted(len(titles), 'plan')} compared"


def _subtitle(material: Material) -> str:
    first = material.start
    times = counted(material.n, "replication")
    days = counted(material.days, "day")
    base = plain(material.base.title, TITLE)
    against = f"Held against {base} on the same simulated patients; " if material.others else ""
    return f"{against}{days} from {first.day} {first:%B %Y}, {times}."


def _facts(material: Material) -> list[tuple[str, str]]:
    manifest = material.base.manifest
    runs = ", ".join(run.manifest.run_id for run in material.runs)
    return [
        ("Made with", f"flowsim {manifest.flowsim}"),
        ("Runs", runs),
        ("Seed", str(manifest.seed)),
        ("Patients", "All patients are simulated; nobody in this report is a real person."),
    ]
