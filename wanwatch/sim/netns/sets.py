"""The sets of nftables with names: address lists and interface lists, those that rules ask for only.

An address list has a set of the entries that the world holds, which expire there and are rendered anew then.
One that a rule adds addresses to has a second set, which the kernel fills and whose entries the
kernel lets expire; they are no rows of the router.
"""

import ipaddress
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from wanwatch.sim.netns.conditions import PORTED, PORTED_SET, Condition, Term, joined
from wanwatch.sim.netns.devices import device_name
from wanwatch.sim.netns.identifiers import identifier
from wanwatch.sim.store import Item

_MOST_ADDED = 65535


def address_span(text: str, family: str) -> tuple[int, int]:
    """The first and the last of an address, a prefix or a range; raises ValueError."""
    version = 4 if family == "ip" else 6
    low_text, _, high_text = text.partition("-")
    if high_text:
        low, high = (ipaddress.ip_address(part) for part in (low_text, high_text))
    else:
        network = ipaddress.ip_network(text, strict=False)
        low, high = network.network_address, network.broadcast_address
    if low.version != version or high.version != version or int(low) > int(high):
        raise ValueError(text)
    return int(low), int(high)


def address_text(number: int, family: str) -> str:
    """An address as text."""
    return str(ipaddress.IPv4Address(number) if family == "ip" else ipaddress.IPv6Address(number))


def span_text(span: tuple[int, int], family: str) -> str:
    """An address or a range as nftables reads it."""
    low, high = (address_text(number, family) for number in span)
    return low if low == high else f"{low}-{high}"


@dataclass(slots=True)
class NamedSets:
    """The sets of one family's table."""

    family: str
    entries: Iterable[Item] = ()
    """Rows of the menu of address lists."""
    grown: frozenset[str] = frozenset()
    """Lists that a rule adds addresses to."""
    _asked: set[str] = field(default_factory=set)
    _interfaces: dict[str, list[str]] = field(default_factory=dict)

    def on_list(self, name: str, side: str, *, is_negated: bool) -> Condition:
        """The condition that an address (``saddr``, ``daddr``) is on a list, or is not."""
        self._asked.add(name)
        address = f"{self.family} {side}"
        inside = f"{address} @{_held(name)}"
        outside = f"{address} != @{_held(name)}"
        if name not in self.grown:
            return (Term((outside if is_negated else inside,)),)
        if is_negated:
            return (Term((outside, f"{address} != @{_added(name)}")),)
        return (Term((inside,)), Term((outside, f"{address} @{_added(name)}")))

    def adding(self, name: str, side: str, seconds: int | None) -> str:
        """The statement that puts an address on a list, for some seconds or for ever."""
        lifetime = "" if seconds is None else f" timeout {seconds}s"
        return f"update @{_added(name)} {{ {self.family} {side}{lifetime} }}"

    def interfaces(self, name: str, members: Collection[str]) -> str:
        """The members of an interface list as a value: the only one, or the set of several."""
        devices = sorted({f'"{device_name(member)}"' for member in members})
        if len(devices) == 1:
            return devices[0]
        self._interfaces[name] = devices
        return f"@{_of_interfaces(name)}"

    def lines(self, table: str) -> Iterator[str]:
        """The commands that make the sets and fill them."""
        yield f"add set {table} {PORTED_SET} {{ type inet_proto; }}"
        ported = ", ".join(str(number) for number in sorted(PORTED))
        yield f"add element {table} {PORTED_SET} {{ {ported} }}"
        for name, devices in sorted(self._interfaces.items()):
            own = f"{table} {_of_interfaces(name)}"
            yield f"add set {own} {{ type ifname; }}"
            yield f"flush set {own}"
            yield f"add element {own} {{ {', '.join(devices)} }}"
        kind = "ipv4_addr" if self.family == "ip" else "ipv6_addr"
        for name in sorted(self._asked):
            held = f"{table} {_held(name)}"
            yield f"add set {held} {{ type {kind}; flags interval; }}"
            yield f"flush set {held}"
            spans = joined(self._spans(name))
            if spans:
                members = ", ".join(span_text(span, self.family) for span in spans)
                yield f"add element {held} {{ {members} }}"
        for name in sorted(self.grown):
            yield (
                f"add set {table} {_added(name)} "
                f"{{ type {kind}; size {_MOST_ADDED}; flags dynamic,timeout; }}"
            )

    def _spans(self, name: str) -> Iterator[tuple[int, int]]:
        for item in self.entries:
            if item.properties.get("list", "") == name and not item.disabled:
                try:
                    yield address_span(item.properties.get("address", ""), self.family)
                except ValueError:
                    continue


def _held(name: str) -> str:
    return f"list_{identifier(name)}"


def _added(name: str) -> str:
    return f"added_{identifier(name)}"


def _of_interfaces(name: str) -> str:
    return f"interfaces_{identifier(name)}"
