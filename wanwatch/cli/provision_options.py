"""The command line of ``wanwatch provision``; loads nothing of the router until it runs."""

from pathlib import Path
from typing import Annotated

import typer

from wanwatch.cli.login_options import (
    PasswordEnvOption,
    PasswordFileOption,
    RouterOption,
    TlsFingerprintOption,
    UserOption,
)


def provision(  # noqa: PLR0917 - typer names them on the command line
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help="Whose WANs, sources and router."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An /export of the router, read without it.")
    ] = None,
    router: RouterOption = "",
    user: UserOption = None,
    password_file: PasswordFileOption = None,
    password_env: PasswordEnvOption = "",
    tls_fingerprint: TlsFingerprintOption = "",
    sources: Annotated[
        str,
        typer.Option(metavar="ADDR,...", help="This host's source for each WAN that is found."),
    ] = "",
    host: Annotated[
        str, typer.Option(metavar="ADDR", help="This host's address as the router sees it.")
    ] = "",
    no_login: Annotated[
        bool, typer.Option("--no-login", help="Leave user, group and api-ssl alone.")
    ] = False,
    no_restore_script: Annotated[
        bool, typer.Option("--no-restore-script", help="Without the router-side restore script.")
    ] = False,
    new_password_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The password of the login that is to be made."),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it, and read it back.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Undo it, to the byte.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Print what the router and this host need so that each line's probes leave by that line.

    The router is that of --router, else that of --config; --export reads a file. Without --config
    the WANs are those that are found on it. Nothing is changed without --apply or --remove, and both
    ask first. A login with the policy `policy` is needed to make wanwatch's own login and script.

    Exit code 0: everything stands. 2: something is to be done. 1: an error.
    """
    from wanwatch.cli.login import Login  # noqa: PLC0415 - loads only now
    from wanwatch.cli.provision_command import ProvisionWanted, run_provision  # noqa: PLC0415
    from wanwatch.cli.provision_source import ProvisionOptions, checked_sources  # noqa: PLC0415

    login = Login(None, router, user, password_file, password_env, tls_fingerprint)
    named = checked_sources(sources)
    options = ProvisionOptions(config, export, login, named, host, no_login, no_restore_script)
    return run_provision(ProvisionWanted(options, apply, remove, yes, new_password_file))
