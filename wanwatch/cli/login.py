"""The router on the command line: its address and its login, or the configuration that names both.

How a command uses it: it takes the options of ``login_options`` as parameters (their defaults are
those of ``Login``'s fields), makes a ``Login`` of them, and opens it::

    @app.command()
    def inspect(config: ConfigFileOption = None, router: RouterOption = "", user: UserOption = None,
                password_file: PasswordFileOption = None, password_env: PasswordEnvOption = "",
                tls_fingerprint: TlsFingerprintOption = "") -> int:
        login = Login(config, router, user, password_file, password_env, tls_fingerprint)

    login.check()                       # before anything else: refuses options that contradict
    async with login.open() as router:  # a routeros.router.Router, closed at the end
        survey = await router.survey()

``open`` takes the router of the command line; without one, that of the configuration.
"""

import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path

from wanwatch.cli.console import Failure
from wanwatch.cli.login_options import DEFAULT_USER
from wanwatch.cli.source import live_router
from wanwatch.config import load
from wanwatch.config.password import from_environment, from_file
from wanwatch.config.router import API_PORT, API_TLS_PORT
from wanwatch.config.secret import Secret
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession
from wanwatch.routeros.tls import TlsOptions

_PLACE = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:\[\]/\s]+))(?::(?P<port>\d{1,5}))?"
)


@dataclass(frozen=True, slots=True)
class Login:
    """How the command line names the router."""

    config: Path | None = None
    router: str = ""
    """``HOST[:PORT]``; empty where the configuration names it."""
    user: str | None = None
    password_file: Path | None = None
    password_env: str = ""
    tls_fingerprint: str = ""

    def check(self) -> None:
        """Refuse options that contradict each other, and an address that is none; raises Failure."""
        if not self.router:
            for option, value in self._options():
                if value:
                    raise Failure(f"{option} goes with --router HOST; a configuration has its own")
            return
        if self.password_file is not None and self.password_env:
            raise Failure("--password-file and --password-env both name the password; give one")
        self._place(self._tls())

    def check_named_once(self) -> None:
        """As ``check``, and exactly one of --config and --router names the router."""
        if (self.config is None) == (not self.router):
            raise Failure(
                "name the router, by --config FILE or by --router HOST[:PORT]; one of the two"
            )
        self.check()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Router]:
        """The router; raises Failure and ConfigError. Each use of it may raise RouterError."""
        if not self.router:
            if self.config is None:
                raise Failure("name the router, by --router HOST[:PORT] or by --config FILE")
            async with live_router(load(self.config)) as router:
                yield router
            return
        tls = self._tls()
        host, port = self._place(tls)
        user = DEFAULT_USER if self.user is None else self.user
        password = self._password(user).reveal()
        async with RouterSession(host, port, user, password, tls=tls) as session:
            yield Router(session)

    def _options(self) -> tuple[tuple[str, object], ...]:
        return (
            ("--user", self.user is not None),
            ("--password-file", self.password_file),
            ("--password-env", self.password_env),
            ("--tls-fingerprint", self.tls_fingerprint),
        )

    def _place(self, tls: TlsOptions | None) -> tuple[str, int]:
        return place_of(self.router, API_PORT if tls is None else API_TLS_PORT)

    def _tls(self) -> TlsOptions | None:
        if not self.tls_fingerprint:
            return None
        try:
            return TlsOptions.pinned(self.tls_fingerprint)
        except ValueError as error:
            raise Failure(f"--tls-fingerprint: {error}") from error

    def _password(self, user: str) -> Secret:
        """From a file, a variable or a person at a terminal; empty where there is none of them."""
        if self.password_file is not None:
            return from_file(self.password_file, "--password-file", may_be_empty=True)
        if self.password_env:
            return from_environment(self.password_env, os.environ, "--password-env")
        if sys.stdin is not None and sys.stdin.isatty():
            return Secret(getpass(f"Password of {user} (empty for none): "))
        return Secret("")


def place_of(text: str, otherwise: int, *, lowest: int = 1) -> tuple[str, int]:
    """Host and port of ``HOST[:PORT]``; raises Failure. An IPv6 address stands in brackets.

    ``lowest`` is 0 where port 0 means that the system chooses.
    """
    match = _PLACE.fullmatch(text)
    if match is None or not lowest <= int(match["port"] or otherwise) < 65536:
        raise Failure(f"{text!r} is not HOST[:PORT]; write it as 192.168.88.1 or 192.168.88.1:8728")
    return match["v6"] or match["host"], int(match["port"] or otherwise)
