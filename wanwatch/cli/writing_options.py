"""The options of commands that change the router: whether, and under whose lease."""

from typing import Annotated

import typer

ApplyOption = Annotated[
    bool, typer.Option("--apply", help="Do it: steps, connections, then read back.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Write though another wanwatch holds the lease.")
]
