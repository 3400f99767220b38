"""The command line of ``wanwatch status``; loads nothing of the router until it runs."""

from pathlib import Path
from typing import Annotated

import typer

from wanwatch.cli.common_options import DEFAULT_CONFIG, JsonOption


def status(  # noqa: PLR0917 - typer names them on the command line
    config: Annotated[
        Path | None, typer.Option("--config", "-c", metavar="FILE", help="Whose daemon is asked.")
    ] = None,
    url: Annotated[
        str, typer.Option(metavar="URL", help="Ask here, as http://127.0.0.1:9470.")
    ] = "",
    socket: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Ask at this unix socket.")
    ] = None,
    as_json: JsonOption = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show anew every second.")] = False,
    explain: Annotated[
        str | None,
        typer.Option(metavar="WAN", help="Say why this WAN is in its state, and what changes it."),
    ] = None,
) -> int:
    """Show what the daemon sees and does.

    Exit code 0: all WANs are up. 1: something is degraded, down or unknown. 2: no WAN is usable.
    3: no daemon answers. With --explain they are about this one WAN; 3: the daemon has none of that
    name.
    """
    from wanwatch.cli.status_command import Asked, run_status  # noqa: PLC0415 - loads only now

    return run_status(
        Asked(config or DEFAULT_CONFIG, config is not None, url, socket),
        as_json=as_json,
        watch=watch,
        explain=explain,
    )
