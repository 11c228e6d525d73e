"""A command of the command line, called as a planner would and judged by how it ends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner, Result

from flowsim.cli.app import app


@dataclass(frozen=True)
class Command:
    """One command; `narrow` ones must keep to 80 columns."""

    name: str
    narrow: bool = False

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, [self.name, *arguments], prog_name="flowsim")

    def fine(self, *arguments: str) -> str:
        """Return what it says when all is well."""
        result = self(*arguments)
        assert result.exit_code == 0, result.output
        if self.narrow:
            assert max(map(len, result.stdout.splitlines()), default=0) <= 80
        return result.stdout

    def answered(self, *arguments: str) -> dict[str, Any]:
        """Return its answer for programs."""
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.output
        content: dict[str, Any] = json.loads(result.stdout)
        return content

    def refused(self, *arguments: str) -> str:
        """Return what it says, on one line, of input that it does not take."""
        result = self(*arguments)
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        return " ".join(result.stderr.split())
