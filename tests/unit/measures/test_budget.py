"""The budget of patients' time, and measuring that takes little memory."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from flowsim.measures.budget import budget
from flowsim.measures.catalogue import evaluate_facts
from flowsim.measures.chains import followers
from flowsim.measures.collect import PROVIDER_LEVELS, _Ordered
from flowsim.measures.facts import Facts
from flowsim.measures.people import people
from flowsim.measures.series import series
from flowsim.model import replicate
from flowsim.scenario.load import load
from flowsim.tables import Replication


@pytest.fixture(scope="module")
def hospital() -> tuple[Replication, Any]:
    scenario = load("scenarios/one-hospital.yaml", sets=["time.horizon=3 weeks", "time.warm_up=1 week"])
    return replicate(scenario, 1), scenario


def copy_of(result: Replication) -> Replication:
    fields = {name: getattr(result, name) for name in result.__slots__}
    return Replication(**{**fields, "visits": dict(result.visits)})


def table(facts: Facts) -> dict[tuple[str, str, str], float]:
    found = evaluate_facts(facts)
    keys = zip(found["measure"], found["level"], found["group"], strict=True)
    return dict(zip(keys, found["value"].tolist(), strict=True))


class TestBudget:
    def test_stages_add_up_to_the_time_of_every_visit_in_the_period(self, hospital: Any) -> None:
        facts = Facts(*hospital)
        found, view = budget(facts), facts.view(everyone=True)
        inside = np.clip(np.fmin(view.column("left"), facts.end), facts.warm_up, None) - np.clip(
            view.column("arrived"), facts.warm_up, None
        )
        expected = np.bincount(view.service, inside, minlength=len(facts.specs))
        stages = found.stages
        assert stages.total == pytest.approx(expected)
        assert stages.waiting + stages.care + stages.blocked == pytest.approx(expected)

    def test_patients_and_services_spend_the_same_time(self, hospital: Any) -> None:
        found = budget(Facts(*hospital))
        assert found.waited.sum() == pytest.approx(found.waiting.sum())
        assert found.held.sum() == pytest.approx(found.blocked.sum())

    def test_links_add_up_to_the_delay_caused(self, hospital: Any) -> None:
        found = budget(Facts(*hospital))
        assert found.links.sum(axis=1) == pytest.approx(found.delay)
        assert found.linked[found.links > 0].all()
        assert found.delay.sum() > 0

    def test_holders_by_a_plain_loop(self, hospital: Any) -> None:
        """Every visit by itself: who held the patient, and until when, written out without any tricks."""
        facts = Facts(*hospital)
        view = facts.view(everyone=True)
        columns = {n: view.column(n) for n in ("patient", "service", "source", "arrived", "left", "accepted")}
        in_place = np.array([facts.kinds[code] == "discharge" for code in columns["service"]])
        passing = (np.isnan(columns["accepted"]) & (view.column("outcome") >= 0)) | in_place
        after, before = followers(columns, passing)
        previous = dict(zip(after.tolist(), before.tolist(), strict=True))
        following = {b: a for a, b in previous.items()}
        links = np.zeros((len(facts.specs), len(facts.specs)))
        for row in range(view.size):
            first = row
            while first in previous:
                first = previous[first]
            holder = int(columns["source"][first])
            accepted, left = columns["accepted"][row], columns["left"][row]
            until = left if in_place[row] else np.fmin(accepted, left)
            if row in following:
                until = columns["arrived"][following[row]]
            stop, start = np.fmin(until, facts.end), max(columns["arrived"][row], facts.warm_up)
            if holder >= 0:
                links[columns["service"][row], holder] += max(stop - start, 0.0)
        assert budget(facts).links == pytest.approx(links)


class TestMemory:
    def test_taking_the_visits_changes_nothing_and_leaves_them_once(self, hospital: Any) -> None:
        result, scenario = hospital
        mine = copy_of(result)
        taken, kept = Facts(mine, scenario, take=True), Facts(result, scenario)
        assert table(taken) == pytest.approx(table(kept), nan_ok=True, abs=0, rel=0)
        assert "arrived" not in mine.visits
        assert "arrived" in result.visits
        for name, column in people(taken).items():
            assert np.array_equal(column, people(kept)[name])
        for one, other in zip(series(taken), series(kept), strict=True):
            assert one.keys == other.keys
            assert np.array_equal(one.values, other.values, equal_nan=True)

    def test_measuring_again_gives_the_same_after_forgetting(self, hospital: Any) -> None:
        facts = Facts(*hospital)
        first = table(facts)
        facts.forget()
        assert table(facts) == pytest.approx(first, nan_ok=True, abs=0, rel=0)

    def test_measuring_needs_little_more_than_the_visits(self) -> None:
        scenario = load("scenarios/one-hospital.yaml")
        result = replicate(scenario, 1)
        size = sum(column.nbytes for column in result.visits.values())
        table(Facts(result, scenario))  # what is loaded once does not count
        mine = copy_of(result)
        tracemalloc.start()
        try:
            table(Facts(mine, scenario, take=True))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 2.5 * size

    def test_runs_hold_every_visit_once(self, hospital: Any) -> None:
        facts = Facts(*hospital)
        runs = list(facts.each_run())
        assert sum(view.size for _, view in runs) == facts.view(everyone=True).size
        for code, view in runs:
            assert (view.service == code).all()
            assert np.shares_memory(view.column("arrived"), facts.column("arrived"))

    def test_the_run_of_a_service_is_its_view(self, hospital: Any) -> None:
        facts = Facts(*hospital)
        for code in range(len(facts.specs)):
            wanted = facts.view_of([code]).column("arrived")
            assert np.array_equal(facts.run_of(code).column("arrived"), wanted)


class TestQuantilesByLevel:
    @pytest.mark.parametrize("level", ["system", "site", "kind", "service", "age", "residence"])
    @pytest.mark.parametrize("everyone", [False, True])
    def test_as_numpy_has_them(self, hospital: Any, level: str, everyone: bool) -> None:
        view = Facts(*hospital).view("emergency_department", "ward", "clinic", everyone=everyone)
        minutes = view.minutes("arrived", "left")
        known = ~np.isnan(minutes) & (minutes > 30)
        names, found = _Ordered(view, minutes, known, [0.1, 0.5, 0.95]).at(level)
        if level in PROVIDER_LEVELS:
            codes = view.facts.groups.of_services(level, view.service_codes)[1][view.position]
        else:
            codes = view.grouping(level).codes
        assert len(names) == len(found)
        for group in range(len(names)):
            mine = minutes[known & (codes == group)]
            if mine.size:
                assert found[group] == pytest.approx(np.quantile(mine, [0.1, 0.5, 0.95]))
            else:
                assert np.isnan(found[group]).all()
