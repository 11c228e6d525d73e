"""``flowsim compare``: runs side by side, on the same patients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.output import (
    complain,
    json_option,
    page_width,
    quiet_option,
    results_option,
    say,
    say_json,
    verbose_option,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowsim.experiment.comparing import Named
    from flowsim.measures.compare import Comparison
    from flowsim.measures.compare.decomposition import Reasons
    from flowsim.measures.compare.targets import Met
    from flowsim.store.results import Results

_MEASURES = "Measures or areas, with commas; all for every one [default: the headline measures]."


@click.command("compare", short_help="Compare runs with a baseline, on the same patients.")
@click.argument("base", metavar="BASE")
@click.argument("others", nargs=-1, required=True, metavar="OTHER...")
@click.option("--by", default="system", metavar="LEVEL", help="Break down by place, site, age, fifth, ...")
@click.option("--measures", metavar="NAMES", help=_MEASURES)
@click.option("--people", is_flag=True, help="Follow each patient: who gains, who loses.")
@click.option("--time", "where", is_flag=True, help="Where patients' time goes, and the pinch points.")
@click.option("--decompose", is_flag=True, help="Why: each change of OTHER alone, as the last one, together.")
@click.option(
    "--assert", "asserted", multiple=True, metavar="CONDITION",
    help='Exit with 3 unless each OTHER meets it: "within_4_hours >= 78%". May be repeated.',
)  # fmt: skip
@click.option("-n", "--replications", type=int, metavar="N", help="Compare the first N replications.")
@click.option("-j", "--jobs", type=int, metavar="N", help="Replications at once, where something is run.")
@click.option("--allow-overload", is_flag=True, help="Run a system that cannot settle; its results say so.")
@results_option
@json_option
@quiet_option
@verbose_option
def command(base: str, others: tuple[str, ...], **options: Any) -> None:
    """Compare runs with a baseline, on the same patients.

    BASE and OTHER are scenario files, which are run as far as they have not been, or finished runs: a
    folder, a scenario's name (its latest run) or the start of a run id. Differences are taken within each
    replication; the intervals hold together for all that is shown.
    """
    from flowsim.measures.compare.targets import condition, judged

    wanted = [condition(text) for text in options["asserted"]]
    found, comparison = _comparison((base, *others), options)
    why = explained(found, comparison, options) if options["decompose"] else []
    runs = (comparison.base, *comparison.others)
    targets = _targets(found)
    answers = [[judged(each, run) for each in (*targets, *wanted)] for run in runs]
    if options["as_json"]:
        say_json(_as_json(comparison, answers, why, options))
    else:
        _tell(comparison, answers, why, options)
    held = [each.met for row in answers[1:] for each in row[len(targets) :]]
    if not all(held):
        click.get_current_context().exit(3)


def _comparison(texts: tuple[str, ...], options: dict[str, Any]) -> tuple[list[Named], Comparison]:
    """Load and run what is named, and pair it; the choice of rows is checked before anything is run."""
    from flowsim.measures.compare import compare
    from flowsim.measures.compare.comparison import level_named, measures_named

    level_named(options["by"])
    measures_named(options["measures"])
    found, (base, *others) = finished(texts, options)
    return found, compare(base, *others, replications=options["replications"])


def finished(texts: Sequence[str], options: dict[str, Any]) -> tuple[list[Named], list[Results]]:
    """Return what was named and a finished run of each; files are run as far as they have not been."""
    from flowsim.cli.files import load_all
    from flowsim.experiment.comparing import is_file, named, runs_of

    settings = _settings(options)
    scenarios = load_all([text for text in texts if is_file(text)])
    found = named(texts, scenarios, settings.root)
    return found, runs_of(found, settings)


def _settings(options: dict[str, Any]) -> Any:
    """Return how to run what is missing, from the options of a command."""
    from flowsim.experiment.progress import progress
    from flowsim.experiment.settings import Settings

    return Settings(
        replications=options["replications"],
        jobs=options["jobs"],
        root=Path(options["results"]) if options["results"] else None,
        allow_overload=options["allow_overload"],
        progress=progress(quiet=options["quiet"]),
    )


def _targets(found: Sequence[Named]) -> list[Any]:
    """Return the targets of all scenarios, those of the base first; what it wants holds for all."""
    from flowsim.measures.compare.targets import conditions

    targets: dict[str, str] = {}
    for name, value in (target for each in found for target in each.targets.items()):
        targets.setdefault(str(name), str(value))
    return conditions(targets)


def explained(found: Sequence[Named], comparison: Comparison, options: dict[str, Any]) -> list[list[Reasons]]:
    """Run the changes of each OTHER apart, and return why its measures differ."""
    from flowsim.experiment.comparing import scenario_of
    from flowsim.experiment.decompose import tried
    from flowsim.measures.compare.decomposition import reasons

    settings = _settings(options | {"replications": len(comparison.replications)})
    base, *plans = (scenario_of(each) for each in found)
    return [
        reasons(
            comparison.base,
            run,
            tried(base, plan, settings),
            options.get("measures"),
            options.get("by", "system"),
        )
        for run, plan in zip(comparison.others, plans, strict=True)
    ]


def _tell(
    comparison: Comparison, answers: list[list[Met]], explained: list[list[Reasons]], options: dict[str, Any]
) -> None:
    from flowsim.measures.compare.stories import reasons_text
    from flowsim.measures.compare.text import comparison_text

    blocks = [comparison_text(comparison, options["measures"], options["by"], page_width())]
    blocks += [reasons_text(each, run) for run, each in zip(comparison.others, explained, strict=False)]
    blocks += _targets_text(comparison, answers)
    blocks += _time_text(comparison) if options["where"] else []
    blocks += _people_text(comparison) if options["people"] else []
    say("\n\n".join(blocks))
    if not options["quiet"]:
        for run in dict.fromkeys((comparison.base, *comparison.others)):
            for warning in run.manifest.warnings:
                complain(wrapped(f"Warning: {run.name}: {warning}"))


def _targets_text(comparison: Comparison, answers: list[list[Met]]) -> list[str]:
    from flowsim.measures.compare.text import plain

    runs = zip((comparison.base, *comparison.others), answers, strict=True)
    told = [
        f"Targets in {plain(run.name)}:\n" + "\n".join(f"   {each.text()}" for each in row)
        for run, row in runs
    ]
    return [wrapped("\n".join(told))] if answers[0] else []


def _time_text(comparison: Comparison) -> list[str]:
    from flowsim.measures.compare.stories import pinch_text, time_text
    from flowsim.measures.compare.whereabouts import pinch_points, where_time_goes

    each = zip(comparison.others, where_time_goes(comparison), pinch_points(comparison), strict=True)
    return [
        f"{time_text(found, comparison.base, other)}\n\n{pinch_text(points)}" for other, found, points in each
    ]


def _people_text(comparison: Comparison) -> list[str]:
    from flowsim.measures.compare.stories import people_text

    return [people_text(followed) for followed in comparison.people()]


def _as_json(
    comparison: Comparison, answers: list[list[Met]], explained: list[list[Reasons]], options: dict[str, Any]
) -> dict[str, Any]:
    runs = (comparison.base, *comparison.others)
    content: dict[str, Any] = {
        "base": comparison.base.name,
        "runs": [{"name": run.name, "title": run.title, "path": str(run.path)} for run in runs],
        "replications": len(comparison.replications),
        "confidence": comparison.confidence,
        "differences": comparison.rows(options["measures"], options["by"]),
        "targets": [_answer(run.name, each) for run, row in zip(runs, answers, strict=True) for each in row],
    }
    if explained:
        from flowsim.measures.compare.decomposition import as_rows

        each = zip(explained, comparison.others, strict=True)
        content["why"] = [row for found, run in each for row in as_rows(found, run)]
    if options["where"]:
        content["time"] = _time_as_json(comparison)
    if options["people"]:
        content["people"] = [each.as_dict() for each in comparison.people()]
    return content


def _answer(name: str, each: Met) -> dict[str, Any]:
    return {
        "scenario": name,
        "measure": each.condition.measure,
        "level": each.condition.level,
        "group": each.condition.group,
        "condition": f"{each.condition.symbol} {each.condition.value}",
        "mean": each.mean,
        "met": each.met,
        "share_of_replications": each.share,
    }


def _time_as_json(comparison: Comparison) -> list[dict[str, Any]]:
    from flowsim.measures.compare.comparison import as_row
    from flowsim.measures.compare.whereabouts import pinch_points, where_time_goes

    each = zip(comparison.others, where_time_goes(comparison), pinch_points(comparison), strict=True)
    return [
        {
            "scenario": other.name,
            "hours_each_day": [as_row(other, part) for parts in found.values() for part in parts],
            "pinch_points": [as_row(other, point.delay) | {"held_in": point.holders} for point in points],
        }
        for other, found, points in each
    ]
