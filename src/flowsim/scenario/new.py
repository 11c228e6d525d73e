"""The starter folder that ``flowsim new`` writes: a small system, one what-if, and a README."""

from __future__ import annotations

import json
from importlib import resources
from importlib.abc import Traversable
from pathlib import Path

from flowsim.errors import InputError, Problem

__all__ = ["new"]

SCHEMA = "flowsim.schema.json"


def new(folder: str | Path) -> list[Path]:
    """Write the starter into a folder, which is made if need be; return the files written.

    Raises:
        InputError: The folder is a file, or has something in it already.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = "already has something in it" if folder.is_dir() else "is a file"
        raise InputError([Problem(f"{folder} {what}; nothing was written.", hint="Choose a new folder.")])
    written = []
    for name, text in _files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _files() -> list[tuple[str, str]]:
    from flowsim.scenario.schema import json_schema

    home = resources.files("flowsim.scenario") / "starter"
    found = [("README.md", _text(home / "README.md"))]
    found += [
        (f"scenarios/{file.name}", _text(file)) for file in sorted(_inside(home / "scenarios"), key=_name)
    ]
    return [*found, (SCHEMA, json.dumps(json_schema(), indent=1) + "\n")]


def _inside(folder: Traversable) -> list[Traversable]:
    return [file for file in folder.iterdir() if file.is_file()]


def _name(file: Traversable) -> str:
    return file.name


def _text(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")
