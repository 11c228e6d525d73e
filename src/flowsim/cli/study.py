"""``flowsim study``: every surge with every option, on the same patients."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.output import (
    WIDTH,
    complain,
    counted,
    json_option,
    page_width,
    quiet_option,
    results_option,
    say,
    say_json,
    set_option,
    verbose_option,
    wrapped,
)

if TYPE_CHECKING:
    from flowsim.errors import Problem
    from flowsim.experiment.settings import Settings
    from flowsim.experiment.study import Studied
    from flowsim.measures.compare.matrix import Matrix
    from flowsim.report.files import Wanted
    from flowsim.scenario.study import Study

_FILES = ("output", "excel", "word", "template")
_MEASURES = "Measures or areas, with commas; all for every one [default: those of the study]."


@click.command("study", short_help="Run every surge with every option, as one matrix.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("-n", "--replications", type=int, metavar="N", help="Replications [default: what it asks].")
@click.option(
    "-j", "--jobs", type=int, metavar="N", help="Replications at once [default: your cores, at most 4]."
)
@click.option("--backend", metavar="NAME", help="serial, loky or dask [default: what suits -j].")
@click.option("--address", default="", metavar="ADDRESS", help="Dask scheduler, such as tcp://10.0.0.5:8786.")
@set_option
@click.option("--measures", metavar="NAMES", help=_MEASURES)
@click.option(
    "--brief", is_flag=True, help="The figures of the best options and the sentences, without the matrix."
)
@click.option("-o", "--output", metavar="FILE", help="Also a page with the matrix and more (.html).")
@click.option("--excel", metavar="FILE", help="Also a workbook with the same tables (.xlsx).")
@click.option("--word", metavar="FILE", help="Also a Word document with the same text (.docx).")
@click.option("--template", metavar="FILE", help="A Word document whose styles are used.")
@click.option(
    "--no-people", is_flag=True, help="Do without the tables of patients (8 MB for half a million)."
)
@click.option("--force", is_flag=True, help="Do replications again that are finished.")
@click.option("--allow-overload", is_flag=True, help="Run systems that cannot settle; their results say so.")
@results_option
@json_option
@quiet_option
@verbose_option
def command(files: tuple[str, ...], sets: tuple[str, ...], **options: Any) -> None:
    """Run every surge with every option on the same patients, and show them as one matrix.

    A study file names a base, surges and options. What is finished is kept: the same command again answers
    at once, a larger -n adds to it, and an interrupted study goes on where it stopped. Every combination is
    an ordinary run, which `compare` and `report` take by its name.
    """
    wanted = _wanted(files, options)
    _check_measures(options["measures"])
    studies = _load(files, sets)
    settings = _settings(options)
    content = []
    for position, study in enumerate(studies):
        studied, found = _run(study, settings, options["measures"])
        _write(studied, found, wanted)
        if options["as_json"]:
            content.append(_as_json(studied, found))
            continue
        say("\n" * (position > 0) + _title(studied))
        _tell(studied, found, options)
        _tell_files(wanted)
    if options["as_json"]:
        say_json(content[0] if len(content) == 1 else content)


def _load(files: tuple[str, ...], sets: tuple[str, ...]) -> list[Study]:
    """Load every file before anything runs, and tell the problems of all of them at once."""
    from flowsim.errors import InputError, ordered, render
    from flowsim.experiment.study import examine

    studies: list[Study] = []
    problems: list[Problem] = []
    for file in files:
        study, found = examine(file, sets)
        problems += found
        studies += [study] if study is not None else []
    wrong = [problem for problem in problems if problem.severity == "error"]
    if wrong:
        raise InputError(wrong)
    if problems:
        complain(render(ordered(problems)))
    return studies


def _wanted(files: tuple[str, ...], options: dict[str, Any]) -> Wanted:
    """Return the files to write, and check before anything is run that they can be written."""
    from flowsim.errors import InputError, Problem
    from flowsim.report.files import Wanted

    paths = [Path(options[name]) if options[name] else None for name in _FILES]
    wanted = Wanted(*paths)
    wanted.check()
    if any(paths) and len(files) > 1:
        raise InputError([Problem("A report is about one study.", hint="Name one study file with -o.")])
    return wanted


def _check_measures(names: str | None) -> None:
    from flowsim.measures.compare.comparison import measures_named

    measures_named(names)


def _settings(options: dict[str, Any]) -> Settings:
    from flowsim.experiment.progress import progress
    from flowsim.experiment.settings import Settings

    return Settings(
        replications=options["replications"],
        jobs=options["jobs"],
        backend=options["backend"],
        address=options["address"],
        root=Path(options["results"]) if options["results"] else None,
        people=not options["no_people"],
        force=options["force"],
        allow_overload=options["allow_overload"],
        progress=progress(quiet=options["quiet"]),
    )


def _run(study: Study, settings: Settings, measures: str | None) -> tuple[Studied, Matrix]:
    from flowsim.experiment.study import run_study

    studied = run_study(study, settings)
    return studied, studied.matrix(measures)


def _write(studied: Studied, found: Matrix, wanted: Wanted) -> None:
    if not any(wanted.files()):
        return
    from flowsim.report.files import write
    from flowsim.report.study import document

    write(document(studied, found, png=wanted.word is not None), wanted)


# -- what is printed -------------------------------------------------------------------------------------


def _title(studied: Studied) -> str:
    from flowsim.measures.compare.text import plain

    return textwrap.fill(plain(studied.study.title, 200), WIDTH)


def _tell(studied: Studied, found: Matrix, options: dict[str, Any]) -> None:
    from flowsim.measures.compare.matrix_text import brief_text, matrix_text

    text = brief_text(found) if options["brief"] else matrix_text(found, page_width())
    say(f"\n{text}")
    if options["quiet"]:
        return
    say()
    say(wrapped(_what_was_run(studied)))
    say(wrapped(_what_it_cost(studied)))
    for warning in _warnings(studied):
        complain(wrapped(f"Warning: {warning}"))


def _tell_files(wanted: Wanted) -> None:
    for kind, path in wanted.files():
        name = "Report" if kind == "page" else kind.capitalize()
        say(f"{name}: {path} ({path.stat().st_size / 1e6:.1f} MB)")


def _what_was_run(studied: Studied) -> str:
    surges, chosen = len(studied.study.surges), len(studied.study.options)
    shape = f"{counted(surges, 'surge')} x {counted(chosen, 'option')}"
    runs = counted(len(studied.different), "run")
    state = "already done" if studied.fresh == 0 else "done"
    return f"{shape}: {runs} of {_each(studied)}, {state}; which is which: {studied.index}"


def _each(studied: Studied) -> str:
    return counted(len(studied.different[0].replications), "replication")


def _what_it_cost(studied: Studied) -> str:
    total, count = studied.simulating_seconds, studied.replications
    now = f"; {studied.cpu_seconds:,.1f} CPU-seconds and {studied.wall_seconds:,.1f} seconds now"
    return (
        f"{counted(count, 'replication')}, {total:,.1f} CPU-seconds, {total / count:,.2f} for each"
        f"{now if studied.fresh else ''}."
    )


def _warnings(studied: Studied) -> list[str]:
    """Return the warnings of all runs, each once, with the runs that have it."""
    where: dict[str, list[str]] = {}
    for results in studied.different:
        for warning in results.manifest.warnings:
            where.setdefault(warning, []).append(results.name)
    every = len(studied.different)
    return [text if len(names) == every else f"{_some(names)}: {text}" for text, names in where.items()]


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _as_json(studied: Studied, found: Matrix) -> dict[str, Any]:
    study = studied.study
    standings = [
        {
            "measure": key[0],
            "level": key[1],
            "group": key[2],
            "surge": surge,
            "best": each.best,
            "among": each.among,
        }
        for key in found.keys
        for surge in found.surges
        if (each := found.standing(key, surge)) is not None
    ]
    return {
        "study": study.name,
        "title": study.title,
        "replications": found.replications,
        "confidence": found.confidence,
        "comparisons": found.comparisons,
        "surges": study.surges,
        "options": study.options,
        "matrix": found.rows(),
        "best": standings,
        "no_regret": found.no_regret,
        "runs": [
            {"surge": surge, "option": option, "name": results.name, "path": str(results.path)}
            for (surge, option), results in studied.runs.items()
        ],
        "index": str(studied.index),
        "fresh": studied.fresh,
        "cpu_seconds": round(studied.cpu_seconds, 3),
        "wall_seconds": round(studied.wall_seconds, 3),
        "simulating_cpu_seconds": round(studied.simulating_seconds, 3),
        "cpu_seconds_per_replication": round(studied.simulating_seconds / studied.replications, 3),
        "warnings": _warnings(studied),
    }
