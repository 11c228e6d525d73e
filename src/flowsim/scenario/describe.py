"""Say what a scenario is: in sentences, setting by setting, and how two scenarios differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flowsim.errors import InputError, Problem
from flowsim.scenario.dated import Dated
from flowsim.scenario.load import Loaded
from flowsim.scenario.manual import Setting, names_at, setting_at
from flowsim.scenario.nodes import Node, Path, children, dotted, find, leaves, plain
from flowsim.scenario.provenance import is_quantity, origin_of, unsourced
from flowsim.scenario.selectors import near_misses, parse_selector, select
from flowsim.scenario.wording import sentence
from flowsim.scenario.writing import flow
from flowsim.spec.origin import Origin
from flowsim.spec.scenario import Scenario
from flowsim.units import format_duration, format_number

__all__ = [
    "Difference", "Explained", "Lever", "ServiceLine",
    "backing", "diff", "explain", "explain_path", "list_levers", "list_services",
]  # fmt: skip


@dataclass(frozen=True)
class Explained:
    """One setting, explained.

    Attributes:
        path: Dotted path.
        value: The value as written; None when the setting is left out.
        default: What holds when it is left out; None if it may not be.
        meaning: What it means.
        allowed: What may be written.
        origin: Where it comes from; None when it is left out.
        inside: For a group of settings, what is in it: name to value as one line.
        missing: For a group, settings that could be added: name to meaning.
    """

    path: str
    value: Any
    default: Any
    meaning: str
    allowed: str
    origin: Origin | None
    inside: dict[str, str]
    missing: dict[str, str]

    def text(self) -> str:
        """Return the explanation as lines for a terminal."""
        return "\n".join(_explained_lines(self))


@dataclass(frozen=True)
class Difference:
    """One setting that differs between two scenarios; an origin is None where the setting is not there."""

    path: str
    old: Origin | None
    new: Origin | None

    def text(self) -> str:
        """Return the difference as lines for a terminal."""
        return "\n".join([self.path, f"   {_side(self.old)}", f"   {_side(self.new)}"])


@dataclass(frozen=True)
class Lever:
    """One number that a scenario sets, and that can be changed, swept, screened or solved for."""

    path: str
    value: Any
    meaning: str
    allowed: str
    low: Any
    high: Any
    grade: str
    source: str


@dataclass(frozen=True)
class ServiceLine:
    """One service in a list."""

    name: str
    kind: str
    label: str
    site: str
    place: str


def backing(scenario: Scenario) -> Loaded:
    """Return what stands behind a scenario."""
    loaded = scenario._backing
    if not isinstance(loaded, Loaded):
        raise TypeError("the scenario was not loaded from files")
    return loaded


# -- a whole scenario ------------------------------------------------------------------------------------


def explain(scenario: Scenario) -> str:
    """Return what a scenario says, in sentences."""
    return "\n".join(_sentences(scenario))


def _sentences(scenario: Scenario) -> Iterator[str]:
    yield f"{scenario.title or scenario.name} ({scenario.name})"
    if scenario.about.question:
        yield f"Question: {scenario.about.question}"
    yield _when(scenario)
    yield _who(scenario)
    yield _what(scenario)
    if scenario.alternatives:
        options = sum(len(options) for options in scenario.alternatives.values())
        yield f"{_many(options, 'alternative')} at {_many(len(scenario.alternatives), 'decision point')}."
    yield from _altered(scenario)
    yield from _over_dates(backing(scenario).dated)
    yield _sources(scenario)


def _when(scenario: Scenario) -> str:
    time = scenario.time
    initial = "with its expected patients" if time.initial == "loaded" else "empty"
    times = f"{scenario.replications} times" if scenario.replications > 1 else "once"
    auto = " (worked out)" if isinstance(time.warm_up, str) else ""
    earlier = f"{format_duration(time.warm_up_minutes)}{auto} earlier"
    return (
        f"Simulates {format_duration(time.horizon)} from {_day(time.start)}, {times},"
        f" with seed {scenario.seed}. The system starts {initial}, {earlier}."
    )


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _who(scenario: Scenario) -> str:
    per_day = sum(stream.per_day for stream in scenario.demand.values())
    routes: Counter[str] = Counter()
    for stream in scenario.demand.values():
        routes[stream.route] += round(stream.per_day)
    parts = ", ".join(f"{route.replace('_', ' ')} {count:,}" for route, count in routes.most_common())
    streams = _many(len(scenario.demand), "stream")
    return f"About {_rounded(per_day)} patients come on an average day, in {streams} (by route: {parts})."


def _what(scenario: Scenario) -> str:
    kinds = Counter(spec.kind for spec in scenario.services.values())
    parts = ", ".join(f"{kind.replace('_', ' ')} {count}" for kind, count in kinds.most_common())
    where = f" in {_many(len(scenario.places), 'place')}" if scenario.places else ""
    return f"{_many(len(scenario.services), 'service')}{where} (by kind: {parts})."


def _rounded(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else format_number(round(number, 2))


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _altered(scenario: Scenario) -> Iterator[str]:
    """Say what the file alters of those it extends."""
    changed = [
        (path, origin)
        for path, origin in scenario.provenance.items()
        if not path.startswith("about.") and _is_altered(origin)
    ]
    if changed:
        yield f"{_many(len(changed), 'setting')} altered:"
    for path, origin in changed[:20]:
        old = origin.replaced
        yield f"   {path}: {_short(old.value if old else None)} -> {_short(origin.value)}   {origin.place}"
    if len(changed) > 20:
        yield f"   and {len(changed) - 20} more"


def _is_altered(origin: Origin) -> bool:
    """Tell whether a value took the place of one from a file further down, or was changed by a lever."""
    if origin.replaced is None or origin.layer == "extends":
        return False
    written = ("scenario", "include")
    return origin.layer not in written or origin.replaced.layer == "extends"


def _over_dates(dated: list[Dated]) -> Iterator[str]:
    labels: dict[str, list[Dated]] = {}
    for change in dated:
        name = change.label if change.label.startswith("surge ") else dotted(change.path)
        labels.setdefault(name, []).append(change)
    if labels:
        yield "Over dates:"
    for name, changes in labels.items():
        first = changes[0]
        amounts = sorted({_verb(change) for change in changes})
        what = ", ".join(amounts[:3]) + (", ..." if len(amounts) > 3 else "")
        yield f"   {name}: {_many(len(changes), 'setting')}, {what}, {_dates(first)}"


def _verb(change: Dated) -> str:
    amount = _short(change.amount)
    return {"add": f"{amount} more", "multiply": f"times {amount}", "set": f"set to {amount}"}[change.verb]


def _dates(change: Dated) -> str:
    when = change.when
    if when.peak is not None:
        return f"a wave that peaks on {_day(when.peak)} and is above half for {format_duration(when.width)}"
    since = f"from {_moment(when.first)}" if when.first else "from the beginning"
    until = f" to {_moment(when.last, ends=True)}" if when.last else ""
    return f"{since}{until}" + (" (ramp)" if when.shape == "ramp" else "")


def _moment(moment: datetime, *, ends: bool = False) -> str:
    if moment.hour or moment.minute:
        return f"{moment:%H:%M} on {_day(moment)}"
    return _day(moment - timedelta(days=1) if ends else moment)


def _sources(scenario: Scenario) -> str:
    grades: Counter[str] = Counter()
    for path, origin in scenario.provenance.items():
        if is_quantity(tuple(path.split(".")), origin.value):
            grades[origin.grade or "source without a grade" if origin.source else "no source"] += 1
    parts = ", ".join(f"{count:,} {grade}" for grade, count in grades.most_common())
    total = sum(grades.values())
    without = len(unsourced(scenario))
    return f"{_many(total, 'number')}: {parts}." + (" Every number has a source." if not without else "")


# -- one setting -----------------------------------------------------------------------------------------


def explain_path(scenario: Scenario, text: str) -> list[Explained]:
    """Return the explanation of every setting that a path or selector names.

    Raises:
        InputError: Nothing has that path; near misses are listed.
    """
    loaded = backing(scenario)
    root = loaded.resolved.root
    try:
        selector = parse_selector(text)
    except ValueError as error:
        raise InputError([Problem(sentence(str(error)), text)]) from None
    found = select(root, selector)
    if not found and selector.is_exact:
        path = tuple(segment.name for segment in selector.segments)
        setting = setting_at(path, loaded.tree, loaded.kinds)
        above = find(root, path[:-1])
        if setting is not None and above is not None and above.is_mapping and setting.owner is not None:
            return [_explained(loaded, path, None)]
    if not found:
        raise InputError([Problem(f"{text} matches nothing.", text, hint=near_misses(root, selector))])
    return [_explained(loaded, path, node) for path, node in found]


def _explained(loaded: Loaded, path: Path, node: Node | None) -> Explained:
    setting = setting_at(path, loaded.tree, loaded.kinds)
    inside = {} if node is None else {step: _short(plain(child)) for step, child in children(node)}
    known = names_at(setting) if node is not None and node.is_mapping and "by" not in node.value else {}
    missing = {name: each.meaning for name, each in known.items() if name not in inside}
    origin = None
    if node is not None:
        origin = loaded.provenance.get(dotted(path)) or origin_of(node, None)
    return Explained(
        dotted(path),
        None if node is None or not node.is_leaf else node.value,
        setting.default if setting is not None else None,
        _meaning(setting, path, loaded),
        setting.allowed if setting is not None else "",
        origin,
        inside,
        missing,
    )


def _meaning(setting: Setting | None, path: Path, loaded: Loaded) -> str:
    """Return what a setting means, and what the group that it is part of means."""
    own = setting.meaning if setting is not None else ""
    if own and len(path) <= 3:
        return own
    for length in range(len(path) - 1, 0, -1):
        above = setting_at(path[:length], loaded.tree, loaded.kinds)
        if above is not None and above.meaning:
            same = above.meaning == own  # a row of a table means what the table means
            return own if same else f"{own} Part of {path[length - 1]}: {above.meaning}".strip()
    return own


def _explained_lines(each: Explained) -> Iterator[str]:
    yield each.path
    if each.meaning:
        yield f"   {each.meaning}"
    if each.origin is None:
        default = "nothing" if each.default is None else _short(each.default)
        yield f"   Left out, so it is {default}."
    elif not each.inside:
        yield f"   Value: {_short(each.value)}"
    if each.allowed:
        yield f"   Allowed: {each.allowed}"
    for name, value in each.inside.items():
        yield f"   {name}: {value}"
    if each.origin is not None:
        yield from _origin_lines(each.origin)
    if each.missing:
        yield f"   Left out: {', '.join(each.missing)}"


def _origin_lines(origin: Origin) -> Iterator[str]:
    yield f"   Set in: {origin.place} ({origin.layer})"
    if origin.source:
        yield f"   Source: {origin.source}" + (f" (grade: {origin.grade})" if origin.grade else "")
    else:
        yield "   Source: none given"
    if origin.low is not None or origin.high is not None:
        yield f"   Plausible range: {_short(origin.low)} to {_short(origin.high)}"
    if origin.note:
        yield f"   Note: {origin.note}"
    older = origin.replaced
    while older is not None:
        yield f"   Replaced: {_short(older.value)}, set in {older.place} ({older.layer})"
        older = older.replaced


def _short(value: Any) -> str:
    if isinstance(value, str):
        text = value
    elif value is None:
        text = "nothing"
    else:
        text = flow(value).replace('"', "")
    return text if len(text) <= 70 else f"{text[:67]}..."


# -- two scenarios ---------------------------------------------------------------------------------------


def diff(a: Scenario, b: Scenario) -> list[Difference]:
    """Return every setting that differs between two scenarios, names left out, in the order of `a`."""
    old, new = _comparable(a), _comparable(b)
    paths = [*old, *(path for path in new if path not in old)]
    return [
        Difference(path, old.get(path), new.get(path))
        for path in paths
        if path not in old or path not in new or old[path].value != new[path].value
    ]


def _comparable(scenario: Scenario) -> dict[str, Origin]:
    apart = {"name", "title", "flowsim"}
    found = {path: origin for path, origin in scenario.provenance.items() if path not in apart}
    for change in backing(scenario).resolved.dated:
        origin = origin_of(change.node, None) if change.node is not None else Origin(None)
        path = f"{dotted(change.path)} ({_dates(change)})"
        found[path] = Origin(_verb(change), origin.file, origin.line, origin.column, "change", origin.source)
    return found


def _side(origin: Origin | None) -> str:
    if origin is None:
        return "-   (not there)"
    source = f"; {origin.source}" if origin.source else ""
    return f"{_short(origin.value)}   ({origin.place}{source})"


# -- lists -----------------------------------------------------------------------------------------------


def list_services(scenario: Scenario) -> list[ServiceLine]:
    """Return the services of a scenario, in its order."""
    return [
        ServiceLine(name, spec.kind, spec.label or name, spec.site, spec.place)
        for name, spec in scenario.services.items()
    ]


def list_levers(scenario: Scenario, selector: str = "") -> list[Lever]:
    """Return every number that a scenario sets, or those a selector picks.

    Raises:
        InputError: The selector matches nothing.
    """
    loaded = backing(scenario)
    chosen = tuple(each.path for each in explain_path(scenario, selector)) if selector else ()
    levers = []
    for path, node in _numbers(loaded.resolved.root):
        text = dotted(path)
        if chosen and not any(text == above or text.startswith(f"{above}.") for above in chosen):
            continue
        setting = setting_at(path, loaded.tree, loaded.kinds)
        origin = loaded.provenance[text]
        allowed = setting.allowed if setting is not None else ""
        levers.append(
            Lever(text, node.value, _meaning(setting, path, loaded), allowed, origin.low, origin.high,
                  origin.grade, origin.source)
        )  # fmt: skip
    return levers


def _numbers(root: Node) -> Iterator[tuple[Path, Node]]:
    for path, node, _ in leaves(root):
        if path[0] not in {"surges", "waves"} and is_quantity(path, node.value):
            yield path, node
