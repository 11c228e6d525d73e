"""Does the model match reality: observed figures beside simulated ones, misfits first."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan
from typing import Literal

from flowsim.errors import InputError, Problem, nearest
from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.estimates import Estimate, Key
from flowsim.measures.measure import Measure

COLUMNS = (
    "measure",
    "level",
    "group",
    "value",
    "unit",
    "tolerance",
    "tolerance_kind",
    "period",
    "source",
    "grade",
    "note",
)
"""Columns of a file of observed figures; all but measure, value, tolerance and source may be empty."""
KINDS = ("percent", "points", "absolute")
"""How a tolerance is meant: percent of the observed value, percentage points, or the value's own unit."""

Verdict = Literal["within tolerance", "outside", "not simulated"]

_TO_MINUTES = {"minutes": 1.0, "min": 1.0, "hours": 60.0, "days": 1440.0, "seconds": 1 / 60, "s": 1 / 60}
_CONVERSIONS: Mapping[str, Mapping[str, float]] = {
    "share": {"share": 1.0, "%": 0.01, "percent": 0.01},
    "minutes": _TO_MINUTES,
    "hours": {unit: minutes / 60.0 for unit, minutes in _TO_MINUTES.items()},
    "days": {unit: minutes / 1440.0 for unit, minutes in _TO_MINUTES.items()},
    "per day": {"per day": 1.0, "per week": 1 / 7, "per year": 1 / 365.25},
}


@dataclass(frozen=True, slots=True)
class Observed:
    """One observed figure.

    Attributes:
        measure, level, group: what it is about; level "system" has the group "".
        value: in the measure's unit.
        allowed: greatest acceptable difference, in the measure's unit.
        tolerance: the tolerance as written, such as "3 points".
        period: months or year it is of.
        source: where it is published.
        grade: "seen", "recalled" or "assumed".
        note: anything else.
    """

    measure: str
    level: str
    group: str
    value: float
    allowed: float
    tolerance: str
    period: str
    source: str
    grade: str
    note: str

    @property
    def key(self) -> Key:
        """Measure, level and group."""
        return self.measure, self.level, self.group


@dataclass(frozen=True, slots=True)
class Score:
    """One observed figure beside the simulated one.

    Attributes:
        observed: the observed figure.
        simulated: mean over replications, in the measure's unit; not a number if not simulated.
        half_width: half the interval of that mean; not a number for one replication.
        verdict: whether the mean is within the tolerance of the observed value.
    """

    observed: Observed
    simulated: float
    half_width: float
    verdict: Verdict

    @property
    def difference(self) -> float:
        """Simulated less observed."""
        return self.simulated - self.observed.value

    @property
    def tolerances(self) -> float:
        """Size of the difference in tolerances: above 1 is outside; infinity if not simulated."""
        if not isfinite(self.difference):
            return inf
        if self.observed.allowed:
            return abs(self.difference) / self.observed.allowed
        return inf if self.difference else 0.0

    @property
    def may_be_chance(self) -> bool:
        """Whether the interval of a mean outside the tolerance reaches into it."""
        reach = abs(self.difference) - self.half_width
        return self.verdict == "outside" and reach <= self.observed.allowed * (1 + 1e-9)

    @property
    def reason(self) -> str:
        """Why it is where it is in the scorecard, in a few words; "?" where it may be chance."""
        if self.verdict != "outside":
            return self.verdict.removesuffix(" tolerance")
        size = f" ×{self.tolerances:,.1f}" if isfinite(self.tolerances) else ""
        return ("too low" if self.difference < 0 else "too high") + size + "?" * self.may_be_chance


def read_observed(text: str, file: str = "") -> list[Observed]:
    """Read a CSV file of observed figures.

    Args:
        text: its content, with a heading line of `COLUMNS`.
        file: its name, for messages.

    Raises:
        InputError: with every problem found.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [
        name for name in ("measure", "value", "tolerance", "source") if name not in (reader.fieldnames or ())
    ]
    if missing:
        message = f"The columns {', '.join(missing)} are missing."
        raise InputError([Problem(message, file=file, line=1, allowed=", ".join(COLUMNS))])
    problems: list[Problem] = []
    rows: list[Observed] = []
    for record in reader:
        cells = {name: (record.get(name) or "").strip() for name in COLUMNS}
        try:
            rows.append(_observed(cells))
        except ValueError as error:
            problems.append(
                Problem(str(error), file=file, line=reader.line_num, source=",".join(cells.values()))
            )
    if problems:
        raise InputError(problems)
    return rows


def scorecard(observed: Sequence[Observed], found: Mapping[Key, Estimate]) -> list[Score]:
    """Return observed figures beside simulated ones: what was not simulated, then the worst misfit first."""
    scores = [_score(one, found.get(one.key)) for one in observed]
    return sorted(scores, key=lambda score: -score.tolerances)


def _score(observed: Observed, found: Estimate | None) -> Score:
    if found is None or found.n == 0:
        return Score(observed, nan, nan, "not simulated")
    within = abs(found.mean - observed.value) <= observed.allowed * (1 + 1e-9)
    return Score(observed, found.mean, found.half_width, "within tolerance" if within else "outside")


def _observed(cells: Mapping[str, str]) -> Observed:
    measure = CATALOGUE.get(cells["measure"])
    if measure is None:
        close = nearest(cells["measure"], CATALOGUE, n=2)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f"There is no measure called {cells['measure']}.{hint}")
    level = cells["level"] or "system"
    if level not in measure.levels:
        raise ValueError(f"{measure.id} is not measured by {level}: use {', '.join(measure.levels)}.")
    factor = _factor(measure, cells["unit"])
    value = _number(cells["value"], "value") * factor
    return Observed(
        measure=measure.id,
        level=level,
        group="" if level == "system" else cells["group"],
        value=value,
        allowed=_allowed(measure, cells, value, factor),
        tolerance=f"{cells['tolerance']} {cells['tolerance_kind'] or 'percent'}",
        period=cells["period"],
        source=_required(cells["source"]),
        grade=cells["grade"],
        note=cells["note"],
    )


def _allowed(measure: Measure, cells: Mapping[str, str], value: float, factor: float) -> float:
    tolerance, kind = _number(cells["tolerance"], "tolerance"), cells["tolerance_kind"] or "percent"
    if tolerance < 0:
        raise ValueError(f"The tolerance {cells['tolerance']} is below 0.")
    if kind == "percent":
        return abs(value) * tolerance / 100.0
    if kind == "points" and measure.unit == "share":
        return tolerance / 100.0
    if kind == "absolute":
        return tolerance * factor
    if kind == "points":
        raise ValueError(f"{measure.id} is not a share, so its tolerance cannot be in points.")
    raise ValueError(f"{kind} is not a kind of tolerance: use {', '.join(KINDS)}.")


def _factor(measure: Measure, unit: str) -> float:
    if not unit or unit == measure.unit:
        return 1.0
    options = _CONVERSIONS.get(measure.unit, {measure.unit: 1.0})
    if unit not in options:
        raise ValueError(f"{measure.id} is not measured in {unit}: use {', '.join(options)}.")
    return options[unit]


def _number(text: str, column: str) -> float:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = nan
    if not isfinite(value):
        raise ValueError(f'The {column} "{text}" is not a number.')
    return value


def _required(source: str) -> str:
    if not source:
        raise ValueError("An observed figure needs a source.")
    return source
