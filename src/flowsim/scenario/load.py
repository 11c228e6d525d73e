"""Load a scenario: read its files, resolve, validate and check them, or say everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flowsim.errors import InputError, Problem, ordered
from flowsim.scenario.build import NEEDED, Builder, read_part
from flowsim.scenario.change import Changer, Planned, plans_from
from flowsim.scenario.checks import check
from flowsim.scenario.dated import Dated, Laid, lay, value_at
from flowsim.scenario.digest import digest_of
from flowsim.scenario.escalation import Actions, check_actions, with_actions, wrong_in_effect
from flowsim.scenario.files import Folder, root_of
from flowsim.scenario.manual import Kinds, known_kinds
from flowsim.scenario.nodes import Document, Node, Note, find, plain, planted, problem_at
from flowsim.scenario.nodes import Path as Steps
from flowsim.scenario.once import SHARED, same_files, share, steps
from flowsim.scenario.provenance import attach_evidence, origins
from flowsim.scenario.references import with_files
from flowsim.scenario.resolve import Generation, Resolved, collect, resolve, set_options, with_surges
from flowsim.scenario.timeline import changed, laid_out
from flowsim.scenario.validate import sentences, without_repeats
from flowsim.scenario.warmup import automatic_days
from flowsim.spec.origin import Origin
from flowsim.spec.scenario import Scenario

__all__ = ["Loaded", "examine", "finish", "load"]


def load(path: str | Path, *, sets: Sequence[str] = ()) -> Scenario:
    """Return the scenario of a file.

    Args:
        path: The scenario's YAML file.
        sets: Settings that beat the file's, each ``PATH=VALUE``.

    Raises:
        InputError: The scenario cannot be used; carries every problem, by file and line.
    """
    scenario, problems = examine(path, sets=sets)
    if scenario is None:
        raise InputError(problems)
    return scenario


def examine(path: str | Path, *, sets: Sequence[str] = ()) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario of a file and every problem and warning; no scenario if there is a problem."""
    top = Path(path)
    kinds = known_kinds()
    folder = Folder(root_of(top))
    generations = collect(top, folder)
    plans = set_options(tuple(sets), top, folder.problems)
    if folder.broken or not generations:
        return None, list(ordered(without_repeats(folder.problems)))
    if not whole(generations):
        own = generations[-1].own
        folder.problems.append(_a_study(own) if "study" in own.value else not_whole(own.document))
        return None, list(ordered(without_repeats(folder.problems)))
    resolved = resolve(generations, plans, kinds, folder.problems)
    files = [
        tree.document.name for generation in reversed(generations) for tree in reversed(generation.trees)
    ]
    return finish(_named(resolved, top), kinds, folder, tuple(files))


def whole(generations: list[Generation]) -> bool:
    """Tell whether any of the files has a section that every scenario needs."""
    return any(section in tree.value for each in generations for tree in each.trees for section in NEEDED)


def not_whole(document: Document, named_by: Node | None = None) -> Problem:
    """Return the problem of a file that is no scenario, placed in it or where it is named."""
    message = "This is not a whole scenario: it has no time, no services and no demand."
    if named_by is not None:
        return problem_at(named_by, message, hint="Name a file that can be run by itself.")
    hint = "Name what it builds on with extends; a file to include is checked with one that includes it."
    return Problem(message, "", document.name, 1, 0, document.line(1), hint=hint)


def _a_study(root: Node) -> Problem:
    message = "This is a study file, which holds several scenarios."
    hint = f"Use flowsim study {root.document.name}."
    return problem_at(root.value["study"], message, ("study",), key=True, hint=hint)


def _named(resolved: Resolved, top: Path) -> Resolved:
    """Give a scenario without a name that of its file."""
    root = resolved.root
    if "name" in root.value:
        return resolved
    name = planted(name_of(top), root.document, root)
    return replace(resolved, root=root.but(value={"name": name, **root.value}))


