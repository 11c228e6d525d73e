"""From a document's cells to a spreadsheet's: numbers as numbers, shown as the document shows them.

A number format can write a unit but cannot turn minutes into hours, so a column that mixes "45 min" and "2.1
hours" is given in one unit, which its heading names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan

from flowsim.report.document import Cell, Table

NOT_AVAILABLE, NOT_APPLICABLE = "[x]", "[z]"
"""Shorthand for a value that is missing, and for a cell that has none.

Source: Government Analysis Function, Symbols in tables: definitions and help.
"""
LEGEND = {
    NOT_AVAILABLE: "[x] = not available, for instance because there was nobody to measure.",
    NOT_APPLICABLE: "[z] = not applicable.",
}
MOST_TEXT, MOST_HEADING = 32_000, 200
"""Characters in a cell (the format allows 32,767) and in a heading (255)."""

_NUMBER = re.compile(
    r"^\s*([-+−±])?\s*(£?)(\d[\d,]*(?:\.\d+)?)\s*(%|[A-Za-z/][A-Za-z/ ]*[A-Za-z]|[A-Za-z])?\s*(.*)$", re.S
)
_INTERVAL = re.compile(
    r"\(?(?P<low>[-+−]?£?[\d,.]+)%?(?: to |\u00a0to\u00a0)(?P<high>[-+−]?£?[\d,.]+)%?[^\d]*\)?"
)
_MINUTES = {"min": 1.0, "hours": 60.0, "days": 1440.0}
_NAMES = {1.0: "minutes", 60.0: "hours", 1440.0: "days"}
_FACTORS = (1.0, 100.0, 1 / 60.0, 1 / 1440.0, 60.0, 24.0, 1 / 24.0)
"""By what a document may have multiplied a value to write it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a document writes a number.

    Attributes:
        factor: what the value was multiplied by; not a number if the text does not write the value.
        unit: what follows the number: "%", "min"; empty for none.
        sign: the sign of a currency before it.
        decimals: digits after the point.
        signed: true if a plus sign is written.
        rest: what follows the unit, such as an interval.
    """

    factor: float = nan
    unit: str = ""
    decimals: int = 0
    signed: bool = False
    rest: str = ""
    sign: str = ""

    @property
    def like(self) -> tuple[float, str, str]:
        """What numbers have in common that need no unit of their own."""
        return self.factor, self.unit, self.sign

    def pattern(self, *, units: bool = False, least: int = 0) -> str:
        """Return the number format, with the unit in it if asked: of what is per cent, always."""
        before = f'"{self.sign}"' if self.sign and units else ""
        blank = "" if self.sign else " "
        after = "%" if self.unit == "%" else f'"{blank}{self.unit}"' if self.unit and units else ""
        digits = "#,##0." + "0" * max(self.decimals, least)
        number = before + digits.removesuffix(".") + after
        return f"+{number};-{number};{number}" if self.signed else number


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a spreadsheet.

    Attributes:
        heading: unique in its table.
        values: text, or numbers.
        formats: a number format for each value; empty for text.
        number: true if numbers were meant.
    """

    heading: str
    values: tuple[str | float, ...]
    formats: tuple[str, ...]
    number: bool


def sheet_columns(table: Table) -> list[SheetColumn]:
    """Return the columns of a table as a spreadsheet has them: as many cells in each as there are rows."""
    columns: list[SheetColumn] = []
    for i, column in enumerate(table.columns):
        cells = [row[i] for row in table.rows]
        columns += _column(column.label, cells)
    return _unique(columns)


def one_line(text: str, most: int = MOST_TEXT) -> str:
    """Return text that a cell can hold: printable, on one line, and not too long."""
    clean = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def _column(label: str, cells: Sequence[Cell]) -> list[SheetColumn]:
    heading = one_line(label, MOST_HEADING) or "Column"
    shown = [how_shown(cell) if _has_number(cell) else None for cell in cells]
    if not any(shown):
        values = tuple(_words(cell.text) for cell in cells)
        return [SheetColumn(heading, values, ("",) * len(values), number=False)]
    own = [each for each in shown if each is not None]
    numbers = _numbers(heading, cells, shown, own)
    rests = [each.rest for each in own if each.rest]
    if not rests:
        return [numbers]
    if all(_INTERVAL.fullmatch(rest) for rest in rests):
        return [numbers, *(_end(numbers.heading, cells, shown, end) for end in ("low", "high"))]
    texts = tuple(_words(cell.text) for cell in cells)
    return [numbers, SheetColumn(f"{heading}, in words", texts, ("",) * len(texts), number=False)]


