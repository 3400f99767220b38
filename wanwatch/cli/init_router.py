"""The ``[router]`` section of a configuration that ``init`` writes. Never holds a password."""

from collections.abc import Iterator

from wanwatch.cli.init_toml import assignment, comment
from wanwatch.cli.login import Login, place_of
from wanwatch.cli.login_options import DEFAULT_USER
from wanwatch.config.router import API_PORT, API_TLS_PORT
from wanwatch.core.discovery.found import Discovery
from wanwatch.core.survey import Survey

_OWN_LOGIN = (
    "wanwatch logs in over the API, over the LAN and never over one of the lines. Give it a login of",
    "its own, so that the router's log tells it from people:",
    "  /user group add name=wanwatch policy=read,write,api",
    "  /user add name=wanwatch group=wanwatch address=<this host>/32 password=...",
)
_MOST_ADDRESSES = 6


def section_of_export(survey: Survey, discovery: Discovery) -> Iterator[str]:
    """The section as comments: an export does not say how its router is reached."""
    yield from map(comment, _OWN_LOGIN)
    uplinks = {interface for wan in discovery.wans for interface in wan.interfaces}
    inside = [
        f"{row.address.partition('/')[0]} ({row.interface})"
        for row in survey.snapshot.addresses
        if not row.disabled and row.interface not in uplinks and ":" not in row.address
    ]
    if inside:
        more = ", ..." if len(inside) > _MOST_ADDRESSES else ""
        yield comment(
            f"Addresses of this router that are on no line: {', '.join(inside[:_MOST_ADDRESSES])}{more}"
        )
    yield "#[router]"
    yield '#address = "..."'
    yield '#user = "wanwatch"'
    yield '#password_file = "/etc/wanwatch/password"'


def section_of_login(login: Login) -> Iterator[str]:
    """The section of a router that the command line named; raises Failure as ``place_of``."""
    tls = bool(login.tls_fingerprint)
    usual = API_TLS_PORT if tls else API_PORT
    host, port = place_of(login.router, usual)
    user = DEFAULT_USER if login.user is None else login.user
    yield "[router]"
    yield assignment("address", host)
    if port != usual:
        yield f"port = {port}"
    yield from map(comment, _OWN_LOGIN)
    yield assignment("user", user)
    if login.password_file is not None:
        yield assignment("password_file", str(login.password_file.resolve()))
    elif login.password_env:
        yield assignment("password_env", login.password_env)
    else:
        yield comment("Without a file or a variable the password is empty. One of these:")
        yield '#password_file = "/etc/wanwatch/password"  # mode 0600'
        yield '#password_env = "WANWATCH_PASSWORD"'
    if tls:
        yield 'tls = "pin"'
        yield assignment("tls_fingerprint", login.tls_fingerprint)
