"""The base of everything a scenario may say: frozen, no unknown keys, docstrings as the manual."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema

__all__ = ["Misfit", "ServiceSpec", "Spec", "meanings", "reader"]


class Spec(BaseModel):
    """A group of settings. The docstring under each field is the manual, the schema and ``explain``.

    The docstrings are read from the source when somebody asks (`meanings`), and a model's validator is
    made when it is first used: done at import, both would cost every command a third of a second.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
        protected_namespaces=(),
        defer_build=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the JSON schema with the meaning of every field."""
        described = handler(schema)
        properties = handler.resolve_ref_schema(described).get("properties", {})
        for name, text in meanings(cls).items():
            if name in properties:
                properties[name].setdefault("description", text)
        return described


@cache
def meanings(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstring of every field of a model, its own and inherited, on one line each."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            found.update(_docstrings(base))
    return {name: text for name, text in found.items() if name in model.model_fields}


@cache
def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the text that follows each annotated name in the source of a class."""
    try:
        body = _classes(inspect.getsourcefile(model) or "").get(model.__qualname__, [])
    except (OSError, TypeError, SyntaxError):
        return {}
    found = {}
    for field, after in itertools.pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            value = after.value if isinstance(after, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[field.target.id] = " ".join(value.value.split())
    return found


@cache
def _classes(path: str) -> dict[str, list[ast.stmt]]:
    """Return the statements of every class of a source file, by the qualified name of the class."""
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    found: dict[str, list[ast.stmt]] = {}
    waiting: list[tuple[str, list[ast.stmt]]] = [("", tree.body)]
    while waiting:
        prefix, body = waiting.pop()
        for node in body:
            if isinstance(node, ast.ClassDef):
                found[prefix + node.name] = node.body
                waiting.append((f"{prefix}{node.name}.", node.body))
            elif isinstance(node, ast.FunctionDef):
                waiting.append((f"{prefix}{node.name}.<locals>.", node.body))
    return found


class ServiceSpec(Spec):
    """Settings that every service has, whatever its kind.

    Attributes:
        OUTCOMES: Names of the ways a patient can finish here, each with its meaning in a line.
        DECISIONS: Names of the points where alternatives may be offered, each with its meaning.
    """

    OUTCOMES: ClassVar[Mapping[str, str]] = {}
    DECISIONS: ClassVar[Mapping[str, str]] = {}

    kind: str
    """The kind of service."""
    label: str = ""
    """Name in reports; the service's own name when left out."""
    site: str = ""
    """The site it stands on, one of ``sites``."""
    place: str = ""
    """The place (Health and Care Partnership) it belongs to, one of ``places``."""


class Misfit(ValueError):
    """A value that does not fit, with the way to it from where it was read.

    Raise it instead of ``ValueError`` in a validator that reads a mapping or a list by itself, so that
    the planner is shown the right line: ``raise Misfit("78 has no per cent sign", "0-17")``.

    Attributes:
        where: Keys and list positions from the value being read down to the culprit.
        allowed: What would be accepted, when a list of names helps.
        at_key: True if the key at the end of `where` is wrong, not its value.
    """

    def __init__(self, message: str, *where: str | int, allowed: str = "", at_key: bool = False) -> None:
        """Keep the sentence and the way to the culprit."""
        super().__init__(message)
        self.where = where
        self.allowed = allowed
        self.at_key = at_key

    def within(self, *above: str | int) -> Misfit:
        """Return the same misfit, seen from further up."""
        return Misfit(str(self), *above, *self.where, allowed=self.allowed, at_key=self.at_key)


def reader(info: ValidationInfo) -> Callable[[str], str]:
    """Return the function that gives the text of a CSV file named in the scenario.

    The scenario loader puts it into the validation context under ``read``; specs never touch the disk.
    """
    context = info.context
    read = context.get("read") if isinstance(context, Mapping) else None
    return read if callable(read) else _no_files


def _no_files(name: str) -> str:
    raise ValueError(f"the file {name} cannot be read here")
