"""The rows that lead a WAN's probes into it, and nowhere else.

A table of its own, so that no failover touches it; the default route through the WAN; a blackhole
behind it, so that a probe never leaves by another line; and the rule that marks for the table.
Source: RouterOS manual, "Policy routing", "Mangle" (``dst-address-type=!local``, since marked
packets are looked up in their table before the router's own addresses), "IP routing".
"""

from collections.abc import Iterator
from dataclasses import replace

from wanwatch.core.families import ipv6_menu
from wanwatch.core.plan import Attributes
from wanwatch.core.provision.gateway import FoundGateway, find_gateway
from wanwatch.core.provision.items import Blocked, Item, Kind, Place, Steered
from wanwatch.core.provision.lan import lan_interface
from wanwatch.core.provision.marker import Key, comment_of
from wanwatch.core.snapshot import Snapshot, Version
from wanwatch.core.survey import Survey
from wanwatch.core.wans import Wan, Wans

ROUTE, MANGLE, TABLE = "/ip/route", "/ip/firewall/mangle", "/routing/table"
DHCP = "/ip/dhcp-client"
_LAST = "254"
"""The distance of the blackhole: behind every other route; 255 is never used (RouterOS manual)."""


def table_of(wan: str) -> str:
    """The routing table of a WAN's probes; on RouterOS 6 the routing mark."""
    return f"wanwatch-{wan}"


def row(
    kind: Kind, subject: str, menu: str, wanted: Attributes, place: Place = Place.ANYWHERE
) -> Item:
    """An item whose row is found by its comment."""
    return Item(kind, subject, menu, wanted, place, comment=comment_of(Key(kind, subject)))


def probe_items(survey: Survey, bound: Wans, steered: Steered, host: str) -> tuple[Item, ...]:
    """The items of one WAN in the order in which they are made.

    ``bound`` are the WANs on the side of the source's family.
    """
    version = steered.family
    side = survey.snapshot if version == 4 else survey.snapshot.ipv6
    wan = bound.named(steered.wan)
    items = tuple(_items(survey, side, wan, bound, steered, host))
    if version == 6:
        items = tuple(replace(item, menu=ipv6_menu(item.menu)) for item in items)
    lacking = next((item for item in items if item.blocked is not None), None)
    if version == 6 and survey.snapshot.version < Version(7):
        return tuple(replace(item, blocked=Blocked.NEEDS_V7) for item in items)
    if lacking is not None:
        # A probe that is led into a table without its line would find that line dead.
        return tuple(replace(i, blocked=lacking.blocked, data=lacking.data) for i in items)
    return items


def _items(  # noqa: PLR0917 - one call, each argument of another kind
    survey: Survey,
    side: Snapshot | None,
    wan: Wan | None,
    bound: Wans,
    steered: Steered,
    host: str,
) -> Iterator[Item]:
    name = steered.wan
    table = _table(side, steered)
    if survey.snapshot.version >= Version(7):
        yield row(Kind.TABLE, name, TABLE, (("name", table), ("fib", "yes")))
    default = "::/0" if steered.family == 6 else "0.0.0.0/0"
    in_table = (("dst-address", default), ("routing-table", table))
    found = None if wan is None or side is None else find_gateway(survey, side, wan, bound)
    yield _route(survey, name, table, in_table, wan, found)
    stop = (*in_table, ("blackhole", "yes"), ("distance", _LAST))
    yield row(Kind.BLACKHOLE, name, ROUTE, stop)
    yield _mark(survey, steered, table, host)


def _route(  # noqa: PLR0917 - as above
    survey: Survey,
    name: str,
    table: str,
    in_table: Attributes,
    wan: Wan | None,
    found: FoundGateway | None,
) -> Item:
    # A table of the operator's own is not written into a client: --remove would not know it again.
    if found is not None and found.client and table == table_of(name):
        tables = _with(found.client_tables, table)
        return Item(
            Kind.LEASE_ROUTE,
            name,
            DHCP,
            (("default-route-tables", tables),),
            name=("interface", found.client),
            data=(("interface", found.client), ("table", table)),
        )
    gateway = "" if found is None else found.gateway
    item = row(Kind.ROUTE, name, ROUTE, (*in_table, ("gateway", gateway), ("distance", "1")))
    if gateway:
        changing = found is not None and found.from_lease and wan is not None
        return replace(item, data=(("from_lease", wan.interface),)) if changing and wan else item
    reason = (
        Blocked.NOT_ON_ROUTER if wan is None or not _is_known(survey, wan) else Blocked.NO_GATEWAY
    )
    return replace(item, blocked=reason, data=(("interface", wan.interface if wan else ""),))


def _mark(survey: Survey, steered: Steered, table: str, host: str) -> Item:
    who: Attributes = (("src-address", steered.source),)
    blocked = None
    if not steered.source:
        lan = lan_interface(survey, host)
        blocked = None if lan else Blocked.LAN_UNKNOWN
        who = (("in-interface", lan), ("dscp", str(steered.dscp)))
    wanted = (
        ("chain", "prerouting"),
        *who,
        ("dst-address-type", "!local"),
        ("action", "mark-routing"),
        ("new-routing-mark", table),
        ("passthrough", "no"),
    )
    item = row(Kind.MARK, steered.wan, MANGLE, wanted, place=Place.FIRST)
    return replace(item, blocked=blocked, data=(("host", host),)) if blocked else item


def _table(side: Snapshot | None, steered: Steered) -> str:
    """The operator's own table for this source, where a rule of theirs marks for one."""
    for rule in () if side is None else side.mangle:
        source = rule.properties.get("src-address", "").removesuffix("/32").removesuffix("/128")
        own = rule.comment.startswith("wanwatch provision ")
        marks = rule.action == "mark-routing" and rule.chain == "prerouting"
        if steered.source and source == steered.source and marks and not (own or rule.disabled):
            return rule.new_routing_mark
    return table_of(steered.wan)


def _is_known(survey: Survey, wan: Wan) -> bool:
    names = {row.get("name") for row in survey.of("/interface")}
    return bool(wan.gateways or wan.addresses or wan.routing_tables) or wan.interface in names


def _with(tables: str, table: str) -> str:
    """The tables of a DHCP client with one more; without any it is main."""
    parts = [part for part in tables.split(",") if part] or ["main"]
    if any(part.partition(":")[0] == table for part in parts):
        return ",".join(parts)
    return ",".join((*("main" if part == "default" else part for part in parts), table))
