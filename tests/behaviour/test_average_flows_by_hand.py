"""Average flows, the load check and the start, in scenario files small enough for a pencil.

Where service takes 60 minutes, 24 patients a day keep one member of staff busy.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.flows import analyse, mean_per_day
from flowsim.model import replicate
from flowsim.spec.scenario import Scenario
from flowsim.stability import capacity_of, loads, overloads
from flowsim.tables import BUSY
from systems import written

TIME = "time: {kind: steady_state, start: 2026-11-02, warm_up: 0 days, horizon: 4 weeks, initial: empty}"
HOUR = "{kind: clinic, staff: 99, service: 60 min}"
FRONT = "{kind: clinic, staff: 99, service: 60 min, referred: 100%}"


def scenario(folder: Path, body: str, time: str = TIME, **changes: Any) -> Scenario:
    return written(f"name: by-hand\n{time}\n{body}", folder, **changes)


def staff(found: Any) -> dict[str, float]:
    """Return the load of every clinic."""
    return {service: round(load, 6) for (service, _), load in found.loads.items() if load}


class TestWhereTheyGo:
    def test_shares_of_pathways_multiply(self, tmp_path: Path) -> None:
        """48 an day: a quarter to b (12), of whom half go on to c (6); three quarters to c directly (36)."""
        body = f"""
services: {{a: {FRONT}, b: {{kind: clinic, staff: 99, service: 60 min, referred: 50%}}, c: {HOUR}}}
demand: {{patients: {{to: a, per_day: 48}}}}
pathways: {{a: {{referred: {{b: 25%, c: rest}}, otherwise: leave}}, b: {{referred: c, otherwise: leave}},
            c: {{otherwise: leave}}}}
"""
        found = analyse(scenario(tmp_path, body))
        assert dict(found.arrivals) == pytest.approx({"a": 48, "b": 12, "c": 42})
        assert staff(found) == pytest.approx({"a": 2, "b": 0.5, "c": 1.75})

    def test_shares_by_group_act_on_their_group_all_the_way(self, tmp_path: Path) -> None:
        """A quarter is old. All the old go on, nobody else: those at b are old, and take twice as long."""
        body = """
services:
  a: {kind: clinic, staff: 99, service: 60 min, referred: {by: age, 85+: 100%, otherwise: 0%}}
  b: {kind: clinic, staff: 99, service: {by: age, 85+: 120 min, otherwise: 60 min}}
casemix: {mixed: {age: {85+: 25%, 18-64: rest}}}
demand: {patients: {to: a, per_day: 48, casemix: mixed}}
pathways: {a: {referred: b, otherwise: leave}, b: {otherwise: leave}}
"""
        found = analyse(scenario(tmp_path, body))
        assert dict(found.arrivals) == pytest.approx({"a": 48, "b": 12})
        assert staff(found) == pytest.approx({"a": 2, "b": 1})

    def test_two_streams_to_one_service_add_up(self, tmp_path: Path) -> None:
        body = f"""
services: {{a: {HOUR}, b: {HOUR}}}
demand: {{one: {{to: a, per_day: 24}}, two: {{to: a, per_day: 12}}, three: {{to: b, per_day: 6}}}}
pathways: {{a: {{otherwise: leave}}, b: {{otherwise: leave}}}}
"""
        assert staff(analyse(scenario(tmp_path, body))) == pytest.approx({"a": 1.5, "b": 0.25})

    def test_only_those_who_leave_the_system_come_back(self, tmp_path: Path) -> None:
        """24 a day; half go on to b. Of the 12 who leave from a, half come back to c: 6."""
        body = f"""
services:
  a: {{kind: clinic, staff: 99, service: 60 min, referred: 50%,
      comes_back: {{share: 50%, after: 1 day, to: c}}}}
  b: {HOUR}
  c: {HOUR}
demand: {{patients: {{to: a, per_day: 24}}}}
pathways: {{a: {{referred: b, otherwise: leave}}, b: {{otherwise: leave}}, c: {{otherwise: leave}}}}
"""
        found = analyse(scenario(tmp_path, body))
        assert dict(found.arrivals) == pytest.approx({"a": 24, "b": 12, "c": 6})


class TestAlternatives:
    BODY = """
services: {{front: {front}, x: {hour}, y: {hour}, usual: {hour}}}
demand: {{patients: {{to: front, per_day: 24}}}}
alternatives: {{front.outcome: [{options}]}}
pathways: {{front: {{referred: usual, otherwise: leave}}, x: {{otherwise: leave}}, y: {{otherwise: leave}},
            usual: {{otherwise: leave}}}}
