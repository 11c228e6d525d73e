"""Who gains and who loses, where time goes, and why: sentences and tables for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING

from flowsim.measures.compare.text import change_of, plain
from flowsim.measures.format import MISSING
from flowsim.measures.tables import WIDTH, TextTable

if TYPE_CHECKING:
    from flowsim.measures.compare.comparison import Run
    from flowsim.measures.compare.decomposition import Reasons
    from flowsim.measures.compare.paired import Difference
    from flowsim.measures.compare.persons import Followed
    from flowsim.measures.compare.whereabouts import PinchPoint
    from flowsim.measures.estimates import Estimate

LEVELS = {"age": "age", "fifth": "deprivation", "acuity": "acuity", "residence": "home"}
"""Levels by which patients are told apart, and what they are called."""


# -- person by person ------------------------------------------------------------------------------------


def people_text(followed: Followed) -> str:
    """Return who gains and who loses, as text."""
    lines = [line for each in sentences(followed) for line in _hanging(each)]
    levels = [level for level in LEVELS if len(followed.groups(level)) > 1]
    tables = [_classes(followed), *(_by_group(followed, level) for level in levels)]
    return "\n\n".join(["\n".join(lines), *(table.text() for table in tables)])


def _hanging(sentence: str) -> list[str]:
    indent = "  " if sentence.startswith("- ") else ""
    return textwrap.wrap(sentence, WIDTH, subsequent_indent=indent)


def sentences(followed: Followed) -> Iterator[str]:
    """Yield in sentences what is avoided, counted person by person, and the hours saved and lost."""
    of = followed.of
    yield (
        f"The same patients in {plain(followed.base)} and {plain(followed.other)}, followed person by person "
        f"({number(of('people'))} in each replication):"
    )
    for name, words in (
        ("ed_attendances", "ED attendances"),
        ("emergency_admissions", "emergency admissions"),
    ):
        yield from _avoided(followed, name, words)
    yield (
        f"- hours of waiting or being held: {number(of('delay_saved'))} saved for some, "
        f"{number(of('delay_lost'))} lost for others; {_in_all(of('delay_net'))}."
    )
    better, worse = number(of("better_off")), number(of("worse_off"))
    yield f"- {better} patients wait at least 15 minutes less in all, {worse} at least 15 minutes more."
    yield from _alone(followed.only_other, followed.other)
    yield from _alone(followed.only_base, followed.base)


def _avoided(followed: Followed, name: str, words: str) -> Iterator[str]:
    avoided, added, net = (followed.of(f"{name}_{what}") for what in ("avoided", "added", "net"))
    if avoided.mean or added.mean:
        yield f"- {words}: {number(avoided)} avoided, {number(added)} added; {_in_all(net)}."


def _alone(alone: Mapping[str, Estimate], name: str) -> Iterator[str]:
    if alone and alone["people"].mean:
        yield (
            f"- {number(alone['people'])} patients come in {plain(name)} alone, left out above: "
            f"{number(alone['ed_attendances'])} ED attendances, {number(alone['emergency_admissions'])} "
            f"emergency admissions, {number(alone['delay'])} hours of waiting or being held."
        )


def number(each: Estimate) -> str:
    """Return a mean number of patients, visits or hours."""
    return f"{each.mean:,.0f}" if each.mean >= 10 or not each.mean else f"{each.mean:,.1f}"


def _in_all(net: Estimate) -> str:
    """Return what is left after what is added is taken from what is avoided, with its interval."""
    if isnan(net.half_width):
        return f"{_way(net.mean)} in all"
    interval = f"({_way(net.low)} to {_way(net.high)})"
    if net.low < 0 < net.high:
        return f"no clear change in all {interval}"
    return f"{_way(net.mean)} in all {interval}"


def _way(net: float) -> str:
    decimals = 0 if abs(net) >= 10 or net == 0 else 1
    return f"{abs(net):,.{decimals}f} {'fewer' if net >= 0 else 'more'}"


def _classes(followed: Followed) -> TextTable:
    people = max(followed.of("people").mean, 1.0)
    rows = [[name, number(each), f"{each.mean / people:.1%}"] for name, each in followed.classes.items()]
    return TextTable(("Waiting and being held", "patients", "share"), rows)


def _by_group(followed: Followed, level: str) -> TextTable:
    heads = (LEVELS[level], "patients", "ED visits", "admissions", "hours", "minutes each")
    rows = [_group_cells(followed, level, group) for group in followed.groups(level)]
    title = f"Change for the same patients in {plain(followed.other, 40)}"
    return TextTable(heads, rows, title)


def _group_cells(followed: Followed, level: str, group: str) -> list[str]:
    fewer = ("ed_attendances_net", "emergency_admissions_net", "delay_net")
    return [
        group.replace("_", " "),
        number(followed.of("people", level, group)),
        *(signed(-followed.of(quantity, level, group).mean) for quantity in fewer),
        _minutes(followed.of("delay_each", level, group)),
    ]


def signed(value: float) -> str:
    """Return a whole number with its sign; 0 without."""
    text = f"{value:+,.0f}"
    return "0" if text in ("+0", "-0") else text


def _minutes(saved: Estimate) -> str:
    if isnan(saved.half_width):
        return f"{-saved.mean:+.1f}"
    return f"{-saved.mean:+.1f} ({-saved.high:+.1f} to {-saved.low:+.1f})"


# -- where time goes -------------------------------------------------------------------------------------


def time_text(found: Mapping[str, Sequence[Difference]], base: Run, other: Run) -> str:
    """Return where patients' time goes in both runs, as text: patient-hours each day."""
    rows = [
        [(group or "whole system").replace("_", " "), *(cell for each in parts for cell in _was_and_is(each))]
        for group, parts in found.items()
    ]
    title = f"Patient-hours each day in {plain(base.name, 30)}, and the change in {plain(other.name, 30)}"
    return TextTable(("", "in care", "", "waiting", "", "held after", ""), rows, title).text()


