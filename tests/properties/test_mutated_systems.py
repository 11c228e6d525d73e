"""Kent and Medway with anything changed: refused in sentences, or every law holds.

Capacities, hours, rotas, demand, mixes and lengths of stay are changed at random, to nothing at all and to
far too much; then a day of the system is watched from outside (`flowsim.verify.invariants`). What comes out
may be a bad day for patients, never a patient lost.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flowsim.errors import InputError
from flowsim.scenario import load
from flowsim.spec.scenario import Scenario
from flowsim.verify.invariants import Findings, examine
from shipped import ROOT

Changes = dict[str, Any]

BASELINE = ROOT / "scenarios" / "kent-medway" / "baseline.yaml"
HOSPITAL = ROOT / "scenarios" / "one-hospital.yaml"
UNITS = (0, 1, 2, 7, 40, 400)
ROTAS = ("0", "1", "3", "00:00-08:00=0, 08:00-24:00=4", "00:00-24:00=60", "12:00-12:30=2, 12:30-12:00=0")
HOURS = ("always", "never", "10:00-11:00", "20:00-08:00", "00:00-00:30, 23:30-24:00")
SHARES = ("0%", "5%", "50%", "100%")
LENGTHS: tuple[Any, ...] = (
    "0 min",
    "1 min",
    "3 days",
    {"distribution": "exponential", "mean": "20 min"},
    {"mean": "2 days", "sd": "6 days"},
    {"values": ["1 min", "1 min", "9 hours"]},
)

SETTINGS: dict[str, dict[str, tuple[Any, ...]]] = {
    "access": {"assessors": ROTAS, "assessment": LENGTHS},
    "ambulance": {"crews": ROTAS, "wrap_up": LENGTHS, "on_scene": LENGTHS, "hear_and_treat": SHARES},
    "clinic": {"staff": ROTAS, "rooms": UNITS, "waiting_places": UNITS, "service": LENGTHS, "hours": HOURS},
    "emergency_department": {
        "assessors": ROTAS,
        "offload_bays": UNITS,
        "escalation_spaces": UNITS,
        "handover": LENGTHS,
        "fit_to_sit": SHARES,
        "specialty_review": LENGTHS,
        "departure": LENGTHS,
    },
    "urgent_treatment_centre": {
        "clinicians": ROTAS,
        "hours": HOURS,
        "treatment": LENGTHS,
        "transfer": SHARES,
    },
    "same_day_emergency_care": {"chairs": UNITS, "clinicians": ROTAS, "hours": HOURS},
    "ward": {"beds": UNITS, "stay_factor": (0.1, 1, 4), "turnaround": ("0 min", "5 hours"), "stay": LENGTHS},
    "virtual_ward": {"places": UNITS, "stay": LENGTHS, "deteriorate": SHARES, "waiting_places": UNITS},
    "urgent_community_response": {"team": ROTAS, "travel": LENGTHS, "first_visit": LENGTHS},
    "discharge": {"preparation": LENGTHS},
    "intermediate_care": {"places": UNITS, "starts_per_day": ROTAS, "stay": LENGTHS, "waiting_places": UNITS},
}
"""Settings of each kind of service that may be changed, with what to."""
DEMAND: dict[str, tuple[Any, ...]] = {
    "per_day": (0, 1, {"multiply": 0.1}, {"multiply": 3}),
    "day_variation": SHARES[:3],
    "profile": ("flat", "08:00-09:00"),
    "bank_holiday": (0, 5),
}


@lru_cache(maxsize=2)
def base(path: Path) -> Scenario:
    """Return a scenario cut to one day."""
    return load(path).change({"time.warm_up": "0 days", "time.horizon": "1 day"})


@st.composite
def changes(draw: st.DrawFn, path: Path) -> Changes:
    """Draw some changes: of one service, of all of a kind, of streams of patients, of time."""
    scenario = base(path)
    kinds = sorted({service.kind for service in scenario.services.values()})
    found: Changes = {}
    for _ in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from([kind for kind in kinds if kind in SETTINGS]))
        setting = draw(st.sampled_from(sorted(SETTINGS[kind])))
        names = [name for name, service in scenario.services.items() if service.kind == kind]
        where = draw(st.sampled_from([f"services[kind={kind}]", *(f"services.{name}" for name in names)]))
        found[f"{where}.{setting}"] = draw(st.sampled_from(SETTINGS[kind][setting]))
    for _ in range(draw(st.integers(0, 3))):
        stream = draw(st.sampled_from(["*", *scenario.demand]))
        setting = draw(st.sampled_from(sorted(DEMAND)))
        found[f"demand.{stream}.{setting}"] = draw(st.sampled_from(DEMAND[setting]))
    found["time.initial"] = draw(st.sampled_from(["empty", "loaded"]))
    found["seed"] = draw(st.integers(0, 10_000))
    return found


def watched(path: Path, wanted: Changes, every: int) -> Findings | None:
    """Watch a day of the changed scenario; None if the changes are refused, which must be in sentences."""
    try:
        scenario = base(path).change(wanted)
    except InputError as error:
        refused = error.problems
    else:
        return examine(scenario, every=every)
    assert refused
    assert all(problem.message.endswith((".", "?")) for problem in refused)
    return None


FEW = settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def assert_every_law_holds(path: Path, wanted: Changes, every: int) -> None:
    """Assert that the changes are refused in sentences, or that every law holds with them."""
    found = watched(path, wanted, every)
    assert found is None or found.broken == []


@FEW
@given(changes(BASELINE))
def test_kent_and_medway(wanted: Changes) -> None:
    assert_every_law_holds(BASELINE, wanted, every=2000)


@pytest.mark.full
@MANY
@given(changes(BASELINE))
def test_kent_and_medway_many_times(wanted: Changes) -> None:
    assert_every_law_holds(BASELINE, wanted, every=1000)


@settings(FEW, max_examples=12)
@given(changes(HOSPITAL))
def test_one_hospital(wanted: Changes) -> None:
    assert_every_law_holds(HOSPITAL, wanted, every=20)


@pytest.mark.full
@settings(MANY, max_examples=300)
@given(changes(HOSPITAL))
def test_one_hospital_many_times(wanted: Changes) -> None:
    assert_every_law_holds(HOSPITAL, wanted, every=5)


NOTHING: dict[str, Changes] = {
    "no patients": {"demand.*.per_day": 0},
    "no beds": {"services[kind=ward].beds": 0},
    "no crews": {"services[kind=ambulance].crews": "0"},
    "no staff in the department": {"services[kind=emergency_department].assessors": "0"},
    "no care at home": {"services[kind=intermediate_care].places": 0},
    "no places at home": {"services[kind=virtual_ward].places": 0},
    "nothing open": {"services[kind=urgent_treatment_centre].hours": "never"},
    "no time in bed": {"services[kind=ward].stay": "0 min"},
    "three times everybody": {"demand.*.per_day": {"multiply": 3}},
}


@pytest.mark.parametrize("what", NOTHING)
@pytest.mark.parametrize("initial", ["empty", "loaded"])
def test_nothing_of_something(what: str, initial: str) -> None:
    """The ends of the scale, each alone."""
    found = watched(HOSPITAL, {**NOTHING[what], "time.initial": initial}, every=10)
    assert found is not None
    assert found.broken == []


def test_most_changes_are_not_refused() -> None:
    """The property would mean little if nearly everything were turned down."""
    kept = []

    @settings(FEW, max_examples=20)
    @given(changes(HOSPITAL))
    def draw(wanted: Changes) -> None:
        try:
            base(HOSPITAL).change(wanted)
        except InputError:
            return
        kept.append(wanted)

    draw()
    assert len(kept) >= 10