"""

    def flows(self, folder: Path, options: str) -> list[float]:
        """Return patients a day to x, to y and by the usual way."""
        body = self.BODY.format(front=FRONT, hour=HOUR, options=options)
        found = analyse(scenario(folder, body)).arrivals
        return [round(found.get(name, 0.0), 6) for name in ("x", "y", "usual")]

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ("{to: x}", [24, 0, 0]),
            ("{to: x, eligible: 50%}", [12, 0, 12]),
            ("{to: x, eligible: 50%, uptake: 50%}", [6, 0, 18]),
            ("{to: x, eligible: 50%}, {to: y, eligible: 50%}", [12, 6, 6]),
            ("{to: x, additional: 25%}", [24, 0, 18]),
            ("{to: x, eligible: 50%, additional: 50%}, {to: y}", [12, 18, 0]),
            ('{to: x, hours: "00:00-06:00"}', [6, 0, 18]),
            # a wider offer of the same service is for the same luck: 75% instead of 50%, not 87.5%
            ("{to: x, eligible: 50%}, {to: x, eligible: 75%}", [18, 0, 6]),
            ("{to: x, eligible: 75%}, {to: x, eligible: 50%}", [18, 0, 6]),
        ],
    )
    def test_what_is_taken_and_what_is_left(
        self, tmp_path: Path, options: str, expected: list[float]
    ) -> None:
        assert self.flows(tmp_path, options) == pytest.approx(expected)

    def test_the_hours_of_the_service_count_if_they_are_shorter(self, tmp_path: Path) -> None:
        """Offered for 12 hours, open for 6: a quarter."""
        body = self.BODY.format(front=FRONT, hour=HOUR, options='{to: x, hours: "08:00-20:00"}')
        found = scenario(tmp_path, body, services__x__hours="08:00-14:00")
        assert analyse(found).arrivals["x"] == pytest.approx(6)


class TestDemand:
    def per_day(self, folder: Path, demand: str, time: str = TIME) -> float:
        body = f"services: {{a: {HOUR}}}\ndemand: {{p: {{to: a, {demand}}}}}\n"
        body += "pathways: {a: {otherwise: leave}}"
        found = scenario(folder, body, time)
        return mean_per_day(found, found.demand["p"])

    def test_flat_demand_is_its_number(self, tmp_path: Path) -> None:
        assert self.per_day(tmp_path, "per_day: 24") == pytest.approx(24)

    def test_weekdays_and_bank_holidays_have_factors_of_their_own(self, tmp_path: Path) -> None:
        """Monday 21 December 2026 to Sunday: Christmas Day is Friday, and Boxing Day is kept on Monday 28.

        Saturday and Sunday count half, the bank holiday a quarter: (4 + 0.25 + 2 * 0.5) / 7 of 70.
        """
        week = TIME.replace("2026-11-02", "2026-12-21").replace("4 weeks", "7 days")
        demand = "per_day: 70, weekdays: {saturday: 0.5, sunday: 0.5}, bank_holiday: 0.25"
        assert self.per_day(tmp_path, demand, week) == pytest.approx(52.5)

    def test_the_warm_up_counts(self, tmp_path: Path) -> None:
        """A fortnight in October, when there is twice as much, before one in November."""
        month = TIME.replace("warm_up: 0 days", "warm_up: 2 weeks").replace("4 weeks", "2 weeks")
        # 19 to 31 October are 13 of the 28 days
        demand = "per_day: 28, months: {oct: 2}"
        assert self.per_day(tmp_path, demand, month) == pytest.approx(28 + 13)


class TestLoadCheck:
    BODY = """
services:
  a: {{kind: clinic, staff: {staff}, service: 60 min}}
demand: {{patients: {{to: a, per_day: {per_day}}}}}
pathways: {{a: {{otherwise: leave}}}}
"""

    @pytest.mark.parametrize(
        ("staff", "per_day", "complaints"),
        [
            ("1", 24, 1),
            ("1", 23.9, 0),
            ("2", 47, 0),
            ("2", 48, 1),
            ('"08:00-20:00=2"', 23.9, 0),
            ('"08:00-20:00=2"', 24, 1),
            ("{weekday: 7, weekend: 0}", 119, 0),
            ("{weekday: 7, weekend: 0}", 120, 1),
            ("0", 1, 1),
            ("unlimited", 9999, 0),
        ],
    )
    def test_as_much_as_there_is_on_average_over_the_week_is_too_much(
        self, tmp_path: Path, staff: str, per_day: float, complaints: int
    ) -> None:
        found = scenario(tmp_path, self.BODY.format(staff=staff, per_day=per_day))
        assert len(overloads(found)) == complaints

    def test_what_is_said(self, tmp_path: Path) -> None:
        """60 patients a day for an hour each need 2.5, and there is 1: with the lines to blame."""
        (problem,) = overloads(scenario(tmp_path, self.BODY.format(staff=1, per_day=60)))
        said = "This system cannot settle: a needs 2.5 staff on average for this demand and has 1 (250%)."
        assert problem.message == said
        assert problem.path == "services.a"
        assert "services.a.staff to 1" in problem.allowed

    def test_where_there_is_nobody_no_percentage_is_given(self, tmp_path: Path) -> None:
        (problem,) = overloads(scenario(tmp_path, self.BODY.format(staff=0, per_day=24)))
        assert problem.message.endswith("a needs 1 staff on average for this demand and has 0.")

    def test_the_fullest_first(self, tmp_path: Path) -> None:
        body = """
