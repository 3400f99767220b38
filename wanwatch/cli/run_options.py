"""The command line of ``wanwatch run``; loads nothing of the router until it runs."""

from pathlib import Path
from typing import Annotated

import typer

from wanwatch.cli.common_options import DEFAULT_CONFIG, ConfigOption


def run(
    config: ConfigOption = DEFAULT_CONFIG,
    record: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Record every sample there, for wanwatch replay."),
    ] = None,
) -> int:
    """Run the daemon in the foreground: probe, decide, act. SIGTERM ends it, SIGHUP reloads."""
    from wanwatch.cli.run_command import run_daemon  # noqa: PLC0415 - loads only now

    return run_daemon(config, record)