def name_of(top: Path) -> str:
    """Return the name of a scenario or study that has none of its own: that of its file."""
    words = "".join(char if char.isalnum() or char in "_-" else "-" for char in top.stem)
    return words if words[:1].isalpha() else f"scenario-{words}"


def finish(
    resolved: Resolved, kinds: Kinds, folder: Folder, files: tuple[str, ...]
) -> tuple[Scenario | None, list[Problem]]:
    """Validate and check a tree, and return the scenario with every problem and warning."""
    problems = folder.problems
    base = replace(resolved, root=with_files(resolved.root, folder))
    final, actions = with_actions(with_surges(base, kinds, problems), kinds, problems)
    notes, warnings = attach_evidence(final.root, final.evidence, folder)
    builder = Builder(final.root, kinds, folder.text_of, problems)
    scenario = builder.build()
    found = check(builder, final.dated) + check_actions(builder, actions)
    warnings += [problem for problem in found if problem.severity == "warning"]
    problems += [problem for problem in found if problem.severity == "error"]
    if scenario is None or problems:
        return None, list(ordered([*without_repeats(problems), *without_repeats(warnings)]))
    scenario = _with_warm_up(scenario)
    tree = plain(final.root)
    loaded = Loaded(scenario, tree, final.dated, dict(folder.texts), files, str(folder.root), tuple(warnings))
    loaded.actions = actions
    loaded.keep(base, notes, kinds)
    scenario._backing = loaded
    wrong = loaded.wrong_over_time(final.root) + loaded.wrong_in_effect(final.root)
    return (None if wrong else scenario), list(ordered([*wrong, *warnings]))


def _with_warm_up(scenario: Scenario) -> Scenario:
    """Work out a warm-up of ``auto``."""
    if not isinstance(scenario.time.warm_up, str):
        return scenario
    days = automatic_days(scenario.services, scenario.time.initial)
    values = {**scenario.__dict__, "time": scenario.time.with_automatic(days)}
    return Scenario.model_construct(**values)


