"""Levers: carry out what stands under ``change``, in surges and after ``--set``.

A change names settings with a selector and gives a plain value, ``{add: 2}``, ``{multiply: 1.25}`` or
``{set: 30}``, each optionally with dates. It may carry its own ``source``, ``grade`` and ``note``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from flowsim.errors import Problem, nearest
from flowsim.scenario.arithmetic import added, multiplied
from flowsim.scenario.copying import COPY, copies, is_copy, settings_of
from flowsim.scenario.dated import DATED_SECTIONS, WHEN_KEYS, Dated, When, parse_when
from flowsim.scenario.manual import Kinds, names_at, setting_at
from flowsim.scenario.merging import DAY_WORDS, is_by_day, merge
from flowsim.scenario.nodes import (
    Document,
    Node,
    Note,
    Path,
    completed,
    dotted,
    find,
    leaves,
    plain,
    planted,
    problem_at,
)
from flowsim.scenario.reading import GRADES
from flowsim.scenario.selectors import Selector, near_misses, parse_selector, select
from flowsim.scenario.wording import sentence, words_of_error
from flowsim.units import parse_factor, show

__all__ = ["Changer", "Planned", "add", "multiply", "placed"]

VERBS: Final = ("set", "add", "multiply")
"""What a change may do."""
NOTE_KEYS: Final = ("source", "grade", "note", "label", "low", "high")
_OPERATION_KEYS: Final = (*VERBS, *WHEN_KEYS, *NOTE_KEYS)


def add(amount: float | str) -> dict[str, Any]:
    """Return the change that adds `amount`, such as ``add(2)`` beds or ``add("6 hours")``."""
    return {"add": amount}


def multiply(factor: float) -> dict[str, Any]:
    """Return the change that multiplies by `factor`, such as ``multiply(1.25)``."""
    return {"multiply": factor}


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry of ``change``: what it selects and what it does.

    Attributes:
        text: The selector as written.
        node: What stands after it.
        path: Where the entry itself stands, for messages.
        when: Dates that hold for it because it belongs to a surge.
        label: ``change``, ``surge NAME`` or ``--set``.
    """

    text: str
    node: Node
    path: Path
    when: When | None = None
    label: str = "change"


@dataclass(frozen=True, slots=True)
class Operation:
    """What a change does to each setting."""

    verb: str
    content: Node
    when: When | None
    note: Note | None


@dataclass(frozen=True, slots=True)
class _Touch:
    path: Path
    verb: str
    when: When | None
    node: Node


