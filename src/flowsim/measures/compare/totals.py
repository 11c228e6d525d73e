"""Whether the table of patients adds up to the measures of its replication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowsim.measures.people import COUNTS

if TYPE_CHECKING:
    from flowsim.measures.compare.comparison import Run

MEASURES: Mapping[str, str] = dict(
    zip(COUNTS, ("attendances_type_1", "attendances", "emergency_admissions"), strict=True)
)
"""Each count of the table of patients and the measure (each day) that it adds up to.

Urgent treatment centres add up to all attendances, with those of emergency departments.
"""


def check_totals(run: Run, number: int, columns: Mapping[str, Any]) -> None:
    """Check that patients' visits add up to the measures of the replication, to the last one.

    Args:
        run: the run.
        number: the replication.
        columns: its table of patients.

    Raises:
        ArithmeticError: They do not; a fault.
    """
    totals = {name: int(columns[name].sum()) for name in COUNTS}
    totals["utc_attendances"] += totals["ed_attendances"]
    for name, measure in MEASURES.items():
        expected = _total(run, number, measure)
        if expected is not None and expected != totals[name]:
            message = (
                f"{run.name}, replication {number}: patients have {totals[name]} {measure}, not {expected}"
            )
            raise ArithmeticError(message)


def _total(run: Run, number: int, measure: str) -> int | None:
    """Return the total behind a measure given for each day; None where it was not measured."""
    values = run.cells.get((measure, "system", ""))
    if values is None:
        return None
    each_day = float(values[run.replications.index(number)])
    return round(each_day * float(run.manifest.horizon_minutes) / 1440.0)
