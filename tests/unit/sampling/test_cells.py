"""Cells: the exact law of who comes."""

import numpy as np
import pytest

from flowsim.sampling.cells import casemix_of, cells, cells_of
from flowsim.sampling.draws import Draws
from flowsim.sampling.people import People
from flowsim.sampling.uniforms import key_of, mixed
from flowsim.spec.mixes import Mix
from flowsim.spec.people import CaseMix
from flowsim.vocabulary import ATTRIBUTES, ROUTES
from people_and_demand import MIXED, PLACES, Plan, casemix, demand

PLACE = Mix.model_validate({"coast": "70%", "town": "20%", "out_of_area": "10%"})


def share_where(found: object, **wanted: int) -> float:
    inside = np.ones(len(found.weight), dtype=bool)  # type: ignore[attr-defined]
    for name, code in wanted.items():
        inside &= found.attrs[name] == code  # type: ignore[attr-defined]
    return float(found.weight[inside].sum())  # type: ignore[attr-defined]


def test_the_default_case_mix_is_one_cell() -> None:
    found = cells_of(CaseMix(), Mix.only("out_of_area"), "walk_in")
    assert found.weight.tolist() == [1.0]
    assert found.admission.tolist() == [0.0]
    codes = {name: int(codes[0]) for name, codes in found.attrs.items() if codes[0]}
    assert codes == {"age": 1, "fifth": 2, "acuity": 2, "stream": 1}


def test_shares_multiply_down_the_conditions() -> None:
    found = cells_of(MIXED, PLACE, "walk_in", PLACES)
    assert found.weight.sum() == pytest.approx(1.0)
    assert (found.weight > 0.0).all()
    assert share_where(found, place=0) == pytest.approx(0.7)
    assert share_where(found, place=0, fifth=0) == pytest.approx(0.35)
    assert share_where(found, age=4, frailty=1) == pytest.approx(0.08 * 0.6)
    assert share_where(found, age=4, frailty=1, pathway=3) == pytest.approx(0.08 * 0.6 * 0.1)
    assert share_where(found, age=0, stream=1) == 0.0
    assert share_where(found, age=0, stream=4) == pytest.approx(0.25)


def test_every_cell_is_different() -> None:
    found = cells_of(MIXED, PLACE, "walk_in", PLACES)
    rows = np.stack(list(found.attrs.values()))
    assert np.unique(rows, axis=1).shape[1] == len(found.weight)


def test_the_need_for_admission_by_cell() -> None:
    found = cells_of(MIXED, PLACE, "gp", PLACES)
    acuity = found.attrs["acuity"]
    assert set(found.attrs["route"].tolist()) == {ROUTES.index("gp")}
    assert found.admission.tolist() == np.select([acuity == 0, acuity == 1], [0.9, 0.55], 0.5).tolist()


def test_cells_split_by_the_need_for_admission() -> None:
    whole = cells_of(MIXED, PLACE, "gp", PLACES)
    split = whole.by_admission()
    assert split.weight.sum() == pytest.approx(1.0)
    assert float((split.weight * split.admission).sum()) == pytest.approx(
        float((whole.weight * whole.admission).sum())
    )
    assert split.attrs["admission"].tolist() == split.admission.tolist()
    nobody = cells_of(CaseMix(), Mix.only("out_of_area"), "walk_in").by_admission()
    assert nobody.attrs["admission"].tolist() == [0]


def test_sampling_follows_the_cells() -> None:
    found = cells_of(MIXED, PLACE, "ambulance", PLACES)
    count = 200_000
    uid = mixed(np.arange(count, dtype=np.uint64), key_of("cells"))
    drawn = People(MIXED, PLACE, "ambulance", Draws(3, 1, PLACES)).attributes(uid)
    place_of = {tuple(row): i for i, row in enumerate(np.stack(list(found.attrs.values())).T.tolist())}
    cell = [place_of[tuple(row)] for row in np.stack([drawn[name] for name in found.attrs]).T.tolist()]
    counts = np.bincount(cell, minlength=len(found.weight))
    expected = count * found.weight
    common = expected > 5
    chi = float(((counts - expected)[common] ** 2 / expected[common]).sum())
    freedom = int(common.sum())
    assert abs(chi - freedom) < 3.29 * np.sqrt(2 * freedom) + 10
    admitted = np.bincount(cell, drawn["admission"], minlength=len(found.weight))
    gap = (admitted - counts * found.admission) / np.sqrt(
        np.maximum(counts * found.admission * (1 - found.admission), 1)
    )
    assert np.abs(gap[counts > 100]).max() < 4.5


def test_the_cells_of_a_stream_of_a_scenario() -> None:
    plan = Plan(
        {"a": demand(casemix="mixed", place={"coast": "70%", "town": "20%", "out_of_area": "10%"})},
        {"mixed": MIXED},
    )
    found = cells(plan, plan.demand["a"])  # type: ignore[arg-type]
    assert found.weight.tolist() == cells_of(MIXED, PLACE, "walk_in", PLACES).weight.tolist()


def test_a_case_mix_is_written_named_or_the_default() -> None:
    inline = casemix(age="85+")
    assert casemix_of(demand(casemix=inline), {}) == inline
    assert casemix_of(demand(casemix="x"), {"x": inline}) is inline
    assert casemix_of(demand(), {}) == CaseMix()


def test_attributes_come_in_the_order_of_the_patient_table() -> None:
    uid = np.arange(4, dtype=np.uint64)
    drawn = People(MIXED, PLACE, "walk_in", Draws(1, 1, PLACES)).attributes(uid)
    assert tuple(drawn) == tuple(ATTRIBUTES)


def test_a_patient_does_not_depend_on_company() -> None:
    uid = mixed(np.arange(1000, dtype=np.uint64), key_of("x"))
    people = People(MIXED, PLACE, "walk_in", Draws(1, 1, PLACES))
    whole, part = people.attributes(uid), people.attributes(uid[::7])
    assert all((whole[name][::7] == part[name]).all() for name in ATTRIBUTES)
