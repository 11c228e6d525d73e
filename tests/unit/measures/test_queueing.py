"""The plain queueing measures and where time is spent, worked by hand."""

from math import isnan

import numpy as np
import pytest

from hand_made import HandMade

CLINIC = {"hub": {"kind": "clinic", "place": "east"}}


def three_patients() -> HandMade:
    """Waits 0, 30 and 90; care 60 each; the second is held 15; then one gives up, one finds it full."""
    made = HandMade(CLINIC)
    made.pathways = {"hub": {"done": "hub"}}
    made.visit("hub", "done", arrived=0, accepted=0, started=0, finished=60, left=60)
    made.visit("hub", "done", arrived=30, accepted=30, started=60, finished=120, left=135)
    made.visit("hub", "done", arrived=45, accepted=45, started=135, finished=195, left=195)
    made.visit("hub", "left", arrived=50, accepted=50, left=70)
    made.visit("hub", "full", arrived=55, left=55)
    return made


def of_hub(made: HandMade, measure: str) -> float:
    return made.measures()[measure, "service", "hub"]


class TestCounts:
    def test_everyone_is_counted_once(self) -> None:
        made = three_patients()
        counts = [of_hub(made, measure) for measure in ("arrivals", "served", "gave_up", "refused")]
        assert counts == [5, 3, 1, 1]
        assert of_hub(made, "refused_share") == 1 / 5
        assert of_hub(made, "still_inside") == 0

    def test_warm_up_does_not_count(self) -> None:
        made = HandMade(CLINIC, warm_up=1440)
        made.visit("hub", "done", arrived=1439, accepted=1439, started=1450, finished=1460, left=1460)
        made.visit("hub", "done", arrived=1440, accepted=1440, started=1445, finished=1460, left=1460)
        assert of_hub(made, "arrivals") == 1
        assert of_hub(made, "wait_mean") == 5
        assert of_hub(made, "mean_waiting") == pytest.approx((10 + 5) / 1440)

    def test_booked_for_after_the_end_is_not_here_yet(self) -> None:
        made = three_patients()
        made.visit("hub", arrived=2000, accepted=900)
        assert of_hub(made, "arrivals") == 5
        assert of_hub(made, "still_inside") == 0


class TestWaits:
    def test_of_those_served(self) -> None:
        made = three_patients()
        assert of_hub(made, "wait_mean") == 40
        assert of_hub(made, "wait_median") == 30
        assert of_hub(made, "wait_p90") == pytest.approx(30 + 0.8 * 60)
        assert of_hub(made, "waited") == pytest.approx(2 / 3)
        assert of_hub(made, "wait_over_15_minutes") == pytest.approx(2 / 3)
        assert of_hub(made, "wait_over_1_hour") == pytest.approx(1 / 3)

    def test_those_still_waiting_count_with_the_time_so_far(self) -> None:
        made = three_patients()
        made.visit("hub", arrived=1320, accepted=1320)
        assert of_hub(made, "wait_mean") == (0 + 30 + 90 + 120) / 4
        assert of_hub(made, "wait_over_1_hour") == 2 / 4
        assert of_hub(made, "wait_over_4_hours") == 0

    def test_a_kind_without_a_start_waits_to_be_accepted(self) -> None:
        made = HandMade(CLINIC)
        made.visit("hub", "done", arrived=0, accepted=20, finished=50, left=50)
        assert of_hub(made, "wait_mean") == 20
        assert of_hub(made, "time_in_service") == 30


class TestTimesAndNumbers:
    def test_times(self) -> None:
        made = three_patients()
        assert of_hub(made, "time_in_service") == 60
        assert of_hub(made, "time_blocked") == 5
        assert of_hub(made, "time_total") == (60 + 105 + 150 + 20 + 0) / 5

    def test_numbers_are_minutes_over_the_period(self) -> None:
        made = three_patients()
        assert of_hub(made, "mean_waiting") == pytest.approx((0 + 30 + 90 + 20) / 1440)
        assert of_hub(made, "mean_in_service") == pytest.approx(180 / 1440)
        assert of_hub(made, "mean_blocked") == pytest.approx(15 / 1440)
        assert of_hub(made, "mean_present") == pytest.approx((60 + 105 + 150 + 20) / 1440)

    def test_number_present_at_whole_hours(self) -> None:
        made = three_patients()
        # at 01:00 the first has gone: there are two to be served, and one who gives up at 70
        assert of_hub(made, "present_max") == 3
        assert of_hub(made, "present_median") == 0
        made.horizon = 180
        assert of_hub(made, "present_median") == pytest.approx(np.median([1, 3, 2, 1]))

    def test_pools(self) -> None:
        made = three_patients()
        made.pool("hub", "staff", [1] * 12 + [0] * 12, [2] * 12 + [0] * 12, [3] * 24)
        measures = made.measures()
        assert measures["utilisation", "pool", "hub.staff"] == 0.5
        assert measures["units_busy", "pool", "hub.staff"] == 0.5
        assert measures["units_open", "pool", "hub.staff"] == 1
        assert measures["pool_queue", "pool", "hub.staff"] == 3

    def test_a_pool_without_units_has_no_utilisation(self) -> None:
        made = three_patients()
        made.pool("hub", "rooms", 0, 0)
        assert isnan(made.measures()["utilisation", "pool", "hub.rooms"])


