"""``flowsim report``: runs side by side as a page, a workbook and a Word document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flowsim.cli.output import complain, counted, quiet_option, results_option, say, verbose_option


@click.command("report", short_help="Write the comparison as a page, a workbook or a Word document.")
@click.argument("base", metavar="BASE")
@click.argument("others", nargs=-1, metavar="[OTHER...]")
@click.option(
    "-o", "--output", default="report.html", metavar="FILE", help="The page [default: report.html]."
)
@click.option("--excel", metavar="FILE", help="Also a workbook with the same tables (.xlsx).")
@click.option("--word", metavar="FILE", help="Also a Word document with the same text (.docx).")
@click.option("--template", metavar="FILE", help="A Word document whose styles are used.")
@click.option("--decompose", is_flag=True, help="Why: each change of OTHER alone, as the last one, together.")
@click.option("-n", "--replications", type=int, metavar="N", help="Compare the first N replications.")
@click.option("-j", "--jobs", type=int, metavar="N", help="Replications at once, where something is run.")
@click.option("--allow-overload", is_flag=True, help="Run a system that cannot settle; its results say so.")
@results_option
@quiet_option
@verbose_option
def command(base: str, others: tuple[str, ...], **options: Any) -> None:
    """Write the comparison of runs with a baseline as one HTML file that needs nothing else.

    BASE and OTHER are what `flowsim compare` takes: scenario files, which are run as far as they have not
    been, or finished runs. Without OTHER, the report is about BASE alone. Files are replaced whole.
    """
    from flowsim.report.files import Wanted

    wanted = Wanted(*(_path(options[name]) for name in ("output", "excel", "word", "template")))
    wanted.check()
    runs, reasons = _finished((base, *others), options)
    _tell(wanted, _written(runs, reasons, wanted, options), quiet=options["quiet"])


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _finished(texts: tuple[str, ...], options: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Return a finished run of everything that was named, and why they differ where that is asked for."""
    from flowsim.cli.compare import explained, finished
    from flowsim.experiment.comparing import scenario_of
    from flowsim.measures.compare import compare
    from flowsim.scenario.parts import parts

    found, runs = finished(texts, options)
    if not options["decompose"]:
        return runs, []
    base, *plans = (scenario_of(each) for each in found)
    reasons: list[Any] = []
    for i, plan in enumerate(plans, start=1):
        several = len(parts(base, plan)) > 1
        pair = [found[0], found[i]]
        comparison = compare(runs[0], runs[i], replications=options["replications"])
        reasons += explained(pair, comparison, options) if several else [[]]
    return runs, reasons


def _written(runs: list[Any], reasons: list[Any], wanted: Any, options: dict[str, Any]) -> Path:
    from flowsim.report import report

    return report(
        *runs,
        path=wanted.page,
        excel=wanted.excel,
        word=wanted.word,
        template=wanted.template,
        replications=options["replications"],
        reasons=reasons,
    )


def _tell(wanted: Any, page: Path, *, quiet: bool) -> None:
    for kind, path in wanted.files():
        name = "Report" if kind == "page" else kind.capitalize()
        say(f"{name}: {path} ({_size(path)})")
    if not quiet:
        made = counted(len(list(wanted.files())), "file")
        complain(f"{made} written; {page.name} opens in any browser, without a network.")


def _size(path: Path) -> str:
    """Return the size of a file as people write it."""
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"
