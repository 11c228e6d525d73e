"""A system of the size of Kent and Medway is read, resolved and checked in a fraction of a second."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FILES = 11
WARDS = 10
LIMIT = 1.5
"""CPU-seconds, imports included; about 0.5 on a quiet machine. Roomy, since tests share their cores."""


def write_big_system(folder: Path) -> int:
    """Write a scenario of a dozen files; return how many lines it has."""
    top = ["flowsim: 1", "time: {start: 2026-11-02, warm_up: 6 weeks, horizon: 26 weeks}"]
    top += ["places: {east: {population: 400000}, west: {population: 300000}}"]
    top += [f"include: [{', '.join(f'pack_{i}.yaml' for i in range(FILES))}]"]
    top += ["templates:", "  any_ward: {kind: ward, turnaround: 45 min}"]
    top += ["change:", '  "services[kind=ward].beds": {multiply: 1.1}']
    packs = {f"pack_{i}.yaml": pack(i) for i in range(FILES)}
    for name, lines in {"big.yaml": top, **packs}.items():
        (folder / name).write_text("\n".join(lines))
    return len(top) + sum(map(len, packs.values()))


def pack(number: int) -> list[str]:
    services, demand, pathways = ["services:"], ["demand:"], ["pathways:"]
    for ward in (f"ward_{number}_{i}" for i in range(WARDS)):
        services += [f"  {ward}:", "    like: any_ward", "    place: east", "    label: A ward"]
        services += ["    beds: {value: 24, source: KH03, grade: seen}", "    stay:", "      by: age"]
        services += ["      0-17: {mean: 2 days, sd: 3 days}", "      18-64: {mean: 3 days, sd: 3 days}"]
        services += ["      otherwise:", "        mean: 6 days", "        sd: 5 days"]
        demand += [f"  to_{ward}:", f"    to: {ward}", "    per_day: {value: 4.5, source: SUS}"]
        demand += ["    place: {east: 50%, west: rest}", "    months: {jan: 1.1, feb: 1.05}"]
        demand += ["    casemix:", "      age: {0-17: 10%, 18-64: 40%, 65-74: 20%, 75-84: 20%, 85+: rest}"]
        pathways += [f"  {ward}: {{otherwise: leave}}"]
    return services + demand + pathways


def test_two_thousand_lines_in_a_dozen_files_are_read_at_once(tmp_path: Path) -> None:
    assert write_big_system(tmp_path) > 2000
    program = "import time; from flowsim.scenario import load; load('big.yaml');print(time.process_time())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path, capture_output=True, text=True, check=True, env=environment(),
    )  # fmt: skip
    assert float(done.stdout) < LIMIT


def test_a_system_is_checked_without_the_libraries_that_take_longest_to_import() -> None:
    program = """
import sys
from flowsim.scenario import load
from flowsim.stability import loads
assert loads(load("scenarios/one-hospital.yaml"))
print([name for name in ("scipy", "pandas", "matplotlib", "pyarrow", "rich") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True, env=environment(),
    )  # fmt: skip
    assert done.stdout == "[]\n"


def environment() -> dict[str, str]:
    import os

    source = Path(__file__).parents[3] / "src"
    return {**os.environ, "PYTHONPATH": str(source)}
