"""The command line of ``wanwatch plan``; loads nothing of the router until it runs."""

from pathlib import Path
from typing import Annotated

import typer

from wanwatch.cli.common_options import DEFAULT_CONFIG, JsonOption
from wanwatch.cli.login_options import (
    PasswordEnvOption,
    PasswordFileOption,
    RouterOption,
    TlsFingerprintOption,
    UserOption,
)
from wanwatch.cli.writing_options import ApplyOption, ForceOption


def plan(  # noqa: PLR0917 - typer names them on the command line
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help="Whose WANs, and whose router."),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Plan for this /export instead of a live router."),
    ] = None,
    router: RouterOption = "",
    user: UserOption = None,
    password_file: PasswordFileOption = None,
    password_env: PasswordEnvOption = "",
    tls_fingerprint: TlsFingerprintOption = "",
    down: Annotated[
        list[str] | None,
        typer.Option(metavar="WAN", help="A WAN to take as down; may be repeated."),
    ] = None,
    as_json: JsonOption = False,
    rsc: Annotated[
        bool, typer.Option("--rsc", help="Print RouterOS commands to paste into the console.")
    ] = False,
    apply: ApplyOption = False,
    force: ForceOption = False,
) -> int:
    """Show what would be done on the router, and why.

    With --export or --router and no --config the WANs are those that are found on it; --down takes
    their names, as inspect shows them, or an interface, gateway, routing table or connection mark
    that only one of them has. --router with --config is that configuration on that router.

    Every WAN that is not named by --down is taken as up: without --down the plan puts everything
    back. Nothing is changed without --apply, nor while a daemon holds the lease (but with --force).

    Exit code 0: nothing to do, or applied and proven. 2: steps are pending. 1: an error.
    """
    from wanwatch.cli.login import Login  # noqa: PLC0415 - loads only now
    from wanwatch.cli.plan_command import Wanted, run_plan  # noqa: PLC0415
    from wanwatch.cli.plan_source import PlanSource  # noqa: PLC0415

    if config is None and export is None and not router:
        config = DEFAULT_CONFIG
    login = Login(None, router, user, password_file, password_env, tls_fingerprint)
    source = PlanSource(config, export, login)
    return run_plan(Wanted(source, tuple(down or ()), as_json, rsc, apply, force))
