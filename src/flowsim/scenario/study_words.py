"""Say in sentences what a study asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from flowsim.scenario.nodes import Node, entries, find, plain
from flowsim.scenario.study import Study
from flowsim.scenario.writing import flow
from flowsim.units import format_duration

__all__ = ["explain_study"]

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
    for name in study.surges:
        yield _line(study, "surges", name)
    yield "Options:"
    for name in study.options:
        yield _line(study, "options", name)
    if study.measures:
        yield f"Measures: {', '.join(study.measures)}."
    surge, option = list(study.cells)[-1]
    yield f"To look at one combination, write it after the file: {study.file}:{surge}/{option}"


def _line(study: Study, section: str, name: str) -> str:
    node = find(study.root, ("study", section, name))
    title = getattr(study, section)[name]
    said = "; ".join(_parts(node)) if node is not None else "as it is"
    place = f"   line {node.key_line}" if node is not None else ""
    return f"   {name}: {title} ({said or 'nothing altered'}){place}"


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
