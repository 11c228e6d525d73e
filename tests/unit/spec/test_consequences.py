"""Unit costs and harm as data: what is read, what is refused, and that every shipped number has a source."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from flowsim.measures.catalogue import CATALOGUE, evaluate
from flowsim.model import replicate
from flowsim.scenario import load
from flowsim.spec.base import meanings
from flowsim.spec.consequences import Costs, DelayBand, Harm, UnitCosts

BAND = {"after": "6 hours", "until": "8 hours", "one_in": 80, "one_in_at_worst": 60, "one_in_at_best": 100}


@pytest.fixture(scope="module")
def costed() -> Any:
    return load("scenarios/one-hospital-costed.yaml")


def costs(**more: Any) -> Costs:
    return Costs.model_validate({"prices_of": "2025/26", **more})


class TestCosts:
    def test_a_price_of_the_same_year_is_itself(self) -> None:
        found = costs(unit={"bed_day": {"price": 900}, "call": {"price": 8, "year": "2025/26"}})
        assert (found.price("bed_day"), found.price("call")) == (900, 8)

    def test_an_earlier_price_is_raised(self) -> None:
        found = costs(inflation={"2020/21": "125%"}, unit={"bed_day": {"price": 800, "year": "2020/21"}})
        assert found.price("bed_day") == 1000

    def test_what_has_no_price_has_none(self) -> None:
        assert costs().price("bed_day") is None

    @pytest.mark.parametrize(
        "wrong",
        [
            {"unit": {"bed_day": {"price": -1}}},
            {"unit": {"bed_day": {}}},
            {"unit": {"bed": {"price": 1}}},
            {"unit": {"bed_day": {"price": 1, "year": "1999/00"}}},
            {"inflation": {"2020/21": 0}},
            {"services": {"ed": {"a_day": 3}}},
            {"services": {"ed": {"per_day": -3}}},
        ],
    )
    def test_what_does_not_fit_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            costs(**wrong)

    def test_every_item_says_what_it_is(self) -> None:
        assert set(meanings(UnitCosts)) == set(UnitCosts.model_fields)


class TestHarm:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"until": "6 hours"},
            {"one_in": 0},
            {"one_in_at_worst": 0},
            {"one_in_at_worst": 81},
            {"one_in_at_best": 79},
        ],
    )
    def test_a_band_in_disorder_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            DelayBand.model_validate(BAND | wrong)

    def test_bands_may_leave_a_gap_but_not_overlap(self) -> None:
        later = BAND | {"after": "9 hours", "until": "12 hours"}
        assert len(Harm.model_validate({"deaths": [BAND, later]}).deaths) == 2
        with pytest.raises(ValidationError):
            Harm.model_validate({"deaths": [later, BAND]})

    def test_it_is_on_where_it_is_given(self) -> None:
        found = Harm.model_validate({"deaths": [BAND]})
        assert found.enabled
        assert found.beyond


class TestShipped:
    def test_every_number_has_a_source_and_a_grade(self, costed: Any) -> None:
        numbers = {
            path: origin
            for path, origin in costed.provenance.items()
            if path.startswith(("costs.", "harm."))
            and path.rpartition(".")[2] not in ("year", "prices_of", "after", "until")
        }
        assert len(numbers) > 20
        assert [path for path, origin in numbers.items() if not (origin.source and origin.grade)] == []

    def test_bands_are_those_published(self, costed: Any) -> None:
        bands = costed.harm.deaths
        assert [(band.after, band.until, band.one_in) for band in bands] == [(360, 480, 82), (480, 720, 72)]
        crude = 0.0871
        for band, excess in zip(bands, (0.14, 0.16), strict=True):
            assert band.one_in == round(1 / (crude * excess))
        assert bands[1].one_in_at_worst == round(1 / (crude * 0.21))
        assert bands[1].one_in_at_best == round(1 / (crude * 0.12))

    def test_prices_rank_as_they_should(self, costed: Any) -> None:
        price = costed.costs.price
        assert price("critical_care_bed_day") > price("bed_day") > price("ready_bed_day")
        assert price("ready_bed_day") > price("pathway_1_day")
        assert price("type_1_attendance") > price("type_3_attendance") > 0
        assert price("bed_day") > price("virtual_ward_day")

    def test_costs_and_harm_change_nobodys_day(self, costed: Any) -> None:
        plain = load("scenarios/one-hospital.yaml")
        assert plain.costs is None
        assert plain.harm is None
        assert costed.digest != plain.digest
        assert costed.services == plain.services

    def test_every_other_measure_is_the_same_to_the_last_digit(self) -> None:
        found = []
        for name in ("one-hospital", "one-hospital-costed"):
            scenario = load(
                f"scenarios/{name}.yaml", sets=["time.horizon=1 week", "time.warm_up=1 week", "seed=7"]
            )
            table = evaluate(replicate(scenario, 1), scenario)
            columns = (table[column].tolist() for column in ("measure", "level", "group", "value"))
            found.append({row[:3]: row[3] for row in zip(*columns, strict=True)})
        plain, costed = found
        more = {measure for measure, _, _ in costed.keys() - plain.keys()}
        assert {CATALOGUE[measure].area for measure in more} == {"cost", "harm"}
        assert {key: costed[key] for key in plain} == pytest.approx(plain, abs=0, rel=0, nan_ok=True)
