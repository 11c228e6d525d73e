"""Urgent community response: two-hour before two-day before follow-ups, and a limit on what is taken on."""

from typing import Any

import pytest
from pydantic import ValidationError

from flowsim.services.urgent_community_response import UrgentCommunityResponseSpec
from support import spec_of
from town import DAY, Town, flow_of


def response(team: str = "1", visit: Any = "1 hour", **more: Any) -> dict[str, Any]:
    return {"kind": "urgent_community_response", "team": team, "first_visit": visit, **more}


BY_ACUITY = {"by": "acuity", "1, 2": "100%", "otherwise": "0%"}
"""Two-hour for acuity 1 and 2, two-day for the others."""
FOLLOWED = {"follow_ups": "2", "follow_up_gap": "1 day", "follow_up_visit": "30 min"}


# -- the first visit ---------------------------------------------------------------------------------------


def test_a_referral_is_taken_at_once_and_the_clock_runs_to_first_contact() -> None:
    town = Town({"ucr": response(travel="20 min")})
    who = town.send("ucr", at=9)
    visit = town.run().visit(who, "ucr")
    assert (visit.arrived, visit.accepted) == (9, 9)
    assert visit.started == pytest.approx(9 + 20 / 60)
    assert visit.finished == pytest.approx(9 + 80 / 60)
    assert visit.outcome == "kept_at_home"


def test_travel_and_visit_both_take_a_team_member() -> None:
    town = Town({"ucr": response(travel="30 min")})
    first, second = town.send("ucr", at=9), town.send("ucr", at=9.25)
    town.run()
    assert town.visit(first, "ucr").finished == 10.5
    assert town.visit(second, "ucr").started == 11


def test_two_hour_patients_are_seen_before_two_day_patients() -> None:
    town = Town({"ucr": response(two_hour=BY_ACUITY)})
    town.send("ucr", at=9, acuity="3")
    two_day, two_hour = town.send("ucr", at=9.1, acuity="3"), town.send("ucr", at=9.9, acuity="2")
    town.run()
    assert town.visit(two_hour, "ucr").started == 10
    assert town.visit(two_day, "ucr").started == 11


def test_only_two_hour_patients_carry_the_two_hour_mark() -> None:
    town = Town({"ucr": response(two_hour=BY_ACUITY)})
    urgent, other = town.send("ucr", at=9, acuity="2"), town.send("ucr", at=12, acuity="3")
    town.run()
    assert town.visit(urgent, "ucr").assessed == 9
    assert town.visit(other, "ucr").assessed is None


def test_a_long_wait_moves_a_two_day_patient_up() -> None:
    def two_day_start(**more: Any) -> float | None:
        town = Town({"ucr": response(visit="10 hours", two_hour=BY_ACUITY, **more)})
        town.send("ucr", at=0, acuity="2")
        two_day = town.send("ucr", at=1, acuity="3")
        town.send("ucr", at=8, acuity="2")
        return town.run().visit(two_day, "ucr").started

    assert two_day_start() == 20
    assert two_day_start(priority_ages="6 hours") == 10  # equal after six hours, and earlier


def test_visits_wait_for_the_shift_and_a_visit_in_hand_is_finished() -> None:
    town = Town({"ucr": response(team="08:00-20:00=1")})
    late, night = town.send("ucr", at=19.5), town.send("ucr", at=23)
    town.run()
    assert town.visit(late, "ucr").finished == 20.5
    assert town.visit(night, "ucr").started == DAY + 8


def test_the_bed_is_given_up_when_the_referral_is_taken() -> None:
    beds = {"kind": "ward", "beds": 1, "stay": "1 day"}
    town = Town({"beds": beds, "ucr": response(team="08:00-20:00=1")}, {"beds": {"ready": "ucr"}})
    who = town.send("beds", at=22)
    town.run()
    assert town.visit(who, "beds").left == DAY + 22
    assert town.visit(who, "ucr").started == 2 * DAY + 8


# -- turned away -------------------------------------------------------------------------------------------


def test_beyond_the_acceptance_limit_referrals_are_declined_and_fall_back() -> None:
    town = Town(
        {"ucr": response(acceptance_limit=1), "ed": {"kind": "ward", "beds": 9, "stay": "1 hour"}},
        {"ucr": {"declined": "ed"}},
    )
    seen, waits, declined = (town.send("ucr", at=hour) for hour in (9, 9.1, 9.2))
    later = town.send("ucr", at=10.5)
    town.run()
    assert town.visit(seen, "ucr").started == 9
    assert town.visit(waits, "ucr").started == 10
    assert town.visit(declined, "ucr").outcome == "declined"
    assert town.visit(declined, "ucr").accepted is None
    assert town.visit(declined, "ed").accepted == 9.2
    assert town.visit(later, "ucr").started == 11  # nobody waited any more


