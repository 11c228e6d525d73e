"""Charts that several sections draw from the same material."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.estimates import Floats, Key
from flowsim.report.charts import differences, fan
from flowsim.report.document import Figure
from flowsim.report.sentences import finding, listed

if TYPE_CHECKING:
    from flowsim.report.material import Material
    from flowsim.store.results import Results

SEEN_AS = {"discharge_ready": "discharge_ready_at_midnight"}
"""Measures of which something close to it is published."""
WEEK = 7
PANELS = 3
"""Other runs shown in one fan chart; more of them would make it too long to read."""


def period(material: Material) -> str:
    """Return the period and the sample, for the subtitle of a chart."""
    first, last = material.dates[0], material.dates[-1]
    times = "1 replication" if material.n == 1 else f"{material.n} replications"
    return f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}, {times}"


def title_of(material: Material, key: Key) -> str:
    """Return the finding of one measure, in each other run."""
    where = material.names.of(key[1], key[2]) if key[2] else ""
    label = CATALOGUE[key[0]].label + (f", {where}" if where else "")
    if not material.others or key not in set(material.keys([key[0]], key[1])):
        return label
    return finding([rows[0] for rows in material.differences([key])], material.called[1:], where)


def events(material: Material) -> dict[str, list[tuple[str, date, date]]]:
    """Return the surges of each scenario by what it is called: label, first and last day."""
    from flowsim.report.sections.compared import surges

    return {
        name: [
            (label, first, after - timedelta(days=1))
            for label, [(first, after, *_)] in surges(material, written)
        ]
        for written, name in zip(material.scenarios, material.called, strict=True)
    }


def through_the_winter(material: Material, measure: str, what: str) -> Iterator[Figure]:
    """Yield the fan chart of a measure day by day; nothing if there is no such series.

    Args:
        material: the runs.
        measure: its id.
        what: what it is, for the subtitle.
    """
    each = [(name, material.daily(run, measure)) for run, name in named(material)]
    runs = [(name, values) for name, values in each if values is not None]
    if not runs or not material.days:
        return
    about, (seen, words) = CATALOGUE[measure], observed(material, measure)
    yield fan(
        id=f"winter-{measure.replace('_', '-')}",
        title=title_of(material, (measure, "system", "")),
        subtitle=f"{what}, day by day, {period(material)}{words}{first_few(material)}",
        dates=material.dates,
        runs=runs,
        observed=seen,
        unit=about.unit,
        decimals=about.decimals,
        events=events(material),
        png=material.png,
    )


def observed(material: Material, measure: str) -> tuple[Floats | None, str]:
    """Return what was observed of a measure, for each day, and words that say what it is.

    Published figures are means of months or a year, so the same value is drawn once a week.
    """
    wanted = (SEEN_AS.get(measure, measure), "system", "")
    for score in material.scores:
        if score.observed.key == wanted:
            values = np.full(material.days, np.nan)
            values[WEEK // 2 :: WEEK] = score.observed.value
            when = f", {score.observed.period}" if score.observed.period else ""
            at = " at midnight" if measure in SEEN_AS else ""
            return values, f"; circles: mean observed{at}{when}"
    return None, ""


def first_few(material: Material) -> str:
    """Return words for a chart through the winter that shows the first few plans; none if it has all."""
    return f"; the first {PANELS} plans" if len(material.others) > PANELS else ""


def named(material: Material) -> list[tuple[Results, str]]:
    """Return the runs that a chart through the winter shows, with what they are called."""
    return list(zip(material.runs, material.called, strict=True))[: PANELS + 1]


def by_group(material: Material, i: int, name: str, keys: Sequence[Key], what: str) -> Iterator[Figure]:
    """Yield a difference plot of one measure in each group; nothing where there are fewer than two.

    Args:
        material: the runs.
        i: which other run, from 0.
        name: id of the figure.
        keys: the groups.
        what: what it is, for the subtitle.
    """
    if len(keys) < 2:
        return
    found = material.differences(keys)[i]
    about = CATALOGUE[keys[0][0]]
    verdicts = [row.verdict for row in found]
    told = [f"{word} at {verdicts.count(word)}" for word in ("better", "worse") if word in verdicts]
    where = f"{listed(told)} of {len(found)}" if told else f"no clear change at any of {len(found)}"
    yield differences(
        id=name,
        title=f"{about.label}: {where}",
        subtitle=f"{what}: {material.called[i + 1]} less {material.called[0]}, {period(material)}",
        rows=[
            (material.names.of(row.level, row.group), row.difference, row.low, row.high, row.verdict)
            for row in found
        ],
        unit=about.unit,
        decimals=about.decimals,
        png=material.png,
    )
