"""How numbers are written."""

from math import nan

import pytest

from flowsim.measures.format import MISSING, show, show_change, show_interval


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (0.7834, "share", 1, "78.3%"),
        (0.7834, "share", 0, "78%"),
        (31.4, "minutes", 0, "31 min"),
        (3.44, "minutes", 0, "3.4 min"),
        (144.0, "minutes", 0, "2.4 hours"),
        (4320.0, "minutes", 0, "3.0 days"),
        (1003.2, "patients", 0, "1,003"),
        (0.34, "patients", 0, "0.34"),
        (4.21, "patients", 0, "4.2"),
        (0.0, "patients", 0, "0"),
        (-0.0001, "patients", 0, "0.00"),
        (2987.6, "per day", 0, "2,988/day"),
        (6.27, "days", 1, "6.3 days"),
        (51.0, "hours per day", 0, "51 hours/day"),
        (nan, "share", 1, MISSING),
    ],
)
def test_show(value: float, unit: str, decimals: int, text: str) -> None:
    assert show(value, unit, decimals) == text


@pytest.mark.parametrize(
    ("value", "unit", "size", "text"),
    [
        (-0.017, "share", 0.75, "-1.7 pts"),
        (2.0, "minutes", 31.0, "+2 min"),
        (-30.0, "minutes", 150.0, "-0.5 hours"),
        (-3.0, "patients", 61.0, "-3"),
        (0.0, "patients", 61.0, "+0"),
        (nan, "patients", 61.0, MISSING),
    ],
)
def test_show_change(value: float, unit: str, size: float, text: str) -> None:
    assert show_change(value, unit, 1 if unit == "share" else 0, size) == text


def test_show_interval() -> None:
    assert show_interval(0.739, 0.756, "share") == "73.9% to 75.6%"
    assert show_interval(29.0, 33.0, "minutes", 0) == "29 to 33 min"
    assert show_interval(119.0, 125.0, "minutes", 0) == "2.0 to 2.1 hours"
    assert show_interval(nan, 3.0, "minutes", 0) == ""


@pytest.mark.parametrize(
    ("pounds", "unit", "written"),
    [
        (0.0, "pounds", "£0.00"),
        (7.5, "pounds", "£7.50"),
        (84.0, "pounds", "£84"),
        (-31.2, "pounds", "-£31"),
        (99_999.0, "pounds", "£99,999"),
        (323_871.0, "pounds per day", "£323.9k/day"),
        (18_140_000.0, "pounds", "£18.14m"),
        (float("nan"), "pounds", "–"),
    ],
)
def test_money(pounds: float, unit: str, written: str) -> None:
    assert show(pounds, unit) == written


def test_a_change_of_money_has_its_sign_before_the_currency() -> None:
    assert show_change(-12_600.0, "pounds per day", size=320_000.0) == "-£12.6k/day"
    assert show_change(408.0, "pounds per day", size=11_000.0) == "+£408/day"
    assert show_interval(17.2e6, 18.4e6, "pounds", size=18e6) == "£17.20 to £18.40m"