@dataclass(eq=False)
class Loaded:
    """What stands behind a scenario: its tree, its files and its dated changes.

    Attributes:
        scenario: The scenario, for its parts and its times.
        tree: The plain values.
        dated: Changes that hold over dates.
        texts: Text of the CSV files named, by their path below `root`.
        files: The files read, the one that was named first.
        root: Folder that the files may not leave.
        warnings: Problems that do not stop a run.
        actions: What each action of escalation changes while it lasts.
    """

    scenario: Scenario
    tree: dict[str, Any]
    dated: list[Dated]
    texts: dict[str, str]
    files: tuple[str, ...]
    root: str
    warnings: tuple[Problem, ...]
    actions: Actions = field(default_factory=dict)
    _base: Resolved | None = None
    _notes: Mapping[Steps, Note] | None = None
    _kinds: Kinds | None = None

    def keep(self, base: Resolved, notes: Mapping[Steps, Note], kinds: Kinds) -> None:
        """Keep what only the process that read the files has."""
        self._base, self._notes, self._kinds = base, notes, kinds

    def __getstate__(self) -> dict[str, Any]:
        """Return what travels to a worker: everything but the places of values in files."""
        bare = _without_nodes(self.dated)
        actions = {name: _without_nodes(changes) for name, changes in self.actions.items()}
        stays = {"provenance", "_base", "_notes", "_laid", "_steps", "_context", "_shared"}
        state = {key: value for key, value in self.__dict__.items() if key not in stays}
        return {**state, "dated": bare, "actions": actions, "_base": None, "_notes": None, "_kinds": None}

    @property
    def kinds(self) -> Kinds:
        """Return the registry of service kinds."""
        return self._kinds if self._kinds is not None else known_kinds()

    @property
    def resolved(self) -> Resolved:
        """Return the tree before surges; without places when it came from another process."""
        if self._base is None:
            dated = [change for change in self.dated if not change.label.startswith("surge ")]
            self._base = Resolved(planted(self.tree, Document("the scenario")), dated, [])
        return self._base

    @cached_property
    def provenance(self) -> Mapping[str, Origin]:
        """Return the origin of every value, by dotted path."""
        return origins(self.resolved.root, self._notes or {})

    @cached_property
    def digest(self) -> str:
        """Return the fingerprint of all that decides a result."""
        dated = [[*change.path, change.verb, change.amount, str(change.when)] for change in self.dated]
        times = {"warm_up": self.scenario.time.warm_up_minutes, "horizon": self.scenario.time.horizon}
        return digest_of(self.tree, dated, self.texts, times)

    def text(self) -> str:
        """Return the resolved scenario as YAML, every value with where it came from."""
        from flowsim.scenario.writing import resolved_text

        base = self.resolved
        return resolved_text(base.root, self._notes or {}, self.scenario, base.dated)

    def change(self, changes: Mapping[str, Any], name: str = "", title: str = "") -> Scenario:
        """Return the scenario with changes given in Python.

        Raises:
            InputError: They do not fit.
        """
        folder = Folder(Path(self.root), texts=dict(self.texts))
        document = Document("Python", path=str(Path(self.root) / "python"), layer="python", rank=2_000_000)
        identity = {key: text for key, text in (("name", name), ("title", title)) if text}
        plans: list[Planned] = plans_from({**changes, **identity}, document, "Python")
        base = self.resolved
        changer = Changer(base.root, self.kinds, folder.problems, list(base.dated))
        changer.apply(plans)
        changed = replace(base, root=changer.root, dated=changer.dated)
        scenario, problems = finish(changed, self.kinds, folder, self.files)
        if scenario is None:
            raise InputError(problems)
        return scenario

    # -- over dates ----------------------------------------------------------------------------------

    def over_time(self, section: str, name: str) -> list[tuple[float, Any]]:
        """Return the settings of an entry whenever they change: (minute of the calendar, settings)."""
        known = self._steps.get((section, name))
        if known is None:
            known = self._steps[section, name] = self._over_time(section, name)
        return list(known)

    def _over_time(self, section: str, name: str) -> list[tuple[float, Any]]:
        time, own = self.scenario.time, getattr(self.scenario, section)[name]
        laid = self._laid.get((section, name), [])
        if not laid:
            return [(0.0, own)]
        written, period = self.tree[section][name], (time.warm_up_minutes, time.horizon)

        def make(_: Any) -> list[tuple[float, Any]]:
            return laid_out(
                section, written, own, laid, period=period, kinds=self.kinds, context=self._context
            )

        bare = [replace(each, change=replace(each.change, node=None)) for each in laid]
        key = (section, type(own), repr(written), repr(bare), period, self._shared)
        try:
            return steps.get(key, self.texts.__getitem__, make)
        except ValidationError as error:
            raise self._misfit(section, name, error) from None

    def under(
        self, section: str, name: str, minute: float, overlays: Sequence[Dated], own: Any = None
    ) -> Any:
        """Return the settings of an entry at a minute of the calendar, with some actions in effect.

        Actions come and go, so only the settings that they touch are read again.

        Args:
            section: ``services`` or another section whose settings may change.
            name: The entry.
            minute: Minutes since the start of the calendar.
            overlays: Changes of the actions in effect, in order; they act on what dated changes leave.
            own: The settings at that minute without any action, where they are known.
        """
        time = self.scenario.time
        mine = self._laid.get((section, name), ())
        if not mine and not overlays:
            return getattr(self.scenario, section)[name]
        laid = [*mine, *lay(overlays, time.start)]
        written = self.tree[section][name]
        if own is None or section != "services":
            values = value_at(written, laid, minute - time.warm_up_minutes)
            return self._read_at(section, name, values)
        touched = {change.path[2] for change in overlays}
        laid = [each for each in laid if each.change.path[2] in touched]
        part = {key: written[key] for key in written if key in touched}
        values = value_at(part, laid, minute - time.warm_up_minutes)
        return changed(own, values, self._context)

    @cached_property
    def _steps(self) -> dict[tuple[str, str], list[tuple[float, Any]]]:
        """What `over_time` has said: every replication asks the same."""
        return {}

    @cached_property
    def _laid(self) -> Mapping[tuple[str, str], list[Laid]]:
        """Dated changes laid over the calendar, by section and entry."""
        found: dict[tuple[str, str], list[Laid]] = {}
        for laid in lay(self.dated, self.scenario.time.start):
            found.setdefault(laid.change.path[:2], []).append(laid)  # type: ignore[arg-type]
        return found

    def wrong_in_effect(self, root: Node) -> list[Problem]:
        """Return a problem for every action that makes a setting impossible, alone or with others."""

        def tell(change: Dated, error: ValueError) -> Problem:
            told = [Problem(f"{error}.")]
            if isinstance(error, ValidationError):
                told = sentences(error, root, change.path[:2], self.tree, self.kinds)
            return _impossible(change, told, root)

        start = self.scenario.time.start
        return without_repeats(wrong_in_effect(self.actions, self.tree, start, self._read, tell))

    def _read_at(self, section: str, name: str, values: Any) -> Any:
        try:
            return self._read(section, values)
        except ValidationError as error:
            raise self._misfit(section, name, error) from None

    def _misfit(self, section: str, name: str, error: ValidationError) -> InputError:
        root = planted(self.tree, Document("the scenario"))
        return InputError(sentences(error, root, (section, name), self.tree, self.kinds))

    def _read(self, section: str, values: Any) -> Any:
        return read_part(section, values, self.kinds, self._context)

    @cached_property
    def _shared(self) -> tuple[Any, ...]:
        """What the meaning of plain values depends on besides: places and files."""
        return _everywhere(self.scenario), same_files(self.texts)

    def share(self) -> None:
        """Use what other scenarios in this process have in common with this one, from now on."""
        if "_context" in self.__dict__:
            return
        share({section: getattr(self.scenario, section) for section in SHARED}, self.tree, self._shared)

    @cached_property
    def _context(self) -> dict[str, Any]:
        return {"places": tuple(_everywhere(self.scenario)), "read": self.texts.__getitem__}

    def wrong_over_time(self, root: Node) -> list[Problem]:
        """Return a problem for every dated change that makes a setting impossible at full strength."""
        problems = []
        for change in self.dated:
            section, name = change.path[:2]
            laid = lay([change], self.scenario.time.start)
            for moment in _telling(laid[0].pieces):
                values = value_at(self.tree[section][name], laid, moment)
                try:
                    self._read(section, values)
                except ValidationError as error:
                    told = sentences(error, root, change.path[:2], self.tree, self.kinds)
                    problems.append(_impossible(change, told, root))
        return without_repeats(problems)


def _without_nodes(changes: Sequence[Dated]) -> list[Dated]:
    return [replace(change, node=None) for change in changes]


def _everywhere(scenario: Scenario) -> tuple[str, ...]:
    from flowsim.vocabulary import everywhere

    return everywhere(tuple(scenario.places))


def _telling(pieces: Sequence[tuple[float, float, float]]) -> list[float]:
    """Return moments at which a dated change is strongest, and somewhere between."""
    ordered_by_strength = sorted(pieces, key=lambda piece: piece[2])
    chosen = {len(pieces) - 1, len(pieces) // 2} if pieces else set()
    return [max(ordered_by_strength[i][0], -1e12) for i in sorted(chosen, reverse=True)]


def _impossible(change: Dated, told: list[Problem], root: Node) -> Problem:
    reason = told[0].message if told else "It does not fit."
    node = change.node or find(root, change.path)
    return problem_at(
        node, f"With this {change.label}, the setting becomes impossible. {reason}", change.path
    )
