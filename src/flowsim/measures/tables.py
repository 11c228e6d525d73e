"""Measures as tables of plain text, 80 columns wide, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from flowsim.measures.catalogue import CATALOGUE, headline, in_area
from flowsim.measures.definitions.time_spent import LINK
from flowsim.measures.estimates import ONE_REPLICATION, Estimate, Key
from flowsim.measures.format import MISSING, Scale, scale_for
from flowsim.measures.measure import AREAS, Measure
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


def headline_table(found: Mapping[Key, Estimate]) -> TextTable:
    """Return the headline measures of the whole system, with intervals."""
    return _of_measures(found, headline(), "Headline measures")


def area_tables(found: Mapping[Key, Estimate], level: str = "system", group: str = "") -> list[TextTable]:
    """Return the measures of the system, or of one group, area by area; areas without any are left out."""
    tables = [_of_measures(found, in_area(area), heading, level, group) for area, heading in AREAS.items()]
    return [table for table in tables if table.rows]


def breakdown_table(found: Mapping[Key, Estimate], measure_id: str, level: str) -> TextTable:
    """Return one measure for every group of a level."""
    measure = CATALOGUE[measure_id]
    each = [e for (m, one, _), e in found.items() if m == measure_id and one == level and e.n]
    wide = _has_intervals(each)
    rows = [[e.group or "whole system", *_cells(measure, e, intervals=wide)] for e in each]
    notes = (*_notes(each), *caveats([measure] if each else []))
    return TextTable(_heads(each), rows, f"{measure.label} by {level.replace('_', ' ')}", notes)


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


def time_table(found: Mapping[Key, Estimate]) -> TextTable:
    """Return where patients' time is spent, by kind of service, in patient-hours each day."""
    ids = ("hours_in_care", "hours_waiting", "hours_blocked", "delay_caused")
    kinds = [group for measure, level, group in found if measure == ids[0] and level == "kind"]
    rows = [[_words(kind), *(_hours(found, one, "kind", kind) for one in ids)] for kind in kinds]
    rows.append(["whole system", *(_hours(found, one, "system", "") for one in ids)])
    heads = ("Patient-hours each day", "in care", "waiting", "held after", "causes upstream")
    return TextTable(heads, rows, "Where patients' time is spent")


def pinch_point_table(found: Mapping[Key, Estimate], most: int = 10) -> TextTable:
    """Return the services that cause most delay upstream, and where it is felt most."""
    caused = [
        e for (m, level, _), e in found.items() if m == "delay_caused" and level == "service" and e.mean > 0
    ]
    caused.sort(key=lambda e: -e.mean)
    links = [e for (m, _, _), e in found.items() if m == "blocked_by"]
    rows = [[e.group, f"{e.mean:,.0f}", _felt(e.group, links)] for e in caused[:most]]
    heads = ("Waited for", "hours/day", "most of it held in")
    return TextTable(heads, rows, "Pinch points: delay caused upstream", left=(2,))


def _of_measures(
    found: Mapping[Key, Estimate],
    measures: Sequence[Measure],
    title: str,
    level: str = "system",
    group: str = "",
) -> TextTable:
    pairs = [(measure, found.get((measure.id, level, group))) for measure in measures]
    there = [(measure, e) for measure, e in pairs if e is not None and e.n]
    each = [e for _, e in there]
    wide = _has_intervals(each)
    rows = [[measure.label, *_cells(measure, e, intervals=wide)] for measure, e in there]
    notes = (*_notes(each), *caveats([measure for measure, _ in there]))
    return TextTable(_heads(each), rows, title, notes)


def caveats(measures: Iterable[Measure], width: int = WIDTH) -> list[str]:
    """Return what must be said beside these measures, each caveat once, as lines no wider than `width`."""
    said = dict.fromkeys(measure.caveat for measure in measures if measure.caveat)
    return [line for caveat in said for line in textwrap.wrap(caveat, width)]


def _heads(each: Sequence[Estimate]) -> tuple[str, ...]:
    if not _has_intervals(each):
        return "", "mean"
    confidence = each[0].confidence if each else 0.95
    return "", "mean", f"{confidence:.0%} interval", "9 in 10 replications"


def _notes(each: Sequence[Estimate]) -> tuple[str, ...]:
    return () if _has_intervals(each) else (ONE_REPLICATION,)


def _has_intervals(each: Sequence[Estimate]) -> bool:
    return not each or any(e.n > 1 for e in each)


def _cells(measure: Measure, e: Estimate, *, intervals: bool) -> list[str]:
    scale = scale_for(measure.unit, measure.decimals, e.mean)
    if not intervals:
        return [scale.write(e.mean)]
    spread = _range(scale, e.percentiles[0], e.percentiles[-1]) if e.n > 1 else MISSING
    return [scale.write(e.mean), _range(scale, e.low, e.high), spread]


def _range(scale: Scale, low: float, high: float) -> str:
    if isnan(low) or isnan(high):
        return MISSING
    return f"{scale.write(low, unit=False)} to {scale.write(high, unit=False)}"


def _score_cells(score: Score) -> list[str]:
    observed = score.observed
    measure = CATALOGUE[observed.measure]
    scale = scale_for(measure.unit, measure.decimals, observed.value)
    allowed = "±" + scale.write_change(observed.allowed).removeprefix("+")
    group = _words(observed.group) or "whole system"
    label = f"{_words(observed.level)} {group}" if observed.level in NUMBERED else group
    return [f"  {label}", scale.write(observed.value), scale.write(score.simulated), allowed, score.reason]


def _hours(found: Mapping[Key, Estimate], measure: str, level: str, group: str) -> str:
    e = found.get((measure, level, group))
    return MISSING if e is None or not e.n else f"{e.mean:,.0f}"


def _felt(service: str, links: Sequence[Estimate]) -> str:
    mine = [e for e in links if e.group.endswith(f"{LINK}{service}")]
    if not mine:
        return MISSING
    worst = max(mine, key=lambda e: e.mean)
    return worst.group.removesuffix(f"{LINK}{service}")


def _words(name: str) -> str:
    return name.replace("_", " ")
