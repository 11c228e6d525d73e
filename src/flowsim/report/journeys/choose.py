"""Finding a patient worth following, in the table that follows each patient through a replication."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.errors import InputError, Problem, nearest
from flowsim.measures.people import COUNTS, MINUTES, WHO
from flowsim.tables import Coded
from flowsim.units import parse_duration, parse_number

Rows = NDArray[np.intp]

WORDS = (*WHO, "demand")
"""Columns of words."""
FIELDS = (*WORDS, *COUNTS, *MINUTES)
"""What patients may be told apart by."""

_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_CONDITION = re.compile(r"\s*(\w+)\s*(>=|<=|!=|=|>|<)\s*(.+?)\s*")


def alike(people: Mapping[str, Any], text: str) -> Rows:
    """Return the rows of the patients whom a text describes.

    Args:
        people: the table of one replication's patients; see `flowsim.measures.people`.
        text: conditions with commas: "age=85+, route=ambulance, held_minutes > 12 hours"; empty for all.

    Raises:
        InputError: A condition cannot be read; every one of them, with what is allowed.
    """
    wanted = np.ones(len(people["uid"]), dtype=bool)
    problems: list[Problem] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            wanted &= _met(people, part)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return np.flatnonzero(wanted)


def longest_first(people: Mapping[str, Any], rows: Rows) -> Rows:
    """Return rows by minutes of waiting and being held, the longest first."""
    return rows[np.argsort(-delay(people)[rows], kind="stable")]


def any_of(rows: Rows, seed: int) -> int:
    """Return one of the rows at random; the same seed, the same row."""
    return int(np.random.default_rng(abs(seed)).choice(rows))


def as_rows(people: Mapping[str, Any], rows: Rows) -> list[dict[str, Any]]:
    """Return some patients as plain values; the patient's number as text, for it has many digits."""
    return [
        {
            "patient": str(people["uid"][row]),
            **{name: _word(people[name], row) for name in WORDS},
            **{name: int(people[name][row]) for name in COUNTS},
            **{name: float(people[name][row]) for name in MINUTES},
        }
        for row in rows.tolist()
    ]


def _word(coded: Coded, row: int) -> str | None:
    code = int(coded.codes[row])
    return None if code < 0 else coded.texts[code]


def delay(people: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return each patient's minutes of waiting and being held in the collection period."""
    minutes: NDArray[np.float64] = people["waiting_minutes"].astype(float) + people["held_minutes"]
    return minutes


def with_uid(uids: NDArray[np.uint64], text: str) -> Rows:
    """Return the rows of the patient of this identifier, or whose identifier begins so.

    Raises:
        InputError: It is no whole number, or too short to tell patients apart.
    """
    if not re.fullmatch(r"[0-9]{6,20}", text):
        allowed = "the whole number that `flowsim trace RUN` shows, or at least its first 6 digits"
        raise InputError([Problem(f"{text} names no patient.", path="--patient", allowed=allowed)])
    exact = np.flatnonzero(uids == np.uint64(min(int(text), 2**64 - 1)))
    if exact.size or len(text) == 20:
        return exact
    return np.array([i for i, uid in enumerate(uids.tolist()) if str(uid).startswith(text)], dtype=np.intp)


def _met(people: Mapping[str, Any], text: str) -> NDArray[np.bool_]:
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise _wrong(f"{text} is not a condition.", "such as age=85+, or held_minutes > 12 hours")
    name, sign, value = match.groups()
    if name not in FIELDS:
        close = nearest(name, FIELDS)
        raise _wrong(
            f"Patients have no {name}.", ", ".join(FIELDS), f"Did you mean {close[0]}?" if close else ""
        )
    if name in WORDS:
        return _of_words(people[name], name, sign, value)
    found: NDArray[np.bool_] = _SIGNS[sign](people[name], _number(name, value))
    return found


def _of_words(coded: Coded, name: str, sign: str, value: str) -> NDArray[np.bool_]:
    known = {text.lower(): i for i, text in enumerate(coded.texts)}
    code = known.get(value.lower().replace(" ", "_"), known.get(value.lower()))
    if code is None:
        close = nearest(value, coded.texts)
        hint = f"Did you mean {close[0]}?" if close else ""
        raise _wrong(f"No patient has {name} {value}.", ", ".join(coded.texts), hint)
    if sign not in ("=", "!="):
        raise _wrong(f"{name} is a word: it can be equal or not.", f"{name}={value}, {name}!={value}")
    same: NDArray[np.bool_] = coded.codes == code
    return same if sign == "=" else ~same


def _number(name: str, value: str) -> float:
    try:
        if name in MINUTES:
            return parse_number(value) if value.replace(".", "").isdigit() else parse_duration(value)
        return parse_number(value)
    except ValueError as error:
        raise _wrong(f"{name}: {error}") from None


def _wrong(message: str, allowed: str = "", hint: str = "") -> InputError:
    return InputError([Problem(message, path="--like", allowed=allowed, hint=hint)])