@dataclass
class Changer:
    """Carries out changes on a tree, layer by layer.

    Attributes:
        root: The tree so far.
        kinds: The registry of service kinds, for meaning and defaults.
        problems: Receives what is wrong.
        dated: Receives the dated changes, in order.
    """

    root: Node
    kinds: Kinds
    problems: list[Problem]
    dated: list[Dated] = field(default_factory=list)
    _tree: Any = None

    @property
    def tree(self) -> Any:
        """Return the plain values of the tree, as they were when first asked for."""
        if self._tree is None:
            self._tree = plain(self.root)
        return self._tree

    def _renew(self, path: Path) -> None:
        """Bring the plain values of one entry up to date; those of the whole tree take long to make."""
        entry = find(self.root, path[:2])
        section = None if self._tree is None else self._tree.get(path[0])
        if len(path) < 2 or entry is None or not isinstance(section, dict):
            self._tree = None
        else:
            self._tree = {**self._tree, path[0]: {**section, path[1]: plain(entry)}}

    def apply(self, plans: list[Planned]) -> None:
        """Carry out the changes of one layer; two that disagree on a setting are a problem."""
        touched: list[_Touch] = []
        for planned in plans:
            self._apply_one(planned, touched)

    def _apply_one(self, planned: Planned, touched: list[_Touch]) -> None:
        try:
            selector = parse_selector(planned.text)
        except ValueError as error:
            self._wrong(planned, sentence(str(error)), key=True)
            return
        if is_copy(planned.node):
            self._copy(selector, planned)
            return
        operation = self._operation(planned)
        if operation is None:
            return
        targets = self._targets(selector, operation)
        if not targets:
            self._no_match(planned, selector)
        for path, _ in targets:
            if self._clashes(_Touch(path, operation.verb, operation.when, planned.node), planned, touched):
                return
        for path, node in targets:
            self._carry_out(operation, planned, path, node)

    def _copy(self, selector: Selector, planned: Planned) -> None:
        """Copy entries, and change in each copy what is to differ."""
        before = len(self.problems)
        pairs = copies(self.root, selector, planned, self.problems)
        if not pairs and len(self.problems) == before:
            self._no_match(planned, selector)
        note = self._note(planned)
        for origin, path in pairs:
            fresh = find(self.root, origin)
            if fresh is not None:
                document, key = planned.node.document, planned.node
                fresh = fresh.but(document=document, via=COPY, note=note or fresh.note)
                fresh = fresh.but(key_line=key.key_line, key_column=key.key_column)
                self.root = _with_entry(self.root, path, fresh)
                self._renew(path)
                self._alter(path, planned, note)

    def _alter(self, path: Path, planned: Planned, note: Note | None) -> None:
        for name, node in settings_of(planned.node).items():
            here = Planned(f"{planned.text}.{name}", node, (*planned.path, COPY, name), None, planned.label)
            operation = self._operation(here)
            if operation is not None and operation.when is None:
                operation = replace(operation, note=completed(operation.note, note))
                self._carry_out(operation, here, (*path, name), find(self.root, (*path, name)))
            elif operation is not None:
                self._wrong(here, "A copy cannot differ for some dates only.", key=True)

    def _wrong(self, planned: Planned, message: str, *, key: bool = False, **more: str) -> None:
        self.problems.append(problem_at(planned.node, message, planned.path, key=key, **more))

    def _no_match(self, planned: Planned, selector: Selector) -> None:
        hint = near_misses(self.root, selector)
        known = names_at(setting_at(tuple(s.name for s in selector.segments[:-1]), self.tree, self.kinds))
        close = nearest(selector.segments[-1].name, known)
        if close and close[0] not in hint and find(self.root, tuple(s.name for s in selector.segments[:-1])):
            hint = f"Did you mean {close[0]}?"
        self._wrong(planned, f"{planned.text} matches nothing.", key=True, hint=hint)

    # -- what a change does ------------------------------------------------------------------------

    def _operation(self, planned: Planned) -> Operation | None:
        node = planned.node
        value = node.value
        if not isinstance(value, dict) or not (value.keys() & {*VERBS, *WHEN_KEYS, "source", "grade"}):
            return Operation("set", node, planned.when, node.note)
        verbs = [verb for verb in VERBS if verb in value]
        if not verbs and not value.keys() <= {*WHEN_KEYS, *NOTE_KEYS}:
            return Operation("set", node, planned.when, node.note)
        if len(verbs) != 1:
            message = (
                "A change does one thing at a time." if verbs else "This says when, but not what changes."
            )
            self._wrong(planned, message, allowed="one of set, add, multiply", key=True)
            return None
        if not self._known_keys(planned):
            return None
        when = self._when(planned)
        verb = verbs[0]
        if when is _WRONG or not self._sensible_amount(verb, value[verb], planned):
            return None
        return Operation(verb, value[verb], when or planned.when, self._note(planned))

    def _known_keys(self, planned: Planned) -> bool:
        for key, child in planned.node.value.items():
            if key not in _OPERATION_KEYS:
                close = nearest(key, _OPERATION_KEYS)
                message = "Unknown setting." + (f" Did you mean {close[0]}?" if close else "")
                allowed = ", ".join(_OPERATION_KEYS)
                self.problems.append(
                    problem_at(child, message, (*planned.path, key), key=True, allowed=allowed)
                )
                return False
        return True

    def _when(self, planned: Planned) -> Any:
        settings = {key: child.value for key, child in planned.node.value.items()}
        try:
            return parse_when(settings)
        except ValueError as error:
            key, message = words_of_error(error)
            node = planned.node.value.get(key, planned.node)
            self.problems.append(problem_at(node, message, (*planned.path, key)))
            return _WRONG

    def _sensible_amount(self, verb: str, content: Node, planned: Planned) -> bool:
        if verb != "multiply":
            return True
        try:
            if content.value != 0:
                parse_factor(content.value)
        except ValueError as error:
            message = f"{error}; multiply takes a factor such as 1.25."
            self.problems.append(problem_at(content, message, (*planned.path, verb)))
            return False
        return True

    def _note(self, planned: Planned) -> Note | None:
        value = planned.node.value
        texts = {key: show(value[key].value) for key in ("source", "grade", "note") if key in value}
        if texts.get("grade", GRADES[0]) not in GRADES:
            message = f"{texts['grade']} is not a grade."
            grade = value["grade"]
            self.problems.append(
                problem_at(grade, message, (*planned.path, "grade"), allowed=", ".join(GRADES))
            )
        ends = self._ends(value)
        return Note(**texts, **ends) if texts or ends else None

    def _ends(self, value: dict[str, Node]) -> dict[str, Any]:
        """Return the plausible range of what is set: as given, or from a value in three strengths."""
        given: dict[str, Any] = {key: plain(value[key]) for key in ("low", "high") if key in value}
        content = value.get("set")
        known = content.note if content is not None else None
        return given or ({} if known is None or known.low is None else {"low": known.low, "high": known.high})

    # -- which settings ------------------------------------------------------------------------------

    def _targets(self, selector: Selector, operation: Operation) -> list[tuple[Path, Node | None]]:
        """Return the settings a change is about, also those that are not written but have a default."""
        found: list[tuple[Path, Node | None]] = list(select(self.root, selector))
        last = selector.segments[-1]
        if last.is_exact and len(selector.segments) > 1:
            present = {path[:-1] for path, _ in found}
            parents = select(self.root, replace(selector, segments=selector.segments[:-1]))
            found += [
                ((*path, last.name), None)
                for path, node in parents
                if path not in present and node.is_mapping and self._may_have(path, last.name, node)
            ]
        if not found and selector.is_exact and operation.verb == "set":
            path = tuple(segment.name for segment in selector.segments)
            return [(path, None)] if self._may_create(path) else []
        return found

    def _may_have(self, path: Path, name: str, node: Node | None = None) -> bool:
        if node is not None and is_by_day(node):
            return name in DAY_WORDS
        return name in names_at(setting_at(path, self.tree, self.kinds))

    def _may_create(self, path: Path) -> bool:
        """Tell whether a setting that is not there may be made: a known setting, or a new entry."""
        if setting_at(path, self.tree, self.kinds) is None:
            return False
        there = next(n for n in range(len(path), -1, -1) if find(self.root, path[:n]) is not None)
        return there >= len(path) - 1 or self._may_have(path[:there], path[there])

    def _clashes(self, new: _Touch, planned: Planned, touched: list[_Touch]) -> bool:
        parts = [new.path]
        if new.verb == "set" and planned.node.is_mapping and new.when is None:
            parts = [(*new.path, *below) for below, _, _ in leaves(planned.node)] or parts
        for old in touched:
            if old.node is not new.node and _disagree(old, new) and any(_overlap(old.path, p) for p in parts):
                document = old.node.document
                first = (
                    f"{document.name}:{old.node.key_line}"
                    if document.lines[1:]
                    else f"another {document.name}"
                )
                message = f"{dotted(new.path)} is changed twice here, and the order would matter ({first})."
                self._wrong(planned, message, key=True, hint="Keep one, or narrow the selectors.")
                return True
        touched += [replace(new, path=path) for path in parts]
        return False

    # -- carrying out ----------------------------------------------------------------------------------

    def _carry_out(self, operation: Operation, planned: Planned, path: Path, node: Node | None) -> None:
        setting = setting_at(path, self.tree, self.kinds)
        whole = setting is not None and setting.is_whole
        if operation.when is not None:
            self._carry_out_dated(operation, planned, path, node, whole)
            return
        if node is not None and node.document.rank > planned.node.document.rank:
            return
        if operation.verb == "set":
            fresh = merge(
                node, operation.content.but(note=operation.note, via=planned.label), self.problems, path
            )
            if fresh is not None:
                key = planned.node
                fresh = _labelled(fresh.but(key_line=key.key_line, key_column=key.key_column), planned.label)
            self.root = placed(self.root, path, fresh)
            self._renew(path)
            return
        value = self._present(planned, path, node)
        if value is None:
            return
        try:
            result = _relative(operation.verb, value, plain(operation.content), whole)
        except ValueError as error:
            self._wrong(planned, f"{dotted(path)}: {error}.")
            return
        fresh = planted(result, operation.content.document, operation.content, planned.label)
        note = operation.note or (node.note if node is not None else None)
        self.root = placed(self.root, path, fresh.but(note=note, replaced=node))

    def _present(self, planned: Planned, path: Path, node: Node | None) -> Any:
        """Return the written value of a setting, or its default; None after saying that it has neither."""
        if node is not None:
            return plain(node)
        setting = setting_at(path, self.tree, self.kinds)
        value = setting.default if setting is not None else None
        if value is None:
            message = f"{dotted(path)} has no value yet, so nothing can be added to it or multiplied."
            self._wrong(planned, message, hint="Give it a plain value first.")
        return value

    def _carry_out_dated(
        self, operation: Operation, planned: Planned, path: Path, node: Node | None, whole: bool
    ) -> None:
        if path[0] not in DATED_SECTIONS or len(path) < 3 or path[2] == "kind":
            message = f"{dotted(path)} cannot change over dates."
            self._wrong(planned, message, key=True, allowed=f"settings of {', '.join(DATED_SECTIONS)}")
            return
        if operation.when is None:
            return
        value = plain(operation.content)
        if operation.verb == "multiply":
            value = 0.0 if value == 0 else parse_factor(value)
        noted = planned.node if operation.note is None else planned.node.but(note=operation.note)
        change = Dated(path, operation.verb, value, operation.when, whole, planned.label, noted)
        present = (
            self._present(planned, path, node) if operation.verb != "set" else plain(node) if node else None
        )
        if present is None and operation.verb != "set":
            return
        try:
            self._try(change, present)
        except ValueError as error:
            self._wrong(planned, f"{dotted(path)}: {error}.")
            return
        if node is None and present is not None:
            default = planted(present, planned.node.document, planned.node, "default")
            self.root = placed(self.root, path, default)
        self.dated.append(change)

    def _try(self, change: Dated, value: Any) -> None:
        """Carry out a dated change at full and at part strength, to see that it can be."""
        for strength in (1.0,) if change.when.shape == "step" else (1.0, 0.5):
            change.applied(value, strength)


