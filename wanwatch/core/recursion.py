"""Every line that a recursive gateway may lead through, not only the one that it uses.

A gateway that is not a neighbour is looked up in main (RouterOS manual, "IP Routing", nexthop
lookup). Where several routes lead there, the router changes from one to the next by itself, so a
default route through such a gateway is no single line's.
"""

from wanwatch.core.gateways import resolve
from wanwatch.core.snapshot import MAIN_TABLE, Route, Snapshot
from wanwatch.core.wans import Wan, Wans


class Recursion:
    """The routes of one snapshot that lead to recursive gateways."""

    def __init__(self, snapshot: Snapshot, wans: Wans) -> None:
        self._snapshot = snapshot
        self._wans = wans
        self._hosts: dict[str, list[Route]] = {}
        for route in snapshot.routes:
            host, _, length = route.dst_address.partition("/")
            if route.table == MAIN_TABLE and length in ("", "32", "128") and not route.disabled:
                self._hosts.setdefault(host, []).append(route)

    def wans_of(self, gateway: str) -> tuple[Wan, ...]:
        """The WANs that a gateway may lead through; empty where it is none of theirs."""
        ends = self._ends(gateway.partition("@")[0])
        owners = self._wans.owners(Route("", "", ends), self._snapshot)
        return tuple(dict.fromkeys(owner for owner in owners if owner is not None))

    def _ends(self, gateway: str) -> tuple[str, ...]:
        """What every way ends in, as gateways."""
        ways, ends = [gateway], []
        for each in ways:
            hosts = self._hosts.get(each, [])
            hop = resolve(each, self._snapshot)
            if not hosts or (hop.interface and hop.address == each):
                ends.append(each)
            further = dict.fromkeys(g.partition("@")[0] for host in hosts for g in host.gateways)
            ways += [g for g in further if g not in ways and each not in ends]
        return tuple(ends)
