"""``flowsim doctor``: is flowsim installed well, and how fast is this machine?"""

from __future__ import annotations

import platform
import sys
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from flowsim.cli.output import json_option, results_option, say, say_json, say_table, verbose_option

NEEDED = (
    "simpy", "numpy", "pandas", "scipy", "matplotlib", "pyarrow", "pydantic", "PyYAML", "click", "rich",
    "joblib", "jinja2",
)  # fmt: skip
"""Libraries flowsim cannot do without."""

EXTRAS = {
    "dask": "distributed",
    "excel": "gptables",
    "word": "python-docx",
    "sensitivity": "SALib",
    "optimise": "optuna",
}
"""Name of an optional part to the library it needs."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: What it is.
        found: What was found.
        good: False when flowsim cannot work so.
        advice: What to do; empty when there is nothing to do.
    """

    what: str
    found: str
    good: bool = True
    advice: str = ""


@click.command("doctor", short_help="Check that flowsim is installed well, and how fast this machine is.")
@results_option
@json_option
@verbose_option
def command(results: str | None, as_json: bool) -> None:
    """Check that flowsim is installed well, and how fast this machine is."""
    findings = [
        _python(),
        *map(_library, NEEDED),
        *_extras(),
        _folder(results),
        _cores(),
        _memory(),
        _speed(),
    ]
    if as_json:
        say_json([vars(finding) for finding in findings])
    else:
        say_table([("ok" if each.good else "NO", each.what, each.found) for each in findings])
        for each in findings:
            if each.advice:
                say(f"{each.what}: {each.advice}")
    if not all(finding.good for finding in findings):
        click.get_current_context().exit(1)


def _python() -> Finding:
    good = sys.version_info >= (3, 11)
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Finding("Python", found, good, "" if good else "Install Python 3.11 or newer.")


def _library(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "missing", good=False, advice=f"pip install {name}")


def _extras() -> list[Finding]:
    return [_extra(extra, library) for extra, library in EXTRAS.items()]


def _extra(extra: str, library: str) -> Finding:
    try:
        return Finding(f"{extra} (optional)", f"{library} {version(library)}")
    except PackageNotFoundError:
        return Finding(
            f"{extra} (optional)", "not installed", advice=f'pip install "flowsim[{extra}]" if you need it'
        )


def _folder(chosen: str | None) -> Finding:
    """Look whether finished runs can be written."""
    import os

    from flowsim.store.manifest import results_root

    root = results_root(chosen)
    nearest = next((each for each in (root, *root.resolve().parents) if each.exists()), Path("/"))
    good = os.access(nearest, os.W_OK)
    advice = (
        "" if good else "You may not write there: choose another folder with --results or FLOWSIM_RESULTS."
    )
    return Finding("Results folder", str(root), good, advice)


def _cores() -> Finding:
    from flowsim.experiment.backends import cores

    return Finding("Processor cores", str(cores()))


def _memory() -> Finding:
    import os

    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    except (AttributeError, ValueError, OSError):
        return Finding("Memory", "not known on this system")
    advice = "" if size >= 2 else "Large systems need about 600 MB for each replication at once: use -j 1."
    return Finding("Memory", f"{size:.1f} GB", advice=advice)


def _speed() -> Finding:
    """Time a fixed piece of plain Python, the kind of work a simulation is."""
    began, total = time.perf_counter(), 0
    for number in range(1_000_000):
        total += number & 7
    seconds = time.perf_counter() - began
    return Finding("Speed", f"{1 / max(seconds, 1e-9):.0f} million simple steps a second")
