"""The command line of ``wanwatch restore``; loads nothing of the router until it runs."""

from wanwatch.cli.common_options import JsonOption
from wanwatch.cli.login_options import (
    ConfigFileOption,
    PasswordEnvOption,
    PasswordFileOption,
    RouterOption,
    TlsFingerprintOption,
    UserOption,
)
from wanwatch.cli.writing_options import DryRunOption, ForceOption


def restore(  # noqa: PLR0917 - typer names them on the command line
    config: ConfigFileOption = None,
    router: RouterOption = "",
    user: UserOption = None,
    password_file: PasswordFileOption = None,
    password_env: PasswordEnvOption = "",
    tls_fingerprint: TlsFingerprintOption = "",
    dry_run: DryRunOption = False,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> int:
    """Undo everything that wanwatch changed on the router, from the tags in its comments.

    Needs no daemon and nothing but the router's address. Without a password option it asks on a
    terminal; elsewhere the password is empty. Stop the daemon first, which does its work again.

    Exit code 0: restored and proven, or nothing to restore. 2: --dry-run found steps. 1: an error.
    """
    from wanwatch.cli.login import Login  # noqa: PLC0415 - loads only now
    from wanwatch.cli.restore_command import run_restore  # noqa: PLC0415

    login = Login(config, router, user, password_file, password_env, tls_fingerprint)
    return run_restore(login, dry_run=dry_run, as_json=as_json, force=force)
