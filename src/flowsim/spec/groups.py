"""Values that depend on who the patient is.

Wherever a scenario accepts a value by group, either the value itself may stand, or a mapping that names
an attribute and gives a value for each group of it; each of those may again depend on another attribute:

```yaml
stay:
  by: age
  0-17: 18 hours
  18-64, 65-74: {mean: 3 days, sd: 4 days}
  otherwise: {by: frailty, "yes": {mean: 9 days, sd: 11 days}, "no": {mean: 6 days, sd: 7 days}}
```
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from flowsim.errors import nearest
from flowsim.spec.base import Misfit
from flowsim.vocabulary import ATTRIBUTES, values_of

T = TypeVar("T")
_SERIAL = itertools.count(1)

BY, OTHERWISE = "by", "otherwise"
MOST_GROUPS = 100_000
"""The most combinations of attribute values that one table may tell apart."""


@dataclass(frozen=True, slots=True)
class Branch(Generic[T]):
    """A choice by one attribute.

    Attributes:
        by: the attribute.
        cases: values of the attribute, with what holds for them.
        otherwise: what holds for every other value; None if all values have a case.
        places: the scenario's places, if known.
    """

    by: str
    cases: tuple[tuple[tuple[str, ...], T | Branch[T]], ...]
    otherwise: T | Branch[T] | None = None
    places: tuple[str, ...] = ()

    def find(self, value: str) -> T | Branch[T]:
        """Return what holds for a value of the attribute; ValueError if nothing does."""
        for values, case in self.cases:
            if value in values:
                return case
        if self.otherwise is None:
            raise ValueError(f"nothing is given for {self.by} {value}: add it, or {OTHERWISE}")
        return self.otherwise

    def below(self) -> Iterator[T | Branch[T]]:
        """Yield every case, in the order written."""
        for _, case in self.cases:
            yield case
        if self.otherwise is not None:
            yield self.otherwise


@dataclass(frozen=True, slots=True)
class Lookup(Generic[T]):
    """A table by group, ready to be read for many patients at once.

    Attributes:
        attributes: the attributes that matter.
        sizes: how many values each has.
        table: position in `leaves`, for every combination of codes, the last attribute fastest.
        leaves: the different values.
    """

    attributes: tuple[str, ...]
    sizes: tuple[int, ...]
    table: NDArray[np.int16]
    leaves: tuple[T, ...]

    def index(self, attrs: Mapping[str, NDArray[np.int8]]) -> NDArray[np.int16]:
        """Return each patient's position in `leaves`, from arrays of attribute codes."""
        if not self.attributes:
            length = len(next(iter(attrs.values()), ()))
            return np.zeros(length, dtype=np.int16)
        flat = attrs[self.attributes[0]].astype(np.int32)
        for name, size in zip(self.attributes[1:], self.sizes[1:], strict=True):
            flat *= size
            flat += attrs[name]
        return self.table.take(flat)

    def at(self, codes: Mapping[str, Sequence[int]], row: int) -> int:
        """Return one patient's position in `leaves`."""
        if not self.attributes:
            return 0
        flat = 0
        for name, size in zip(self.attributes, self.sizes, strict=True):
            flat = flat * size + codes[name][row]
        return self.table.item(flat)

    def leaf(self, values: Mapping[str, str], places: tuple[str, ...] = ()) -> T:
        """Return the value for a patient described in words, such as ``{"age": "85+"}``."""
        flat = 0
        for name, size in zip(self.attributes, self.sizes, strict=True):
            flat = flat * size + values_of(name, places).index(values[name])
        return self.leaves[int(self.table[flat])]


class ByGroup(Generic[T]):
    """One value for everybody, or one for each group of patients.

    In a specification, annotate a field ``ByGroup[Share]``, ``ByGroup[Distribution]``, ``ByGroup[Mix]``;
    it always holds a `ByGroup`, also when the scenario gives one value.
    """

    __slots__ = ("_lookups", "tree")

    def __init__(self, tree: T | Branch[T]) -> None:
        self.tree = tree
        self._lookups: dict[tuple[str, ...], Lookup[T]] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByGroup) and bool(self.tree == other.tree)

    def __hash__(self) -> int:
        return hash(("ByGroup", self.attributes()))

    def __repr__(self) -> str:
        return f"ByGroup({self.raw()!r})"

    def leaves(self) -> tuple[T, ...]:
        """Return every value in the order written."""
        return tuple(_leaves(self.tree))

    def attributes(self) -> tuple[str, ...]:
        """Return the attributes that matter, in the order of the vocabulary."""
        used = {branch.by for branch in _branches(self.tree)}
        return tuple(name for name in ATTRIBUTES if name in used)

    def compile(self, places: tuple[str, ...] = ()) -> Lookup[T]:
        """Return the table for reading many patients at once.

        Args:
            places: the scenario's places; needed only if the value depends on place and was not read
                as part of a scenario.

        Raises:
            ValueError: if a value of an attribute has no case.
        """
        lookup = self._lookups.get(places)
        if lookup is None:
            lookup = self._lookups[places] = self._compiled(places)
        return lookup

    def raw(self) -> Any:
        """Return plain values and mappings, for canonical text."""
        return _raw(self.tree)

    def _compiled(self, places: tuple[str, ...]) -> Lookup[T]:
        names = self.attributes()
        known = places or next((b.places for b in _branches(self.tree) if b.places), ())
        options = [values_of(name, known) for name in names]
        sizes = tuple(len(values) for values in options)
        if math.prod(sizes) > MOST_GROUPS:
            raise ValueError(f"a table by {', '.join(names)} has too many groups ({math.prod(sizes):,})")
        if 0 in sizes:
            raise ValueError("a value by place needs the scenario's places")
        positions: dict[int, int] = {}
        leaves: list[T] = []
        table = np.empty(math.prod(sizes), dtype=np.int16)
        for flat, combination in enumerate(_combinations(options)):
            leaf = _resolve(self.tree, dict(zip(names, combination, strict=True)))
            if id(leaf) not in positions:
                positions[id(leaf)] = len(leaves)
                leaves.append(leaf)
            table[flat] = positions[id(leaf)]
        return Lookup(names, sizes, table, tuple(leaves))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        (kind,) = get_args(source) or (Any,)
        ref = f"{cls.__module__}.ByGroup{next(_SERIAL)}"
        inside = core_schema.definition_reference_schema(ref)
        groups = core_schema.with_info_wrap_validator_function(
            _read_branch,
            core_schema.dict_schema(core_schema.str_schema(), inside),
            metadata={"pydantic_js_functions": [_describe_branch]},
        )
        tree = core_schema.tagged_union_schema(
            {"single": handler.generate_schema(kind), "by group": groups},
            discriminator=_kind_of,
            ref=ref,
        )
        whole = core_schema.no_info_after_validator_function(cls, inside)
        ready = core_schema.is_instance_schema(cls)
        return core_schema.definitions_schema(
            core_schema.tagged_union_schema(
                {"ready": ready, "written": whole},
                discriminator=lambda value: "ready" if isinstance(value, cls) else "written",
                serialization=core_schema.plain_serializer_function_ser_schema(cls.raw),
                metadata={"pydantic_js_functions": [lambda _, js: {"anyOf": [js(inside)]}]},
            ),
            [tree],
        )


