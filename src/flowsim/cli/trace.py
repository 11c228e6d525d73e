"""``flowsim trace``: one patient's story in plain words, in one run or in two."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.output import (
    complain,
    json_option,
    quiet_option,
    results_option,
    say,
    say_json,
    say_table,
    verbose_option,
)
from flowsim.cli.visits import check_replication, journal_of
from flowsim.errors import InputError, Problem

if TYPE_CHECKING:
    from flowsim.report.journeys.story import Story
    from flowsim.store.journal import Journal
    from flowsim.store.results import Results

LISTED = 10
"""Patients listed when none is chosen."""

HEADS = ("patient", "age", "fifth", "acuity", "route", "waiting", "held")
"""Headings of that list."""

_LIKE = 'Only patients like these: "age=85+, route=ambulance, held_minutes > 12 hours".'


@click.command("trace", short_help="Tell one patient's story, in one run or in two.")
@click.argument("run", metavar="RUN")
@click.option("--patient", metavar="ID", help="The patient: the number that this command lists.")
@click.option("--longest-wait", is_flag=True, help="The patient who waited or was held longest.")
@click.option(
    "--random", "seed", type=int, metavar="SEED", help="Any patient; another SEED, another patient."
)
@click.option("--like", default="", metavar="CONDITIONS", help=_LIKE)
@click.option("--in", "other", metavar="OTHER", help="Also in this run: the same patient side by side.")
@click.option(
    "--replication",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Which replication [default: 1].",
)
@results_option
@json_option
@quiet_option
@verbose_option
def command(run: str, **options: Any) -> None:
    """Tell one patient's story: every call, wait and place, who held them up, and how it ended.

    RUN is a finished run (a folder, a scenario's name or a run id) or a scenario file. Without a choice,
    patients worth following are listed. A run that kept no visits has the one replication simulated again,
    to the same last digit, and keeps it for the next time.
    """
    _check_choice(options)
    runs = _runs([run, *([options["other"]] if options["other"] else [])], options)
    if not (options["patient"] or options["longest_wait"] or options["seed"] is not None):
        _list(runs[0], options)
        return
    if options["patient"]:
        journal = _journal(runs[0], options)
        uid = _of_number(journal, options["patient"])
    else:
        uid = _of_choice(runs[0], options)
        journal = _journal(runs[0], options)
    journals = [journal, *(_journal(each, options) for each in runs[1:])]
    _tell(uid, journals, as_json=options["as_json"])


def _check_choice(options: dict[str, Any]) -> None:
    """Refuse a choice of patient that says two things."""
    ways = {
        "--patient": options["patient"],
        "--longest-wait": options["longest_wait"],
        "--random": options["seed"] is not None,
    }
    given = [name for name, value in ways.items() if value]
    if len(given) > 1:
        raise InputError([Problem(f"{' and '.join(given)} each choose a patient.", allowed="one of them")])


# -- runs ------------------------------------------------------------------------------------------------


def _runs(texts: list[str], options: dict[str, Any]) -> list[Results]:
    """Return the finished runs, each with the replication asked for."""
    from flowsim.cli.files import load_all
    from flowsim.experiment.comparing import is_file, named, runs_of
    from flowsim.experiment.progress import progress
    from flowsim.experiment.settings import Settings

    number, root = options["replication"], Path(options["results"]) if options["results"] else None
    settings = Settings(replications=number, root=root, progress=progress(quiet=options["quiet"]))
    found = named(texts, load_all([text for text in texts if is_file(text)]), root)
    runs = runs_of(found, settings)
    for each in runs:
        check_replication(each, number)
    if len(runs) > 1:
        from flowsim.measures.compare.pairing import check

        check(runs[0], runs[1:], number)
    return runs


def _journal(results: Results, options: dict[str, Any]) -> Journal:
    return journal_of(results, options["replication"], quiet=options["quiet"])


# -- patients --------------------------------------------------------------------------------------------


def _of_number(journal: Journal, text: str) -> int:
    """Return the patient of a number, or of the beginning of one."""
    from flowsim.report.journeys.choose import with_uid

    uids = journal.patients["uid"]
    found = sorted({int(uids[row]) for row in with_uid(uids, text)})
    if len(found) == 1:
        return found[0]
    if found:
        allowed = ", ".join(str(uid) for uid in found[:5])
        raise InputError([Problem(f"Several numbers begin with {text}.", path="--patient", allowed=allowed)])
    message = f"No patient {text} comes in replication {journal.replication} of {journal.results.name}."
    hint = "Each replication has other patients; without --patient some of them are listed."
    raise InputError([Problem(message, path="--patient", hint=hint)])


def _of_choice(results: Results, options: dict[str, Any]) -> int:
    """Return the patient who waited longest, or one taken at random."""
    from flowsim.report.journeys.choose import any_of, longest_first

    people, rows = _alike(results, options)
    row = longest_first(people, rows)[0] if options["longest_wait"] else any_of(rows, options["seed"])
    return int(people["uid"][row])


def _alike(results: Results, options: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Return the table of patients, and the rows of those like the ones asked for."""
    from flowsim.report.journeys.choose import alike

    people = results.people(options["replication"])
    rows = alike(people, options["like"])
    if not rows.size:
        message = f"No patient of replication {options['replication']} is like this: {options['like']}"
        raise InputError([Problem(message, path="--like", hint="Ask for less at once.")])
    return people, rows


def _list(results: Results, options: dict[str, Any]) -> None:
    """List patients who waited or were held longest."""
    from flowsim.report.journeys.choose import as_rows, longest_first

    people, rows = _alike(results, options)
    listed = as_rows(people, longest_first(people, rows)[:LISTED])
    if options["as_json"]:
        say_json({"run": _about(results), "replication": options["replication"], "patients": listed})
        return
    like = f" like this: {options['like']}" if options["like"] else ""
    say(f"{rows.size:,} patients in replication {options['replication']}{like}. The longest delays:")
    say()
    say_table([_cells(each) for each in listed], HEADS, right=(5, 6))
    say()
    say("fifth: of deprivation, 1 is the most deprived. waiting: for care to start.")
    say("held: in a place whose care has ended.")
    say()
    run = quote(str(click.get_current_context().params["run"]))
    say(f"Follow one: flowsim trace {run} --patient {listed[0]['patient']}")


def _cells(row: dict[str, Any]) -> list[str]:
    from flowsim.measures.format import show

    words = (str(row[name] or "").replace("_", " ") for name in ("age", "fifth", "acuity", "route"))
    minutes = (show(row[name], "minutes") for name in ("waiting_minutes", "held_minutes"))
    return [row["patient"], *words, *minutes]


# -- telling ---------------------------------------------------------------------------------------------


def _tell(uid: int, journals: list[Journal], *, as_json: bool) -> None:
    """Print the story of a patient in one run, or in two side by side."""
    from flowsim.report.journeys.story import story_of
    from flowsim.report.journeys.text import story_text

    stories = [story_of(journal, uid) for journal in journals]
    there = [(j, story) for j, story in zip(journals, stories, strict=True) if story is not None]
    if as_json:
        say_json(_as_json(journals, stories))
    elif len(there) == 2:
        from flowsim.report.journeys.together import together_text

        base, other = (story for _, story in there)
        say(together_text(base, other, (journals[0].results.name, journals[1].results.name)))
    else:
        for journal, story in there:
            say(story_text(story, journal.services, journal.results.name))
    if len(there) < len(journals):
        complain(f"This patient does not come in {journals[1].results.name}: nothing to set beside it.")


def _as_json(journals: list[Journal], stories: list[Story | None]) -> dict[str, Any]:
    from flowsim.report.journeys.story import as_dict
    from flowsim.report.journeys.together import as_rows

    content: dict[str, Any] = {
        "runs": [_about(journal.results) for journal in journals],
        "stories": [None if story is None else as_dict(story) for story in stories],
    }
    if len(stories) == 2 and stories[0] is not None and stories[1] is not None:
        content["side_by_side"] = as_rows(stories[0], stories[1])
    return content


def _about(results: Results) -> dict[str, str]:
    return {"name": results.name, "title": results.title, "path": str(results.path)}
