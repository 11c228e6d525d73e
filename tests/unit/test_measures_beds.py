"""Beds, stays and discharges on a timetable: who straddles the warm-up and the end, and what a stay is.

Day 0 to 9 are the warm-up; the collection period is the 40 days from day 10 to the end of day 49.
"""

from functools import cache
from math import isnan, nan

import numpy as np
import pytest

from hand_made import HandMade
from visit_table import Measures, of_system, timetable

SERVICES = {
    "acute": {"kind": "ward", "site": "north"},
    "surgical": {"kind": "ward", "site": "south"},
    "icu": {"kind": "ward", "site": "north", "counts_as": "critical_care"},
    "cottage": {"kind": "ward", "site": "south", "counts_as": "community"},
    "ed": {"kind": "emergency_department", "site": "north"},
}
DAYS = 40
STAYS = """
who  service  outcome   from     arrived  accepted assessed started  finished left
# over before the period
abe  acute    ready     -        1/00:00  1/00:00  -        1/00:00  4/00:00  5/00:00
# straddles the warm-up: 12 days from day 4, ready on day 14, gone on day 16
ann  acute    ready     -        4/00:00  4/00:00  -        4/00:00  14/00:00 16/00:00
# asked on day 11, given a bed on day 12 (in another ward than wanted), 8 days, ready for the last two
bob  acute    ready     -        11/00:00 12/00:00 12/00:00 12/00:00 18/00:00 20/00:00
# critical care and then a ward: one stay of 30 days
cid  icu      moved_on  -        12/00:00 12/00:00 -        12/00:00 15/00:00 16/00:00
cid  surgical ready     icu      15/00:00 16/00:00 -        16/00:00 42/00:00 42/12:00
# elective, two days; and one that was cancelled, and one that was refused
dot  surgical ready     -        20/00:00 20/00:00 -        20/00:00 22/00:00 22/00:00
eve  surgical cancelled -        20/00:00 -        -        -        -        20/00:00
fay  acute    refused   -        21/00:00 -        -        -        -        21/00:00
# a community bed is no acute stay
gus  cottage  ready     -        12/00:00 12/00:00 -        12/00:00 30/00:00 32/00:00
# back within 30 days of day 20, and of nobody else
bob  acute    ready     -        40/00:00 40/00:00 -        40/00:00 41/00:00 41/06:00
# still there at the end: 25 days, not ready; ready since noon of day 48; and waiting for a bed since day 49
hal  acute    -         -        25/00:00 25/00:00 -        25/00:00 -        -
ida  surgical ready     -        45/00:00 45/00:00 -        45/00:00 48/12:00 -
jon  acute    -         -        49/00:00 -        -        -        -        -
"""
PEOPLE = {
    "bob": {"age": "85+", "fifth": "1", "pathway": "1"},
    "dot": {"route": "elective"},
    "eve": {"route": "elective"},
    "ida": {"pathway": "2"},
    "cid": {"pathway": "3", "place": "west"},
}


