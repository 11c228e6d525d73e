"""From the tree to the frozen `Scenario`: every part validated, every problem collected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from flowsim.errors import Problem, nearest
from flowsim.scenario.manual import Kinds
from flowsim.scenario.nodes import Node, Path, entries, find, plain, problem_at
from flowsim.scenario.once import parts
from flowsim.scenario.validate import sentences
from flowsim.spec.alternatives import Alternative, Destination
from flowsim.spec.base import Spec, meanings
from flowsim.spec.consequences import Costs, Harm
from flowsim.spec.demand import DemandSpec
from flowsim.spec.escalation import Escalation
from flowsim.spec.people import CaseMix
from flowsim.spec.scenario import About, Place, Scenario, Site, Trust
from flowsim.spec.time import TimeSpec
from flowsim.units import show
from flowsim.vocabulary import everywhere

__all__ = ["Builder", "read_part"]

Context = Mapping[str, Any]
"""What validators may ask for: ``places``, and ``read`` for the text of files."""

_PARTS: Final[dict[str, Any]] = {
    "places": Place,
    "trusts": Trust,
    "sites": Site,
    "casemix": CaseMix,
    "demand": DemandSpec,
    "pathways": dict[str, Destination],
    "alternatives": tuple[Alternative, ...],
}
"""Sections that are mappings of named entries of one type; services are of a type for each kind."""
_WHOLE: Final[dict[str, Any]] = {
    "time": TimeSpec,
    "about": About,
    "escalation": Escalation,
    "costs": Costs,
    "harm": Harm,
}
_FREE: Final = ("waves", "surges", "targets")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
OTHERWISE: Final = "otherwise"
"""Under ``pathways``: the destination of every outcome that is not named."""
NEEDED: Final = ("time", "services", "demand")
"""Sections that every scenario has."""
SYNONYMS: Final = {"arrivals": "demand", "case_mix": "casemix", "routes": "pathways", "runs": "replications"}


@cache
def _adapter(section: str) -> TypeAdapter[Any]:
    return TypeAdapter(_PARTS.get(section) or _WHOLE[section])


def read_part(section: str, values: Any, kinds: Kinds, context: Context) -> Any:
    """Validate one entry of a section.

    The same words are read once; what comes back is shared, but for a mapping, which is the caller's own.

    Raises:
        pydantic.ValidationError: It does not fit.
    """
    model = kinds[values["kind"]] if section == "services" else _adapter(section)
    found = _once(model, (section, model), values, context)
    return dict(found) if isinstance(found, dict) else found


def _once(model: type[Spec] | TypeAdapter[Any], key: tuple[Any, ...], values: Any, context: Context) -> Any:
    """Read plain values, or find that they have been read."""

    def make(read: Callable[[str], str]) -> Any:
        asked = {**context, "read": read}
        if isinstance(model, TypeAdapter):
            return model.validate_python(values, context=asked)
        return model.model_validate(values, context=asked)

    return parts.get((*key, repr(values), context["places"]), context["read"], make)


@dataclass
class Builder:
    """Validates a tree part by part.

    Attributes:
        root: The tree.
        kinds: The registry of service kinds.
        read: Gives the text of a CSV file that the scenario names.
        problems: Receives what is wrong.
    """

    root: Node
    kinds: Kinds
    read: Callable[[str], str]
    problems: list[Problem]
    tree: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)

    def build(self) -> Scenario | None:
        """Return the scenario, None if there are problems."""
        before = len(self.problems)
        self.tree = plain(self.root)
        self._known_sections()
        for section in _WHOLE:
            if section in self.tree:
                self._whole(section)
        for section in (
            "places",
            "trusts",
            "sites",
            "casemix",
            "services",
            "demand",
            "pathways",
            "alternatives",
        ):
            self._named_entries(section)
        self._head()
        self._other_outcomes()
        return self.scenario() if len(self.problems) == before else None

    def scenario(self) -> Scenario:
        """Return the parts as a scenario."""
        return Scenario.model_construct(**self._values())

    def _values(self) -> dict[str, Any]:
        free: dict[str, Any] = {key: self.tree[key] for key in _FREE if key in self.tree}
        defaults = {
            name: field.get_default(call_default_factory=True)
            for name, field in Scenario.model_fields.items()
            if not field.is_required()
        }
        return {**defaults, **free, **self.parts}

    @property
    def context(self) -> dict[str, Any]:
        """Return what validators may ask for: the places, and the text of files."""
        return {"places": everywhere(tuple(entries(find(self.root, ("places",))))), "read": self.read}

    def _known_sections(self) -> None:
        for key, node in entries(self.root).items():
            if key in Scenario.model_fields:
                continue
            if key == "study":
                message = "This is a study file, which holds several scenarios."
                self.problems.append(
                    problem_at(node, message, (key,), key=True, hint="Use flowsim study FILE.")
                )
                continue
            meant = SYNONYMS.get(key) or next(iter(nearest(key, Scenario.model_fields)), "")
            message = "Unknown setting." + (f" Did you mean {meant}?" if meant else "")
            building = ("extends", "include", "templates", "change")
            allowed = "" if meant else ", ".join([*Scenario.model_fields, *building])
            self.problems.append(problem_at(node, message, (key,), key=True, allowed=allowed))

    def _whole(self, section: str) -> None:
        values = self.tree[section]
        if section == "about" and isinstance(values, dict):
            values = {key: "" if value is None else value for key, value in values.items()}
        try:
            self.parts[section] = read_part(section, values, self.kinds, self.context)
        except ValidationError as error:
            self._report(error, (section,))

    def _named_entries(self, section: str) -> None:
        node = find(self.root, (section,))
        if node is None:
            return
        if not node.is_mapping:
            message = f"{section} is a mapping of names to settings; found {show(plain(node))}."
            self.problems.append(problem_at(node, message, (section,)))
            return
        read: dict[str, Any] = {}
        for name, entry in node.value.items():
            if self._sensible_name(section, name, entry):
                self._entry(section, name, entry, read)
        self.parts[section] = read

    def _sensible_name(self, section: str, name: str, entry: Node) -> bool:
        if section == "alternatives" or _NAME.fullmatch(name):
            return True
        message = f"{show(name)} cannot be a name."
        allowed = "letters, digits, _ and -, starting with a letter"
        self.problems.append(problem_at(entry, message, (section, name), key=True, allowed=allowed))
        return False

    def _entry(self, section: str, name: str, entry: Node, read: dict[str, Any]) -> None:
        path: Path = (section, name)
        values = self.tree[section][name]
        if section == "services" and not self._known_kind(path, entry):
            return
        try:
            read[name] = read_part(section, values, self.kinds, self.context)
        except ValidationError as error:
            self._report(error, path)

    def _known_kind(self, path: Path, entry: Node) -> bool:
        kind = entries(entry).get("kind")
        if kind is not None and isinstance(kind.value, str) and kind.value in self.kinds:
            return True
        allowed = ", ".join(self.kinds)
        if not entry.is_mapping:
            message = f"A service is a group of settings (name: value); found {show(plain(entry))}."
            self.problems.append(problem_at(entry, message, path))
        elif kind is None:
            message = "kind is required here and is missing."
            self.problems.append(problem_at(entry, message, (*path, "kind"), key=True, allowed=allowed))
        else:
            close = nearest(show(kind.value), self.kinds)
            guess = f" Did you mean {close[0]}?" if close else ""
            message = f"{show(kind.value)} is not a kind of service.{guess}"
            self.problems.append(problem_at(kind, message, (*path, "kind"), allowed=allowed))
        return False

    def _other_outcomes(self) -> None:
        """Give the destination of ``otherwise`` to every outcome that has none of its own."""
        services, pathways = self.parts.get("services", {}), self.parts.get("pathways", {})
        for name, outcomes in pathways.items():
            if OTHERWISE in outcomes and name in services:
                rest = dict.fromkeys(services[name].OUTCOMES, outcomes.pop(OTHERWISE))
                pathways[name] = {**{key: outcomes.get(key, rest[key]) for key in rest}, **outcomes}

    def _head(self) -> None:
        """Validate the single settings at the top, and that the needed sections are there."""
        for section in NEEDED:
            if section not in self.tree:
                self._missing_section(section)
        apart = {*_WHOLE, *_PARTS, *_FREE, "services", "evidence"}
        known = {key: value for key, value in self.tree.items() if key in Scenario.model_fields}
        values = {key: value for key, value in known.items() if key not in apart}
        for key in _FREE:
            node = find(self.root, (key,))
            if node is not None and not node.is_mapping:
                self.problems.append(problem_at(node, f"{key} is a mapping of names to settings.", (key,)))
        for name, value in values.items():
            self._single(name, value)

    def _single(self, name: str, value: Any) -> None:
        if name == "flowsim" and value != 1:
            message = f"{show(value)} is not a version of the format that this flowsim reads."
            self.problems.append(problem_at(find(self.root, (name,)), message, (name,), allowed="1"))
            return
        try:
            self.parts[name] = _single_adapter(name).validate_python(value)
        except ValidationError as error:
            self._report(error, (name,))

    def _missing_section(self, section: str) -> None:
        meaning = f"{section}: {meanings(Scenario)[section].replace('`', '')}"
        message = f"{section} is required and is missing."
        document = self.root.document
        self.problems.append(Problem(message, section, document.name, 1, 0, document.line(1), hint=meaning))

    def _report(self, error: ValidationError, path: Path) -> None:
        self.problems.extend(sentences(error, self.root, path, self.tree, self.kinds))


def read_field(model: type[Spec], name: str, value: Any, context: Context) -> Any:
    """Validate one setting of a group of settings by itself.

    Raises:
        pydantic.ValidationError: It does not fit.
    """
    return _once(_field_adapter(model, name), (model, name), value, context)


def _single_adapter(name: str) -> TypeAdapter[Any]:
    return _field_adapter(Scenario, name)


@cache
def _field_adapter(model: type[Spec], name: str) -> TypeAdapter[Any]:
    field = model.model_fields[name]
    annotation: Any = field.annotation
    for note in field.metadata:
        annotation = _annotated(annotation, note)
    return TypeAdapter(annotation)


def _annotated(annotation: Any, note: Any) -> Any:
    from typing import Annotated

    return Annotated[annotation, note]
