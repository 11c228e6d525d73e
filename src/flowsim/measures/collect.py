"""Collecting measures: sums, shares, means and quantiles, at every level a measure is broken down by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.facts import Bools, Facts, Floats, Part, View, quantiles, sorted_quantiles
from flowsim.measures.measure import Measure

PROVIDER_LEVELS = frozenset(("system", "trust", "place", "site", "kind", "service"))


class Totals:
    """Sums over the visits of a view, from which every level is read off without another pass.

    One pass adds up by service, which gives sites, trusts, places and the system; one more, over all
    combinations of patient groups, gives each of those groups.

    Args:
        view: the visits.
        weights: what to add up, one for each visit; None counts visits.
    """

    def __init__(self, view: View, weights: NDArray[Any] | None = None) -> None:
        self.view = view
        self.weights = weights
        self._by_service: Floats | None = None
        self._by_people: Floats | None = None

    def at(self, level: str) -> tuple[list[str], Floats]:
        """Return the names of the groups of a level and the sum in each."""
        if level in PROVIDER_LEVELS:
            names, codes = self.view.facts.groups.of_services(level, self.view.service_codes)
            sums = np.bincount(codes + np.int64(1), self.by_service(), minlength=len(names) + 1)
            return names, sums[1:].astype(np.float64)
        if level in self.view.facts.people.levels:
            return self.view.facts.people.names(level), self._people(level)
        grouping = self.view.grouping(level)
        return grouping.names, grouping.sums(self.weights)

    def by_service(self) -> Floats:
        """Return the sum for each service of the view, in the view's order."""
        if self._by_service is None:
            self._by_service = self.view.sums(self.weights)[self.view.service_codes]
        return self._by_service

    def _people(self, level: str) -> Floats:
        people = self.view.facts.people
        if self._by_people is None:
            sums = np.bincount(self.view.combination, self.weights, minlength=people.size)
            self._by_people = sums.astype(np.float64).reshape(people.shape)
        return people.margin(self._by_people, level)


class _Ordered:
    """Quantiles of the values of some visits, at any level.

    Visits lie service by service, so groups of services need no partition, and the same services in another
    level's group are sorted once.

    Args:
        view: the visits.
        values: one for each visit.
        known: the visits that count.
        probabilities: which quantiles.
    """

    def __init__(self, view: View, values: Floats, known: Bools, probabilities: Sequence[float]) -> None:
        self._part, self._chosen, self._at = Part(view, known), values[known], probabilities
        self._runs: dict[int, list[slice]] = {}
        start = 0
        for code, size in zip(view.run_codes.tolist(), view.of_runs(known).tolist(), strict=True):
            self._runs.setdefault(code, []).append(slice(start, start + size))
            start += size
        self._found: dict[tuple[int, ...], Floats] = {}

    def at(self, level: str) -> tuple[list[str], Floats]:
        """Return the groups of a level, and the quantiles of each: shape (groups, probabilities)."""
        view = self._part.view
        if level not in PROVIDER_LEVELS:
            grouping = self._part.grouping(level)
            return grouping.names, quantiles(self._chosen, grouping, self._at)
        names, codes = view.facts.groups.of_services(level, view.service_codes)
        services = np.array(view.service_codes, dtype=np.intp)
        rows = [self._of(tuple(services[codes == group].tolist())) for group in range(len(names))]
        return names, np.array(rows).reshape(len(names), len(self._at))

    def _of(self, services: tuple[int, ...]) -> Floats:
        if services not in self._found:
            parts = [self._chosen[run] for service in services for run in self._runs.get(service, ())]
            ordered = np.sort(np.concatenate(parts)) if parts else self._chosen[:0]
            empty = np.full(len(self._at), np.nan)
            self._found[services] = sorted_quantiles(ordered, self._at) if ordered.size else empty
        return self._found[services]


