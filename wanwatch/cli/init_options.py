"""The command line of ``wanwatch init``; loads nothing of the router until it runs."""

from pathlib import Path
from typing import Annotated

import typer

from wanwatch.cli.common_options import ExportOption
from wanwatch.cli.login_options import (
    PasswordEnvOption,
    PasswordFileOption,
    RouterOption,
    TlsFingerprintOption,
    UserOption,
)


def init(  # noqa: PLR0917 - typer names them on the command line
    export: ExportOption = None,
    router: RouterOption = "",
    user: UserOption = None,
    password_file: PasswordFileOption = None,
    password_env: PasswordEnvOption = "",
    tls_fingerprint: TlsFingerprintOption = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite the file that --output names.")
    ] = False,
) -> int:
    """Write a commented configuration from what is found on a router, to be read before use.

    It never holds a password, and nothing is changed on the router.

    Exit code 0: it can be used as it is. 2: something has to be filled in first. 1: an error.
    """
    from wanwatch.cli.init_command import run_init  # noqa: PLC0415 - loads only now
    from wanwatch.cli.login import Login  # noqa: PLC0415

    login = Login(None, router, user, password_file, password_env, tls_fingerprint)
    return run_init(export, login, output, force=force)
