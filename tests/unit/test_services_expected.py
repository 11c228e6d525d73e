"""What every kind of service expects on average where it branches: offers, hours, groups, what is left out.

A flow is 144 patients a day, one every ten minutes: whatever takes 10 minutes keeps one unit busy.
"""

from typing import Any

import numpy as np
import pytest

from flowsim.spec.expected import Expected, Flow
from flowsim.vocabulary import ATTRIBUTES
from support import spec_of

AREA: dict[str, Any] = {
    "spaces": 9,
    "first_spell": "20 min",
    "investigated": "50%",
    "investigations": "40 min",
    "second_spell": "10 min",
}
ED: dict[str, Any] = {
    "kind": "emergency_department",
    "assessors": 3,
    "initial_assessment": "5 min",
    "handover": "20 min",
    "areas": {"majors": AREA},
    "area": "majors",
    "clinicians": {"main": 9},
    "specialty_review": "60 min",
    "departure": "10 min",
}
UTC: dict[str, Any] = {"kind": "urgent_treatment_centre", "clinicians": 9, "treatment": "20 min"}
SDEC: dict[str, Any] = {
    "kind": "same_day_emergency_care",
    "chairs": 9,
    "clinicians": 9,
    "first_spell": "20 min",
    "investigations": "60 min",
    "second_spell": "10 min",
}
ACCESS: dict[str, Any] = {"kind": "access", "assessment": "10 min", "disposition": "primary_care"}
CREWS: dict[str, Any] = {"kind": "ambulance", "crews": 9, "travel": "10 min", "on_scene": "20 min"}


def flow(admission: float = 0.0, taken: dict[str, float] | None = None, **people: str) -> Flow:
    """Return a flow of patients who are all alike.

    Args:
        admission: share who need admission.
        taken: share that alternatives take at each decision point; None: there are no alternatives.
        **people: attributes.
    """
    attrs = {name: np.array([0], dtype=np.int8) for name in ATTRIBUTES}
    for name, value in people.items():
        attrs[name] = np.array([ATTRIBUTES[name].index(value)], dtype=np.int8)
    offer = None
    if taken is not None:
        offer = lambda point, part: part * (1.0 - taken.get(point, 0.0))  # noqa: E731
    return Flow(attrs, np.array([144.0]), np.array([admission]), offer=offer)


def expect(settings: dict[str, Any], who: Flow | None = None, **changes: Any) -> Expected:
    found: Expected = spec_of({**settings, **changes}).expect(who or flow())
    return found


def loads(found: Expected) -> dict[str, float]:
    return {name: round(load, 9) for name, load in found.loads.items() if load}


def outcomes(found: Expected) -> dict[str, float]:
    return {name: round(part.total, 9) for name, part in found.outcomes.items() if part.total}


