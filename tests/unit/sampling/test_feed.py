"""The feed: everyone in order of time, and what each change leaves alone."""

from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest

from flowsim.clock import Calendar
from flowsim.sampling.blocks import Block
from flowsim.sampling.draws import Draws
from flowsim.sampling.feed import Feed, merged, segments_of
from flowsim.vocabulary import ATTRIBUTES, ROUTES
from people_and_demand import (
    CALENDAR,
    MIXED,
    PLACES,
    Plan,
    by_uid,
    casemix,
    demand,
    everyone,
)

DAY = 1440.0
BUSY = demand(
    per_day=60,
    profile="07:00-22:00",
    casemix="mixed",
    day_variation="8%",
    place={"coast": "50%", "town": "50%"},
)
QUIET = demand(per_day=9, route="gp", casemix={"age": "85+"}, to="ward")
PLAN = Plan({"busy": BUSY, "quiet": QUIET}, {"mixed": MIXED})


def feed_of(plan: Plan, days: float = 70.0, calendar: Calendar = CALENDAR, base: int = 0) -> Feed:
    return Feed(plan, calendar, days * DAY, Draws(1, 1, PLACES), base=base)  # type: ignore[arg-type]


# -- order and shape -----------------------------------------------------------------------------------


def test_everybody_comes_in_order_of_time_within_the_run() -> None:
    times = [time for cohort in feed_of(PLAN) for time in cohort.times]
    assert len(times) == pytest.approx(70 * 69, rel=0.05)
    assert all(a <= b for a, b in pairwise(times))
    assert times[0] >= 0.0
    assert times[-1] < 70 * DAY
    assert {type(time) for time in times} == {float}


def test_a_cohort_points_to_each_patient_once() -> None:
    for cohort in feed_of(PLAN):
        seen = {(id(block), row) for block, row in zip(cohort.who, cohort.rows, strict=True)}
        assert len(seen) == len(cohort.times) == sum(len(block) for block in cohort.blocks)
        for time, block, row in zip(cohort.times, cohort.who, cohort.rows, strict=True):
            assert block.times[row] == time


def test_rows_of_the_patient_table_follow_one_another() -> None:
    base = 17
    for cohort in feed_of(PLAN, base=17):
        for block in cohort.blocks:
            assert block.base == base
            base += len(block)
            assert block.rows() == len(block) == len(block.uid) == len(block.times)


def test_blocks_know_their_stream_and_every_attribute() -> None:
    blocks = {block.name: block for block in everyone(PLAN)}
    assert (blocks["busy"].demand, blocks["busy"].to) == (0, "ed")
    assert (blocks["quiet"].demand, blocks["quiet"].to) == (1, "ward")
    for block in blocks.values():
        assert tuple(block.attrs) == tuple(ATTRIBUTES)
        assert all(codes.dtype == np.int8 and len(codes) == len(block) for codes in block.attrs.values())
        assert all(block.codes[name] == codes.tobytes() for name, codes in block.attrs.items())
    assert set(blocks["quiet"].codes["age"]) == {4}
    assert set(blocks["quiet"].codes["route"]) == {ROUTES.index("gp")}
    assert set(blocks["quiet"].codes["place"]) == {2}
    assert set(blocks["busy"].codes["place"]) == {0, 1}


def test_ties_go_to_the_earlier_stream() -> None:
    def block(index: int, times: list[float]) -> Block:
        count = len(times)
        attrs = {name: np.zeros(count, dtype=np.int8) for name in ATTRIBUTES}
        return Block(
            f"s{index}",
            index,
            "ed",
            uid=np.arange(count, dtype=np.uint64),
            times=np.array(times),
            attrs=attrs,
        )

    cohort = merged([block(0, [2.0, 3.0]), block(1, [1.0, 2.0, 3.0])])
    assert cohort.times == [1.0, 2.0, 2.0, 3.0, 3.0]
    assert [who.demand for who in cohort.who] == [1, 0, 1, 0, 1]
    assert cohort.rows == [0, 0, 1, 1, 2]


def test_nobody_at_all() -> None:
    cohorts = list(feed_of(Plan({"none": demand(per_day=0)})))
    assert [cohort.times for cohort in cohorts] == [[]] * len(cohorts)
    assert next(iter(feed_of(Plan({})))).blocks == []