_WRONG: Final[Any] = object()


def _relative(verb: str, value: Any, amount: Any, whole: bool) -> Any:
    if verb == "add":
        return added(value, amount, whole=whole)
    factor = 0.0 if amount == 0 else parse_factor(amount)
    return multiplied(value, factor, whole=whole)


def _disagree(old: _Touch, new: _Touch) -> bool:
    """Tell whether the order of two changes would matter."""
    if old.verb == new.verb != "set":
        return False
    return _in_time(old.when, new.when)


def _in_time(one: When | None, other: When | None) -> bool:
    """Tell whether two changes may hold at the same moment."""
    if one is None or other is None:
        return one is other
    if one.shape != "step" or other.shape != "step":
        return True
    late, early = max, min
    firsts = [w.first for w in (one, other) if w.first is not None]
    lasts = [w.last for w in (one, other) if w.last is not None]
    return not firsts or not lasts or late(firsts) < early(lasts)


def _overlap(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _labelled(node: Node, label: str) -> Node:
    """Return a tree marked as coming from a change."""
    value = node.value
    if isinstance(value, dict):
        value = {
            key: _labelled(child, label) if child.document is node.document else child
            for key, child in value.items()
        }
    return node.but(value=value, via=label)


def placed(node: Node, path: Path, fresh: Node | None) -> Node:
    """Return the tree with another node at `path`; None takes it away."""
    step, rest = path[0], path[1:]
    if isinstance(node.value, list):
        items = [placed(c, rest, fresh) if rest and str(i) == step else c for i, c in enumerate(node.value)]
        if not rest:
            items = [fresh if str(i) == step else c for i, c in enumerate(items)]
        return node.but(value=[c for c in items if c is not None])
    mapping = dict(node.value) if isinstance(node.value, dict) else {}
    if rest:
        below = mapping.get(step) or Node({}, fresh.document if fresh else node.document)
        mapping[step] = placed(below, rest, fresh)
    elif fresh is None:
        mapping.pop(step, None)
    else:
        mapping[step] = fresh
    return node.but(value=mapping)


def _with_entry(root: Node, path: Path, fresh: Node) -> Node:
    """Return the tree with an entry put in a mapping, or at the end of a list."""
    within = find(root, path[:-1])
    if within is not None and within.is_list:
        longer = within.but(value=[*within.value, fresh], document=fresh.document, via=fresh.via)
        return placed(root, path[:-1], longer)
    return placed(root, path, fresh)


def plans_of(section: Node | None, label: str, path: Path, when: When | None = None) -> list[Planned]:
    """Return the changes written in a ``change`` mapping."""
    if section is None or not isinstance(section.value, dict):
        return []
    return [Planned(text, node, (*path, text), when, label) for text, node in section.value.items()]


def plans_from(changes: Mapping[str, Any], document: Document, label: str) -> list[Planned]:
    """Return changes given in Python as if they stood in a file."""
    return [Planned(text, planted(value, document), (text,), None, label) for text, value in changes.items()]
