"""The fingerprint of everything in a scenario that decides a result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["digest_of"]

_APART: Final = (
    "name",
    "title",
    "about",
    "replications",
    "seed",
    "targets",
    "observed",
    "evidence",
    "trusts",
)
"""Settings that decide no result, or are kept apart from the fingerprint (the seed)."""
_WORDS: Final = ("label", "note")


def digest_of(
    tree: Mapping[str, Any], dated: list[Any], texts: Mapping[str, str], time: Mapping[str, Any]
) -> str:
    """Return the SHA-256 of a resolved scenario.

    Args:
        tree: The plain values.
        dated: Dated changes as plain values, in order.
        texts: Text of every CSV file named, by its path.
        time: The times in use (``auto`` worked out).
    """
    decisive = {
        key: _without_words(value) for key, value in sorted(tree.items()) if key not in (*_APART, "surges")
    }
    files = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(texts.items())}
    whole = {"scenario": decisive, "dated": dated, "files": files, "time": dict(time)}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_words(value: Any) -> Any:
    """Return a tree without the names that only reports show."""
    if isinstance(value, Mapping):
        return {key: _without_words(item) for key, item in value.items() if key not in _WORDS}
    if isinstance(value, list):
        return [_without_words(item) for item in value]
    return value
