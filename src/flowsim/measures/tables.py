"""Measures as tables of plain text, 80 columns wide, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.format import scale_for
from flowsim.measures.measure import Measure
from flowsim.measures.observed import Score

WIDTH = 80
"""Columns of a terminal."""
GAP = "  "
NUMBERED = ("age", "fifth", "acuity", "category", "discharge_pathway", "hour", "route")
"""Levels whose groups need the name of the level to be understood."""
TIMES = "×: how many tolerances the difference is; the largest come first."
CHANCE = "?: it may be chance, as the interval reaches the tolerance."


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of text: the first column is set to the left, the others to the right.

    Attributes:
        heads: headings.
        rows: cells; as many in each row as there are headings.
        title: line above; empty for none.
        notes: lines below.
        left: further columns set to the left.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    notes: Sequence[str] = ()
    left: tuple[int, ...] = ()

    def text(self, width: int = WIDTH) -> str:
        """Return the table as lines no wider than `width`; the first column is cut where need be."""
        everything = [list(self.heads), *map(list, self.rows)]
        filled = [row for row in everything if any(row[1:])] or everything
        widths = [max(len(row[i]) for row in filled) for i in range(len(self.heads))]
        rest = sum(widths[1:]) + len(GAP) * (len(widths) - 1)
        widths[0] = max(min(widths[0], width - rest), 12)
        lines = [self.title] if self.title else []
        lines += [self._line(row, widths) for row in everything]
        return "\n".join([*lines, *self.notes])

    def _line(self, row: Sequence[str], widths: Sequence[int]) -> str:
        room = widths[0] if any(row[1:]) else max(len(row[0]), widths[0])  # a heading may go over all columns
        first = row[0] if len(row[0]) <= room else row[0][: room - 1] + "…"
        cells = [first.ljust(widths[0])]
        for i, (cell, width) in enumerate(zip(row[1:], widths[1:], strict=True), start=1):
            cells.append(cell.ljust(width) if i in self.left else cell.rjust(width))
        return GAP.join(cells).rstrip()


def scorecard_table(scores: Sequence[Score], *, everything: bool = True) -> TextTable:
    """Return observed figures beside simulated ones, measure by measure, misfits first.

    Args:
        scores: from `scorecard`, which puts the worst first.
        everything: also show what is within tolerance.
    """
    within = sum(score.verdict == "within tolerance" for score in scores)
    together: dict[tuple[bool, str], list[Score]] = {}
    for score in scores:
        fits = score.verdict == "within tolerance"
        if everything or not fits:
            together.setdefault((fits, score.observed.measure), []).append(score)
    rows: list[list[str]] = []
    for (_, measure), those in together.items():
        rows.append([CATALOGUE[measure].label, "", "", "", ""])
        rows += [_score_cells(score) for score in those]
    notes = [f"{within} of {len(scores)} figures are within tolerance."]
    notes += [TIMES] if any("×" in score.reason for score in scores) else []
    notes += [CHANCE] if any(score.may_be_chance for score in scores) else []
    heads = ("", "observed", "simulated", "tolerance", "reason")
    return TextTable(heads, rows, "Observed and simulated", notes, left=(4,))


def caveats(measures: Iterable[Measure], width: int = WIDTH) -> list[str]:
    """Return what must be said beside these measures, each caveat once, as lines no wider than `width`."""
    said = dict.fromkeys(measure.caveat for measure in measures if measure.caveat)
    return [line for caveat in said for line in textwrap.wrap(caveat, width)]


def _score_cells(score: Score) -> list[str]:
    observed = score.observed
    measure = CATALOGUE[observed.measure]
    scale = scale_for(measure.unit, measure.decimals, observed.value)
    allowed = "±" + scale.write_change(observed.allowed).removeprefix("+")
    group = _words(observed.group) or "whole system"
    label = f"{_words(observed.level)} {group}" if observed.level in NUMBERED else group
    return [f"  {label}", scale.write(observed.value), scale.write(score.simulated), allowed, score.reason]


def _words(name: str) -> str:
    return name.replace("_", " ")