def test_with_a_limit_of_none_waiting_a_free_team_still_takes_referrals() -> None:
    town = Town({"ucr": response(acceptance_limit=0)})
    first, second = town.send("ucr", at=9), town.send("ucr", at=9.5)
    town.run()
    assert town.visit(first, "ucr").outcome == "kept_at_home"
    assert town.visit(second, "ucr").outcome == "declined"


def test_follow_ups_do_not_count_towards_the_acceptance_limit() -> None:
    settings = response(acceptance_limit=1, **FOLLOWED | {"follow_ups": "1"})
    town = Town({"ucr": settings})
    followed = [town.send("ucr", at=hour) for hour in (9, 10.5, 12)]  # due again on day 1
    blocker = town.send("ucr", at=DAY + 9.9)  # with the team while all three fall due
    waiting = town.send("ucr", at=DAY + 10.8)
    town.run()
    assert [town.visit(who, "ucr").outcome for who in (*followed, blocker, waiting)] == ["kept_at_home"] * 5


@pytest.mark.parametrize(("hour", "outcome"), [(7.9, "shut"), (8, "kept_at_home"), (20, "shut")])
def test_referrals_are_taken_in_hours_only(hour: float, outcome: str) -> None:
    town = Town({"ucr": response(hours="08:00-20:00")})
    who = town.send("ucr", at=hour)
    assert town.run().visit(who, "ucr").outcome == outcome


def test_a_referral_made_in_hours_is_seen_after_them() -> None:
    town = Town({"ucr": response(hours="08:00-20:00", team="08:00-22:00=1", visit="90 min")})
    town.send("ucr", at=19)
    who = town.send("ucr", at=19.5)
    assert town.run().visit(who, "ucr").started == 20.5


# -- follow-ups --------------------------------------------------------------------------------------------


def test_those_kept_at_home_are_visited_again_after_each_gap() -> None:
    town = Town({"ucr": response(**FOLLOWED)})
    who = town.send("ucr", at=9)
    visit = town.run().visit(who, "ucr")
    assert visit.finished == 10  # the end of the first visit
    assert visit.left == 10 + 24.5 + 24.5


def test_a_follow_up_takes_a_team_member() -> None:
    town = Town({"ucr": response(**FOLLOWED)})
    town.send("ucr", at=9)  # due again at 10:00 on day 1, until 10:30
    who = town.send("ucr", at=DAY + 10.25)
    assert town.run().visit(who, "ucr").started == DAY + 10.5


def test_first_visits_come_before_follow_ups() -> None:
    town = Town({"ucr": response(two_hour="0%", **FOLLOWED)})
    followed = town.send("ucr", at=9)  # due again at 10:00 on day 1
    town.send("ucr", at=DAY + 9.5)  # until 10:30
    two_day = town.send("ucr", at=DAY + 10.4)
    town.run()
    assert town.visit(two_day, "ucr").started == DAY + 10.5
    assert town.visit(followed, "ucr").left == DAY + 12 + 24.5  # first follow-up 11:30 to 12:00


def test_follow_ups_wait_for_the_shift() -> None:
    settings = response(team="08:00-16:00=1", **FOLLOWED | {"follow_up_gap": "12 hours", "follow_ups": "1"})
    town = Town({"ucr": settings})
    who = town.send("ucr", at=9)
    assert town.run().visit(who, "ucr").left == DAY + 8.5


def test_only_those_kept_at_home_are_followed_up() -> None:
    town = Town({"ucr": response(outcome="virtual_ward", **FOLLOWED)})
    who = town.send("ucr", at=9)
    visit = town.run().visit(who, "ucr")
    assert (visit.outcome, visit.left) == ("virtual_ward", 10)


def test_each_follow_up_has_luck_of_its_own() -> None:
    gap = {"mean": "1 day", "sd": "12 hours"}
    town = Town({"ucr": response(follow_ups="3", follow_up_gap=gap, follow_up_visit="30 min")})
    who = town.send("ucr", at=0)
    visit = town.run().visit(who, "ucr")
    gaps = [town["ucr"].follow_up_gap.at(town.patients[who], repeat) / 60 for repeat in range(3)]
    assert len(set(gaps)) == 3
    assert visit.left == pytest.approx(1 + sum(gaps) + 3 * 0.5)