@cache
def measured() -> Measures:
    return timetable(SERVICES, STAYS, PEOPLE, warm_up=10, days=DAYS).measures()


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("admissions", 6 / DAYS),  # bob twice, cid, dot, hal, ida
        ("admissions_elective", 1 / DAYS),
        # ended in the period: ann 12, bob 8 and 1.25, cid 30.5, dot 2
        ("stay_mean", (12 + 8 + 1.25 + 30.5 + 2) / 5),
        ("stay_median", 8),
        ("stay_p90", 12 + 0.6 * 18.5),
        ("stay_overnight_mean", (12 + 8 + 1 + 30) / 4),  # nights; without the elective patient
        # ended by day 20: ann and bob, who is back after 20 days
        ("readmissions", 1 / 2),
        # bed days in the period: ann 6, bob 8 and 1.25, cid 30.5, dot 2, hal 25, ida 5: 77.75
        # beyond 7 days: ann 5 (from day 11), bob 1, cid 23.5, hal 18
        ("beds_over_7_days", (5 + 1 + 23.5 + 18) / 77.75),
        ("beds_over_14_days", (0 + 16.5 + 11) / 77.75),
        ("beds_over_21_days", (9.5 + 4) / 77.75),
        ("patients_over_21_days", (9.5 + 4) / DAYS),
        # given a bed in the period: bob twice, cid twice, dot, gus, hal, ida
        ("outliers", 1 / 8),
        ("electives_cancelled", 1 / DAYS),
        ("electives_cancelled_share", 1 / 2),
        # bob a day, cid (in critical care) a day, jon a day
        ("waiting_for_bed", 3 / DAYS),
        # ready and gone in the period: ann, bob twice, cid, dot, gus
        ("discharges", 6 / DAYS),
        ("discharges_pathway_0", 3 / DAYS),  # ann dot gus
        ("discharges_pathway_1", 2 / DAYS),
        ("discharges_pathway_2", 0.0),
        ("discharges_pathway_3", 1 / DAYS),
        # days from ready to leaving, in dates: ann 2, bob 2 and 0, cid 0, dot 0, gus 2
        ("delayed", 3 / 6),
        ("delay_mean", 2),
        ("delay_all_mean", 1),
        ("bed_days_after_ready", 6 / DAYS),
        ("delayed_over_7_days", 0),
        # bed days ready: ann 2, bob 2 and 0.25, cid 0.5, gus 2, ida 1.5
        ("discharge_ready", 8.25 / DAYS),
        ("discharge_ready_share", 8.25 / (77.75 + 20)),  # gus's community bed is a ward bed
        # midnights after being ready, the one on which a bed is given up included: ann those of days 15 and
        # 16, bob those of 19 and 20, gus of 31 and 32, ida of 49 and 50
        ("discharge_ready_at_midnight", (2 + 2 + 2 + 2) / DAYS),
    ],
)
def test_of_the_whole_system(measure: str, expected: float) -> None:
    assert of_system(measured(), measure) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("measure", "level", "group", "expected"),
    [
        ("admissions", "site", "north", 4 / DAYS),  # cid's stay began in critical care
        ("admissions", "age", "85+", 2 / DAYS),
        ("admissions", "service", "icu", 1 / DAYS),
        ("admissions", "route", "elective", 1 / DAYS),
        ("stay_mean", "service", "surgical", (30.5 + 2) / 2),  # put down to the last ward
        ("stay_mean", "service", "icu", nan),
        ("stay_mean", "fifth", "1", (8 + 1.25) / 2),
        ("stay_median", "site", "south", (30.5 + 2) / 2),
        ("readmissions", "age", "85+", 1.0),
        ("readmissions", "age", "18-64", 0.0),
        ("beds_over_21_days", "site", "north", 4 / (6 + 8 + 1.25 + 4 + 25)),
        ("discharges", "discharge_pathway", "0", 3 / DAYS),
        ("discharges_by_pathway", "discharge_pathway", "1", 2 / 6),
        ("discharges_by_pathway", "discharge_pathway", "2", 0.0),
        ("discharge_ready", "discharge_pathway", "2", 1.5 / DAYS),
        ("discharge_ready", "residence", "west", 0.5 / DAYS),
        ("delayed", "discharge_pathway", "3", 0.0),
        ("delay_mean", "discharge_pathway", "1", 2.0),
        ("bed_days_after_ready", "discharge_pathway", "0", 4 / DAYS),
        ("discharges_by_hour", "hour", "00", 4 / 6),
        ("discharges_by_hour", "hour", "06", 1 / 6),
        ("discharges_by_hour", "hour", "12", 1 / 6),
        ("discharges_pathway_1", "service", "acute", 2 / DAYS),
    ],
)
def test_by_group(measure: str, level: str, group: str, expected: float) -> None:
    assert measured()[measure, level, group] == pytest.approx(expected, nan_ok=True)


def stay(accepted: str, finished: str, left: str, days: float = 40, **person: str) -> HandMade:
    text = f"""
    who service outcome arrived accepted finished left
    ann acute ready {accepted} {accepted} {finished} {left}
    """
    return timetable(SERVICES, text, {"ann": person}, warm_up=10, days=days)


