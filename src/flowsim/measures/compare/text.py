"""Comparisons as plain text, 80 columns wide, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from math import isfinite, isnan
from typing import TYPE_CHECKING

from flowsim.measures.compare.paired import SAME, UNCLEAR, Difference, variance_ratio
from flowsim.measures.estimates import Estimate
from flowsim.measures.format import MISSING, Scale, scale_for
from flowsim.measures.tables import GAP, WIDTH, TextTable

if TYPE_CHECKING:
    from flowsim.measures.compare.comparison import Comparison, Run
    from flowsim.measures.compare.persons import Followed
    from flowsim.measures.compare.whereabouts import PinchPoint

NAME = 14
"""Columns for the name of a run over its values."""
WORDS = len(UNCLEAR)
"""Columns for better, worse, no clear change."""
LEAST = 20
"""Columns that a label has at least; a longer one goes on in the next line."""
LEVELS = {"age": "age", "fifth": "deprivation (1 most)", "acuity": "acuity", "residence": "home"}
"""Levels by which patients are told apart, and how they are headed."""


def plain(text: str, most: int = 60) -> str:
    """Return a name as it may be printed: no control characters, and cut where it is too long."""
    clean = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def comparison_text(
    comparison: Comparison, measures: str | Sequence[str] | None = None, by: str = "system"
) -> str:
    """Return a comparison as text: one table for each other run, and what holds for all of them.

    Args:
        comparison: the runs.
        measures: ids of measures or areas, or "all"; the headline measures when left out.
        by: what to break them down by.
    """
    found = comparison.differences(measures, by)
    each = zip(comparison.others, found, strict=True)
    tables = [table(comparison.base, other, rows) for other, rows in each]
    return "\n\n".join([*tables, "\n".join(notes(comparison, [row for rows in found for row in rows]))])


def table(base: Run, other: Run, rows: Sequence[Difference]) -> str:
    """Return the differences of one other run as a table."""
    intervals = any(isfinite(row.half_width) for row in rows)
    heads = [
        "",
        plain(base.name, 2 * NAME),
        plain(other.name, 2 * NAME),
        f"difference ({rows[0].confidence:.0%} interval)" if intervals else "difference",
        "",
    ]
    cells: list[list[str]] = []
    measure = ""
    for row in rows:
        if row.level != "system" and row.measure != measure:
            cells.append([row.about.label, "", "", "", ""])
        measure = row.measure
        cells.append(_cells(row))
    return "\n".join(_laid([heads, *cells]))


def _cells(row: Difference) -> list[str]:
    label = row.about.label if row.level == "system" else "   " + plain(_group(row.group), 40)
    scale = scale_for(row.about.unit, row.about.decimals, _size(row))
    fine = finer(scale, row)
    interval = "" if isnan(row.half_width) else f"({_between(fine, row)})"
    change = fine.write_change(row.difference) if not isnan(row.difference) else MISSING
    return [label, scale.write(row.base), scale.write(row.other), f"{change} {interval}".strip(), row.verdict]


def _group(group: str) -> str:
    return group.replace("_", " ")


def _size(row: Difference) -> float:
    """Return the size that decides the unit: that of the larger of the two values."""
    known = [abs(value) for value in (row.base, row.other) if not isnan(value)]
    return max(known, default=0.0)


def _between(scale: Scale, row: Difference) -> str:
    return f"{_signed(scale, row.low)} to {_signed(scale, row.high)}"


def _signed(scale: Scale, value: float) -> str:
    return scale.write_change(value, unit=False)


def finer(scale: Scale, row: Difference) -> Scale:
    """Return a scale with enough decimals to show a difference that is clear but small."""
    while row.clear and scale.decimals < 3 and _vanishes(scale, row):
        scale = replace(scale, decimals=scale.decimals + 1)
    return scale


def _vanishes(scale: Scale, row: Difference) -> bool:
    nearest_end = min(abs(row.low), abs(row.high))
    return not any(char in "123456789" for char in scale.write(nearest_end, unit=False))


def _laid(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table whose cells go on in further lines where they are too long."""
    difference = max(len(row[3]) for row in rows[1:])
    head = max(len(word) for word in rows[0][3].split())
    values = [max([min(len(rows[0][i]), NAME), *(len(row[i]) for row in rows[1:])]) for i in (1, 2)]
    widths = [0, *values, max(difference, head), WORDS]
    if sum(widths) + 4 * len(GAP) + LEAST > WIDTH:
        widths[4] = max(len(word) for word in f"{UNCLEAR} {SAME}".split() + ["better"]) + 2
    room = WIDTH - sum(widths) - 4 * len(GAP)
    longest = max(len(row[0]) for row in rows)
    widths[0] = max(min(longest, room), 12)
    return [line for row in rows for line in _lines(row, widths)]


