"""Add to and multiply values as they are written, whatever their unit.

``2 days`` plus ``6 hours`` is ``2.25 days``; ``80%`` times 1.1 is ``88%``; a rota gets more or fewer on
every shift; every length of a distribution is multiplied. Works on the text of the scenario, so that
the result is again what a planner could have written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from flowsim.scenario.merging import DAY_WORDS, LENGTH_KEYS
from flowsim.units import (
    UNLIMITED,
    format_clock,
    format_duration,
    format_number,
    format_rate,
    format_share,
    is_number,
    number_of,
    parse_clock,
    parse_duration,
    parse_rate,
    parse_share,
    show,
)

__all__ = ["added", "blended", "multiplied"]

_SPANS = re.compile(r"\d{1,2}:\d{2}\s*(-|\u2013|to)")
_LOCATED = ("mean", "median", "p90", "low", "mode", "high", "value", "at_most")
_LENGTHS = (*_LOCATED, "sd")


def multiplied(value: Any, factor: float, *, whole: bool = False) -> Any:
    """Return a written value times `factor`.

    Args:
        value: A number, a text with a unit, a rota, a distribution or a table by group.
        factor: 0 or more.
        whole: True to round half up to a whole number, as for beds and other counts.

    Raises:
        ValueError: The value is not one that can be multiplied.
    """
    if isinstance(value, Mapping):
        return _multiplied_mapping(value, factor, whole)
    number = number_of(value)
    if number is not None:
        return _tidy(number * factor, whole)
    if isinstance(value, str):
        return _multiplied_text(value, factor)
    raise ValueError(f"{show(value)} cannot be multiplied")


def _multiplied_text(value: str, factor: float) -> Any:
    if value.strip() == "unlimited":
        return value
    if _SPANS.match(value.strip()):
        return _rota(value, "multiply", factor)
    if _reads(parse_clock, value):
        raise ValueError(f"{value} is a time of day and cannot be multiplied: add a length of time instead")
    for parse, write in _WITH_UNIT:
        if _reads(parse, value):
            return write(parse(value) * factor)
    raise ValueError(f"{show(value)} is no number and cannot be multiplied")


def added(value: Any, amount: Any, *, whole: bool = False) -> Any:
    """Return a written value plus `amount`, which has the same kind of unit.

    Raises:
        ValueError: The two do not go together.
    """
    if isinstance(value, Mapping):
        return _added_mapping(value, amount, whole)
    if isinstance(value, str) and value.strip() == "unlimited":
        return value
    if isinstance(value, str) and _SPANS.match(value.strip()):
        return _joined(value, amount) if _is_spans(amount) else _rota(value, "add", _whole_amount(amount))
    number = number_of(value)
    if number is not None:
        more = number_of(amount)
        if more is None:
            raise ValueError(
                f"{show(amount)} cannot be added to {show(value)}, which has no unit: add a number"
            )
        return _tidy(number + more, whole)
    if isinstance(value, str):
        return _added_text(value, amount)
    raise ValueError(f"nothing can be added to {show(value)}")


def blended(value: Any, target: Any, fraction: float, *, whole: bool = False) -> Any:
    """Return the value that lies `fraction` of the way from `value` to `target`.

    Raises:
        ValueError: The two are not numbers of the same kind of unit.
    """
    if fraction >= 1:
        return target
    if any(isinstance(each, (Mapping, list)) for each in (value, target)):
        raise ValueError("only single numbers can move gradually: use multiply or add, or shape: step")
    away = multiplied(value, 1 - fraction)
    share = multiplied(target, fraction)
    return added(away, share, whole=whole)


def _tidy(number: float, whole: bool) -> Any:
    """Return a number without rounding noise, whole when it is or must be."""
    if not math.isfinite(number):
        raise ValueError("the result is too large to be a number")
    number = float(f"{number:.12g}")
    if whole:
        return math.floor(number + 0.5) if number < UNLIMITED else "unlimited"
    return int(number) if number == int(number) and abs(number) < 1e15 else number


def _reads(parse: Callable[[Any], Any], value: Any) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _any_share(value: object) -> float:
    return parse_share(value, most=math.inf)


_WITH_UNIT: Final[tuple[tuple[Callable[[Any], float], Callable[[float], str]], ...]] = (
    (parse_duration, format_duration),
    (_any_share, format_share),
    (parse_rate, format_rate),
)


def _signed(parse: Callable[[Any], float], amount: Any) -> float:
    """Return an amount that may be negative, such as ``-6 hours``."""
    if isinstance(amount, str) and amount.strip().startswith("-"):
        return -parse(amount.strip()[1:])
    return parse(amount)


def _added_text(value: str, amount: Any) -> Any:
    if _reads(parse_clock, value):
        minutes = parse_clock(value) + _signed(parse_duration, amount)
        if not 0 <= minutes <= 1440:
            raise ValueError(f"{value} and {amount} more lies outside the day")
        return format_clock(minutes)
    for parse, write in _WITH_UNIT:
        if _reads(parse, value):
            total = parse(value) + _signed(parse, amount)
            if total < -1e-12:
                raise ValueError(f"{value} less {str(amount).strip().lstrip('-')} is below zero")
            return write(max(0.0, total))
    raise ValueError(f"{show(value)} is no number: nothing can be added to it")


def _whole_amount(amount: Any) -> int:
    number = number_of(amount)
    if number is None or number != int(number):
        raise ValueError(f"{show(amount)} cannot be added to a rota: add a whole number")
    return int(number)


# -- mappings ------------------------------------------------------------------------------------------


def _multiplied_mapping(value: Mapping[str, Any], factor: float, whole: bool) -> Any:
    if "by" in value:
        return _each_group(value, lambda item: multiplied(item, factor, whole=whole))
    if value.keys() <= DAY_WORDS:
        return _rota(value, "multiply", factor)
    if value.keys() <= LENGTH_KEYS:
        return _scaled(value, factor)
    raise ValueError(_several(value, "multiply"))


def _added_mapping(value: Mapping[str, Any], amount: Any, whole: bool) -> Any:
    if "by" in value:
        return _each_group(value, lambda item: added(item, amount, whole=whole))
    if value.keys() <= DAY_WORDS:
        return _joined(value, amount) if _is_spans(amount) else _rota(value, "add", _whole_amount(amount))
    if value.keys() <= LENGTH_KEYS:
        return _shifted(value, amount)
    raise ValueError(_several(value, "add to"))


def _each_group(value: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    return {key: item if key == "by" else change(item) for key, item in value.items()}


def _several(value: Mapping[str, Any], verb: str) -> str:
    names = ", ".join(list(value)[:6]) + (", ..." if len(value) > 6 else "")
    return f"this is a group of settings ({names}), so it is not clear which to {verb}: name one of them"


def _rota(value: Any, verb: str, amount: float) -> Any:
    """Return a rota with one more step; hours are refused."""
    days = value if isinstance(value, Mapping) else {"default": value}
    if not _any_shift(days):
        word = "multiplied" if verb == "multiply" else "added to"
        raise ValueError(f"opening hours cannot be {word}: write the new hours, such as 08:00-22:00")
    steps = days.get("then", [])
    return {**days, "then": [*(steps if isinstance(steps, list) else [steps]), {verb: amount}]}


def _is_spans(amount: Any) -> bool:
    """Tell whether shifts are to be added, such as ``20:00-24:00=1``."""
    return isinstance(amount, str) and _SPANS.match(amount.strip()) is not None


def _joined(value: Any, shifts: str) -> Any:
    """Return a rota with more shifts on every kind of day."""
    days = value if isinstance(value, Mapping) else {"default": value}
    if not _is_rota_text(shifts) or not _any_shift(days):
        raise ValueError(f"{shifts} can only be added to a rota, and needs a number: 20:00-24:00=1")
    more = {key: item if key == "then" else _beside(item, shifts) for key, item in days.items()}
    return more["default"] if isinstance(value, str) else more


def _any_shift(days: Mapping[str, Any]) -> bool:
    return any(map(_is_rota_text, days.values()))


def _beside(text: Any, shifts: str) -> str:
    """Return the shifts of one kind of day and some more."""
    if isinstance(text, str) and text.strip() == "unlimited":
        return text
    if isinstance(text, str) and _SPANS.match(text.strip()):
        return f"{text}, {shifts}"
    number = number_of(text)
    return shifts if not number else f"00:00-24:00={int(number)}, {shifts}"


def _is_rota_text(text: Any) -> bool:
    return is_number(text) or (isinstance(text, str) and ("=" in text or text.strip().isdecimal()))


def _scaled(law: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """Return a distribution with every length multiplied."""
    if "file" in law:
        raise ValueError(
            "observed values in a file cannot be multiplied: give mean and sd, or the values here"
        )
    if factor <= 0:
        raise ValueError("a distribution can only be multiplied by a number above 0")
    scaled = {key: multiplied(item, factor) if key in _LENGTHS else item for key, item in law.items()}
    return _inside(scaled, lambda item: multiplied(item, factor), math.log(factor))


def _shifted(law: Mapping[str, Any], amount: Any) -> dict[str, Any]:
    """Return a distribution moved by a length of time; its spread stays."""
    if not any(key in law for key in (*_LOCATED, "values", "parts")):
        raise ValueError("nothing can be added to this distribution: multiply it instead")
    moved = {key: added(item, amount) if key in _LOCATED else item for key, item in law.items()}
    return _inside(moved, lambda item: added(item, amount), None)


def _inside(law: dict[str, Any], change: Callable[[Any], Any], log_shift: float | None) -> dict[str, Any]:
    """Carry a change into the parts of a mixture, observed values and log-scale parameters."""
    if isinstance(law.get("values"), list):
        law["values"] = [change(item) for item in law["values"]]
    if isinstance(law.get("parts"), list):
        law["parts"] = [_part(part, change) for part in law["parts"]]
    if log_shift is not None and is_number(law.get("mu")):
        law["mu"] = float(format_number(law["mu"] + log_shift))
    return law


def _part(part: Any, change: Callable[[Any], Any]) -> Any:
    if not isinstance(part, Mapping):
        return part
    rest = change({key: item for key, item in part.items() if key != "share"})
    return {**({"share": part["share"]} if "share" in part else {}), **rest}
