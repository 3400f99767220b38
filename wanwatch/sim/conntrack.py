"""Connection tracking: entries arise from packets, age, are refreshed, and are removed.

An entry keeps the address it was translated to for as long as it lives, whatever the rules say
by then. Sources: RouterOS manual, "Connection tracking" (fields, timeouts); Linux netfilter for
the states (a connection is new until an answer was seen).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wanwatch.sim.packet import Packet
from wanwatch.sim.store import Item

TIMEOUTS = {
    "tcp-syn-sent": 5.0,
    "tcp-established": 86400.0,
    "tcp-unacked": 300.0,
    "tcp-time-wait": 10.0,
    "tcp-close": 10.0,
    "udp": 10.0,
    "udp-stream": 180.0,
    "icmp": 10.0,
    "generic": 600.0,
}
"""Seconds by RouterOS's own names, less ``-timeout``; its defaults."""
_SWEEP_EVERY = 1.0
_FIRST_FREE_PORT, _LAST_PORT = 1024, 65535

Tuple5 = tuple[str, int, int, int, int]


@dataclass(slots=True, eq=False)
class Entry:
    """One connection. ``number`` is 0 until the first packet has left the router."""

    protocol: str
    src: int
    src_port: int
    dst: int
    dst_port: int
    icmp_id: int = 0
    nat_src: int = 0
    nat_port: int = 0
    mark: str = ""
    tcp_state: str = ""
    expires_at: float = 0.0
    number: int = 0
    packets: int = 0
    replies: int = 0
    is_masqueraded: bool = False
    is_assured: bool = False
    in_interface: str = ""
    out_interface: str = ""
    nat_rule: Item | None = None

    @property
    def seen_reply(self) -> bool:
        """True once the far end has answered."""
        return self.replies > 0


def key_of(packet: Packet) -> Tuple5:
    """What tells connections apart; an ICMP echo by its id."""
    port = packet.icmp_id if packet.protocol == "icmp" else packet.src_port
    return (packet.protocol, packet.src, port, packet.dst, packet.dst_port)


class Conntrack:
    """All entries of the router, by id and by what their packets look like."""

    def __init__(self, timeout: Callable[[str], float] = TIMEOUTS.__getitem__) -> None:
        self._timeout = timeout
        self._by_number: dict[int, Entry] = {}
        self._by_key: dict[Tuple5, Entry] = {}
        self._outside: dict[Tuple5, Entry] = {}
        self._last_number = 0
        self._next_sweep = 0.0

    def __len__(self) -> int:
        return len(self._by_number)

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._by_number.values()))

    def find(self, packet: Packet, now: float) -> Entry | None:
        """The living entry a packet belongs to."""
        entry = self._by_key.get(key_of(packet))
        if entry is not None and entry.expires_at <= now:
            self.remove(entry)
            return None
        return entry

    def get(self, item_id: str) -> Entry | None:
        """The entry with this id, as ``*1A``."""
        try:
            return self._by_number.get(int(item_id.removeprefix("*"), 16))
        except ValueError:
            return None

    def confirm(self, entry: Entry, nat_src: int, now: float) -> None:
        """Keep a new entry, with the address it was translated to and a free port there."""
        self._last_number += 1
        entry.number = self._last_number
        entry.nat_src = nat_src
        wanted = entry.icmp_id if entry.protocol == "icmp" else entry.src_port
        entry.nat_port = self._free_port(entry, wanted)
        self._by_number[entry.number] = entry
        self._by_key[self._key(entry)] = entry
        self._outside[self._outer(entry)] = entry
        self.refresh(entry, now)

    def refresh(self, entry: Entry, now: float) -> None:
        """Restart the timeout after a packet, by protocol and state."""
        entry.expires_at = now + self._timeout(self._timeout_name(entry))

    def answered(self, entry: Entry, now: float) -> None:
        """Take note of an answer from the far end."""
        entry.replies += 1
        if entry.protocol == "tcp" and entry.tcp_state in ("", "syn-sent"):
            entry.tcp_state = "established"
        entry.is_assured = entry.protocol == "tcp" or (
            entry.protocol == "udp" and entry.packets > 1
        )
        self.refresh(entry, now)

    def unanswered(self, entry: Entry, now: float) -> None:
        """Take note that data of an established connection stays without an answer."""
        if entry.tcp_state == "established":
            entry.expires_at = min(entry.expires_at, now + self._timeout("tcp-unacked"))

    def close(self, entry: Entry, now: float, state: str = "close") -> None:
        """Take note of a reset (``close``) or of an orderly end (``time-wait``)."""
        entry.tcp_state = state
        self.refresh(entry, now)

    def remove(self, entry: Entry) -> None:
        """Forget an entry; removing one twice does nothing."""
        if self._by_number.pop(entry.number, None) is None:
            return
        for index, key in ((self._by_key, self._key(entry)), (self._outside, self._outer(entry))):
            if index.get(key) is entry:
                del index[key]

    def purge_masqueraded(self, interface: str) -> int:
        """Remove what masquerade made on an interface that went down; how many there were."""
        gone = [
            entry
            for entry in self._by_number.values()
            if entry.is_masqueraded and entry.out_interface == interface
        ]
        for entry in gone:
            self.remove(entry)
        return len(gone)

    def sweep(self, now: float, *, at_once: bool = False) -> None:
        """Remove entries whose timeout has passed; looks at most once a second unless told."""
        if now < self._next_sweep and not at_once:
            return
        self._next_sweep = now + _SWEEP_EVERY
        for entry in [e for e in self._by_number.values() if e.expires_at <= now]:
            self.remove(entry)

    def clear(self) -> None:
        """Forget everything, as a reboot does."""
        self._by_number.clear()
        self._by_key.clear()
        self._outside.clear()
        self._last_number = 0
        self._next_sweep = 0.0

    def _timeout_name(self, entry: Entry) -> str:
        if entry.protocol == "tcp":
            return f"tcp-{entry.tcp_state or 'syn-sent'}"
        if entry.protocol == "udp":
            return "udp-stream" if entry.seen_reply and entry.packets > 1 else "udp"
        return "icmp" if entry.protocol == "icmp" else "generic"

    def _free_port(self, entry: Entry, wanted: int) -> int:
        key = (entry.protocol, entry.nat_src, wanted, entry.dst, entry.dst_port)
        if key not in self._outside or entry.nat_src == entry.src:
            return wanted
        for port in range(_FIRST_FREE_PORT, _LAST_PORT + 1):
            if (*key[:2], port, *key[3:]) not in self._outside:
                return port
        return wanted

    @staticmethod
    def _key(entry: Entry) -> Tuple5:
        port = entry.icmp_id if entry.protocol == "icmp" else entry.src_port
        return (entry.protocol, entry.src, port, entry.dst, entry.dst_port)

    @staticmethod
    def _outer(entry: Entry) -> Tuple5:
        return (entry.protocol, entry.nat_src, entry.nat_port, entry.dst, entry.dst_port)
