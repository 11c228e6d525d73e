"""Mixes: shares over named options."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from flowsim.spec.base import Misfit
from flowsim.spec.mixes import Mix


def test_shares_are_kept_in_the_order_written() -> None:
    mix = Mix.model_validate({"b": "30%", "a": "70%"})
    assert mix.options == ("b", "a")
    assert (mix.share("a"), mix.share("b"), mix.share("c")) == (0.7, 0.3, 0.0)


def test_rest_is_what_the_others_leave() -> None:
    assert Mix.model_validate({"a": "30%", "b": "rest", "c": "20%"}).share("b") == pytest.approx(0.5)
    assert Mix.model_validate({"a": "100%", "b": "rest"}).share("b") == 0.0


@pytest.mark.parametrize("written", ["home", {"home": "100%"}, {"home": "rest"}])
def test_one_option_for_everybody(written: Any) -> None:
    mix = Mix.model_validate(written)
    assert mix == Mix.only("home")
    assert mix.share("home") == 1.0


def test_rounding_is_forgiven_and_put_right() -> None:
    mix = Mix.model_validate({"a": "33.3%", "b": "33.3%", "c": "33.3%"})
    assert sum(mix.root.values()) == pytest.approx(1.0, abs=1e-15)
    assert mix.share("a") == pytest.approx(1 / 3)


def test_numbers_may_be_names() -> None:
    assert Mix.model_validate({1: "40%", 2: "60%"}).options == ("1", "2")
    assert Mix.model_validate(3) == Mix.only("3")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"a": "30%", "b": "60%"}, "the shares add up to 90%, not 100%"),
        ({"a": "70%", "b": "60%"}, "the shares add up to 130%, not 100%"),
        ({"a": "70%", "b": "60%", "c": "rest"}, "the shares add up to 130%"),
        ({"a": "rest", "b": "rest"}, "only one share may be rest"),
        ({"a": 0.3, "b": "70%"}, "write 30%|per cent"),
        ({"a": "130%"}, "130%"),
        ({}, "add up to 0%"),
        ([1], "write one name, or shares by name"),
        (True, "write one name, or shares by name"),
    ],
)
def test_what_does_not_add_up_is_refused(written: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Mix.model_validate(written)


def test_a_second_rest_is_pointed_at() -> None:
    with pytest.raises(ValidationError) as caught:
        Mix.model_validate({"a": "rest", "b": "rest"})
    misfit = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(misfit, Misfit)
    assert misfit.where == ("b",)


def test_the_json_schema_names_both_ways_of_writing() -> None:
    schema = TypeAdapter(Mix).json_schema()
    assert [option["type"] for option in schema["anyOf"]] == [["string", "integer"], "object"]
