"""Tables of a report: differences with their intervals, measures by group, and plain lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite, isnan
from typing import TYPE_CHECKING, Literal

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.text import change_of, scale_of, told_apart
from flowsim.measures.estimates import ONE_REPLICATION, Estimate, Key, estimate
from flowsim.measures.format import MISSING, scale_for
from flowsim.report.document import Cell, Column, Table

if TYPE_CHECKING:
    from flowsim.measures.compare.paired import Difference
    from flowsim.measures.format import Scale
    from flowsim.report.material import Material

LONG = 25
"""Tables with more rows than this are folded."""
Tone = Literal["better", "worse", ""]


def texts(
    name: str, caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], note: str = "",
    *, numbers: Sequence[int] = (), folded: bool | None = None,
) -> Table:  # fmt: skip
    """Return a table of plain texts.

    Args:
        name: its id.
        caption: what it shows.
        heads: its headings.
        rows: as many texts as there are headings, in each.
        note: how to read it.
        numbers: columns set flush right, from 0.
        folded: whether a page may show it closed; long ones if left out.
    """
    cells = tuple(tuple(Cell(text) for text in row) for row in rows)
    columns = tuple(Column(head, "number" if i in numbers else "text") for i, head in enumerate(heads))
    return Table(name, caption, columns, cells, note, len(cells) > LONG if folded is None else folded)


def differences(
    material: Material,
    name: str,
    caption: str,
    keys: Sequence[Key],
    *,
    note: str = "",
    folded: bool | None = None,
) -> Table:
    """Return a table of measures: the base, each other run, and the difference with its interval.

    For a run alone it has the mean with its interval, and what nine in ten replications are between.

    Args:
        material: the runs.
        name: its id.
        caption: what it shows; the period and the replications are added.
        keys: its rows; of one measure, each row is headed by its group.
        note: how to read it.
        folded: whether a page may show it closed; long ones if left out.
    """
    note = " ".join(filter(None, (note, *dict.fromkeys(CATALOGUE[key[0]].caveat for key in keys))))
    grouped = len({key[0] for key in keys}) == 1 and any(key[2] for key in keys)
    heads = [_head(material, key, grouped=grouped) for key in keys]
    first = _of_what(keys) if grouped else "Measure"
    if material.others:
        about = _noted(material, note, interval_note(material, keys))
        each = material.differences(keys)
        return compared(material, name, caption, (first, heads), each, note=about, folded=folded)
    found = [estimate(key, material.base.cells[key]) for key in keys]
    about = _noted(material, note)
    return alone(material, name, caption, (first, heads), found, note=about, folded=folded)


def _of_what(keys: Sequence[Key]) -> str:
    from flowsim.report.names import level_name

    return level_name(keys[0][1]).capitalize()


def _head(material: Material, key: Key, *, grouped: bool) -> str:
    measure, level, group = key
    label = CATALOGUE[measure].label
    if not group:
        return "Whole system" if grouped else label
    name = material.names.of(level, group)
    return name if grouped else f"{label}, {name}"


def _noted(material: Material, *notes: str) -> str:
    parts = [note for note in notes if note]
    return " ".join([*parts[:1], ONE_REPLICATION] if material.n < 2 else parts)


def interval_note(material: Material, keys: Sequence[Key]) -> str:
    """Return for how many differences the intervals of some rows hold together."""
    opened = set(material.headline_keys)
    first, rest = len(opened) * len(material.others), sum(key not in opened for key in keys)
    others = rest * len(material.others)
    parts = [f"the {first} headline differences"] if len(keys) > rest else []
    parts += [f"the {others} {'others' if parts else 'differences'} here"] if others else []
    together = " and for ".join(parts) or "the differences here"
    return f"{material.comparison.confidence:.0%} intervals, adjusted to hold together for {together}."


# -- compared --------------------------------------------------------------------------------------------


def compared(
    material: Material, name: str, caption: str, heads: tuple[str, Sequence[str]],
    found: Sequence[Sequence[Difference]], *, note: str = "", folded: bool | None = None,
) -> Table:  # fmt: skip
    """Return a table of paired differences.

    Args:
        material: the runs.
        name: its id.
        caption: what it shows.
        heads: heading of the first column, and the head of each row.
        found: for each other run, the difference of each row.
        note: how to read it.
        folded: whether a page may show it closed; long ones if left out.
    """
    base, *others = material.called
    interval = f" ({material.comparison.confidence:.0%} interval)" if material.n > 1 else ""
    columns = [Column(heads[0]), Column(base, "number")]
    for other in others:
        columns.append(Column(other, "number"))
        one = len(others) == 1
        columns.append(Column(f"Difference{interval}" if one else f"{other}: difference{interval}"))
        columns += [Column("Verdict")] if one and material.n > 1 else []
    cells = [_row([rows[i] for rows in found], with_verdict=material.n > 1) for i in range(len(heads[1]))]
    rows = tuple((Cell(head), *row) for head, row in zip(heads[1], cells, strict=True))
    if any(isnan(row.base) and isfinite(row.other) for each in found for row in each):
        note = f"{note} {MISSING}: {base} does not measure it, so there is no difference.".strip()
    return Table(name, caption, tuple(columns), rows, note, len(rows) > LONG if folded is None else folded)


def _finest(rows: Sequence[Difference]) -> Scale:
    """Return how to write the value that several others are held against."""
    return max((told_apart(row) for row in rows), key=lambda scale: scale.decimals)


def _row(rows: Sequence[Difference], *, with_verdict: bool) -> list[Cell]:
    cells = [_value(rows[0].base, _finest(rows))]
    for row in rows:
        cells.append(_value(row.other, told_apart(row)))
        cells += _difference(row, apart=len(rows) == 1, with_verdict=with_verdict)
    return cells


def _value(value: float, scale: Scale) -> Cell:
    return Cell(scale.write(value), value * scale.factor if isfinite(value) else None)


def _difference(row: Difference, *, apart: bool, with_verdict: bool) -> list[Cell]:
    number = row.difference * scale_of(row).factor
    value, mark = (number if isfinite(number) else None), tone(row)
    change = MISSING if isnan(row.difference) else change_of(row)
    if not with_verdict:
        return [Cell(change, value)]
    if apart:
        return [Cell(change, value), Cell(row.verdict or MISSING, tone=mark)]
    return [Cell(f"{change}, {row.verdict}" if row.verdict else change, value, tone=mark)]


def tone(row: Difference) -> Tone:
    """Return the tone of a difference: better, worse or none."""
    verdict = row.verdict
    return "better" if verdict == "better" else "worse" if verdict == "worse" else ""


# -- one run alone ---------------------------------------------------------------------------------------


def alone(
    material: Material, name: str, caption: str, heads: tuple[str, Sequence[str]], found: Sequence[Estimate],
    *, note: str = "", folded: bool | None = None,
) -> Table:  # fmt: skip
    """Return a table of the means of one run; the arguments are those of `compared`."""
    more = ("Mean", "95% interval", "9 in 10 replications") if material.n > 1 else ("Value",)
    columns = (Column(heads[0]), *(Column(head, "number") for head in more))
    rows = tuple(
        (Cell(head), *_mean_cells(each, len(more))) for head, each in zip(heads[1], found, strict=True)
    )
    return Table(name, caption, columns, rows, note, len(rows) > LONG if folded is None else folded)


def _mean_cells(each: Estimate, count: int) -> list[Cell]:
    about = CATALOGUE[each.measure]
    scale = scale_for(about.unit, about.decimals, each.mean)
    mean = Cell(scale.write(each.mean), each.mean * scale.factor if isfinite(each.mean) else None)
    if each.n < 2:
        return [mean, *[Cell(MISSING)] * (count - 1)]
    ends = ((each.low, each.high), (each.percentiles[0], each.percentiles[-1]))
    spans = (f"{scale.write(low, unit=False)} to {scale.write(high, unit=False)}" for low, high in ends)
    return [mean, *(Cell(text) for text in spans)][:count]
