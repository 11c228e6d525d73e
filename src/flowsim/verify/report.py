"""The evidence: what was expected and what came out, as lines for a terminal, as JSON and as a page."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape
from math import isfinite
from typing import Any

from flowsim import __version__
from flowsim.verify.case import Check, Verdict

TITLE_WIDTH = 52
"""Columns for a case's title."""


def line(verdict: Verdict) -> str:
    """Return one case as a line of 80 columns."""
    case, checks = verdict.case, verdict.checks
    good = len(checks) - len(verdict.failed)
    title = case.title if len(case.title) <= TITLE_WIDTH else case.title[: TITLE_WIDTH - 3].rstrip() + "..."
    said = "ok" if verdict.passed else "FAILED"
    return (
        f"{case.id:<4} {title:<{TITLE_WIDTH}} {good:>3}/{len(checks):<3} {verdict.cpu_seconds:5.1f} s  {said}"
    )


def details(verdict: Verdict, *, everything: bool = False) -> Iterator[str]:
    """Yield lines on a case: what could not be done, and the figures that failed, or all of them."""
    if verdict.error:
        yield f"     {verdict.error}"
    for check in verdict.doubted:
        yield f"     missed at first {check.what}: {found(check)}"
    if verdict.doubted:
        yield "     looked again with other luck, twice as much of it"
    for check in verdict.checks:
        bad = check in verdict.failed
        if everything or bad:
            yield f"     {'NO' if bad else 'ok':<3}{check.what}: {found(check)}"


def found(check: Check) -> str:
    """Return what a figure should be and what it is."""
    text = f"expected {number(check.expected)}, got {number(check.got)}"
    if check.low < check.high:
        text += f" ({number(check.low)} to {number(check.high)})"
    return text


def number(value: float) -> str:
    """Return a figure with five digits that mean something."""
    return f"{value:.5g}" if isfinite(value) else "nothing"


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return what came of the suite in a sentence."""
    figures = sum(len(verdict.checks) for verdict in verdicts)
    failed = [verdict.case.id for verdict in verdicts if not verdict.passed]
    seconds = sum(verdict.cpu_seconds for verdict in verdicts)
    again = sum(verdict.attempts > 1 for verdict in verdicts)
    end = f"{figures} figures, {seconds:.0f} s of processor time"
    if again:
        end += f"; {again} looked at twice"
    if failed:
        return f"{len(failed)} of {len(verdicts)} cases failed ({', '.join(failed)}); {end}."
    return f"All {len(verdicts)} cases passed; {end}."


def false_alarm(verdicts: Sequence[Verdict]) -> float:
    """Return the chance, at most, that such a run of a correct engine fails."""
    return sum(verdict.false_alarm for verdict in verdicts)


def odds(verdicts: Sequence[Verdict]) -> str:
    """Return, in a sentence, how often such a run of a correct engine fails."""
    chance = false_alarm(verdicts)
    if not chance:
        return "Nothing in it is left to chance."
    return (
        "A figure that depends on chance has failed if its interval misses twice, with different luck: "
        f"a correct engine fails a run like this one about once in {1.0 / chance:,.0f}."
    )


def as_data(verdicts: Sequence[Verdict], *, seed: int, full: bool) -> dict[str, Any]:
    """Return the whole evidence as plain data."""
    return {
        "flowsim": __version__,
        "python": platform.python_version(),
        "seed": seed,
        "full": full,
        "passed": all(verdict.passed for verdict in verdicts),
        "false_alarm": false_alarm(verdicts),
        "cases": [
            {
                "id": verdict.case.id,
                "title": verdict.case.title,
                "expected_from": verdict.case.source,
                "passed": verdict.passed,
                "attempts": verdict.attempts,
                "cpu_seconds": round(verdict.cpu_seconds, 2),
                "error": verdict.error,
                "figures": [asdict(check) for check in verdict.checks],
                "missed_at_first": [asdict(check) for check in verdict.doubted],
            }
            for verdict in verdicts
        ],
    }


# -- a page --------------------------------------------------------------------------------------------

STYLE = """
body { font: 16px/1.5 Arial, sans-serif; color: #212b32; }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 0 0 2rem; }
caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #aeb7bd; }
td.figure { text-align: right; font-variant-numeric: tabular-nums; }
.failed { font-weight: bold; color: #b10e1e; }
"""


def page(verdicts: Sequence[Verdict], *, seed: int, full: bool) -> str:
    """Return the evidence as one page of HTML that needs nothing else."""
    kind = "full" if full else "quick"
    about = f"flowsim {__version__}, {kind} suite, seed {seed}, Python {platform.python_version()}."
    tables = "\n".join(_table(verdict) for verdict in verdicts)
    return f"""<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>flowsim: evidence of verification</title><style>{STYLE}</style></head>
<body><main>
<h1>Evidence of verification</h1>
<p>{escape(about)} {escape(summary(verdicts))}</p>
<p>Expected values are computed from formulas, or by solving equations, by code that knows nothing of the
simulation. {odds(verdicts)}</p>
{tables}
</main></body></html>
"""


def _table(verdict: Verdict) -> str:
    case = verdict.case
    rows = "\n".join(_row(check, failed=check in verdict.failed) for check in verdict.checks)
    heads = ("Figure", "Expected", "Simulated", "Interval", "Rule", "Verdict")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    error = f'<p class="failed">{escape(verdict.error)}</p>' if verdict.error else ""
    again = "; ".join(f"{check.what}: {found(check)}" for check in verdict.doubted)
    second = f"<p>Looked at twice. Missed at first: {escape(again)}.</p>" if again else ""
    return f"""<section><h2>{case.id}: {escape(case.title)}</h2>{error}{second}
<table><caption>Expected from: {escape(case.source)}</caption>
<thead><tr>{head}</tr></thead><tbody>
{rows}
</tbody></table></section>"""


def _row(check: Check, *, failed: bool) -> str:
    interval = f"{number(check.low)} to {number(check.high)}" if check.low < check.high else ""
    verdict = '<span class="failed">failed</span>' if failed else "passed"
    figures = "".join(
        f'<td class="figure">{text}</td>' for text in (number(check.expected), number(check.got), interval)
    )
    named = f'<th scope="row">{escape(check.what)}</th>'
    return f"<tr>{named}{figures}<td>{escape(check.rule)}</td><td>{verdict}</td></tr>"
