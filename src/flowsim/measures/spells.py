"""Hospital spells: consecutive ward visits of one patient, from the first bed to leaving the last.

A move from one ward to another goes on with the spell. Beds counted as community or other are not acute
and do not belong to a spell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.facts import Bools, Facts, Floats, View

WARD = "ward"
DAY = 1440.0
ACUTE = ("general_and_acute", "critical_care")


def counts_as(spec: object) -> str:
    """Return the national count that a ward's beds belong to."""
    return str(getattr(spec, "counts_as", ACUTE[0]))


def wards(facts: Facts, *counts: str) -> list[int]:
    """Return the codes of wards whose beds belong to one of these counts; of all wards if none is named."""
    return [code for code in facts.services(WARD) if not counts or counts_as(facts.specs[code]) in counts]


@dataclass(frozen=True, slots=True)
class Spells:
    """Spells, on the rows of the view of all visits to acute wards.

    Attributes:
        view: visits to acute wards, from the start of the run.
        in_bed: the visit had a bed.
        first, last: the visit is the first or the last (so far) of its spell.
        began: minute at which the spell of the visit began; not a number without a bed.
        again_after: minutes from the end of the spell to the patient's next; infinity if there is none.
    """

    view: View
    in_bed: Bools
    first: Bools
    last: Bools
    began: Floats
    again_after: Floats

    @property
    def ended_in_period(self) -> Bools:
        """Say which visits ended a spell in the collection period."""
        return self.last & self.view.left_in_period()


def spells(facts: Facts) -> Spells:
    """Return the spells of a replication."""
    kept = facts.kept.get("spells")
    if not isinstance(kept, Spells):
        kept = facts.kept["spells"] = _find(facts.view_of(wards(facts, *ACUTE), everyone=True))
    return kept


def had_bed(view: View) -> Bools:
    """Say which ward visits had a bed."""
    return view.reached("accepted") & ~view.outcome_is("refused", "cancelled")


def _find(view: View) -> Spells:
    in_bed = had_bed(view)
    rows = np.flatnonzero(in_bed)
    rows = rows[np.lexsort((view.column("accepted")[rows], view.column("patient")[rows]))]
    patient = view.column("patient")[rows]
    same = np.zeros(rows.size, dtype=bool)
    same[1:] = patient[1:] == patient[:-1]
    goes_on = same & view.source_is(WARD)[rows]
    last = ~np.append(goes_on[1:], np.zeros(min(rows.size, 1), dtype=bool))
    accepted, left = view.column("accepted")[rows], view.column("left")[rows]
    began = accepted[~goes_on][np.cumsum(~goes_on) - 1] if rows.size else accepted
    again = np.full(rows.size, np.inf)
    follows = np.flatnonzero(same & ~goes_on)
    again[follows - 1] = accepted[follows] - left[follows - 1]
    return Spells(
        view=view,
        in_bed=in_bed,
        first=_where(rows[~goes_on], view.size),
        last=_where(rows[last], view.size),
        began=_spread(rows, began, view.size, fill=np.nan),
        again_after=_spread(rows, again, view.size, fill=np.inf),
    )


def _where(rows: NDArray[np.intp], size: int) -> Bools:
    marked = np.zeros(size, dtype=bool)
    marked[rows] = True
    return marked


def _spread(rows: NDArray[np.intp], values: Floats, size: int, *, fill: float) -> Floats:
    whole = np.full(size, fill)
    whole[rows] = values
    return whole
