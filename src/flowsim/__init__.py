"""Simulate patient flow through urgent and emergency care, and compare plans on the same patients.

    import flowsim as fs

    base = fs.load("scenarios/kent-medway/baseline.yaml")
    plan = base.change({"services.*_virtual_ward.places": fs.add(10)}, name="more virtual wards")
    a, b = fs.run([base, plan], replications=30)
    fs.compare(a, b).to_frame()

The names below are imported when first used, so that a question that needs no simulation is
answered at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowsim.experiment.run import run
    from flowsim.measures.compare import compare
    from flowsim.store.results import Results

__version__ = "0.1.0"

_HOMES = {
    "load": "flowsim.scenario",
    "run": "flowsim.experiment.run",
    "compare": "flowsim.measures.compare",
    "report": "flowsim.report",
    "Scenario": "flowsim.scenario",
    "Results": "flowsim.store.results",
    "add": "flowsim.scenario",
    "multiply": "flowsim.scenario",
}

__all__ = ["load", "run", "compare", "report", "Scenario", "Results", "add", "multiply"]


def __getattr__(name: str) -> Any:
    """Import one of the public names when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'flowsim' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
