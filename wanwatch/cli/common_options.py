"""The options that several commands take with the same meaning."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_CONFIG = Path("/etc/wanwatch/wanwatch.toml")

ConfigOption = Annotated[
    Path, typer.Option("--config", "-c", metavar="FILE", help="The configuration.")
]
ExportOption = Annotated[
    Path | None,
    typer.Option("--export", metavar="FILE", help="An /export of the router, read without it."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print a JSON document.")]