@pytest.mark.parametrize(("days", "cohorts"), [(1.0, 1), (14.0, 1), (14.001, 2), (70.0, 3), (70.5, 4)])
def test_a_cohort_for_each_block_of_the_calendar_that_the_run_touches(days: float, cohorts: int) -> None:
    start = Calendar(datetime(2026, 10, 12))  # two weeks before a block of the calendar ends
    assert len(list(feed_of(PLAN, days, start))) == cohorts


# -- common random numbers -----------------------------------------------------------------------------


def test_the_same_twice() -> None:
    assert by_uid(everyone(PLAN)) == by_uid(everyone(PLAN))


def test_ten_percent_more_keeps_everybody_as_they_were() -> None:
    more = Plan({**PLAN.demand, "busy": BUSY.model_copy(update={"per_day": 66.0})}, PLAN.casemix)
    before, after = by_uid(everyone(PLAN)), by_uid(everyone(more))
    assert before.items() <= after.items()
    assert len(after) - len(before) == pytest.approx(6 * 28, abs=45)


def test_another_stream_disturbs_nobody_wherever_it_is_written() -> None:
    extra = demand(per_day=20)
    for streams in ({"extra": extra, **PLAN.demand}, {**PLAN.demand, "extra": extra}):
        after = by_uid(everyone(Plan(streams, PLAN.casemix)))
        assert by_uid(everyone(PLAN)).items() <= after.items()


def test_a_longer_run_keeps_everybody() -> None:
    assert by_uid(everyone(PLAN, days=30)).items() <= by_uid(everyone(PLAN, days=70)).items()


@pytest.mark.parametrize("start", [datetime(2026, 10, 7), datetime(2026, 9, 1), datetime(2026, 11, 2)])
def test_another_start_keeps_everybody_who_comes_in_both(start: datetime) -> None:
    other = Calendar(start)
    here = by_uid(everyone(PLAN, days=60))
    there = by_uid(everyone(PLAN, days=60, calendar=other), other)
    first, last = max(start, CALENDAR.start), min(other.at(60 * DAY), CALENDAR.at(60 * DAY))
    both = {uid: who for uid, who in here.items() if first <= who[0] < last}
    assert len(both) > 1000
    assert both == {uid: who for uid, who in there.items() if first <= who[0] < last}


def test_another_case_mix_keeps_people_and_times() -> None:
    before = by_uid(everyone(PLAN))
    after = by_uid(everyone(Plan(PLAN.demand, {"mixed": casemix(age="85+")})))
    assert {uid: who[:2] for uid, who in before.items()} == {uid: who[:2] for uid, who in after.items()}


def test_a_little_older_makes_some_older_and_nobody_younger() -> None:
    young = Plan({"s": demand(casemix={"age": {"18-64": "60%", "65-74": "20%", "85+": "20%"}})})
    old = Plan({"s": demand(casemix={"age": {"18-64": "55%", "65-74": "20%", "85+": "25%"}})})
    age = 2 + list(ATTRIBUTES).index("age")
    before, after = by_uid(everyone(young)), by_uid(everyone(old))
    moved = [(before[uid][age], after[uid][age]) for uid in before if before[uid][age] != after[uid][age]]
    assert 0 < len(moved) < 0.2 * len(before)
    assert all(a < b for a, b in moved)


def test_replications_and_seeds_share_nobodys_luck() -> None:
    base = {who[0] for who in by_uid(everyone(PLAN)).values()}
    for other in (everyone(PLAN, replication=2), everyone(PLAN, seed=2)):
        same = base & {who[0] for who in by_uid(other).values()}
        assert len(same) < 20  # seconds that coincide by chance


# -- dated changes -------------------------------------------------------------------------------------


def test_a_dated_change_of_demand_holds_from_its_minute() -> None:
    half = BUSY.model_copy(update={"per_day": 120.0})
    minute = 9 * DAY + 600.0
    plan = Plan(PLAN.demand, PLAN.casemix, dated={("demand", "busy"): [(minute, half)]})
    before, after = everyone(PLAN), everyone(plan)
    early = [(b.uid[b.times < minute].tolist()) for b in before if b.name == "busy"]
    assert [(b.uid[b.times < minute].tolist()) for b in after if b.name == "busy"] == early
    assert by_uid(before).items() <= by_uid(after).items()
    late = sum(int((b.times >= minute).sum()) for b in after if b.name == "busy")
    assert late == pytest.approx(
        2 * sum(int((b.times >= minute).sum()) for b in before if b.name == "busy"), rel=0.15
    )


