"""Read a study file: every surge with every option becomes a whole scenario, or a problem with its place.

A combination says what a scenario file would say that extends the surge and holds the option: the same
rules of precedence, the same lines behind every value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flowsim.errors import InputError, Problem, ordered
from flowsim.scenario.files import Folder, root_of
from flowsim.scenario.load import name_of
from flowsim.scenario.manual import known_kinds
from flowsim.scenario.nodes import Node, find, problem_at
from flowsim.scenario.nodes import Path as Steps
from flowsim.scenario.study_cells import Kitchen, Recipe, mixed, same_patients
from flowsim.scenario.study_file import Entry, Outline, outline
from flowsim.scenario.validate import without_repeats
from flowsim.spec.scenario import About, Scenario

__all__ = ["NOTHING", "Cell", "Study", "examine_study", "is_study", "load_study"]

NOTHING: Final = "nothing"
"""Name of the option that changes nothing."""
LONGEST: Final = 80
"""Most characters in the name of a combination, which is also the name of its results folder."""

Cell = tuple[str, str]
"""A surge and an option, by name."""


@dataclass(frozen=True, eq=False)
class Study:
    """Every surge with every option.

    Attributes:
        name: short name.
        title: name in reports.
        about: who asked, who answers and who checks.
        files: the study file, as it was named.
        surges: name to title, in order.
        options: name to title, in order; the one that changes nothing comes first.
        combined: each option that is others together: name to their names.
        measures: measures or areas to show, as written.
        replications: of every combination.
        cells: the scenario of every combination, by surge and option.
        origins: where each surge and option is written, by name: ``file:line``.
        warnings: problems that do not stop a run.
    """

    name: str
    title: str
    about: About
    file: str
    surges: dict[str, str]
    options: dict[str, str]
    combined: dict[str, tuple[str, ...]]
    measures: tuple[str, ...]
    replications: int
    cells: dict[Cell, Scenario]
    origins: dict[str, str]
    warnings: tuple[Problem, ...]
    root: Node

    @property
    def base_option(self) -> str:
        """Name of the option that the others are compared with."""
        return NOTHING

    def cell_title(self, cell: Cell) -> str:
        """Return a combination in words."""
        surge, option = cell
        return (
            f"{self.surges[surge]}: {self.options[option]}" if len(self.surges) > 1 else self.options[option]
        )

    def problem(self, message: str, steps: Steps, **more: Any) -> Problem:
        """Return a problem placed at a setting of the study file."""
        return problem_at(find(self.root, steps), message, steps, **more)


def is_study(path: str | Path) -> bool:
    """Tell whether a file has a ``study`` section, without reading it whole."""
    try:
        text = Path(path).read_text(encoding="utf-8")[:1_000_000]
    except (OSError, UnicodeDecodeError):
        return False
    return re.search(r"(?m)^(\"study\"|study) *:", text) is not None


def load_study(path: str | Path, *, sets: Sequence[str] = ()) -> Study:
    """Return the study of a file.

    Args:
        path: The study's YAML file.
        sets: Settings that beat those of every combination, each ``PATH=VALUE``.

    Raises:
        InputError: It cannot be used; carries every problem, by file and line.
    """
    study, problems = examine_study(path, sets=sets)
    if study is None:
        raise InputError(problems)
    return study


def examine_study(path: str | Path, *, sets: Sequence[str] = ()) -> tuple[Study | None, list[Problem]]:
    """Return the study of a file and every problem and warning; no study if there is a problem."""
    top = Path(path)
    folder = Folder(root_of(top))
    tree = folder.tree(top, "scenario")
    if tree is None:
        return None, list(ordered(folder.problems))
    found = outline(tree, folder, known_kinds())
    if folder.problems or found is None:
        return None, list(ordered(without_repeats(folder.problems)))
    recipes, problems = _recipes(found, found.name or name_of(top), tree)
    if problems:
        return None, problems
    kitchen = Kitchen(top, folder.root, found, tuple(sets))
    cells, told = kitchen.cook(recipes)
    told += same_patients(found, cells) if len(cells) == len(recipes) else []
    told = list(ordered(without_repeats(told)))
    if any(problem.severity == "error" for problem in told):
        return None, told
    return _study(found, found.name or name_of(top), str(path), cells, told), told


def _study(
    found: Outline, name: str, file: str, cells: dict[Cell, Scenario], warnings: Sequence[Problem]
) -> Study:
    first = next(iter(cells.values()))
    entries = (*found.surges.values(), *found.options.values())
    return Study(
        name=name,
        title=found.title or name,
        about=found.about,
        file=file,
        surges={each.name: each.title for each in _surges(found)},
        options={each.name: each.title for each in _options(found)},
        combined={each.name: each.combines for each in found.options.values() if each.combines},
        measures=found.spec.measures,
        replications=first.replications,
        cells=cells,
        origins={each.name: f"{each.node.document.name}:{each.node.key_line}" for each in entries},
        warnings=tuple(warnings),
        root=found.root,
    )


def _surges(found: Outline) -> list[Entry]:
    return list(found.surges.values()) or [Entry("base", "The base", found.root.but(value={}), ())]


def _options(found: Outline) -> list[Entry]:
    nothing = Entry(NOTHING, found.spec.do_nothing, found.root.but(value={}), ())
    return [nothing, *found.options.values()]


def _recipes(found: Outline, name: str, tree: Node) -> tuple[dict[Cell, Recipe], list[Problem]]:
    """Return how every combination is made, and what is wrong with their names."""
    recipes: dict[Cell, Recipe] = {}
    taken: dict[str, str] = {}
    problems: list[Problem] = []
    for surge in _surges(found):
        for option in _options(found):
            words = (name, surge.name, option.name) if found.surges else (name, option.name)
            recipe = mixed(found, surge, option, "-".join(words))
            recipes[surge.name, option.name] = recipe
            problem = _wrong_name(recipe.name, taken, option.node if option.name != NOTHING else surge.node)
            problems += [problem] if problem else []
    return recipes, problems


def _wrong_name(name: str, taken: dict[str, str], node: Node) -> Problem | None:
    """Say why a combination cannot be called so: its results folder would be that of another."""
    folder = re.sub(r"[-_]+", "-", name.lower())
    if len(folder) > LONGEST:
        message = f"The run would be called {name}, which has more than {LONGEST} characters."
        return problem_at(node, message, key=True, hint="Use shorter names, and title for long ones.")
    if folder in taken:
        message = f"Two runs would have the results folder {folder}: {taken[folder]} and {name}."
        return problem_at(node, message, key=True, hint="Use other names.")
    taken[folder] = name
    return None
