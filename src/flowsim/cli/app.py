"""The command group: finds commands, and turns errors into a few kind lines and an exit code."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from flowsim import __version__
from flowsim.cli.output import VERBOSE, complain
from flowsim.errors import FlowsimError, InputError

SECTIONS: dict[str, dict[str, str]] = {
    "Write a scenario": {
        "new": "Make a folder to start from: a small system and one what-if.",
        "validate": "Check scenario files; tell every problem at once.",
        "explain": "Say in sentences what a scenario, a setting or a measure is.",
        "list": "List services, levers, packs, measures, scenarios or finished runs.",
        "diff": "Show what differs between two scenarios.",
    },
    "Run it": {
        "run": "Simulate scenarios for their replications.",
    },
    "Compare plans": {
        "compare": "Compare runs with a baseline, on the same patients.",
        "report": "Write the comparison as a page, a workbook or a Word document.",
        "trace": "Tell one patient's story, in one run or in two.",
        "export": "Write a run for other tools: vidigi, bupaR, OCEL, CSV, Excel.",
        "study": "Run every surge with every option, as one matrix.",
    },
    "Help": {
        "verify": "Run the theory suite and show the evidence.",
        "doctor": "Check that flowsim is installed well, and how fast this machine is.",
        "schema": "Print the JSON Schema that lets an editor complete settings.",
    },
}
"""Every command, by what it is for; kept here so that ``flowsim --help`` imports none of them."""

COMMANDS = {name: text for commands in SECTIONS.values() for name, text in commands.items()}
"""Command to its one-line help."""


class CommandGroup(click.Group):
    """A group whose commands are imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None when there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"flowsim.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command; suggest the nearest name when there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(args[0], possibilities=list(COMMANDS), ctx=ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, section by section."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; leave with an exit code and a message when it cannot be done."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            complain(str(error))
            ctx.exit(error.exit_code)
        except KeyboardInterrupt as error:
            complain(str(error) or "Stopped.")
            ctx.exit(130)
        except FlowsimError as error:
            _report(ctx, str(error), getattr(error, "details", ""))
            ctx.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort, OSError) as error:
            if not isinstance(error, OSError) or isinstance(error, BrokenPipeError):
                raise
            complain(_sentence(error))
            ctx.exit(1)
        except Exception as error:
            _report(ctx, f"{type(error).__name__}: {error}", _trace(error))
            ctx.exit(1)


def _sentence(error: OSError) -> str:
    """Return what the operating system refused, as a sentence."""
    what = f"{error.filename}: " if error.filename else ""
    return f"{what}{error.strerror or error}."


def _report(ctx: click.Context, message: str, details: str) -> None:
    """Tell of a fault of flowsim itself, and how to report it."""
    if ctx.meta.get(VERBOSE) and details:
        complain(details.rstrip())
    complain(f"flowsim failed: {message}")
    more = "" if ctx.meta.get(VERBOSE) else " Run again with -v for the details."
    complain(f"This is a fault in flowsim, not in your files: please report it with the scenario.{more}")


def _trace(error: BaseException) -> str:
    import traceback

    return "".join(traceback.format_exception(error))


@click.command(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Every command takes --help. `flowsim new my-plan` is a good start.",
)
@click.version_option(__version__, message="flowsim %(version)s")
def app() -> None:
    """Simulate patient flow through urgent and emergency care, and compare plans on the same patients."""
