"""The measurements: each returns a table of medians of interleaved rounds, with their range."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.process import child, cost_of, engine
from benchmarks.reference.inputs import SHAPES, STAGES
from benchmarks.reference.with_c import compiler

AGREE = 1e-9
"""Largest difference, in minutes and as a share, between waits that should be the same."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How much to measure.

    Attributes:
        rounds: how often each thing is measured, in turn with the others.
        patients: patients of the reference pathway.
        full: also the whole of Kent and Medway over its whole horizon.
    """

    rounds: int = 5
    patients: int = 40_000
    full: bool = True


@dataclass(frozen=True)
class Figure:
    """One figure over the rounds: median, lowest and highest."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Figure:
        """Return the figure of so many rounds."""
        ordered = sorted(values)
        return cls(statistics.median(ordered), ordered[0], ordered[-1])


@dataclass
class Table:
    """Some rows of figures.

    Attributes:
        name: short, for files.
        title: what it shows.
        columns: heading of each figure.
        rows: label and figures; None where there is no figure.
        notes: what to know to read it.
    """

    name: str
    title: str
    columns: Sequence[str]
    rows: list[tuple[str, list[Figure | None]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def figure(self, row: str, column: str) -> Figure:
        """Return one figure."""
        (figures,) = [figures for label, figures in self.rows if label == row]
        found = figures[list(self.columns).index(column)]
        assert found is not None
        return found


# -- beside other engines --------------------------------------------------------------------------------

NAMES = {
    "c": "plain C, binary heap",
    "flowsim": "flowsim's kernel",
    "simpy": "SimPy, as in its manual",
    "ciw": "Ciw",
}


def reference(shape: str, plan: Plan, tell: Tell) -> Table:
    """Run the reference pathway in every engine, in turn, and compare their waits patient by patient."""
    patients = plan.patients if shape != "overload" else plan.patients // 2
    names = [name for name in NAMES if _available(name, tell)]
    rounds: list[dict[str, dict[str, Any]]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(plan.rounds):
            tell(f"reference pathway, {shape}: round {number + 1} of {plan.rounds}")
            files = {name: str(Path(folder) / f"{name}.npy") for name in names}
            rounds.append({name: engine(name, patients, shape, files[name]) for name in names})
        difference = _largest_difference({name: np.load(path) for name, path in files.items()})
    table = Table(
        f"reference-{shape}",
        f"Reference pathway, {shape}: {patients:,} patients",
        ("patients per CPU-second", "times SimPy", "times Ciw", "us per patient", "peak MB"),
    )
    for name in names:
        table.rows.append((NAMES[name], _beside(name, rounds, patients)))
    loads = ", ".join(f"{s} {load:.0%}" for s, load in zip(STAGES, SHAPES[shape].loads, strict=True))
    waits = ", ".join(f"{wait:.4g}" for wait in rounds[0][names[0]]["mean_waits"])
    table.notes.append(f"Offered loads: {loads}. Mean waits: {waits} min, in every engine.")
    table.notes.append(
        f"The same patients in every engine: the largest difference between two engines' waits of the same "
        f"patient is {difference:.1e} min. One process for each engine and round."
    )
    if difference > AGREE * 1e4:
        raise AssertionError(f"the engines do not agree: waits differ by up to {difference} minutes")
    return table


def _available(name: str, tell: Tell) -> bool:
    if name == "c" and not compiler():
        tell("No C compiler found: plain C is left out.")
        return False
    if name == "ciw" and find_spec("ciw") is None:
        tell("Ciw is not installed: it is left out.")
        return False
    return True


def _largest_difference(waits: dict[str, Any]) -> float:
    one, *others = waits.values()
    return max(float(np.abs(other - one).max()) for other in others)


def _beside(name: str, rounds: Sequence[dict[str, Any]], patients: int) -> list[Figure | None]:
    """Return the figures of one engine; its ratios are taken within each round."""

    def times(other: str) -> Figure | None:
        if other not in rounds[0]:
            return None
        return Figure.of(each[other]["cpu_seconds"] / each[name]["cpu_seconds"] for each in rounds)

    seconds = [each[name]["cpu_seconds"] for each in rounds]
    return [
        Figure.of(patients / s for s in seconds),
        times("simpy"),
        times("ciw"),
        Figure.of(1e6 * s / patients for s in seconds),
        Figure.of(each[name]["peak_mb"] for each in rounds),
    ]


# -- growth ----------------------------------------------------------------------------------------------


def growth(plan: Plan, tell: Tell) -> Table:
    """Measure two weeks of Kent and Medway with fewer and more patients, and capacities in proportion."""
    factors = ("0.1", "0.25", "0.5", "1", "2", "4")
    return _compared(
        "growth-patients",
        "Patients: two weeks of Kent and Medway, demand and capacities in proportion",
        [(f"{factor} times", ("scaled", factor)) for factor in factors],
        "1 times",
        "us_per_patient",
        plan,
        tell,
        note="With few patients what a replication costs once (streams, calendars, the loaded start) counts.",
    )


def queues(plan: Plan, tell: Tell) -> Table:
    """Measure M/M/c with enough staff, and with so few that thousands wait."""
    cases = [(f"{staff} staff", ("queue", str(staff))) for staff in (6, 5, 4, 3)]
    return _compared(
        "growth-queue",
        "Queue length: one clinic, 5.1 patients a minute who need a minute each",
        cases,
        "6 staff",
        "us_per_patient",
        plan,
        tell,
        note="Not everybody is served before the run ends where fewer than six work.",
    )


def services(plan: Plan, tell: Tell) -> Table:
    """Measure more and more clinics, in a row and side by side."""
    counts = (1, 4, 16, 64)
    cases = [(f"{count} in a row", ("row", str(count))) for count in counts]
    cases += [(f"{count} side by side", ("beside", str(count))) for count in counts]
    return _compared(
        "growth-services",
        "Number of services: some 90,000 visits in all",
        cases,
        "1 in a row",
        "us_per_visit",
        plan,
        tell,
        note="Each service also costs something once: its streams, draws and hourly records.",
    )


def _compared(  # noqa: PLR0917
    name: str,
    title: str,
    cases: Sequence[tuple[str, Sequence[str]]],
    base: str,
    unit: str,
    plan: Plan,
    tell: Tell,
    *,
    note: str,
) -> Table:
    """Measure several systems in turn; costs are compared with those of one of them, round by round."""
    rounds = []
    for number in range(plan.rounds):
        tell(f"{title}: round {number + 1} of {plan.rounds}")
        rounds.append({label: child(*arguments) for label, arguments in cases})
    per = unit.removeprefix("us_per_").replace("_", " ")
    table = Table(
        name,
        title,
        (
            "patients",
            f"us per {per}",
            "times the cost",
            "us per state change",
            "most queueing",
            "CPU-seconds",
            "peak MB",
        ),
    )
    for label, _ in cases:
        mine = [each[label] for each in rounds]
        table.rows.append(
            (
                label,
                [
                    Figure.of(m["patients"] for m in mine),
                    Figure.of(m[unit] for m in mine),
                    Figure.of(each[label][unit] / each[base][unit] for each in rounds),
                    Figure.of(m["us_per_state_change"] for m in mine),
                    Figure.of(m["longest_queue"] for m in mine),
                    Figure.of(m["cpu_seconds"] for m in mine),
                    Figure.of(m["peak_mb"] for m in mine),
                ],
            )
        )
    table.notes.append(note)
    return table


# -- the whole system, and the first answer --------------------------------------------------------------


def whole(plan: Plan, tell: Tell) -> Table:
    """Measure one replication of the Kent and Medway baseline, alone and with everything `run` does."""
    table = Table(
        "whole-system",
        "Kent and Medway baseline, one replication of 26 weeks",
        ("CPU-seconds", "peak MB", "us per patient", "us per state change", "patients", "state changes"),
    )
    rounds = 1 if plan.rounds < 3 else 2
    replications, runs = [], []
    for number in range(rounds):
        tell(f"whole system: round {number + 1} of {rounds}")
        replications.append(child("whole"))
        with tempfile.TemporaryDirectory() as folder:
            asked = ["run", "scenarios/kent-medway/baseline.yaml", "-n", "1", "-j", "1", "-q"]
            runs.append(cost_of(["-m", "flowsim", *asked], results=folder))
    keys = ("cpu_seconds", "peak_mb", "us_per_patient", "us_per_state_change", "patients", "state_changes")
    table.rows.append(("the replication", [Figure.of(each[key] for each in replications) for key in keys]))
    rest = [
        Figure.of(r.cpu_seconds for r in runs),
        Figure.of(r.peak_mb for r in runs),
        None,
        None,
        None,
        None,
    ]
    table.rows.append(("flowsim run -n 1 -j 1", rest))
    table.notes.append(
        "The command also reads the files, checks the load, computes every measure and writes."
    )
    return table


START = {
    "python -c pass": ["-c", "pass"],
    "import flowsim": ["-c", "import flowsim"],
    "flowsim --help": ["-m", "flowsim", "--help"],
    "flowsim validate one-hospital": ["-m", "flowsim", "validate", "scenarios/one-hospital.yaml"],
    "flowsim validate kent-medway": ["-m", "flowsim", "validate", "scenarios/kent-medway/baseline.yaml"],
}


def start_up(plan: Plan, tell: Tell) -> Table:
    """Measure how long the first answers take."""
    tell("start-up")
    rounds = [{label: cost_of(arguments) for label, arguments in START.items()} for _ in range(plan.rounds)]
    table = Table("start-up", "Start-up", ("CPU-seconds", "peak MB"))
    for label in START:
        costs = [each[label] for each in rounds]
        table.rows.append(
            (label, [Figure.of(c.cpu_seconds for c in costs), Figure.of(c.peak_mb for c in costs)])
        )
    return table