def grouped(table: T | ByGroup[T]) -> ByGroup[T]:
    """Return `table` as a `ByGroup`, whether it already is one or is a single value."""
    return table if isinstance(table, ByGroup) else ByGroup(table)


def _kind_of(value: Any) -> str:
    return "by group" if isinstance(value, Mapping) and BY in value else "single"


def _read_branch(value: Any, handler: Any, info: ValidationInfo) -> Branch[Any]:
    """Check the groups named in a mapping, and read the value of each."""
    by = str(value[BY])
    if by not in ATTRIBUTES:
        raise _unknown(by, f"{by} is not an attribute of a patient", tuple(ATTRIBUTES), BY)
    places = tuple(info.context.get("places", ())) if isinstance(info.context, Mapping) else ()
    written = {str(key): item for key, item in value.items() if key != BY}
    named = _named_groups(by, [key for key in written if key != OTHERWISE], places)
    if OTHERWISE not in written:
        _check_cover(by, named, places)
    read = handler(written)
    cases = tuple((values, read[key]) for key, values in named.items())
    return Branch(by, cases, read.get(OTHERWISE), places)


def _named_groups(by: str, keys: Sequence[str], places: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the attribute values that each key names; refuse unknown, repeated and missing ones."""
    options = values_of(by, places)
    groups = {key: tuple(part.strip() for part in key.split(",")) for key in keys}
    seen: set[str] = set()
    for key, value in ((key, value) for key, values in groups.items() for value in values):
        if options and value not in options:
            raise _unknown(value, f"{value} is not a value of {by}", options, key, at_key=True)
        if value in seen:
            raise Misfit(f"{by} {value} is given twice", key, at_key=True)
        seen.add(value)
    return groups


def _check_cover(by: str, named: Mapping[str, tuple[str, ...]], places: tuple[str, ...]) -> None:
    covered = {value for values in named.values() for value in values}
    missing = [value for value in values_of(by, places) if value not in covered]
    if missing:
        raise Misfit(f"nothing is given for {by} {', '.join(missing)}: add it, or {OTHERWISE}")


def _unknown(word: str, found: str, options: Sequence[str], where: str, *, at_key: bool = False) -> Misfit:
    near = nearest(word, list(options))
    meant = f". Did you mean {near[0]}?" if near else ""
    return Misfit(found + meant, where, allowed=", ".join(options), at_key=at_key)


def _describe_branch(schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """Tell the JSON Schema that a mapping by group names its attribute under `by`."""
    described = dict(handler(schema))
    described["properties"] = {BY: {"enum": list(ATTRIBUTES), "description": "The attribute that decides."}}
    described["required"] = [BY]
    return described


def _branches(tree: Any) -> Iterator[Branch[Any]]:
    if isinstance(tree, Branch):
        yield tree
        for below in tree.below():
            yield from _branches(below)


def _leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, Branch):
        for below in tree.below():
            yield from _leaves(below)
    else:
        yield tree


def _combinations(options: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    if not options:
        yield ()
        return
    for value in options[0]:
        for rest in _combinations(options[1:]):
            yield (value, *rest)


def _resolve(tree: T | Branch[T], values: Mapping[str, str]) -> T:
    while isinstance(tree, Branch):
        tree = cast("T | Branch[T]", tree.find(values[tree.by]))
    return tree


def _raw(tree: Any) -> Any:
    if isinstance(tree, Branch):
        cases = {", ".join(values): _raw(case) for values, case in tree.cases}
        rest = {} if tree.otherwise is None else {OTHERWISE: _raw(tree.otherwise)}
        return {BY: tree.by, **cases, **rest}
    return tree.model_dump(mode="json") if isinstance(tree, BaseModel) else tree
