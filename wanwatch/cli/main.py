"""The ``wanwatch`` command: its options, and what an error becomes.

Results go to standard output, messages to standard error. Every error is one clear sentence (a
configuration's errors all of them) and exit code 1; wrong usage is 64, since 2 is a result of
``plan`` and ``status``.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from wanwatch import __version__
from wanwatch.cli.console import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, Failure, note
from wanwatch.cli.login_options import (
    ConfigFileOption,
    PasswordEnvOption,
    PasswordFileOption,
    RouterOption,
    TlsFingerprintOption,
    UserOption,
)
from wanwatch.cli.provision_options import provision
from wanwatch.cli.writing_options import ApplyOption, DryRunOption, ForceOption
from wanwatch.config import ConfigError
from wanwatch.routeros.errors import RouterError
from wanwatch.routeros.text import display_text

DEFAULT_CONFIG = Path("/etc/wanwatch/wanwatch.toml")

app = typer.Typer(
    name="wanwatch",
    help="A failover watchdog for MikroTik routers that spread traffic over several lines with PCC.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
_ClickError: type[Exception] = typer.BadParameter.__mro__[2]

ConfigOption = Annotated[
    Path, typer.Option("--config", "-c", metavar="FILE", help="The configuration.")
]
ExportOption = Annotated[
    Path | None,
    typer.Option("--export", metavar="FILE", help="An /export of the router, read without it."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print a JSON document.")]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code and never raises for what a user can cause."""
    try:
        result = typer.main.get_command(app).main(
            list(sys.argv[1:] if argv is None else argv) or ["--help"],
            prog_name="wanwatch",
            standalone_mode=False,
        )
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except (KeyboardInterrupt, typer.Abort):
        return EXIT_INTERRUPTED
    except (ConfigError, Failure, RouterError, _ClickError) as error:
        code, sentences = _explained(error)
        for sentence in sentences:
            note(sentence)
        return code
    return result if isinstance(result, int) else EXIT_OK


def _explained(error: Exception) -> tuple[int, Sequence[str]]:
    if isinstance(error, ConfigError):
        return EXIT_ERROR, error.problems
    if isinstance(error, Failure):
        return error.code, [f"wanwatch: {sentence}" for sentence in error.sentences]
    if isinstance(error, _UsageError):
        return EXIT_USAGE, [_usage(error)]
    return EXIT_ERROR, [f"wanwatch: {display_text(_message(error))}"]


def _usage(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "wanwatch"
    return f"wanwatch: {_message(error)} See '{command} --help'."


def _message(error: Exception) -> str:
    shown = getattr(error, "format_message", None)
    return str(shown()) if callable(shown) else str(error)


@app.command()
def run(
    config: ConfigOption = DEFAULT_CONFIG,
    record: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Record every sample there, for wanwatch replay."),
    ] = None,
) -> int:
    """Run the daemon in the foreground: probe, decide, act. SIGTERM ends it, SIGHUP reloads."""
    from wanwatch.cli.run_command import run_daemon  # noqa: PLC0415 - each command loads its own

    return run_daemon(config, record)


@app.command()
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
    from wanwatch.cli.status_command import Asked, run_status  # noqa: PLC0415 - as above

    return run_status(
        Asked(config or DEFAULT_CONFIG, config is not None, url, socket),
        as_json=as_json,
        watch=watch,
        explain=explain,
    )


@app.command()
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
    from wanwatch.cli.inspect_command import run_inspect  # noqa: PLC0415 - as above
    from wanwatch.cli.login import Login  # noqa: PLC0415 - as above

    login = Login(config, router, user, password_file, password_env, tls_fingerprint)
    return run_inspect(export, login, as_json=as_json)