CHAIN = {
    "ed": {"kind": "emergency_department", "site": "north"},
    "virtual": {"kind": "virtual_ward", "place": "east"},
    "ward": {"kind": "ward", "site": "north"},
    "leaving": {"kind": "discharge", "site": "north"},
    "home_care": {"kind": "intermediate_care", "place": "east"},
}
PATHWAYS = {"ed": {"admit": "ward"}, "ward": {"ready": "leaving"}, "leaving": {"pathway_1": "home_care"}}
HOURS = 1 / 60


def chain() -> HandMade:
    """ED 0-100, then held 300 for a bed; ward 400-700; discharge planned by 760; home care at 1000."""
    made = HandMade(CHAIN)
    made.pathways = PATHWAYS
    who = made.visit("ed", "admit", arrived=0, accepted=0, started=40, finished=100, left=400)
    made.visit("ward", "ready", who, "ed", arrived=100, accepted=400, started=400, finished=700, left=1000)
    made.visit(
        "leaving", "pathway_1", who, "ward", arrived=700, accepted=700, started=720, finished=760, left=1000
    )
    made.visit(
        "home_care",
        "home",
        who,
        "leaving",
        arrived=760,
        accepted=1000,
        started=1000,
        finished=1100,
        left=1100,
    )
    return made


class TestWhereTimeIsSpent:
    def test_time_to_leave_for_home_is_not_held(self) -> None:
        made = HandMade(CHAIN)
        made.visit("ed", "home", arrived=0, accepted=0, started=0, finished=60, left=120)
        assert made.system("hours_blocked") == 0
        assert made.system("hours_in_care") == 2
        assert made.measures()["time_blocked", "service", "ed"] == 0

    def test_the_parts_add_up_to_all_time_in_the_system(self) -> None:
        made = chain()
        care, waiting, blocked = (made.system(f"hours_{part}") for part in ("in_care", "waiting", "blocked"))
        assert waiting == pytest.approx(40 * HOURS)
        assert care == pytest.approx((60 + 300 + 100) * HOURS)
        assert blocked == pytest.approx((300 + 300) * HOURS)
        assert care + waiting + blocked == pytest.approx(1100 * HOURS)
        assert made.system("blocked_share") == pytest.approx(600 / 1100)

    def test_planning_in_the_bed_is_the_wards_blocked_time(self) -> None:
        measures = chain().measures()
        assert measures["hours_blocked", "service", "ward"] == pytest.approx(300 * HOURS)
        assert measures["hours_in_care", "service", "leaving"] == 0

    def test_delay_belongs_to_the_one_waited_for(self) -> None:
        measures = chain().measures()
        assert measures["delay_caused", "service", "ward"] == pytest.approx(300 * HOURS)
        assert measures["delay_caused", "service", "leaving"] == pytest.approx(60 * HOURS)
        assert measures["delay_caused", "service", "home_care"] == pytest.approx(240 * HOURS)

    def test_links_name_the_place_that_is_held(self) -> None:
        measures = chain().measures()
        links = {group: value for (measure, _, group), value in measures.items() if measure == "blocked_by"}
        assert links == {
            "ed > ward": pytest.approx(300 * HOURS),
            "ward > leaving": pytest.approx(60 * HOURS),
            "ward > home_care": pytest.approx(240 * HOURS),
        }

    def test_a_refusal_on_the_way_holds_nothing(self) -> None:
        made = HandMade(CHAIN)
        made.pathways = PATHWAYS
        who = made.visit("ed", "admit", arrived=0, accepted=0, started=0, finished=100, left=400)
        made.visit("virtual", "refused", who, "ed", arrived=100, left=400)
        made.visit(
            "ward", "ready", who, "virtual", arrived=100, accepted=400, started=400, finished=700, left=700
        )
        measures = made.measures()
        links = {group: value for (measure, _, group), value in measures.items() if measure == "blocked_by"}
        assert links == {"ed > ward": pytest.approx(5), "ed > virtual": 0}
        assert measures["mean_waiting", "service", "virtual"] == 0
        assert measures["hours_waiting", "system", ""] == 0
        assert measures["hours_blocked", "system", ""] == pytest.approx(5)

    def test_waiting_at_home_for_the_first_service_holds_nothing(self) -> None:
        made = HandMade(CHAIN)
        made.visit("ward", "ready", arrived=0, accepted=240, started=240, finished=300, left=300)
        assert made.system("hours_waiting") == pytest.approx(4)
        assert made.system("delay_caused") == 0

    def test_still_held_at_the_end(self) -> None:
        made = HandMade(CHAIN)
        made.pathways = PATHWAYS
        who = made.visit("ed", "admit", arrived=1000, accepted=1000, started=1000, finished=1200)
        made.visit("ward", "", who, "ed", arrived=1200)
        assert made.system("hours_blocked") == pytest.approx(4)
        assert made.system("delay_caused") == pytest.approx(4)
