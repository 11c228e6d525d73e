"""Turn pydantic's errors into a planner's sentences, each at its line and column.

Three things need care: a misspelt key comes as two errors (one missing, one unknown), which are paired;
the tags of unions stand in the location and are dropped; and a validator that reads a mapping by itself
says further down where the culprit is (`flowsim.spec.base.Misfit`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from flowsim.errors import Problem, nearest
from flowsim.scenario.manual import Kinds, Setting, choices, names_at, setting_at
from flowsim.scenario.nodes import Node, Path, find, item, problem_at
from flowsim.scenario.wording import sentence
from flowsim.spec.base import Misfit
from flowsim.units import show

__all__ = ["sentences"]


@dataclass(frozen=True)
class _Found:
    """One pydantic error, with its place in the tree.

    Attributes:
        kind: pydantic's name for it.
        path: Path of the deepest setting that exists.
        name: The key that is missing or unknown, if that is what is wrong.
        error: The error as pydantic gives it.
    """

    kind: str
    path: Path
    name: str
    error: Mapping[str, Any]


def sentences(error: ValidationError, root: Node, path: Path, tree: Any, kinds: Kinds) -> list[Problem]:
    """Return the problems of one validated part of a scenario.

    Args:
        error: What pydantic raised.
        root: The whole tree, for places.
        path: Where the validated part stands in it.
        tree: The plain values of the whole tree.
        kinds: The registry of service kinds.
    """
    start = find(root, path) or root
    found = [_located(each, start, path) for each in error.errors(include_url=False)]
    writer = _Writer(root, tree, kinds)
    problems, rest = writer.paired(found)
    return problems + [problem for each in _one_per_place(rest) for problem in writer.problems(each)]


def _located(error: Mapping[str, Any], start: Node, path: Path) -> _Found:
    """Follow a location down the tree, stepping over what is no key there: the tags of unions."""
    kind = str(error["type"])
    node, steps = start, path
    location = [str(step) for step in error["loc"]]
    name = ""
    if kind in {"missing", "extra_forbidden"} and location:
        name = location.pop()
    for step in location:
        child = item(node, step)
        if child is not None:
            node, steps = child, (*steps, step)
    return _Found(kind, steps, name, error)


def _one_per_place(found: Iterable[_Found]) -> list[_Found]:
    """Keep one complaint about each setting: of several ways to read a value, the first says enough."""
    kept: dict[tuple[Path, str], _Found] = {}
    for each in found:
        kept.setdefault((each.path, each.name), each)
    return list(kept.values())


class _Writer:
    """Writes the sentence for each error."""

    def __init__(self, root: Node, tree: Any, kinds: Kinds) -> None:
        self.root = root
        self.tree = tree
        self.kinds = kinds

    def setting(self, path: Path) -> Setting | None:
        return setting_at(path, self.tree, self.kinds)

    def paired(self, found: list[_Found]) -> tuple[list[Problem], list[_Found]]:
        """Join each unknown key with the missing key it most resembles; return the others untouched."""
        rest = list(found)
        problems = []
        for unknown in [each for each in found if each.kind == "extra_forbidden"]:
            missing = {e.name: e for e in rest if e.kind == "missing" and e.path == unknown.path}
            close = nearest(unknown.name, missing)
            if close:
                rest.remove(missing[close[0]])
                rest.remove(unknown)
                problems.append(self._misspelt(unknown, close[0]))
        return problems, rest

    def _misspelt(self, unknown: _Found, meant: str) -> Problem:
        message = f"Unknown setting. Did you mean {meant}?  ({meant} is required here and is missing)"
        path = (*unknown.path, unknown.name)
        return problem_at(
            find(self.root, path), message, path, key=True, hint=self._about((*unknown.path, meant))
        )

    def problems(self, found: _Found) -> list[Problem]:
        """Return the problem (for a wrong kind of structure: in words, never pydantic's)."""
        node = find(self.root, found.path)
        if node is not None and node.value is None:
            return []
        writer = _SPECIAL.get(found.kind)
        if writer is not None:
            return [writer(self, found)]
        return [self._wrong_value(found)]

    def _about(self, path: Path) -> str:
        """Return what the setting at `path` means, for the last line of a message."""
        setting = self.setting(path)
        if setting is None or not setting.meaning:
            return ""
        known = setting.default not in (None, "", {}, [], ())
        default = f" ({show(setting.default)} when left out)" if known else ""
        return f"{setting.name}: {setting.meaning}{default}"

    # -- keys --------------------------------------------------------------------------------------

    def unknown(self, found: _Found) -> Problem:
        path = (*found.path, found.name)
        node = find(self.root, path)
        known = names_at(self.setting(found.path))
        present = self._present(found.path)
        close = nearest(found.name, [name for name in known if name not in present]) or nearest(
            found.name, known
        )
        message = f"Unknown setting. Did you mean {close[0]}?" if close else "Unknown setting."
        if close and close[0] in present:
            message += f" It is set already, in {self._where((*found.path, close[0]))}."
        allowed = "" if close else ", ".join(known)
        hint = self._about((*found.path, close[0])) if close else ""
        return problem_at(node, message, path, key=True, allowed=allowed, hint=hint)

    def _where(self, path: Path) -> str:
        node = find(self.root, path)
        return f"{node.document.name}:{node.line}" if node is not None else "another file"

    def _present(self, path: Path) -> set[str]:
        node = find(self.root, path)
        return set(node.value) if node is not None and isinstance(node.value, dict) else set()

    def missing(self, found: _Found) -> Problem:
        node = find(self.root, found.path)
        path = (*found.path, found.name)
        setting = self.setting(path)
        allowed = setting.allowed if setting is not None else ""
        message = f"{found.name} is required here and is missing."
        return problem_at(node, message, path, key=True, allowed=allowed, hint=self._about(path))

    # -- values ------------------------------------------------------------------------------------

    def _wrong_value(self, found: _Found) -> Problem:
        setting = self.setting(found.path)
        allowed = setting.allowed if setting is not None else ""
        value = found.error.get("input")
        template = _VALUES.get(found.kind)
        message = (
            template(value, found.error.get("ctx", {})) if template else _last_resort(value, found.error)
        )
        node = find(self.root, found.path)
        return problem_at(node, message, found.path, allowed=allowed, hint=self._about(found.path))

    def own_words(self, found: _Found) -> Problem:
        """Use the sentence of our own validator, at the place it names."""
        cause = found.error.get("ctx", {}).get("error")
        path, at_key, allowed = found.path, False, ""
        if isinstance(cause, Misfit):
            path = self._further(path, cause.where)
            whole_way = len(path) == len(found.path) + len(cause.where)
            allowed, at_key = cause.allowed, cause.at_key and whole_way
        message = sentence(str(cause if cause is not None else found.error["msg"]), found.error.get("input"))
        node = find(self.root, path)
        return problem_at(node, message, path, key=at_key, allowed=allowed, hint=self._about(path))

    def _further(self, path: Path, where: tuple[str | int, ...]) -> Path:
        for step in where:
            if find(self.root, (*path, str(step))) is None:
                break
            path = (*path, str(step))
        return path

    def choice(self, found: _Found) -> Problem:
        value = show(found.error.get("input"))
        setting = self.setting(found.path)
        words = [str(word) for word in choices(setting.annotation)] if setting is not None else []
        if not words:
            words = [word.strip("'") for word in str(found.error["ctx"]["expected"]).split(" or ")]
        close = nearest(value, words)
        message = f"{value} is not one of the words allowed here." + (
            f" Did you mean {close[0]}?" if close else ""
        )
        node = find(self.root, found.path)
        return problem_at(node, message, found.path, allowed=", ".join(words), hint=self._about(found.path))


def _last_resort(value: Any, error: Mapping[str, Any]) -> str:
    return f"{show(value)} does not fit here: {str(error['msg'])[0].lower()}{str(error['msg'])[1:]}."


_Words = Callable[[Any, Mapping[str, Any]], str]


def _expected(what: str) -> _Words:
    return lambda value, context: f"Expected {what} here; found {show(value)}."


def _bound(words: str, key: str) -> _Words:
    return lambda value, context: f"{show(value)} must be {words} {show(context.get(key))}."


_GROUP: Final = _expected("a group of settings (name: value)")
_LIST: Final = _expected("a list")
_TEXT: Final = _expected("text")
_NUMBER: Final = _expected("a number")
_WHOLE: Final = _expected("a whole number")
_TRUTH: Final = _expected("true or false")

_VALUES: Final[dict[str, _Words]] = {
    "model_type": _GROUP,
    "model_attributes_type": _GROUP,
    "dict_type": _GROUP,
    "mapping_type": _GROUP,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "string_type": _TEXT,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "greater_than": _bound("more than", "gt"),
    "greater_than_equal": _bound("at least", "ge"),
    "less_than": _bound("less than", "lt"),
    "less_than_equal": _bound("at most", "le"),
    "too_short": lambda value, context: f"At least {context.get('min_length')} are needed here.",
    "too_long": lambda value, context: f"At most {context.get('max_length')} are allowed here.",
    "string_too_short": lambda value, context: "The text is empty.",
    "string_pattern_mismatch": lambda value, context: (
        f"{show(value)} is not written in the way expected here."
    ),
}

_SPECIAL: Final[dict[str, Callable[[_Writer, _Found], Problem]]] = {
    "missing": _Writer.missing,
    "extra_forbidden": _Writer.unknown,
    "value_error": _Writer.own_words,
    "assertion_error": _Writer.own_words,
    "literal_error": _Writer.choice,
    "enum": _Writer.choice,
}


def without_repeats(problems: list[Problem]) -> list[Problem]:
    """Keep the first problem at each place and path, so that one mistake is one message."""
    kept: dict[tuple[str, int, int, str], Problem] = {}
    for problem in problems:
        unplaced = (problem.file, problem.line, problem.column, "" if problem.line else problem.message)
        kept.setdefault((*unplaced[:3], f"{problem.path}{unplaced[3]}"), problem)
    return [replace(problem) for problem in kept.values()]
