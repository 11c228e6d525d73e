"""Who gains and who loses: every sentence and cell from estimates that are known."""

from dataclasses import dataclass, field
from math import nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.measures.estimates import Estimate
from flowsim.report.document import Cell
from flowsim.report.sections import gains


def est(mean: float, half: float = nan) -> Estimate:
    return Estimate("delay", "system", "", 3, mean, nan, half, (nan,) * 5)


@dataclass
class Followed:
    """Patients followed through two plans: what is known of them, by (what, level, group)."""

    known: dict[tuple[str, str, str], Estimate]
    classes: dict[str, Estimate] = field(default_factory=dict)
    only_base: dict[str, Estimate] = field(default_factory=dict)
    only_other: dict[str, Estimate] = field(default_factory=dict)

    def of(self, what: str, level: str = "system", group: str = "") -> Estimate:
        return self.known.get((what, level, group), est(0.0))

    def groups(self, level: str) -> list[str]:
        return list(dict.fromkeys(group for _, one, group in self.known if one == level))


class Plain:
    """As much of a material as these sentences read."""

    called = ("Baseline", "Plan", "Other")

    class names:  # noqa: N801 - stands in the place of an attribute
        @staticmethod
        def of(level: str, group: str) -> str:
            return f"{level} {group}"


def said(found: Followed, i: int = 0) -> list[str]:
    listing, _ = gains._told(Plain(), i, found)  # type: ignore[arg-type]
    return list(listing.items)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("net", "text"),
    [
        (est(12.0), "12 fewer in all"),
        (est(-12.0), "12 more in all"),
        (est(0.0), "0 fewer in all"),
        (est(3.25), "3.2 fewer in all"),
        (est(1234.0, 100.0), "1,234 fewer in all (1,134 fewer to 1,334 fewer)"),
        (est(-20.0, 5.0), "20 more in all (25 more to 15 more)"),
        (est(5.0, 20.0), "no clear change in all (15 more to 25 fewer)"),
        (est(0.5, 1.0), "no clear change in all (0.5 more to 1.5 fewer)"),
        (est(0.5, 0.25), "0.5 fewer in all (0.2 fewer to 0.8 fewer)"),
        (est(2.0, 2.0), "no clear change in all (0.0 fewer to 4.0 fewer)"),
    ],
)
def test_what_is_left_when_what_is_added_is_taken_away(net: Estimate, text: str) -> None:
    assert gains._net(net) == text


@pytest.mark.parametrize(
    ("saved", "decimals", "judged", "cell"),
    [
        (est(12.0), 0, False, Cell("-12", -12.0)),
        (est(-12.0), 0, True, Cell("+12", 12.0)),
        (est(0.0, 0.0), 0, True, Cell("the same", 0.0)),
        (est(12.0, 2.0), 0, False, Cell("-12 (-14 to -10), fewer", -12.0)),
        (est(-12.0, 2.0), 0, False, Cell("+12 (+10 to +14), more", 12.0)),
        (est(12.0, 2.0), 1, True, Cell("-12.0 (-14.0 to -10.0), better", -12.0, "better")),
        (est(-12.0, 2.0), 1, True, Cell("+12.0 (+10.0 to +14.0), worse", 12.0, "worse")),
        (est(1.0, 2.0), 0, True, Cell("-1 (-3 to +1), no clear change", -1.0)),
        (est(0.2, 0.5), 0, False, Cell("0 (-1 to 0), no clear change", -0.2)),
        (est(2.0, 2.0), 0, False, Cell("-2 (-4 to 0), no clear change", -2.0)),
    ],
)
def test_what_is_saved_is_written_as_a_change(
    saved: Estimate, decimals: int, judged: bool, cell: Cell
) -> None:
    assert gains._change(saved, decimals, judged=judged) == cell


@settings(deadline=None)
@given(st.floats(-1e5, 1e5), st.floats(0.0, 1e4), st.booleans())
def test_words_of_a_change_follow_its_interval(mean: float, half: float, judged: bool) -> None:
    saved = est(mean, half)
    found = gains._change(saved, 1, judged=judged)
    assert found.value == -mean
    if saved.low > 0:
        assert found.text.endswith("better" if judged else "fewer")
    elif saved.high < 0:
        assert found.text.endswith("worse" if judged else "more")
    else:
        assert found.text.endswith("no clear change") or found.text == "the same"
    assert bool(found.tone) == (judged and (saved.low > 0 or saved.high < 0))
    assert "-0.0 " not in found.text
    assert "+0.0 " not in found.text


