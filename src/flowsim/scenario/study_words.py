"""Say in sentences what a study asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from flowsim.scenario.nodes import Node, entries, find, plain
from flowsim.scenario.study import Study
from flowsim.scenario.writing import flow
from flowsim.units import format_duration

__all__ = ["Told", "entries_of", "explain_study"]

MOST = 5
"""Most changes of a surge or an option that are told."""


def explain_study(study: Study) -> str:
    """Return what a study says, in sentences."""
    return "\n".join(_sentences(study))


def _sentences(study: Study) -> Iterator[str]:
    yield f"{study.title} ({study.name})"
    if study.about.question:
        yield f"Question: {study.about.question}"
    first = next(iter(study.cells.values()))
    yield (
        f"Every surge with every option, {len(study.cells)} combinations on the same patients: "
        f"{format_duration(first.time.horizon)} from {first.time.start}, {study.replications} times, "
        f"with seed {first.seed}."
    )
    yield "Surges:"
    yield from map(_line, entries_of(study, "surges"))
    yield "Options:"
    yield from map(_line, entries_of(study, "options"))
    if study.measures:
        yield f"Measures: {', '.join(study.measures)}."
    surge, option = list(study.cells)[-1]
    yield f"To look at one combination, write it after the file: {study.file}:{surge}/{option}"


@dataclass(frozen=True)
class Told:
    """A surge or an option in words.

    Attributes:
        name: its short name.
        title: its title.
        said: what it alters.
        line: where it is written; 0 when it is not.
    """

    name: str
    title: str
    said: str
    line: int


def entries_of(study: Study, section: str) -> list[Told]:
    """Return the ``surges`` or ``options`` of a study in words, in order."""
    return [_told(study, section, name, title) for name, title in getattr(study, section).items()]


def _told(study: Study, section: str, name: str, title: str) -> Told:
    node = find(study.root, ("study", section, name))
    if node is None:
        return Told(name, title, "nothing altered", 0)
    return Told(name, title, "; ".join(_parts(node)) or "nothing altered", node.key_line)


def _line(each: Told) -> str:
    place = f"   line {each.line}" if each.line else ""
    return f"   {each.name}: {each.title} ({each.said}){place}"


def _parts(node: Node) -> Iterator[str]:
    """Yield what a surge or an option is made of."""
    settings = entries(node)
    for key, word in (("extends", "from"), ("combines", "together"), ("include", "with")):
        if key in settings:
            yield f"{word} {', '.join(_texts(settings[key]))}"
    changes = [f"{path}: {_short(child)}" for path, child in entries(settings.get("change")).items()]
    yield from changes[:MOST]
    if len(changes) > MOST:
        yield f"and {len(changes) - MOST} more changes"


def _texts(node: Node) -> list[str]:
    values = plain(node)
    return [PurePath(str(each)).name for each in (values if isinstance(values, list) else [values])]


def _short(node: Node) -> str:
    text = flow(plain(node)).replace('"', "")
    return text if len(text) <= 60 else f"{text[:57]}..."
