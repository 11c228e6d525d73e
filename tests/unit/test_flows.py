"""Average flows: the same cells in the same order in every process, whatever a scenario depends on."""

from pathlib import Path

import numpy as np
import pytest

from flowsim import flows
from flowsim.sampling.cells import cells
from flowsim.scenario import load
from flowsim.spec.scenario import Scenario
from flowsim.vocabulary import ATTRIBUTES

TOWN = Path(__file__).parents[2] / "scenarios" / "one-hospital.yaml"


@pytest.fixture(scope="module")
def town() -> Scenario:
    return load(TOWN)


def test_cells_do_not_depend_on_the_order_of_a_set(town: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set of words has another order in every process; the loaded start draws from the cells in theirs."""
    needed = sorted(flows._attributes_that_matter(town))
    found = []
    for order in (needed, needed[::-1]):
        monkeypatch.setattr(flows, "_attributes_that_matter", lambda _, order=order: order)
        found.append(list(flows._demand(town, flows.Flows())))
    for (to, one), (other_to, other) in zip(*found, strict=True):
        assert to == other_to
        assert list(one.attrs) == list(other.attrs)
        assert all((one.attrs[name] == other.attrs[name]).all() for name in one.attrs)
        assert (one.per_day == other.per_day).all()


def test_cells_stay_apart_when_every_attribute_matters(
    town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows, "_attributes_that_matter", lambda _: list(ATTRIBUTES))
    found = list(flows._demand(town, flows.Flows()))
    for (_, flow), demand in zip(found, town.demand.values(), strict=True):
        own = cells(town, demand).by_admission()
        per_day = own.weight * flows.mean_per_day(town, demand)
        for name, values in ATTRIBUTES.items():
            expected = np.bincount(own.attrs[name], per_day, minlength=len(values))
            seen = np.bincount(flow.attrs[name], flow.per_day, minlength=len(values))
            assert seen == pytest.approx(expected), name