@pytest.mark.parametrize(
    ("fewer", "more", "groups", "text"),
    [
        (0, 0, 5, "no clear change in any of 5 groups"),
        (1, 0, 5, "1 of 5 groups waits less"),
        (2, 0, 5, "2 of 5 groups wait less"),
        (0, 1, 5, "1 of 5 groups waits more"),
        (1, 2, 5, "1 of 5 groups waits less, 2 wait more"),
        (3, 1, 5, "3 of 5 groups wait less, 1 waits more"),
    ],
)
def test_how_many_groups_wait_less_and_more(fewer: int, more: int, groups: int, text: str) -> None:
    assert gains._who_waits(fewer, more, groups) == text


@pytest.mark.parametrize(
    ("each", "text"),
    [
        (est(10.0), "–"),
        (est(10.0, 2.0), "8 to 12"),
        (est(1.0, 4.0), "0 to 5"),
        (est(2000.0, 500.0), "1,500 to 2,500"),
    ],
)
def test_a_number_of_patients_is_never_below_none(each: Estimate, text: str) -> None:
    assert gains._span(each) == text


def test_what_happens_to_the_same_patients_in_words() -> None:
    known = {
        ("ed_attendances_avoided", "system", ""): est(30.0),
        ("ed_attendances_added", "system", ""): est(10.0),
        ("ed_attendances_net", "system", ""): est(20.0, 4.0),
        ("delay_saved", "system", ""): est(500.0),
        ("delay_lost", "system", ""): est(200.0),
        ("delay_net", "system", ""): est(300.0),
        ("better_off", "system", ""): est(70.0),
        ("worse_off", "system", ""): est(40.0),
    }
    alone = {"people": est(15.0), "ed_attendances": est(12.0)}
    found = Followed(known, only_base=alone, only_other={"people": est(0.0), "ed_attendances": est(0.0)})
    assert said(found) == [
        "ED attendances: 30 avoided, 10 added for others; 20 fewer in all (16 fewer to 24 fewer).",
        "Hours of delay: 500 saved for some, 200 lost for others; 300 fewer in all.",
        "At least 15 minutes less delay in all: 70 patients. At least 15 minutes more: 40.",
        "15 patients come in Baseline alone, with 12 ED attendances: left out above.",
    ]  # nobody is admitted more or less often, and nobody comes in the plan alone: nothing is said of it
    swapped = Followed(known, only_base={}, only_other=alone)
    assert said(swapped, 1)[-1] == "15 patients come in Other alone, with 12 ED attendances: left out above."


@pytest.mark.parametrize(
    ("what", "mean", "alike"),
    [
        ("", 0.0, True),
        ("delay_saved", 0.1, False),
        ("delay_lost", 0.1, False),
        ("emergency_admissions_added", 1.0, False),
        ("ed_attendances_avoided", 1.0, False),
        ("better_off", 0.0, True),
    ],
)
def test_where_the_same_happens_to_everybody_it_is_said_once(what: str, mean: float, alike: bool) -> None:
    found = Followed({(what, "system", ""): est(mean)})
    told: Any = gains._alike(Plain(), 0, found)  # type: ignore[arg-type]
    assert bool(told) is alike
    if alike:
        assert told[0].text == "The same happens to every patient in Baseline and in Plan."


@pytest.mark.parametrize("side", ["only_base", "only_other"])
def test_who_comes_in_one_plan_alone_is_a_difference(side: str) -> None:
    found = Followed({}, **{side: {"people": est(1.0), "ed_attendances": est(0.0)}})  # type: ignore[arg-type]
    assert gains._alike(Plain(), 0, found) == ()  # type: ignore[arg-type]


def test_classes_are_shares_of_all_patients() -> None:
    found = Followed(
        {("people", "system", ""): est(200.0)},
        classes={"no change": est(150.0, 5.0), "an hour less": est(50.0)},
    )
    table = gains._classes(Plain(), 0, found)  # type: ignore[arg-type]
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["No change", "150", "145 to 155", "75.0%"], ["An hour less", "50", "–", "25.0%"],
    ]  # fmt: skip
    assert table.rows[0][3].value == 0.75


def test_groups_have_a_row_with_every_change() -> None:
    at = ("age", "85+")
    known = {
        ("people", *at): est(400.0),
        ("ed_attendances_net", *at): est(12.0, 2.0),
        ("emergency_admissions_net", *at): est(-12.0, 2.0),
        ("delay_net", *at): est(0.0, 0.0),
        ("delay_each", *at): est(3.0, 1.0),
    }
    table = gains._table(Plain(), 0, Followed(known), "age")  # type: ignore[arg-type]
    assert [[cell.text for cell in row] for row in table.rows] == [
        [
            "age 85+", "400", "-12 (-14 to -10), fewer", "+12 (+10 to +14), more", "the same",
            "-3.0 (-4.0 to -2.0), better",
        ]
    ]  # fmt: skip
    assert [column.label for column in table.columns] == [
        "Age", "Patients", "ED attendances", "Emergency admissions",
        "Hours of delay", "Minutes of delay each",
    ]  # fmt: skip
