"""A run folder written by hand: a few patients whose every minute is known, read like any other run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from flowsim.services import KINDS
from flowsim.store.folder import Record, RunFolder, pack
from flowsim.store.journal import Journal
from flowsim.store.manifest import Manifest
from flowsim.store.results import Results
from flowsim.store.tables import coded
from flowsim.tables import TIMES, Coded

DAY = 1440.0
USUAL = {"age": "18-64", "acuity": "3", "stream": "medical", "route": "walk_in", "place": "east"}
TOWN = {
    "calls": "access",
    "crews": "ambulance",
    "ed": "emergency_department",
    "ward": "ward",
    "leave": "discharge",
}
"""Services of most tests: name to kind."""


class HandLog:
    """Visits under construction.

    Args:
        services: name to kind.
        labels: what some of them are called.
        start: first day of the collection period.
        warm_up, horizon: minutes.
    """

    def __init__(
        self,
        services: Mapping[str, str] = TOWN,
        *,
        labels: Mapping[str, str] | None = None,
        start: str = "2026-11-02",
        warm_up: float = DAY,
        horizon: float = 2 * DAY,
    ) -> None:
        self.services, self.labels = dict(services), dict(labels or {})
        self.manifest = Manifest(
            run_id="abcdef012345",
            name="by-hand",
            title="By hand",
            scenario_digest="x",
            seed=1,
            start=start,
            warm_up_minutes=warm_up,
            horizon_minutes=horizon,
            replications=1,
            sources=("by-hand.yaml",),
        )
        self.people: list[dict[str, str]] = []
        self.rows: list[dict[str, Any]] = []
        self.hours: list[tuple[Any, ...]] = []

    def patient(self, demand: str = "walk_in", **attributes: str) -> int:
        """Add a patient and return the row; an empty demand: inside when the run began."""
        self.people.append({**USUAL, **attributes, "demand": demand})
        return len(self.people) - 1

    def visit(
        self, who: int, service: str, outcome: str = "", source: str = "", number: int = 0, **times: float
    ) -> HandLog:
        """Add a visit; moments that are left out did not come."""
        self.rows.append(
            {
                "patient": who,
                "service": service,
                "outcome": outcome,
                "source": source,
                "visit": number,
                **times,
            }
        )
        return self

    def pool(self, service: str, resource: str, hours: Sequence[int], *means: float) -> None:
        """Add some hours of a pool: units busy, patients queueing, capacity."""
        self.hours += [(hour, service, resource, *means) for hour in hours]

    def write(self, root: Path) -> Results:
        """Write the run and open it."""
        folder = RunFolder(root / "by-hand" / self.manifest.run_id)
        folder.path.mkdir(parents=True)
        tables = {
            "measures": {
                "measure": ["attendances"], "level": ["system"], "group": [""], "value": np.array([1.0]),
            },
            "patients": self._patients(),
            "visits": self._visits(),
            "occupancy": self._occupancy(),
        }  # fmt: skip
        folder.add(1, pack(tables, Record(replication=1, digest="x")))
        folder.put_together([1])
        self.manifest.write(folder.path)
        about = {
            name: {"kind": kind} | ({"label": self.labels[name]} if name in self.labels else {})
            for name, kind in self.services.items()
        }
        text = yaml.safe_dump({"name": "by-hand", "services": about}, sort_keys=False)
        (folder.path / "scenario.resolved.yaml").write_text(text, encoding="utf-8")
        return Results.open(folder.path)

    def journal(self, root: Path) -> Journal:
        """Write the run and read its journal."""
        return Journal.read(self.write(root), 1)

    def _patients(self) -> dict[str, Any]:
        words = {name: [person[name] for person in self.people] for name in ("demand", *USUAL)}
        table: dict[str, Any] = {
            "uid": np.arange(1, len(self.people) + 1, dtype=np.uint64) * 1_000_001,
            "arrived": np.zeros(len(self.people)),
        }
        return table | {name: _coded(column) for name, column in words.items()}

    def _visits(self) -> dict[str, Any]:
        rows = sorted(self.rows, key=lambda row: float(row["arrived"]))
        names = list(self.services)
        outcomes = list(
            dict.fromkeys(word for kind in self.services.values() for word in KINDS[kind].OUTCOMES)
        )
        table: dict[str, Any] = {
            "patient": np.array([row["patient"] for row in rows], np.int32),
            "service": Coded(np.array([names.index(row["service"]) for row in rows], np.int16), names),
            "source": Coded(np.array([_code(names, row["source"]) for row in rows], np.int16), names),
            "visit": np.array([row["visit"] for row in rows], np.int16),
            "outcome": Coded(np.array([_code(outcomes, row["outcome"]) for row in rows], np.int8), outcomes),
        }
        return table | {name: np.array([row.get(name, np.nan) for row in rows], float) for name in TIMES}

    def _occupancy(self) -> dict[str, Any]:
        names = ("hour", "service", "resource", "busy", "queue", "capacity")
        columns = dict(zip(names, zip(*self.hours, strict=True), strict=True)) if self.hours else {}
        return {
            name: _coded(columns.get(name, ()))
            if name in ("service", "resource")
            else np.array(columns.get(name, ()), np.int32 if name == "hour" else np.float32)
            for name in names
        }


def _code(names: Sequence[str], name: str) -> int:
    return names.index(name) if name else -1


def _coded(words: Sequence[str]) -> Coded:
    """Return words as codes; an empty one is not known."""
    found = coded(words)
    texts = found.texts
    keep = [text for text in texts if text]
    codes = [keep.index(texts[code]) if texts[code] else -1 for code in found.codes.tolist()]
    return Coded(np.array(codes, np.int32), keep)


def winter() -> HandLog:
    """Return four patients: taken to a bed by a crew, twice at home soon, inside already, and still there.

    Minutes begin a day before 2 November 2026.
    """
    log = HandLog(labels={"ed": "The department", "leave": "Discharge team"})
    ann = log.patient("calls_999", age="85+", route="ambulance")
    log.visit(ann, "calls", "ambulance", arrived=1500, accepted=1500, started=1501, finished=1506, left=1506)
    log.visit(
        ann, "crews", "convey", "calls", arrived=1506, accepted=1506, started=1520, finished=1560, left=1590
    )
    log.visit(
        ann, "ed", "admit", "crews", arrived=1560, accepted=1590, assessed=1590, started=1620,
        finished=1700, left=1800,
    )  # fmt: skip
    log.visit(ann, "ward", "ready", "ed", arrived=1700, accepted=1800, started=1800, finished=3000, left=3120)
    log.visit(
        ann, "leave", "pathway_0", "ward", arrived=3000, accepted=3000, started=3060, assessed=3070,
        finished=3120, left=3120,
    )  # fmt: skip
    bob = log.patient()
    log.visit(
        bob, "ed", "home", arrived=1600, accepted=1600, assessed=1610, started=1640, finished=1700, left=1700
    )
    log.visit(bob, "ed", "left", arrived=3100, accepted=3100, assessed=3110, left=3200)
    cas = log.patient("", age="65-84")
    log.visit(cas, "ward", "ready", arrived=0, accepted=0, started=0, finished=2000, left=2010)
    log.visit(
        cas, "leave", "pathway_0", "ward", arrived=2000, accepted=2000, started=2001, assessed=2002,
        finished=2010, left=2010,
    )  # fmt: skip
    dan = log.patient()
    log.visit(dan, "ed", arrived=4200, accepted=4200, assessed=4210, started=4300)
    return log
