"""The command line of ``wanwatch inspect``; loads nothing of the router until it runs."""

from pathlib import Path
from typing import Annotated

import typer

from wanwatch.cli.common_options import ExportOption, JsonOption
from wanwatch.cli.login_options import (
    PasswordEnvOption,
    PasswordFileOption,
    RouterOption,
    TlsFingerprintOption,
    UserOption,
)


def inspect(  # noqa: PLR0917 - typer names them on the command line
    export: ExportOption = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help="Its router, compared with the file."),
    ] = None,
    router: RouterOption = "",
    user: UserOption = None,
    password_file: PasswordFileOption = None,
    password_env: PasswordEnvOption = "",
    tls_fingerprint: TlsFingerprintOption = "",
    as_json: JsonOption = False,
) -> int:
    """Show which WANs a router has, how traffic reaches them, and what is wrong with it.

    Nothing is changed, and no configuration is needed: --export or --router names the router. With
    --config its router is read and compared with the configuration.

    Exit code 0: nothing worse than a note was found. 2: warnings or errors. 1: it cannot be read.
    """
    from wanwatch.cli.inspect_command import run_inspect  # noqa: PLC0415 - loads only now
    from wanwatch.cli.login import Login  # noqa: PLC0415

    login = Login(config, router, user, password_file, password_env, tls_fingerprint)
    return run_inspect(export, login, as_json=as_json)
