"""Groups: by whom or where a measure is broken down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from flowsim.vocabulary import ATTRIBUTES, everywhere

if TYPE_CHECKING:
    from flowsim.measures.facts import View

COLUMNS = {"residence": "place", "discharge_pathway": "pathway"}
"""Levels of patients whose column has another name."""
SYSTEM = ""
"""Name of the only group of the level "system"."""


class Grouping:
    """The groups of a level, and the group of each row: its position in `names`, -1 for none."""

    __slots__ = ("codes", "names")

    def __init__(self, names: Sequence[str], codes: NDArray[Any]) -> None:
        self.names = list(names)
        self.codes = codes

    def sums(self, values: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """Return the sum of values in each group, or the number of rows."""
        weights = None if values is None else values.astype(np.float64, copy=False)
        counts = np.bincount(self.codes + np.int64(1), weights, minlength=len(self.names) + 1)
        return counts[1:].astype(np.float64)

    def partition(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return an order that puts rows group by group, and where each group begins."""
        counts = np.bincount(self.codes + np.int64(1), minlength=len(self.names) + 1)
        return np.argsort(self.codes.astype(np.int16), kind="stable"), np.cumsum(counts)


class Groups:
    """The groups of every level in one scenario.

    Args:
        services: names of services, in the order of their codes.
        scenario: read for sites, trusts and places.
    """

    def __init__(self, services: Sequence[str], scenario: Any) -> None:
        self.services = list(services)
        specs = [scenario.services[name] for name in services]
        sites = [_named(spec, "site") for spec in specs]
        at_site = [scenario.sites.get(site) if site else None for site in sites]
        self.places = list(everywhere(tuple(scenario.places)))
        self._of_service: dict[str, list[str]] = {
            "service": self.services,
            "kind": [spec.kind for spec in specs],
            "site": sites,
            "place": [_named(s, "place") or _named(a, "place") for s, a in zip(specs, at_site, strict=True)],
            "trust": [_named(site, "trust") for site in at_site],
        }

    def of(self, level: str, view: View) -> Grouping:
        """Return the groups of a level of patients or hours, and the group of each visit of `view`."""
        if level == "hour":
            hours = (view.column("arrived") // 60.0).astype(np.int64) % 24
            return Grouping([f"{hour:02}" for hour in range(24)], hours.astype(np.int8))
        return Grouping(self.people(level), view.attribute(COLUMNS.get(level, level)))

    def of_services(self, level: str, services: Sequence[int]) -> tuple[list[str], NDArray[np.int16]]:
        """Return the groups of `level` among some services, and the group of each service."""
        if level == "system":
            return [SYSTEM], np.zeros(len(services), dtype=np.int16)
        labels = [self._of_service[level][service] for service in services]
        names = [name for name in dict.fromkeys(labels) if name]
        codes = [names.index(label) if label else -1 for label in labels]
        return names, np.array(codes, dtype=np.int16)

    def added_up(self, level: str, sums: NDArray[Any]) -> tuple[list[str], NDArray[np.float64]]:
        """Return the groups of `level`, and sums that were given for each service added up in each."""
        names, codes = self.of_services(level, range(len(self.services)))
        totals = np.bincount(codes + np.int64(1), sums, minlength=len(names) + 1)
        return names, totals[1:].astype(np.float64)

    def people(self, level: str) -> list[str]:
        """Return the groups of a level of patients."""
        return self.places if level == "residence" else list(ATTRIBUTES[COLUMNS.get(level, level)])


def _named(thing: Any, attribute: str) -> str:
    return str(getattr(thing, attribute, "") or "")


class People:
    """All combinations of patient groups, so that one pass over visits serves every patient level.

    Args:
        patients: the patient table.
        groups: the groups of each level.
    """

    levels = ("age", "fifth", "acuity", "route", "residence")

    def __init__(self, patients: Mapping[str, NDArray[Any]], groups: Groups) -> None:
        self._names = {level: groups.people(level) for level in self.levels}
        self.shape = tuple(len(names) + 1 for names in self._names.values())
        self.size = int(np.prod(self.shape))
        self.cells = np.zeros(len(patients["age"]), dtype=np.int32)
        for level, length in zip(self.levels, self.shape, strict=True):
            self.cells *= length
            self.cells += patients[COLUMNS.get(level, level)]
            self.cells += 1

    def names(self, level: str) -> list[str]:
        """Return the groups of a patient level."""
        return self._names[level]

    def margin(self, sums: NDArray[np.float64], level: str) -> NDArray[np.float64]:
        """Return sums by group of one level from sums by combination."""
        axis = self.levels.index(level)
        others = tuple(i for i in range(len(self.levels)) if i != axis)
        margin: NDArray[np.float64] = sums.sum(axis=others)[1:]
        return margin
