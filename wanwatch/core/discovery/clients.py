"""The default routes that DHCP and PPPoE clients add by themselves, which no export lists.

Source: RouterOS manual, "DHCP client" (``add-default-route``, ``default-route-distance``,
``default-route-tables``), "PPPoE" and the other PPP clients. RouterOS 6 adds a DHCP client
disabled unless told otherwise, and a PPP client's default route only when asked for it.
"""

from collections.abc import Iterator, Mapping

from wanwatch.core.snapshot import MAIN_TABLE, NextHop, Route
from wanwatch.core.survey import Row, is_on

DHCP_CLIENT = "/ip/dhcp-client"
PPP_CLIENTS = tuple(
    f"/interface/{kind}-client" for kind in ("pppoe", "pptp", "l2tp", "sstp", "ovpn", "ppp")
)
LTE = "/interface/lte"


def client_routes(rows: Mapping[str, tuple[Row, ...]]) -> Iterator[Route]:
    """The default routes that enabled clients will add, as far as the configuration tells.

    Their gateway is the interface: which address a DHCP server names is not known before.
    """
    for row in rows.get(DHCP_CLIENT, ()):
        if not is_on(row, "disabled") and row.get("add-default-route", "yes") not in (
            "no",
            "false",
        ):
            yield from _routes(row, row.get("interface", ""), "dhcp")
    for menu in PPP_CLIENTS:
        for row in rows.get(menu, ()):
            if not is_on(row, "disabled") and is_on(row, "add-default-route"):
                yield from _routes(row, row.get("name", ""), "ppp")


def _routes(row: Row, interface: str, kind: str) -> Iterator[Route]:
    distance = row.get("default-route-distance", "")
    for part in (row.get("default-route-tables") or MAIN_TABLE).split(","):
        table, _, own = part.partition(":")
        table = MAIN_TABLE if table in ("", "default") else table
        number = own if own.isdecimal() else distance
        yield Route(
            id=f"{kind}:{interface}:{table}",
            dst_address="0.0.0.0/0",
            gateways=(interface,),
            table=table,
            distance=int(number) if number.isdecimal() else 1,
            active=True,
            dynamic=True,
            next_hops=(NextHop("", interface),),
        )
