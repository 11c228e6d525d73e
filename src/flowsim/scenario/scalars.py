"""Single values of YAML 1.2: what plain text means when it is not in quotes."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["Bad", "plus_sign", "resolve"]

_INTEGER = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_PLUS = re.compile(r"\+\s*[0-9.][0-9.]*\s*(%|/?\s*[A-Za-z]*)")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LONGEST = 40


class Bad:
    """A value that can never be used; says why."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why


def resolve(text: str) -> Any:
    """Return the value of plain text: a number, a truth value, None, `Bad`, or the text itself.

    The core schema of YAML 1.2: ``14:00`` and ``no`` stay text.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _INTEGER.fullmatch(text) or _REAL.fullmatch(text):
        return _number(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    if _NOT_FINITE.fullmatch(text):
        what = "Not-a-number" if "n" in text.lower()[:3] and "inf" not in text.lower() else "Infinity"
        return Bad(f"{what} ({text}) is not a number that a scenario can use.")
    return text


def _number(text: str) -> Any:
    if len(text) > _LONGEST:
        return Bad(f"A number of {len(text)} characters is too long to be meant.")
    if _INTEGER.fullmatch(text):
        return int(text)
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        return Bad(f"{text} is too large to be a number.")
    return number


def plus_sign(text: str) -> bool:
    """Tell whether `text` is a number with a plus in front, such as ``+24`` or ``+2 days``."""
    return text[:1] == "+" and _PLUS.fullmatch(text) is not None
