"""Builders of router snapshots, for tests that need one they can read.

``router()`` is a RouterOS 7 router with static lines as the manual draws it; every row's id says
what the row is (``pcc-wan1-0``, ``route-wan2``, ``main-wan1``), so that a test can name it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from wanwatch.core.model import Disposition, WanSpec
from wanwatch.core.snapshot import (
    MAIN_TABLE,
    Address,
    MangleRule,
    NatRule,
    NextHop,
    Route,
    Snapshot,
    Version,
)

LAN = Address("192.168.88.1/24", "bridge", "192.168.88.0")
CARRY, SPARE, OUT, KEEP = (
    Disposition.CARRY,
    Disposition.SPARE,
    Disposition.OUT,
    Disposition.KEEP,
)


def rule(row_id: str, comment: str = "", **words: str) -> MangleRule:
    """A mangle rule; an underscore stands for the hyphen of RouterOS's word."""
    properties = {name.replace("_", "-"): value for name, value in words.items()}
    return MangleRule(row_id, {"chain": "prerouting", **properties}, comment)


def pcc(row_id: str, mark: str, classifier: str, comment: str = "", **words: str) -> MangleRule:
    """A PCC rule that marks new connections from the LAN."""
    return rule(
        row_id,
        comment,
        **{
            "action": "mark-connection",
            "connection_mark": "no-mark",
            "connection_state": "new",
            "in_interface": "bridge",
            "new_connection_mark": mark,
            "per_connection_classifier": classifier,
            **words,
        },
    )


def routing(row_id: str, mark: str, table: str, **words: str) -> MangleRule:
    """A rule that routes marked connections by a table."""
    return rule(
        row_id,
        **{
            "action": "mark-routing",
            "connection_mark": mark,
            "in_interface": "bridge",
            "new_routing_mark": table,
            "passthrough": "no",
            **words,
        },
    )


def default(
    row_id: str,
    gateways: str | Sequence[str],
    table: str = MAIN_TABLE,
    distance: int = 1,
    comment: str = "",
) -> Route:
    """A static default route, not yet resolved."""
    several = (gateways,) if isinstance(gateways, str) else tuple(gateways)
    return Route(row_id, "0.0.0.0/0", several, table, distance, comment)


def gateway(number: int) -> str:
    """The first hop of the line of that number."""
    return f"203.0.{number}.1"


def line(number: int) -> Address:
    """The router's address on that line."""
    return Address(f"203.0.{number}.2/30", f"ether{number}", f"203.0.{number}.0")


def specs(count: int = 2, **weights: int) -> tuple[WanSpec, ...]:
    """The WANs wan1, wan2, ... as a minimal configuration names them."""
    names = [f"wan{number}" for number in range(1, count + 1)]
    return tuple(WanSpec(n, f"ether{i}", weights.get(n)) for i, n in enumerate(names, 1))


def router(buckets: Mapping[int, int] | None = None, fields: str = "both-addresses") -> Snapshot:
    """A router whose line ``n`` has ``buckets[n]`` buckets; two lines with one each by default."""
    owners = [n for n, count in (buckets or {1: 1, 2: 1}).items() for _ in range(count)]
    lines = sorted(set(owners))
    return Snapshot(
        version=Version(7, 20),
        routes=(
            *(default(f"route-wan{n}", gateway(n), f"to-wan{n}") for n in lines),
            *(default(f"main-wan{n}", gateway(n), distance=n) for n in lines),
        ),
        mangle=(
            *(
                pcc(f"pcc-wan{n}-{r}", f"wan{n}-conn", f"{fields}:{len(owners)}/{r}")
                for r, n in enumerate(owners)
            ),
            *(routing(f"routing-wan{n}", f"wan{n}-conn", f"to-wan{n}") for n in lines),
        ),
        nat=tuple(NatRule(f"nat{n}", "srcnat", "masquerade", f"ether{n}") for n in lines),
        addresses=(LAN, *(line(n) for n in lines)),
        tables=(MAIN_TABLE, *(f"to-wan{n}" for n in lines)),
    )


def with_routes(snapshot: Snapshot, *routes: Route) -> Snapshot:
    """The same router with these routes in place of its own."""
    return replace(snapshot, routes=routes)


def with_mangle(snapshot: Snapshot, *rules: MangleRule) -> Snapshot:
    """The same router with these rules in place of its own."""
    return replace(snapshot, mangle=rules)


def without_address(snapshot: Snapshot, interface: str) -> Snapshot:
    """The same router after a lease was lost: the address is gone, and what it led to."""
    addresses = tuple(a for a in snapshot.addresses if a.interface != interface)
    routes = tuple(
        replace(r, next_hops=tuple(NextHop() for _ in r.next_hops))
        if any(hop.interface == interface for hop in r.next_hops)
        else r
        for r in snapshot.routes
    )
    return replace(snapshot, addresses=addresses, routes=routes)
