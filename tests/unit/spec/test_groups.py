"""Values by group: what may be written, what is found for whom, and what is said about mistakes."""

import json
import pickle
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from flowsim.spec.base import Misfit, Spec
from flowsim.spec.distributions import Distribution
from flowsim.spec.groups import Branch, ByGroup, Lookup, grouped
from flowsim.spec.values import Share
from flowsim.vocabulary import ATTRIBUTES, everywhere
from people_and_demand import PLACES, durations, mixes, shares

NESTED = {
    "by": "age",
    "0-17": "30%",
    "18-64, 65-74": "10%",
    "otherwise": {"by": "acuity", 1: "1%", "2": "2%", "otherwise": "3%"},
}


class Settings(Spec):
    share: ByGroup[Share]
    """A share."""
    stay: ByGroup[Distribution] = ByGroup(None)  # type: ignore[arg-type]
    """A stay."""


def refusal(written: Any) -> tuple[str, Misfit | None]:
    """Return what is said about a mistake, and the way to it."""
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"share": written}, context={"places": PLACES})
    (error,) = caught.value.errors()
    misfit = error.get("ctx", {}).get("error")
    return error["msg"], misfit if isinstance(misfit, Misfit) else None


def test_one_value_is_for_everybody() -> None:
    lookup = shares("5%").compile()
    assert lookup.attributes == ()
    assert lookup.leaves == (0.05,)
    assert lookup.leaf({}) == 0.05
    assert lookup.at({}, 0) == 0
    assert lookup.index({"age": np.zeros(3, dtype=np.int8)}).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("age", "acuity", "share"),
    [
        ("0-17", "1", 0.3),
        ("18-64", "5", 0.1),
        ("65-74", "2", 0.1),
        ("85+", "1", 0.01),
        ("75-84", "2", 0.02),
        ("85+", "4", 0.03),
    ],
)
def test_nested_groups_are_found(age: str, acuity: str, share: float) -> None:
    assert shares(NESTED).compile().leaf({"age": age, "acuity": acuity}) == share


def test_bulk_and_single_lookups_agree_on_every_combination() -> None:
    lookup = shares(NESTED).compile()
    age, acuity = (grid.ravel().astype(np.int8) for grid in np.meshgrid(np.arange(5), np.arange(5)))
    found = lookup.index({"age": age, "acuity": acuity, "fifth": age})
    codes = {"age": age.tobytes(), "acuity": acuity.tobytes()}
    assert found.tolist() == [lookup.at(codes, row) for row in range(25)]
    words = [
        lookup.leaf({"age": ATTRIBUTES["age"][a], "acuity": ATTRIBUTES["acuity"][c]})
        for a, c in zip(age, acuity, strict=True)
    ]
    assert [lookup.leaves[i] for i in found] == words


def test_attributes_are_in_the_order_of_the_vocabulary_however_nested() -> None:
    table = {"by": "pathway", "0": "1%", "otherwise": {"by": "age", "85+": "2%", "otherwise": "3%"}}
    assert shares(table).attributes() == ("age", "pathway")


def test_places_are_the_scenarios_and_out_of_area() -> None:
    lookup = shares({"by": "place", "coast": "1%", "town": "2%", "out_of_area": "3%"}).compile()
    assert [lookup.leaf({"place": place}, PLACES) for place in everywhere(PLACES)] == [0.01, 0.02, 0.03]
    assert shares({"by": "place", "town": "2%", "otherwise": "9%"}).compile(PLACES).leaves == (0.09, 0.02)


def test_places_may_be_known_only_later() -> None:
    table = Settings.model_validate({"share": {"by": "place", "inland": "1%", "otherwise": "2%"}}).share
    assert table.compile(("inland", "coast")).leaf({"place": "inland"}, ("inland", "coast")) == 0.01
    with pytest.raises(ValueError, match="needs the scenario's places"):
        table.compile()


def test_a_place_nobody_named_is_missed_when_the_table_is_made() -> None:
    table: ByGroup[float] = ByGroup(Branch("place", ((("coast",), 0.1),)))
    with pytest.raises(ValueError, match="nothing is given for place inland"):
        table.compile(("coast", "inland"))


def test_distributions_and_mixes_by_group() -> None:
    stay = durations({"by": "frailty", "yes": "3 days", "no": {"mean": "1 day", "sd": "2 days"}}).compile()
    assert stay.leaf({"frailty": "yes"}).mean_minutes() == 3 * 1440
    mix = mixes({"by": "frailty", "yes": {"a": "30%", "b": "rest"}, "no": "a"}).compile()
    assert mix.leaf({"frailty": "yes"}).share("b") == pytest.approx(0.7)
    assert mix.leaf({"frailty": "no"}).share("a") == 1.0


