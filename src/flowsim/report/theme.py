"""Colours, line styles and sizes of every picture, and the arithmetic of contrast.

The colours are the Government Analysis Function's palette for charts on white. Nothing is told by colour
alone: every colour comes with a dash pattern, a hatching, a shape or a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DARK_BLUE = "#12436D"
TURQUOISE = "#28A197"
DARK_PINK = "#801650"
ORANGE = "#F46A25"
DARK_GREY = "#3D3D3D"
LIGHT_PURPLE = "#A285D1"
PALETTE = (DARK_BLUE, TURQUOISE, DARK_PINK, ORANGE, DARK_GREY, LIGHT_PURPLE)
"""Each at least 3:1 on white; at most four in one picture."""

WHITE = "#FFFFFF"
TEXT = "#212B32"
MUTED = "#4C6272"
"""Text that stands back: ticks, headings of axes, notes."""
GRID = "#D8DDE0"
"""Lines that may be missed without loss."""
SPAN = "#ECEFF1"
"""Shading behind a stretch of time."""
EDGE = "#768692"
"""Outlines that carry meaning: boxes, the zero line."""

BASE = DARK_GREY
OTHER = DARK_BLUE
LIMIT = DARK_PINK
"""Capacity and targets."""
SEEN = ORANGE
"""What was observed."""
BETTER = DARK_BLUE
WORSE = ORANGE

FONTS = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
SIZE = 13.0
SMALL = 12.0
TINY = 11.0
"""Sizes of text in CSS pixels; nothing is smaller than `TINY`."""
WIDE = 720
NARROW = 360
"""Widths for which pictures are drawn: a page, a telephone."""

Hatch = Literal["", "rising", "falling", "dots", "cross"]


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn: colour, width in pixels and dashes (empty for solid)."""

    colour: str
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Fill:
    """How an area is filled: a colour, and lines or dots over it in another.

    Attributes:
        colour: of the ground.
        hatch: the pattern over it.
        ink: the colour of the pattern.
        opacity: of the ground, so that two bands can lie over each other.
    """

    colour: str
    hatch: Hatch = ""
    ink: str = WHITE
    opacity: float = 1.0


BASE_LINE = Stroke(BASE, 2.0, (6.0, 4.0))
OTHER_LINE = Stroke(OTHER, 2.5)
LIMIT_LINE = Stroke(LIMIT, 1.5, (2.0, 3.0))
GRID_LINE = Stroke(GRID)
EDGE_LINE = Stroke(EDGE)
LEAD_LINE = Stroke(EDGE, 0.75)

PARTS = (
    Fill(DARK_BLUE),
    Fill("#FFFFFF", "rising", DARK_BLUE),
    Fill(TURQUOISE),
    Fill("#FFFFFF", "dots", DARK_PINK),
    Fill(DARK_GREY),
    Fill("#FFFFFF", "cross", DARK_GREY),
)
"""Parts of a whole from the bottom up: neighbours differ in lightness and in pattern."""

LEVELS = (
    Fill("#E3ECF3"),
    Fill("#FFFFFF", "rising", DARK_BLUE),
    Fill(ORANGE),
    Fill(DARK_PINK),
)
"""Levels of escalation 1 to 4."""

SEQUENCE = ("#FFFFFF", "#DFE8F0", "#BFD1E0", "#9DBAD1", "#7AA3C2", "#2F6C99", "#12436D")
"""From little to much, in steps that an eye can tell apart."""


def luminance(colour: str) -> float:
    """Return the relative luminance of "#RRGGBB", from 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(colour: str, share: float, ground: str = WHITE) -> str:
    """Return a tint: `share` (0 to 1) of a colour on a ground."""
    pairs = ((int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(ink * share + paper * (1 - share)):02X}" for ink, paper in pairs)


def text_on(ground: str) -> str:
    """Return the colour of text that reads best on a ground: dark or white."""
    return TEXT if contrast(TEXT, ground) >= contrast(WHITE, ground) else WHITE
