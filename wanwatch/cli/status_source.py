"""Asking a running daemon for its status document, over its unix socket or over HTTP."""

import http.client
import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from wanwatch.cli.console import EXIT_NO_DAEMON, Failure
from wanwatch.config import ConfigError, StatusSection, load

STATUS = "/api/status"
"""Where the status document is served; the explanation of a WAN has a path of its own."""
_EXPLAIN = "/api/explain?wan="
_TIMEOUT = 5.0
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - replaced, not listened on


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the command line says that the daemon is."""

    config: Path
    is_explicit: bool = False
    """True when the configuration was named, so that it has to be there."""
    url: str = ""
    socket: Path | None = None


Place = Path | tuple[str, int]
"""A unix socket, or host and port."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_TIMEOUT)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket's path instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def places(asked: Asked) -> list[Place]:
    """Where to ask, the likeliest first; raises Failure with the code for "no daemon"."""
    if asked.socket is not None and asked.url:
        raise Failure("--url and --socket name two daemons; give one of them", code=EXIT_NO_DAEMON)
    if asked.socket is not None:
        return [asked.socket]
    if asked.url:
        return [_of_url(asked.url)]
    section = StatusSection()
    try:
        section = load(asked.config).status
    except ConfigError as error:
        # Whoever asks may not be allowed to read the configuration: it may hold the password.
        if asked.is_explicit:
            raise Failure(*error.problems, code=EXIT_NO_DAEMON) from error
    found: list[Place] = [Path(section.socket)] if section.socket else []
    if section.listen_address is not None:
        host, port = section.listen_address
        found.append((_ANY_ADDRESS.get(host, host), port))
    if not found:
        sentence = "the configuration serves status nowhere; set status.socket or status.listen"
        raise Failure(f"{asked.config}: {sentence}", code=EXIT_NO_DAEMON)
    return found


class NoSuchWan(Exception):  # noqa: N818 - it says what was asked for
    """The daemon answers, and has no WAN of that name; ``known`` are those that it has."""

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__(known)
        self.known = known


def fetch_explanation(where: Sequence[Place], wan: str) -> bytes:
    """Why a WAN is in its state; raises Failure as ``fetch`` does, also for a WAN unknown."""
    try:
        return fetch(where, _EXPLAIN + quote(wan, safe=""))
    except NoSuchWan as error:
        sentence = f"the daemon has no WAN {wan!r}; it has {', '.join(error.known)}"
        raise Failure(sentence, code=EXIT_NO_DAEMON) from error


def fetch(where: Sequence[Place], path: str = STATUS) -> bytes:
    """A document as it is served; raises Failure with the code for "no daemon", or NoSuchWan."""
    failures = []
    for place in where:
        try:
            return _fetch(place, path)
        except (OSError, http.client.HTTPException) as error:
            failures.append(f"{_shown(place)}: {_why(error)}")
    raise Failure(f"no daemon answers ({'; '.join(failures)})", code=EXIT_NO_DAEMON)


def _fetch(place: Place, path: str) -> bytes:
    if isinstance(place, Path):
        connection: http.client.HTTPConnection = _UnixConnection(place)
    else:
        connection = http.client.HTTPConnection(*place, timeout=_TIMEOUT)
    try:
        connection.request("GET", path, headers={"Accept": "application/json"})
        response = connection.getresponse()
        body = response.read()
        if response.status == http.client.NOT_FOUND:
            _raise_if_unknown(body)
        if response.status != http.client.OK:
            raise http.client.HTTPException(f"HTTP {response.status} {response.reason}")
        return body
    finally:
        connection.close()


def _raise_if_unknown(body: bytes) -> None:
    """Raise NoSuchWan where the daemon says so; an older one says nothing of the kind."""
    try:
        document = json.loads(body)
    except ValueError:
        return
    if isinstance(document, dict) and isinstance(document.get("wans"), list):
        raise NoSuchWan([str(name) for name in document["wans"]])


def _of_url(url: str) -> Place:
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
        parts = urlsplit("")
    if not host or parts.scheme not in ("", "http"):
        raise Failure(f"--url {url}: write it as http://127.0.0.1:9470", code=EXIT_NO_DAEMON)
    return host, port or 9470


def _shown(place: Place) -> str:
    return str(place) if isinstance(place, Path) else f"{place[0]}:{place[1]}"


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {_TIMEOUT:g} s"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
