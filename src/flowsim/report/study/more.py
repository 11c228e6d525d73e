"""Whether options add up, and what they do to cost, harm and escalation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.matrix import Matrix
from flowsim.measures.compare.matrix_text import label_of, largest, notes
from flowsim.measures.compare.paired import SAME, Difference
from flowsim.measures.compare.text import change_of, scale_of
from flowsim.measures.estimates import Key
from flowsim.report.document import Cell, Column, Paragraph, Section, Table
from flowsim.report.sentences import counted
from flowsim.report.study.teller import Teller, number
from flowsim.report.tables import tone

__all__ = ["More"]

AREAS = {"cost": "Cost", "harm": "Harm", "opel": "Escalation"}
"""Areas of measures that are told below the matrix, where there are such measures."""


class More(Teller):
    """Writes what comes after the matrix."""

    def together(self) -> Section | None:
        """Return whether options that are combined do more or less than their sum."""
        combined = self.studied.study.combined
        if not combined or self.found.replications < 2:
            return None
        rows = self.found.together(combined)
        columns = (
            Column("Options together"),
            Column("Measure"),
            Column("Surge"),
            Column("Sum of the parts alone", "number"),
            Column("Together", "number"),
            Column("Beyond the sum (interval)"),
        )
        cells = tuple(
            self.summed(key, surge, option, rows[key, surge, option])
            for option in combined
            for key in self.found.keys
            for surge in self.surges
        )
        note = (
            f"Changes from {self.base}. Intervals adjusted to hold together for these {len(cells)} rows. "
            "Where the interval holds 0, the parts may simply add up."
        )
        caption = "What options do together, beyond the sum of what they do alone"
        table = Table("together-table", caption, columns, cells, note, folded=len(cells) > 12)
        return Section("together", "Do the options add up?", (Paragraph(_adding(list(rows.values()))), table))

    def summed(self, key: Key, surge: str, option: str, row: Difference) -> tuple[Cell, ...]:
        """Return one row of the table of what options do together."""
        like = largest(self.found, key, surge)
        scale = scale_of(like)
        numbers = [Cell(scale.write_change(each), number(each, scale)) for each in (row.base, row.other)]
        words = (Cell(self.options[option]), Cell(label_of(key)), Cell(self.surges[surge]))
        return (
            *words,
            *numbers,
            Cell(change_of(row, like), number(row.difference, scale)),
        )

    # -- cost, harm and escalation -----------------------------------------------------------------------

    def more(self) -> Section | None:
        """Return what the options do to cost, harm and escalation, where these were measured."""
        parts = [part for area, title in AREAS.items() if (part := self.area(area, title)) is not None]
        if not parts:
            return None
        text = "These intervals hold together within each table, apart from those of the matrix above."
        return Section("more", "Cost, harm and escalation", (Paragraph(text),), tuple(parts))

    def area(self, area: str, title: str) -> Section | None:
        """Return the part of one area of measures."""
        keys = tuple(key for key in self.measured(area) if key not in self.found.keys)
        if not keys:
            return None
        other = Matrix(self.found.runs, self.found.surges, self.found.options, keys, self.found.confidence)
        told = More(self.studied, other, self.png)
        heads = ("Measure", "Option", *self.surges.values())
        rows = tuple(
            (Cell(label_of(key)), Cell(self.options[option]), *told.across(key, option))
            for key in keys
            for option in self.options
        )
        columns = tuple(Column(head) for head in heads)
        caption = f"{title}: every option in every surge, with the difference from {self.base}"
        table = Table(
            f"area-{area}-table", caption, columns, rows, " ".join(notes(other)), folded=len(rows) > 25
        )
        return Section(f"area-{area}", title, (table,))

    def measured(self, area: str) -> list[Key]:
        """Return the measures of an area that some run has for the whole system."""
        there = {
            key
            for run in self.found.runs.values()
            for key, values in run.cells.items()
            if key[1] == "system" and CATALOGUE[key[0]].area == area and not np.isnan(values).all()
        }
        return [(name, "system", "") for name in CATALOGUE if (name, "system", "") in there]

    def across(self, key: Key, option: str) -> list[Cell]:
        """Return value and difference of an option in each surge, in one cell each."""
        cells = []
        for surge in self.surges:
            like = largest(self.found, key, surge)
            mean = self.found.value(key, surge, option).mean
            value = scale_of(like).write(mean)
            if option == self.found.base:
                cells.append(Cell(value))
                continue
            row = self.found.differences[key, surge, option]
            said = [value, *([] if row.verdict == SAME else [change_of(row, like)]), row.verdict]
            cells.append(Cell(", ".join(part for part in said if part), tone=tone(row)))
        return cells


def _adding(found: Sequence[Difference]) -> str:
    """Return in a sentence whether combined options add up."""
    clear = sum(row.clear for row in found)
    if not clear:
        return "No combination does clearly more or less than its parts together."
    return (
        f"In {clear} of {counted(len(found), 'row')} the combination clearly differs from the sum of its "
        "parts: effects on queues do not simply add up."
    )
