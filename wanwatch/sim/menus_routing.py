"""Routes, tables and rules as data; this is where RouterOS 6 and 7 differ most.

Source: RouterOS manual, CLI reference, ``/ip/route``, ``/routing/table``, ``/routing/rule``;
replies seen on RouterOS 6.49 and 7.x.
"""

from wanwatch.sim.menu import (
    COMMENT,
    DISABLED,
    ORDERED,
    SINGLETON,
    V7,
    Kind,
    Menu,
    Property,
    of_kind,
    texts,
)

_DISTANCE = Property("distance", Kind.NUMBER, "1", limits=(1, 255))
_DST = Property("dst-address", Kind.PREFIX, "0.0.0.0/0")
_SCOPES = (
    Property("scope", Kind.NUMBER, "30", limits=(0, 255)),
    Property("target-scope", Kind.NUMBER, "10", limits=(0, 255)),
)
_RULE_ACTIONS = ("lookup", "lookup-only-in-table", "drop", "unreachable")

ROUTING = (
    Menu(
        "/ip/route",
        (
            _DST,
            Property("gateway", Kind.GATEWAY),
            Property("check-gateway", Kind.ENUM, values=("arp", "ping")),
            Property("type", Kind.ENUM, None, ("unicast", "blackhole", "unreachable", "prohibit")),
            _DISTANCE,
            *_SCOPES,
            *texts("pref-src routing-mark route-tag vrf-interface"),
            *texts("bgp-as-path bgp-communities bgp-local-pref bgp-med bgp-origin bgp-prepend"),
            COMMENT,
            DISABLED,
        ),
        read_only=("gateway-status", "received-from"),
        flags=("disabled",),
        only_when_true=(
            *("active", "dynamic", "static", "connect", "rip", "ospf", "bgp", "mme"),
            *("blackhole", "unreachable", "prohibit"),
        ),
        noun="route",
        until=V7,
    ),
    Menu(
        "/ip/route",
        (
            _DST,
            Property("routing-table", Kind.TABLE, "main", ("main",)),
            Property("pref-src", default=""),
            Property("gateway", Kind.GATEWAY),
            Property(
                "check-gateway", Kind.ENUM, values=("none", "arp", "ping", "bfd", "bfd-multihop")
            ),
            _DISTANCE,
            *_SCOPES,
            Property("blackhole", Kind.SWITCH),
            Property("suppress-hw-offload", Kind.BOOLEAN, "false"),
            Property("vrf-interface"),
            COMMENT,
            DISABLED,
        ),
        read_only=("immediate-gw", "local-address", "belongs-to"),
        flags=("active", "inactive", "dynamic", "static", "ecmp", "hw-offloaded", "disabled"),
        only_when_true=("connect", "dhcp", "vpn", "modem", "bgp", "ospf", "slaac", "blackhole"),
        noun="route",
        since=V7,
    ),
    Menu(
        "/routing/table",
        (Property("name"), Property("fib", Kind.SWITCH), COMMENT, DISABLED),
        flags=("dynamic", "invalid", "disabled"),
        required=("name",),
        unique=("name",),
        noun="table",
        since=V7,
    ),
    Menu(
        "/routing/rule",
        (
            *of_kind(Kind.ADDRESS, "src-address dst-address"),
            Property("interface", Kind.INTERFACE),
            Property("routing-mark", Kind.TABLE, values=("main",)),
            Property("action", Kind.ENUM, "lookup", _RULE_ACTIONS),
            Property("table", Kind.TABLE, values=("main",)),
            *texts("min-prefix"),
            COMMENT,
            DISABLED,
        ),
        commands=ORDERED,
        flags=("inactive", "disabled"),
        noun="rule",
        since=V7,
    ),
    Menu(
        "/ip/route/rule",
        (
            *of_kind(Kind.ADDRESS, "src-address dst-address"),
            Property("interface", Kind.INTERFACE),
            Property("routing-mark"),
            Property("action", Kind.ENUM, "lookup", _RULE_ACTIONS),
            Property("table", default="main"),
            COMMENT,
            DISABLED,
        ),
        commands=ORDERED,
        flags=("inactive", "disabled"),
        noun="rule",
        until=V7,
    ),
    Menu(
        "/ip/settings",
        (
            Property("ip-forward", Kind.BOOLEAN, "true"),
            Property("send-redirects", Kind.BOOLEAN, "true"),
            Property("accept-redirects", Kind.BOOLEAN, "false"),
            Property("secure-redirects", Kind.BOOLEAN, "true"),
            Property("rp-filter", Kind.ENUM, "no", ("no", "loose", "strict")),
            Property("tcp-syncookies", Kind.BOOLEAN, "false"),
            Property("allow-fast-path", Kind.BOOLEAN, "true"),
            Property("route-cache", Kind.BOOLEAN, "true", until=V7),
            Property("max-neighbor-entries", Kind.NUMBER, "8192"),
            Property("arp-timeout", Kind.TIME, "30s"),
            Property("icmp-rate-limit", Kind.NUMBER, "10"),
        ),
        commands=SINGLETON,
        read_only=("ipv4-fast-path-active", "ipv4-fast-path-packets", "ipv4-fasttrack-active"),
        flags=(),
    ),
)
