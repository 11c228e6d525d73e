"""The JSON Schema of scenario files, for completion and checks in an editor.

Kept to what draft-07 knows. It is looser than the loader: nothing is required, because an entry may be
``like`` a template or alter what a file above it says.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from flowsim.scenario.dated import SHAPES
from flowsim.scenario.manual import Kinds, known_kinds
from flowsim.scenario.reading import GRADES
from flowsim.scenario.resolve import SURGE_KEYS
from flowsim.spec.alternatives import Alternative, Destination
from flowsim.spec.base import Spec, meanings
from flowsim.spec.card import Card
from flowsim.spec.consequences import Costs, Harm
from flowsim.spec.demand import DemandSpec
from flowsim.spec.escalation import Escalation
from flowsim.spec.people import CaseMix
from flowsim.spec.scenario import About, Place, Replications, Scenario, Seed, Site, Trust
from flowsim.spec.study import StudySpec
from flowsim.spec.time import TimeSpec

__all__ = ["json_schema"]

_REF: Final = "#/definitions/{model}"
_ENTRIES: Final[dict[str, type[Spec]]] = {
    "places": Place,
    "trusts": Trust,
    "sites": Site,
    "casemix": CaseMix,
    "demand": DemandSpec,
}
_MODELS: Final[tuple[type[Spec], ...]] = (
    TimeSpec,
    About,
    Escalation,
    Costs,
    Harm,
    Card,
    *_ENTRIES.values(),
    Alternative,
    StudySpec,
)
_DROPPED: Final = ("required", "discriminator", "default", "title")
_TABLE: Final = re.compile(r"ByGroup\d+")
_TEXT: Final = {"type": "string"}
_FILES: Final = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_LISTED: Final = {"type": "array", "items": {"type": "object", "required": ["name"]}}
_BUILDING: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "extends": (_TEXT, "The file that this one builds on."),
    "include": (_FILES, "Files laid over it, in order; FILE = high asks for a lever's strength."),
    "card": (
        {"$ref": _REF.format(model="Card")},
        "What a file that is made to be included does, moves, needs and costs.",
    ),
    "evidence": (_FILES, "CSV files with the source and grade of values: path, source, grade, note."),
    "templates": ({"type": "object"}, "Entries that others can be like."),
    "change": (
        {"type": "object"},
        "Levers: a path to a value, {add: ...}, {multiply: ...} or {copy: ...}, perhaps with dates.",
    ),
    "study": (
        {"$ref": _REF.format(model="StudySpec")},
        "In place of services and demand: every surge with every option, on the same patients.",
    ),
}


class Pathways(Spec):
    """Destinations of one service."""

    outcomes: dict[str, Destination]
    """A service, leave, or shares of several, for each outcome; otherwise stands for the rest."""


def json_schema(kinds: Kinds | None = None) -> dict[str, Any]:
    """Return the schema of a scenario file.

    Args:
        kinds: The registry of service kinds; the built-in one when left out.
    """
    kinds = known_kinds() if kinds is None else kinds
    models: tuple[type[Spec], ...] = (*_MODELS, Pathways, *kinds.values())
    _, generated = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    loose = {name: _loosened(schema) for name, schema in generated["$defs"].items()}
    definitions = _shared_tables(loose) | {"noted": _noted(), "surge": _surge(), "wave": _wave()}
    pathways = definitions.pop("Pathways")["properties"]["outcomes"]
    for model in (*_ENTRIES.values(), *kinds.values()):
        definitions[model.__name__].setdefault("properties", {})["like"] = {
            "type": "string",
            "description": "A template that this entry takes over, its own settings winning.",
        }
    for section in ("surges", "options"):
        definitions["StudySpec"]["properties"][section]["anyOf"].append(_LISTED)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "flowsim scenario",
        "type": "object",
        "additionalProperties": False,
        "properties": _sections(kinds, pathways),
        "definitions": definitions,
    }


def _sections(kinds: Kinds, pathways: dict[str, Any]) -> dict[str, Any]:
    entry = {name: _mapping(_ref(model.__name__)) for name, model in _ENTRIES.items()}
    services = [_ref(model.__name__) for model in kinds.values()]
    sections: dict[str, Any] = {
        "flowsim": {"enum": [1]},
        "name": _TEXT,
        "title": _TEXT,
        "about": _ref("About"),
        "time": _ref("TimeSpec"),
        "replications": TypeAdapter(Replications).json_schema(),
        "seed": TypeAdapter(Seed).json_schema(),
        **entry,
        "services": _mapping({"anyOf": services} if services else {}),
        "pathways": _mapping(pathways),
        "alternatives": _mapping(_alternatives()),
        "waves": _mapping(_ref("wave")),
        "surges": {"anyOf": [_mapping(_ref("surge")), {"type": "array", "items": {"type": "object"}}]},
        "targets": {"type": "object"},
        "escalation": _ref("Escalation"),
        "costs": _ref("Costs"),
        "harm": _ref("Harm"),
        "observed": _TEXT,
    }
    described = {
        name: _described(schema, meanings(Scenario).get(name, "")) for name, schema in sections.items()
    }
    return described | {name: _described(schema, text) for name, (schema, text) in _BUILDING.items()}


def _described(schema: dict[str, Any], text: str) -> dict[str, Any]:
    # draft-07 ignores what stands beside a $ref, so the reference moves one level down
    inside = {"allOf": [schema]} if "$ref" in schema else dict(schema)
    return {**inside, "description": text} if text else inside


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _REF.format(model=name)}


def _mapping(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": schema}


def _alternatives() -> dict[str, Any]:
    listed = {"type": "array", "items": _ref("Alternative")}
    more = dict.fromkeys(("append", "prepend"), listed)
    return {"anyOf": [listed, {"type": "object", "properties": more, "additionalProperties": False}]}


def _noted() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "A value with where it comes from.",
        "required": ["value"],
        "additionalProperties": False,
        "properties": {
            "value": {},
            "source": {"type": "string", "description": "Where the number is published, or who said so."},
            "grade": {"enum": list(GRADES), "description": "How well the source is known."},
            "note": _TEXT,
            "low": {"description": "Lower end of the plausible range."},
            "high": {"description": "Upper end of the plausible range."},
        },
    }


def _surge() -> dict[str, Any]:
    properties: dict[str, Any] = {key: dict(_TEXT) for key in SURGE_KEYS}
    properties |= {
        "change": {"type": "object"},
        "shape": {"enum": list(SHAPES)},
        "grade": {"enum": list(GRADES)},
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _wave() -> dict[str, Any]:
    properties: dict[str, Any] = {key: dict(_TEXT) for key in ("label", "peak", "width", "source", "note")}
    properties |= {"grade": {"enum": list(GRADES)}}
    noted = {key: _setting(each) for key, each in properties.items()}
    return {"type": "object", "properties": noted, "additionalProperties": False}


def _loosened(schema: Any) -> Any:
    """Return a schema in which nothing is required and every setting may carry its source."""
    if isinstance(schema, list):
        return [_loosened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _loosened(value) for key, value in schema.items() if key not in _DROPPED}
    if schema.get("required") == ["by"]:
        found["required"] = ["by"]
    found = _any_of(found)
    if isinstance(schema.get("properties"), dict):
        found["properties"] = {name: _setting(_loosened(each)) for name, each in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        found["additionalProperties"] = _setting(_loosened(schema["additionalProperties"]))
    return found


def _any_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its ways to write a value in one simple list, ``nothing`` left out."""
    listed = schema.pop("oneOf", None) or schema.pop("anyOf", [])
    arms = [arm for arm in listed if arm != {"type": "null"}]
    if len(arms) == 1:
        return {**schema, **arms[0]}
    return {**schema, "anyOf": arms} if arms else schema


def _setting(schema: dict[str, Any]) -> dict[str, Any]:
    outside = {key: schema[key] for key in ("description",) if key in schema}
    inside = {key: value for key, value in schema.items() if key not in outside}
    return {**outside, "anyOf": [inside, _ref("noted")]}


def _shared_tables(definitions: dict[str, Any]) -> dict[str, Any]:
    """Give equal tables by group one name between them, the same in every process."""
    renamed: dict[str, str] = {}
    seen: dict[str, str] = {}
    for name, schema in definitions.items():
        if _TABLE.fullmatch(name):
            shape = json.dumps(schema).replace(f'/{name}"', '/SELF"')
            renamed[name] = seen.setdefault(shape, f"table_{len(seen) + 1}")
    text = json.dumps(definitions)
    text = _TABLE.sub(lambda match: renamed.get(match[0], match[0]), text)
    shared: dict[str, Any] = json.loads(text)
    return shared