@app.command()
def init(  # noqa: PLR0917 - as above
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
    from wanwatch.cli.init_command import run_init  # noqa: PLC0415 - as above
    from wanwatch.cli.login import Login  # noqa: PLC0415 - as above

    login = Login(None, router, user, password_file, password_env, tls_fingerprint)
    return run_init(export, login, output, force=force)


@app.command()
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
    from wanwatch.cli.login import Login  # noqa: PLC0415 - as above
    from wanwatch.cli.plan_command import Wanted, run_plan  # noqa: PLC0415 - as above
    from wanwatch.cli.plan_source import PlanSource  # noqa: PLC0415 - as above

    if config is None and export is None and not router:
        config = DEFAULT_CONFIG
    login = Login(None, router, user, password_file, password_env, tls_fingerprint)
    source = PlanSource(config, export, login)
    return run_plan(Wanted(source, tuple(down or ()), as_json, rsc, apply, force))


@app.command()
def restore(  # noqa: PLR0917 - as above
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
    from wanwatch.cli.login import Login  # noqa: PLC0415 - as above
    from wanwatch.cli.restore_command import run_restore  # noqa: PLC0415 - as above

    login = Login(config, router, user, password_file, password_env, tls_fingerprint)
    return run_restore(login, dry_run=dry_run, as_json=as_json, force=force)


app.command()(provision)


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The configuration.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    live: Annotated[
        bool, typer.Option("--live", help="Log in and compare with the router; changes nothing.")
    ] = False,
) -> int:
    """Check the configuration and say what its numbers come to.

    With --live each thing that probes and failovers rest on is verified on the router and on this
    host, which sends one packet through each line for it.

    Exit code 0: it can be used. 1: it cannot, or with --live the router has an error. 2: with --live
    something is missing or wrong.
    """
    from wanwatch.cli.check_command import run_check  # noqa: PLC0415 - as above

    return run_check(file or config, live=live)


@app.command()
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
    from wanwatch.cli.replay_command import run_replay  # noqa: PLC0415 - as above

    return run_replay(file, config, false_within=false_within, as_json=as_json)


@app.command()
def sim(  # noqa: PLR0917 - as above
    load: Annotated[
        list[Path], typer.Option(metavar="FILE", help="An /export; a second one adds to the first.")
    ],
    listen: Annotated[str, typer.Option(metavar="HOST:PORT")] = "127.0.0.1:8728",
    user: Annotated[str, typer.Option(help="The login.")] = "admin",
    password: Annotated[str, typer.Option(help="Its password.")] = "",
    clients: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=5000,
            show_default="40",
            help="Simulated clients, ten connections each; none with --netns.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="What chance begins with.")] = 1,
    echo: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDR:PORT", help="A UDP echo host behind the lines; may be repeated."
        ),
    ] = None,
    netns: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Real packets in this network namespace: a name, a path, or . for the present one.",
        ),
    ] = "",
    latency: Annotated[
        str, typer.Option(metavar="TIME", help="How much later each answer of the API comes.")
    ] = "0s",
) -> int:
    """Serve a RouterOS world of wanwatch's own, with the configuration of an export.

    Lines are cut by typing (help lists the words) or over the API in /sim/line.

    With --netns the same router forwards real packets: its addresses, routes, rules and firewall
    are put into that network namespace, where the API listens too (--listen 0.0.0.0:8728 reaches
    it from the LAN); an interface is the device of its name. At the end everything stays in the
    namespace as it is, so that traffic flows on; the next start clears it.
    """
    from wanwatch.cli.sim_command import Served, run_sim  # noqa: PLC0415 - as above

    return run_sim(
        Served(
            tuple(load),
            listen,
            user,
            password,
            clients if clients is not None else 0 if netns else 40,
            seed,
            tuple(echo or ()),
            netns,
            latency,
        )
    )


@app.command()
def demo(
    plain: Annotated[bool, typer.Option("--plain", help="Print lines, no live display.")] = False,
) -> int:
    """Show a failover and a failback in the built-in world; needs no router and no network."""
    from wanwatch.cli.demo import run_demo  # noqa: PLC0415 - as above

    return run_demo(plain)


@app.command()
def version() -> int:
    """Print the version."""
    typer.echo(f"wanwatch {__version__}")
    return EXIT_OK
