"""Arrivals: the rate curve of a block, and the fixed field of candidates under it."""

from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

from flowsim.clock import Calendar
from flowsim.sampling.arrivals import (
    BLOCK_DAYS,
    BLOCK_HOURS,
    BLOCK_MINUTES,
    arrivals,
    block_of,
    block_start,
    day_factors,
    rate_curve,
)
from flowsim.sampling.draws import Draws
from people_and_demand import demand

ANCHORED = Calendar(datetime(2018, 1, 1))
DRAWS = Draws(1, 1)


def flat(rate: float) -> np.ndarray[Any, Any]:
    return np.full(BLOCK_HOURS, rate)


def found(rate: float, stream: str = "ed", block: int = 5, draws: Draws = DRAWS) -> set[int]:
    return set(arrivals(stream, draws, ANCHORED, block, [(0.0, flat(rate))]).uid.tolist())


# -- blocks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "minute", "block"),
    [
        (datetime(2018, 1, 1), 0.0, 0),
        (datetime(2018, 1, 1), BLOCK_MINUTES - 0.001, 0),
        (datetime(2018, 1, 1), BLOCK_MINUTES, 1),
        (datetime(2018, 1, 28), 0.0, 0),
        (datetime(2018, 1, 29), 0.0, 1),
        (datetime(2017, 12, 31), 0.0, -1),
        (datetime(2026, 11, 2), 0.0, 115),
    ],
)
def test_blocks_are_four_weeks_of_the_absolute_calendar(start: datetime, minute: float, block: int) -> None:
    assert block_of(Calendar(start), minute) == block


@pytest.mark.parametrize("start", [datetime(2026, 10, 5), datetime(2026, 10, 9), datetime(2016, 2, 29)])
def test_a_block_starts_on_a_monday_and_holds_its_start(start: datetime) -> None:
    calendar = Calendar(start)
    first = block_start(calendar, block_of(calendar, 0.0))
    assert calendar.at(first).weekday() == 0
    assert -BLOCK_MINUTES < first <= 0.0
    assert (
        block_of(calendar, first) == block_of(calendar, 0.0) == block_of(calendar, first + BLOCK_MINUTES) - 1
    )


# -- the rate curve ------------------------------------------------------------------------------------


def test_the_rate_is_the_daily_number_without_anything_else() -> None:
    assert rate_curve(demand(per_day=50), ANCHORED, 0).tolist() == [50.0] * BLOCK_HOURS


def test_the_profile_repeats_every_week_from_monday() -> None:
    curve = rate_curve(demand(per_day=24, profile="00:00-12:00"), ANCHORED, 0).reshape(BLOCK_DAYS, 24)
    assert (curve[:, :12] == 48.0).all()
    assert (curve[:, 12:] == 0.0).all()
    weekend = {"weekday": "00:00-24:00=1", "weekend": "00:00-24:00=2"}
    days = rate_curve(demand(per_day=9, profile=weekend), ANCHORED, 3).reshape(BLOCK_DAYS, 24)[:, 0]
    assert days.tolist() == pytest.approx(([7.0] * 5 + [14.0] * 2) * 4)


def test_factors_of_months_weekdays_and_bank_holidays() -> None:
    spec = demand(per_day=10, months={"jan": 2}, weekdays={"monday": 3, "friday": 0}, bank_holiday=0.5)
    days = rate_curve(spec, ANCHORED, 0).reshape(BLOCK_DAYS, 24)[:, 5]
    assert date(2018, 1, 1) in ANCHORED.bank_holidays
    assert days[:8].tolist() == pytest.approx([10.0, 20.0, 20.0, 20.0, 0.0, 20.0, 20.0, 60.0])
    february = rate_curve(spec, ANCHORED, 1).reshape(BLOCK_DAYS, 24)[:, 5]
    assert february[2:5].tolist() == pytest.approx([20.0, 10.0, 0.0])  # 31 January, 1 February, a Friday


def test_the_curve_does_not_depend_on_the_start_of_the_run() -> None:
    spec = demand(per_day=10, months={"jan": 2, "dec": 0.5}, weekdays={"sunday": 3}, bank_holiday=0.5)
    other = Calendar(datetime(2026, 11, 20))
    assert rate_curve(spec, other, 116).tolist() == rate_curve(spec, ANCHORED, 116).tolist()


def test_the_curve_of_a_day_is_multiplied_by_its_factor() -> None:
    days = np.arange(1.0, 29.0)
    assert rate_curve(demand(per_day=1), ANCHORED, 0, days).tolist() == np.repeat(days, 24).tolist()


# -- busier and quieter days ---------------------------------------------------------------------------


