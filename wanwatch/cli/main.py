"""The ``wanwatch`` command: its list of commands, and what an error becomes.

A command's options stand in its own ``*_options`` module, which loads the rest when it runs, so that
``--help`` and ``version`` are quick.

Results go to standard output, messages to standard error. Every error is one clear sentence (a
configuration's errors all of them) and exit code 1; wrong usage is 64, since 2 is a result of
``plan`` and ``status``.
"""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from wanwatch import __version__
from wanwatch.cli.check_options import check
from wanwatch.cli.console import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, Failure, note
from wanwatch.cli.init_options import init
from wanwatch.cli.inspect_options import inspect
from wanwatch.cli.plan_options import plan
from wanwatch.cli.provision_options import provision
from wanwatch.cli.replay_options import replay
from wanwatch.cli.restore_options import restore
from wanwatch.cli.run_options import run
from wanwatch.cli.sim_options import sim
from wanwatch.cli.status_options import status
from wanwatch.config import ConfigError
from wanwatch.routeros.errors import RouterError
from wanwatch.routeros.text import display_text

app = typer.Typer(
    name="wanwatch",
    help="A failover watchdog for MikroTik routers that spread traffic over several lines with PCC.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

for _command in (run, status, inspect, init, plan, restore, provision, check, replay, sim):
    app.command()(_command)


@app.command()
def demo(
    plain: Annotated[bool, typer.Option("--plain", help="Print lines, no live display.")] = False,
) -> int:
    """Show a failover and a failback in the built-in world; needs no router and no network."""
    from wanwatch.cli.demo import run_demo  # noqa: PLC0415 - loads only now

    return run_demo(plain)


@app.command()
def version() -> int:
    """Print the version."""
    typer.echo(f"wanwatch {__version__}")
    return EXIT_OK


_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
_ClickError: type[Exception] = typer.BadParameter.__mro__[2]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code and never raises for what a user can cause."""
    try:
        result = typer.main.get_command(app).main(
            list(sys.argv[1:] if argv is None else argv) or ["--help"],
            prog_name="wanwatch",
            standalone_mode=False,
        )
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except (KeyboardInterrupt, typer.Abort):
        return EXIT_INTERRUPTED
    except (ConfigError, Failure, RouterError, _ClickError) as error:
        code, sentences = _explained(error)
        for sentence in sentences:
            note(sentence)
        return code
    return result if isinstance(result, int) else EXIT_OK


def _explained(error: Exception) -> tuple[int, Sequence[str]]:
    if isinstance(error, ConfigError):
        return EXIT_ERROR, error.problems
    if isinstance(error, Failure):
        return error.code, [f"wanwatch: {sentence}" for sentence in error.sentences]
    if isinstance(error, _UsageError):
        return EXIT_USAGE, [_usage(error)]
    return EXIT_ERROR, [f"wanwatch: {display_text(_message(error))}"]


def _usage(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "wanwatch"
    return f"wanwatch: {_message(error)} See '{command} --help'."


def _message(error: Exception) -> str:
    shown = getattr(error, "format_message", None)
    return str(shown()) if callable(shown) else str(error)