class TestWhenADelayIsOfADay:
    @pytest.mark.parametrize(
        ("ready", "left", "days"),
        [
            ("15/00:00", "15/23:59", 0),
            ("15/23:59", "16/00:00", 1),  # another date, a minute later
            ("15/00:00", "16/23:59", 1),
            ("15/12:00", "22/11:00", 7),
            ("15/12:00", "29/11:00", 14),
            ("15/12:00", "36/11:00", 21),
        ],
    )
    def test_from_date_to_date(self, ready: str, left: str, days: int) -> None:
        found = stay("12/00:00", ready, left).measures()
        assert of_system(found, "delay_all_mean") == days
        assert of_system(found, "delayed") == (1 if days else 0)
        assert [of_system(found, f"delayed_over_{n}_days") for n in (7, 14, 21)] == [
            float(days >= n) for n in (7, 14, 21)
        ]
        assert isnan(of_system(found, "delay_mean")) == (days == 0)

    @pytest.mark.parametrize(
        ("ready", "left", "midnights"),
        [
            ("15/00:01", "15/23:59", 0),
            ("15/23:59", "16/00:01", 1),
            ("15/00:00", "16/12:00", 1),  # ready at midnight is not ready before it
            ("8/12:00", "12/12:00", 2),  # from the warm-up: those that begin days 11 and 12
            ("48/12:00", "-", 2),  # the run ends at a midnight
        ],
    )
    def test_in_bed_at_midnight(self, ready: str, left: str, midnights: int) -> None:
        found = stay("7/00:00", ready, left).measures()
        assert of_system(found, "discharge_ready_at_midnight") == pytest.approx(midnights / DAYS)


class TestWhenPatientsLeave:
    @pytest.mark.parametrize(
        ("left", "noon", "weekend"),
        [
            ("11/11:59", 1, 0),  # day 0 is a Monday, so day 11 is a Friday
            ("11/12:00", 0, 0),
            ("11/23:59", 0, 0),
            ("12/00:00", 1, 1),
            ("13/23:59", 0, 1),
            ("14/00:00", 1, 0),
        ],
    )
    def test_before_noon_and_at_the_weekend(self, left: str, noon: int, weekend: int) -> None:
        found = stay("10/00:00", "10/12:00", left).measures()
        assert of_system(found, "discharges_before_noon") == noon
        assert of_system(found, "discharges_at_weekend") == weekend

    @pytest.mark.parametrize(("left", "counts"), [("9/23:59", 0), ("10/00:00", 1), ("50/00:00", 1), ("-", 0)])
    def test_who_leaves_in_the_period_counts_whenever_the_stay_began(self, left: str, counts: int) -> None:
        found = stay("5/00:00", "9/00:00", left).measures()
        assert of_system(found, "discharges") == counts / DAYS
        assert of_system(found, "stay_mean") == pytest.approx(
            {"10/00:00": 5, "50/00:00": 45}.get(left, nan), nan_ok=True
        )

    def test_who_moves_on_is_not_discharged(self) -> None:
        text = """
        who service outcome arrived accepted finished left
        ann acute moved_on 11/00:00 11/00:00 12/00:00 12/00:00
        """
        found = timetable(SERVICES, text, warm_up=10, days=5).measures()
        assert of_system(found, "discharges") == 0
        assert of_system(found, "discharge_ready") == 0
        assert isnan(found["discharges_by_hour", "hour", "00"])


class TestComingBack:
    """Two stays of one patient; the first ends on day 12."""

    @pytest.mark.parametrize(
        ("again", "share"),
        [("12/00:01", 1 / 2), ("42/00:00", 1 / 2), ("42/00:01", 0.0)],
    )
    def test_within_thirty_days(self, again: str, share: float) -> None:
        gone = f"{int(again[:2]) + 1}/00:00"
        text = f"""
        who service outcome arrived accepted finished left
        ann acute ready 10/00:00 10/00:00 12/00:00 12/00:00
        ann surgical ready {again} {again} {gone} {gone}
        """
        found = timetable(SERVICES, text, warm_up=10, days=80).measures()
        assert of_system(found, "readmissions") == share

    @pytest.mark.parametrize(("days", "share"), [(32.0, 0.0), (31.99, nan)])
    def test_if_thirty_days_of_the_run_follow(self, days: float, share: float) -> None:
        found = stay("10/00:00", "12/00:00", "12/00:00", days=days).measures()
        assert of_system(found, "readmissions") == pytest.approx(share, nan_ok=True)

    def test_a_move_is_not_coming_back(self) -> None:
        text = """
        who service outcome from arrived accepted finished left
        ann icu moved_on - 10/00:00 10/00:00 11/00:00 12/00:00
        ann acute ready icu 11/00:00 12/00:00 14/00:00 14/00:00
        """
        found = timetable(SERVICES, text, warm_up=10, days=60).measures()
        assert of_system(found, "readmissions") == 0
        assert of_system(found, "admissions") == pytest.approx(1 / 60)
        assert of_system(found, "stay_mean") == 4

    def test_a_stay_that_was_refused_is_not_coming_back(self) -> None:
        text = """
        who service outcome arrived accepted left
        ann acute ready 10/00:00 10/00:00 12/00:00
        ann acute refused 14/00:00 - 14/00:00
        """
        assert timetable(SERVICES, text, warm_up=10, days=60).system("readmissions") == 0

    def test_a_chain_of_three_stays_is_followed_stay_by_stay(self) -> None:
        text = """
        who service outcome arrived accepted left
        ann acute ready 10/00:00 10/00:00 12/00:00
        bob acute ready 11/00:00 11/00:00 13/00:00
        ann acute ready 20/00:00 20/00:00 22/00:00
        ann acute ready 70/00:00 70/00:00 72/00:00
        """
        assert timetable(SERVICES, text, warm_up=10, days=100).system("readmissions") == 1 / 4


