"""Assumptions: what every number rests on, those nobody vouches for and those assumed first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flowsim.measures.compare.text import plain
from flowsim.report.document import Paragraph, Section, Table
from flowsim.report.sentences import listed
from flowsim.report.tables import texts

if TYPE_CHECKING:
    from flowsim.report.material import Material
    from flowsim.report.written import Value, Written

GRADES = ("", "assumed", "recalled", "seen")
"""In the order in which they are shown."""
WORDS = {
    "": "no source given",
    "assumed": "assumed",
    "recalled": "recalled",
    "seen": "seen",
}
MEANING = (
    "Seen: read in the publication, or worked out from it. Recalled: known, but not read again. "
    "Assumed: judgement."
)
NAMED = ("services", "demand", "surges", "casemix")
"""Sections whose entries have names of their own, put together as one row."""
KINDS = {"services": "kind", "demand": "route"}
SAMPLE = 4
"""Values that are written out in a row."""


def section(material: Material) -> Section:
    """Return the section."""
    written, name = material.scenarios[0], material.called[0]
    values = list(written.quantities())
    if not values:
        return Section("assumptions", "Assumptions", (Paragraph("The scenario sets no numbers."),))
    text = f"{name} rests on {len(values):,} numbers: {_shares(values)}."
    table = _table(written, values, name)
    more = "Every value with its file and line is in scenario.resolved.yaml in the folder of each run."
    blocks = (Paragraph(text), Paragraph(MEANING), table, Paragraph(more, "small"))
    return Section("assumptions", "Assumptions", blocks)


def _shares(values: list[Value]) -> str:
    counts = Counter(value.grade if value.source else "" for value in values)
    there = [grade for grade in reversed(GRADES) if counts[grade]]
    return listed(
        [f"{counts[grade]:,} {WORDS[grade]} ({counts[grade] / len(values):.0%})" for grade in there]
    )


def _table(written: Written, values: list[Value], name: str) -> Table:
    grouped: dict[tuple[str, str, str], list[Value]] = {}
    for value in values:
        grade = value.grade if value.source else ""
        grouped.setdefault((grade, _pattern(written, value.path), value.source), []).append(value)
    ordered = sorted(grouped.items(), key=lambda pair: GRADES.index(pair[0][0]))
    rows = [
        (
            pattern,
            f"{len(each):,}",
            _sample(value.text for value in each),
            WORDS[grade],
            plain(source, 200) or "-",
        )
        for (grade, pattern, source), each in ordered
    ]
    heads = ("Setting", "Numbers", "Values", "Grade", "Source")
    caption = f"What {name} rests on, assumed values first"
    note = "* stands for several names or groups of patients."
    return texts("assumed", caption, heads, rows, note, numbers=(1,))


def _pattern(written: Written, path: str) -> str:
    """Return a path with names left out: "ward: stay" for every ward, whatever the group of patients."""
    steps = path.split(".")
    if steps[0] not in NAMED or len(steps) < 3:
        return _first_words(steps)
    kind = written.setting(steps[0], steps[1], KINDS.get(steps[0], ""))
    head = f"{kind} ({steps[0]})" if isinstance(kind, str) and kind else steps[0]
    return f"{head}: {_first_words(steps[2:])}".replace("_", " ")


def _first_words(steps: list[str]) -> str:
    return ".".join(steps[:2]) + (".*" if len(steps) > 2 else "")


def _sample(texts: Iterable[str]) -> str:
    """Return a few of the values."""
    each = list(dict.fromkeys(plain(text, 60) for text in texts))
    more = f" and {len(each) - SAMPLE} others" if len(each) > SAMPLE else ""
    return "; ".join(each[:SAMPLE]) + more