class TestOffers:
    """Half are taken at one decision point: who is not there any more needs nothing further."""

    def test_at_the_front_door_of_a_department(self) -> None:
        """All are assessed (0.5), half are treated: 25 of a clinician, and 20 + 20 + 5 + 10 in a space."""
        found = expect(ED, flow(taken={"front_door": 0.5}))
        assert loads(found) == {"assessors": 0.5, "majors": 2.75, "clinicians.main": 1.25}
        assert outcomes(found) == {"home": 72.0}

    def test_at_the_decision_of_a_department(self) -> None:
        """Admission is for 40%, of whom half go elsewhere; each of them has been reviewed in the space."""
        found = expect(ED, flow(admission=0.4, taken={"decision": 0.5}))
        assert outcomes(found) == {"admit": 28.8, "home": 86.4}
        assert loads(found)["majors"] == pytest.approx((45 + 0.4 * 60 + 0.6 * 10) / 10)

    def test_at_the_front_door_of_a_centre(self) -> None:
        """All are assessed, by clinicians; half are treated and use a room."""
        found = expect(UTC, flow(taken={"front_door": 0.5}), assessment="10 min", rooms=9)
        assert loads(found) == {"clinicians": 2.0, "rooms": 1.0}
        assert outcomes(found) == {"home": 72.0}

    def test_at_the_outcome_of_a_centre_only_transfers_are_taken(self) -> None:
        found = expect(UTC, flow(taken={"outcome": 0.5}), transfer="20%")
        assert outcomes(found) == {"transfer": 14.4, "home": 115.2}

    def test_at_the_outcome_of_same_day_care_only_conversions_are_taken(self) -> None:
        found = expect(SDEC, flow(taken={"outcome": 0.5}), convert="20%")
        assert outcomes(found) == {"admit": 14.4, "home": 115.2}

    def test_at_the_outcome_of_a_clinic_only_referrals_are_taken(self) -> None:
        found = expect(
            {"kind": "clinic", "staff": 9, "service": "10 min"}, flow(taken={"outcome": 0.5}), referred="20%"
        )
        assert outcomes(found) == {"referred": 14.4, "done": 115.2}

    def test_at_the_end_of_a_response_only_the_conveyed_are_taken(self) -> None:
        settings = {"kind": "urgent_community_response", "team": 9, "first_visit": "10 min"}
        found = expect(
            settings, flow(taken={"outcome": 0.5}), outcome={"conveyed": "20%", "kept_at_home": "rest"}
        )
        assert outcomes(found) == {"conveyed": 14.4, "kept_at_home": 115.2}
        assert loads(found) == {"team": 1.0}

    def test_at_the_call_fewer_crews_are_sent_and_at_the_scene_fewer_convey(self) -> None:
        """A tenth is closed by telephone, half of the rest taken at the call: 64.8 a day, 30 minutes each.

        Half of the 80% who cannot be left are taken at the scene: 25.92 conveyed, 20 minutes more each.
        """
        found = expect(
            CREWS,
            flow(taken={"call": 0.5, "scene": 0.5}),
            hear_and_treat="10%",
            see_and_treat="20%",
            conveyance="15 min",
            wrap_up="5 min",
        )
        assert outcomes(found) == {"hear_and_treat": 14.4, "see_and_treat": 12.96, "convey": 25.92}
        assert loads(found) == {"crews": pytest.approx((64.8 * 30 + 25.92 * 20) / 1440)}


class TestAccess:
    def test_without_assessors_nothing_is_loaded(self) -> None:
        assert loads(expect(ACCESS)) == {}
        assert loads(expect(ACCESS, assessors=2)) == {"assessors": 1.0}

    @pytest.mark.parametrize(("acuity", "sent"), [("1", 72.0), ("2", 36.0)])
    def test_ambulances_to_acuity_1_are_not_offered_anything_else(self, acuity: str, sent: float) -> None:
        """Half are sent an ambulance and half a GP; navigation takes half of all it is offered."""
        found = expect(
            ACCESS,
            flow(acuity=acuity, taken={"navigation": 0.5}),
            disposition={"ambulance": "50%", "primary_care": "50%"},
        )
        assert outcomes(found) == {"ambulance": sent, "primary_care": 36.0}

    def test_every_disposition_is_where_it_says(self) -> None:
        mix = {
            "ambulance": "10%",
            "emergency_department": "20%",
            "urgent_treatment_centre": "30%",
            "urgent_community_response": "5%",
            "same_day": "15%",
            "primary_care": "rest",
        }
        assert outcomes(expect(ACCESS, flow(acuity="3"), disposition=mix)) == pytest.approx(
            {
                "ambulance": 14.4,
                "emergency_department": 28.8,
                "urgent_treatment_centre": 43.2,
                "urgent_community_response": 7.2,
                "same_day": 21.6,
                "primary_care": 28.8,
            }
        )


