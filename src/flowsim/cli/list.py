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


@click.command("list", short_help="List services, levers, packs, measures, scenarios or finished runs.")
@click.argument("what", metavar="services|levers|packs|measures|scenarios|runs")
@click.argument("where", required=False, metavar="[FILE]")
@click.argument("path", required=False, metavar="[PATH]")
@results_option
@json_option
@verbose_option
def command(what: str, where: str | None, path: str | None, results: str | None, as_json: bool) -> None:
    """List services, levers, packs, measures, scenarios or finished runs.

    \b
    services         the kinds of service there are
    services FILE    the services of a scenario
    levers [DIR]     the ready-made levers: what they change and what they move
    levers LEVER     one ready-made lever: what it does, needs and costs
    packs [DIR]      the ready-made surge packs, in the same way
    levers FILE      the numbers a scenario sets; PATH picks some, such as services.*
    measures         everything that is measured
    scenarios [DIR]  the scenario and study files in a folder
    runs [DIR]       the finished runs in the results folder
    """  # noqa: D301 - click reads the backspace as "leave these lines as they are"
    if what not in LISTS:
        close = nearest(what, LISTS)
        hint = f"Did you mean {close[0]}?" if close else ""
        raise InputError([Problem(f"There is no list of {what}.", allowed=", ".join(LISTS), hint=hint)])
    rows = LISTS[what](where, results if what == "runs" else path)
    if as_json:
        say_json(rows)
    elif rows and "in short" in rows[0]:
        say_table([[row["name"], row["in short"]] for row in rows], [what.removesuffix("s"), "what it is"])
    elif rows:
        say_table([[str(cell) for cell in row.values()] for row in rows], list(rows[0]))
    else:
        say(f"No {what}.")


def _services(file: str | None, _path: str | None) -> Rows:
    """Return the kinds of service, or the services of a scenario."""
    if file is None:
        from flowsim.services import KINDS

        return [
            {"kind": kind, "what it is": _first_line(spec.__doc__)} for kind, spec in sorted(KINDS.items())
        ]
    from flowsim.cli.files import load_one
    from flowsim.scenario.describe import list_services

    lines = list_services(load_one(file))
    return [
        {"service": each.name, "kind": each.kind, "place": each.place, "label": each.label} for each in lines
    ]


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def _levers(where: str | None, path: str | None) -> Rows:
    """Return the ready-made levers, what one of them says, or what can be changed in a scenario."""
    if where is None or Path(where).is_dir():
        return _ready_made(where, "levers")
    if _is_ready_made(where):
        return _card(where)
    from flowsim.cli.files import load_one
    from flowsim.scenario.describe import list_levers

    levers = list_levers(load_one(where), path or "")
    return [{"lever": each.path, "value": each.value, "grade": each.grade} for each in levers]


def _packs(where: str | None, _path: str | None) -> Rows:
    """Return the ready-made surge packs, or what one of them says."""
    return _card(where) if where is not None and Path(where).is_file() else _ready_made(where, "packs")


def _ready_made(folder: str | None, what: str) -> Rows:
    """Return what can be included as it is: file, title, what it changes and what it moves."""
    from flowsim.scenario.cards import ready_made

    home = Path(folder or f"scenarios/{what}")
    if not home.is_dir():
        hint = (
            f"flowsim list {what} DIR for those in another folder, flowsim list levers FILE for a scenario's."
        )
        raise InputError([Problem(f"There are no ready-made {what} here.", file=str(home), hint=hint)])
    return [
        {
            "name": each.name,
            "in short": each.in_short,
            "file": each.file,
            "title": each.title,
            "changes": ", ".join(each.changes),
            "moves": each.moves,
            "strengths": "low, central, high" if each.has_strengths else "",
        }
        for each in ready_made(home)
        if each.card is not None
    ]


def _is_ready_made(file: str) -> bool:
    lines = _top_lines(Path(file))
    return "card" in lines and not {"time", "extends"} & lines.keys()


def _card(file: str) -> Rows:
    """Return what one lever or pack says of itself."""
    from flowsim.scenario.cards import ready_made

    found = [each for each in ready_made(Path(file).parent) if Path(each.file).name == Path(file).name]
    if not found or found[0].card is None:
        raise InputError([Problem("There is no lever or pack with a card in this file.", file=file)])
    each, card = found[0], found[0].card
    told = {
        "title": each.title,
        "does": card.does,
        "changes": ", ".join(each.changes),
        "moves": each.moves,
        "strengths": "low, central, high" if each.has_strengths else "one",
        "needs": card.needs,
        "costs": card.cost,
        "additional": card.additional,
    }
    return [{"": name, "what it says": text} for name, text in told.items() if text]


def _measures(_file: str | None, _path: str | None) -> Rows:
    """Return every measure."""
    from flowsim.measures.catalogue import CATALOGUE

    return [{"measure": each.id, "unit": each.unit, "label": each.label} for each in CATALOGUE.values()]


def _scenarios(folder: str | None, _path: str | None) -> Rows:
    """Return the scenario files in a folder, with their titles."""
    top = Path(folder or ("scenarios" if Path("scenarios").is_dir() else "."))
    if not top.is_dir():
        raise InputError([Problem("There is no such folder.", file=str(top))])
    files = sorted(path for path in top.rglob("*.yaml") if not {"results", ".venv"} & set(path.parts))
    found = ((path, _top_lines(path)) for path in files)
    return [
        {"file": str(path), "title": _titled(lines)}
        for path, lines in found
        if {"time", "extends", "study"} & lines.keys()
    ]


def _titled(lines: dict[str, str]) -> str:
    """Return the title of a scenario, or of a study with the word for it."""
    return f"Study: {lines.get('title', '')}" if "study" in lines else lines.get("title", "")


def _top_lines(path: Path) -> dict[str, str]:
    """Return some of the entries at the top of a scenario file, without loading it."""
    try:
        text = path.read_text(encoding="utf-8")[:100_000]
    except (OSError, UnicodeDecodeError):
        return {}
    entries = re.findall(r"(?m)^(title|time|extends|study|card): *(.*?) *$", text)
    return {key: value.strip("\"' ") for key, value in entries}


def _runs(folder: str | None, results: str | None) -> Rows:
    """Return the finished runs, and the ones that can go on."""
    from flowsim.store.find import runs
    from flowsim.store.manifest import Manifest, results_root

    found = [Manifest.read(path) for path in runs(results_root(results or folder))]
    return [
        {
            "scenario": run.name,
            "run": run.run_id,
            "replications": run.replications,
            "finished": run.finished[:16].replace("T", " ") or "interrupted",
        }
        for run in found
    ]


LISTS: dict[str, Callable[[str | None, str | None], Rows]] = {
    "services": _services,
    "levers": _levers,
    "packs": _packs,
    "measures": _measures,
    "scenarios": _scenarios,
    "runs": _runs,
}
"""What can be listed."""