def _end(heading: str, cells: Sequence[Cell], shown: Sequence[Shown | None], end: str) -> SheetColumn:
    """Return the lower or upper ends of the intervals that stand after the numbers of a column."""
    alike = len({each.like for each in shown if each is not None}) == 1
    values: list[str | float] = []
    formats: list[str] = []
    for how in shown:
        match = None if how is None else _INTERVAL.fullmatch(how.rest)
        if how is None or match is None:
            values.append(NOT_APPLICABLE)
            formats.append("")
            continue
        number = float(re.sub("[,£]", "", match[end]).replace("−", "-"))
        values.append(number / 100.0 if how.unit == "%" else number)
        formats.append(how.pattern(units=not alike))
    return SheetColumn(f"{heading}, {end} end", tuple(values), tuple(formats), number=True)


def _has_number(cell: Cell) -> bool:
    return cell.value is not None and isfinite(cell.value)


def how_shown(cell: Cell) -> Shown:
    """Return how a cell's text writes its value."""
    match = _NUMBER.match(cell.text)
    if match is None or cell.value is None:
        return Shown()
    sign, currency, digits, unit, rest = match.groups()
    number = float(digits.replace(",", "")) * (-1 if sign in ("-", "−") else 1)
    decimals = len(digits.partition(".")[2])
    for factor in _FACTORS:
        if abs(cell.value * factor - number) <= 0.5000001 * 10.0**-decimals:
            return Shown(factor, unit or "", decimals, sign == "+", rest.strip(), currency)
    return Shown()


def _numbers(
    heading: str, cells: Sequence[Cell], shown: Sequence[Shown | None], own: Sequence[Shown]
) -> SheetColumn:
    raw = _unit_of_times(cells, shown)
    alike = len({each.like for each in own}) == 1
    shared = own[0].sign + own[0].unit if alike else ""
    if raw:
        name, suffix = _with_unit(heading, raw), False
    else:
        name, suffix = (_with_unit(heading, shared) if shared != "%" else heading), not alike
    values: list[str | float] = []
    formats: list[str] = []
    for cell, how in zip(cells, shown, strict=True):
        value, written = _value(cell, how, raw=bool(raw), suffix=suffix)
        values.append(value)
        formats.append(written)
    return SheetColumn(name, tuple(values), tuple(formats), number=True)


def _value(cell: Cell, how: Shown | None, *, raw: bool, suffix: bool) -> tuple[str | float, str]:
    """Return a cell's value and its number format."""
    if how is None or cell.value is None:
        return _words(cell.text), ""
    if how.factor != how.factor:
        return cell.value, "#,##0.0##"
    if raw:
        return cell.value, how.pattern(least=1)
    percent = 100.0 if how.unit == "%" else 1.0
    return cell.value * how.factor / percent, how.pattern(units=suffix)


def _unit_of_times(cells: Sequence[Cell], shown: Sequence[Shown | None]) -> str:
    """Return the unit of the values of a column whose texts mix minutes, hours and days; empty otherwise."""
    found: set[float] = set()
    units: set[str] = set()
    for cell, how in zip(cells, shown, strict=True):
        if how is None:
            continue
        if how.unit not in _MINUTES or how.factor != how.factor:
            return ""
        units.add(how.unit)
        if cell.value:
            found.add(round(_MINUTES[how.unit] * how.factor, 6))
    return _NAMES.get(next(iter(found)), "") if len(found) == 1 and len(units) > 1 else ""


def _with_unit(heading: str, unit: str) -> str:
    if not unit or unit.lower() in heading.lower():
        return heading
    return f"{heading} ({unit})"


def _words(text: str) -> str:
    clean = one_line(text)
    if not clean:
        return NOT_APPLICABLE
    if clean in ("–", "-", "—"):
        return NOT_AVAILABLE
    return clean


def _unique(columns: Sequence[SheetColumn]) -> list[SheetColumn]:
    """Return the columns with headings that differ, whatever their case."""
    seen: set[str] = set()
    result = []
    for column in columns:
        name, number = column.heading, 2
        while name.lower() in seen:
            name, number = f"{column.heading} {number}", number + 1
        seen.add(name.lower())
        result.append(SheetColumn(name, column.values, column.formats, column.number))
    return result