class TestDepartments:
    def test_without_offload_bays_nothing_is_loaded_with_handover(self) -> None:
        assert "offload_bays" not in loads(expect(ED, flow(route="ambulance")))
        assert loads(expect(ED, flow(route="ambulance"), offload_bays=3))["offload_bays"] == 2.0

    @pytest.mark.parametrize(("route", "load"), [("walk_in", 0.5), ("gp", 0.5), ("ambulance", 0.0)])
    def test_assessors_see_all_but_those_who_come_by_ambulance(self, route: str, load: float) -> None:
        assert loads(expect(ED, flow(route=route))).get("assessors", 0.0) == load

    def test_two_areas_share_a_team_or_have_their_own(self) -> None:
        """A quarter goes to minors: 25 minutes of a clinician in either area."""
        areas = {"majors": AREA, "minors": {**AREA, "clinicians": "nurses"}}
        both = {"majors": "75%", "minors": "25%"}
        found = loads(expect(ED, areas=areas, area=both, clinicians={"main": 5, "nurses": 5}))
        assert found["clinicians.main"] == pytest.approx(1.875)
        assert found["clinicians.nurses"] == pytest.approx(0.625)
        areas["minors"] = AREA
        assert loads(expect(ED, areas=areas, area=both))["clinicians.main"] == pytest.approx(2.5)

    def test_units_of_areas_teams_and_the_rest(self) -> None:
        spec = spec_of({**ED, "offload_bays": 4, "escalation_spaces": 7})
        assert (spec.units("majors"), spec.units("offload_bays"), spec.units("escalation_spaces")) == (
            9,
            4,
            7,
        )
        assert spec.units("clinicians.main").mean() == 9
        assert spec.units("assessors").mean() == 3

    def test_only_an_area_with_an_overflow_can_send_its_queue_elsewhere(self) -> None:
        spec = spec_of({**ED, "areas": {"majors": {**AREA, "overflow": "minors"}, "minors": AREA}})
        found = {name: spec.refuses(name) for name in ("majors", "minors", "assessors", "clinicians.main")}
        assert found == {"majors": True, "minors": False, "assessors": False, "clinicians.main": False}


class TestCentresAndSameDayCare:
    def test_assessors_take_the_assessment_off_the_clinicians(self) -> None:
        assert loads(expect(UTC, assessment="10 min", assessors=3)) == {"assessors": 1.0, "clinicians": 2.0}

    def test_a_room_is_in_use_while_results_are_awaited(self) -> None:
        """20 minutes, and for half of them 30 of waiting and 10 of a second look."""
        tests = {"investigated": "50%", "investigations": "30 min", "second_look": "10 min"}
        assert loads(expect(UTC, rooms=20, **tests)) == {"clinicians": 2.5, "rooms": 4.0}
        assert loads(expect(UTC, **tests)) == {"clinicians": 2.5}

    def test_a_chair_is_in_use_from_the_first_spell_to_the_end_of_observation(self) -> None:
        """20 + half of (60 + 10) + 15 in the chair; 20 + half of 10 of a clinician."""
        found = expect(SDEC, investigated="50%", observation="15 min")
        assert loads(found) == {"chairs": 7.0, "clinicians": 2.5}

    def test_a_unit_that_is_full_refuses_so_that_no_queue_grows(self) -> None:
        assert spec_of(SDEC).refuses("chairs")
        assert spec_of(SDEC).refuses("clinicians")


