"""``flowsim export``: a finished run in open formats that other tools read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.output import (
    json_option,
    quiet_option,
    results_option,
    say,
    say_json,
    verbose_option,
)
from flowsim.cli.visits import check_replication, journal_of
from flowsim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from flowsim.store.journal import Journal
    from flowsim.store.results import Results


@dataclass(frozen=True)
class Format:
    """A format to export to.

    Attributes:
        about: what it is for, in a few words.
        ending: ending of the file; empty for a folder of files.
        visits: true if it is made from every visit of one replication.
    """

    about: str
    ending: str
    visits: bool


FORMATS = {
    "vidigi": Format("a folder: event log and positions, to animate with vidigi", "", True),
    "bupar": Format("a CSV event log for bupaR, with start and complete", ".csv", True),
    "ocel": Format("an object-centric event log, OCEL 2.0 as JSON", ".json", True),
    "csv": Format("a folder: every table of the run as CSV", "", False),
    "excel": Format("a workbook of the measures, with their definitions", ".xlsx", False),
}
"""What a run can be exported as."""

_DAYS = 'Only who was there then: "2026-11-10 to 2026-11-16" [default: the collection period].'


@click.command("export", short_help="Write a run for other tools: vidigi, bupaR, OCEL, CSV, Excel.")
@click.argument("run", metavar="RUN")
@click.option("--as", "form", required=True, metavar="FORMAT", help=", ".join(FORMATS))
@click.option(
    "-o", "--output", metavar="PATH", help="File or folder to write [default: named after the run]."
)
@click.option("--replication", type=click.IntRange(min=1), metavar="N", help="This one alone.")
@click.option("--days", metavar="DATES", help=_DAYS)
@results_option
@json_option
@quiet_option
@verbose_option
def command(run: str, form: str, **options: Any) -> None:
    """Write a finished run in an open format that other tools read.

    \b
    vidigi   a folder: event log and positions, to animate patients
    bupar    a CSV event log with start and complete, for process mining in R
    ocel     an object-centric event log (OCEL 2.0, JSON)
    csv      a folder: every table of the run
    excel    a workbook of the measures and their definitions

    The first three hold one replication, the first unless --replication says otherwise; csv and excel hold
    all of them. An earlier export of the same name is replaced as a whole.
    """  # noqa: D301 - click reads the backspace as "leave these lines as they are"
    if form not in FORMATS:
        close = nearest(form, FORMATS)
        hint = f"Did you mean {close[0]}?" if close else ""
        raise InputError(
            [Problem(f"There is no format {form}.", path="--as", allowed=", ".join(FORMATS), hint=hint)]
        )
    results = _finished(run, options)
    path = Path(options["output"] or _named(results, form))
    written = (
        _of_visits(results, form, path, options)
        if FORMATS[form].visits
        else _of_run(results, form, path, options)
    )
    if options["as_json"]:
        say_json({"run": str(results.path), "format": form, "path": str(path), **written})
    else:
        say(f"{results.name}: {_counted(written)} in {path}")


def _finished(run: str, options: dict[str, Any]) -> Results:
    from flowsim.store.find import find_run
    from flowsim.store.manifest import results_root
    from flowsim.store.results import Results

    results = Results.open(find_run(run, results_root(options["results"])))
    check_replication(results, options["replication"] or 1)
    return results


def _named(results: Results, form: str) -> str:
    """Return a name for what is exported, safe on every system whatever the scenario is called."""
    from flowsim.store.identity import slug

    return f"{slug(results.name)}-{form}{FORMATS[form].ending}"


def _counted(written: dict[str, Any]) -> str:
    return ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in written.items())


def _of_visits(results: Results, form: str, path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Write one replication's visits; return what was written."""
    from flowsim.store.exports import bupar, ocel, vidigi
    from flowsim.store.exports.writing import check_file, whole_folder
    from flowsim.store.journal import whole_days

    number = options["replication"] or 1
    if FORMATS[form].ending:
        check_file(path)
    journal = journal_of(results, number, quiet=options["quiet"])
    wanted = journal.there(*whole_days(journal, options["days"]))
    if form == "vidigi":
        with whole_folder(path) as folder:
            count = vidigi.export(journal, wanted, folder)
    else:
        write: Callable[[Journal, Any, Path], int] = {"bupar": bupar.export, "ocel": ocel.export}[form]
        count = write(journal, wanted, path)
    journeys = journal.part(wanted).journeys
    return {
        "journeys": journeys,
        "visits": int(wanted.sum()),
        "bupar_rows" if form == "bupar" else "events": count,
    }


def _of_run(results: Results, form: str, path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Write the run's tables or its workbook; return what was written."""
    if options["days"]:
        allowed = ", ".join(name for name, each in FORMATS.items() if each.visits)
        raise InputError([Problem(f"{form} has no days to choose.", path="--days", allowed=allowed)])
    from flowsim.store.exports.writing import check_file, whole_folder

    numbers = [options["replication"]] if options["replication"] else list(results.replications)
    if form == "excel":
        from flowsim.report.excel import write_workbook
        from flowsim.report.measured import measured

        check_file(path)
        document = measured(results, numbers)
        write_workbook(document, path)
        return {"tables": sum(len(section.blocks) for _, section in document.all_sections())}
    from flowsim.store.exports import plain

    with whole_folder(path) as folder:
        rows = plain.export(results, numbers, folder)
    return {"files": len(rows), "rows": sum(rows.values())}
