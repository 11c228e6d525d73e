"""Urgent care: attendances, waits, four and twelve hours, boarders, and people in the department.

An attendance is a visit to an emergency department (type 1) or urgent treatment centre (type 3). A visit
that was streamed to an alternative at the front door, before a clinician, or turned away there, is counted
where the patient went and not here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flowsim.measures.collect import Collector
from flowsim.measures.definitions.urgent_care import HOUR, TYPE_1, TYPE_3, WEEK
from flowsim.measures.facts import Bools, Facts, Floats, View, clipped
from flowsim.measures.pools import mean_busy, units
from flowsim.measures.presence import peak


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out the measures of urgent care."""
    if facts.services(TYPE_1, TYPE_3):
        _all_types(facts.view(TYPE_1, TYPE_3), out)
    if facts.services(TYPE_3):
        out.rate("attendances_type_3", facts.view(TYPE_3))
    if facts.services(TYPE_1):
        _type_1(facts.view(TYPE_1), out)
        _admitted(facts.view(TYPE_1), out)
        _present(facts, out)


def attended(view: View) -> Bools:
    """Say which visits are attendances: not streamed away before a clinician, not turned away at the door."""
    return ~(view.outcome_is("alternative") & ~view.reached("started")) & ~view.outcome_is("shut", "full")


def known_at(view: View, minutes: Floats, limit: float) -> Bools:
    """Say for which visits it is known whether they left within a limit."""
    return view.reached("left") | (minutes > limit)


def _all_types(view: View, out: Collector) -> None:
    here = attended(view)
    total = view.minutes("arrived", "left")
    out.rate("attendances", view, here)
    out.share("within_4_hours", view, total <= 4 * HOUR, here & known_at(view, total, 4 * HOUR))
    left = view.outcome_is("left")
    out.share("left_before_treatment", view, left, here & (view.column("outcome") >= 0))
    _come_back(view, out)
    _until(_Wait("to_assessment", "assessed", {"median": 0.5, "p95": 0.95}), view, here, out)
    _until(_Wait("to_clinician", "started", {"median": 0.5, "p90": 0.9}), view, here, out)


def _come_back(view: View, out: Collector) -> None:
    """Take in the share who attend again, coming from home, within a week of leaving for home."""
    facts, arrived, left = view.facts, view.column("arrived"), view.column("left")
    patient = view.column("patient")
    first = facts.replication.patients["arrived"][patient]
    again = (view.column("source") < 0) & (arrived > first + 1e-6)
    gone = attended(view) & view.outcome_is("home", "left") & (left <= facts.end - WEEK)
    soon = np.zeros(view.size, dtype=bool)
    returned = np.zeros(len(facts.replication.patients["arrived"]), dtype=bool)
    returned[patient[again]] = True
    rows = np.flatnonzero(returned[patient])
    rows = rows[np.lexsort((arrived[rows], patient[rows]))]
    before, after = rows[:-1], rows[1:]
    follows = again[after] & (patient[after] == patient[before]) & (arrived[after] <= left[before] + WEEK)
    soon[before[follows]] = True
    out.share("reattendances", view, soon, gone)


class _Wait(NamedTuple):
    name: str
    moment: str
    at: dict[str, float]


def _until(wait: _Wait, view: View, here: Bools, out: Collector) -> None:
    """Take in the wait for a moment; visits that ended without it do not count."""
    minutes = view.minutes("arrived", wait.moment)
    counted = here & (view.reached(wait.moment) | (view.column("outcome") < 0))
    out.mean(f"{wait.name}_mean", view, minutes, counted)
    out.quantiles({f"{wait.name}_{suffix}": p for suffix, p in wait.at.items()}, view, minutes, counted)


def _type_1(view: View, out: Collector) -> None:
    here = attended(view)
    total = view.minutes("arrived", "left")
    out.rate("attendances_type_1", view, here)
    out.rate("streamed_away", view, ~here)
    out.share("within_4_hours_type_1", view, total <= 4 * HOUR, here & known_at(view, total, 4 * HOUR))
    over = total >= 12 * HOUR
    out.share("over_12_hours", view, over, here & (view.reached("left") | over))
    out.rate("over_12_hours_per_day", view, here & over)
    out.mean("time_in_department_mean", view, total, here)
    at = {"median": 0.5, "p90": 0.9, "p95": 0.95}
    out.quantiles({f"time_in_department_{name}": p for name, p in at.items()}, view, total, here)


def _admitted(view: View, out: Collector) -> None:
    here, admitted = attended(view), view.outcome_is("admit")
    decided = here & (view.column("outcome") >= 0)
    total = view.minutes("arrived", "left")
    known = decided & known_at(view, total, 4 * HOUR)
    out.share("within_4_hours_admitted", view, total <= 4 * HOUR, known & admitted)
    out.share("within_4_hours_not_admitted", view, total <= 4 * HOUR, known & ~admitted)
    out.mean("time_in_department_admitted_mean", view, total, admitted)
    out.rate("emergency_admissions", view, admitted)
    out.share("admitted_share", view, admitted, decided)
    wait = view.minutes("finished", "left")
    out.mean("bed_wait_mean", view, wait, admitted)
    out.rate("bed_wait_over_4_hours", view, admitted & (wait > 4 * HOUR))
    out.rate("bed_wait_over_12_hours", view, admitted & (wait > 12 * HOUR))


def _present(facts: Facts, out: Collector) -> None:
    view = facts.view(TYPE_1, everyone=True)
    low, high = facts.warm_up, facts.end
    inside = clipped(view.column("arrived"), view.column("left"), low, high)
    out.per_period("in_department", view, inside)
    waiting = clipped(view.column("finished"), view.column("left"), low, high)
    out.per_period("boarders", view, np.where(view.outcome_is("admit"), waiting, 0.0))
    for measure, name in (("in_department_peak", "in_department"), ("boarders_peak", "boarders")):
        peak(facts, out, measure, name)
    corridor = units(facts, "escalation_spaces", TYPE_1)
    mean_busy(facts, out, "corridor", corridor)