class TestLongStays:
    @pytest.mark.parametrize(
        ("accepted", "left", "beyond"),
        [
            ("10/00:00", "17/00:00", 0.0),
            ("10/00:00", "18/00:00", 1.0),
            ("5/00:00", "13/00:00", 1.0),  # days in the warm-up count towards the stay, not towards the beds
            ("1/00:00", "13/00:00", 3.0),
            ("41/00:00", "-", 2.0),
        ],
    )
    def test_days_beyond_the_seventh_inside_the_period(self, accepted: str, left: str, beyond: float) -> None:
        made = stay(accepted, accepted, left)
        start = max(int(accepted.split("/", maxsplit=1)[0]), 10)
        stop = 50 if left == "-" else int(left.split("/", maxsplit=1)[0])
        assert made.system("beds_over_7_days") == pytest.approx(beyond / (stop - start))

    def test_the_clock_of_a_stay_goes_on_in_the_next_ward(self) -> None:
        text = """
        who service outcome from arrived accepted finished left
        ann acute moved_on - 10/00:00 10/00:00 14/00:00 15/00:00
        ann surgical ready acute 14/00:00 15/00:00 19/00:00 19/00:00
        """
        found = timetable(SERVICES, text, warm_up=10, days=20).measures()
        assert of_system(found, "beds_over_7_days") == pytest.approx(2 / 9)
        assert found["beds_over_7_days", "service", "surgical"] == pytest.approx(2 / 4)
        assert found["beds_over_7_days", "service", "acute"] == 0


