"""The JSON Schema for editors, and the folder to start from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flowsim.errors import InputError
from flowsim.scenario import load
from flowsim.scenario.new import new
from flowsim.scenario.schema import json_schema


def test_the_schema_keeps_to_what_editors_know() -> None:
    text = json.dumps(json_schema())
    assert json_schema()["$schema"].startswith("http://json-schema.org/draft-07/")
    for word in ("prefixItems", "$defs", "unevaluatedProperties", "oneOf"):
        assert word not in text


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    schema = json_schema()
    text = json.dumps(schema)
    references = {part.split('"')[0] for part in text.split('"#/definitions/')[1:]}
    assert references <= set(schema["definitions"])


def test_the_schema_is_the_same_every_time() -> None:
    assert json_schema() == json_schema()


def test_the_schema_explains_every_setting_of_every_kind() -> None:
    from flowsim.services import KINDS

    definitions = json_schema()["definitions"]
    for model in KINDS.values():
        properties = definitions[model.__name__]["properties"]
        assert set(model.model_fields) <= set(properties)
        assert [name for name in model.model_fields if not properties[name].get("description")] == []


def test_nothing_is_required_since_a_file_may_extend_another() -> None:
    assert '"required": ["beds"' not in json.dumps(json_schema())


def test_the_starter_is_written_and_valid(tmp_path: Path) -> None:
    made = new(tmp_path / "plans")
    assert {path.name for path in made} >= {"README.md", "baseline.yaml", "flowsim.schema.json"}
    for file in sorted((tmp_path / "plans" / "scenarios").glob("*.yaml")):
        scenario = load(file)
        assert scenario.warnings == ()
        assert scenario.name == file.stem


def test_every_number_of_the_starter_has_a_source(tmp_path: Path) -> None:
    from flowsim.scenario.provenance import unsourced

    new(tmp_path / "plans")
    for file in sorted((tmp_path / "plans" / "scenarios").glob("*.yaml")):
        assert unsourced(load(file)) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    for place, words in ((tmp_path, "already has something in it"), (tmp_path / "note.txt", "is a file")):
        with pytest.raises(InputError) as caught:
            new(place)
        assert caught.value.problems[0].message == f"{place} {words}; nothing was written."
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
