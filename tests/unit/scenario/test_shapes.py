"""Shapes of dated changes, worked out by hand: steps, ramps and waves; several at once; part of a change."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.scenario.dated import Dated, When, lay, moments, parse_when, value_at

START = date(2026, 11, 2)
DAY = 1440.0


def when(**settings: Any) -> When:
    found = parse_when({key.rstrip("_"): value for key, value in settings.items()})
    assert found is not None
    return found


def change(verb: str, amount: Any, *path: str, whole: bool = False, **dates: Any) -> Dated:
    return Dated(("services", "ward", *path), verb, amount, when(**dates), whole)


def strength(shape: When, day: float) -> float:
    (laid,) = lay([Dated((), "set", 0, shape)], START)
    return laid.strength(day * DAY)


class TestStep:
    def test_it_holds_from_its_first_minute_to_the_end_of_its_last_day(self) -> None:
        step = when(from_="2026-11-04", to="2026-11-05")
        assert [strength(step, day) for day in (1.999, 2, 3.999, 4)] == [0, 1, 1, 0]

    def test_a_time_of_day_cuts_days(self) -> None:
        step = when(from_="2026-11-04 06:00", to="2026-11-05 18:30")
        assert [strength(step, day) for day in (2.24, 2.25, 3.77, 3.7709)] == [0, 1, 1, 0]

    def test_without_an_end_it_holds_for_ever_and_without_a_beginning_since_ever(self) -> None:
        assert strength(when(from_="2026-11-04"), 9999) == 1
        assert strength(when(to="2026-11-04"), -9999) == 1

    def test_a_date_may_be_written_with_a_t(self) -> None:
        assert when(from_="2026-11-04T06:00") == when(from_="2026-11-04 06:00")
        assert when(from_=date(2026, 11, 4)) == when(from_="2026-11-04")


class TestRamp:
    def test_each_day_is_a_step_at_the_strength_of_its_noon(self) -> None:
        """Four days: an eighth, three eighths, five and seven; then whole."""
        ramp = when(shape="ramp", from_="2026-11-04", to="2026-11-07")
        assert [strength(ramp, day) for day in (1, 2, 3, 4, 5, 6, 600)] == [
            0,
            1 / 8,
            3 / 8,
            5 / 8,
            7 / 8,
            1,
            1,
        ]

    def test_a_ramp_of_a_day_is_half_way_on_it(self) -> None:
        ramp = when(shape="ramp", from_="2026-11-04", to="2026-11-04")
        assert [strength(ramp, day) for day in (1.99, 2, 3)] == [0, 0.5, 1]

    @given(st.integers(0, 60), st.integers(0, 60))
    def test_it_never_falls(self, first: int, last: int) -> None:
        begin, end = sorted((first, last))
        ramp = When(
            datetime.fromordinal(datetime(2026, 11, 2).toordinal() + begin),
            datetime.fromordinal(datetime(2026, 11, 2).toordinal() + end + 1),
            "ramp",
        )
        seen = [strength(ramp, day) for day in range(-1, 70)]
        assert seen == sorted(seen)
        assert seen[0] == 0
        assert seen[-1] == 1


class TestWave:
    WAVE = when(shape="wave", peak="2026-12-01", width="2 weeks")

    def test_it_is_whole_on_its_peak_and_half_as_strong_half_its_width_away(self) -> None:
        peak = (date(2026, 12, 1) - START).days
        assert strength(self.WAVE, peak) == 1
        assert strength(self.WAVE, peak - 7) == pytest.approx(0.5)
        assert strength(self.WAVE, peak + 7) == pytest.approx(0.5)
        assert strength(self.WAVE, peak + 14) == pytest.approx(1 / 16)

    def test_it_is_as_strong_before_the_peak_as_after(self) -> None:
        peak = (date(2026, 12, 1) - START).days
        for away in range(20):
            assert strength(self.WAVE, peak - away) == strength(self.WAVE, peak + away)

    def test_it_is_over_where_less_than_a_hundredth_is_left(self) -> None:
        """Half the width times the root of log2(100) from the peak: 18 days."""
        peak = (date(2026, 12, 1) - START).days
        reach = math.ceil(7 * math.sqrt(math.log2(100)))
        assert strength(self.WAVE, peak - reach) > 0
        assert strength(self.WAVE, peak - reach - 1) == 0

    def test_dates_cut_a_wave_off(self) -> None:
        peak = (date(2026, 12, 1) - START).days
        cut = when(shape="wave", peak="2026-12-01", width="2 weeks", from_="2026-11-29", to="2026-12-02")
        found = [strength(cut, peak + day) > 0 for day in (-3, -2, 0, 1, 2)]
        assert found == [False, True, True, True, False]
        assert strength(cut, peak - 1) == strength(self.WAVE, peak - 1)

    def test_its_days_add_up_to_its_width(self) -> None:
        """The area under a bell of that half-width: width times the root of pi over (4 ln 2)."""
        total = sum(strength(self.WAVE, day) for day in range(-10, 100))
        assert total == pytest.approx(14 * math.sqrt(math.pi / (4 * math.log(2))), rel=0.01)

    def test_a_peak_alone_means_a_wave(self) -> None:
        assert when(peak="2026-12-01", width="2 weeks") == self.WAVE


class TestTogether:
    """What a setting is on a day, under changes that overlap."""

    WRITTEN: dict[str, Any] = {"beds": 20, "stay": "4 days", "areas": [{"n": 1}, {"n": 2}]}  # noqa: RUF012

    def at(self, day: float, *changes: Dated) -> Any:
        return value_at(self.WRITTEN, lay(changes, START), day * DAY)

    def test_each_acts_on_what_those_before_it_leave(self) -> None:
        more = change("add", 10, "beds", from_="2026-11-04")
        half = change("multiply", 0.5, "beds", whole=True, from_="2026-11-05")
        assert [self.at(day, more, half)["beds"] for day in (0, 2, 3)] == [20, 30, 15]
        assert [self.at(day, half, more)["beds"] for day in (0, 2, 3)] == [20, 30, 20]

    def test_a_setting_made_new_forgets_what_came_before(self) -> None:
        more = change("add", 10, "beds", from_="2026-11-04")
        new = change("set", 40, "beds", from_="2026-11-05", to="2026-11-05")
        assert [self.at(day, more, new)["beds"] for day in (2, 3, 4)] == [30, 40, 30]

    def test_part_of_a_change_is_part_of_its_amount(self) -> None:
        ramp = {"shape": "ramp", "from_": "2026-11-02", "to": "2026-11-05"}
        assert self.at(1, change("add", 8, "beds", whole=True, **ramp))["beds"] == 23
        assert (
            self.at(1, change("multiply", 2, "beds", whole=True, **ramp))["beds"] == 28
        )  # 20 x 1.375 = 27.5
        assert self.at(1, change("set", 28, "beds", whole=True, **ramp))["beds"] == 23
        assert self.at(1, change("add", "-8 hours", "stay", **ramp))["stay"] == "93 hours"

    def test_part_of_a_length_taken_away(self) -> None:
        ramp = {"shape": "ramp", "from_": "2026-11-02", "to": "2026-11-05"}
        assert self.at(0, change("add", "-8 hours", "stay", **ramp))["stay"] == "95 hours"
        assert self.at(9, change("add", "-8 hours", "stay", **ramp))["stay"] == "88 hours"

    def test_one_entry_of_a_list_is_changed_and_no_other(self) -> None:
        new = change("set", 9, "areas", "1", "n", from_="2026-11-04")
        assert self.at(2, new)["areas"] == [{"n": 1}, {"n": 9}]
        assert self.WRITTEN["areas"] == [{"n": 1}, {"n": 2}]

    def test_a_setting_that_was_left_out_can_be_set(self) -> None:
        new = change("set", "2 hours", "turnaround", from_="2026-11-04")
        assert self.at(2, new) == {**self.WRITTEN, "turnaround": "2 hours"}
        assert self.at(1, new) == self.WRITTEN

    def test_nothing_happens_between_the_moments_that_are_named(self) -> None:
        changes = [
            change("add", 8, "beds", whole=True, shape="wave", peak="2026-11-20", width="5 days"),
            change("multiply", 1.5, "beds", whole=True, from_="2026-11-10 06:00", to="2026-11-21"),
        ]
        laid = lay(changes, START)
        edges = moments(laid, -14 * DAY, 60 * DAY)
        assert edges == sorted(set(edges))
        assert edges[0] == -14 * DAY
        for first, last in zip(edges, [*edges[1:], 60 * DAY], strict=True):
            values = [value_at(self.WRITTEN, laid, first + part * (last - first)) for part in (0, 0.3, 0.99)]
            assert values[0] == values[1] == values[2]

    def test_changes_outside_the_period_name_no_moment(self) -> None:
        laid = lay([change("add", 8, "beds", from_="2020-01-01", to="2020-02-01")], START)
        assert moments(laid, 0.0, 60 * DAY) == [0.0]


class TestMistakes:
    @pytest.mark.parametrize(
        ("settings", "sentence"),
        [
            ({"shape": "bump", "from": "2026-11-02"}, "shape: bump is not a shape: use step, ramp, wave"),
            ({"shape": "ramp", "from": "2026-11-02"}, "shape: a ramp needs from and to"),
            ({"shape": "wave", "peak": "2026-11-02"}, "shape: a wave needs peak and width"),
            ({"width": "2 weeks", "from": "2026-11-02"}, "width: only a wave has a width: write shape: wave"),
            (
                {"shape": "step", "peak": "2026-11-02"},
                "peak: only a wave has a peak: write shape: wave",
            ),
            (
                {"peak": "2026-11-02", "width": "6 hours"},
                "width: a wave lasts a day or more: the width is the time it is above half its peak",
            ),
            (
                {"peak": "2026-11-02", "width": 6},
                "width: 6 has no unit: write 6 min, 6 hours or 6 days",
            ),
            (
                {"from": "2026-11-05", "to": "2026-11-02"},
                "to: 2026-11-02 is not after from, 2026-11-05",
            ),
        ],
    )
    def test_dates_that_do_not_go_together_say_which_key_is_wrong(
        self, settings: dict[str, Any], sentence: str
    ) -> None:
        with pytest.raises(ValueError, match=f"^{sentence}$"):
            parse_when(settings)

    def test_one_day_from_and_to_is_a_day(self) -> None:
        assert strength(when(from_="2026-11-02", to="2026-11-02"), 0.5) == 1

    def test_no_date_is_no_dated_change(self) -> None:
        assert parse_when({"add": 4, "source": "Board paper"}) is None
