"""From the files of a scenario to one tree.

Order of precedence: ``--set`` beats ``change``, beats the file's own sections, beats ``include`` (later
beats earlier), beats ``extends``. In full, from weakest to strongest:

1. the sections of the file that is extended, and those it extends in turn, oldest first;
2. in each of these files, the sections of its includes in order, then its own;
3. then changes, oldest file first; within a file those of its includes in order, then its own. The
   changes of an extended file leave alone what a file that extends it has set in its own sections;
4. then ``--set``.

Templates are laid together first, so a file that alters a template alters every entry that is like it.
Dated changes and surges act on the final values, over their dates.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Final

from flowsim.errors import Problem
from flowsim.scenario.cards import card_problems
from flowsim.scenario.change import Changer, Planned, plans_of
from flowsim.scenario.dated import Dated, parse_when
from flowsim.scenario.files import Folder, shown
from flowsim.scenario.manual import Kinds
from flowsim.scenario.merging import merge
from flowsim.scenario.nodes import Document, Node, Path, children, entries, problem_at
from flowsim.scenario.reading import read_tree
from flowsim.scenario.strength import CENTRAL, STRENGTHS, Misnamed, split_reference, without_strength
from flowsim.scenario.templates import expand
from flowsim.scenario.waves import with_wave
from flowsim.scenario.wording import words_of_error

__all__ = ["Generation", "Includes", "Resolved", "collect", "resolve", "set_options", "with_surges"]

NOT_MERGED: Final = ("extends", "include", "change", "evidence", "card")
"""Keys of a file that say how to build the tree and are not part of it."""
IDENTITY: Final = ("name", "title", "flowsim")
"""Keys that belong to the file itself and are not passed on by extends or include."""
SURGE_KEYS: Final = (
    "label", "change", "from", "to", "shape", "peak", "width", "wave", "lag", "source", "grade", "note",
)  # fmt: skip


@dataclass
class Generation:
    """One file and its includes.

    Attributes:
        own: The tree of the file.
        includes: The trees of its includes, in order.
    """

    own: Node
    includes: list[Node] = field(default_factory=list)

    @property
    def trees(self) -> list[Node]:
        """Return the includes in order, then the file."""
        return [*self.includes, self.own]


@dataclass
class Resolved:
    """A scenario as one tree.

    Attributes:
        root: The tree, without templates and changes.
        dated: Changes that hold over dates, in order.
        evidence: References to evidence files, weakest layer first.
    """

    root: Node
    dated: list[Dated]
    evidence: list[Node]


# -- collecting the files ------------------------------------------------------------------------------


def collect(top: FilePath, folder: Folder) -> list[Generation]:
    """Return the file and all it extends, oldest first; problems go to `folder`."""
    generations: list[Generation] = []
    seen: list[FilePath] = []
    path: FilePath | None = top
    named_by: Node | None = None
    while path is not None:
        seen.append(path.resolve())
        tree = folder.tree(path, "extends" if generations else "scenario", named_by, ("extends",))
        if tree is None:
            break
        includes = Includes(folder)
        includes.gather(tree, [path.resolve()])
        generations.append(Generation(tree, includes.found))
        named_by = entries(tree).get("extends")
        path = _next(named_by, folder, seen)
    generations.reverse()
    for rank, generation in enumerate(generations):
        for tree in generation.trees:
            tree.document.rank = rank
    return generations


def _next(named_by: Node | None, folder: Folder, seen: list[FilePath]) -> FilePath | None:
    if named_by is None:
        return None
    path = folder.refer(named_by, ("extends",))
    if path is not None and path.resolve() in seen:
        circle = " -> ".join([p.name for p in seen[seen.index(path.resolve()) :]] + [path.name])
        message = f"These files extend each other in a circle: {circle}."
        folder.problems.append(problem_at(named_by, message, ("extends",)))
        folder.broken = True
        return None
    folder.broken = folder.broken or path is None
    return path


@dataclass
class Includes:
    """Gathers the files that a file includes, and those they include, each once and before its includer.

    Attributes:
        folder: Reads the files, and receives the problems.
        found: The trees gathered, in order.
    """

    folder: Folder
    found: list[Node] = field(default_factory=list)
    _taken: dict[FilePath, str] = field(default_factory=dict)

    def gather(self, tree: Node, within: list[FilePath], strength: str = CENTRAL) -> None:
        """Gather the includes of a file that is itself within others, and whose strength they share."""
        section = entries(tree).get("include")
        if section is None:
            return
        listed = list(children(section)) if section.is_list else [("", section)]
        for position, reference in listed:
            steps: Path = ("include", position) if position else ("include",)
            named, wanted = self._split(reference, steps)
            path = self.folder.refer(named, steps)
            if path is not None and path.resolve() in within:
                message = f"{shown(path)} includes itself."
                self.folder.problems.append(problem_at(reference, message, steps))
                path = None
            self.folder.broken = self.folder.broken or path is None
            if path is not None and self._is_new(path, wanted, strength, reference, steps):
                self.add(path, reference, steps, within, wanted or strength, asked=bool(wanted))

    def add(
        self,
        path: FilePath,
        reference: Node,
        steps: Path,
        within: list[FilePath],
        strength: str = CENTRAL,
        *,
        asked: bool = False,
    ) -> None:
        """Add a file in some strength, perhaps asked for by name, after those it includes itself."""
        read = self.folder.tree(path, "include", reference, steps)
        if read is None or any(read.document is other.document for other in self.found):
            return
        included, varies = self.folder.in_strength(read, strength)
        extends = entries(included).get("extends")
        if extends is not None:
            message = "A file that is included cannot extend another; only the scenario itself can."
            hint = "Use include there."
            self.folder.problems.append(problem_at(extends, message, ("extends",), key=True, hint=hint))
        before = len(self.found)
        self.gather(included, [*within, path.resolve()], strength)
        if asked and not varies and len(self.found) == before:
            message = f"{shown(path)} has no strengths: it says the same in all three."
            self.folder.problems.append(problem_at(reference, message, steps, hint="Leave the strength out."))
        self.found.append(included)

    def _split(self, reference: Node, steps: Path) -> tuple[Node, str]:
        """Return the file that an entry names, and the strength in which it wants it."""
        wanted = ""
        try:
            wanted = split_reference(reference.value)[1] if isinstance(reference.value, str) else ""
        except Misnamed as error:
            allowed = ", ".join(STRENGTHS)
            self.folder.problems.append(problem_at(reference, str(error), steps, allowed=allowed))
        return without_strength(reference), wanted

    def _is_new(self, path: FilePath, wanted: str, strength: str, reference: Node, steps: Path) -> bool:
        """Tell whether a file has not been included yet; in two strengths it cannot be."""
        before = self._taken.get(path.resolve())
        if before is None:
            self._taken[path.resolve()] = wanted or strength
            return True
        if wanted not in {"", before}:
            message = f"{shown(path)} is already included, with strength {before}."
            self.folder.problems.append(problem_at(reference, message, steps, hint="Keep one of them."))
        return False


# -- one tree out of many ------------------------------------------------------------------------------


def resolve(
    generations: list[Generation], sets: list[Planned], kinds: Kinds, problems: list[Problem]
) -> Resolved:
    """Return the scenario that the files and the ``--set`` options spell."""
    root = expand(_merged(generations, problems), problems)
    changer = Changer(root, kinds, problems)
    evidence: list[Node] = []
    for generation in generations:
        for tree in generation.trees:
            problems += card_problems(tree, kinds)
            section = entries(tree).get("change")
            if section is not None and not section.is_mapping:
                message = "change is a mapping of settings to new values."
                problems.append(problem_at(section, message, ("change",)))
            changer.apply(plans_of(section, "change", ("change",)))
            evidence += _listed(entries(tree).get("evidence"))
    changer.apply(sets)
    return Resolved(changer.root, changer.dated, evidence)


def with_surges(resolved: Resolved, kinds: Kinds, problems: list[Problem]) -> Resolved:
    """Return a scenario's tree and dated changes with those of its surges."""
    changer = Changer(resolved.root, kinds, problems, list(resolved.dated))
    waves = resolved.root.value.get("waves")
    for name, surge in entries(resolved.root.value.get("surges")).items():
        dated = with_wave(surge, waves, ("surges", name), problems)
        changer.apply([] if dated is None else _surge(name, dated, problems))
    return replace(resolved, root=changer.root, dated=changer.dated)


