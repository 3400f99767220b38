"""The router of a configuration, ready to be asked."""

from collections.abc import Callable

from wanwatch.config import Config, ConfigError
from wanwatch.config.router import RouterSection
from wanwatch.routeros.errors import LoginRefused
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import Call, RouterSession, Timeouts
from wanwatch.routeros.tls import TlsOptions
from wanwatch.service.log import forget


def open_router(config: Config, on_call: Callable[[Call], None] | None = None) -> Router:
    """The router of a configuration; raises ConfigError when it names none."""
    return Router(open_session(config, on_call))


def open_session(config: Config, on_call: Callable[[Call], None] | None = None) -> RouterSession:
    """A conversation of its own with the router; raises ConfigError when there is none."""
    section = config.require_router()
    return RouterSession(
        section.address,
        section.api_port,
        section.user,
        lambda: _password(section),
        tls=_tls(config),
        timeouts=Timeouts(sentence=section.timeout, command=max(60.0, section.timeout)),
        on_call=on_call,
    )


def _password(section: RouterSection) -> str:
    """The password as it is now, masked in the log from here on; raises LoginRefused."""
    try:
        password = section.password().reveal()
    except ConfigError as error:
        raise LoginRefused(str(error)) from error
    forget(password)
    return password


def _tls(config: Config) -> TlsOptions | None:
    section = config.require_router()
    match section.tls:
        case "ca":
            return TlsOptions.with_ca(section.tls_ca_file or "", section.tls_server_name or "")
        case "pin":
            return TlsOptions.pinned(section.tls_fingerprint or "")
        case "anonymous":
            return TlsOptions.anonymous()
        case _:
            return None