def _was_and_is(each: Difference) -> tuple[str, str]:
    if isnan(each.difference):
        return MISSING, MISSING
    return f"{each.base:,.0f}", signed(each.difference)


def pinch_text(points: Sequence[PinchPoint]) -> str:
    """Return the services that cause most delay upstream, as text."""
    heads = ("Waited for (hours each day)", "base", "other", "", "most of it held in")
    rows = [[point.service, *_delay(point.delay), ", ".join(point.holders[:1])] for point in points]
    return TextTable(heads, rows, "Pinch points: delay caused upstream", left=(3, 4)).text()


def _delay(delay: Difference) -> tuple[str, str, str]:
    base, other = (MISSING if isnan(value) else f"{value:,.0f}" for value in (delay.base, delay.other))
    return base, other, delay.verdict


# -- why -------------------------------------------------------------------------------------------------


def reasons_text(found: Sequence[Reasons], plan: Run) -> str:
    """Return why a plan differs from its baseline, as text: in one sentence, then measure by measure."""
    blocks = ["\n".join(textwrap.wrap(why(found[0]), WIDTH))] if found else []
    return "\n\n".join([*blocks, *(_reasons_table(each, plan).text() for each in found)])


def why(each: Reasons) -> str:
    """Return why one measure differs, in a sentence: what each change does alone, and what is left."""
    written = [f"{plain(step.name, 30)} {_bare(step.alone, each)}" for step in each.steps]
    written.append(f"together {_bare(each.together, each)}")
    about = each.total.about.label + (f", {plain(each.total.group, 30)}" if each.total.group else "")
    return f"Why {_bare(each.total, each)}: {'; '.join(written)}. ({about})"


def _bare(row: Difference, each: Reasons) -> str:
    """Return a difference without its interval, in the unit of the whole."""
    return change_of(row, each.total).partition(" (")[0]


def _reasons_table(each: Reasons, plan: Run) -> TextTable:
    total, group = each.total, plain(each.total.group, 30)
    rows = [
        [plain(step.name, 40), change_of(step.alone, total), change_of(step.last, total)]
        for step in each.steps
    ]
    rows += [["together, beyond each alone", change_of(each.together, total), ""]]
    rows += [["the whole plan", change_of(total), ""]]
    title = f"{total.about.label}{', ' if group else ''}{group}: why {plain(plan.name, 30)} differs"
    return TextTable(("", "alone", "as the last change"), rows, title)