def test_a_change_that_changes_nothing_is_not_seen() -> None:
    plan = Plan(
        PLAN.demand, PLAN.casemix, dated={("demand", "busy"): [(5 * DAY, BUSY), (9 * DAY + 7.0, BUSY)]}
    )
    assert by_uid(everyone(plan)) == by_uid(everyone(PLAN))


def test_a_dated_change_of_case_mix_holds_from_its_minute() -> None:
    plan = Plan(PLAN.demand, PLAN.casemix, dated={("casemix", "mixed"): [(9 * DAY, casemix(age="85+"))]})
    assert [s.minute for s in segments_of(plan, "busy")] == [0.0, 9 * DAY]  # type: ignore[arg-type]
    assert [s.minute for s in segments_of(plan, "quiet")] == [0.0]  # type: ignore[arg-type]
    for before, after in zip(everyone(PLAN), everyone(plan), strict=True):
        early = after.times < 9 * DAY
        assert (after.attrs["age"][early] == before.attrs["age"][early]).all()
        if after.name == "busy":
            assert set(after.attrs["age"][~early].tolist()) == {4}


def test_a_stream_sent_elsewhere_comes_in_two_blocks() -> None:
    plan = Plan(
        {"busy": BUSY},
        PLAN.casemix,
        dated={("demand", "busy"): [(9 * DAY, BUSY.model_copy(update={"to": "utc"}))]},
    )
    blocks = everyone(plan, days=20)
    assert [block.to for block in blocks] == ["ed", "utc"]
    assert blocks[0].times.max() < 9 * DAY <= blocks[1].times.min()
    assert by_uid(blocks) == by_uid(everyone(Plan({"busy": BUSY}, PLAN.casemix), days=20))


def test_a_change_before_the_block_holds_in_all_of_it() -> None:
    none = BUSY.model_copy(update={"per_day": 0.0})
    plan = Plan({"busy": BUSY}, PLAN.casemix, dated={("demand", "busy"): [(3 * DAY, none)]})
    assert max(block.times.max() for block in everyone(plan, days=70)) < 3 * DAY


def test_a_surge_multiplies_its_hours_only() -> None:
    surge = np.ones(24 * 20)
    surge[24 * 5 : 24 * 6] = 3.0
    calm = {b.name: b for cohort in feed_of(PLAN, 20) for b in cohort.blocks}
    feed = Feed(PLAN, CALENDAR, 20 * DAY, Draws(1, 1, PLACES), surges={"busy": surge})  # type: ignore[arg-type]
    (cohort,) = list(feed)
    stormy = {b.name: b for b in cohort.blocks}
    added = set(stormy["busy"].times.tolist()) - set(calm["busy"].times.tolist())
    assert {int(minute // DAY) for minute in added} == {5}
    assert len(added) == pytest.approx(120, abs=50)
    assert stormy["quiet"].uid.tolist() == calm["quiet"].uid.tolist()


def test_no_surge_beyond_its_end() -> None:
    feed = Feed(PLAN, CALENDAR, 20 * DAY, Draws(1, 1, PLACES), surges={"busy": np.zeros(24)})  # type: ignore[arg-type]
    (cohort,) = list(feed)
    busy = next(block for block in cohort.blocks if block.name == "busy")
    assert DAY <= busy.times[0] < 1.5 * DAY


# -- patients who are inside at the start --------------------------------------------------------------


def test_patients_found_inside_have_luck_of_their_own() -> None:
    draws = Draws(1, 1, PLACES)
    attrs = {name: np.zeros(5, dtype=np.int8) for name in ATTRIBUTES}
    block = Block.of_patients(draws, "initial.ward", attrs, 12)
    assert (block.base, block.demand, len(block)) == (12, -1, 5)
    assert block.times.tolist() == [0.0] * 5
    more = Block.of_patients(draws, "initial.ward", {n: np.zeros(9, dtype=np.int8) for n in ATTRIBUTES}, 0)
    assert more.uid[:5].tolist() == block.uid.tolist()
    other = Block.of_patients(draws, "initial.other", attrs, 0)
    assert not set(other.uid.tolist()) & set(more.uid.tolist())
    assert len(block.columns) == 0
