"""Numbers out of a CSV file that a scenario names. Reading the file itself is the loader's work."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping
from typing import Any

from flowsim.units import MINUTES


def read_column(settings: Mapping[str, Any], read: Callable[[str], str]) -> list[str]:
    """Return a column of lengths of time as texts with their unit, such as ``"12.5 hours"``.

    Args:
        settings: `file`, `column` and `unit` as the scenario gives them.
        read: returns the text of a file named in the scenario.

    Raises:
        ValueError: if a setting is missing, or the file, column or a number is not usable.
    """
    name, column, unit = (str(settings.get(key, "")) for key in ("file", "column", "unit"))
    if not column or unit not in MINUTES:
        raise ValueError(f"with file, give column (its name) and unit (one of {', '.join(MINUTES)})")
    rows = csv.DictReader(io.StringIO(read(name).removeprefix("\ufeff")))
    if column not in (rows.fieldnames or ()):
        raise ValueError(
            f"{name} has no column {column}; it has {', '.join(rows.fieldnames or ()) or 'none'}"
        )
    lengths = [_length(row[column], name, rows.line_num, unit) for row in rows]
    if not lengths:
        raise ValueError(f"{name} has a heading and no values")
    return lengths


def _length(text: str | None, name: str, line: int, unit: str) -> str:
    try:
        number = float(text or "")
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{name}, line {line}: {text or 'an empty cell'} is not a length in {unit}")
    return f"{number:.17g} {unit}"
