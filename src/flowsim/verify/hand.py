"""Systems fed by hand: patients who come exactly when they are told to, for traces worked out on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from flowsim.kernel import Patient
from flowsim.kernel.audit import conserve
from flowsim.model import build
from flowsim.sampling.blocks import Block
from flowsim.services import KINDS, journey
from flowsim.spec.scenario import Scenario
from flowsim.tables import Columns
from flowsim.vocabulary import ATTRIBUTES, OUT_OF_AREA, values_of

Arrival = tuple[float, str, Mapping[str, str]]
"""When, at which service, and attributes that are not the usual ones."""

USUAL = {"age": "18-64", "fifth": "3", "acuity": "3", "stream": "medical", "route": "walk_in"}
"""What these patients are like, unless told otherwise; every other attribute has its first value."""


def fed(
    services: Mapping[str, Mapping[str, Any]],
    pathways: Mapping[str, Mapping[str, Any]],
    arrivals: Sequence[Arrival],
    *,
    seed: int = 2026,
    days: int = 14,
) -> Columns:
    """Run a system with these patients and return their visits; minute 0 is a Monday midnight.

    Args:
        services: settings by name, as in a scenario file.
        pathways: destination by service and outcome.
        arrivals: who comes, in order of time.
        seed: root of random numbers, for settings that have any.
        days: length of the run.
    """
    system = build(_scenario(services, pathways, seed, days), 1, audit=True)
    kernel = system.kernel
    block = Block.of_patients(system.draws, "by hand", _attributes(arrivals), base=0)

    def start(row: int) -> None:
        patient = Patient(block, row)
        kernel.start(patient, journey(kernel, patient, system.services[arrivals[row][1]]))
        conserve(kernel)

    kernel.at_each([(minute, row) for row, (minute, *_) in enumerate(arrivals)], start)
    kernel.env.run(until=system.end + 1e-6)
    conserve(kernel)
    return kernel.journal.table()


def column(visits: Columns, service: int, name: str) -> list[float]:
    """Return one moment of the visits to a service, in the order of the patients."""
    rows = np.flatnonzero(visits["service"] == service)
    ordered = rows[np.argsort(visits["patient"][rows], kind="stable")]
    found: list[float] = visits[name][ordered].tolist()
    return found


def _scenario(services: Mapping[str, Any], pathways: Mapping[str, Any], seed: int, days: int) -> Scenario:
    context = {"places": (OUT_OF_AREA,)}
    specs = {
        name: KINDS[settings["kind"]].model_validate(dict(settings), context=context)
        for name, settings in services.items()
    }
    time = {"start": "2026-11-02", "warm_up": "0 days", "horizon": f"{days} days", "initial": "empty"}
    return Scenario.model_validate(
        {
            "name": "by-hand",
            "seed": seed,
            "time": time,
            "services": specs,
            "demand": {},
            "pathways": dict(pathways),
        },
        context=context,
    )


def _attributes(arrivals: Sequence[Arrival]) -> dict[str, Any]:
    people = [{**USUAL, **attributes} for *_, attributes in arrivals]
    return {name: np.array([_code(name, person) for person in people], dtype=np.int8) for name in ATTRIBUTES}


def _code(name: str, person: Mapping[str, str]) -> int:
    values = values_of(name, (OUT_OF_AREA,))
    return values.index(person[name]) if name in person else 0
