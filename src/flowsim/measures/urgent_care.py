"""Urgent care: attendances, waits, four and twelve hours, boarders, and people in the department.

An attendance is a visit to an emergency department (type 1) or urgent treatment centre (type 3). A visit
that was streamed to an alternative at the front door, before a clinician, or turned away there, is counted
where the patient went and not here.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from flowsim.measures.collect import Collector
from flowsim.measures.facts import Bools, Facts, Floats, View, clipped
from flowsim.measures.measure import (
    CLIPPED,
    COUNTED,
    EVERYONE,
    OUTCOME_KNOWN,
    PROVIDERS,
    SO_FAR,
    THRESHOLD,
    Measure,
)
from flowsim.measures.pools import mean_busy, units
from flowsim.measures.presence import peak

TYPE_1 = "emergency_department"
TYPE_3 = "urgent_treatment_centre"
HOUR = 60.0

_AE = "NHS England, A&E attendances and emergency admissions: definitions"
_ECDS = "NHS England, Emergency Care Data Set"
_measure = partial(Measure, area="urgent_care", kinds=(TYPE_1,))
_both = partial(_measure, kinds=(TYPE_1, TYPE_3))

MEASURES = (
    _both(
        id="attendances",
        label="Attendances, all types",
        unit="per day",
        better=None,
        definition="Arrivals at emergency departments and urgent treatment centres each day.",
        at_end=COUNTED,
        source=_AE,
        levels=(*EVERYONE, "hour"),
        decimals=0,
        headline=True,
    ),
    _measure(
        id="attendances_type_1",
        label="Attendances, type 1",
        unit="per day",
        better=None,
        definition="Arrivals at emergency departments each day.",
        at_end=COUNTED,
        source=_AE,
        levels=EVERYONE,
        decimals=0,
    ),
    _measure(
        id="attendances_type_3",
        label="Attendances, type 3",
        unit="per day",
        better=None,
        definition="Arrivals at urgent treatment centres each day.",
        at_end=COUNTED,
        source=_AE,
        levels=EVERYONE,
        kinds=(TYPE_3,),
        decimals=0,
    ),
    _measure(
        id="streamed_away",
        label="Streamed at the front door",
        unit="per day",
        better=None,
        definition="Arrivals each day sent to an alternative at the front door, before a clinician.",
        at_end=COUNTED,
        decimals=0,
    ),
    _both(
        id="within_4_hours",
        label="ED: within 4 hours, all types",
        unit="share",
        better="higher",
        definition="Share of attendances of all types that leave within 4 hours of arrival.",
        at_end=THRESHOLD,
        source=_AE,
        levels=(*EVERYONE, "hour"),
        headline=True,
    ),
    _measure(
        id="within_4_hours_type_1",
        label="ED: within 4 hours, type 1",
        unit="share",
        better="higher",
        definition="Share of emergency department attendances that leave within 4 hours of arrival.",
        at_end=THRESHOLD,
        source=_AE,
        levels=EVERYONE,
        headline=True,
    ),
    _measure(
        id="within_4_hours_admitted",
        label="ED: within 4 hours, admitted",
        unit="share",
        better="higher",
        definition="Share of admitted emergency department attendances that leave within 4 hours of arrival.",
        at_end=THRESHOLD + " " + OUTCOME_KNOWN,
        source=_AE,
    ),
    _measure(
        id="within_4_hours_not_admitted",
        label="ED: within 4 hours, not admitted",
        unit="share",
        better="higher",
        definition="Share of attendances not admitted that leave the emergency department within 4 hours.",
        at_end=THRESHOLD + " " + OUTCOME_KNOWN,
        source=_AE,
    ),
    _measure(
        id="over_12_hours",
        label="ED: over 12 hours",
        unit="share",
        better="lower",
        definition="Share of emergency department attendances that last 12 hours or more from arrival.",
        at_end=THRESHOLD,
        source=_ECDS,
        levels=EVERYONE,
        headline=True,
    ),
    _measure(
        id="over_12_hours_per_day",
        label="ED: over 12 hours, patients",
        unit="per day",
        better="lower",
        definition="Emergency department attendances each day that last 12 hours or more from arrival.",
        at_end=THRESHOLD,
        source=_ECDS,
        decimals=0,
    ),
    _measure(
        id="bed_wait_mean",
        label="Decision to bed, mean",
        unit="minutes",
        better="lower",
        definition="Mean time from the decision to admit to leaving the emergency department for a bed.",
        at_end=SO_FAR,
        levels=EVERYONE,
        decimals=0,
    ),
    _measure(
        id="bed_wait_over_4_hours",
        label="Decision to bed, over 4 hours",
        unit="per day",
        better="lower",
        definition="Patients each day who wait more than 4 hours from the decision to admit to a bed.",
        at_end=THRESHOLD,
        source=_AE,
        decimals=0,
    ),
    _measure(
        id="bed_wait_over_12_hours",
        label="Decision to bed, over 12 hours",
        unit="per day",
        better="lower",
        definition="Patients each day who wait more than 12 hours from the decision to admit to a bed.",
        at_end=THRESHOLD,
        source=_AE,
        headline=True,
    ),
    *(
        _both(
            id=f"to_assessment_{suffix}",
            label=f"To initial assessment, {words}",
            unit="minutes",
            better="lower",
            definition=f"Time from arrival to the end of initial assessment, {words}.",
            at_end=SO_FAR,
            source=_ECDS,
            decimals=0,
        )
        for suffix, words in (("mean", "mean"), ("median", "median"), ("p95", "95th percentile"))
    ),
    *(
        _both(
            id=f"to_clinician_{suffix}",
            label=f"To clinician, {words}",
            unit="minutes",
            better="lower",
            definition=f"Time from arrival to the first clinician, {words}, of those who do not leave first.",
            at_end=SO_FAR,
            source=_ECDS,
            levels=EVERYONE if suffix == "mean" else PROVIDERS,
            decimals=0,
        )
        for suffix, words in (("mean", "mean"), ("median", "median"), ("p90", "90th percentile"))
    ),
    *(
        _measure(
            id=f"time_in_department_{suffix}",
            label=f"Time in department, {words}",
            unit="minutes",
            better="lower",
            definition=f"Time from arrival to leaving the emergency department, {words}.",
            at_end=SO_FAR,
            source=_ECDS,
            levels=EVERYONE if suffix == "mean" else (*PROVIDERS, "age", "acuity"),
            decimals=0,
        )
        for suffix, words in (
            ("mean", "mean"),
            ("median", "median"),
            ("p90", "90th percentile"),
            ("p95", "95th percentile"),
        )
    ),
    _measure(
        id="time_in_department_admitted_mean",
        label="Time in department, admitted, mean",
        unit="minutes",
        better="lower",
        definition="Mean time from arrival to leaving the emergency department for those admitted.",
        at_end=SO_FAR,
        source=_ECDS,
        decimals=0,
    ),
    _both(
        id="left_before_treatment",
        label="Left before treatment",
        unit="share",
        better="lower",
        definition="Share of attendances that leave before treatment begins.",
        at_end=OUTCOME_KNOWN,
        source=_ECDS,
        levels=EVERYONE,
    ),
    _measure(
        id="emergency_admissions",
        label="Admissions from ED",
        unit="per day",
        better=None,
        definition="Decisions to admit in emergency departments each day.",
        at_end=COUNTED,
        source=_AE,
        levels=EVERYONE,
        decimals=0,
    ),
    _measure(
        id="admitted_share",
        label="Attendances admitted",
        unit="share",
        better=None,
        definition="Share of emergency department attendances that end in a decision to admit.",
        at_end=OUTCOME_KNOWN,
        source=_AE,
        levels=EVERYONE,
    ),
    _measure(
        id="in_department",
        label="People in ED, mean",
        unit="patients",
        better="lower",
        definition="Mean number of patients in or outside the emergency department, from arrival to leaving.",
        at_end=CLIPPED,
        decimals=0,
        headline=True,
    ),
    _measure(
        id="in_department_peak",
        label="People in ED, daily peak",
        unit="patients",
        better="lower",
        definition="Mean over days of the busiest hour's mean number in the emergency department.",
        at_end=CLIPPED,
        levels=("system", "site", "service"),
        decimals=0,
    ),
    _measure(
        id="boarders",
        label="Waiting in ED for a bed",
        unit="patients",
        better="lower",
        definition="Mean number of patients in emergency departments whom a bed has not yet accepted.",
        at_end=CLIPPED,
        decimals=0,
        headline=True,
    ),
    _measure(
        id="boarders_peak",
        label="Waiting in ED for a bed, daily peak",
        unit="patients",
        better="lower",
        definition="Mean over days of the busiest hour's mean number waiting in the department for a bed.",
        at_end=CLIPPED,
        levels=("system", "site", "service"),
        decimals=0,
    ),
    _measure(
        id="corridor",
        label="In temporary escalation spaces",
        unit="patients",
        better="lower",
        definition="Mean number of patients cared for in temporary escalation spaces (corridor care).",
        at_end=CLIPPED,
        source="NHS England, principles for providing care in temporary escalation spaces",
    ),
)
"""Measures of this area."""


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
    _until(_Wait("to_assessment", "assessed", {"median": 0.5, "p95": 0.95}), view, here, out)
    _until(_Wait("to_clinician", "started", {"median": 0.5, "p90": 0.9}), view, here, out)


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
    out.share("over_12_hours", view, total >= 12 * HOUR, here & known_at(view, total, 12 * HOUR))
    out.rate("over_12_hours_per_day", view, here & (total >= 12 * HOUR))
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
