"""Where patients' time is spent: in care, waiting, or held after care, and by what.

The three parts add up to all patient-hours. A patient who has finished in one service and waits for the
next is held by the one that has not yet accepted: the time is blocked time of the holder and delay caused
by the other. Arranging a discharge happens in the ward bed, so it belongs to the ward's blocked time, and
what that patient then waits for is put down to the ward and not to the discharge team.
"""

from __future__ import annotations

import numpy as np

from flowsim.measures.budget import Budget, budget
from flowsim.measures.collect import Collector, divided
from flowsim.measures.definitions.time_spent import LINK
from flowsim.measures.facts import Facts


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out where time is spent."""
    if not facts.specs:
        return
    found = budget(facts)
    per_day = 1.0 / 60.0 / facts.days
    out.of_services("hours_in_care", found.care, per_day)
    out.of_services("hours_waiting", found.waiting, per_day)
    out.of_services("hours_blocked", found.blocked, per_day)
    out.of_services("delay_caused", found.delay, per_day)
    _share(facts, found, out)
    _links(facts, found, out)


def _share(facts: Facts, found: Budget, out: Collector) -> None:
    everything = found.waiting + found.care + found.blocked
    for level in out.catalogue["blocked_share"].levels:
        names, blocked = facts.groups.added_up(level, found.blocked)
        out.put("blocked_share", level, names, divided(blocked, facts.groups.added_up(level, everything)[1]))


def _links(facts: Facts, found: Budget, out: Collector) -> None:
    names = facts.groups.services
    holders, waited_for = np.nonzero(found.linked.T)
    pairs = [f"{names[a]}{LINK}{names[b]}" for a, b in zip(holders, waited_for, strict=True)]
    out.put("blocked_by", "link", pairs, found.links[waited_for, holders] / 60.0 / facts.days)
