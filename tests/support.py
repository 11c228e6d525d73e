"""A small world for tests: a few services, and patients who arrive when the test says so.

Every length of time in these tests is constant and every share 0% or 100%, so that a trace can be worked out
on paper and luck has no say. Minute 0 is a Monday midnight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np

from flowsim.kernel import Kernel, Patient
from flowsim.kernel.audit import conserve
from flowsim.model import build
from flowsim.sampling.blocks import Block
from flowsim.services import KINDS, Service, System, journey
from flowsim.spec.scenario import Scenario
from flowsim.vocabulary import ATTRIBUTES, values_of

PLACES = ("here", "there")
USUAL = {
    "age": "18-64",
    "fifth": "3",
    "acuity": "3",
    "stream": "medical",
    "route": "walk_in",
    "place": "here",
}
"""What patients of these tests are like, unless told otherwise; every other attribute has its first value."""
TIMES = ("arrived", "accepted", "assessed", "started", "finished", "left")


def at(clock: str, day: int = 0) -> float:
    """Return the minute of a time of day; day 0 is a Monday."""
    hours, minutes = clock.split(":")
    return day * 1440.0 + int(hours) * 60.0 + int(minutes)


@dataclass(frozen=True)
class Visit:
    """One visit, in words; times not reached are None."""

    service: str
    source: str | None
    outcome: str | None
    arrived: float | None
    accepted: float | None
    assessed: float | None
    started: float | None
    finished: float | None
    left: float | None


class World:
    """A running system without demand of its own.

    Args:
        services: settings by name, as in a scenario file.
        pathways, alternatives: as in a scenario file.
        days: length of the run.
    """

    def __init__(
        self,
        services: Mapping[str, Mapping[str, Any]],
        pathways: Mapping[str, Mapping[str, Any]] | None = None,
        alternatives: Mapping[str, list[Mapping[str, Any]]] | None = None,
        days: int = 14,
    ) -> None:
        self.settings = {name: dict(settings) for name, settings in services.items()}
        specs = {name: spec_of(settings) for name, settings in services.items()}
        context = {"places": PLACES}
        self.scenario = Scenario.model_validate(
            {
                "name": "test",
                "time": {
                    "start": "2026-11-02",
                    "warm_up": "0 min",
                    "horizon": f"{days} days",
                    "initial": "empty",
                },
                "places": {name: {} for name in PLACES},
                "services": specs,
                "demand": {},
                "pathways": dict(pathways or {}),
                "alternatives": dict(alternatives or {}),
            },
            context=context,
        )
        self.system: System = build(self.scenario, 1, audit=True)
        self.kernel = self.system.kernel
        self.coming: list[tuple[float, str, dict[str, str]]] = []
        self.patients: list[Patient] = []

    def __getitem__(self, service: str) -> Service[Any]:
        """Return a running service."""
        return self.system.services[service]

    def arrive(self, minute: float, to: str, **attributes: str) -> int:
        """Have a patient come; return a number by which to ask for the visits."""
        self.coming.append((minute, to, attributes))
        return len(self.coming) - 1

    def at(self, minute: float, call: Callable[[], Any]) -> None:
        """Do something at a minute, before anything else that happens then."""
        self.kernel.at_each([(minute, None)], lambda _: call())

    def change(self, minute: float, service: str, **settings: Any) -> None:
        """Change settings of a service at a minute."""
        running, new = self[service], spec_of({**self.settings[service], **settings})
        self.at(minute, lambda: running.configure(new))

    def run(self, until: float | None = None) -> World:
        """Let everybody come, run, and check that nobody is lost or in two places."""
        block = self._block()
        moments = sorted(((minute, row) for row, (minute, *_) in enumerate(self.coming)))
        self.patients = [Patient(block, row) for row in range(len(self.coming))]

        def start(row: int) -> None:
            patient = self.patients[row]
            self.kernel.start(patient, journey(self.kernel, patient, self[self.coming[row][1]]))

        self.kernel.at_each(moments, start)
        end = self.system.end if until is None else until
        self.kernel.at_each([(hour * 60.0, None) for hour in range(int(end // 60) + 1)], self._check)
        self.kernel.env.run(until=end + 1e-6)
        self._check(None)
        return self

    def visits(self, patient: int) -> list[Visit]:
        """Return the visits of a patient, in order."""
        table = self.kernel.journal.table()
        rows = np.flatnonzero(table["patient"] == patient)
        return [self._visit(table, int(row)) for row in rows]

    def visit(self, patient: int, service: str) -> Visit:
        """Return the one visit of a patient to a service."""
        (visit,) = [visit for visit in self.visits(patient) if visit.service == service]
        return visit

    def outcome(self, patient: int) -> str | None:
        """Return the outcome of a patient's last visit."""
        return self.visits(patient)[-1].outcome

    def _check(self, _: Any) -> None:
        conserve(self.kernel)

    def _visit(self, table: Mapping[str, Any], row: int) -> Visit:
        names = list(self.system.services)
        service = names[table["service"][row]]
        source = int(table["source"][row])
        outcome = int(table["outcome"][row])
        times = {name: None if isnan(table[name][row]) else float(table[name][row]) for name in TIMES}
        return Visit(
            service,
            names[source] if source >= 0 else None,
            list(self[service].spec.OUTCOMES)[outcome] if outcome >= 0 else None,
            **times,
        )

    def _block(self) -> Block:
        people = [{**USUAL, **attributes} for *_, attributes in self.coming]
        attrs = {
            name: np.array([_code(name, person) for person in people], dtype=np.int8) for name in ATTRIBUTES
        }
        return Block.of_patients(self.system.draws, "test", attrs, base=0)


def spec_of(settings: Mapping[str, Any]) -> Any:
    """Return the settings of a service, read as a scenario file is read."""
    return KINDS[str(settings["kind"])].model_validate(dict(settings), context={"places": PLACES})


def _code(name: str, person: Mapping[str, str]) -> int:
    values = values_of(name, PLACES)
    return values.index(person[name]) if name in person else 0


def kernel_with(people: int) -> tuple[Kernel, list[Patient]]:
    """Return a kernel and as many patients, for tests of the engine alone."""
    block = Block("test", 0, "", uid=np.arange(people, dtype=np.uint64), times=np.zeros(people), attrs={})
    return Kernel(audit=True), [Patient(block, row) for row in range(people)]
