"""Changes over dates: when each holds and how strongly, by hand; a plan taken apart into its changes."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.errors import InputError
from flowsim.scenario import Scenario, load
from flowsim.scenario.dated import Dated, When, lay, moments, multiplied_signed, parse_when, value_at
from flowsim.scenario.describe import backing
from flowsim.scenario.parts import parts, with_parts

if TYPE_CHECKING:
    from messages.desk import Desk

pytest_plugins = ("messages.desk",)
START = date(2026, 11, 2)
DAY = 1440.0


def when(**settings: Any) -> When:
    found = parse_when({key.rstrip("_"): value for key, value in settings.items()})
    assert found is not None
    return found


class TestWhen:
    def test_a_step_holds_from_its_first_moment_to_its_last(self) -> None:
        assert when(from_="2026-11-03", to="2026-11-05").pieces(START) == ((DAY, 4 * DAY, 1.0),)
        assert when(from_="2026-11-03 06:30").pieces(START) == ((DAY + 390, math.inf, 1.0),)
        assert when(to="2026-11-01T12:00").pieces(START) == ((-math.inf, -720, 1.0),)
        assert when(from_="2026-11-03", to="2026-11-03").pieces(START) == ((DAY, 2 * DAY, 1.0),)

    def test_a_ramp_rises_by_a_step_each_day_and_stays(self) -> None:
        pieces = when(from_="2026-11-03", to="2026-11-06", shape="ramp").pieces(START)
        assert pieces == (
            (1 * DAY, 2 * DAY, 0.125),
            (2 * DAY, 3 * DAY, 0.375),
            (3 * DAY, 4 * DAY, 0.625),
            (4 * DAY, 5 * DAY, 0.875),
            (5 * DAY, math.inf, 1.0),
        )
        short = when(from_="2026-11-03 00:00", to="2026-11-03 06:00", shape="ramp").pieces(START)
        assert short == ((DAY, 2 * DAY, 0.5), (2 * DAY, math.inf, 1.0))

    def test_a_wave_is_whole_at_its_peak_and_half_at_half_its_width(self) -> None:
        wave = when(peak="2026-12-01", width="10 days")
        assert wave.shape == "wave"
        strengths = {round(begin / DAY): strength for begin, _, strength in wave.pieces(START)}
        assert strengths[29] == 1  # 1 December is 29 days after 2 November
        assert strengths[24] == strengths[34] == pytest.approx(0.5)
        assert strengths[19] == pytest.approx(0.5**4)
        assert all(end - begin == DAY for begin, end, _ in wave.pieces(START))
        last = max(strengths) - 29
        assert 0.5 ** ((last - 1) ** 2 / 25) > 0.01 >= 0.5 ** (last**2 / 25)

    def test_a_wave_may_be_cut_at_either_side(self) -> None:
        cut = when(peak="2026-12-01", width="10 days", from_="2026-11-30 12:00", to="2026-12-02").pieces(
            START
        )
        assert [(begin / DAY, end / DAY) for begin, end, _ in cut] == [(28.5, 29), (29, 30), (30, 31)]

    @given(st.integers(1, 60), st.integers(0, 40))
    def test_a_wave_is_the_same_before_and_after_its_peak(self, width: int, days: int) -> None:
        pieces = when(peak="2026-12-01", width=f"{width} days").pieces(START)
        strength = {round(begin / DAY) - 29: s for begin, _, s in pieces}
        assert strength.get(days) == strength.get(-days)
        if days in strength:
            assert strength[days] == pytest.approx(0.5 ** ((2 * days / width) ** 2))

    @pytest.mark.parametrize(
        ("settings", "told"),
        [
            ({"shape": "hill", "from": "2026-11-03"}, "shape: hill is not a shape: use step, ramp, wave"),
            ({"shape": "wave", "peak": "2026-11-03"}, "shape: a wave needs peak and width"),
            ({"shape": "wave", "width": "3 days"}, "shape: a wave needs peak and width"),
            ({"shape": "ramp", "to": "2026-11-03"}, "shape: a ramp needs from and to"),
            (
                {"shape": "ramp", "from": "2026-11-03", "to": "2026-11-05", "width": "3 days"},
                "width: only a wave has a width: write shape: wave",
            ),
            ({"from": "2026-11-03", "to": "2026-11-02"}, "to: 2026-11-02 is not after from, 2026-11-03"),
            (
                {"from": "2026-11-03 08:00", "to": "2026-11-03 08:00"},
                "to: 2026-11-03 08:00 is not after from, 2026-11-03 08:00",
            ),
            ({"from": "3/11/2026"}, "from: 3/11/2026 is not written year-month-day: write 2026-11-03"),
            ({"from": "2026-11-31"}, "from: 2026-11-31 is a day that does not exist"),
            ({"from": "2026-11-03 eight"}, "from: 2026-11-03 eight is not a date"),
            ({"from": None}, "from: None is not a date: write year-month-day, such as 2026-11-02"),
            (
                {"peak": "2026-11-03", "width": "1 hour"},
                "width: a wave lasts a day or more: the width is the time it is above half its peak",
            ),
            (
                {"peak": "2026-11-03", "width": "wide"},
                "width: wide is not a length of time: write 45 min, 6 hours or 2 days",
            ),
        ],
    )
    def test_dates_that_make_no_sense(self, settings: dict[str, Any], told: str) -> None:
        with pytest.raises(ValueError, match=r".") as caught:
            parse_when(settings)
        assert str(caught.value) == told

    def test_without_a_date_there_is_none(self) -> None:
        assert parse_when({"add": 3, "source": "x"}) is None
        assert when(peak="2026-11-03", width="1 day").width == DAY
        assert when(from_=date(2026, 11, 3)).first == datetime(2026, 11, 3)


def change(verb: str, amount: Any, *path: str, whole: bool = False, **settings: Any) -> Dated:
    return Dated(("services", "w", *path), verb, amount, when(**settings) if settings else When(), whole)


class TestStrength:
    @pytest.mark.parametrize(
        ("verb", "amount", "strength", "value", "result"),
        [
            ("multiply", 1.5, 1, 20, 30),
            ("multiply", 1.5, 0.5, 20, 25),
            ("multiply", 0, 0.25, 20, 15),
            ("multiply", 2, 0, 20, 20),
            ("add", 8, 0.25, 20, 22),
            ("add", 8, 1, 20, 28),
            ("add", "-2 hours", 0.5, "6 hours", "5 hours"),
            ("add", "2 hours", 0.5, "6 hours", "7 hours"),
            ("add", "10%", 0.5, "50%", "55%"),
            ("add", 3, 0.5, "08:00-16:00=4", {"default": "08:00-16:00=4", "then": [{"add": 2}]}),
            ("add", 3, 0.5, {"weekday": 4}, {"weekday": 4, "then": [{"add": 2}]}),
            ("set", 40, 0.5, 20, 30),
            ("set", 40, 1, 20, 40),
            ("set", "leave", 1, "ward", "leave"),
            ("set", 40, -0.5, 20, 20),
        ],
    )
    def test_what_a_change_makes_of_a_value(
        self, verb: str, amount: Any, strength: float, value: Any, result: Any
    ) -> None:
        assert change(verb, amount).applied(value, strength) == result

    def test_part_of_an_amount_below_zero(self) -> None:
        assert multiplied_signed("-6 hours", 0.5) == "-3 hours"
        assert multiplied_signed(" - 6 hours", 0.5) == "-3 hours"
        assert multiplied_signed(-6, 0.5) == -3

    def test_values_at_the_edges_of_a_piece_and_in_order(self) -> None:
        first = change("add", 10, "beds", from_="2026-11-03", to="2026-11-04")
        then = change("multiply", 2, "beds", from_="2026-11-04")
        laid = lay([first, then], START)
        beds = [
            value_at({"beds": 5}, laid, minute)["beds"]
            for minute in (DAY - 1, DAY, 2 * DAY, 3 * DAY - 1, 3 * DAY)
        ]
        assert beds == [5, 15, 30, 30, 10]
        assert moments(laid, 0, 10 * DAY) == [0, DAY, 2 * DAY, 3 * DAY]
        assert moments(laid, DAY, 3 * DAY) == [DAY, 2 * DAY]
        assert [each.strength(DAY) for each in laid] == [1, 0]

    def test_only_what_the_path_leads_to_is_changed(self) -> None:
        tree = {
            "areas": {"a": {"n": 1}, "b": {"n": 2}},
            "options": [{"to": "x", "share": "10%"}, {"to": "y"}],
        }
        laid = lay([change("add", 4, "areas", "b", "n"), change("add", "5%", "options", "0", "share")], START)
        assert value_at(tree, laid, 0) == {
            "areas": {"a": {"n": 1}, "b": {"n": 6}},
            "options": [{"to": "x", "share": "15%"}, {"to": "y"}],
        }
        assert tree["areas"]["b"] == {"n": 2}  # type: ignore[index, call-overload]

    @given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), min_size=1, max_size=4))
    def test_changes_of_one_kind_add_up_whatever_their_order(self, steps: list[tuple[int, int]]) -> None:
        changes = [change("add", n, "beds", from_=f"2026-12-{day + 1:02}") for day, n in steps]
        for day in (0, 10, 30):
            minute = (29 + day) * DAY
            expected = 5 + sum(n for begin, n in steps if begin <= day)
            for order in (changes, changes[::-1]):
                assert value_at({"beds": 5}, lay(order, START), minute) == {"beds": expected}


class TestParts:
    QUICKER = (
        "services: {hot_clinic: {service: {mean: 15 min, sd: 10 min}}}\ndemand: {admissions: {per_day: 3}}\n"
    )
    PLAN = """
    include: [quicker_care.yaml]
    services:
      third_ward: {kind: ward, beds: 5, stay: 2 days}
      frailty_ward: {turnaround: 2 hours}
    pathways: {third_ward: {otherwise: leave}, hot_clinic: {referred: third_ward}}
    targets: {x: 3}
    seed: 7
    change:
      services.*_ward.beds: {add: 2}
      services.hot_clinic.clinicians: {add: 1, from: 2026-12-01}
    surges:
      flu: {from: 2026-12-01, change: {demand.*.per_day: {multiply: 1.1}}}
      snow: {label: Snow and ice, from: 2027-01-10, change: {demand.referrals.per_day: {multiply: 0.5}}}
    """

    @pytest.fixture
    def plan(self, desk: Desk) -> Scenario:
        desk.write(quicker_care_yaml=self.QUICKER)
        return desk.load(self.PLAN)

    def test_what_stands_on_one_line_or_in_one_file_is_one_change(self, plan: Scenario) -> None:
        found = {part.name: part for part in parts(load("base.yaml"), plan)}
        assert set(found) == {
            "quicker_care",  # a file
            "services.third_ward",  # a new entry
            "services.frailty_ward.turnaround",
            "pathways.*",  # two on one line
            "services.*_ward.beds",  # one entry of change
            "services.hot_clinic.clinicians",  # a dated one
            "flu",
            "Snow and ice",
        }
        assert found["services.*_ward.beds"].paths == (
            ("services", "medical_ward", "beds"),
            ("services", "frailty_ward", "beds"),
        )
        (dated,) = found["services.hot_clinic.clinicians"].dated
        assert (dated.verb, dated.amount) == ("add", 1)
        assert found["flu"].paths == (("surges", "flu"),)

    def test_all_changes_together_are_the_plan_and_none_are_the_base(self, plan: Scenario) -> None:
        base = load("base.yaml")
        whole = with_parts(base, plan, parts(base, plan), "whole")
        assert (whole.digest, whole.name) == (plan.digest, "whole")
        assert with_parts(base, plan, [], "none").digest == base.digest
        assert parts(base, base) == []
        assert parts(plan, whole) == []

    def test_one_change_alone_leaves_the_rest_as_in_the_base(self, plan: Scenario) -> None:
        base = load("base.yaml")
        found = {part.name: part for part in parts(base, plan)}
        snow = with_parts(base, plan, [found["Snow and ice"]], "snow")
        assert [change.label for change in backing(snow).dated] == ["surge snow"]
        assert snow.services == base.services
        beds = with_parts(base, plan, [found["services.*_ward.beds"]], "beds")
        assert [beds.services[name].beds for name in ("medical_ward", "frailty_ward")] == [30, 22]
        assert backing(beds).dated == []

    def test_a_change_that_needs_another_is_told_with_the_reason(self, plan: Scenario) -> None:
        base = load("base.yaml")
        found = {part.name: part for part in parts(base, plan)}
        with pytest.raises(InputError) as caught:
            with_parts(base, plan, [found["services.third_ward"]], "ward")
        (problem,) = caught.value.problems
        assert problem.message.startswith(
            "services.third_ward cannot be tried without the other changes. Nothing says"
        )
        assert problem.hint == (
            "Write changes that belong together in a file of their own, and"
            " include it: they are then one change."
        )
