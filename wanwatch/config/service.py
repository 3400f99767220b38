"""``[failover]``, ``[status]`` and ``[log]``: what wanwatch does on the router, and what it says."""

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import Field

from wanwatch.config.durations import Span, SpanOrOff
from wanwatch.config.fields import LABEL, Between, Section, Text
from wanwatch.config.problem import toml_value, wrong

_LONGEST_SOCKET = 107
"""Bytes of a unix socket's path (unix(7): 108 with the closing zero)."""
LEASE = 30.0
"""Renewed every ten seconds: seldom enough for the router's log, often enough for who waits."""
_LISTEN = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\[\]]+)):(?P<port>\d{1,5})")


def _listen(value: str) -> str:
    if not value:
        return value
    match = _LISTEN.fullmatch(value)
    if match is None or int(match["port"]) > 65535 or not _is_host(match["v6"] or match["host"]):
        raise wrong(
            f"{toml_value(value)} is not ADDRESS:PORT; "
            'write it as "127.0.0.1:9470" or "[::1]:9470", or "" to listen nowhere'
        )
    return value


def _is_host(text: str) -> bool:
    if text == "localhost":
        return True
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _socket(value: str) -> str:
    if value and not value.startswith("/"):
        raise wrong(
            f"{toml_value(value)} is not an absolute path; "
            'write it from the root, as "/run/wanwatch/wanwatch.sock", or "" for no socket'
        )
    if len(value.encode()) > _LONGEST_SOCKET:
        raise wrong(f"{toml_value(value)} is too long; a unix socket's path has 107 bytes at most")
    return value


class FailoverSection(Section):
    """What wanwatch may do on the router."""

    rebalance: Literal["share", "whole"] = "share"
    """How a lost WAN's buckets go to the others: split so that the shares follow the weights, or
    whole ones only, for who wants no rule added."""
    flush: bool = True
    """Remove a lost WAN's connections. Without it they hang until their clients give up."""
    disable_routes: bool = True
    """Disable a lost WAN's default routes. Without it wanwatch moves buckets only."""
    writes_per_hour: Annotated[int, Between(1, 3600)] = 60
    """So many configuration writes an hour at most. Each one wears the router's flash; when they
    are spent wanwatch says so and keeps to what protects users."""
    reconcile_interval: Annotated[float, Span("500ms", "1h")] = 30.0
    """How often the router is compared with what it should be when nothing happened. It bounds
    how long a hand edit or a reboot stays unseen."""
    lease: Annotated[float, SpanOrOff("2s", "10m")] = LEASE
    """How long the router keeps the lease, a list entry in its memory that one instance holds and
    renews: only the holder writes. When it dies another takes over after this time, and the
    router's own restore script puts everything back. Left out it is longer where the router's
    `timeout` is long. `"off"` where neither another instance nor that script is used."""
    instance: Annotated[str, LABEL] | None = Field(
        default=None,
        examples=["watch-1"],
        json_schema_extra={"default_text": "the host's name"},
    )
    """What this wanwatch is called in the lease, where several watch one router."""


class StatusSection(Section):
    """Where wanwatch answers `wanwatch status` and serves metrics."""

    listen: Annotated[str, Text(_listen, "ADDRESS:PORT or empty")] = Field(
        default="127.0.0.1:9470", examples=["127.0.0.1:9470"]
    )
    """Where HTTP is served. This host only, since there is no login; empty for nowhere."""
    socket: Annotated[str, Text(_socket, "an absolute path or empty")] = Field(
        default="/run/wanwatch/wanwatch.sock", examples=["/run/wanwatch/wanwatch.sock"]
    )
    """The unix socket that `wanwatch status` asks; its permissions say who may. Empty for none."""

    @property
    def listen_address(self) -> tuple[str, int] | None:
        """The host and the port to listen on; None for nowhere."""
        match = _LISTEN.fullmatch(self.listen)
        return (match["v6"] or match["host"], int(match["port"])) if match else None

    @property
    def is_exposed(self) -> bool:
        """True when hosts other than this one can ask."""
        if self.listen_address is None or self.listen_address[0] == "localhost":
            return False
        return not ipaddress.ip_address(self.listen_address[0]).is_loopback


class LogSection(Section):
    """What is logged, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important event that is logged."""
    format: Literal["auto", "json", "console"] = "auto"
    """JSON for machines, console for people; auto is console on a terminal."""
