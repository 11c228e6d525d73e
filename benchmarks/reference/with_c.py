"""The reference pathway in plain C, compiled on the spot: what the machine can do at most."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.reference.inputs import Inputs, Waits

SOURCE = Path(__file__).with_name("plain.c")


def compiler() -> str:
    """Return a C compiler; empty if there is none."""
    return shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc") or shutil.which("clang") or ""


def timed(inputs: Inputs) -> tuple[Waits, float]:
    """Return everybody's waits and the processor seconds of the simulation alone."""
    count = len(inputs.arrivals)
    with tempfile.TemporaryDirectory() as folder:
        program, given, found = (str(Path(folder) / name) for name in ("plain", "in", "out"))
        subprocess.run([compiler(), "-O2", "-o", program, str(SOURCE)], check=True)
        parts = ([count], inputs.units, inputs.arrivals, inputs.acuity, *inputs.minutes)
        np.concatenate([np.asarray(part, dtype=float) for part in parts]).tofile(given)
        subprocess.run([program, given, found], check=True)
        values = np.fromfile(found)
    waits = values[:-1].reshape(3, count)
    return [row.tolist() for row in waits], float(values[-1])
