"""People on the LAN: they open connections, talk, wait, give up, and come back.

They show what users feel: per line, how many connections are open, hang, were completed or broke.
A connection whose packets reach the far end from another address or port than it began with is
unknown there and is reset, as TCP does (RFC 9293, 3.5.2); the client then connects anew at once.
"""

import heapq
import random
from dataclasses import dataclass
from itertools import count, islice

from wanwatch.sim.packet import Packet, is_private, mask_of
from wanwatch.sim.world import World

_PORTS = (443, 443, 443, 443, 80, 993, 22, 8443)
_UDP_PORTS = (443, 53, 123, 3478)
_UDP_PART = 0.3
_FIRST_PORT, _LAST_PORT = 20000, 65000
_FIRST_RETRY = 1.0
_LONGEST_RETRY = 30.0
_MOST_HOSTS = 65536
_NO_LINE = "-"


@dataclass(slots=True)
class Counts:
    """What happened to the connections of one line."""

    open: int = 0
    """Established and answering now."""
    hung: int = 0
    """Waiting for an answer now, to their first packet or to a later one."""
    completed: int = 0
    broken: int = 0
    """Given up without an answer, or reset by the far end."""


@dataclass(slots=True, eq=False)
class Flow:
    """One connection of one client."""

    client: int
    packet: Packet
    ends_at: float
    outside: tuple[int, int] | None = None
    """How the far end knows it; None until it answered."""
    line: str = _NO_LINE
    unanswered_since: float | None = None
    retry: float = _FIRST_RETRY


@dataclass(frozen=True, slots=True)
class Manners:
    """How clients behave; all times in seconds."""

    hold: tuple[float, float] = (5.0, 60.0)
    """A connection lives for a random time between these."""
    talk_every: float = 2.0
    give_up_after: float = 30.0
    pause: float = 1.0
    """Up to this long between two connections of a client, one after the other."""


DEFAULT_MANNERS = Manners()


class Clients:
    """A population of LAN clients, each with so many connections at a time.

    Call ``step(now)`` as time passes; it does everything that was due until then. Raises
    ValueError when the router has no LAN.
    """

    def __init__(
        self,
        world: World,
        clients: int = 20,
        connections_per_client: int = 4,
        *,
        manners: Manners = DEFAULT_MANNERS,
        seed: int = 1,
    ) -> None:
        self.world = world
        self.manners = manners
        self.flows: dict[Flow, None] = {}
        self._ended: dict[str, Counts] = {}
        self._due: list[tuple[float, int, Flow]] = []
        self._chance = random.Random(seed)  # noqa: S311 (a simulation wants repeatable chance)
        self._order = count()
        self._next_port = count()
        lan = world.lan()
        if lan is None:
            raise ValueError("the router has no running LAN interface with an address")
        self._interface = lan.interface
        size = ~mask_of(lan.length) & 0xFFFFFFFF
        own = {address.number for address in world.state().addresses}
        hosts = (lan.network + number for number in range(1, size))
        self._hosts = list(islice((host for host in hosts if host not in own), _MOST_HOSTS))
        now = world.clock()
        for client in range(clients):
            for _ in range(connections_per_client):
                self._open(client, now + self._chance.uniform(0.0, self.manners.pause))

    def step(self, now: float) -> None:
        """Do what the clients were to do until now: open, send, retry, give up."""
        while self._due and self._due[0][0] <= now:
            _, _, flow = heapq.heappop(self._due)
            self._talk(flow, now)

    def counts(self) -> dict[str, Counts]:
        """What users feel, by uplink interface; ``-`` stands for what left by no line."""
        found = {
            name: Counts(completed=ended.completed, broken=ended.broken)
            for name, ended in self._ended.items()
        }
        for name in self.world.uplinks():
            found.setdefault(name, Counts())
        for flow in self.flows:
            counts = found.setdefault(flow.line, Counts())
            if flow.unanswered_since is not None:
                counts.hung += 1
            elif flow.outside is not None:
                counts.open += 1
        return found

    def populate(self, connections: int) -> int:
        """Make long-lived connections at once that nobody uses; how many were answered."""
        answered = 0
        for number in range(connections):
            packet = self._packet(number % len(self._hosts), protocol="tcp")
            answered += self.world.ask(packet).delay is not None
        return answered

    def _open(self, client: int, at: float) -> None:
        protocol = "udp" if self._chance.random() < _UDP_PART else "tcp"
        ends_at = at + self._chance.uniform(*self.manners.hold)
        flow = Flow(client, self._packet(client, protocol), ends_at)
        self.flows[flow] = None
        self._at(at, flow)

    def _packet(self, client: int, protocol: str) -> Packet:
        port = _FIRST_PORT + next(self._next_port) % (_LAST_PORT - _FIRST_PORT)
        return Packet(
            self._hosts[client % len(self._hosts)],
            self._somebody(),
            protocol,
            port,
            self._chance.choice(_PORTS if protocol == "tcp" else _UDP_PORTS),
            self._interface,
        )

    def _somebody(self) -> int:
        """A host on the internet, in 16.0.0.0 to 191.255.255.255."""
        while True:
            number = self._chance.randrange(16 << 24, 192 << 24)
            if not is_private(number):
                return number

    def _talk(self, flow: Flow, now: float) -> None:
        if flow.outside is not None and flow.unanswered_since is None and now >= flow.ends_at:
            self._complete(flow, now)
            return
        answer = self.world.ask(flow.packet)
        passage = answer.passage
        if flow.outside is None and passage.out_interface:
            flow.line = passage.out_interface
        if answer.delay is None:
            self._wait(flow, now)
        elif flow.outside is not None and flow.outside != passage.outside:
            self._restart(flow, now)
        else:
            flow.outside = passage.outside
            flow.unanswered_since, flow.retry = None, _FIRST_RETRY
            self._at(min(now + self.manners.talk_every, max(now, flow.ends_at)), flow)

    def _wait(self, flow: Flow, now: float) -> None:
        """Send again, later and later, until it is no use any more."""
        if flow.unanswered_since is None:
            flow.unanswered_since = now
        elif now - flow.unanswered_since >= self.manners.give_up_after:
            self._end(flow).broken += 1
            self._open(flow.client, now + self._chance.uniform(0.0, self.manners.pause))
            return
        self._at(now + flow.retry, flow)
        flow.retry = min(2 * flow.retry, _LONGEST_RETRY)

    def _restart(self, flow: Flow, now: float) -> None:
        """The far end does not know this connection: reset, and connect anew at once."""
        if flow.packet.protocol == "tcp":
            self.world.reset(flow.packet)
        self._end(flow).broken += 1
        self._open(flow.client, now)

    def _complete(self, flow: Flow, now: float) -> None:
        self.world.finish(flow.packet)
        self._end(flow).completed += 1
        self._open(flow.client, now + self._chance.uniform(0.0, self.manners.pause))

    def _end(self, flow: Flow) -> Counts:
        del self.flows[flow]
        return self._ended.setdefault(flow.line, Counts())

    def _at(self, when: float, flow: Flow) -> None:
        heapq.heappush(self._due, (when, next(self._order), flow))
