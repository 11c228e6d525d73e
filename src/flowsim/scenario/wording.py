"""Make a sentence of what a reader of values complains about."""

from __future__ import annotations

from typing import Any, Final

from flowsim.units import show

__all__ = ["sentence", "words_of_error"]

_OPENERS: Final = frozenset(
    {
        "a", "an", "the", "this", "that", "these", "those", "nothing", "only", "give", "write", "there", "it",
        "each", "every", "in", "at", "one", "two", "several", "shares", "not", "not-a-number", "infinity",
        "observed", "opening",
    }
)  # fmt: skip


def sentence(text: str, found: Any = None) -> str:
    """Return `text` with a full stop, and a capital if it starts with a word of ours.

    Args:
        text: A complaint such as ``45 has no unit``.
        found: What the planner wrote; it keeps its spelling at the start of the sentence.
    """
    text = text.strip()
    own = text.split(" ", 1)[0].rstrip(",:;").lower() in _OPENERS
    if own and not (isinstance(found, str) and text.startswith(show(found))):
        text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def words_of_error(error: ValueError) -> tuple[str, str]:
    """Split a complaint of the form ``key: what is wrong`` into the key and a sentence."""
    key, _, message = str(error).partition(": ")
    return key, sentence(message)
