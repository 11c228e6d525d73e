"""From a study file to whole scenarios: the base, the surge and the options laid over each other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flowsim.errors import Problem
from flowsim.scenario.files import Folder, root_of, shown
from flowsim.scenario.load import finish, not_whole, whole
from flowsim.scenario.manual import known_kinds
from flowsim.scenario.nodes import Document, Node, entries, find, planted, problem_at
from flowsim.scenario.resolve import Generation, Includes, collect, resolve, set_options
from flowsim.scenario.study_file import Entry, Outline
from flowsim.spec.scenario import Scenario
from flowsim.units import format_duration

__all__ = ["Kitchen", "Recipe", "mixed", "same_patients"]

Cell = tuple[str, str]
ALIKE = ("seed", "replications", "time")
"""Settings of a study that hold in all its scenarios."""


@dataclass(frozen=True, eq=False)
class Recipe:
    """How one combination is made.

    Attributes:
        name: name of the scenario.
        title: its title.
        start: node that names the scenario to start from.
        layers: the surge and the options, in the order in which they are laid.
        options: names of all the options that take part.
    """

    name: str
    title: str
    start: Node
    layers: tuple[Entry, ...]
    options: tuple[str, ...]


def mixed(found: Outline, surge: Entry, option: Entry, name: str) -> Recipe:
    """Return how a surge is combined with an option."""
    chosen = list(_flat(found, option)) if option.name in found.options else []
    own = entries(surge.node).get("extends")
    start = own if own is not None else entries(find(found.root, ("study",)))["base"]
    layer = replace(surge, node=_but(surge.node, "extends"))
    everywhere = Entry("study", "", _only(find(found.root, ("study",)), "include"), ())
    title = f"{surge.title}: {option.title}" if found.surges else option.title
    names = (option.name, *(each.name for each in chosen))
    return Recipe(name, title, start, (everywhere, layer, *chosen), tuple(dict.fromkeys(names)))


def _flat(found: Outline, option: Entry) -> Iterable[Entry]:
    """Return the options that an option is made of, each once, and then itself."""
    parts = [each for name in option.combines for each in _flat(found, found.options[name])]
    return [*dict.fromkeys(parts), option]


def _only(node: Node | None, key: str) -> Node:
    """Return a mapping with one of its entries alone, if it has it."""
    kept = {key: entries(node)[key]} if key in entries(node) else {}
    return node.but(value=kept) if node is not None else planted(kept, Document("the study"))


def _but(node: Node, key: str) -> Node:
    return node.but(value={name: child for name, child in entries(node).items() if name != key})


@dataclass
class Kitchen:
    """Makes the scenarios of a study.

    Attributes:
        top: The study file.
        study: What it says.
        sets: Settings that beat everything else, as ``PATH=VALUE``.
    """

    top: Path
    study: Outline
    sets: tuple[str, ...]

    def cook(self, recipes: Mapping[Cell, Recipe]) -> tuple[dict[Cell, Scenario], list[Problem]]:
        """Return the scenarios that can be made, and every problem and warning."""
        cells: dict[Cell, Scenario] = {}
        told: dict[Problem, list[Cell]] = {}
        for cell, recipe in recipes.items():
            scenario, problems = self._cooked(recipe)
            if scenario is not None:
                cells[cell] = scenario
            for problem in problems:
                told.setdefault(problem, []).append(cell)
        return cells, [_said(problem, where, recipes) for problem, where in told.items()]

    def _cooked(self, recipe: Recipe) -> tuple[Scenario | None, list[Problem]]:
        folder = Folder(root_of(self.top))
        generations = self._generations(recipe, folder)
        plans = set_options(self.sets, self.top, folder.problems)
        if folder.broken or folder.problems:
            return None, folder.problems
        if not whole(generations):
            return None, [not_whole(recipe.start.document, recipe.start)]
        for rank, generation in enumerate(generations):
            for tree in generation.trees:
                tree.document.rank = rank
        kinds = known_kinds()
        resolved = resolve(generations, plans, kinds, folder.problems)
        names = [tree.document.name for each in reversed(generations) for tree in reversed(each.trees)]
        return finish(resolved, kinds, folder, tuple(dict.fromkeys(names)))

    def _generations(self, recipe: Recipe, folder: Folder) -> list[Generation]:
        generations = collect(_beside(recipe.start), folder)
        for each in generations[-1:]:
            each.own.document.layer = "extends"
        gathering = Includes(folder)
        for layer in recipe.layers:
            generations += self._plan(layer, generations, folder)
            generations.append(self._layer(layer, gathering))
        return [*generations, Generation(self._last(recipe))]

    def _plan(self, layer: Entry, so_far: list[Generation], folder: Folder) -> list[Generation]:
        """Return what the scenario that an option extends says beyond what is there already."""
        named = entries(layer.node).get("extends")
        if named is None:
            return []
        chain = collect(_beside(named), folder)
        beyond = [each for each in chain if all(each.own is not other.own for other in so_far)]
        for each in beyond:
            each.own.document.layer = "include"
        if chain and len(beyond) == len(chain):
            message = f"{named.value} does not build on {shown(Path(so_far[0].own.document.path))}."
            hint = "Name a scenario that extends the base, or use include or change."
            folder.problems.append(
                problem_at(named, message, ("study", "options", layer.name, "extends"), hint=hint)
            )
        return beyond

    def _layer(self, layer: Entry, gathering: Includes) -> Generation:
        """Return a surge or an option as if it were a file; what was included before is not taken again."""
        settings = {key: layer.node.value[key] for key in ("include", "change") if key in layer.node.value}
        own = self._own(layer.node.but(value=settings), "include")
        before = len(gathering.found)
        gathering.gather(own, [self.top.resolve()])
        return Generation(own, gathering.found[before:])

    def _own(self, node: Node, layer: str) -> Node:
        """Return a part of the study file as a document of its own, with the lines of the file."""
        return _moved(node, replace(self.study.root.document, layer=layer))

    def _last(self, recipe: Recipe) -> Node:
        """Return what holds in every combination, and what this one is called."""
        root = self.study.root
        study = entries(find(root, ("study",)))
        sections = {key: study[key] for key in ALIKE if key in study}
        sections |= {key: root.value[key] for key in ("flowsim", "about") if key in root.value}
        own = self._own(root.but(value=sections), "scenario")
        names: dict[str, Any] = {"name": recipe.name, "title": recipe.title}
        written = {key: planted(text, own.document, root) for key, text in names.items()}
        return own.but(value={**written, **own.value})


def _beside(node: Node) -> Path:
    """Return the file that a node names, relative to the file it stands in."""
    return Path(os.path.normpath(Path(node.document.path).parent / str(node.value).strip()))


def _moved(node: Node, document: Document) -> Node:
    """Return a part of a tree as it would be in another document."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _moved(child, document) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_moved(child, document) for child in value]
    return node.but(value=value, document=document)


