"""The tables as Markdown and CSV, and the picture."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measurements import Figure, Table

TITLE = 36
"""Letters of a title in one line."""
BLUE, GREY, ORANGE = "#005eb8", "#768692", "#d5281b"


def number(value: float) -> str:
    """Return a figure with three digits that mean something, or more if it is a large whole one."""
    if value >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}" if value >= 1e5 else f"{value:,.0f}"
    return f"{value:.3g}"


def cell(figure: Figure | None) -> str:
    """Return the median, and the range if the rounds differ."""
    if figure is None:
        return ""
    if number(figure.low) == number(figure.high):
        return number(figure.middle)
    return f"{number(figure.middle)} ({number(figure.low)} to {number(figure.high)})"


def markdown(tables: Sequence[Table], machine: Mapping[str, str]) -> str:
    """Return every table, with what they were measured on."""
    lines = [
        "# What flowsim costs",
        "",
        "Made by `python -m benchmarks`. Medians of rounds in turn (lowest to highest).",
    ]
    lines += ["", ", ".join(f"{name} {value}" for name, value in machine.items()) + ".", ""]
    for table in tables:
        lines += [f"## {table.title}", "", "|  | " + " | ".join(table.columns) + " |"]
        lines.append("|---|" + "---:|" * len(table.columns))
        lines += [f"| {label} | " + " | ".join(map(cell, figures)) + " |" for label, figures in table.rows]
        lines += ["", *(f"{note}" for note in table.notes), ""]
    if any(table.name.startswith("reference") for table in tables):
        lines += ["![Costs beside other engines, and growth](results.svg)", ""]
    return "\n".join(lines)


def long_table(tables: Sequence[Table]) -> str:
    """Return every figure as CSV: table, row, figure, median, lowest, highest."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["table", "row", "figure", "median", "lowest", "highest"])
    writer.writerows(_flat(tables))
    return out.getvalue()


def _flat(tables: Sequence[Table]) -> Iterator[list[Any]]:
    for table in tables:
        for label, figures in table.rows:
            for column, figure in zip(table.columns, figures, strict=True):
                if figure is not None:
                    shown = [float(f"{v:.6g}") for v in (figure.middle, figure.low, figure.high)]
                    yield [table.name, label, column, *shown]


def picture(tables: Sequence[Table], path: Path) -> None:
    """Draw patients per CPU-second beside other engines, and how costs grow."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "flowsim", "svg.fonttype": "none", "font.family": "sans-serif"})
    known = {table.name: table for table in tables}
    beside = [
        name for name in ("reference-clinic", "reference-system", "reference-overload") if name in known
    ]
    grown = [name for name in ("growth-patients", "growth-queue", "growth-services") if name in known]
    if not beside and not grown:
        return
    rows = [names for names in (beside, grown) if names]
    figure, axes = plt.subplots(
        len(rows), 3, figsize=(15, 4.4 * len(rows)), squeeze=False, layout="constrained"
    )
    for row, names in zip(axes, rows, strict=True):
        for axis, name in zip(row, names, strict=False):
            (_engines if name.startswith("reference") else _grown)(axis, known[name])
        for axis in row[len(names) :]:
            axis.set_visible(False)
    figure.savefig(
        path, metadata={"Date": None, "Title": "What flowsim costs, beside other engines and as it grows"}
    )
    plt.close(figure)


def _engines(axis: Any, table: Table) -> None:
    labels = [label for label, _ in table.rows][::-1]
    figures = [table.figure(label, "patients per CPU-second") for label in labels]
    middles = [each.middle for each in figures]
    spread = [[each.middle - each.low for each in figures], [each.high - each.middle for each in figures]]
    colours = [BLUE if "flowsim" in label else GREY for label in labels]
    axis.barh(labels, middles, xerr=spread, color=colours, error_kw={"ecolor": "#212b32", "capsize": 3})
    axis.set_xscale("log")
    axis.set_xlim(min(middles) / 3.0, max(middles) * 8.0)
    for place, each in enumerate(figures):
        axis.text(each.high * 1.15, place, number(each.middle), va="center", fontsize=9)
    axis.set_title(textwrap.fill(table.title, TITLE), fontsize=11, loc="left")
    axis.set_xlabel("patients per CPU-second (log scale)")
    _plain(axis)


def _grown(axis: Any, table: Table) -> None:
    labels = [label for label, _ in table.rows]
    figures = [table.figure(label, "times the cost") for label in labels]
    spread = [[f.middle - f.low for f in figures], [f.high - f.middle for f in figures]]
    middles = [each.middle for each in figures]
    axis.bar(labels, middles, yerr=spread, color=BLUE, error_kw={"ecolor": "#212b32", "capsize": 3})
    axis.axhline(1.0, color=ORANGE, linewidth=1.0)
    highest = max(each.high for each in figures)
    for place, each in enumerate(figures):
        above = max(each.high, 1.0) + 0.02 * highest
        axis.text(place, above, f"{each.middle:.2f}", ha="center", va="bottom", fontsize=9)
    axis.set_ylim(0.0, highest * 1.2)
    axis.set_title(textwrap.fill(table.title, TITLE), fontsize=11, loc="left")
    (base,) = {
        label for label, each in zip(labels, figures, strict=True) if each.low == each.high == 1.0
    } or {""}
    axis.set_ylabel(f"cost per {table.columns[1].removeprefix('us per ')}, times that of {base}")
    if len(labels) > 5:
        axis.set_xticks(range(len(labels)), labels, rotation=30, ha="right", rotation_mode="anchor")
    axis.tick_params(axis="x", labelsize=9)
    _plain(axis)


def _plain(axis: Any) -> None:
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
