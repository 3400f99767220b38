"""The probes of the matrix: each way of steering, each kind of probe, each family, each line.

Every case asks an address of its own, so that whoever sees a packet knows whose it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tests.lab.steering_ways import Line, Way
from tests.lab.topology import Topology
from wanwatch.core.snapshot import Version

TARGETS_4, TARGETS_6 = "203.0.113.0/24", "2001:db8:ffff::/64"
"""Where the internet has its hosts; whatever address of these is asked is there."""
TCP_PORT = 7007


class Kind(StrEnum):
    """How a case asks; ICMP by each of the two engines."""

    ICMP_KERNEL = "icmp (kernel)"
    ICMP_AIOPING = "icmp (aioping)"
    TCP = "tcp"
    DNS = "dns"
    HTTP = "http"
    HTTPS = "https"

    @property
    def engine(self) -> str:
        """The engine of ICMP probes."""
        return "aioping" if self is Kind.ICMP_AIOPING else "kernel"

    def target(self, address: str) -> str:
        """What is asked, as the configuration has it."""
        host = f"[{address}]" if ":" in address else address
        match self:
            case Kind.TCP:
                return f"tcp:{host}:{TCP_PORT}"
            case Kind.DNS:
                return f"dns:{host}"
            case Kind.HTTP | Kind.HTTPS:
                return f"{self.value}://{host}/"
        return address


@dataclass(frozen=True, slots=True)
class Case:
    """One probe of the matrix."""

    way: Way
    kind: Kind
    line: Line
    number: int
    """Tells it from all others of its family."""

    @property
    def id(self) -> str:
        """Its name."""
        return f"{self.way}/{self.kind}/ipv{self.line.family}/{self.line.wan}"

    @property
    def address(self) -> str:
        """The address that it asks, and nobody else."""
        if self.line.family == 6:
            return f"2001:db8:ffff::{self.number:x}"
        return f"203.0.113.{self.number}"

    @property
    def target(self) -> str:
        """What it asks, as the configuration has it."""
        return self.kind.target(self.address)


def families(topology: Topology) -> tuple[int, ...]:
    """The families that a router can steer: RouterOS 6 has no routing marks for IPv6."""
    return (4, 6) if topology.version >= Version(7) else (4,)


def cases(topology: Topology) -> Iterator[Case]:
    """All cases of a router."""
    for family in families(topology):
        lines = [Line(n, family, topology) for n in range(1, len(topology.uplinks) + 1)]
        ordered = [(way, kind, line) for way in Way for kind in Kind for line in lines]
        for number, (way, kind, line) in enumerate(ordered, start=1):
            yield Case(way, kind, line, number)