def _merged(generations: list[Generation], problems: list[Problem]) -> Node:
    """Lay the sections of every file over each other."""
    newest = generations[-1].own
    merged: Node = newest.but(value={})
    for generation in generations:
        for tree in generation.trees:
            hidden = NOT_MERGED if tree is newest else (*NOT_MERGED, *IDENTITY)
            section = {key: _named(child, key) for key, child in tree.value.items() if key not in hidden}
            merged = merge(merged, tree.but(value=section), problems) or merged
    return merged.but(document=newest.document, line=newest.line, column=newest.column)


def _named(section: Node, key: str) -> Node:
    """Turn a list of named surges into a mapping, so that layers add to it."""
    if key != "surges" or not section.is_list:
        return section
    names: dict[str, Node] = {}
    for position, surge in enumerate(section.value):
        own = dict(entries(surge))
        name = own.pop("name", None)
        names[str(name.value) if name is not None else f"surge_{position + 1}"] = surge.but(value=own)
    return section.but(value=names)


def _listed(section: Node | None) -> list[Node]:
    if section is None:
        return []
    return list(section.value) if section.is_list else [section]


def _surge(name: str, surge: Node, problems: list[Problem]) -> list[Planned]:
    """Return the changes of one surge, with its dates."""
    path: Path = ("surges", name)
    settings = entries(surge)
    for key, child in settings.items():
        if key not in SURGE_KEYS:
            allowed = ", ".join(SURGE_KEYS)
            problems.append(problem_at(child, "Unknown setting.", (*path, key), key=True, allowed=allowed))
    if not entries(settings.get("change")):
        message = "A surge needs change: the settings it alters."
        problems.append(problem_at(surge, message, path, key=True))
        return []
    try:
        when = parse_when({key: child.value for key, child in settings.items()})
    except ValueError as error:
        key, message = words_of_error(error)
        problems.append(problem_at(settings.get(key, surge), message, (*path, key)))
        return []
    if when is None:
        message = "A surge needs dates."
        hint = "Give from and to, or shape: wave with peak and width."
        problems.append(problem_at(surge, message, path, key=True, hint=hint))
        return []
    return plans_of(settings["change"], f"surge {name}", (*path, "change"), when)


