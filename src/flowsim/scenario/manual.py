"""What a scenario may say at a path: the setting's type, meaning, unit and default, out of the specs."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

from flowsim.clock import Hours, Rota, WeekProfile
from flowsim.scenario.merging import DAY_WORDS
from flowsim.scenario.nodes import Path
from flowsim.spec.base import ServiceSpec, meanings
from flowsim.spec.groups import ByGroup
from flowsim.spec.laws import Law
from flowsim.spec.mixes import Mix
from flowsim.spec.scenario import Scenario
from flowsim.spec.study import StudyFile
from flowsim.spec.values import Quantity, Share
from flowsim.units import format_duration, format_share, show

__all__ = ["Kinds", "Setting", "known_kinds", "names_at", "setting_at", "service_model"]

Kinds = Mapping[str, type[ServiceSpec]]
"""The settings of each kind of service."""


def known_kinds() -> Kinds:
    """Return the registry of service kinds."""
    from flowsim.services import KINDS

    return KINDS


@dataclass(frozen=True)
class Setting:
    """One setting that a scenario may have.

    Attributes:
        annotation: Its Python type.
        field: Its definition; None for an entry of a mapping or list.
        quantity: What kind of value it is; None for groups of settings and plain words.
        owner: The model it belongs to.
        name: Its name in that model.
    """

    annotation: Any
    field: FieldInfo | None = None
    quantity: Quantity | None = None
    owner: type[BaseModel] | None = None
    name: str = ""

    @property
    def meaning(self) -> str:
        """Return its docstring."""
        return meanings(self.owner).get(self.name, "").replace("`", "") if self.owner is not None else ""

    @property
    def is_whole(self) -> bool:
        """True if its numbers are whole: a count, or people on a rota."""
        return self.quantity is not None and self.quantity.what in {"a whole number", "a rota"}

    @property
    def is_required(self) -> bool:
        """True if it has no default."""
        return self.field is not None and self.field.is_required()

    @property
    def allowed(self) -> str:
        """Return what may be written, in a few words; nothing if that is not a single value."""
        if self.quantity is not None:
            text = f"{self.quantity.what}: {self.quantity.examples}"
        elif _mentions(self.annotation, Law):
            text = "a length of time: 45 min; or a distribution: {mean: 4 days, sd: 5 days}"
        elif _mentions(self.annotation, Mix):
            text = "one name, or shares that add up to 100%: {one: 80%, other: rest}"
        else:
            text = ", ".join(show(word) for word in choices(self.annotation))
        return f"{text}; or a table by group of patients" if _mentions(self.annotation, ByGroup) else text

    @property
    def default(self) -> Any:
        """Return the default as a planner would write it; None if there is none."""
        if self.field is None or self.field.is_required():
            return None
        return written(self.field.get_default(call_default_factory=True), self.quantity)


def written(value: Any, quantity: Quantity | None) -> Any:
    """Return an engine value as it would be written in a scenario."""
    if isinstance(value, ByGroup):
        return written(value.tree, quantity)
    if isinstance(value, Law):
        return _written_law(value)
    if isinstance(value, Mix):
        shares = {name: format_share(value.share(name)) for name in value.options}
        return value.options[0] if len(shares) == 1 else shares
    if value is None or quantity is None:
        return value if isinstance(value, (str, int, float, bool, dict, list, tuple, type(None))) else None
    return quantity.write(value)


def _written_law(law: Law) -> Any:
    given = {
        name: getattr(law, name) for name in (*law.lengths, "at_most") if getattr(law, name, None) is not None
    }
    lengths = {name: format_duration(minutes) for name, minutes in given.items()}
    return lengths["value"] if list(lengths) == ["value"] else lengths


def _mentions(annotation: Any, wanted: type) -> bool:
    """Tell whether a type is, holds, or may be a `wanted`."""
    annotation, _ = _bare(annotation)
    origin = get_origin(annotation)
    if origin is wanted or (isinstance(annotation, type) and issubclass(annotation, wanted)):
        return True
    if origin in {dict, list, tuple}:
        return False
    return any(_mentions(arm, wanted) for arm in get_args(annotation))


def choices(annotation: Any) -> tuple[Any, ...]:
    """Return the words that a literal type allows."""
    annotation, _ = _bare(annotation)
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if _is_union(annotation):
        return tuple(word for arm in get_args(annotation) for word in choices(arm))
    return (True, False) if annotation is bool else ()


_BY_DAY: Final = (Hours, Rota, WeekProfile)
"""Types that may be written as a mapping by kind of day."""


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in {Union, types.UnionType}


def _bare(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return a type without its ``Annotated``, and the annotations."""
    found: tuple[Any, ...] = ()
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        found = (*found, *more)
    return annotation, found


