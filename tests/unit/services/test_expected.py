"""What services expect on average, against sums done by hand."""

from typing import Any

import numpy as np
import pytest

from flowsim.spec.expected import Expected, Flow
from flowsim.vocabulary import ATTRIBUTES
from support import spec_of


def flow(**people: Any) -> Flow:
    """Return 144 patients a day of acuity 2 and 288 of acuity 4, unless told otherwise.

    0.1 and 0.2 a minute.
    """
    acuities, per_day = ("2", "4"), np.array([144.0, 288.0])
    attrs = {name: np.zeros(2, dtype=np.int8) for name in ATTRIBUTES}
    attrs["acuity"] = np.array([ATTRIBUTES["acuity"].index(acuity) for acuity in acuities], dtype=np.int8)
    for name, value in people.items():
        attrs[name] = np.full(2, ATTRIBUTES[name].index(value), dtype=np.int8)
    return Flow(attrs, per_day, np.array([0.5, 0.0]))


def expect(kind: str, who: Flow | None = None, **settings: Any) -> Expected:
    expected: Expected = spec_of({"kind": kind, **settings}).expect(who or flow())
    return expected


def outcomes(expected: Expected) -> dict[str, float]:
    return {name: round(part.total, 6) for name, part in expected.outcomes.items() if part.total}


def test_clinic() -> None:
    """0.1 a minute for 30 minutes and 0.2 for 10: 5 at work."""
    settings = {
        "staff": 6,
        "rooms": 9,
        "service": {"by": "acuity", "2": "30 min", "otherwise": "10 min"},
        "referred": {"by": "acuity", "2": "50%", "otherwise": "0%"},
    }
    expected = expect("clinic", **settings)
    assert expected.loads == pytest.approx({"staff": 5.0, "rooms": 5.0})
    assert outcomes(expected) == {"referred": 72.0, "done": 360.0}


def test_unlimited_rooms_have_no_load() -> None:
    assert set(expect("clinic", staff=6, service="10 min").loads) == {"staff"}


def test_urgent_treatment_centre() -> None:
    """0.3 a minute.

    5 minutes of assessment is 1.5; 20 of treatment and a fifth of 10 is 6.6; a fifth wait another 30 minutes
    in the room: 8.4.
    """
    settings = {
        "clinicians": 9,
        "rooms": 12,
        "assessors": 2,
        "assessment": "5 min",
        "treatment": "20 min",
        "investigated": "20%",
        "investigations": "30 min",
        "second_look": "10 min",
        "transfer": {"by": "acuity", "2": "25%", "otherwise": "0%"},
    }
    expected = expect("urgent_treatment_centre", **settings)
    assert expected.loads == pytest.approx({"assessors": 1.5, "clinicians": 6.6, "rooms": 8.4})
    assert outcomes(expected) == {"transfer": 36.0, "home": 396.0}
    without = expect("urgent_treatment_centre", clinicians=9, assessment="5 min", treatment="20 min")
    assert without.loads == pytest.approx({"clinicians": 7.5})


def test_same_day_emergency_care() -> None:
    """0.3 a minute: 20 + half of 10 minutes is 7.5; half of 60 and 15 more in the chair is 21."""
    settings = {
        "chairs": 30,
        "clinicians": 9,
        "first_spell": "20 min",
        "investigated": "50%",
        "investigations": "60 min",
        "second_spell": "10 min",
        "observation": "15 min",
        "convert": "10%",
    }
    expected = expect("same_day_emergency_care", **settings)
    assert expected.loads == pytest.approx({"clinicians": 7.5, "chairs": 21.0})
    assert outcomes(expected) == {"admit": 43.2, "home": 388.8}


def test_ambulance() -> None:
    """Half of acuity 4 is heard and treated, which leaves 0.1 + 0.1 a minute for crews: 30 minutes each is 6.

    Half of those are conveyed, 25 minutes more: 2.5.
    """
    settings = {
        "crews": 20,
        "hear_and_treat": {"by": "acuity", "4": "50%", "otherwise": "0%"},
        "travel": "10 min",
        "on_scene": "20 min",
        "see_and_treat": "50%",
        "conveyance": "15 min",
        "wrap_up": "10 min",
    }
    expected = expect("ambulance", **settings)
    assert expected.loads == pytest.approx({"crews": 8.5})
    assert outcomes(expected) == {"hear_and_treat": 144.0, "see_and_treat": 144.0, "convey": 144.0}


def test_access() -> None:
    settings = {
        "assessors": 9,
        "assessment": "10 min",
        "disposition": {
            "by": "acuity",
            "2": "ambulance",
            "otherwise": {"same_day": "25%", "primary_care": "rest"},
        },
    }
    expected = expect("access", **settings)
    assert expected.loads == pytest.approx({"assessors": 3.0})
    assert outcomes(expected) == {"ambulance": 144.0, "same_day": 72.0, "primary_care": 216.0}


def test_access_keeps_the_ambulances_for_acuity_1_from_alternatives() -> None:
    """An alternative takes half of everybody it is offered; 144 a day of acuity 1 are not among them."""
    who = flow(acuity="1")
    offered = Flow(who.attrs, who.per_day, who.admission, offer=lambda point, part: part * 0.5)
    expected = expect("access", offered, disposition={"ambulance": "50%", "primary_care": "50%"})
    assert outcomes(expected) == {"ambulance": 216.0, "primary_care": 108.0}


def test_emergency_department() -> None:
    """0.3 a minute.

    Clinicians: 20 + half of 10 minutes. Spaces: 20 + half of (60 + 10), then half of acuity 2 for 60 minutes
    of specialty review and everybody else for 10 of departure: 16.5 + 0.05 * 60 + 0.25 * 10.
    """
    settings = {
        "assessors": 3,
        "initial_assessment": "5 min",
        "offload_bays": 4,
        "handover": "20 min",
        "areas": {
            "majors": {
                "spaces": 40,
                "first_spell": "20 min",
                "investigated": "50%",
                "investigations": "60 min",
                "second_spell": "10 min",
            }
        },
        "area": "majors",
        "clinicians": {"main": 9},
        "specialty_review": "60 min",
        "departure": "10 min",
    }
    expected = expect("emergency_department", flow(route="walk_in"), **settings)
    assert {name: load for name, load in expected.loads.items() if load} == pytest.approx(
        {"assessors": 1.5, "majors": 22.0, "clinicians.main": 7.5}
    )
    assert outcomes(expected) == {"admit": 72.0, "home": 360.0}
    by_crew = expect("emergency_department", flow(route="ambulance"), **settings)
    assert by_crew.loads["offload_bays"] == pytest.approx(6.0)
    assert by_crew.loads["assessors"] == 0.0
