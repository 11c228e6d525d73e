"""Measures in the terminal: their label, and their value in the unit people use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowsim.store.results import Results


def headline_rows(results: Results) -> list[tuple[str, str, str]]:
    """Return label, mean and 95% interval of each headline measure, in the catalogue's order."""
    from flowsim.experiment.precision import headline
    from flowsim.measures.catalogue import CATALOGUE
    from flowsim.measures.format import show, show_interval

    whole = len(results.replications) == results.manifest.replications
    values = results.manifest.headline if whole else headline([each.headline for each in results.records])
    rows = []
    for measure in CATALOGUE.values():
        if measure.id in values:
            mean, half = values[measure.id]
            unit, decimals = measure.unit, measure.decimals
            interval = "" if half is None else show_interval(mean - half, mean + half, unit, decimals, mean)
            rows.append((measure.label, show(mean, unit, decimals), interval))
    return rows
