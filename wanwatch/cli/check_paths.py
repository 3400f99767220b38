"""Whether what is sent as a WAN's probes are leaves by that WAN: the router's own word for it.

One datagram (or the first packet of a connection, for a target that is asked by TCP) is sent as the
WAN's probes are. It needs no answer: the router's connection entry says to which address it was
translated, and that is the line's (RouterOS manual, "Connection tracking").
"""

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from wanwatch.config import Config
from wanwatch.config.wan import WanSection
from wanwatch.core.families import version_of
from wanwatch.core.target import Target, TargetKind
from wanwatch.core.wans import Wan, Wans
from wanwatch.probes.results import LocalFault
from wanwatch.probes.steering import Steering, open_steered
from wanwatch.routeros.dialect import CONNECTION_MENU
from wanwatch.routeros.router import Router
from wanwatch.routeros.rows import without_port

_WAIT = 0.4
"""Seconds until an entry is looked for."""
_TRACEROUTE = 33434
"""A port that nobody listens on; what traceroute(8) sends to."""
_BY_TCP = (TargetKind.TCP, TargetKind.HTTP)


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of one WAN's packet; ``state`` is a word for what does not hold."""

    what: str
    holds: bool
    detail: str
    state: str = "missing"


async def prove_paths(config: Config, router: Router, wans: Wans) -> list[Proof]:
    """Send as each WAN's probes are sent, and read where it went. Raises RouterError."""
    proofs = []
    for wan in config.wans:
        if wan.is_steered:
            target = _target(wan, config.probing(wan).targets)
            proofs.append(await _prove(wan, target, router, wans.named(wan.name)))
    return proofs


async def _prove(
    wan: WanSection, target: Target | None, router: Router, bound: Wan | None
) -> Proof:
    what = f"{wan.name}: the way of its probes"
    if target is None:
        detail = "not tried: an IPv6 source is not translated, so nothing tells the line"
        return Proof(what, holds=False, detail=detail, state="note")
    kind = socket.SOCK_STREAM if target.kind in _BY_TCP else socket.SOCK_DGRAM
    try:
        sock = open_steered(target.address, kind, 0, Steering(*wan.steering))
    except LocalFault as fault:
        return Proof(what, holds=False, detail=f"nothing can be sent: {fault.error.detail}")
    port = target.port or _TRACEROUTE
    with contextlib.closing(sock):
        try:
            with contextlib.suppress(BlockingIOError):
                sock.connect((target.address, port))
            source, own_port = sock.getsockname()[:2]
            if kind == socket.SOCK_DGRAM:
                sock.send(b"wanwatch check")
        except OSError as error:
            return Proof(what, holds=False, detail=f"nothing can be sent: {error.strerror}")
        await asyncio.sleep(_WAIT)
        found = await _translated_to(router, source, own_port, target)
    expected = bound.addresses if bound is not None else frozenset()
    return _judged(what, wan.name, found, expected, source)


def _judged(
    what: str, name: str, found: Sequence[str], expected: frozenset[str], source: str
) -> Proof:
    if not found:
        detail = "no connection of it is on the router: does this host reach the internet past it?"
        return Proof(what, holds=False, detail=detail)
    if source in found:
        detail = "it is not translated, so nothing in its connection tells the line"
        return Proof(what, holds=False, detail=detail, state="note")
    strange = [address for address in found if address not in expected]
    if strange and not expected:
        detail = f"translated to {strange[0]}, and no address of {name} is known to compare it with"
        return Proof(what, holds=False, detail=detail, state="note")
    if not strange:
        return Proof(what, holds=True, detail=f"translated to {found[0]}, as the line's own are")
    detail = (
        f"translated to {strange[0]}, which is no address of {name} ({', '.join(sorted(expected))})"
    )
    return Proof(what, holds=False, detail=detail, state="wrong")


async def _translated_to(router: Router, source: str, port: int, target: Target) -> list[str]:
    """The addresses that the connection from this source and port was translated to.

    Asked for in both shapes, with the port in the address and beside it: queries are exact.
    """
    rows = await router.session.command(
        f"{CONNECTION_MENU}/print",
        queries=[
            *(f"src-address={source}", f"src-port={port}", "#&"),
            *(f"src-address={source}:{port}", "#|"),
        ],
        proplist=("src-address", "dst-address", "reply-dst-address"),
    )
    found = [
        without_port(row.get("reply-dst-address", ""))
        for row in rows
        if without_port(row.get("dst-address", "")) == target.address
    ]
    return list(dict.fromkeys(filter(None, found)))


def _target(wan: WanSection, targets: Sequence[Target]) -> Target | None:
    """A target of IPv4, one that is asked by a datagram first; None for an IPv6 source."""
    if version_of(wan.source or "") == 6:
        return None
    usable = [target for target in targets if version_of(target.address) == 4]
    usable.sort(key=lambda target: target.kind is not TargetKind.UDP)
    return usable[0] if usable else None