services:
  a: {kind: clinic, staff: 4, service: 60 min}
  b: {kind: clinic, staff: 2, service: 60 min}
  c: {kind: clinic, staff: 8, service: 60 min, waiting_places: 3}
demand: {p: {to: a, per_day: 24}, q: {to: b, per_day: 24}, r: {to: c, per_day: 24}}
pathways: {a: {otherwise: leave}, b: {otherwise: leave}, c: {otherwise: leave}}
"""
        found = loads(scenario(tmp_path, body))
        assert [(load.service, load.resource, load.share) for load in found] == [
            ("b", "staff", pytest.approx(0.5)),
            ("a", "staff", pytest.approx(0.25)),
        ]

    def test_capacity_of_a_rota_is_its_mean_over_the_week(self, tmp_path: Path) -> None:
        """Twelve hours of 4 on weekdays: 4 * 60 / 168."""
        staff = '{weekday: "08:00-20:00=4", weekend: 0}'
        found = scenario(tmp_path, self.BODY.format(staff=staff, per_day=1))
        assert capacity_of(found.services["a"], "staff") == pytest.approx(4 * 60 / 168)


WARDS = """
services:
  ward: {kind: ward, beds: 900, stay: {distribution: exponential, mean: 4 days}}
  hub: {kind: discharge, preparation: 1 day}
  home: {kind: intermediate_care, places: 900, stay: 10 days}
demand: {patients: {to: ward, per_day: 50, casemix: mixed}}
casemix: {mixed: {pathway: {0: 60%, 1: rest}}}
pathways: {ward: {ready: hub, otherwise: leave}, hub: {pathway_1: home, otherwise: leave},
           home: {otherwise: leave}}
"""


class TestTheStart:
    @staticmethod
    def busy(folder: Path, initial: str, **changes: Any) -> dict[tuple[str, str], float]:
        """Return the mean use of every pool in the first hour, and afterwards nobody lost."""
        time = TIME.replace("initial: empty", f"initial: {initial}").replace("4 weeks", "2 days")
        result = replicate(scenario(folder, WARDS, time, **changes), 1, audit=True)
        return dict(zip(result.pools, result.occupancy[0, :, BUSY].tolist(), strict=True))

    def test_empty_is_empty_and_loaded_is_as_full_as_flows_say(self, tmp_path: Path) -> None:
        """200 in beds on average, and 20 starts of 10 days each day: within four standard deviations."""
        empty, full = self.busy(tmp_path, "empty"), self.busy(tmp_path, "loaded")
        assert empty["ward", "beds"] < 5
        assert full["ward", "beds"] == pytest.approx(200, abs=57)
        assert full["home", "places"] == pytest.approx(200, abs=57)

    def test_nobody_is_put_where_there_is_no_place(self, tmp_path: Path) -> None:
        """150 beds for 200 patients: all are taken at the start, and the rest are not invented."""
        full = self.busy(tmp_path, "loaded", services__ward__beds=120)
        assert full["ward", "beds"] == pytest.approx(120, abs=2)

    def test_a_census_of_those_who_are_ready_takes_beds_too(self, tmp_path: Path) -> None:
        """30 of pathway 1 begin their day of arrangements at minute 0 and leave for home after it."""
        time = TIME.replace("initial: empty", "initial: loaded").replace("4 weeks", "2 days")
        found = scenario(tmp_path, WARDS, time, services__hub__ready_at_start={"1": 30})
        result = replicate(found, 1, audit=True)
        visits = result.visits
        hub = visits["service"] == result.services.index("hub")
        first = hub & (visits["source"] < 0)
        assert int(first.sum()) == 30
        assert set(visits["arrived"][first].tolist()) == {0.0}
        assert set(visits["finished"][first].tolist()) == {1440.0}
        assert set(visits["outcome"][first].tolist()) == {1}
        codes = result.patients["pathway"][visits["patient"][first]]
        assert set(codes.tolist()) == {1}

    def test_a_census_of_none_puts_nobody_in_a_bed(self, tmp_path: Path) -> None:
        time = TIME.replace("initial: empty", "initial: loaded").replace("4 weeks", "2 days")
        found = scenario(tmp_path, WARDS, time, services__hub__ready_at_start={"1": 0})
        visits = replicate(found, 1, audit=True).visits
        assert not ((visits["service"] == 1) & (visits["source"] < 0)).any()

    def test_stays_found_at_the_start_are_no_shorter_than_those_that_begin(self, tmp_path: Path) -> None:
        """Of an exponential stay what is left is exponential again: a mean of 4 days, within a fifth."""
        time = TIME.replace("initial: empty", "initial: loaded").replace("4 weeks", "8 weeks")
        result = replicate(scenario(tmp_path, WARDS, time), 1)
        visits = result.visits
        there = (visits["service"] == 0) & (visits["arrived"] == 0.0)
        assert int(there.sum()) > 140
        assert not np.isnan(visits["finished"][there]).any()
        assert float(visits["finished"][there].mean()) == pytest.approx(4 * 1440, rel=0.25)
