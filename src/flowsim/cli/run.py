"""``flowsim run``: simulate scenarios for their replications."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.output import (
    VERBOSE,
    complain,
    counted,
    json_option,
    quiet_option,
    results_option,
    say,
    say_json,
    say_table,
    set_option,
    verbose_option,
    wrapped,
)

if TYPE_CHECKING:
    from flowsim.experiment.settings import Ran, Settings
    from flowsim.measures.observed import Score
    from flowsim.spec.scenario import Scenario


@click.command("run", short_help="Simulate scenarios for their replications.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "-n", "--replications", type=int, metavar="N", help="Replications [default: what the scenario asks]."
)
@click.option(
    "--precision", metavar="SHARE", help="Go on until the headline measures are this precise, such as 5%."
)
@click.option(
    "-j", "--jobs", type=int, metavar="N", help="Replications at once [default: your cores, at most 4]."
)
@click.option("--backend", metavar="NAME", help="serial, loky or dask [default: what suits -j].")
@click.option("--address", default="", metavar="ADDRESS", help="Dask scheduler, such as tcp://10.0.0.5:8786.")
@set_option
@click.option(
    "--keep", multiple=True, metavar="TABLE", help="Also keep patients or visits: large. May be repeated."
)
@click.option("--no-people", is_flag=True, help="Do without the table of patients (8 MB for half a million).")
@click.option("--force", is_flag=True, help="Do replications again that are finished.")
@click.option("--allow-overload", is_flag=True, help="Run a system that cannot settle; its results say so.")
@results_option
@json_option
@quiet_option
@verbose_option
def command(
    files: tuple[str, ...], sets: tuple[str, ...], as_json: bool, quiet: bool, **options: Any
) -> None:
    """Simulate scenarios for their replications.

    What is finished is kept: the same command again answers at once, a larger -n adds to it, and an
    interrupted run goes on where it stopped. Results are the same for any -j.
    """
    settings = _settings(quiet, options)
    scenarios = _load(files, sets)
    ran = [_run(scenario, settings) for scenario in scenarios]
    if as_json:
        say_json([_as_json(each) for each in ran])
    else:
        for each in ran:
            _tell(each, quiet)
    if not all(each.met for each in ran):
        click.get_current_context().exit(3)


def _settings(quiet: bool, options: dict[str, Any]) -> Settings:
    """Return how to run, from the options."""
    from flowsim.experiment.precision import Precision
    from flowsim.experiment.progress import progress
    from flowsim.experiment.settings import Settings

    precision = options["precision"]
    return Settings(
        replications=options["replications"],
        precision=Precision(target=_share(precision)) if precision else None,
        jobs=options["jobs"],
        backend=options["backend"],
        address=options["address"],
        root=Path(options["results"]) if options["results"] else None,
        keep=options["keep"],
        people=not options["no_people"],
        force=options["force"],
        allow_overload=options["allow_overload"],
        progress=progress(quiet=quiet),
    )


def _share(text: str) -> float:
    from flowsim.errors import InputError, Problem
    from flowsim.units import parse_share

    try:
        return float(parse_share(text))
    except ValueError as error:
        raise InputError([Problem(str(error), path="--precision")]) from None


def _load(files: tuple[str, ...], sets: tuple[str, ...]) -> list[Scenario]:
    """Load every file before anything runs, and tell the problems of all of them at once."""
    from flowsim.cli.files import load_all

    return load_all(files, sets)


def _run(scenario: Scenario, settings: Settings) -> Ran:
    from flowsim.experiment.run import run_scenario

    return run_scenario(scenario, settings)


def _tell(ran: Ran, quiet: bool) -> None:
    """Print what a run came to."""
    results, manifest = ran.results, ran.results.manifest
    count = len(results.replications)
    state = "already done" if ran.fresh == 0 else "done"
    say(f"{manifest.name}: {counted(count, 'replication')} {state} in {_short(results.path)}")
    if quiet:
        return
    patients = sum(record.patients for record in results.records)
    changes = sum(record.state_changes for record in results.records)
    say(f"   {patients:,} patients, {changes:,} state changes.")
    if ran.fresh:
        say(
            f"   {ran.cpu_seconds:.1f} CPU-seconds, {ran.wall_seconds:.1f} seconds, "
            f"{ran.peak_memory_mb:,.0f} MB at most in one process."
        )
    say(f"   Digest of the results: {results.digest[:16]}")
    _tell_precision(ran)
    _tell_headline(ran)
    _tell_scorecard(ran)
    for warning in manifest.warnings:
        complain(wrapped(f"Warning: {manifest.name}: {warning}"))


def _tell_precision(ran: Ran) -> None:
    if ran.enough is not None:
        say(f"   {ran.enough} replications reached the precision asked for; the others confirmed it.")


def _tell_headline(ran: Ran) -> None:
    """Print the headline measures with their intervals."""
    from flowsim.cli.measures import headline_rows

    rows = headline_rows(ran.results)
    if not rows:
        return
    say()
    heads = ("", "mean", "95% interval")
    say_table(rows, heads if any(row[2] for row in rows) else ("", "value", ""), right=(1,))


def _tell_scorecard(ran: Ran) -> None:
    """Print where the run misses what was observed; with ``-v`` all of it, with what each figure is."""
    from flowsim.experiment.observed import scores
    from flowsim.measures.tables import scorecard_table

    found = scores(ran.results)
    if not found:
        return
    everything = bool(click.get_current_context().meta.get(VERBOSE))
    table = scorecard_table(found, everything=everything)
    say()
    say(table.text() if table.rows else f"Observed and simulated: {table.notes[0]}")
    for score in found if everything else ():
        say(wrapped(_about(score)))
    if not everything:
        say("-v also shows the figures within tolerance, and where all of them are from.")


def _about(score: Score) -> str:
    """Return what an observed figure is, and where it is from."""
    one = score.observed
    name = " ".join(part for part in (one.measure, one.level, one.group) if part)
    parts = (f"{one.source}, {one.period}" if one.period else one.source, one.grade, one.note)
    return f"   {name}: " + "; ".join(part for part in parts if part) + "."


def _score_as_json(score: Score) -> dict[str, Any]:
    from dataclasses import asdict

    content = asdict(score.observed) | {"observed": score.observed.value}
    del content["value"]
    return content | {
        "simulated": score.simulated,
        "half_width": score.half_width,
        "verdict": score.verdict,
        "reason": score.reason,
    }


def _as_json(ran: Ran) -> dict[str, Any]:
    from flowsim.cli.measures import headline_values
    from flowsim.experiment.observed import scores

    manifest = ran.results.manifest
    return {
        "name": manifest.name,
        "run_id": manifest.run_id,
        "path": str(ran.results.path),
        "replications": len(ran.results.replications),
        "fresh": ran.fresh,
        "patients": sum(record.patients for record in ran.results.records),
        "state_changes": sum(record.state_changes for record in ran.results.records),
        "cpu_seconds": round(ran.cpu_seconds, 3),
        "wall_seconds": round(ran.wall_seconds, 3),
        "peak_memory_mb": ran.peak_memory_mb,
        "results_digest": ran.results.digest,
        "precise_after": ran.enough,
        "precision_reached": ran.met,
        "headline": headline_values(ran.results),
        "scorecard": [_score_as_json(score) for score in scores(ran.results)],
        "warnings": list(manifest.warnings),
    }


def _short(path: Path) -> str:
    """Return a path as it is shortest from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
