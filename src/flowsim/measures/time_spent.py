"""Where patients' time is spent: in care, waiting, or held after care, and by what.

The three parts add up to all patient-hours. A patient who has finished in one service and waits for the
next is held by the one that has not yet accepted: the time is blocked time of the holder and delay caused
by the other. Arranging a discharge happens in the ward bed, so it belongs to the ward's blocked time, and
what that patient then waits for is put down to the ward and not to the discharge team.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.collect import Collector
from flowsim.measures.facts import Facts, Floats, View, clipped
from flowsim.measures.measure import CLIPPED, Level, Measure
from flowsim.measures.queueing import care_begins

IN_PLACE = ("discharge",)
"""Kinds of service whose patients stay where they are."""
LINK = " > "
"""Between holder and blocker in the name of a link."""
_SPAN = 2.0**21

_LEVELS: tuple[Level, ...] = ("system", "trust", "place", "site", "kind", "service")
_measure = partial(Measure, area="system", unit="hours per day", at_end=CLIPPED, decimals=0)

MEASURES = (
    _measure(
        id="hours_in_care",
        label="Patient-hours in care",
        better=None,
        definition="Patient-hours each day in care, from its start to its end.",
        levels=_LEVELS,
    ),
    _measure(
        id="hours_waiting",
        label="Patient-hours waiting",
        better="lower",
        definition="Patient-hours each day waiting for care to start, not counting waits that hold a place.",
        levels=_LEVELS,
    ),
    _measure(
        id="hours_blocked",
        label="Patient-hours held after care",
        better="lower",
        definition="Patient-hours each day in a place after care there was complete.",
        levels=_LEVELS,
    ),
    _measure(
        id="blocked_share",
        label="Patient time held after care",
        unit="share",
        decimals=1,
        better="lower",
        definition="Share of all patient-hours spent in a place after care there was complete.",
        levels=_LEVELS,
    ),
    _measure(
        id="delay_caused",
        label="Delay caused upstream",
        better="lower",
        definition="Patient-hours each day that patients are held elsewhere because this service has not accepted.",
        levels=("system", "trust", "place", "site", "kind", "service"),
        headline=True,
    ),
    _measure(
        id="blocked_by",
        label="Held by whom, for what",
        better="lower",
        definition="Patient-hours each day in one service after care, waiting for another (holder > waited for).",
        levels=("link",),
    ),
)
"""Measures of this area."""


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out where time is spent."""
    if not facts.specs:
        return
    _budget(facts, out)
    _links(facts, out)


def _budget(facts: Facts, out: Collector) -> None:
    view, low, high = facts.view(everyone=True), facts.warm_up, facts.end
    begins, left, finished = care_begins(view), view.column("left"), view.column("finished")
    own = ~facts.is_kind(*IN_PLACE)[view.service]
    held_elsewhere = view.column("source") >= 0
    asked = np.where(held_elsewhere, view.column("accepted"), view.column("arrived"))
    waiting = own * clipped(asked, np.fmin(begins, left), low, high)
    care = own * clipped(begins, np.fmin(finished, left), low, high)
    blocked = own * clipped(finished, left, low, high)
    for measure, minutes in (("hours_in_care", care), ("hours_waiting", waiting), ("hours_blocked", blocked)):
        out.rate(measure, view, minutes / 60.0)
    out.ratio("blocked_share", view, blocked, waiting + care + blocked)


def _links(facts: Facts, out: Collector) -> None:
    view = facts.view(everyone=True)
    delay, holder = held_for(facts, view)
    out.rate("delay_caused", view, delay / 60.0)
    number = len(facts.specs)
    known = holder >= 0
    links = holder[known] * number + view.service[known]
    hours = np.bincount(links, delay[known], minlength=number * number) / 60.0 / facts.days
    used = np.flatnonzero(np.bincount(links, minlength=number * number))
    names = facts.groups.services
    out.put(
        "blocked_by",
        "link",
        [f"{names[link // number]}{LINK}{names[link % number]}" for link in used],
        hours[used],
    )


def held_for(facts: Facts, view: View) -> tuple[Floats, NDArray[np.int64]]:
    """Return minutes in the period that each visit kept its patient held elsewhere, and the holder's code.

    The holder is -1 where the patient came from nowhere.
    """
    source = view.column("source").astype(np.int64)
    in_place = facts.is_kind(*IN_PLACE)
    ends = np.where(in_place[view.service], np.fmin(view.column("finished"), view.column("left")), view.column("accepted"))
    delay = np.where(source >= 0, clipped(view.column("arrived"), ends, facts.warm_up, facts.end), 0.0)
    from_place = in_place[source] & (source >= 0)
    if from_place.any():
        source[from_place] = _holder_before(facts, view, from_place)
    return delay, source


def _holder_before(facts: Facts, view: View, rows: NDArray[Any]) -> NDArray[np.int64]:
    """Return the service that really holds patients who came from a service that works in place."""
    planning = facts.view(*IN_PLACE, everyone=True)
    keys = planning.column("patient") * _SPAN + planning.column("arrived")
    order = np.argsort(keys)
    wanted = view.column("patient")[rows] * _SPAN + view.column("arrived")[rows]
    at = np.maximum(np.searchsorted(keys[order], wanted, side="right") - 1, 0)
    holders: NDArray[np.int64] = planning.column("source")[order][at].astype(np.int64)
    return holders