def _quantity(annotation: Any, metadata: tuple[Any, ...] = ()) -> Quantity | None:
    annotation, more = _bare(annotation)
    for note in (*metadata, *more):
        if isinstance(note, Quantity):
            return note
    if get_origin(annotation) is ByGroup:
        return _quantity(get_args(annotation)[0])
    if _is_union(annotation):
        arms = [arm for arm in get_args(annotation) if arm is not type(None)]
        return _quantity(arms[0]) if len(arms) == 1 else None
    return None


def _of_field(model: type[BaseModel], name: str, field: FieldInfo) -> Setting:
    quantity = _quantity(field.annotation, tuple(field.metadata))
    return Setting(field.annotation, field, quantity, model, name)


def _of_type(annotation: Any) -> Setting:
    return Setting(annotation, None, _quantity(annotation))


def service_model(value: Any, kinds: Kinds) -> type[ServiceSpec]:
    """Return the settings of the kind that a service names; the common ones if it names none."""
    kind = value.get("kind") if isinstance(value, Mapping) else None
    return kinds.get(str(kind), ServiceSpec)


def setting_at(path: Path, tree: Any, kinds: Kinds) -> Setting | None:
    """Return the setting at `path`, None if a scenario cannot have one there.

    Args:
        path: Keys and list positions from the top.
        tree: The plain values, which tell the kind of each service and which tables are by group.
        kinds: The registry of service kinds.
    """
    here: Setting | None = Setting(StudyFile if path[:1] == ("study",) else Scenario)
    value = tree
    for depth, step in enumerate(path):
        if here is None:
            return None
        if depth == 2 and path[0] == "services":
            here = Setting(service_model(value, kinds))
        here = _below(here, step, value)
        value = _value_below(value, step)
    if len(path) == 2 and path[0] == "services":
        return Setting(service_model(value, kinds))
    return here


def _value_below(value: Any, step: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, (list, tuple)) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return None


def _below(setting: Setting, step: str, value: Any) -> Setting | None:
    """Return the setting one step further down."""
    annotation, _ = _bare(setting.annotation)
    origin = get_origin(annotation)
    if origin is ByGroup:
        if isinstance(value, Mapping) and "by" in value:
            return replace(setting, annotation=annotation)
        return _below(_of_type(get_args(annotation)[0]), step, value)
    if origin in {dict, list, tuple}:
        return _of_type(get_args(annotation)[1 if origin is dict else 0])
    if annotation in _BY_DAY:
        return setting if step in DAY_WORDS else None
    if _is_union(annotation):
        return _below_union(get_args(annotation), step, value)
    return _below_model(annotation, step)


def _below_union(arms: tuple[Any, ...], step: str, value: Any) -> Setting | None:
    found = (_below(_of_type(arm), step, value) for arm in arms if arm is not type(None))
    return next((setting for setting in found if setting is not None), None)


def _below_model(annotation: Any, step: str) -> Setting | None:
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return None
    if issubclass(annotation, RootModel):
        return _of_type(Share)
    field = annotation.model_fields.get(step)
    return _of_field(annotation, step, field) if field is not None else None


def names_at(setting: Setting | None) -> dict[str, Setting]:
    """Return the settings that a group of settings may have, by name."""
    if setting is None:
        return {}
    annotation, _ = _bare(setting.annotation)
    if get_origin(annotation) is ByGroup:
        return names_at(_of_type(get_args(annotation)[0]))
    if _is_union(annotation):
        names: dict[str, Setting] = {}
        for arm in get_args(annotation):
            names.update(names_at(_of_type(arm)))
        return names
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _fields(annotation)
    return {}


@cache
def _fields(model: type[BaseModel]) -> dict[str, Setting]:
    if issubclass(model, RootModel):
        return {}
    return {name: _of_field(model, name, field) for name, field in model.model_fields.items()}
