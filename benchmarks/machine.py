"""What the figures were measured on: the machine, the interpreter and the versions of the tools."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.process import cost_of
from benchmarks.reference.with_c import compiler

PACKAGES = ("flowsim", "simpy", "ciw", "numpy", "pandas", "scipy")


def describe() -> dict[str, str]:
    """Return the facts by name."""
    facts = {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "C compiler": _first_line([compiler(), "--version"]) if compiler() else "none",
    }
    return facts | {name: _version(name) for name in PACKAGES}


def _processor() -> str:
    """Return the processor's name where the system tells it."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "not known"


def _version(package: str) -> str:
    if package == "flowsim":
        return cost_of(["-c", "import flowsim; print(flowsim.__version__)"]).said.strip()
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _first_line(command: list[str]) -> str:
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return said.partition("\n")[0]
