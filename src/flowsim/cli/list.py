"""``flowsim list``: what there is to use, to change, to measure and to read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from flowsim.cli.output import json_option, results_option, say, say_json, say_table, verbose_option
from flowsim.errors import InputError, Problem, nearest

Rows = list[dict[str, Any]]
"""What is listed: one mapping for each row, with the same keys."""


@click.command("list", short_help="List services, levers, measures, scenarios or finished runs.")
@click.argument("what", metavar="services|levers|measures|scenarios|runs")
@click.argument("file", required=False, metavar="[FILE]")
@results_option
@json_option
@verbose_option
def command(what: str, file: str | None, results: str | None, as_json: bool) -> None:
    """List services, levers, measures, scenarios or finished runs.

    With a scenario FILE, services and levers are those of that scenario. For scenarios, FILE is the
    folder to look in.
    """
    if what not in LISTS:
        close = nearest(what, LISTS)
        hint = f"Did you mean {close[0]}?" if close else ""
        raise InputError([Problem(f"There is no list of {what}.", allowed=", ".join(LISTS), hint=hint)])
    rows = LISTS[what](file, results)
    if as_json:
        say_json(rows)
    elif rows:
        say_table([[str(cell) for cell in row.values()] for row in rows], list(rows[0]))
    else:
        say(f"No {what}.")


def _services(file: str | None, _results: str | None) -> Rows:
    """Return the kinds of service, or the services of a scenario."""
    if file:
        from flowsim.cli.files import load_all

        (scenario,) = load_all([file])
        services = scenario.services.items()
        return [{"service": name, "kind": spec.kind, "label": spec.label or name} for name, spec in services]
    from flowsim.services import KINDS

    return [{"kind": kind, "what it is": _first_line(spec.__doc__)} for kind, spec in sorted(KINDS.items())]


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def _levers(file: str | None, _results: str | None) -> Rows:
    """Return what can be changed in a scenario."""
    if not file:
        raise InputError([Problem("Levers belong to a scenario.", hint="flowsim list levers FILE")])
    from flowsim.cli.files import load_all
    from flowsim.scenario.explain import levers

    (scenario,) = load_all([file])
    return [
        {"lever": lever.path, "value": lever.value, "what it is": lever.meaning} for lever in levers(scenario)
    ]


def _measures(_file: str | None, _results: str | None) -> Rows:
    """Return every measure."""
    from flowsim.measures.catalogue import CATALOGUE

    return [{"measure": each.id, "unit": each.unit, "label": each.label} for each in CATALOGUE.values()]


def _scenarios(file: str | None, _results: str | None) -> Rows:
    """Return the scenario files in a folder, with their titles."""
    folder = Path(file or ("scenarios" if Path("scenarios").is_dir() else "."))
    files = sorted(path for path in folder.rglob("*.yaml") if "results" not in path.parts)
    found = ((path, _top_lines(path)) for path in files)
    return [{"file": str(path), "title": top.get("title", "")} for path, top in found if "flowsim" in top]


def _top_lines(path: Path) -> dict[str, str]:
    """Return the plain entries at the top of a scenario file, without loading it."""
    try:
        text = path.read_text(encoding="utf-8")[:20_000]
    except (OSError, UnicodeDecodeError):
        return {}
    return {
        key: value.strip("\"' ") for key, value in re.findall(r"(?m)^(flowsim|name|title): *(.+?) *$", text)
    }


def _runs(_file: str | None, results: str | None) -> Rows:
    """Return the finished runs, and the ones that can go on."""
    from flowsim.store.find import runs
    from flowsim.store.manifest import Manifest, results_root

    found = [(path, Manifest.read(path)) for path in runs(results_root(results))]
    return [
        {
            "scenario": run.name,
            "run": run.run_id,
            "replications": run.replications,
            "finished": run.finished[:16].replace("T", " ") or "interrupted",
            "title": run.title,
        }
        for _, run in found
    ]


LISTS: dict[str, Callable[[str | None, str | None], Rows]] = {
    "services": _services,
    "levers": _levers,
    "measures": _measures,
    "scenarios": _scenarios,
    "runs": _runs,
}
"""What can be listed."""