def _lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    if row[0] and not any(row[1:]):
        return [row[0]]
    parts = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, parts))
    lines = []
    for i in range(height):
        cells = [part[i] if i < len(part) else "" for part in parts]
        left = (0, 3, 4)
        aligned = [
            c.ljust(w) if k in left else c.rjust(w)
            for k, (c, w) in enumerate(zip(cells, widths, strict=True))
        ]
        lines.append(GAP.join(aligned).rstrip())
    return lines


def _wrapped(cell: str, width: int) -> list[str]:
    indent = cell[: len(cell) - len(cell.lstrip())]
    return textwrap.wrap(cell, width, initial_indent="", subsequent_indent=indent, drop_whitespace=True) or [
        ""
    ]


# -- what holds for the whole comparison -----------------------------------------------------------------


def notes(comparison: Comparison, rows: Sequence[Difference]) -> list[str]:
    """Return what a reader should know of the table, in sentences."""
    count = len(comparison.replications)
    if count == 1:
        text = (
            "Same patients in both, one replication. One replication has no interval, so the differences may be "
            "luck: run at least two, better 30 (-n 30)."
        )
        return textwrap.wrap(text, WIDTH)
    adjusted = rows[0].comparisons if rows else 1
    for_many = f"; intervals adjusted for {adjusted} comparisons" if adjusted > 1 else ""
    text = f"Same patients in both, {count} paired replications{for_many}."
    ratio = variance_ratio(rows)
    if not isnan(ratio):
        text += f" Pairing leaves {ratio:.0%} of the variance of independent runs (median)."
    return textwrap.wrap(text, WIDTH)


# -- person by person ------------------------------------------------------------------------------------


def people_text(followed: Followed) -> str:
    """Return who gains and who loses, as text."""
    blocks = ["\n".join(sentences(followed)), _classes(followed).text()]
    blocks += [_by_group(followed, level).text() for level in LEVELS if followed.groups(level)]
    return "\n\n".join(blocks)


def sentences(followed: Followed) -> list[str]:
    """Return in sentences what is avoided, counted person by person, and the hours saved."""
    of = followed.of
    lines = [
        f"The same patients in {plain(followed.base)} and {plain(followed.other)}, counted person by person in each "
        f"replication ({_count(of('people'))} patients):"
    ]
    for name, words in (
        ("ed_attendances", "ED attendances"),
        ("emergency_admissions", "emergency admissions"),
    ):
        avoided, added, net = (of(f"{name}_{what}") for what in ("avoided", "added", "net"))
        if avoided.mean or added.mean:
            lines.append(f"- {words}: {_count(avoided)} avoided, {_count(added)} added; {_net(net)}.")
    saved, lost, net = (of(f"delay_{what}") for what in ("saved", "lost", "net"))
    lines.append(
        f"- hours of waiting and holding: {_count(saved)} saved by some, {_count(lost)} lost by others; {_net(net)}."
    )
    lines.append(
        f"- {_count(of('better_off'))} patients wait at least 15 minutes less, {_count(of('worse_off'))} more."
    )
    for alone, name in ((followed.only_other, followed.other), (followed.only_base, followed.base)):
        if alone and alone["people"].mean:
            lines.append(
                f"- {_count(alone['people'])} patients come in {plain(name)} alone and are left out above: "
                f"{_count(alone['ed_attendances'])} ED attendances, "
                f"{_count(alone['emergency_admissions'])} emergency admissions, "
                f"{_count(alone['delay'])} hours of waiting and holding."
            )
    return [
        part
        for line in lines
        for part in textwrap.wrap(line, WIDTH, subsequent_indent="  " * line.startswith("-"))
    ]


