"""Replications written by hand, so that every measure can be worked out on paper. Times are minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np

from flowsim.measures.catalogue import evaluate_facts
from flowsim.measures.facts import Facts
from flowsim.services import KINDS
from flowsim.tables import PATIENT_COLUMNS, TIMES, VISIT_COLUMNS, Replication
from flowsim.vocabulary import values_of

MONDAY = datetime(2026, 11, 2)
SITES = {
    "north": SimpleNamespace(trust="one_trust", place="east"),
    "south": SimpleNamespace(trust="other_trust", place="west"),
}
PLACES = ("east", "west")
USUAL = {
    "age": "18-64",
    "fifth": "3",
    "acuity": "3",
    "stream": "medical",
    "route": "walk_in",
    "place": "east",
}


class HandMade:
    """A replication under construction.

    Args:
        services: name to kind, site and any other setting a measure reads.
        warm_up, horizon: minutes.
    """

    def __init__(
        self, services: Mapping[str, Mapping[str, Any]], *, warm_up: float = 0.0, horizon: float = 1440.0
    ) -> None:
        self.services = {name: _spec(**settings) for name, settings in services.items()}
        self.pathways: dict[str, dict[str, str]] = {}
        self.costs: Any = None
        self.harm: Any = None
        self.warm_up, self.horizon = warm_up, horizon
        self.people: list[dict[str, Any]] = []
        self.rows: list[dict[str, Any]] = []
        self.pools: dict[tuple[str, str], np.ndarray[Any, Any]] = {}

    def patient(self, **attributes: str) -> int:
        """Add a patient; attributes not given are the usual ones."""
        said = {**USUAL, **attributes}
        codes = {
            name: values_of(name, PLACES).index(said[name]) if name in said else 0
            for name in PATIENT_COLUMNS
            if name not in ("uid", "demand", "arrived")
        }
        self.people.append(codes)
        return len(self.people) - 1

    def visit(
        self, service: str, outcome: str = "", who: int | None = None, source: str = "", **times: float
    ) -> int:
        """Add a visit, of a new patient unless said; return whose it is. No outcome: still inside."""
        who = self.patient() if who is None else who
        names = list(self.services)
        outcomes = list(self.services[service].OUTCOMES)
        self.rows.append(
            {
                "patient": who,
                "service": names.index(service),
                "source": names.index(source) if source else -1,
                "visit": 0,
                "outcome": outcomes.index(outcome) if outcome else -1,
                **{name: times.get(name, np.nan) for name in TIMES},
            }
        )
        return who

    def pool(self, service: str, resource: str, busy: Any, capacity: Any, queue: Any = 0.0) -> None:
        """Add hourly occupancy of a pool: numbers, or one for each hour."""
        hours = int((self.warm_up + self.horizon) // 60)
        table = np.zeros((hours, 3), dtype=np.float32)
        table[:, 0], table[:, 1], table[:, 2] = busy, queue, capacity
        self.pools[service, resource] = table

    def replication(self) -> Replication:
        """Return the tables."""
        rows = sorted(self.rows, key=lambda row: float(row["arrived"]))
        visits = {n: np.array([row[n] for row in rows], dtype=kind) for n, kind in VISIT_COLUMNS.items()}
        patients = {
            name: np.array([person.get(name, 0) for person in self.people], dtype=kind)
            for name, kind in PATIENT_COLUMNS.items()
        }
        for row in reversed(rows):
            patients["arrived"][row["patient"]] = row["arrived"]
        hours = int((self.warm_up + self.horizon) // 60)
        tables = list(self.pools.values())
        occupancy = np.stack(tables, axis=1) if tables else np.zeros((hours, 0, 3), dtype=np.float32)
        return Replication(
            patients=patients,
            visits=visits,
            occupancy=occupancy,
            pools=list(self.pools),
            services=list(self.services),
            demand=["all"],
            start=MONDAY,
            warm_up=self.warm_up,
            horizon=self.horizon,
        )

    def scenario(self) -> Any:
        """Return what measures read of a scenario."""
        return SimpleNamespace(
            services=self.services,
            sites=SITES,
            places=dict.fromkeys(PLACES),
            pathways=self.pathways,
            costs=self.costs,
            harm=self.harm,
        )

    def facts(self) -> Facts:
        """Return the facts of the replication."""
        return Facts(self.replication(), self.scenario())

    def measures(self) -> dict[tuple[str, str, str], float]:
        """Return every measure by (id, level, group)."""
        table = evaluate_facts(self.facts())
        keys = zip(table["measure"], table["level"], table["group"], strict=True)
        return dict(zip(keys, table["value"].tolist(), strict=True))

    def system(self, measure: str) -> float:
        """Return one measure of the whole system."""
        return self.measures()[measure, "system", ""]


def stacked(tables: Sequence[Mapping[str, np.ndarray[Any, Any]]]) -> dict[str, np.ndarray[Any, Any]]:
    """Return the measures of several replications as one long table, numbered from 1."""
    names = ("measure", "level", "group", "value")
    columns = {name: np.concatenate([table[name] for table in tables]) for name in names}
    sizes = [len(table["value"]) for table in tables]
    return columns | {"replication": np.repeat(np.arange(1, len(tables) + 1), sizes)}


def _spec(kind: str, **settings: Any) -> Any:
    outcomes = KINDS[kind].OUTCOMES
    defaults: dict[str, Any] = {"site": "", "place": "", "OUTCOMES": outcomes}
    if kind == "ward":
        defaults["counts_as"] = "general_and_acute"
    return SimpleNamespace(**{**defaults, "kind": kind, **settings})
