"""Measure what flowsim costs, show it, and keep it.

    python -m benchmarks                    everything: some 15 minutes on a quiet machine
    python -m benchmarks --quick            two rounds, fewer patients, without the whole system
    python -m benchmarks --only reference   one part: reference, growth, whole, start

Figures are processor seconds, each measured in a process of its own, in turn with the others, so that a busy
machine disturbs all of them alike. The tables and the picture go to a folder (default: benchmarks/results).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine, measurements, report
from benchmarks.measurements import Plan, Table, Tell

RESULTS = Path(__file__).parent / "results"
PARTS = ("reference", "growth", "whole", "start")


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _settings(arguments)
    plan = Plan(2, 10_000, full=False) if asked.quick else Plan(asked.rounds, asked.patients)
    parts = asked.only or [part for part in PARTS if plan.full or part != "whole"]
    tables = list(_measured(parts, plan, lambda text: print(text, file=sys.stderr, flush=True)))
    _keep(tables, Path(asked.results))
    print(report.markdown(tables, machine.describe()))
    print(*targets(tables), sep="\n")
    return 0


def _measured(parts: Sequence[str], plan: Plan, tell: Tell) -> list[Table]:
    tables = []
    if "start" in parts:
        tables.append(measurements.start_up(plan, tell))
    if "reference" in parts:
        tables += [measurements.reference(shape, plan, tell) for shape in ("clinic", "system", "overload")]
    if "growth" in parts:
        tables += [
            measure(plan, tell)
            for measure in (measurements.growth, measurements.queues, measurements.services)
        ]
    if "whole" in parts:
        tables.append(measurements.whole(plan, tell))
    return tables


def targets(tables: Sequence[Table]) -> list[str]:
    """Return what the project asks of itself, and whether it holds here."""
    known = {table.name: table for table in tables}
    wanted = [
        ("reference-system", "flowsim's kernel", "times SimPy", 6.0, True, "times textbook SimPy"),
        ("reference-system", "flowsim's kernel", "times Ciw", 20.0, True, "times Ciw"),
        ("growth-patients", "4 times", "times the cost", 1.3, False, "times the cost per patient at 4x"),
        ("growth-queue", "4 staff", "times the cost", 1.5, False, "times the cost with thousands queueing"),
    ]
    lines = []
    for name, row, column, limit, least, text in wanted:
        if name in known:
            found = known[name].figure(row, column).middle
            holds = found >= limit if least else found <= limit
            asked = f"{'at least' if least else 'at most'} {limit:g}"
            lines.append(f"{'met    ' if holds else 'NOT MET'} {found:.2f} {text} (wanted: {asked})")
    return lines


def _keep(tables: Sequence[Table], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    facts = machine.describe()
    (folder / "results.md").write_text(report.markdown(tables, facts), encoding="utf-8")
    (folder / "results.csv").write_text(report.long_table(tables), encoding="utf-8")
    (folder / "machine.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    report.picture(tables, folder / "results.svg")


def _settings(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--only", action="append", choices=PARTS, help="only this part; may be repeated")
    parser.add_argument("--quick", action="store_true", help="less of everything, in two minutes")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often to measure each thing")
    parser.add_argument("--patients", type=int, default=40_000, metavar="N", help="of the reference pathway")
    parser.add_argument("--results", default=str(RESULTS), metavar="FOLDER", help="where to keep the figures")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
