"""Ready-made levers and surge packs: their cards, checked when they are included and shown in a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from flowsim.errors import InputError, Problem
from flowsim.scenario.manual import Kinds
from flowsim.scenario.nodes import Node, entries, find, plain
from flowsim.scenario.validate import sentences
from flowsim.spec.card import Card

__all__ = ["ReadyMade", "card_problems", "in_words", "ready_made"]

_KIND: Final = re.compile(r"services\[kind=(\w+)[^\]]*\]\.(.+)")

_ROUTE: Final = re.compile(r"demand\[route=(\w+)")


@dataclass(frozen=True)
class ReadyMade:
    """A lever or pack that can be included as it is.

    Attributes:
        file: its file, as a planner would type it.
        title: its name in reports.
        card: what it says of itself; None if it says nothing.
        changes: the settings it alters, as selectors; and what it adds.
        has_strengths: whether it comes in three strengths.
    """

    file: str
    title: str
    card: Card | None
    changes: tuple[str, ...]
    has_strengths: bool

    @property
    def name(self) -> str:
        """Return the short name: that of the file."""
        return Path(self.file).stem

    @property
    def in_short(self) -> str:
        """Return what it is, what it changes and what it moves, in a line."""
        return f"{self.title}. Changes {in_words(self.changes)}. Moves {self.moves}."

    @property
    def moves(self) -> str:
        """Return what it moves, in words."""
        claims = self.card.moves if self.card is not None else ()
        return ", ".join(f"{claim.measure} {claim.direction}" for claim in claims)


def in_words(selectors: Sequence[str]) -> str:
    """Return settings in words, those of one kind together: ``virtual ward (places, onboarding)``."""
    groups: dict[str, dict[str, None]] = {}
    for text in selectors:
        owner, setting = _owner(text)
        groups.setdefault(owner, {}).setdefault(setting)
    return ", ".join(
        f"{owner} ({', '.join(name for name in settings if name)})" if any(settings) else owner
        for owner, settings in groups.items()
    )


def _owner(text: str) -> tuple[str, str]:
    """Split a selector into whose setting it is, in words, and the setting."""
    kind = _KIND.match(text)
    if kind is not None:
        return kind[1].replace("_", " "), kind[2]
    route = _ROUTE.match(text)
    if route is not None:
        return "demand", f"{route[1].replace('_', ' ')}"
    section, _, rest = text.partition(".")
    if section == "alternatives":
        return "alternatives", rest.rpartition(".")[2] if "[" not in rest else rest.removeprefix("*.")
    if section == "services" and "." in rest:
        name, _, setting = rest.partition(".")
        return name, setting
    return section, rest.rpartition(".")[2] if section == "demand" and "." in rest else ""


def card_problems(tree: Node, kinds: Kinds) -> list[Problem]:
    """Return what is wrong with the card of a file."""
    node = entries(tree).get("card")
    if node is None:
        return []
    try:
        Card.model_validate(plain(node))
    except ValidationError as error:
        return sentences(error, tree, ("card",), {"card": plain(node)}, kinds)
    return []


def ready_made(folder: Path) -> list[ReadyMade]:
    """Return the levers or packs in a folder, by file name.

    Raises:
        InputError: There is no such folder, or a file in it cannot be read; carries every problem.
    """
    from flowsim.scenario.files import Folder, root_of

    if not folder.is_dir():
        raise InputError([Problem("There is no such folder.", file=str(folder))])
    files = sorted(folder.glob("*.yaml"))
    reader = Folder(root_of(folder / "any.yaml"))
    trees = [(path, reader.tree(path, "include")) for path in files]
    if reader.problems:
        raise InputError(reader.problems)
    return [_ready(path, tree) for path, tree in trees if tree is not None]


def _ready(path: Path, tree: Node) -> ReadyMade:
    from flowsim.scenario.files import shown
    from flowsim.scenario.manual import known_kinds
    from flowsim.scenario.strength import CENTRAL, chosen

    problems = card_problems(tree, known_kinds())
    if problems:
        raise InputError(problems)
    card = find(tree, ("card",))
    title = entries(tree).get("title")
    return ReadyMade(
        shown(path),
        str(title.value) if title is not None else path.stem,
        Card.model_validate(plain(card)) if card is not None else None,
        tuple(dict.fromkeys(_changes(tree))),
        chosen(tree, CENTRAL)[1],
    )


def _changes(tree: Node) -> Iterator[str]:
    """Yield the settings that a file alters, and the entries it adds."""
    sections = entries(tree)
    yield from entries(sections.get("change"))
    for surge in entries(sections.get("surges")).values():
        yield from entries(entries(surge).get("change"))
    for section in ("casemix", "services", "demand", "pathways", "alternatives"):
        yield from (f"{section}.{name}" for name in entries(sections.get(section)))
