"""Where patients' time is spent: in care, waiting, or held after care, and by what.

The three parts add up to all patient-hours. A patient who has finished in one service and waits for the
next is held by the one that has not yet accepted: the time is blocked time of the holder and delay caused
by the other. Arranging a discharge happens in the ward bed, so it belongs to the ward's blocked time, and
what that patient then waits for is put down to the ward and not to the discharge team.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.chains import followers, roots
from flowsim.measures.collect import Collector
from flowsim.measures.definitions.time_spent import IN_PLACE, LINK
from flowsim.measures.facts import Facts, Floats, View
from flowsim.measures.queueing import stages


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out where time is spent."""
    if not facts.specs:
        return
    _budget(spent(facts), out)
    _links(facts, holding(facts), out)


@dataclass(frozen=True, slots=True)
class Spent:
    """Minutes in the collection period that each visit spent waiting, in care, and held after care.

    Waiting is without a place: a patient who waits while still in another place is held there. The three
    add up to the time of patients in the system.

    Attributes:
        view: all visits.
        waiting, care, blocked: minutes, one for each visit.
    """

    view: View
    waiting: Floats
    care: Floats
    blocked: Floats


def spent(facts: Facts) -> Spent:
    """Return how each visit spent its time."""
    kept = facts.kept.get("spent")
    if not isinstance(kept, Spent):
        kept = facts.kept["spent"] = _spent(facts, holding(facts))
    return kept


def _spent(facts: Facts, holding: Holding) -> Spent:
    view, parts = holding.view, stages(holding.view)
    waiting = parts.waiting - np.minimum(holding.delay, parts.waiting)
    care, blocked = parts.care, parts.blocked
    if facts.services(*IN_PLACE):
        own = ~view.of_service(facts.is_kind(*IN_PLACE)[:-1]) | (holding.holder < 0)
        waiting, care, blocked = waiting * own, care * own, blocked * own
    return Spent(view, waiting, care, blocked)


def _budget(spent: Spent, out: Collector) -> None:
    view, waiting, care, blocked = spent.view, spent.waiting, spent.care, spent.blocked
    for measure, minutes in (("hours_in_care", care), ("hours_waiting", waiting), ("hours_blocked", blocked)):
        out.rate(measure, view, minutes / 60.0)
    out.ratio("blocked_share", view, blocked, waiting + care + blocked)


def _links(facts: Facts, holding: Holding, out: Collector) -> None:
    view, number = holding.view, len(facts.specs)
    out.rate("delay_caused", view, holding.delay / 60.0)
    held = np.flatnonzero(holding.holder >= 0)
    links = holding.holder[held] * np.int64(number) + view.service[held]
    hours = np.bincount(links, holding.delay[held], minlength=number * number) / 60.0 / facts.days
    used = np.flatnonzero(np.bincount(links, minlength=number * number))
    names = facts.groups.services
    pairs = [f"{names[link // number]}{LINK}{names[link % number]}" for link in used]
    out.put("blocked_by", "link", pairs, hours[used])


@dataclass(frozen=True, slots=True)
class Holding:
    """Who was held where while asking for a service.

    Attributes:
        view: all visits.
        holder: code of the service whose place each patient held while asking; -1 for none.
        delay: minutes in the period from asking to being accepted (turned away, passed on), where a place
            was held; else 0.
    """

    view: View
    holder: NDArray[np.int16]
    delay: Floats


def holding(facts: Facts) -> Holding:
    """Return who was held where, and for how long."""
    kept = facts.kept.get("holding")
    if not isinstance(kept, Holding):
        kept = facts.kept["holding"] = _holding(facts)
    return kept


def _holding(facts: Facts) -> Holding:
    view = facts.view(everyone=True)
    arrived, left = view.column("arrived"), view.column("left")
    source, until = view.column("source"), np.fmin(view.column("accepted"), left)
    passing = view.take(facts.turned_away)
    if facts.services(*IN_PLACE):
        in_place = view.of_service(facts.is_kind(*IN_PLACE)[:-1])
        until = np.where(in_place, left, until)
        passing = passing | in_place
    if passing.any():
        columns = {name: view.column(name) for name in ("patient", "service", "source", "arrived", "left")}
        after, before = followers(columns, passing)
        until[before] = arrived[after]
        source = source[roots(view.size, after, before)]
    low, high = facts.warm_up, facts.end
    delay = np.maximum(np.fmin(until, high) - np.maximum(arrived, low), 0.0)
    return Holding(view, source, delay * (source >= 0))