def test_days_vary_only_when_asked() -> None:
    assert day_factors("ed", demand(), DRAWS, 0) is None


def test_day_factors_belong_to_the_stream_the_date_and_the_replication() -> None:
    spec = demand(day_variation="10%")
    first = day_factors("ed", spec, DRAWS, 7)
    assert first is not None
    assert len(np.unique(first)) == BLOCK_DAYS
    same, others = day_factors("ed", spec, Draws(1, 1), 7), Draws(1, 2)
    assert same is not None
    assert first.tolist() == same.tolist()
    for different in (
        day_factors("gp", spec, DRAWS, 7),
        day_factors("ed", spec, DRAWS, 8),
        day_factors("ed", spec, others, 7),
    ):
        assert different is not None
        assert not np.isclose(first, different).any()


def test_more_variation_makes_busy_days_busier() -> None:
    little = day_factors("ed", demand(day_variation="5%"), DRAWS, 7)
    much = day_factors("ed", demand(day_variation="15%"), DRAWS, 7)
    assert little is not None
    assert much is not None
    assert (much[little > 1.02] > little[little > 1.02]).all()


# -- the field -----------------------------------------------------------------------------------------


def test_everybody_is_different_and_in_order() -> None:
    block = arrivals("ed", DRAWS, ANCHORED, 5, [(0.0, flat(200.0))])
    assert len(np.unique(block.uid)) == len(block.uid) > 5000
    assert (np.diff(block.minutes) > 0.0).all()
    start = block_start(ANCHORED, 5)
    assert start < block.minutes[0] < block.minutes[-1] < start + BLOCK_MINUTES


def test_more_demand_adds_people_and_loses_nobody() -> None:
    previous: set[int] = set()
    for rate in (0.0, 0.5, 10.0, 11.0, 15.99, 16.0, 16.01, 100.0, 110.0, 1000.0):
        now = found(rate)
        assert previous <= now
        previous = now


def test_no_demand_nobody_comes() -> None:
    assert found(0.0) == set()


def test_a_busier_hour_touches_no_other_hour() -> None:
    curve = flat(80.0)
    curve[100] = 200.0
    before = arrivals("ed", DRAWS, ANCHORED, 5, [(0.0, flat(80.0))])
    after = arrivals("ed", DRAWS, ANCHORED, 5, [(0.0, curve)])
    added = set(after.minutes.tolist()) - set(before.minutes.tolist())
    start = block_start(ANCHORED, 5)
    assert added
    assert {int((minute - start) // 60) for minute in added} == {100}
    assert set(before.uid.tolist()) < set(after.uid.tolist())


def test_the_rate_is_that_of_the_candidates_own_time() -> None:
    curve = np.where(np.arange(BLOCK_HOURS) % 24 < 2, 300.0, 0.0)
    block = arrivals("ed", DRAWS, ANCHORED, 0, [(0.0, curve)])
    hours = (block.minutes // 60).astype(int) % 24
    assert set(hours.tolist()) == {0, 1}


def test_a_change_of_rate_holds_from_its_own_minute() -> None:
    start = block_start(ANCHORED, 5)
    change = start + 9000.5
    block = arrivals(
        "ed", DRAWS, ANCHORED, 5, [(0.0, flat(100.0)), (change, flat(0.0)), (change + 999.25, flat(50.0))]
    )
    assert not ((block.minutes >= change) & (block.minutes < change + 999.25)).any()
    assert block.curve.tolist() == np.where(block.minutes < change, 0, 2).tolist()
    before = arrivals("ed", DRAWS, ANCHORED, 5, [(0.0, flat(100.0))])
    assert before.uid[before.minutes < change].tolist() == block.uid[block.curve == 0].tolist()


def test_streams_blocks_and_replications_have_people_and_times_of_their_own() -> None:
    assert not found(100.0) & found(100.0, stream="gp")
    assert not found(100.0) & found(100.0, block=6)
    here = arrivals("ed", DRAWS, ANCHORED, 5, [(0.0, flat(100.0))])
    there = arrivals("ed", Draws(1, 2), ANCHORED, 5, [(0.0, flat(100.0))])
    assert not set(here.minutes.tolist()) & set(there.minutes.tolist())


def test_blocks_before_2018_work_like_any_other() -> None:
    early = arrivals("ed", DRAWS, ANCHORED, -3, [(block_start(ANCHORED, -3), flat(100.0))])
    assert 2400 < len(early.uid) < 3200
    assert (early.minutes < 0.0).all()


def test_absurd_demand_is_refused() -> None:
    with pytest.raises(ValueError, match="more than can be simulated"):
        arrivals("ed", DRAWS, ANCHORED, 5, [(0.0, flat(1e7))])