class TestOccupancy:
    """Two days after a day of warm-up, in pools of 10 and 20 beds."""

    @staticmethod
    def two_wards() -> HandMade:
        made = HandMade(SERVICES, warm_up=1440, horizon=2880)
        day = [6.0] * 12 + [10.0] * 12
        made.pool("acute", "beds", [0.0] * 24 + day + [9.96] * 24, 10, queue=[9.0] * 24 + [1.0] * 48)
        made.pool("surgical", "beds", [20.0] * 24 + [10.0] * 48, [20.0] * 48 + [10.0] * 24)
        made.pool("icu", "beds", 3, 4)
        made.pool("cottage", "beds", 1, 100)
        made.pool("ed", "majors", 5, 10)
        return made

    @pytest.mark.parametrize(
        ("measure", "level", "group", "expected"),
        [
            ("bed_occupancy", "service", "acute", (8 + 9.96) / 20),
            ("bed_occupancy", "service", "surgical", 20 / 30),
            (
                "bed_occupancy",
                "system",
                "",
                (8 + 9.96 + 20) / 50,
            ),  # critical care and the cottage are not in it
            ("beds_occupied", "system", "", (8 + 9.96 + 20) / 2),
            ("beds_open", "system", "", 25.0),
            ("beds_open", "site", "south", 15.0),
            ("critical_care_occupancy", "system", "", 0.75),
            # by day: acute 8 of 10, then 9.96 of 10; all of them 18 of 30 and 19.96 of 20
            ("days_over_92", "service", "acute", 1 / 2),
            ("days_over_95", "service", "acute", 1 / 2),
            ("days_over_100", "service", "acute", 1 / 2),
            ("days_over_92", "system", "", 1 / 2),
            ("days_over_100", "service", "surgical", 1 / 2),
            # by hour of day, noon to midnight: acute (10 + 9.96) of 20, all (10 + 9.96 + 20) of 50
            ("bed_occupancy_peak", "service", "acute", 19.96 / 20),
            ("bed_occupancy_peak", "system", "", 39.96 / 50),
            ("utilisation", "pool", "surgical.beds", 20 / 30),
            ("units_busy", "pool", "acute.beds", (8 + 9.96) / 2),
            ("units_open", "pool", "surgical.beds", 15.0),
            ("pool_queue", "pool", "acute.beds", 1.0),
        ],
    )
    def test_figures(self, measure: str, level: str, group: str, expected: float) -> None:
        assert self.two_wards().measures()[measure, level, group] == pytest.approx(expected)

    @pytest.mark.parametrize(
        ("busy", "over"),
        [
            (92.0, (0, 0, 0)),
            (92.5, (1, 0, 0)),
            (95.0, (1, 0, 0)),
            (95.5, (1, 1, 0)),
            (99.4, (1, 1, 0)),
            (99.6, (1, 1, 1)),
        ],
    )
    def test_a_day_is_over_a_limit_when_its_mean_is_higher(self, busy: float, over: tuple[int, ...]) -> None:
        made = HandMade(SERVICES, horizon=1440)
        made.pool("acute", "beds", busy, 100)
        found = made.measures()
        assert tuple(of_system(found, f"days_over_{limit}") for limit in (92, 95, 100)) == over

    def test_a_ward_without_a_limit_is_left_out_of_occupancy_and_not_of_its_pool(self) -> None:
        made = self.two_wards()
        made.pool("surgical", "beds", 500, 1_000_000_000)
        found = made.measures()
        assert of_system(found, "bed_occupancy") == pytest.approx((8 + 9.96) / 20)
        assert isnan(found["utilisation", "pool", "surgical.beds"])
        assert isnan(found["units_open", "pool", "surgical.beds"])
        assert found["units_busy", "pool", "surgical.beds"] == 500

    def test_a_ward_closed_all_day_has_no_occupancy(self) -> None:
        made = HandMade(SERVICES, horizon=1440)
        made.pool("acute", "beds", 0, 0)
        found = made.measures()
        assert isnan(of_system(found, "bed_occupancy"))
        assert of_system(found, "days_over_92") == 0
        assert of_system(found, "beds_open") == 0

    def test_a_period_without_a_whole_day_has_means_and_no_days(self) -> None:
        made = HandMade(SERVICES, horizon=720)
        made.pool("acute", "beds", 5, 10)
        found = made.measures()
        assert of_system(found, "bed_occupancy") == 0.5
        assert ("days_over_92", "system", "") not in found
        assert ("bed_occupancy_peak", "system", "") not in found

    def test_a_part_of_a_day_at_the_end_is_in_the_mean_and_in_no_day(self) -> None:
        made = HandMade(SERVICES, horizon=1440 + 720)
        made.pool("acute", "beds", [5.0] * 24 + [10.0] * 12, 10)
        found = made.measures()
        assert of_system(found, "bed_occupancy") == pytest.approx((24 * 5 + 12 * 10) / 360)
        assert of_system(found, "days_over_92") == 0
        assert of_system(found, "bed_occupancy_peak") == 0.5


@pytest.mark.parametrize("outcome", ["ready", "moved_on"])
@pytest.mark.parametrize(("route", "counts"), [("elective", 1), ("walk_in", 0)])
def test_requests_for_elective_beds_are_those_of_elective_patients_from_outside(
    outcome: str, route: str, counts: int
) -> None:
    text = f"""
    who service outcome from arrived accepted left
    ann acute {outcome} - 11/00:00 11/00:00 12/00:00
    bob acute cancelled - 11/00:00 - 11/00:00
    cid acute cancelled surgical 11/00:00 - 11/00:00
    """
    people = {name: {"route": route} for name in ("ann", "bob", "cid")}
    found = timetable(SERVICES, text, people, warm_up=10, days=10).measures()
    assert of_system(found, "electives_cancelled") == pytest.approx(counts / 10)
    share = 1 / 2 if counts else np.nan
    assert of_system(found, "electives_cancelled_share") == pytest.approx(share, nan_ok=True)


def test_without_wards_nothing_is_said_of_beds_and_without_acute_ones_nothing_of_stays() -> None:
    ed = timetable({"ed": SERVICES["ed"]}, "who service outcome arrived left\nann ed home 1/08:00 1/09:00")
    assert not {"waiting_for_bed", "admissions", "discharges"} & {key[0] for key in ed.measures()}
    text = "who service outcome arrived accepted left\nann cottage ready 1/08:00 1/08:00 2/09:00"
    found = timetable({"cottage": SERVICES["cottage"]}, text).measures()
    assert ("admissions", "system", "") not in found
    assert of_system(found, "discharges") == 1 / 2