class TestWards:
    WARD: dict[str, Any] = {"kind": "ward", "beds": 9, "stay": "50 hours"}  # noqa: RUF012

    def test_the_wait_for_a_round_is_in_the_bed(self) -> None:
        """Rounds every 8 hours: 4 on average. One at noon: 12. At 9 and 15: (18² + 6²) / 48 = 7.5."""
        for rounds, hours in (
            (["00:00", "08:00", "16:00"], 4),
            (["12:00"], 12),
            (["15:00", "09:00"], 7.5),
            ([], 0),
        ):
            assert loads(expect(self.WARD, rounds=rounds))["beds"] == pytest.approx((50 + hours) * 6)

    def test_what_is_taken_over_at_a_review_is_out_of_the_bed(self) -> None:
        """All stays last 50 hours; half step down for the last 20, less 4 of waiting for the review."""
        rounds = ["00:00", "08:00", "16:00"]
        found = expect(self.WARD, flow(taken={"review": 0.5}), rounds=rounds, step_down_tail="20 hours")
        assert outcomes(found) == {"ready": 72.0}
        assert loads(found)["beds"] == pytest.approx(6 * (50 - 0.5 * 16 + 0.5 * 4))

    def test_a_tail_that_waits_longer_for_its_round_than_it_is_saves_nothing(self) -> None:
        found = expect(self.WARD, flow(taken={"review": 0.5}), rounds=["12:00"], step_down_tail="10 hours")
        assert loads(found)["beds"] == pytest.approx(6 * (50 + 0.5 * 12))

    def test_who_moves_on_leaves_the_rest_of_the_stay_to_the_other_ward(self) -> None:
        """A quarter moves on after 20 of 50 hours: 30 are to come, for 36 patients a day."""
        found = expect(self.WARD, move_on={"share": "25%", "after": "20 hours"})
        assert outcomes(found) == {"moved_on": 36.0, "ready": 108.0}
        assert found.outcomes["moved_on"].remaining == pytest.approx([30 * 60.0])
        assert found.outcomes["ready"].remaining is None
        assert loads(found)["beds"] == pytest.approx(6 * (50 - 0.25 * 30))

    def test_nobody_moves_on_after_the_end_of_the_stay(self) -> None:
        found = expect(self.WARD, move_on={"share": "100%", "after": "60 hours"})
        assert outcomes(found) == {"ready": 144.0}
        assert loads(found)["beds"] == pytest.approx(300)

    def test_a_factor_lengthens_the_stay(self) -> None:
        assert loads(expect(self.WARD, stay_factor=1.2))["beds"] == pytest.approx(360)

    def test_a_ward_with_places_to_wait_refuses(self) -> None:
        assert not spec_of(self.WARD).refuses("beds")
        assert spec_of({**self.WARD, "waiting_places": 2}).refuses("beds")


class TestCareAtHome:
    def test_a_place_is_taken_by_onboarding_too_and_given_up_early_by_the_worse(self) -> None:
        """48 hours, 2 of onboarding before; a fifth gets worse, half-way on average."""
        settings = {"kind": "virtual_ward", "places": 9, "stay": "48 hours", "onboarding_time": "2 hours"}
        found = expect(settings, deteriorate="20%", onboarding=3)
        assert loads(found) == {"places": pytest.approx(6 * (48 * 0.9 + 2)), "onboarding": 12.0}
        assert outcomes(found) == {"home": 115.2, "deteriorated": 28.8}
        assert "onboarding" not in loads(expect(settings))

    def test_follow_ups_are_of_the_kept_at_home(self) -> None:
        """20 of travel and first visit for all; 1.5 follow-ups of 30 for the 60% kept at home."""
        found = expect(
            {"kind": "urgent_community_response", "team": 9, "travel": "5 min", "first_visit": "15 min"},
            outcome={"kept_at_home": "60%", "same_day": "40%"},
            follow_ups={"1": "50%", "2": "50%"},
            follow_up_gap="1 day",
            follow_up_visit="30 min",
        )
        assert loads(found) == {"team": pytest.approx(2 + 0.6 * 1.5 * 3)}

    def test_some_referrals_come_when_it_is_shut(self) -> None:
        """Open half of the week's hours: 48% of an average hour's referrals in each of the others, so 24%."""
        settings = {"kind": "urgent_community_response", "team": 9, "first_visit": "10 min"}
        found = expect(settings, hours="08:00-20:00")
        assert outcomes(found) == pytest.approx({"shut": 34.56, "kept_at_home": 109.44})
        assert loads(found) == {"team": pytest.approx(0.76)}

    def test_starts_are_in_use_for_a_day_and_places_for_the_shortened_stay(self) -> None:
        found = expect({"kind": "intermediate_care", "stay": "10 days"}, stay_factor=0.8)
        assert loads(found) == {"places": 144 * 8.0, "starts": 144.0}
        assert outcomes(found) == {"home": 144.0}

    @pytest.mark.parametrize("pathway", ["0", "1", "2", "3"])
    def test_discharge_goes_by_pathway(self, pathway: str) -> None:
        found = expect({"kind": "discharge", "team": 9, "assessment": "20 min"}, flow(pathway=pathway))
        assert outcomes(found) == {f"pathway_{pathway}": 144.0}
        assert loads(found) == {"team": 2.0}
        assert loads(expect({"kind": "discharge", "assessment": "20 min"})) == {}
