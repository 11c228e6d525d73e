"""Laws of what services do on average: nobody is lost, and twice as many patients need twice as much."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.scenario import load
from flowsim.services import KINDS
from flowsim.services.base import CareSpec
from flowsim.spec.expected import Flow
from flowsim.stability import capacity_of, loads, overloads
from flowsim.vocabulary import ATTRIBUTES, ROUTES
from support import spec_of
from systems import ROOMY, written

TOWN = Path(__file__).parents[2] / "scenarios" / "one-hospital.yaml"
RELAXED = settings(deadline=None, max_examples=15)
RATES = st.lists(st.floats(0, 50), min_size=6, max_size=6).filter(lambda rates: sum(rates) > 0.01)


@pytest.fixture(scope="module")
def specs() -> dict[str, CareSpec]:
    """A service of every kind, with all the settings of a real one."""
    services: Any = load(TOWN).services
    found = {spec.kind: spec for spec in services.values()}
    assert found.keys() == KINDS.keys()
    return found


def flow_of(rates: list[float], keep: float = 1.0) -> Flow:
    """Return a flow over six cells that differ in everything; alternatives leave a share of it."""
    attrs = {
        name: np.arange(6, dtype=np.int8) % len(values or ("town", "country"))
        for name, values in ATTRIBUTES.items()
    }
    attrs["route"] = np.array([ROUTES.index("ambulance" if i % 2 else "walk_in") for i in range(6)], np.int8)
    admission = np.arange(6) % 2.0
    offer = None if keep == 1.0 else (lambda _, part: replace(part * keep, offer=part.offer))
    return Flow(attrs, np.array(rates, dtype=float), admission, offer=offer)


def total(expected: Any) -> float:
    return float(sum(flow.per_day.sum() for flow in expected.outcomes.values()))


@RELAXED
@given(rates=RATES)
def test_whoever_comes_leaves_with_some_outcome(specs: dict[str, CareSpec], rates: list[float]) -> None:
    for kind, spec in specs.items():
        expected = spec.expect(flow_of(rates))
        assert total(expected) == pytest.approx(sum(rates)), kind
        assert expected.outcomes.keys() <= spec.OUTCOMES.keys()
        for flow in expected.outcomes.values():
            assert (flow.per_day >= -1e-9).all(), kind


@RELAXED
@given(rates=RATES, factor=st.floats(0.1, 10))
def test_more_patients_need_as_much_more(
    specs: dict[str, CareSpec], rates: list[float], factor: float
) -> None:
    for kind, spec in specs.items():
        one, more = (spec.expect(flow_of([f * rate for rate in rates])) for f in (1.0, factor))
        assert more.loads.keys() == one.loads.keys()
        for resource, used in one.loads.items():
            assert used >= -1e-9, (kind, resource)
            assert more.loads[resource] == pytest.approx(factor * used, abs=1e-9), (kind, resource)


@RELAXED
@given(one=RATES, other=RATES)
def test_two_flows_together_need_what_they_need_apart(
    specs: dict[str, CareSpec], one: list[float], other: list[float]
) -> None:
    both = [a + b for a, b in zip(one, other, strict=True)]
    for kind, spec in specs.items():
        parts = [spec.expect(flow_of(rates)).loads for rates in (one, other)]
        for resource, used in spec.expect(flow_of(both)).loads.items():
            apart = sum(part.get(resource, 0.0) for part in parts)
            assert used == pytest.approx(apart, abs=1e-9), (kind, resource)


@RELAXED
@given(rates=RATES, keep=st.floats(0, 0.99))
def test_alternatives_take_patients_and_never_bring_any(
    specs: dict[str, CareSpec], rates: list[float], keep: float
) -> None:
    for kind, spec in specs.items():
        alone, offered = spec.expect(flow_of(rates)), spec.expect(flow_of(rates, keep))
        assert total(offered) <= total(alone) + 1e-9, kind
        for resource, used in alone.loads.items():
            assert offered.loads[resource] <= used + 1e-9, (kind, resource)


@RELAXED
@given(rates=RATES)
def test_every_resource_that_is_used_has_units(specs: dict[str, CareSpec], rates: list[float]) -> None:
    for kind, spec in specs.items():
        for resource in spec.expect(flow_of(rates)).loads:
            assert capacity_of(spec, resource) > 0, (kind, resource)


@RELAXED
@given(
    days=st.floats(0.5, 60),
    share=st.integers(0, 100),
    rates=RATES,
)
def test_a_longer_stay_needs_as_many_more_beds(days: float, share: int, rates: list[float]) -> None:
    """Little's law: patients a day times days; with a share who move on before half of a constant stay."""
    stay = f"{days!r} days"
    plain = spec_of({"kind": "ward", "beds": 9, "stay": stay})
    assert plain.expect(flow_of(rates)).loads["beds"] == pytest.approx(sum(rates) * days)
    moving = spec_of(
        {
            "kind": "ward",
            "beds": 9,
            "stay": stay,
            "move_on": {"share": f"{share}%", "after": f"{days / 2!r} days"},
        }
    )
    expected = moving.expect(flow_of(rates))
    assert expected.loads["beds"] == pytest.approx(sum(rates) * days * (1 - share / 200))
    assert expected.outcomes["moved_on"].per_day.sum() == pytest.approx(sum(rates) * share / 100)


