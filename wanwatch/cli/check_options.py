"""The command line of ``wanwatch check``; loads nothing of the router until it runs."""

from pathlib import Path
from typing import Annotated

import typer

from wanwatch.cli.common_options import DEFAULT_CONFIG, ConfigOption


def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The configuration.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    live: Annotated[
        bool, typer.Option("--live", help="Log in and compare with the router; changes nothing.")
    ] = False,
) -> int:
    """Check the configuration and say what its numbers come to.

    With --live each thing that probes and failovers rest on is verified on the router and on this
    host, which sends one packet through each line for it.

    Exit code 0: it can be used. 1: it cannot, or with --live the router has an error. 2: with --live
    something is missing or wrong.
    """
    from wanwatch.cli.check_command import run_check  # noqa: PLC0415 - loads only now

    return run_check(file or config, live=live)
