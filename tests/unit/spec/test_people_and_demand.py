"""Case mixes and demand streams as planners write them."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from flowsim.spec.base import Misfit, meanings
from flowsim.spec.demand import DemandSpec, Route
from flowsim.spec.mixes import Mix
from flowsim.spec.people import CaseMix
from flowsim.vocabulary import (
    ATTRIBUTES,
    DRAWN,
    OUT_OF_AREA,
    ROUTES,
    code_of,
    everywhere,
    values_of,
)
from people_and_demand import MIXED, PLACES, casemix, demand


def misfit_of(model: Any, written: dict[str, Any]) -> Misfit:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(written, context={"places": PLACES})
    misfit = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(misfit, Misfit)
    return misfit


def test_left_out_means_all_alike() -> None:
    plain = CaseMix()
    defaults = {name: plain.mix(name).leaves()[0].options for name in DRAWN}
    assert defaults == {
        "age": ("18-64",),
        "fifth": ("3",),
        "acuity": ("3",),
        "stream": ("medical",),
        "frailty": ("no",),
        "category": ("none",),
        "pathway": ("0",),
    }
    assert plain.admission.leaves() == (0.0,)


def test_case_mixes_compare_by_value() -> None:
    assert casemix(age="85+") == casemix(age={"85+": "100%"})
    assert casemix(age="85+") != casemix(age="0-17")
    assert casemix() == CaseMix()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"age": {"by": "acuity", "otherwise": "85+"}}, "age cannot depend on acuity, which is drawn later"),
        ({"acuity": {"by": "acuity", "otherwise": "3"}}, "acuity cannot depend on acuity"),
        ({"frailty": {"by": "pathway", "otherwise": "no"}}, "frailty cannot depend on pathway"),
        ({"pathway": {"by": "admission", "otherwise": "0"}}, "pathway cannot depend on admission"),
    ],
)
def test_nothing_depends_on_what_is_drawn_later(written: dict[str, Any], said: str) -> None:
    assert said in str(misfit_of(CaseMix, written))


def test_attributes_may_depend_on_place_route_and_those_before() -> None:
    assert MIXED.mix("fifth").attributes() == ("place",)
    assert MIXED.admission.attributes() == ("acuity", "route")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"age": {"17": "100%"}}, "17 is not a value of age. Did you mean 0-17?"),
        ({"stream": "medicine"}, "medicine is not a value of stream. Did you mean medical?"),
        ({"acuity": "6"}, "6 is not a value of acuity"),
    ],
)
def test_an_unknown_value_of_an_attribute_is_explained(written: dict[str, Any], said: str) -> None:
    misfit = misfit_of(CaseMix, written)
    assert said in str(misfit)
    assert misfit.at_key
    assert misfit.allowed


def test_demand_has_sensible_defaults() -> None:
    spec = demand()
    assert spec.route == "walk_in"
    assert spec.place == Mix.only(OUT_OF_AREA)
    assert (spec.profile.weights == 1.0).all()
    assert (spec.bank_holiday, spec.day_variation, spec.casemix) == (1.0, 0.0, "")


def test_a_case_mix_is_named_or_written_in_place() -> None:
    assert demand(casemix="adults").casemix == "adults"
    inline = demand(casemix={"age": "85+"}).casemix
    assert isinstance(inline, CaseMix)
    assert inline == casemix(age="85+")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"months": {"january": 1.1}}, "january is not a month. Did you mean jan?"),
        ({"weekdays": {"mon": 1.1}}, "mon is not a day of the week"),
        ({"place": "toun"}, "toun is not a value of place. Did you mean town?"),
        ({"place": {"coast": "50%", "tow": "50%"}}, "tow is not a value of place. Did you mean town?"),
    ],
)
def test_unknown_names_in_demand_are_explained(written: dict[str, Any], said: str) -> None:
    assert said in str(misfit_of(DemandSpec, {"to": "ed", "per_day": 1, **written}))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"per_day": -1}, "below 0"),
        ({"per_day": "nan"}, "number"),
        ({"months": {"jan": -0.5}}, "below 0"),
        ({"day_variation": "0.1"}, "per cent"),
        ({"route": "walkin"}, "walk_in"),
        ({"casemix": {"aeg": "85+"}}, "Extra inputs|aeg"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_bad_demand_is_refused(written: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        DemandSpec.model_validate({"to": "ed", "per_day": 1, **written})


def test_the_mean_a_day_counts_weekdays_and_months() -> None:
    assert demand(per_day=100).mean_per_day() == pytest.approx(100.0)
    assert demand(per_day=70, weekdays={"saturday": 0, "sunday": 0}).mean_per_day() == pytest.approx(50.0)
    assert demand(per_day=100, months={"jan": 2}).mean_per_day() == pytest.approx(100 * 13 / 12)
    assert demand(per_day=100, months={"jan": 2}).mean_per_day([12, 1]) == pytest.approx(150.0)
    busy = {"weekday": "00:00-24:00=3", "weekend": "00:00-24:00=1"}
    closed = demand(per_day=70, profile=busy, weekdays={"saturday": 0, "sunday": 0})
    assert closed.mean_per_day() == pytest.approx(70 * 15 / 17)


def test_routes_are_those_of_the_vocabulary() -> None:
    assert Route.__args__ == ROUTES  # type: ignore[attr-defined]


def test_every_setting_has_a_manual_entry() -> None:
    for model in (CaseMix, DemandSpec):
        assert set(meanings(model)) == set(model.model_fields)


def test_the_vocabulary_codes_its_words() -> None:
    assert code_of("age", "85+") == 4
    assert code_of("place", "town", PLACES) == 1
    assert code_of("place", OUT_OF_AREA, PLACES) == 2
    assert values_of("place") == ()
    assert values_of("place", PLACES) == ("coast", "town", OUT_OF_AREA)
    assert everywhere(("out_of_area", "x")) == ("out_of_area", "x")
    assert all(len(values) < 128 for values in ATTRIBUTES.values())
    assert np.isin(DRAWN, list(ATTRIBUTES)).all()
