"""Lay one tree over another.

Mappings merge key by key. Everything else is replaced whole: single values, lists, and the mappings
that are one value (a distribution, a table with ``by:``, and hours, rotas or profiles by kind of day).
``{remove: true}`` takes a setting away, ``{replace: ...}`` replaces a mapping whole, and
``{append: [...]}`` or ``{prepend: [...]}`` add to a list.
"""

from __future__ import annotations

from typing import Final

from flowsim.errors import Problem, nearest
from flowsim.scenario.nodes import Node, Path, problem_at

__all__ = ["DAY_WORDS", "DIRECTIVES", "LENGTH_KEYS", "is_one_value", "merge"]

DIRECTIVES: Final = ("remove", "replace", "append", "prepend")
"""Words that say how to merge, each the only key of its mapping."""

LENGTH_KEYS: Final = frozenset(
    {
        "distribution",
        "mean",
        "sd",
        "median",
        "p90",
        "low",
        "mode",
        "high",
        "stages",
        "shape",
        "value",
        "values",
        "file",
        "column",
        "unit",
        "parts",
        "at_most",
        "scale",
        "mu",
        "sigma",
    }
)
"""Settings of a distribution."""

DAY_WORDS: Final = frozenset(
    {
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "weekday",
        "weekend",
        "bank_holiday",
        "default",
        "then",
    }
)
"""Keys of hours, rotas and profiles by kind of day."""

_GIVES_AWAY: Final = ("distribution", "mean", "median", "mode", "stages", "values", "parts", "mu")


def is_distribution(node: Node) -> bool:
    """Tell whether a mapping is written as a distribution of lengths of time."""
    keys = node.value
    return (
        isinstance(keys, dict)
        and keys.keys() <= LENGTH_KEYS
        and any(key in keys for key in (*_GIVES_AWAY, "low", "file"))
    )


def is_table(node: Node) -> bool:
    """Tell whether a mapping is a table by group of patients."""
    return isinstance(node.value, dict) and "by" in node.value


def is_by_day(node: Node) -> bool:
    """Tell whether a mapping gives hours, a rota or a profile by kind of day."""
    return isinstance(node.value, dict) and bool(node.value) and node.value.keys() <= DAY_WORDS


def is_one_value(node: Node) -> bool:
    """Tell whether a mapping stands for one value and is therefore replaced whole."""
    return is_distribution(node) or is_table(node) or is_by_day(node)


def directive(node: Node) -> str:
    """Return the merging word that is the only key of `node`, or nothing."""
    value = node.value
    if isinstance(value, dict) and len(value) == 1:
        word = next(iter(value))
        return word if word in DIRECTIVES else ""
    return ""


def merge(base: Node | None, over: Node, problems: list[Problem], path: Path = ()) -> Node | None:
    """Return `over` laid on `base`; None if it takes the setting away.

    Args:
        base: What the lower layers say; None for nothing.
        over: What the higher layer says.
        problems: Receives what is wrong.
        path: Where both are, for messages.
    """
    word = directive(over)
    if word:
        return _directed(word, base, over, problems, path)
    if not over.is_mapping:
        return over if base is None else over.but(replaced=base)
    if base is None or not base.is_mapping or is_one_value(over) or is_one_value(base):
        fresh = _cleaned(over, problems, path)
        return fresh if base is None else fresh.but(replaced=base)
    merged = dict(base.value)
    for key, child in over.value.items():
        _lay(merged, key, merge(merged.get(key), child, problems, (*path, key)))
    return over.but(value=merged, note=over.note or base.note)


def _lay(mapping: dict[str, Node], key: str, node: Node | None) -> None:
    if node is None:
        mapping.pop(key, None)
    else:
        mapping[key] = node


def _cleaned(over: Node, problems: list[Problem], path: Path) -> Node:
    """Return a mapping with the merging words inside it carried out on nothing."""
    mapping: dict[str, Node] = {}
    for key, child in over.value.items():
        _lay(mapping, key, merge(None, child, problems, (*path, key)))
    return over.but(value=mapping)


def _directed(word: str, base: Node | None, over: Node, problems: list[Problem], path: Path) -> Node | None:
    content: Node = over.value[word]
    if word == "remove":
        if content.value is not True:
            problems.append(problem_at(content, "remove takes only the word true.", path))
        elif base is None:
            problems.append(_nothing_to_remove(over, path))
        return None
    if word == "replace":
        return content.but(replaced=base, key_line=over.key_line, key_column=over.key_column)
    return _extended(
        word, base, content.but(key_line=over.key_line, key_column=over.key_column), problems, path
    )


def _nothing_to_remove(over: Node, path: Path) -> Problem:
    message = f"There is no {path[-1] if path else 'setting'} here to take away."
    return problem_at(
        over, message, path, key=True, hint="Check the name against the file that this one extends."
    )


def _extended(word: str, base: Node | None, more: Node, problems: list[Problem], path: Path) -> Node | None:
    if not more.is_list:
        problems.append(problem_at(more, f"{word} takes a list: write {word}: [...].", path))
        return base
    if base is None:
        return more
    if not base.is_list:
        problems.append(problem_at(more, f"{word} adds to a list, and this setting is not one.", path))
        return base
    both = base.value + more.value if word == "append" else more.value + base.value
    return more.but(value=both, replaced=base)


def unknown_name(what: str, name: str, options: dict[str, Node]) -> tuple[str, str]:
    """Return a message for a name that is not among `options`, and what is allowed."""
    close = nearest(name, options, 3)
    guess = f" Did you mean {' or '.join(close)}?" if close else ""
    known = ", ".join(list(options)[:12]) + (", ..." if len(options) > 12 else "")
    return f"There is no {what} called {name}.{guess}", known