# -- problems --------------------------------------------------------------------------------------------


def _said(problem: Problem, where: list[Cell], recipes: Mapping[Cell, Recipe]) -> Problem:
    """Return a problem; where only some combinations have it, it names them."""
    found = set(where)
    groups = [{cell for cell in recipes if cell[0] == surge} for surge, _ in recipes]
    groups += [{cell for cell in recipes if option in recipes[cell].options} for _, option in recipes]
    if len(found) == len(recipes) or found in groups:
        return problem
    some = "; ".join(recipes[cell].title for cell in where[:3])
    more = f"; and {len(where) - 3} more" if len(where) > 3 else ""
    return replace(problem, message=f"{problem.message} This is so in {some}{more}.")


def same_patients(study: Outline, cells: Mapping[Cell, Scenario]) -> list[Problem]:
    """Return a problem for every surge or option that has other patients than the rest."""
    first = next(iter(cells.values()))
    problems = []
    for (surge, option), scenario in cells.items():
        section, name = ("options", option) if option in study.options else ("surges", surge)
        steps = ("study", section, name)
        for setting, mine, theirs in _differing(first, scenario):
            message = (
                f"{scenario.title} has {setting} {theirs}, and {first.title} has {mine}: "
                "they would not be the same patients."
            )
            hint = f"Set {setting} under study: it then holds in every combination."
            problems.append(problem_at(find(study.root, steps), message, steps, key=True, hint=hint))
    return problems


def _differing(first: Scenario, other: Scenario) -> Iterable[tuple[str, object, object]]:
    """Yield what would make other patients: the setting, and both values."""
    pairs = (
        ("seed", first.seed, other.seed),
        ("time.start", first.time.start, other.time.start),
        ("time.horizon", format_duration(first.time.horizon), format_duration(other.time.horizon)),
    )
    return [(setting, mine, theirs) for setting, mine, theirs in pairs if mine != theirs]
