"""The base of everything a scenario may say: frozen, no unknown keys, docstrings as the manual."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, ValidationInfo

__all__ = ["Misfit", "ServiceSpec", "Spec", "reader"]


class Spec(BaseModel):
    """A group of settings. The docstring under each field is the manual, the schema and ``explain``."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
        protected_namespaces=(),
    )


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
