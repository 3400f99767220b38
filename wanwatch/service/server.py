"""The status server: metrics, health, readiness and the status document, over HTTP.

Answers on a TCP address and on a unix socket. It only tells: there is nothing to change here, so
that GET (and HEAD) is all it knows. There is no login; who may ask is decided by the address it
listens on and by the permissions of the socket's file.
"""

import errno
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from aiohttp import web

from wanwatch.service import unix_socket
from wanwatch.service.metrics import Metrics
from wanwatch.service.status import StatusDocument

_SHUTDOWN = 1.0
"""Seconds that answers under way get when the server closes."""
_HEADERS = {
    "Server": "wanwatch",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class StatusServerError(Exception):
    """The server cannot listen; its sentence names the address or path and the remedy."""


class Explains(Protocol):
    """Says why a WAN is in its state."""

    @property
    def wans(self) -> Sequence[str]:
        """The WANs that can be asked for."""
        ...

    def make(self, wan: str) -> dict[str, Any]:
        """Return the explanation of one of them, as JSON values."""
        ...


class StatusServer:
    """Serves ``/metrics``, ``/healthz``, ``/readyz``, ``/api/status`` and ``/api/explain?wan=W``.

    ``document`` makes the status of this moment, ``explains`` that of one WAN; ``alive`` says
    whether the daemon's loop goes on.
    """

    def __init__(
        self,
        document: Callable[[], StatusDocument],
        explains: Explains,
        metrics: Metrics,
        alive: Callable[[], bool],
    ) -> None:
        self.address: tuple[str, int] | None = None
        """Where HTTP is served, with the port that was taken; None for nowhere."""
        self._document = document
        self._explains = explains
        self._metrics = metrics
        self._alive = alive
        self._runner: web.AppRunner | None = None
        self._socket_path = ""
        self._socket_made: tuple[int, int] | None = None

    async def start(self, listen: tuple[str, int] | None, socket_path: str) -> None:
        """Begin to answer at ``listen`` (None: no TCP) and at ``socket_path`` (empty: no socket).

        Raises StatusServerError, and then serves nothing, when either cannot be had.
        """
        if self._runner is not None:
            raise RuntimeError("the status server was started already")
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=_SHUTDOWN)
        await runner.setup()
        self._runner = runner
        try:
            if listen is not None:
                self.address = await _serve_tcp(runner, *listen)
            if socket_path:
                await self._serve_unix(runner, socket_path)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Stop answering and remove the socket's file; a second call does nothing."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        self.address = None
        try:
            await runner.cleanup()
        finally:
            unix_socket.remove(self._socket_path, self._socket_made)
            self._socket_made = None

    async def _serve_unix(self, runner: web.AppRunner, path: str) -> None:
        try:
            sock = unix_socket.bind(path)
        except unix_socket.SocketPathError as error:
            raise StatusServerError(str(error)) from error
        self._socket_path, self._socket_made = path, unix_socket.identity(path)
        try:
            await web.SockSite(runner, sock).start()
        except BaseException:
            sock.close()
            raise

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/metrics", self._get_metrics)
        app.router.add_get("/healthz", self._get_health)
        app.router.add_get("/readyz", self._get_ready)
        app.router.add_get("/api/status", self._get_status)
        app.router.add_get("/api/explain", self._get_explain)
        app.on_response_prepare.append(_set_headers)
        return app

    async def _get_metrics(self, _: web.Request) -> web.Response:
        self._metrics.update(self._document())
        headers = {"Content-Type": self._metrics.content_type}
        return web.Response(body=self._metrics.render(), headers=headers)

    async def _get_health(self, _: web.Request) -> web.Response:
        alive = self._alive()
        return web.json_response({"alive": alive}, status=200 if alive else 503)

    async def _get_ready(self, _: web.Request) -> web.Response:
        document = self._document()
        if document.ready:
            return web.json_response({"ready": True})
        router = document.router
        answer = {
            "ready": False,
            "reason": why_not_ready(document),
            "router": router.state,
            "error": router.error,
        }
        return web.json_response(answer, status=503)

    async def _get_status(self, _: web.Request) -> web.Response:
        return web.json_response(self._document().as_json())

    async def _get_explain(self, request: web.Request) -> web.Response:
        wan = request.query.get("wan", "")
        if wan not in self._explains.wans:
            answer = {"error": "no-such-wan", "wan": wan, "wans": self._explains.wans}
            return web.json_response(answer, status=404)
        return web.json_response(self._explains.make(wan))


def why_not_ready(document: StatusDocument) -> str:
    """Return the stable word for what a daemon that is not ready waits for."""
    if document.router.last_observed is None:
        return f"router-{document.router.state}"
    if document.frozen:
        return f"frozen-{document.frozen}"
    return "starting"


async def _serve_tcp(runner: web.AppRunner, host: str, port: int) -> tuple[str, int]:
    # "localhost" would mean two listeners, with two ports when port 0 is asked for.
    host = "127.0.0.1" if host == "localhost" else host
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise StatusServerError(_tcp_sentence(host, port, error)) from error
    name = runner.addresses[-1]
    return name[0], name[1]


def _tcp_sentence(host: str, port: int, error: OSError) -> str:
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is taken by another program (perhaps by another wanwatch); "
            "stop that one, or name another port with [status] listen"
        )
    # Where none of a host's addresses can be had, newer asyncio says so without a number.
    if error.errno in (errno.EADDRNOTAVAIL, None):
        return f"{host} is no address of this host; name one that is with [status] listen"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{where} is not permitted to this user; name a port above 1023 with [status] listen"
    return f"cannot listen on {where}: {error.strerror or error}; see [status] listen"


async def _set_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