class Collector:
    """Takes in measures as they are worked out and gives them back as one table.

    Args:
        facts: the replication being measured.
        catalogue: measures by id; fixes at which levels each is broken down.
    """

    def __init__(self, facts: Facts, catalogue: Mapping[str, Measure]) -> None:
        self.facts = facts
        self.catalogue = catalogue
        self._keys: list[tuple[str, str, Sequence[str]]] = []
        self._values: list[Floats] = []

    def put(self, measure: str, level: str, names: Sequence[str], values: Any) -> None:
        """Take in one measure for all groups of one level."""
        self._keys.append((measure, level, names))
        self._values.append(np.asarray(values, dtype=np.float64))

    def of_services(self, measure: str, sums: NDArray[Any], factor: float = 1.0) -> None:
        """Take in sums given for each service there is, times a factor, at every level of providers."""
        for level in self.catalogue[measure].levels:
            names, totals = self.facts.groups.added_up(level, sums)
            self.put(measure, level, names, totals * factor)

    def found(self, measure: str, level: str) -> dict[str, float]:
        """Return what was taken in of a measure at a level: value by group; empty if nothing was."""
        for (one, at, names), values in zip(self._keys, self._values, strict=True):
            if one == measure and at == level:
                return dict(zip(names, values.tolist(), strict=True))
        return {}

    def rate(self, measure: str, view: View, weights: NDArray[Any] | None = None) -> None:
        """Take in a sum per day; weights None counts visits."""
        self._sum(measure, view, weights, 1.0 / self.facts.days)

    def per_period(self, measure: str, view: View, minutes: Floats) -> None:
        """Take in minutes inside the period as a mean number present."""
        self._sum(measure, view, minutes, 1.0 / (self.facts.days * 1440.0))

    def count(self, measure: str, view: View, weights: NDArray[Any] | None = None) -> None:
        """Take in a plain sum."""
        self._sum(measure, view, weights, 1.0)

    def _sum(self, measure: str, view: View, weights: NDArray[Any] | None, factor: float) -> None:
        totals = Totals(view, weights)
        for level in self.catalogue[measure].levels:
            names, sums = totals.at(level)
            self.put(measure, level, names, sums * factor)

    def share(self, measure: str, view: View, hits: Bools, known: Bools | None = None) -> None:
        """Take in the share of visits that are hits, of those known (None: of all)."""
        self.ratio(measure, view, hits if known is None else hits & known, known)

    def mean(self, measure: str, view: View, values: Floats, known: Bools | None = None) -> None:
        """Take in the mean of values over the visits where it is a number and known."""
        usable = ~np.isnan(values) if known is None else known & ~np.isnan(values)
        self.ratio(measure, view, np.where(usable, values, 0.0), usable)

    def ratio(self, measure: str, view: View, top: NDArray[Any], bottom: NDArray[Any] | None) -> None:
        """Take in the ratio of two sums; not a number where the second is 0."""
        above, below = Totals(view, top), Totals(view, bottom)
        for level in self.catalogue[measure].levels:
            names, sums = above.at(level)
            self.put(measure, level, names, divided(sums, below.at(level)[1]))

    def quantiles(self, measures: Mapping[str, float], view: View, values: Floats, known: Bools) -> None:
        """Take in quantiles of values over the visits where known: measure id to probability.

        The first measure's levels serve for all.
        """
        found = _Ordered(view, values, known, list(measures.values()))
        for level in self.catalogue[next(iter(measures))].levels:
            names, table = found.at(level)
            for column, measure in enumerate(measures):
                self.put(measure, level, names, table[:, column])

    def table(self) -> dict[str, NDArray[Any]]:
        """Return the columns measure, level, group (text) and value (in the measure's unit)."""
        sizes = [len(names) for _, _, names in self._keys]
        groups = [name for _, _, names in self._keys for name in names]
        return {
            "measure": np.repeat(_text(measure for measure, _, _ in self._keys), sizes),
            "level": np.repeat(_text(level for _, level, _ in self._keys), sizes),
            "group": _text(groups),
            "value": np.concatenate([*self._values, np.empty(0)]),
        }


def divided(top: Floats, bottom: Floats) -> Floats:
    """Return top / bottom, not a number where bottom is 0."""
    result = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=result, where=bottom != 0)
    return result


def _text(values: Any) -> NDArray[Any]:
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array
