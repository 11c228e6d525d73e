"""Settings that change over dates, as a whole run takes them over, from the very first minute."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from flowsim.model import replicate
from flowsim.tables import Replication
from systems import written

TOWN = """
flowsim: 1
name: two-clinics
time: {kind: terminating, start: 2026-11-02, warm_up: 2 days, horizon: 10 days, initial: empty}
places: {town: {}}
services:
  desk: {kind: clinic, staff: 90, service: 10 min, referred: 100%}
  usual: {kind: clinic, staff: 90, service: 10 min}
  other: {kind: clinic, staff: 90, service: 10 min}
demand:
  people: {to: desk, per_day: 60, place: town}
alternatives:
  desk.outcome:
    - {to: other, eligible: 100%, uptake: 0%}
pathways:
  desk: {referred: usual, otherwise: leave}
  usual: {otherwise: leave}
  other: {otherwise: leave}
"""
DAY = 1440.0
BEGIN = date(2026, 10, 31)
"""The first day of the calendar: two days of warm-up before Monday 2 November 2026."""
NAMES = ("desk", "usual", "other")


def run(folder: Path, change: str, text: str = TOWN) -> Replication:
    """Return a run of the town with one line under ``change``."""
    return replicate(written(f"{text}\nchange: {{{change}}}\n", folder), 1, audit=True)


def day(when: str) -> float:
    """Return the minute of the calendar at which a date begins."""
    return (date.fromisoformat(when) - BEGIN) / timedelta(days=1) * DAY


def arrivals(result: Replication, service: str) -> np.ndarray:
    """Return when patients came to a service."""
    return result.visits["arrived"][result.visits["service"] == NAMES.index(service)]


def lengths(result: Replication, service: str) -> tuple[np.ndarray, np.ndarray]:
    """Return when services at a clinic began, and how long they took."""
    mine = (result.visits["service"] == NAMES.index(service)) & ~np.isnan(result.visits["finished"])
    began = result.visits["started"][mine]
    return began, result.visits["finished"][mine] - began


class TestSections:
    def test_without_a_change_everybody_takes_the_usual_way(self, tmp_path: Path) -> None:
        result = replicate(written(TOWN, tmp_path), 1)
        assert len(arrivals(result, "usual")) > 500
        assert len(arrivals(result, "other")) == 0

    @pytest.mark.parametrize(
        "change",
        [
            "alternatives.desk.outcome.0.uptake: {set: 100%, from: 2026-11-05}",
            "pathways.desk.referred: {set: other, from: 2026-11-05}",
        ],
        ids=["an alternative", "a pathway"],
    )
    def test_patients_go_another_way_from_the_day_of_the_change(self, tmp_path: Path, change: str) -> None:
        result = run(tmp_path, change)
        assert arrivals(result, "usual").max() < day("2026-11-05") <= arrivals(result, "other").min()

    @pytest.mark.parametrize(
        "change",
        [
            "alternatives.desk.outcome.0.uptake: {set: 100%, from: 2026-11-05, to: 2026-11-06}",
            "pathways.desk.referred: {set: other, from: 2026-11-05, to: 2026-11-06}",
        ],
        ids=["an alternative", "a pathway"],
    )
    def test_and_the_old_way_again_when_it_is_over(self, tmp_path: Path, change: str) -> None:
        result = run(tmp_path, change)
        first, last = day("2026-11-05"), day("2026-11-07")
        came = arrivals(result, "other")
        assert first <= came.min()
        assert came.max() < last
        usual = arrivals(result, "usual")
        assert not ((usual >= first) & (usual < last)).any()
        assert (usual >= last).any()

    def test_staff_may_be_asked_for_from_a_date_where_none_were_before(self, tmp_path: Path) -> None:
        text = TOWN.replace("uptake: 0%", "uptake: 100%")
        change = 'alternatives.desk.outcome.0.staff: {set: "08:00-16:00 = 1", from: 2026-11-05}'
        came = arrivals(run(tmp_path, change, text), "other")
        hour = came % DAY / 60
        before = came < day("2026-11-05")
        assert ((hour[~before] >= 8) & (hour[~before] < 16)).all()
        assert ((hour[before] < 8) | (hour[before] >= 16)).any()
        assert (~before).any()

    def test_and_no_longer_when_it_is_over(self, tmp_path: Path) -> None:
        text = TOWN.replace("uptake: 0%", "uptake: 100%")
        change = 'alternatives.desk.outcome.0.staff: {set: "0", from: 2026-11-05, to: 2026-11-06}'
        came = arrivals(run(tmp_path, change, text), "other")
        assert not ((came >= day("2026-11-05")) & (came < day("2026-11-07"))).any()
        assert (came < day("2026-11-05")).any()
        assert (came >= day("2026-11-07")).any()

    def test_an_alternative_may_be_offered_at_other_hours_from_a_date(self, tmp_path: Path) -> None:
        text = TOWN.replace("uptake: 0%", 'uptake: 100%, hours: "08:00-12:00"')
        change = 'alternatives.desk.outcome.0.hours: {set: "12:00-16:00", from: 2026-11-05}'
        came = arrivals(run(tmp_path, change, text), "other")
        hour = came % DAY / 60
        before = came < day("2026-11-05")
        assert ((hour[before] >= 8) & (hour[before] < 12)).all()
        assert ((hour[~before] >= 12) & (hour[~before] < 16)).all()
        assert before.any()
        assert not before.all()

    def test_the_staff_of_an_alternative_can_be_on_duty_longer_from_a_date(self, tmp_path: Path) -> None:
        text = TOWN.replace("uptake: 0%", 'uptake: 100%, staff: "08:00-10:00=1"')
        change = 'alternatives.desk.outcome.0.staff: {set: "08:00-20:00=1", from: 2026-11-05}'
        came = arrivals(run(tmp_path, change, text), "other")
        hour = came % DAY / 60
        before = came < day("2026-11-05")
        assert (hour[before] < 10).all()
        assert (hour[~before] >= 10).any()
        assert (hour < 20).all()

    def test_a_share_of_a_pathway_can_ramp_up_day_by_day(self, tmp_path: Path) -> None:
        change = (
            "alternatives.desk.outcome.0.uptake: {set: 100%, shape: ramp, from: 2026-11-02, to: 2026-11-09}"
        )
        result = run(tmp_path, change)
        other, usual = (arrivals(result, name) for name in ("other", "usual"))
        early, late = day("2026-11-02"), day("2026-11-10")
        assert other.min() >= early
        assert usual.max() < late
        half = (early + late) / 2
        first = np.mean(np.concatenate((other, usual)) < half)
        assert 0 < first < 1
        assert np.sum(other < half) < np.sum(usual < half)
        assert np.sum(other >= half) > np.sum((usual >= half) & (usual < late))

    def test_who_comes_back_can_change_from_a_date(self, tmp_path: Path) -> None:
        text = TOWN.replace(
            "usual: {kind: clinic, staff: 90, service: 10 min}",
            "usual: {kind: clinic, staff: 90, service: 10 min, "
            "comes_back: {share: 0%, after: 1 hour, to: other}}",
        )
        assert len(arrivals(replicate(written(text, tmp_path), 1), "other")) == 0
        change = "services.usual.comes_back.share: {set: 100%, from: 2026-11-05}"
        result = run(tmp_path, change, text)
        other, usual = arrivals(result, "other"), arrivals(result, "usual")
        assert other.min() >= day("2026-11-05") + 60
        left = usual[usual >= day("2026-11-05")] + 10
        expected = left[left + 60 < day("2026-11-12")] + 60
        assert other == pytest.approx(expected)


class TestFromTheFirstMinute:
    @pytest.mark.parametrize("dates", ["from: 2026-01-01", "from: 2026-10-31", "to: 2026-12-31"])
    def test_a_change_that_has_begun_before_holds_throughout(self, tmp_path: Path, dates: str) -> None:
        result = run(tmp_path, f"services.usual.service: {{set: 25 min, {dates}}}")
        _, took = lengths(result, "usual")
        assert took == pytest.approx(np.full(len(took), 25.0))

    def test_a_change_that_ends_holds_until_then(self, tmp_path: Path) -> None:
        began, took = lengths(run(tmp_path, "services.usual.service: {set: 25 min, to: 2026-11-04}"), "usual")
        early = began < day("2026-11-05")
        assert early.any()
        assert took[early] == pytest.approx(np.full(early.sum(), 25.0))
        assert took[~early] == pytest.approx(np.full((~early).sum(), 10.0))

    def test_so_do_changes_of_alternatives_and_pathways(self, tmp_path: Path) -> None:
        for change in (
            "alternatives.desk.outcome.0.uptake: {set: 100%, from: 2026-01-01}",
            "pathways.desk.referred: {set: other, from: 2026-01-01}",
        ):
            assert len(arrivals(run(tmp_path, change), "usual")) == 0

    def test_a_change_for_all_time_is_the_same_as_one_without_dates(self, tmp_path: Path) -> None:
        for setting in ("services.usual.service: {multiply: 1.5", "demand.people.per_day: {multiply: 1.5"):
            dated = run(tmp_path, f"{setting}, from: 2026-01-01}}")
            plain = run(tmp_path, f"{setting}}}")
            for name, column in plain.visits.items():
                assert np.array_equal(column, dated.visits[name], equal_nan=column.dtype.kind == "f")

    def test_what_is_still_to_come_disturbs_nobody_before(self, tmp_path: Path) -> None:
        plain = replicate(written(TOWN, tmp_path), 1)
        result = run(tmp_path, "pathways.desk.referred: {set: other, from: 2026-11-05}")
        until = day("2026-11-05")
        for name in ("patient", "service", "arrived", "started"):
            one, other = (each.visits[name][each.visits["arrived"] < until] for each in (result, plain))
            assert np.array_equal(one, other, equal_nan=True)


class TestPriority:
    def test_waiting_can_count_for_more_from_a_date(self, tmp_path: Path) -> None:
        """One clerk takes 26 minutes for each; the first class fills the day, so the other starves."""
        text = TOWN.replace(
            "desk: {kind: clinic, staff: 90, service: 10 min, referred: 100%}",
            'desk: {kind: clinic, staff: 1, service: 26 min, priority: {"0": 80%, "1": 20%}}',
        )
        change = "services.desk.priority_ages: {set: 10 min, from: 2026-11-02}"

        def longest(result: Replication) -> float:
            wait = result.visits["started"] - result.visits["arrived"]
            return float(np.nanmax(wait))

        assert longest(run(tmp_path, change, text)) < longest(replicate(written(text, tmp_path), 1))
