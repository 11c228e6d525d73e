"""Read a study file: every surge with every option becomes a whole scenario, or a problem with its place.

A combination says what a scenario file would say that extends the surge and holds the option: the same
rules of precedence, the same lines behind every value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from flowsim.errors import InputError, Problem, nearest, ordered
from flowsim.scenario.files import Folder, root_of
from flowsim.scenario.load import name_of
from flowsim.scenario.manual import known_kinds
from flowsim.scenario.nodes import Node, find, problem_at
from flowsim.scenario.nodes import Path as Steps
from flowsim.scenario.study_cells import Kitchen, Recipe, mixed, same_patients
from flowsim.scenario.study_file import Entry, Outline, outline
from flowsim.scenario.validate import without_repeats
from flowsim.spec.scenario import About, Scenario

__all__ = [
    "NOTHING",
    "Cell",
    "Study",
    "cell_named",
    "examine_cell",
    "examine_study",
    "is_study",
    "load_study",
    "read_study_file",
]

NOTHING: Final = "nothing"
"""Name of the option that changes nothing."""
LONGEST: Final = 80
"""Most characters in the name of a combination, which is also the name of its results folder."""

_CELL: Final = re.compile(r"(.+\.ya?ml):([^/:]+)/([^/:]+)", re.IGNORECASE)

Cell = tuple[str, str]
"""A surge and an option, by name."""


@dataclass(frozen=True, eq=False)
class Study:
    """Every surge with every option.

    Attributes:
        name: short name.
        title: name in reports.
        about: who asked, who answers and who checks.
        file: the study file, as it was named.
        surges: name to title, in order.
        options: name to title, in order; the one that changes nothing comes first.
        combined: each option that is others together: name to their names.
        measures: measures or areas to show, as written.
        replications: of every combination.
        cells: the scenario of every combination, by surge and option.
        warnings: problems that do not stop a run.
        root: the tree of its file.
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
    found, problems = read_study_file(Path(path))
    if found is None:
        return None, problems
    recipes, problems = _recipes(found)
    if problems:
        return None, problems
    cells, told = Kitchen(Path(path), found, tuple(sets)).cook(recipes)
    told += same_patients(found, cells) if len(cells) == len(recipes) else []
    told = list(ordered(without_repeats(told)))
    if any(problem.severity == "error" for problem in told):
        return None, told
    return _study(found, str(path), cells, told), told


def examine_cell(
    path: str | Path, surge: str, option: str, *, sets: Sequence[str] = ()
) -> tuple[Scenario | None, list[Problem]]:
    """Return one combination of a study and every problem and warning, without making the others."""
    found, problems = read_study_file(Path(path))
    if found is None:
        return None, problems
    recipes, problems = _recipes(found)
    if problems:
        return None, problems
    if (surge, option) not in recipes:
        return None, _no_such_cell(found, surge, option)
    cells, told = Kitchen(Path(path), found, tuple(sets)).cook({(surge, option): recipes[surge, option]})
    return cells.get((surge, option)), list(ordered(without_repeats(told)))


def cell_named(text: str) -> tuple[str, str, str] | None:
    """Return file, surge and option of a text like ``winter.yaml:flu/beds``; None for anything else."""
    match = _CELL.fullmatch(text)
    return (match[1], match[2], match[3]) if match else None


def _no_such_cell(found: Outline, surge: str, option: str) -> list[Problem]:
    problems = []
    for what, name, known in (("surge", surge, _surges(found)), ("option", option, _options(found))):
        names = [each.name for each in known]
        if name not in names:
            close = nearest(name, names)
            guess = f" Did you mean {close[0]}?" if close else ""
            message = f"The study has no {what} called {name}.{guess}"
            problems.append(Problem(message, file=found.root.document.name, allowed=", ".join(names)))
    return problems


def read_study_file(top: Path) -> tuple[Outline | None, list[Problem]]:
    """Return what a study file says by itself, and what is wrong with it; nothing if there is a problem."""
    folder = Folder(root_of(top))
    tree = folder.tree(top, "scenario")
    found = outline(tree, folder, known_kinds()) if tree is not None else None
    if folder.problems or found is None:
        return None, list(ordered(without_repeats(folder.problems)))
    return replace(found, name=found.name or name_of(top)), []


def _study(found: Outline, file: str, cells: dict[Cell, Scenario], warnings: Sequence[Problem]) -> Study:
    first = next(iter(cells.values()))
    return Study(
        name=found.name,
        title=found.title or found.name,
        about=found.about,
        file=file,
        surges={each.name: each.title for each in _surges(found)},
        options={each.name: each.title for each in _options(found)},
        combined={each.name: each.combines for each in found.options.values() if each.combines},
        measures=found.spec.measures,
        replications=first.replications,
        cells=cells,
        warnings=tuple(warnings),
        root=found.root,
    )


def _surges(found: Outline) -> list[Entry]:
    return list(found.surges.values()) or [
        Entry("base", Path(found.spec.base).stem, found.root.but(value={}), ())
    ]


def _options(found: Outline) -> list[Entry]:
    nothing = Entry(NOTHING, found.spec.do_nothing, found.root.but(value={}), ())
    return [nothing, *found.options.values()]


def _recipes(found: Outline) -> tuple[dict[Cell, Recipe], list[Problem]]:
    """Return how every combination is made, and what is wrong with their names."""
    recipes: dict[Cell, Recipe] = {}
    taken: dict[str, str] = {}
    problems: list[Problem] = []
    for surge in _surges(found):
        for option in _options(found):
            words = (found.name, surge.name, option.name) if found.surges else (found.name, option.name)
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
