"""Every rule of counting a second time, by a plain loop over patients in words, on made-up hospitals.

Moments are drawn from a coarse grid that holds the ends of the period and the limits of the measures, so that
somebody is exactly on each of them. The loops below are the definitions; they share no code with flowsim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.measures.facts import Facts
from flowsim.measures.series import series
from hand_made import SITES, HandMade

DAY = 1440.0
WARM_UP, END = DAY, 3 * DAY
SERVICES: dict[str, dict[str, Any]] = {
    "ed": {"kind": "emergency_department", "site": "north"},
    "ed_south": {"kind": "emergency_department", "site": "south"},
    "utc": {"kind": "urgent_treatment_centre", "site": "south"},
    "ward": {"kind": "ward", "site": "north"},
    "cottage": {"kind": "ward", "site": "south", "counts_as": "community"},
    "care": {"kind": "intermediate_care", "place": "west"},
    "crews": {"kind": "ambulance", "place": "east", "handover_limit": 60.0},
}
OUTCOMES = {
    "emergency_department": ["home", "admit", "left", "alternative", ""],
    "urgent_treatment_centre": ["home", "transfer", "left", "shut", ""],
    "ward": ["ready", "moved_on", "refused", "cancelled", ""],
    "intermediate_care": ["home", "refused", ""],
    "ambulance": ["convey", "see_and_treat", "hear_and_treat", ""],
}
STEPS = st.sampled_from([0.0, 15.0, 30.0, 60.0, 240.0, 720.0, 1440.0])
BEGIN = st.sampled_from([0.0, 720.0, 1380.0, 1440.0, 1500.0, 2880.0, 3600.0, 4080.0, 4260.0, 4320.0, 4380.0])
WHO = st.fixed_dictionaries(
    {
        "age": st.sampled_from(["0-17", "85+"]),
        "fifth": st.sampled_from(["1", "5"]),
        "route": st.sampled_from(["walk_in", "ambulance", "elective"]),
        "place": st.sampled_from(["east", "west", "out_of_area"]),
        "pathway": st.sampled_from(["0", "1"]),
        "category": st.sampled_from(["1", "2"]),
    }
)


@dataclass
class Visit:
    """One visit in words; moments that have not come are not numbers."""

    who: dict[str, str]
    service: str
    outcome: str
    arrived: float
    accepted: float
    assessed: float
    started: float
    finished: float
    left: float

    @property
    def kind(self) -> str:
        return str(SERVICES[self.service]["kind"])

    @property
    def inside(self) -> bool:
        return WARM_UP <= self.arrived <= END

    def minutes(self, start: str, stop: str) -> float:
        """Minutes from one moment to another, so far if that has not come."""
        until = getattr(self, stop)
        return float((END if isnan(until) else until) - getattr(self, start))

    def within(self, start: str, stop: str) -> float:
        """Minutes between two moments that lie in the period."""
        begin, until = getattr(self, start), getattr(self, stop)
        if isnan(begin):
            return 0.0
        return float(max(min(END if isnan(until) else until, END) - max(begin, WARM_UP), 0.0))


@st.composite
def visits(draw: st.DrawFn, service: str) -> Visit:
    """Return a visit whose moments follow each other, up to one that has not come."""
    kind = str(SERVICES[service]["kind"])
    outcome = draw(st.sampled_from(OUTCOMES[kind]))
    arrived = draw(BEGIN)
    turned_away = outcome in ("shut", "refused", "cancelled")
    reached = 0 if turned_away else draw(st.integers(0, 4))
    moments, at = [], arrived
    for _ in range(reached):
        at += draw(STEPS)
        moments.append(at)
    moments += [np.nan] * (4 - len(moments))
    accepted, assessed, started, finished = moments
    left = np.nan
    if outcome and draw(st.booleans()):
        left = at + draw(STEPS)
    if turned_away:
        left = arrived
    if (
        outcome in ("ready", "moved_on", "admit", "home", "transfer")
        and isnan(finished)
        and kind != "ambulance"
    ):
        outcome, left = "", np.nan  # nobody has finished without care
    cut = [value if value <= END else np.nan for value in (accepted, assessed, started, finished, left)]
    if not (isnan(left) or left <= END) or (outcome and isnan(cut[3]) and isnan(cut[4])):
        outcome = outcome if not isnan(cut[3]) else ""
    if arrived > END:
        outcome, cut = "", [np.nan] * 5
    return Visit(draw(WHO), service, outcome, arrived, *cut)


HOSPITALS = st.lists(st.sampled_from(list(SERVICES)).flatmap(visits), min_size=1, max_size=12)


def made_of(each: list[Visit]) -> HandMade:
    made = HandMade(SERVICES, warm_up=WARM_UP, horizon=END - WARM_UP)
    for visit in each:
        times = {
            name: getattr(visit, name)
            for name in ("arrived", "accepted", "assessed", "started", "finished", "left")
            if not isnan(getattr(visit, name))
        }
        made.visit(visit.service, visit.outcome, made.patient(**visit.who), **times)
    return made


# -- what is counted, in words -------------------------------------------------------------------------------


def attended(visit: Visit) -> bool:
    away = visit.outcome == "alternative" and isnan(visit.started)
    return (
        visit.kind in ("emergency_department", "urgent_treatment_centre")
        and not away
        and visit.outcome != "shut"
    )


def four_hours(visit: Visit) -> float | None:
    """1 within four hours, 0 over it, None if that is not known or it is no attendance."""
    if not (visit.inside and attended(visit)):
        return None
    stay = visit.minutes("arrived", "left")
    if isnan(visit.left) and stay <= 240:
        return None
    return float(stay <= 240)


def twelve_hours(visit: Visit) -> float | None:
    if not (visit.inside and attended(visit) and visit.kind == "emergency_department"):
        return None
    stay = visit.minutes("arrived", "left")
    return None if isnan(visit.left) and stay < 720 else float(stay >= 720)


def to_clinician(visit: Visit) -> float | None:
    gone = isnan(visit.started) and visit.outcome
    if not (visit.inside and attended(visit)) or gone:
        return None
    return visit.minutes("arrived", "started")


def in_department(visit: Visit) -> float | None:
    if not (visit.inside and attended(visit) and visit.kind == "emergency_department"):
        return None
    return visit.minutes("arrived", "left")


def bed_wait(visit: Visit) -> float | None:
    admitted = visit.inside and visit.kind == "emergency_department" and visit.outcome == "admit"
    return visit.minutes("finished", "left") if admitted else None


def handover(visit: Visit) -> float | None:
    """Those of the ambulance route come with a crew that is not simulated, and is released after an hour."""
    brought = visit.inside and visit.kind == "emergency_department" and visit.who["route"] == "ambulance"
    return min(visit.minutes("arrived", "accepted"), 60.0) if brought else None


def response(visit: Visit) -> float | None:
    counts = visit.inside and visit.kind == "ambulance" and not (isnan(visit.started) and visit.outcome)
    return visit.minutes("arrived", "started") if counts else None


def delay(visit: Visit) -> float | None:
    gone = visit.kind == "ward" and visit.outcome == "ready" and WARM_UP <= visit.left <= END
    return float(visit.left // DAY - visit.finished // DAY) if gone else None


def care_wait(visit: Visit) -> float | None:
    counts = visit.inside and visit.kind == "intermediate_care" and visit.outcome != "refused"
    return visit.minutes("arrived", "accepted") / DAY if counts else None


def stay(visit: Visit) -> float | None:
    counted = visit.service == "ward" and not isnan(visit.accepted) and WARM_UP <= visit.left <= END
    return (visit.left - visit.accepted) / DAY if counted else None


MEANS: dict[str, Callable[[Visit], float | None]] = {
    "within_4_hours": four_hours,
    "over_12_hours": twelve_hours,
    "to_clinician_mean": to_clinician,
    "time_in_department_mean": in_department,
    "bed_wait_mean": bed_wait,
    "handover_mean": handover,
    "response_mean": response,
    "delay_all_mean": delay,
    "intermediate_care_wait_mean": care_wait,
    "stay_mean": stay,
}
RATES: dict[str, Callable[[Visit], float]] = {
    "attendances": lambda v: v.inside and attended(v),
    "emergency_admissions": lambda v: v.inside and v.kind == "emergency_department" and v.outcome == "admit",
    "over_12_hours_per_day": lambda v: twelve_hours(v) or 0,
    "bed_wait_over_4_hours": lambda v: (bed_wait(v) or 0) > 240,
    "bed_wait_over_12_hours": lambda v: (bed_wait(v) or 0) > 720,
    "streamed_away": lambda v: v.inside and v.kind == "emergency_department" and not attended(v),
    "calls": lambda v: v.inside and v.kind == "ambulance",
    "handovers": lambda v: handover(v) is not None,
    "handover_hours_lost": lambda v: max((handover(v) or 0) - 15, 0) / 60,
    "discharges": lambda v: delay(v) is not None,
    "bed_days_after_ready": lambda v: delay(v) or 0,
    "intermediate_care_referrals": lambda v: v.inside and v.kind == "intermediate_care",
    "intermediate_care_starts": lambda v: v.kind == "intermediate_care" and v.accepted >= WARM_UP,
}
NUMBERS: dict[str, Callable[[Visit], float]] = {
    "in_department": lambda v: v.within("arrived", "left") if v.kind == "emergency_department" else 0,
    "boarders": lambda v: (
        v.within("finished", "left") if v.kind == "emergency_department" and v.outcome == "admit" else 0
    ),
    "discharge_ready": lambda v: (
        v.within("finished", "left") if v.kind == "ward" and v.outcome == "ready" else 0
    ),
    "intermediate_care_patients": lambda v: (
        v.within("accepted", "left") if v.kind == "intermediate_care" else 0
    ),
}
QUANTILES = {
    "to_clinician_median": (to_clinician, 0.5),
    "to_clinician_p90": (to_clinician, 0.9),
    "time_in_department_p95": (in_department, 0.95),
    "handover_p90": (handover, 0.9),
    "response_p90": (response, 0.9),
    "intermediate_care_wait_p90": (care_wait, 0.9),
    "stay_median": (stay, 0.5),
}


def group_of(visit: Visit, level: str) -> str:
    spec: Any = SERVICES[visit.service]
    site = SITES.get(spec.get("site", ""))
    words = {
        "system": "",
        "service": visit.service,
        "kind": visit.kind,
        "site": spec.get("site", ""),
        "place": spec.get("place") or (site.place if site else ""),
        "trust": site.trust if site else "",
        "residence": visit.who["place"],
        "discharge_pathway": visit.who["pathway"],
        "category": visit.who["category"],
        "hour": f"{int(visit.arrived // 60) % 24:02}",
    }
    return words[level] if level in words else visit.who.get(level, "3")


def cells(found: dict[tuple[str, str, str], float], *measures: str) -> Iterator[tuple[str, str, str, float]]:
    """Yield every group of every level of some measures, with what was found."""
    for (measure, level, group), value in found.items():
        if measure in measures:
            yield measure, level, group, value


@given(HOSPITALS)
@settings(max_examples=25, deadline=None)
def test_means_and_shares_at_every_level(each: list[Visit]) -> None:
    for measure, level, group, value in cells(made_of(each).measures(), *MEANS):
        counted = [MEANS[measure](visit) for visit in each if group_of(visit, level) == group]
        known = [one for one in counted if one is not None and not isnan(one)]
        expected = sum(known) / len(known) if known else np.nan
        assert value == pytest.approx(expected, nan_ok=True), (measure, level, group)


@given(HOSPITALS)
@settings(max_examples=25, deadline=None)
def test_rates_and_numbers_present_at_every_level(each: list[Visit]) -> None:
    found = made_of(each).measures()
    for measure, level, group, value in cells(found, *RATES):
        expected = sum(RATES[measure](visit) for visit in each if group_of(visit, level) == group) / 2
        assert value == pytest.approx(expected), (measure, level, group)
    for measure, level, group, value in cells(found, *NUMBERS):
        minutes = sum(NUMBERS[measure](visit) for visit in each if group_of(visit, level) == group)
        assert value == pytest.approx(minutes / (2 * DAY)), (measure, level, group)


@given(HOSPITALS)
@settings(max_examples=25, deadline=None)
def test_quantiles_at_every_level(each: list[Visit]) -> None:
    for measure, level, group, value in cells(made_of(each).measures(), *QUANTILES):
        of, share = QUANTILES[measure]
        known = [one for visit in each if group_of(visit, level) == group and (one := of(visit)) is not None]
        expected = np.quantile(known, share) if known else np.nan
        assert value == pytest.approx(expected, nan_ok=True), (measure, level, group)


def test_the_loops_meet_every_rule() -> None:
    """In a hospital with one patient of each kind every measure that is compared has a value."""
    nan = np.nan
    who = {
        "age": "85+",
        "fifth": "1",
        "route": "ambulance",
        "place": "out_of_area",
        "pathway": "1",
        "category": "1",
    }
    each = [
        Visit(who, "ed", "admit", 1440, 1470, 1500, 1560, 1600, 3000),
        Visit(who, "utc", "home", 1440, 1440, nan, 1500, 1600, 1600),
        Visit(who, "ward", "ready", 1600, 3000, nan, 3000, 3100, 4320),
        Visit(who, "care", "home", 1440, 1500, nan, 1500, 1600, 1600),
        Visit(who, "crews", "convey", 1440, 1450, nan, 1460, 1500, 1530),
    ]
    found = made_of(each).measures()
    for measure in (*MEANS, *QUANTILES):
        assert not isnan(found[measure, "system", ""]), measure
    assert all(
        found[measure, "system", ""] > 0 for measure in (*RATES, *NUMBERS) if measure != "streamed_away"
    )


# -- through time --------------------------------------------------------------------------------------------


def by_day(each: list[Visit], of: Callable[[Visit], float | None], moment: str) -> list[list[float]]:
    """Return the values of both days of the period, by the day of a moment."""
    days: list[list[float]] = [[], []]
    for visit in each:
        value, at = of(visit), getattr(visit, moment)
        if value is not None and WARM_UP <= at < END:
            days[int(at // DAY) - 1].append(value)
    return days


@given(HOSPITALS)
@settings(max_examples=20, deadline=None)
def test_series_by_day(each: list[Visit]) -> None:
    made = made_of(each)
    daily, _ = series(Facts(made.replication(), made.scenario()))
    rows = {key: daily.row(*key).tolist() for key in daily.keys}
    for measure, of in (("within_4_hours", four_hours), ("handover_mean", handover)):
        days = by_day(each, of, "arrived")
        for level in ("system", "site", "trust"):
            for (name, at, group), values in rows.items():
                if (name, at) == (measure, level):
                    mine = by_day([visit for visit in each if group_of(visit, level) == group], of, "arrived")
                    means = [np.mean(day) if day else np.nan for day in mine]
                    assert values == pytest.approx(means, nan_ok=True, rel=1e-5)
        assert (measure, "system", "") in rows or not any(days)
    counted = by_day(each, lambda visit: float(attended(visit)), "arrived")
    assert rows["attendances", "system", ""] == [sum(day) for day in counted]
    gone = by_day(each, lambda v: 1.0 if v.kind == "ward" and v.outcome == "ready" else None, "left")
    assert rows["discharges", "system", ""] == [sum(day) for day in gone]


@given(HOSPITALS)
@settings(max_examples=20, deadline=None)
def test_series_add_up_to_the_measures(each: list[Visit]) -> None:
    """The mean of the days is the mean of the period, for numbers present and for what is counted."""
    made = made_of(each)
    found = made.measures()
    daily, weekly = series(Facts(made.replication(), made.scenario()))
    for measure in ("in_department", "boarders", "discharge_ready"):
        for level, group in (("system", ""), ("site", "south")):
            expected = found[measure, level, group]
            assert daily.row(measure, level, group).mean() == pytest.approx(expected, abs=1e-5)
            assert np.nanmean(weekly.row(measure, level, group)) == pytest.approx(expected, abs=1e-5)
    on_the_last_minute = sum(v.arrived == END and attended(v) for v in each) / 2
    attendances = daily.row("attendances").mean()
    assert attendances == pytest.approx(found["attendances", "system", ""] - on_the_last_minute)
    assert np.nansum(weekly.row("attendances")) == pytest.approx(2 * attendances)
    pathways = [daily.row(*key) for key in daily.keys if key[:2] == ("discharge_ready", "discharge_pathway")]
    assert np.sum(pathways, axis=0) == pytest.approx(daily.row("discharge_ready"), abs=1e-5)


def test_hours_of_the_week_are_told_from_the_day_on_which_the_period_begins() -> None:
    """Day 1 is a Tuesday: hours 24 to 71 of the week are there, and no others."""
    nan = np.nan
    who = {"age": "85+", "fifth": "1", "route": "walk_in", "place": "east", "pathway": "0", "category": "1"}
    made = made_of([Visit(who, "ed", "home", DAY + 90, DAY + 90, nan, nan, DAY + 150, DAY + 150)])
    _, weekly = series(Facts(made.replication(), made.scenario()))
    present = weekly.row("in_department")
    assert np.flatnonzero(~np.isnan(present)).tolist() == list(range(24, 72))
    assert present[24:28].tolist() == [0.0, 0.5, 0.5, 0.0]
    assert weekly.row("attendances")[25] == 1
    assert weekly.step == "hour_of_week"
    assert weekly.values.shape[1] == 168