class TestStability:
    """Loads of a whole system."""

    def test_loads_are_listed_from_the_fullest(self) -> None:
        shares = [load.share for load in loads(load(TOWN))]
        assert shares == sorted(shares, reverse=True)
        assert all(0 < share < 1 for share in shares)

    @pytest.mark.parametrize("factor", [0.5, 1.5])
    def test_demand_moves_every_load_in_proportion(self, tmp_path: Path, factor: float) -> None:
        usual, other = written(ROOMY, tmp_path), written(ROOMY, tmp_path)
        more = other.change(
            {f"demand.{name}.per_day": spec.per_day * factor for name, spec in other.demand.items()}
        )
        before = {(each.service, each.resource): each for each in loads(usual)}
        for each in loads(more):
            was = before[each.service, each.resource]
            assert each.needed == pytest.approx(factor * was.needed, rel=1e-3)
            assert each.capacity == was.capacity

    def test_more_capacity_never_makes_a_system_unable_to_settle(self, tmp_path: Path) -> None:
        few = written(ROOMY, tmp_path, services__ward__beds=1)
        enough = written(ROOMY, tmp_path, services__ward__beds=600)
        assert [problem.path for problem in overloads(few)] == ["services.ward"]
        assert overloads(enough) == []

    def test_nothing_to_give_is_an_endless_load(self, tmp_path: Path) -> None:
        none = written(ROOMY, tmp_path, services__hot_clinic__staff=0)
        fullest = loads(none)[0]
        assert (fullest.service, fullest.resource, fullest.share) == ("hot_clinic", "staff", float("inf"))
        (problem,) = overloads(none)
        assert "has 0." in problem.message


class TestFingerprint:
    """What decides results, and what does not."""

    @pytest.mark.parametrize(
        "change",
        [
            {"services.ward.beds": 601},
            {"services.department.handover": "17 min"},
            {"demand.calls.per_day": 51},
            {"pathways.hot_clinic.referred": "leave"},
            {"alternatives.crews.scene.0.uptake": "61%"},
            {"time.horizon": "3 weeks"},
            {"time.start": "2026-11-09"},
            {"services.ward.rounds": ["09:00"]},
            {"casemix.usual.age.18-64": "59%"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_a_setting_that_decides_results_changes_it(self, tmp_path: Path, change: dict[str, Any]) -> None:
        scenario = written(ROOMY, tmp_path)
        assert scenario.change(change).digest != scenario.digest

    @pytest.mark.parametrize(
        "change",
        [
            {"title": "Another title"},
            {"replications": 7},
            {"seed": 1},
            {"services.ward.label": "The ward"},
            {"places.town.label": "The town"},
            {"about.question": "Why?"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_words_and_the_seed_do_not(self, tmp_path: Path, change: dict[str, Any]) -> None:
        scenario = written(ROOMY, tmp_path)
        assert scenario.change(change).digest == scenario.digest

    def test_it_is_the_same_for_the_same_text_and_for_the_resolved_one(self, tmp_path: Path) -> None:
        one = written(ROOMY, tmp_path)
        (tmp_path / "again.yaml").write_text(one.resolved_text(), encoding="utf-8")
        assert load(tmp_path / "again.yaml").digest == one.digest == written(ROOMY, tmp_path).digest
