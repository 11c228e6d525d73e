"""One measurement in a process of its own: nothing that ran before can help or hinder it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """What a process has cost.

    Attributes:
        cpu_seconds: processor time, its own children's too.
        peak_mb: most memory in use at once.
        said: what it printed.
    """

    cpu_seconds: float
    peak_mb: float
    said: str


def cost_of(arguments: Sequence[str], results: str = "") -> Cost:
    """Run Python with arguments and return what it cost.

    Raises:
        RuntimeError: It failed; what it said of it is in the message.
    """
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "NO_COLOR": "1", "COLUMNS": "100"}
    path = [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]
    env["PYTHONPATH"] = os.pathsep.join(each for each in path if each)
    if results:
        env["FLOWSIM_RESULTS"] = results
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complaint:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=env, stdout=said, stderr=complaint
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        complaint.seek(0)
        if process.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed: {complaint.read().strip()[-2000:]}")
        return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024.0, said.read())


def child(*arguments: str) -> dict[str, Any]:
    """Run one of the measurements of `benchmarks.children` and return what it found."""
    found: dict[str, Any] = json.loads(cost_of(["-m", "benchmarks.children", *arguments]).said)
    return found


def engine(name: str, patients: int, shape: str, waits: str) -> dict[str, Any]:
    """Run one engine on the reference pathway, keep the waits in a file and return what it found."""
    asked = ["-m", "benchmarks.reference", name, "--patients", str(patients), "--shape", shape]
    found: dict[str, Any] = json.loads(cost_of([*asked, "--waits", waits]).said)
    return found