def test_the_number_of_follow_ups_follows_the_mix() -> None:
    mix = {"0": "50%", "1": "25%", "2": "rest"}
    town = Town({"ucr": response(team="unlimited", **FOLLOWED | {"follow_ups": mix})})
    for _ in range(4000):
        town.send("ucr", at=0)
    town.run()
    numbers = (town.column("left") - 60) / (24.5 * 60)
    assert [(numbers.round() == n).mean() for n in range(3)] == pytest.approx([0.5, 0.25, 0.25], abs=0.03)


# -- what follows ------------------------------------------------------------------------------------------


def test_outcomes_lead_to_their_services() -> None:
    ward = {"kind": "ward", "beds": 9, "stay": "1 hour"}
    by_age = {
        "by": "age",
        "85+": "virtual_ward",
        "75-84": "same_day",
        "65-74": "conveyed",
        "otherwise": "kept_at_home",
    }
    town = Town(
        {"ucr": response(team="9", outcome=by_age), "vw": ward, "sdec": ward, "ed": ward},
        {"ucr": {"virtual_ward": "vw", "same_day": "sdec", "conveyed": "ed"}},
    )
    ages = {"85+": "vw", "75-84": "sdec", "65-74": "ed"}
    patients = {age: town.send("ucr", at=9, age=age) for age in ages}
    home = town.send("ucr", at=9, age="18-64")
    town.run()
    assert {age: town.path(who)[-1] for age, who in patients.items()} == ages
    assert town.path(home) == ["ucr"]


def test_alternatives_are_tried_for_those_who_would_be_conveyed() -> None:
    by_age = {"by": "age", "85+": "conveyed", "otherwise": "kept_at_home"}
    town = Town(
        {
            "ucr": response(team="9", outcome=by_age),
            "vw": {"kind": "virtual_ward", "places": 1, "stay": "5 days"},
            "ed": {"kind": "ward", "beds": 9, "stay": "1 hour"},
        },
        {"ucr": {"conveyed": "ed"}},
        {"ucr.outcome": [{"to": "vw"}]},
    )
    home = town.send("ucr", at=8)
    taken, full = town.send("ucr", at=9, age="85+"), town.send("ucr", at=10, age="85+")
    town.run()
    assert town.path(home) == ["ucr"]
    assert town.path(taken) == ["ucr", "vw"]
    assert town.visit(taken, "ucr").outcome == "alternative"
    assert town.path(full) == ["ucr", "ed"]


# -- for alternatives, the load check and the reader of messages -------------------------------------------


def test_there_is_room_in_hours_up_to_the_limit() -> None:
    town = Town({"ucr": response(hours="08:00-20:00", acceptance_limit=1)})
    who = town.send("ucr", at=9)
    town.send("ucr", at=9.5)
    rooms = {}
    for hour in (7, 8.5, 9.25, 9.75, 10.5, 20.5):
        town.at(hour * 60, lambda hour=hour: rooms.update({hour: town["ucr"].has_room(town.patients[who])}))
    town.run()
    assert rooms == {7: False, 8.5: True, 9.25: True, 9.75: False, 10.5: True, 20.5: False}


def test_the_expected_use_of_the_team_counts_travel_and_follow_ups_of_those_kept_at_home() -> None:
    settings = response(
        travel="30 min",
        outcome={"kept_at_home": "80%", "conveyed": "rest"},
        **FOLLOWED | {"follow_ups": {"0": "50%", "2": "rest"}},
    )
    expected = UrgentCommunityResponseSpec.model_validate(settings).expect(flow_of(per_day=24))
    assert expected.loads["team"] == pytest.approx(1.5 + 0.8 * 1.0 * 0.5)
    assert expected.outcomes["conveyed"].total == pytest.approx(24 * 0.2)
    assert expected.outcomes["kept_at_home"].total == pytest.approx(24 * 0.8)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            {"outcome": {"kept_at_home": "80%", "conveyd": "20%"}},
            "conveyd is not a value of outcome. Did you mean conveyed?",
        ),
        (FOLLOWED | {"follow_ups": {"some": "100%"}}, "some is not a number of visits from 0 to 30"),
        ({"follow_ups": "1"}, "there are follow-up visits: give follow_up_gap and follow_up_visit too"),
    ],
)
def test_wrong_settings_are_named(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says.replace("?", r"\?")):
        spec_of(response(**settings))
