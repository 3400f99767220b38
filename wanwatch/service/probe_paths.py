"""By which source each WAN's probes are known on the router, from how they are steered.

A source address is configured, or it follows from the device or the firewall mark: the host's own
routing chooses it, and says so for a socket that is steered alike. Nothing is sent for that.
"""

import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from wanwatch.config import Config
from wanwatch.core.path_proof import ProbePath
from wanwatch.core.target import Target
from wanwatch.probes.results import LocalFault
from wanwatch.probes.steering import Steering, open_steered
from wanwatch.routeros.probe_entries import ProbeQuestion

_MOST_FAR_ENDS = 2
"""Of one WAN: what answers is asked for every time, so more tell nothing more."""
_CROWDED = (53, 80, 443)
"""Ports to which a LAN's own clients go as well, by the thousand."""
_ANY_PORT = 9


@dataclass(frozen=True, slots=True)
class SteeredWan:
    """A WAN, what its probes are steered by, and what they ask."""

    name: str
    steering: Steering
    targets: tuple[Target, ...]


def steered_wans(config: Config) -> tuple[SteeredWan, ...]:
    """The WANs of a configuration."""
    return tuple(
        SteeredWan(wan.name, Steering(*wan.steering), config.probing(wan).targets)
        for wan in config.wans
    )


def probe_path(wan: SteeredWan) -> ProbePath:
    """How its probes are known now; without a source where this host cannot send any."""
    targets = frozenset(target.address for target in wan.targets)
    return ProbePath(wan.name, _source(wan), targets)


def question(wans: Sequence[SteeredWan], paths: Sequence[ProbePath]) -> ProbeQuestion:
    """What to ask the router for: IPv4 entries, since IPv6's tell no line."""
    asked = [(wan, path.source) for wan, path in zip(wans, paths, strict=True)]
    asked = [(wan, source) for wan, source in asked if source and ":" not in source]
    far_ends = {far_end for wan, _ in asked for far_end in _far_ends(wan)}
    return ProbeQuestion(frozenset(source for _, source in asked), far_ends)


def _source(wan: SteeredWan) -> str:
    if wan.steering.source is not None:
        return str(ip_address(wan.steering.source))
    target = min(wan.targets, key=lambda target: target.is_ipv6)
    try:
        sock = open_steered(target.address, socket.SOCK_DGRAM, 0, wan.steering)
    except LocalFault:
        return ""
    with contextlib.closing(sock):
        try:
            sock.connect((target.address, target.port or _ANY_PORT))
            return str(sock.getsockname()[0])
        except OSError:
            return ""


def _far_ends(wan: SteeredWan) -> Sequence[str]:
    """Where its probes go, when no probe of it is found by its source in every version."""
    known = [target for target in wan.targets if not target.is_ipv6]
    if any(target.port is None for target in known):
        return ()
    known.sort(key=lambda target: target.port in _CROWDED)
    return [f"{target.address}:{target.port}" for target in known[:_MOST_FAR_ENDS]]
