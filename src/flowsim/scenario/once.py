"""Plain values read once: what scenarios, their days and their replications have in common is shared.

The combinations of a study, the days of a wave and the replications of a run say the same of most services.
Reading is most of the cost of a scenario, and what is read keeps what it has worked out (such as quantiles),
so one process reads the same words once. What is read is frozen; sharing it changes no result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeVar

__all__ = ["Memo", "parts", "same_files", "share", "steps"]

T = TypeVar("T")
Key = tuple[Any, ...]
SHARED: Final = ("services", "demand", "casemix", "alternatives")
"""Sections whose entries are frozen when they have been read, and so can be shared."""


class Memo:
    """Remembers values by key, and the files that each was read from; the oldest go first when it is full.

    Args:
        most: values kept at once.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._known: dict[Key, tuple[Mapping[str, str], Any]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: Key, read: Callable[[str], str], make: Callable[[Callable[[str], str]], T]) -> T:
        """Return what is known, or make it.

        Args:
            key: everything that the value depends on, but for files.
            read: gives the text of a file.
            make: makes the value; it is given `read` to use. Its errors are not remembered.
        """
        known = self._known.get(key)
        if known is not None and _still_say(known[0], read):
            value: T = known[1]
            return value
        used: dict[str, str] = {}

        def noted(name: str) -> str:
            text = used[name] = read(name)
            return text

        made = make(noted)
        self.put(key, made, used)
        return made

    def put(self, key: Key, value: Any, files: Mapping[str, str] | None = None) -> None:
        """Remember a value."""
        if len(self._known) >= self.most:
            del self._known[next(iter(self._known))]
        self._known[key] = (files or {}, value)

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()


parts = Memo(10_000)
"""Entries and single settings that have been read."""
steps = Memo(5_000)
"""Settings of entries over time."""
_arrived = Memo(5_000)
"""Entries of scenarios that came from another process."""


def same_files(texts: Mapping[str, str]) -> str:
    """Return a fingerprint of the files that a scenario names."""
    found = hashlib.sha256()
    for name, text in sorted(texts.items()):
        found.update(f"{name}\0{len(text)}\0{text}".encode())
    return found.hexdigest()


def share(sections: Mapping[str, dict[str, Any]], tree: Mapping[str, Any], context: Key) -> None:
    """Put entries that are known in the place of equal ones, and remember the others.

    Args:
        sections: entries that have been read, by section; changed in place.
        tree: the plain values that they were read from.
        context: what their meaning depends on besides: places and files.
    """
    for section in SHARED:
        for name, value in sections[section].items():
            key = (section, type(value), repr(tree[section][name]), context)
            sections[section][name] = _arrived.get(key, _no_file, partial(_itself, value))


def _still_say(files: Mapping[str, str], read: Callable[[str], str]) -> bool:
    """Say whether files say what they said; one that cannot be read here says nothing."""
    try:
        return all(read(name) == text for name, text in files.items())
    except (KeyError, ValueError):
        return False


def _itself(value: T, _: Any) -> T:
    return value


def _no_file(name: str) -> str:
    raise KeyError(name)
