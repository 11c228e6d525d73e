"""Does the model match reality: observed figures beside those of the baseline, misfits first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.text import plain
from flowsim.measures.format import MISSING, scale_for
from flowsim.measures.tables import CHANCE, TIMES
from flowsim.report.document import Cell, Column, Paragraph, Section, Table
from flowsim.report.sentences import counted

if TYPE_CHECKING:
    from flowsim.measures.observed import Score
    from flowsim.report.material import Material

FITS = "within tolerance"
NOTHING = "No observed figures are named in the baseline, so it has not been held against what happened."


def section(material: Material) -> Section:
    """Return the section."""
    title = "Does the model match reality"
    if not material.scores:
        return Section("reality", title, (Paragraph(NOTHING, "caution"),))
    within = [score for score in material.scores if score.verdict == FITS]
    misses = [score for score in material.scores if score.verdict != FITS]
    text = f"{len(within)} of {counted(len(material.scores), 'observed figure')} are within their tolerance."
    blocks: list[Paragraph | Table] = [Paragraph(f"{material.called[0]}: {text}")]
    if misses:
        blocks.append(_table(material, misses, "misfits", "What does not fit, the worst first"))
    if within:
        blocks.append(_table(material, within, "fits", "What fits", folded=True))
    return Section("reality", title, tuple(blocks))


def _table(
    material: Material, scores: list[Score], name: str, caption: str, *, folded: bool = False
) -> Table:
    heads = ("Measure", "Where")
    numbers = ("Observed", "Simulated", "Tolerance")
    columns = (
        *(Column(head) for head in heads),
        *(Column(head, "number") for head in numbers),
        Column("Reason"),
        Column("Period and source"),
    )
    rows = tuple(_row(material, score) for score in scores)
    note = f"{TIMES} {CHANCE}"
    return Table(name, caption, columns, rows, note if name == "misfits" else "", folded)


def _row(material: Material, score: Score) -> tuple[Cell, ...]:
    one = score.observed
    about = CATALOGUE[one.measure]
    scale = scale_for(about.unit, about.decimals, one.value)
    allowed = "±" + scale.write_change(one.allowed).removeprefix("+")
    where = material.names.of(one.level, one.group) if one.group else "Whole system"
    source = ", ".join(part for part in (one.period, plain(one.source, 160)) if part)
    return (
        Cell(about.label),
        Cell(where),
        Cell(scale.write(one.value), one.value * scale.factor),
        Cell(scale.write(score.simulated), _known(score.simulated * scale.factor)),
        Cell(allowed, one.allowed * scale.factor),
        Cell(score.reason, tone="" if score.verdict == FITS else "worse"),
        Cell(f"{source} [{one.grade}]" if one.grade else source or MISSING),
    )


def _known(value: float) -> float | None:
    return value if value == value else None  # noqa: PLR0124 - not a number
