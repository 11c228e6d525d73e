"""The layout of visits, and the arithmetic that measures share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.measures.chains import followers, roots
from flowsim.measures.facts import clipped, hourly_presence, quantiles, sorted_quantiles
from flowsim.measures.groups import Grouping
from hand_made import HandMade

NAN = float("nan")
TIMES = st.floats(-500, 2000, allow_nan=False)
STAYS = st.lists(st.tuples(TIMES, st.floats(0, 1500), st.integers(-1, 2)), max_size=30)


class TestClipped:
    def test_inside_before_after_and_open(self) -> None:
        start = np.array([0.0, 5.0, 30.0, 5.0, NAN])
        stop = np.array([4.0, 15.0, 40.0, NAN, 12.0])
        assert clipped(start, stop, 10, 20).tolist() == [0, 5, 0, 10, 0]


class TestHourlyPresence:
    def test_parts_of_hours(self) -> None:
        start, stop = np.array([30.0, 60.0, NAN]), np.array([90.0, NAN, 100.0])
        table = hourly_presence(start, stop, np.array([0, 0, 0]), 1, 3)
        assert table.tolist() == [[0.5, 1.5, 1.0]]

    @given(STAYS)
    def test_it_adds_up_to_time_inside(self, stays: list[tuple[float, float, int]]) -> None:
        start = np.array([s for s, _, _ in stays])
        stop = start + np.array([d for _, d, _ in stays])
        codes = np.array([c for _, _, c in stays], dtype=np.int64)
        table = hourly_presence(start, stop, codes, 3, 24)
        for group in range(3):
            inside = clipped(start, stop, 0, 1440)[codes == group].sum()
            assert table[group].sum() * 60 == pytest.approx(inside, abs=1e-6)
        assert (table > -1e-9).all()


class TestQuantiles:
    @given(st.lists(st.tuples(st.floats(0, 1e6), st.integers(-1, 2)), max_size=40))
    def test_type_7_by_group(self, rows: list[tuple[float, int]]) -> None:
        values = np.array([v for v, _ in rows], dtype=float)
        codes = np.array([c for _, c in rows], dtype=np.int16)
        found = quantiles(values, Grouping(["a", "b", "c"], codes), [0.05, 0.5, 0.9, 1.0])
        for group in range(3):
            mine = values[codes == group]
            if mine.size:
                assert found[group] == pytest.approx(np.quantile(mine, [0.05, 0.5, 0.9, 1.0]))
            else:
                assert np.isnan(found[group]).all()

    def test_one_value(self) -> None:
        assert sorted_quantiles(np.array([7.0]), [0.0, 0.5, 1.0]).tolist() == [7, 7, 7]


class TestLayout:
    def test_views_leave_out_the_warm_up_unless_everyone_is_asked_for(self) -> None:
        made = HandMade({"hub": {"kind": "clinic"}, "ed": {"kind": "emergency_department"}}, warm_up=100)
        for arrived in (10.0, 99.0, 100.0, 150.0):
            made.visit("hub", arrived=arrived)
            made.visit("ed", arrived=arrived + 1)
        facts = made.facts()
        assert facts.view("clinic").column("arrived").tolist() == [100, 150]
        assert sorted(facts.view("clinic", everyone=True).column("arrived")) == [10, 99, 100, 150]
        assert facts.view().size == 5
        assert facts.view(everyone=True).size == 8
        assert facts.view("ward").size == 0

    def test_each_visit_knows_its_service_and_patient(self) -> None:
        made = HandMade({"hub": {"kind": "clinic"}, "ed": {"kind": "emergency_department"}})
        made.visit("hub", "done", made.patient(age="85+"), arrived=5)
        made.visit("ed", "left", made.patient(age="0-17"), arrived=1)
        view = made.facts().view()
        names = [made.facts().groups.services[code] for code in view.service]
        ages = dict(zip(names, view.attribute("age").tolist(), strict=True))
        assert ages == {"hub": 4, "ed": 0}
        assert dict(zip(names, view.outcome_is("done", "home"), strict=True)) == {"hub": True, "ed": False}

    def test_one_turned_away_was_there_until_the_next_was_asked(self) -> None:
        made = HandMade({"hub": {"kind": "clinic"}, "ed": {"kind": "emergency_department"}})
        who = made.visit("hub", "full", arrived=10, left=200)
        made.visit("ed", "home", who, "hub", arrived=10, accepted=200, left=300)
        assert made.facts().view("clinic").column("left").tolist() == [10]


def columns(*rows: tuple[int, int, int, float, float]) -> dict[str, np.ndarray]:
    names = ("patient", "service", "source", "arrived", "left")
    return {name: np.array([row[i] for row in rows]) for i, name in enumerate(names)}


class TestChains:
    def test_a_chain_is_followed_to_its_root(self) -> None:
        visits = columns((0, 0, -1, 0, 90), (0, 1, 0, 50, 50), (0, 2, 1, 50, 50), (0, 3, 2, 50, 99))
        after, before = followers(visits, np.array([False, True, True, False]))
        assert dict(zip(after.tolist(), before.tolist(), strict=True)) == {2: 1, 3: 2}
        assert roots(4, after, before).tolist() == [0, 1, 1, 1]

    def test_other_patients_and_earlier_visits_do_not_mix(self) -> None:
        visits = columns(
            (0, 1, -1, 0, 5),  # turned away, went home
            (1, 1, -1, 1, 30),  # another patient, accepted there
            (1, 2, 1, 20, 40),
            (0, 1, -1, 100, 130),  # back later, accepted this time
            (0, 2, 1, 120, 140),
        )
        after, _ = followers(visits, np.array([True, False, False, False, False]))
        assert after.size == 0

    def test_nobody(self) -> None:
        visits = columns((0, 0, -1, 0, 1))
        after, before = followers(visits, np.array([False]))
        assert after.size == before.size == 0
