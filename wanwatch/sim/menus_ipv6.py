"""IPv6's menus as data: what balancing IPv6 over several lines is configured in.

RouterOS 6 has neither NAT nor routing marks on routes for IPv6. No packet is forwarded by these
menus: routes are resolved (``sim.ipv6``), rules are kept and listed, and connections are those that
a scenario put there. Source: RouterOS manual, CLI reference, ``/ipv6``.
"""

from wanwatch.sim.menu import (
    COMMENT,
    DISABLED,
    SINGLETON,
    V7,
    Kind,
    Menu,
    Property,
    booleans,
    of_kind,
    texts,
)
from wanwatch.sim.menus_firewall import (
    CONNECTION_FIELDS,
    FILTER_ACTIONS,
    MANGLE_ACTIONS,
    MATCHERS,
    RAW_ACTIONS,
    rules,
)

CONNECTIONS = "/ipv6/firewall/connection"
ROUTES = "/ipv6/route"
ADDRESSES = "/ipv6/address"
MANGLE = "/ipv6/firewall/mangle"
EVERYWHERE = "::/0"

_ONLY_IPV4 = frozenset(
    {
        *("fragment", "hotspot", "ipv4-options", "p2p", "psd", "realm", "ttl"),
        *("change-ttl", "clear-df", "strip-ipv4-options", "route"),
    }
)
_MATCHERS = (
    *(
        Property(item.name, Kind.ADDRESS6) if item.kind is Kind.ADDRESS else item
        for item in MATCHERS
        if item.name not in _ONLY_IPV4
    ),
    *texts("headers hop-limit"),
)
_ACTIONS = (
    *(action for action in MANGLE_ACTIONS if action not in _ONLY_IPV4),
    *("change-hop-limit", "dnpt", "snpt"),
)
_NAT_ACTIONS = (
    *("accept", "add-dst-to-address-list", "add-src-to-address-list", "dst-nat", "jump", "log"),
    *("masquerade", "netmap", "passthrough", "redirect", "return", "src-nat"),
)
_ROUTE = (
    Property("dst-address", Kind.PREFIX6, EVERYWHERE),
    Property("gateway", Kind.GATEWAY6),
    Property("distance", Kind.NUMBER, "1", limits=(1, 255)),
    Property("scope", Kind.NUMBER, "30", limits=(0, 255)),
    Property("target-scope", Kind.NUMBER, "10", limits=(0, 255)),
    COMMENT,
    DISABLED,
)

IPV6 = (
    Menu(
        ROUTES,
        (
            *_ROUTE,
            Property("check-gateway", Kind.ENUM, values=("ping",)),
            Property("type", Kind.ENUM, None, ("unicast", "blackhole", "unreachable", "prohibit")),
            *texts("route-tag bgp-as-path bgp-communities bgp-local-pref bgp-med bgp-origin"),
        ),
        read_only=("gateway-status", "received-from"),
        flags=("disabled",),
        only_when_true=("active", "dynamic", "static", "connect", "blackhole", "unreachable"),
        noun="route",
        until=V7,
    ),
    Menu(
        ROUTES,
        (
            *_ROUTE,
            Property("routing-table", Kind.TABLE, "main", ("main",)),
            Property("pref-src", default=""),
            Property(
                "check-gateway", Kind.ENUM, values=("none", "arp", "ping", "bfd", "bfd-multihop")
            ),
            Property("blackhole", Kind.SWITCH),
            Property("suppress-hw-offload", Kind.BOOLEAN, "false"),
            Property("vrf-interface"),
        ),
        read_only=("immediate-gw", "local-address", "belongs-to"),
        flags=("active", "inactive", "dynamic", "static", "ecmp", "disabled"),
        only_when_true=("connect", "dhcp", "slaac", "vpn", "blackhole"),
        noun="route",
        since=V7,
    ),
    Menu(
        ADDRESSES,
        (
            Property("address", Kind.ADDRESS6),
            *of_kind(Kind.INTERFACE, "interface"),
            Property("advertise", Kind.BOOLEAN, "true"),
            *texts("from-pool eui-64 no-dad auto-link-local"),
            COMMENT,
            DISABLED,
        ),
        read_only=("actual-interface",),
        flags=("invalid", "dynamic", "global", "link-local", "disabled"),
        required=("interface",),
        noun="address",
    ),
    rules(
        MANGLE,
        _ACTIONS,
        Property("passthrough", Kind.BOOLEAN),
        *texts("new-connection-mark new-packet-mark new-dscp new-hop-limit new-mss new-priority"),
        Property("new-routing-mark", Kind.TABLE, values=("main",)),
        *texts("sniff-id sniff-target sniff-target-port"),
        *of_kind(Kind.PREFIX6, "dst-prefix src-prefix"),
        matchers=_MATCHERS,
    ),
    rules(
        "/ipv6/firewall/nat",
        _NAT_ACTIONS,
        *texts("to-address to-ports randomise-ports"),
        matchers=_MATCHERS,
        since=V7,
    ),
    rules(
        "/ipv6/firewall/filter",
        FILTER_ACTIONS,
        Property("reject-with"),
        matchers=_MATCHERS,
    ),
    rules("/ipv6/firewall/raw", RAW_ACTIONS, matchers=_MATCHERS),
    Menu(
        "/ipv6/firewall/address-list",
        (
            Property("list"),
            Property("address", Kind.ADDRESS6),
            Property("timeout", Kind.TIME, values=("none-dynamic", "none-static")),
            COMMENT,
            DISABLED,
        ),
        read_only=("creation-time",),
        required=("list", "address"),
        unique=("list", "address"),
        dynamic_can_be_set=True,
        noun="address list entry",
    ),
    Menu(
        CONNECTIONS,
        commands=frozenset({"print", "getall", "remove"}),
        read_only=tuple(CONNECTION_FIELDS.split()),
        flags=(),
        noun="connection",
    ),
    Menu(
        "/ipv6/settings",
        (
            Property("disable-ipv6", Kind.BOOLEAN, "false", since=V7),
            *booleans("true", "forward"),
            *texts("accept-redirects accept-router-advertisements"),
            Property("max-neighbor-entries", Kind.NUMBER, "8192"),
        ),
        commands=SINGLETON,
        flags=(),
    ),
)