# -- settings from the command line ----------------------------------------------------------------------


def set_options(sets: tuple[str, ...], top: FilePath, problems: list[Problem]) -> list[Planned]:
    """Return the changes that ``--set PATH=VALUE`` asks for; the value is read as YAML.

    Args:
        sets: The texts after ``--set``.
        top: The scenario's file; files that a value names are looked for beside it.
        problems: Receives what is wrong.
    """
    plans: list[Planned] = []
    for text in sets:
        document = Document("--set", (text,), str(top.resolve()), "--set", rank=1_000_000)
        path, equals, value = _halves(text)
        if not equals or not path:
            message = f"{text} is not PATH=VALUE."
            hint = "Write, for instance, --set services.NAME.beds=24 or --set replications=10."
            problems.append(Problem(message, "", "--set", 1, 1, text, hint=hint))
            continue
        tree, wrong = read_tree(" " * (len(text) - len(value)) + value, document)
        problems += [each if each.path else replace(each, path=path) for each in wrong]
        if tree is None and not wrong:
            problems.append(Problem(f"{path} is given no value.", path, "--set", 1, 1, text))
        elif tree is not None:
            plans.append(Planned(path, tree.but(key_line=1, key_column=1), (path,), None, "--set"))
    return plans


def _halves(text: str) -> tuple[str, str, str]:
    """Split at the first equals sign that is not inside brackets."""
    depth = 0
    for position, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if char == "=" and depth == 0:
            return text[:position].strip(), "=", text[position + 1 :]
    return text.strip(), "", ""
