"""The options by which a command takes a router's address and login; ``login`` says how to use them.

A module of its own, so that naming the options loads nothing of the router.
"""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_USER = "admin"
"""The login of a factory-new router."""

ConfigFileOption = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="Take [router] from here.")
]
RouterOption = Annotated[
    str, typer.Option("--router", metavar="HOST[:PORT]", help="The router, by its address.")
]
UserOption = Annotated[
    str | None, typer.Option("--user", help=f"The login, with --router. [default: {DEFAULT_USER}]")
]
PasswordFileOption = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="The password, with --router."),
]
PasswordEnvOption = Annotated[
    str,
    typer.Option("--password-env", metavar="NAME", help="The variable that holds the password."),
]
TlsFingerprintOption = Annotated[
    str,
    typer.Option(
        "--tls-fingerprint",
        metavar="SHA256",
        help="Use TLS; the router's certificate has this SHA-256.",
    ),
]
