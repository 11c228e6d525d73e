"""What stands in a study file, validated: surges and options, and the files they name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from flowsim.errors import Problem, nearest
from flowsim.scenario.files import Folder
from flowsim.scenario.manual import Kinds
from flowsim.scenario.nodes import Node, children, entries, find, plain, problem_at
from flowsim.scenario.nodes import Path as Steps
from flowsim.scenario.strength import STRENGTHS, Misnamed, split_reference, without_strength
from flowsim.scenario.validate import sentences
from flowsim.spec.scenario import About, Scenario
from flowsim.spec.study import StudyFile, StudySpec
from flowsim.spec.values import Name
from flowsim.units import show

__all__ = ["Entry", "Outline", "outline"]

RESERVED: Final = ("nothing",)
"""Names that options may not have."""
_PARTS: Final[dict[str, Any]] = {"name": Name, "title": str, "about": About, "study": StudySpec}


@dataclass(frozen=True, eq=False)
class Entry:
    """A surge or an option as it is written.

    Attributes:
        name: short name.
        title: name in reports.
        node: its settings.
        combines: options it is made of.
    """

    name: str
    title: str
    node: Node
    combines: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Outline:
    """A study file that has been validated.

    Attributes:
        root: its tree, in which surges and options are mappings by name.
        name: its name; empty when it has none.
        title: its title; empty when it has none.
        about: who asked, who answers and who checks.
        spec: its ``study`` section.
        surges, options: what is written, by name.
    """

    root: Node
    name: str
    title: str
    about: About
    spec: StudySpec
    surges: dict[str, Entry]
    options: dict[str, Entry]


def outline(tree: Node, folder: Folder, kinds: Kinds) -> Outline | None:
    """Validate a study file, and read every file it names.

    Args:
        tree: The file as read.
        folder: Receives the problems, and reads the files named.
        kinds: The registry of service kinds.
    """
    root = _by_name(tree, folder.problems)
    _known_sections(root, folder.problems)
    parts = _validated(root, folder.problems, kinds)
    _read_files(root, folder)
    spec = parts.get("study")
    if spec is None:
        return None
    surges, options = (_entries(root, section, spec) for section in ("surges", "options"))
    found = Outline(
        root,
        parts.get("name", ""),
        parts.get("title", ""),
        parts.get("about", About()),
        spec,
        surges,
        options,
    )
    folder.problems += [*_bases(found), *_combinations(found)]
    return found


def _entries(root: Node, section: str, spec: StudySpec) -> dict[str, Entry]:
    node = find(root, ("study", section))
    found = {}
    for name, each in getattr(spec, section).items():
        written = entries(node)[name]
        title = each.title or name.replace("_", " ").replace("-", " ")
        found[name] = Entry(name, title, written, getattr(each, "combines", ()))
    return found


# -- lists of named entries as mappings ------------------------------------------------------------------


def _by_name(tree: Node, problems: list[Problem]) -> Node:
    """Return the tree with lists of surges and options as mappings by their names."""
    study = entries(tree).get("study")
    if study is None or not study.is_mapping:
        return tree
    sections = {
        key: _named(child, ("study", key), problems) if key in ("surges", "options") else child
        for key, child in study.value.items()
    }
    return tree.but(value={**tree.value, "study": study.but(value=sections)})


def _named(section: Node, steps: Steps, problems: list[Problem]) -> Node:
    if not section.is_list:
        return section
    found: dict[str, Node] = {}
    for position, entry in children(section):
        name = entries(entry).get("name")
        here = (*steps, position)
        if name is None or not isinstance(name.value, str):
            hint = "Write - {name: flu, ...}, or a mapping of names to settings."
            problems.append(problem_at(entry, "A name is needed here.", here, hint=hint))
        elif name.value in found:
            first = found[name.value]
            message = f"There is another {name.value} already, in line {first.line}."
            problems.append(problem_at(name, message, (*here, "name")))
        else:
            found[name.value] = _without_name(entry, name)
    return section.but(value=found)


def _without_name(entry: Node, name: Node) -> Node:
    rest = {key: child for key, child in entry.value.items() if key != "name"}
    return entry.but(value=rest, key_line=name.line, key_column=name.column)


# -- validation ------------------------------------------------------------------------------------------


def _known_sections(root: Node, problems: list[Problem]) -> None:
    if "study" not in entries(root):
        document = root.document
        message = "This is not a study: it has no study section."
        hint = f"If it is a scenario, use flowsim run {document.name}."
        problems.append(Problem(message, "study", document.name, hint=hint))
        return
    for key, node in entries(root).items():
        if key not in StudyFile.model_fields:
            problems.append(_misplaced(key, node))


def _misplaced(key: str, node: Node) -> Problem:
    if key in StudySpec.model_fields:
        return problem_at(node, f"In a study file {key} stands under study.", (key,), key=True)
    if key in Scenario.model_fields or key in ("extends", "include", "change", "templates"):
        message = f"A study file has no {key} of its own: that belongs to a scenario."
        hint = "Put it into the base, or into the file or the change of a surge or an option."
        return problem_at(node, message, (key,), key=True, hint=hint)
    close = nearest(key, StudyFile.model_fields)
    message = "Unknown setting." + (f" Did you mean {close[0]}?" if close else "")
    allowed = "" if close else ", ".join(StudyFile.model_fields)
    return problem_at(node, message, (key,), key=True, allowed=allowed)


def _validated(root: Node, problems: list[Problem], kinds: Kinds) -> dict[str, Any]:
    """Return the sections that are as they should be."""
    tree, parts = plain(root), {}
    if tree.get("flowsim", 1) != 1:
        message = f"{show(tree['flowsim'])} is not a version of the format that this flowsim reads."
        problems.append(problem_at(find(root, ("flowsim",)), message, ("flowsim",), allowed="1"))
    for section, annotation in _PARTS.items():
        if section not in tree:
            continue
        values = tree[section]
        if section == "about" and isinstance(values, dict):
            values = {key: "" if value is None else value for key, value in values.items()}
        try:
            parts[section] = TypeAdapter(annotation).validate_python(values)
        except ValidationError as error:
            problems += sentences(error, root, (section,), tree, kinds)
    return parts


def _bases(found: Outline) -> list[Problem]:
    """Say that a base is missing, and that there are no options."""
    problems = []
    node = find(found.root, ("study",))
    without = [each.name for each in found.surges.values() if "extends" not in entries(each.node)]
    if not found.spec.base and (without or not found.surges):
        who = (
            f"{' and '.join(without[:3])} extend{'s' * (len(without) == 1)} none"
            if without
            else "no surge does"
        )
        message = f"base is required here and is missing: {who}."
        hint = "base: the scenario that every surge starts from."
        problems.append(problem_at(node, message, ("study", "base"), key=True, hint=hint))
    if not found.options:
        at = find(found.root, ("study", "options"))
        problems.append(problem_at(at, "At least one option is needed.", ("study", "options"), key=True))
    return problems


def _combinations(found: Outline) -> list[Problem]:
    """Say which options are named that do not stand further up."""
    problems = []
    before: list[str] = []
    for option in found.options.values():
        steps: Steps = ("study", "options", option.name)
        if option.name in RESERVED:
            message = f"{option.name} is the name of the option that changes nothing, which is always there."
            hint = "Choose another name; do_nothing under study gives that option its title."
            problems.append(problem_at(option.node, message, steps, key=True, hint=hint))
        problems += [
            _unknown_option(name, before, option, found) for name in option.combines if name not in before
        ]
        before.append(option.name)
    return problems


def _unknown_option(name: str, before: list[str], option: Entry, found: Outline) -> Problem:
    steps: Steps = ("study", "options", option.name, "combines")
    node = entries(option.node)["combines"]
    if node.is_list:
        position = option.combines.index(name)
        node, steps = node.value[position], (*steps, str(position))
    if name in found.options:
        message = f"{name} does not stand further up."
        return problem_at(node, message, steps, hint="Options are combined of those above them.")
    close = nearest(name, before)
    guess = f" Did you mean {close[0]}?" if close else ""
    return problem_at(node, f"There is no option called {name}.{guess}", steps, allowed=", ".join(before))


# -- files -----------------------------------------------------------------------------------------------


def _read_files(root: Node, folder: Folder) -> None:
    """Read every file that the study names, so that what is wrong with one is told at its line."""
    study = entries(find(root, ("study",)))
    _read(study.get("base"), ("study", "base"), "extends", folder)
    _read_all(study.get("include"), ("study", "include"), folder)
    for section in ("surges", "options"):
        for name, entry in entries(study.get(section)).items():
            steps: Steps = ("study", section, name)
            _read(entries(entry).get("extends"), (*steps, "extends"), "extends", folder)
            _read_all(entries(entry).get("include"), (*steps, "include"), folder)


def _read_all(include: Node | None, steps: Steps, folder: Folder) -> None:
    """Read one file or several that are included."""
    if include is None or include.is_leaf:
        _read(include, steps, "include", folder)
        return
    for position, each in children(include):
        _read(each, (*steps, position), "include", folder)


def _read(node: Node | None, steps: Steps, layer: str, folder: Folder) -> None:
    if node is None:
        return
    try:
        split_reference(node.value if isinstance(node.value, str) else "")
    except Misnamed as error:
        allowed = ", ".join(STRENGTHS)
        folder.problems.append(problem_at(node, str(error), steps, allowed=allowed))
    path = folder.refer(without_strength(node), steps)
    if path is not None:
        folder.tree(path, layer, node, steps)
