"""One engine, once, in a process of its own: prints the processor seconds and writes the waits.

python -m benchmarks.reference ENGINE --patients N --shape NAME --seed N [--waits FILE]
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import time
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.reference.inputs import SHAPES, Inputs, Waits, make

ENGINES = ("flowsim", "simpy", "ciw", "c")


def once(engine: str, inputs: Inputs) -> tuple[Waits, float]:
    """Run an engine; return everybody's waits and the processor seconds from empty to empty."""
    module: Any = import_module(f"benchmarks.reference.with_{engine}")
    if engine == "c":
        waits, seconds = module.timed(inputs)
        return waits, seconds
    gc.collect()
    gc.freeze()  # what was there before is nobody's work
    began = time.process_time()
    waits = module.run(inputs)
    return waits, time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description="One engine, once.")
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("--patients", type=int, default=30_000)
    parser.add_argument("--shape", choices=tuple(SHAPES), default="system")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--waits", default="", metavar="FILE")
    asked = parser.parse_args()
    waits, seconds = once(asked.engine, make(asked.patients, asked.shape, asked.seed))
    if asked.waits:
        np.save(asked.waits, np.array(waits))
    print(
        json.dumps(
            {
                "engine": asked.engine,
                "patients": asked.patients,
                "cpu_seconds": seconds,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
                "mean_waits": [float(np.mean(each)) for each in waits],
            }
        )
    )


if __name__ == "__main__":
    main()