def test_need_for_admission_is_an_attribute_too() -> None:
    assert shares({"by": "admission", "yes": "1%", "no": "2%"}).compile().leaves == (0.02, 0.01)


@pytest.mark.parametrize(
    ("written", "said", "where", "at_key"),
    [
        (
            {"by": "agee", "0-17": "3%"},
            "agee is not an attribute of a patient. Did you mean age?",
            ("by",),
            False,
        ),
        (
            {"by": "age", "0-18": "3%", "otherwise": "1%"},
            "0-18 is not a value of age. Did you mean 0-17?",
            ("0-18",),
            True,
        ),
        (
            {"by": "place", "toun": "3%", "otherwise": "1%"},
            "toun is not a value of place. Did you mean town?",
            ("toun",),
            True,
        ),
        ({"by": "frailty", "yes": "3%", "yes, no": "1%"}, "frailty yes is given twice", ("yes, no",), True),
        ({"by": "frailty", "yes": "3%"}, "nothing is given for frailty no: add it, or otherwise", (), False),
    ],
)
def test_mistakes_in_groups_are_explained(
    written: Any, said: str, where: tuple[str, ...], at_key: bool
) -> None:
    message, misfit = refusal(written)
    assert said in message
    assert misfit is not None
    assert (misfit.where, misfit.at_key) == (where, at_key)


def test_an_unknown_group_names_what_is_allowed() -> None:
    _, misfit = refusal({"by": "frailty", "maybe": "3%", "otherwise": "1%"})
    assert misfit is not None
    assert misfit.allowed == "no, yes"


def test_a_mistake_deep_inside_says_where() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(
            {"share": {**NESTED, "otherwise": {"by": "acuity", "1": "7", "otherwise": "3%"}}}
        )
    (error,) = caught.value.errors()
    assert "write 7%" in error["msg"]
    assert [step for step in error["loc"] if step in ("share", "otherwise", "1")] == [
        "share",
        "otherwise",
        "1",
    ]


def test_every_mistake_is_reported_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"share": {"by": "frailty", "yes": "3", "no": "4"}})
    assert caught.value.error_count() == 2


def test_too_many_groups_are_refused() -> None:
    tree: Any = 0.5
    for name in ("age", "fifth", "acuity", "stream", "frailty", "category", "pathway", "route", "place"):
        value = PLACES[0] if name == "place" else ATTRIBUTES[name][0]
        tree = Branch(name, (((value,), tree),), 0.1, PLACES)
    with pytest.raises(ValueError, match="too many groups"):
        ByGroup(tree).compile()


def test_groups_read_back_as_written() -> None:
    table = shares(NESTED)
    assert table.raw() == {
        "by": "age",
        "0-17": 0.3,
        "18-64, 65-74": 0.1,
        "otherwise": {"by": "acuity", "1": 0.01, "2": 0.02, "otherwise": 0.03},
    }
    settings = Settings.model_validate({"share": NESTED, "stay": "3 days"})
    dumped = settings.model_dump(mode="json")
    assert json.loads(json.dumps(dumped))["share"] == table.raw()
    assert dumped["stay"]["value"] == 3 * 1440


def test_groups_compare_by_value_and_survive_a_worker() -> None:
    table = shares(NESTED)
    assert table == shares(NESTED)
    assert table != shares("3%")
    assert table != 0.3
    assert hash(table) == hash(shares(NESTED))
    table.compile()
    copied = pickle.loads(pickle.dumps(table))
    assert copied == table
    assert copied.compile().leaves == table.compile().leaves
    assert "18-64, 65-74" in repr(table)


def test_a_table_is_compiled_once() -> None:
    table = shares(NESTED)
    assert table.compile() is table.compile()
    assert isinstance(table.compile(), Lookup)


def test_what_is_already_by_group_passes_through() -> None:
    table = shares(NESTED)
    assert Settings.model_validate({"share": table}).share is table
    assert grouped(table) is table
    assert grouped(0.3).compile().leaves == (0.3,)
    assert table.leaves() == (0.3, 0.1, 0.01, 0.02, 0.03)


def test_the_json_schema_allows_groups_within_groups() -> None:
    schema = Settings.model_json_schema()
    groups = [s for s in schema["$defs"].values() if "oneOf" in s or "anyOf" in s]
    text = json.dumps(groups)
    assert '"enum": ["age", "fifth"' in text
    assert "prefixItems" not in text
    assert "0x" not in json.dumps(schema)  # the same schema on every run
