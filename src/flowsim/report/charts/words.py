"""Text in pictures: how wide it may get, where it breaks, where it is cut.

A browser draws with a font of its own choice, so nothing can be measured exactly. The widths here are
those of DejaVu Sans, the widest of the usual ones; Arial and Helvetica leave 10 to 15% of it free.
"""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"

_HUNDREDTHS = {
    27: "'",
    28: "ijl",
    29: "IJ",
    32: " ,.",
    34: "/:;\\|",
    35: "f",
    36: "-",
    39: "()[]t",
    41: "r!",
    46: '"',
    50: "*_`–",
    53: "sz?",
    55: "c",
    56: "L",
    59: "Fkvxy",
    62: "PTYaoe",
    64: "ESbdghnpqu$0123456789{}",
    69: "KAVBRXZ",
    73: "CU",
    77: "HNDG",
    79: "&OQ",
    84: "w#+<=>^~×→−",
    86: "M",
    100: "%mW@…",
}
_WIDTH = {letter: hundredths / 100 for hundredths, letters in _HUNDREDTHS.items() for letter in letters}
_OTHERWISE = 0.8
_FULL = 1.05
_BOLD = 1.21


def clean(text: str) -> str:
    """Return text without what no picture may hold: control characters, line breaks, lone surrogates."""
    kept = (" " if letter.isspace() else letter for letter in text if letter.isspace() or _drawable(letter))
    return " ".join("".join(kept).split())


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width that a text may take, in pixels, in the widest of the usual fonts."""
    return sum(map(_letter, text)) * size * (_BOLD if bold else 1.0)


def shorten(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return the text, cut with an ellipsis if it would be wider than `room` pixels."""
    if width(text, size, bold=bold) <= room:
        return text
    kept = text
    while kept and width(kept + ELLIPSIS, size, bold=bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def wrap(text: str, room: float, size: float, lines: int = 2, *, bold: bool = False) -> list[str]:
    """Return a text in at most so many lines of `room` pixels; what does not fit is cut with an ellipsis."""
    words = clean(text).split()
    found: list[str] = []
    while words and len(found) < lines - 1:
        count = _fitting(words, room, size, bold=bold)
        found.append(shorten(" ".join(words[:count]), room, size, bold=bold))
        words = words[count:]
    if words:
        found.append(shorten(" ".join(words), room, size, bold=bold))
    return found


def _fitting(words: list[str], room: float, size: float, *, bold: bool) -> int:
    """Return how many words fit on one line, at least one."""
    count = 1
    while count < len(words) and width(" ".join(words[: count + 1]), size, bold=bold) <= room:
        count += 1
    return count


def _drawable(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _letter(letter: str) -> float:
    known = _WIDTH.get(letter)
    if known is not None:
        return known
    base = unicodedata.normalize("NFD", letter)[0]
    if base in _WIDTH:
        return _WIDTH[base]
    return _FULL if unicodedata.east_asian_width(letter) in "WF" else _OTHERWISE
