"""What a survey asks of which menu; the routes and the mangle rules are asked for elsewhere.

A password, a key or a pre-shared secret is in none of the lists: what is not asked for is not sent.
The text of scripts is asked for, since it is searched for what else changes routes and rules.
Address lists are left out; they may hold hundreds of thousands of entries.

RouterOS 6 leaves out every property from the first unknown name on, so names stand from the oldest
to the newest; RouterOS 7 passes over what it does not know. Sources: RouterOS manual, CLI
reference (7); MikroTik wiki, the page of each menu (6).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from wanwatch.core.discovery.clients import PPP_CLIENTS


def _words(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_INTERFACE = ("name", "disabled", "running", "comment")
_MATCHERS = _words(
    "chain action disabled invalid dynamic comment protocol src-address dst-address"
    " src-address-list dst-address-list src-address-type dst-address-type src-port dst-port"
    " in-interface out-interface connection-mark packet-mark routing-mark jump-target"
    " connection-type connection-state src-mac-address limit dst-limit nth random time content"
    " tcp-flags layer7-protocol per-connection-classifier hotspot icmp-options dscp"
)
"""Matchers that every rule menu has had since RouterOS 5, those that planning reads first."""
_NEWER_MATCHERS = (
    "in-interface-list",
    "out-interface-list",
    "ipsec-policy",
    "connection-nat-state",
    "in-bridge-port",
    "out-bridge-port",
    "in-bridge-port-list",
    "tls-host",
)
_NAT = _words(
    "chain action out-interface to-addresses disabled invalid dynamic comment protocol src-address"
    " dst-address src-address-list dst-address-list src-address-type dst-address-type src-port"
    " dst-port in-interface to-ports connection-mark packet-mark routing-mark jump-target"
    " per-connection-classifier hotspot out-interface-list in-interface-list"
    " ipsec-policy"
)
_IPV6_FILTER = _words(
    "chain action disabled invalid dynamic comment protocol src-address dst-address in-interface"
    " out-interface connection-state connection-mark packet-mark jump-target src-port dst-port"
    " src-address-list dst-address-list limit in-interface-list out-interface-list"
)
_RULE = _words("src-address dst-address interface routing-mark action table disabled comment")


@dataclass(frozen=True, slots=True)
class Asked:
    """A menu, and what is asked of its rows beside their ids."""

    menu: str
    names: tuple[str, ...]
    majors: tuple[int, ...] = (6, 7)
    """The versions that have it."""
    is_ipv6: bool = False
    """Asked only where the router carries IPv6."""


def _split(menu: str, names: str) -> Asked:
    return Asked(menu, _words(names))


_INTERFACES = (
    _split("/interface", "name type running disabled dynamic comment slave default-name"),
    _split("/interface/ethernet", "name disabled running comment slave default-name master-port"),
    Asked("/interface/vlan", (*_INTERFACE, "interface", "vlan-id")),
    Asked(
        "/interface/vrrp",
        (*_INTERFACE, "interface", "vrid", "on-master", "on-backup", "on-fail"),
    ),
    Asked("/interface/macvlan", (*_INTERFACE, "interface"), majors=(7,)),
    Asked("/interface/bridge", _INTERFACE),
    _split("/interface/bridge/port", "interface bridge disabled inactive dynamic comment"),
    Asked("/interface/bonding", (*_INTERFACE, "slaves", "mode")),
    *(
        Asked(
            menu,
            (
                *_INTERFACE,
                *({"pppoe": ("interface",), "ppp": ("port",)}.get(kind, ("connect-to",))),
                "profile",
                "add-default-route",
                "default-route-distance",
            ),
        )
        for menu in PPP_CLIENTS
        for kind in [menu.removeprefix("/interface/").removesuffix("-client")]
    ),
    Asked("/interface/lte", (*_INTERFACE, "default-name", "apn-profiles")),
    _split("/interface/lte/apn", "name comment add-default-route default-route-distance"),
    Asked("/interface/wireguard", (*_INTERFACE, "listen-port"), majors=(7,)),
    *(
        Asked(f"/interface/{kind}", (*_INTERFACE, "remote-address", "local-address"))
        for kind in ("gre", "ipip", "eoip")
    ),
    _split("/interface/list", "name comment dynamic builtin include exclude"),
    _split("/interface/list/member", "list interface disabled comment dynamic"),
    _split(
        "/interface/detect-internet",
        "detect-interface-list lan-interface-list wan-interface-list internet-interface-list",
    ),
)

_ADDRESSES = (
    _split("/ip/address", "address network interface disabled dynamic invalid comment"),
    _split(
        "/ip/dhcp-client",
        "interface disabled dynamic invalid comment status address gateway add-default-route"
        " default-route-distance use-peer-dns script default-route-tables check-gateway",
    ),
    _split("/ip/dhcp-server", "name interface disabled comment address-pool lease-script"),
    _split("/ip/dhcp-server/network", "address gateway dns-server comment"),
    _split("/ip/settings", "ip-forward rp-filter allow-fast-path"),
    Asked("/ipv6/settings", ("forward", "accept-router-advertisements", "disable-ipv6")),
    Asked(
        "/ipv6/address",
        ("address", "interface", "disabled", "dynamic", "comment", "advertise", "from-pool"),
        is_ipv6=True,
    ),
    Asked(
        "/ipv6/dhcp-client",
        (
            *("interface", "disabled", "dynamic", "comment", "status", "pool-name"),
            *("add-default-route", "request", "script", "default-route-distance"),
            "default-route-tables",
        ),
        is_ipv6=True,
    ),
    Asked("/ipv6/nd", ("interface", "disabled", "comment", "advertise-dns"), is_ipv6=True),
)

_ROUTING = (
    Asked("/routing/table", ("name", "fib", "disabled", "dynamic", "invalid", "comment"), (7,)),
    Asked("/routing/rule", (*_RULE, "inactive", "min-prefix"), majors=(7,)),
    Asked("/ip/route/rule", (*_RULE, "inactive"), majors=(6,)),
    Asked("/ip/vrf", ("name", "interfaces", "disabled", "comment"), majors=(7,)),
    Asked("/ip/route/vrf", ("routing-mark", "interfaces", "disabled", "comment"), majors=(6,)),
)

_FIREWALL = (
    Asked("/ip/firewall/nat", _NAT),
    Asked("/ip/firewall/filter", (*_MATCHERS, "reject-with", *_NEWER_MATCHERS, "hw-offload")),
    Asked("/ip/firewall/raw", (*_MATCHERS, *_NEWER_MATCHERS)),
    Asked("/ipv6/firewall/nat", (*_NAT, "to-address"), majors=(7,), is_ipv6=True),
    Asked("/ipv6/firewall/filter", _IPV6_FILTER, is_ipv6=True),
)

_SYSTEM = (
    _split("/system/identity", "name"),
    _split("/system/scheduler", "name on-event disabled comment start-time interval"),
    _split("/system/script", "name source comment"),
    _split("/tool/netwatch", "host disabled comment up-script down-script type name test-script"),
    _split("/tool/traffic-monitor", "name interface on-event disabled comment"),
    _split("/ppp/profile", "name comment on-up on-down interface-list"),
)

_ALL = (*_INTERFACES, *_ADDRESSES, *_ROUTING, *_FIREWALL, *_SYSTEM)


def asked_of(major: int, *, has_ipv6: bool) -> Iterator[Asked]:
    """The menus that a router of this version is asked for."""
    for asked in _ALL:
        if major in asked.majors and (has_ipv6 or not asked.is_ipv6):
            yield asked
