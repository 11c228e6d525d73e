"""Write a sheet as a PNG picture, for Word. The only place that needs matplotlib."""

from __future__ import annotations

import io
import warnings
from typing import Any

from flowsim.report.charts.sheet import Area, Box, Dot, Line, Mark, Sheet, Text
from flowsim.report.charts.svg import corners
from flowsim.report.theme import WHITE, Hatch, Stroke

DOTS_PER_INCH = 150
PIXELS_PER_INCH = 96
"""A CSS pixel is a ninety-sixth of an inch."""
_POINTS = 72 / PIXELS_PER_INCH

_HATCHES: dict[Hatch, str] = {"": "", "rising": "////", "falling": "\\\\\\\\", "dots": "...", "cross": "xxx"}


def write(sheet: Sheet) -> bytes:
    """Return the drawing as a PNG of 150 dots per inch; the same marks give the same bytes."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    size = (sheet.width / PIXELS_PER_INCH, sheet.height / PIXELS_PER_INCH)
    made = io.BytesIO()
    with rc_context({"hatch.linewidth": 1.2, "font.family": ["DejaVu Sans"]}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # a name in any script may be drawn
        figure = Figure(figsize=size, dpi=DOTS_PER_INCH, facecolor=WHITE)
        where = _places(figure, sheet.height)
        for order, mark in enumerate(sheet.marks):
            for artist in _artists(mark, where):
                artist.set(zorder=order, clip_on=False)
                figure.add_artist(artist)
        FigureCanvasAgg(figure).print_figure(made, metadata={"Software": None})
    return made.getvalue()


def _places(figure: Any, height: float) -> Any:
    """Return how pixels of the sheet become places on the paper."""
    from matplotlib.transforms import Affine2D

    scale = 1 / PIXELS_PER_INCH
    return Affine2D().scale(scale, -scale).translate(0, height * scale) + figure.dpi_scale_trans


def _artists(mark: Mark, where: Any) -> list[Any]:
    if isinstance(mark, Text):
        return [_text(mark, where)]
    if isinstance(mark, Line):
        return [_line(mark, where)]
    if isinstance(mark, Dot):
        from matplotlib.patches import Polygon

        return [Polygon(corners(mark), facecolor=mark.fill, **_edge(mark.stroke), transform=where)]
    return _filled(mark, where)


def _filled(mark: Area | Box, where: Any) -> list[Any]:
    """Return the ground with its outline and, if there is one, the hatching over it."""
    from matplotlib.colors import to_rgba

    ground = to_rgba(mark.fill.colour, mark.fill.opacity)
    found = [_shape(mark, facecolor=ground, **_edge(mark.stroke), transform=where)]
    if mark.fill.hatch:
        over = {"facecolor": "none", "edgecolor": mark.fill.ink, "linewidth": 0.0}
        found.append(_shape(mark, **over, hatch=_HATCHES[mark.fill.hatch], transform=where))
    return found


def _shape(mark: Area | Box, **paint: Any) -> Any:
    from matplotlib.patches import Polygon, Rectangle

    if isinstance(mark, Area):
        return Polygon(mark.points, **paint)
    return Rectangle((mark.x, mark.y), mark.width, mark.height, **paint)


def _line(line: Line, where: Any) -> Any:
    from matplotlib.lines import Line2D

    stroke = line.stroke
    return Line2D(
        line.points[:, 0],
        line.points[:, 1],
        color=stroke.colour,
        linewidth=stroke.width * _POINTS,
        linestyle=_dashes(stroke),
        transform=where,
    )


def _text(text: Text, where: Any) -> Any:
    from matplotlib import patheffects
    from matplotlib.text import Text as Words

    halo = [patheffects.withStroke(linewidth=3 * _POINTS, foreground=text.halo)] if text.halo else []
    return Words(
        text.x,
        text.y,
        text.text,
        fontsize=text.size * _POINTS,
        color=text.colour,
        ha={"start": "left", "middle": "center", "end": "right"}[text.anchor],
        va="baseline",
        fontweight="bold" if text.bold else "normal",
        path_effects=halo,
        parse_math=False,
        transform=where,
    )


def _edge(stroke: Stroke | None) -> dict[str, Any]:
    if stroke is None:
        return {"edgecolor": "none", "linewidth": 0.0}
    return {"edgecolor": stroke.colour, "linewidth": stroke.width * _POINTS, "linestyle": _dashes(stroke)}


def _dashes(stroke: Stroke) -> Any:
    """Return dashes in widths of the line, as matplotlib counts them."""
    return (0, [d / stroke.width for d in stroke.dash]) if stroke.dash else "solid"
