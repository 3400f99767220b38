"""The command line of ``wanwatch replay``; loads nothing of the router until it runs."""

from pathlib import Path
from typing import Annotated

import typer

from wanwatch.cli.common_options import DEFAULT_CONFIG, ConfigOption, JsonOption


def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What wanwatch run --record wrote.")],
    config: ConfigOption = DEFAULT_CONFIG,
    false_within: Annotated[
        str,
        typer.Option(metavar="TIME", help="A WAN that answers so soon after was not down."),
    ] = "10s",
    as_json: JsonOption = False,
) -> int:
    """Say what this configuration would have made of recorded samples.

    Older parts of the recording (FILE.1, FILE.2) are read with it. Needs no router and no daemon.

    Exit code 0: replayed. 1: it is no recording, or has nothing in common with the configuration.
    """
    from wanwatch.cli.replay_command import run_replay  # noqa: PLC0415 - loads only now

    return run_replay(file, config, false_within=false_within, as_json=as_json)
