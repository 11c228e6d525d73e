"""Discharge: who is ready, how long they then stay, and by which pathway they leave.

A patient is discharge-ready from the end of clinical care in a ward until the bed is given up.
"""

from __future__ import annotations

import numpy as np

from flowsim.clock import Calendar
from flowsim.measures.collect import Collector, Totals, divided
from flowsim.measures.facts import Bools, Facts, Floats, View, clipped
from flowsim.measures.spells import DAY, WARD
from flowsim.vocabulary import PATHWAYS


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out the measures of discharge."""
    if not facts.services(WARD):
        return
    view = facts.view(WARD, everyone=True)
    ready = view.outcome_is("ready")
    gone = ready & view.left_in_period()
    _held(facts, view, ready, out)
    _delays(view, gone, out)
    _when(facts, view, gone, out)


def _held(facts: Facts, view: View, ready: Bools, out: Collector) -> None:
    left, low, high = view.column("left"), facts.warm_up, facts.end
    held = np.where(ready, clipped(view.column("finished"), left, low, high), 0.0)
    out.per_period("discharge_ready", view, held)
    midnights = _midnights(left, low, high) - _midnights(view.column("finished"), low, high)
    out.per_period("discharge_ready_at_midnight", view, np.where(ready, midnights * DAY, 0.0))
    used = clipped(view.column("accepted"), left, low, high)
    out.ratio("discharge_ready_share", view, held, used)


def _midnights(moment: Floats, low: float, high: float) -> Floats:
    """Return how many midnights pass before a moment, kept to the period; for what has not come, its end."""
    passed: Floats = np.floor(np.clip(np.fmin(moment, high), low, high) / DAY)
    return passed


def _delays(view: View, gone: Bools, out: Collector) -> None:
    days = np.floor(view.column("left") / DAY) - np.floor(view.column("finished") / DAY)
    out.rate("discharges", view, gone)
    for code, pathway in enumerate(PATHWAYS):
        out.rate(f"discharges_pathway_{pathway}", view, gone & (view.attribute("pathway") == code))
    out.share("delayed", view, days >= 1, gone)
    out.mean("delay_mean", view, days, gone & (days >= 1))
    out.mean("delay_all_mean", view, days, gone)
    out.rate("bed_days_after_ready", view, np.where(gone, days, 0.0))
    for limit in (7, 14, 21):
        out.share(f"delayed_over_{limit}_days", view, days >= limit, gone)


def _when(facts: Facts, view: View, gone: Bools, out: Collector) -> None:
    left = view.column("left")
    out.share("discharges_before_noon", view, left % DAY < DAY / 2, gone)
    hours = np.zeros(view.size, dtype=np.int64)
    hours[gone] = Calendar(facts.replication.start).hours_of_week(left[gone])
    out.share("discharges_at_weekend", view, hours >= 5 * 24, gone)
    by_hour = np.bincount(hours[gone] % 24, minlength=24).astype(np.float64)
    names = [f"{hour:02}" for hour in range(24)]
    out.put("discharges_by_hour", "hour", names, divided(by_hour, np.full(24, by_hour.sum())))
    names, by_pathway = Totals(view, gone).at("discharge_pathway")
    whole = np.full(by_pathway.size, by_pathway.sum())
    out.put("discharges_by_pathway", "discharge_pathway", names, divided(by_pathway, whole))
