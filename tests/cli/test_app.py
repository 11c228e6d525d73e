"""The command group: quick, kind to mistakes, and with the right exit codes."""

import os
import subprocess
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from flowsim.cli.app import COMMANDS, CommandGroup, app
from flowsim.errors import FlowsimError, InputError, Problem


def call(*arguments: str, group: click.Command = app) -> Result:
    return CliRunner().invoke(group, list(arguments), prog_name="flowsim")


def failing(action: Callable[[], None]) -> click.Command:
    """Return a group whose one command does ``action``."""

    class OneCommand(CommandGroup):
        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            from flowsim.cli.output import verbose_option

            return click.command("fail")(verbose_option(action))

    return OneCommand("flowsim")


def test_help_names_every_command_and_fits_80_columns() -> None:
    text = call("--help").output
    for name, what in COMMANDS.items():
        assert name in text
        assert what.split()[0] in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_imported_and_explains_itself(name: str) -> None:
    result = call(name, "--help")
    assert result.exit_code == 0, result.output
    assert f"Usage: flowsim {name}" in result.output
    command = app.get_command(click.Context(app), name)  # type: ignore[attr-defined]
    assert command.get_short_help_str(200) == COMMANDS[name]


def test_help_imports_no_heavy_library() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from flowsim.cli.app import app;"
        "CliRunner().invoke(app, ['--help']);"
        "heavy = ('numpy', 'pandas', 'pydantic', 'simpy', 'rich', 'joblib');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.skipif(sys.platform == "win32", reason="CPU time of other processes is for POSIX")
def test_help_answers_at_once() -> None:
    before = os.times().children_user
    subprocess.run([sys.executable, "-m", "flowsim", "--help"], capture_output=True, check=True)
    assert os.times().children_user - before < 0.4


def test_python_m_flowsim_works() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flowsim", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("flowsim 0.")


def test_a_misspelt_command_gets_the_nearest_name() -> None:
    result = call("valdate")
    assert result.exit_code == 2
    assert "Did you mean 'validate'?" in result.output


def test_a_misspelt_option_gets_the_nearest_name() -> None:
    result = call("run", "x.yaml", "--replication", "3")
    assert result.exit_code == 2
    assert "--replications" in result.output


def test_an_input_error_goes_to_stderr_with_exit_code_2() -> None:
    def action() -> None:
        raise InputError(
            [Problem("Unknown setting.", file="draft.yaml", line=18, column=5, hint="Try beds.")]
        )

    result = call("fail", group=failing(action))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert (
        result.stderr
        == "draft.yaml:18:5\n   Unknown setting.\n   Try beds.\n\n1 problem in 1 file. Nothing was run.\n"
    )


def test_an_unexpected_error_is_short_and_asks_to_be_reported() -> None:
    def action() -> None:
        raise ZeroDivisionError("division by zero")

    result = call("fail", group=failing(action))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        "flowsim failed: ZeroDivisionError: division by zero\n"
        "This is a fault in flowsim, not in your files: please report it with the scenario."
        " Run again with -v for the details.\n"
    )


def test_an_unexpected_error_shows_its_traceback_with_v() -> None:
    def action() -> None:
        raise ZeroDivisionError("division by zero")

    result = call("fail", "-v", group=failing(action))
    assert result.exit_code == 1
    assert "Traceback (most recent call last)" in result.stderr


def test_an_interruption_has_exit_code_130() -> None:
    def action() -> None:
        raise KeyboardInterrupt("Stopped. 2 of 6 replications are finished.")

    result = call("fail", group=failing(action))
    assert (result.exit_code, result.stderr) == (130, "Stopped. 2 of 6 replications are finished.\n")


def test_what_the_operating_system_refuses_is_said_plainly() -> None:
    def action() -> None:
        raise PermissionError(13, "Permission denied", "results/baseline")

    result = call("fail", group=failing(action))
    assert (result.exit_code, result.stderr) == (1, "results/baseline: Permission denied.\n")


def test_an_error_of_flowsim_keeps_its_own_exit_code() -> None:
    class TargetNotMet(FlowsimError):
        exit_code = 3

    def action() -> None:
        raise TargetNotMet("no")

    assert call("fail", group=failing(action)).exit_code == 3


def test_doctor_finds_this_machine_fit() -> None:
    result = call("doctor")
    assert result.exit_code == 0, result.output
    assert "Python" in result.stdout
    assert "simpy" in result.stdout