def _count(each: Estimate) -> str:
    return f"{each.mean:,.0f}" if each.mean >= 10 or not each.mean else f"{each.mean:,.1f}"


def _net(net: Estimate) -> str:
    word = "fewer" if net.mean >= 0 else "more"
    size = replace(net, mean=abs(net.mean))
    if isnan(net.half_width):
        return f"{_count(size)} {word} in all"
    low, high = sorted((net.low, net.high), key=abs) if net.low * net.high >= 0 else (net.low, net.high)
    if net.low * net.high < 0:
        return f"{_count(size)} {word} in all, not clear ({-high:+,.0f} to {-low:+,.0f})"
    return f"{_count(size)} {word} in all ({abs(low):,.0f} to {abs(high):,.0f})"


def _classes(followed: Followed) -> TextTable:
    people = max(followed.of("people").mean, 1.0)
    rows = [[name, _count(each), f"{each.mean / people:.1%}"] for name, each in followed.classes.items()]
    return TextTable(("Waiting and holding", "patients", "share"), rows)


def _by_group(followed: Followed, level: str) -> TextTable:
    rows = [
        [
            _group(group),
            _count(followed.of("people", level, group)),
            f"{followed.of('ed_attendances_net', level, group).mean:+,.0f}",
            f"{followed.of('emergency_admissions_net', level, group).mean:+,.0f}",
            f"{followed.of('delay_net', level, group).mean:+,.0f}",
            _minutes(followed.of("delay_each", level, group)),
        ]
        for group in followed.groups(level)
    ]
    heads = (f"By {LEVELS[level]}", "patients", "ED avoided", "adm. avoided", "hours saved", "min each")
    return TextTable(heads, rows)


def _minutes(each: Estimate) -> str:
    if isnan(each.half_width):
        return f"{each.mean:+.1f}"
    return f"{each.mean:+.1f} ({each.low:+.1f} to {each.high:+.1f})"


# -- where time goes -------------------------------------------------------------------------------------


def time_text(found: dict[str, list[Difference]], base: Run, other: Run) -> str:
    """Return where patients' time goes in both runs, as text: patient-hours each day."""
    rows = [[_group(group) or "whole system", *map(_was_and_is, each)] for group, each in found.items()]
    title = f"Patient-hours each day: {plain(base.name, 30)}, and the change in {plain(other.name, 30)}"
    return TextTable(("", "in care", "waiting", "held after care"), rows, title).text()


def _was_and_is(each: Difference) -> str:
    if isnan(each.base) and isnan(each.other):
        return MISSING
    base = 0.0 if isnan(each.base) else each.base
    other = 0.0 if isnan(each.other) else each.other
    return (
        f"{base:,.0f} {other - base:+,.0f}".replace("-0", "+0")
        if abs(other - base) < 0.5
        else f"{base:,.0f} {other - base:+,.0f}"
    )


def pinch_text(points: Sequence[PinchPoint]) -> str:
    """Return the services that cause most delay upstream, as text."""
    rows = [
        [point.service, *_delay(point.delay), point.delay.verdict, ", ".join(point.holders[:1])]
        for point in points
    ]
    heads = ("Waited for (hours/day)", "base", "other", "", "most of it held in")
    return TextTable(heads, rows, "Pinch points: delay caused upstream", left=(3, 4)).text()


def _delay(delay: Difference) -> tuple[str, str]:
    values = (MISSING if isnan(value) else f"{value:,.0f}" for value in (delay.base, delay.other))
    base, other = values
    return base, other
