"""Measures in the terminal: their label, and their value in the unit people use."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from flowsim.measures.catalogue import known

if TYPE_CHECKING:
    from flowsim.measures.measure import Measure
    from flowsim.store.results import Results


__all__ = ["about", "headline_rows", "headline_values", "known"]


def about(measure: Measure) -> str:
    """Return what a measure is, for a terminal."""
    better = {"higher": "A higher value is better.", "lower": "A lower value is better."}
    levels = ", ".join(level.replace("_", " ") for level in measure.levels)
    sentences = [
        measure.definition,
        f"Unit: {measure.unit}. {better.get(measure.better or '', '')}",
        measure.at_end,
        f"Given for: {levels}.",
        measure.caveat,
        f"Source: {measure.source}" if measure.source else "",
    ]
    body = [textwrap.fill(text.strip(), 77) for text in sentences if text]
    return f"{measure.id}: {measure.label}\n" + textwrap.indent("\n".join(body), "   ")


def headline_values(results: Results) -> dict[str, tuple[float, float | None]]:
    """Return mean and half-width of each headline measure, over the replications that are looked at."""
    from flowsim.experiment.precision import headline

    return headline([each.headline for each in results.records])


def headline_rows(results: Results) -> list[tuple[str, str, str]]:
    """Return label, mean and 95% interval of each headline measure, in the catalogue's order."""
    from flowsim.measures.catalogue import CATALOGUE
    from flowsim.measures.format import show, show_interval

    values = headline_values(results)
    rows = []
    for measure in CATALOGUE.values():
        if measure.id in values:
            mean, half = values[measure.id]
            unit, decimals = measure.unit, measure.decimals
            interval = "" if half is None else show_interval(mean - half, mean + half, unit, decimals, mean)
            rows.append((measure.label, show(mean, unit, decimals), interval))
    return rows
