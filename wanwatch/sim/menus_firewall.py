"""The firewall's menus as data: mangle, NAT, filter, raw, address lists, connection tracking.

Source: RouterOS manual, CLI reference, ``/ip/firewall``; replies seen on RouterOS 6.49 and 7.x.
"""

from wanwatch.core.snapshot import Version
from wanwatch.sim.menu import (
    COMMENT,
    DISABLED,
    ORDERED,
    SINGLETON,
    V6,
    V7,
    Kind,
    Menu,
    Property,
    booleans,
    of_kind,
    texts,
)

CLASSIFIER = Property("per-connection-classifier", Kind.CLASSIFIER)

MATCHERS = (
    Property("chain"),
    Property("action"),
    *of_kind(Kind.ADDRESS, "src-address dst-address"),
    *texts("src-address-list dst-address-list src-address-type dst-address-type src-mac-address"),
    *texts("address-list address-list-timeout protocol src-port dst-port port any-port"),
    *(
        Property(name, Kind.INTERFACE, values=("all", "none"))
        for name in ("in-interface", "out-interface", "in-bridge-port", "out-bridge-port")
    ),
    *of_kind(Kind.INTERFACE_LIST, "in-interface-list out-interface-list"),
    *of_kind(Kind.INTERFACE_LIST, "in-bridge-port-list out-bridge-port-list"),
    *texts("connection-mark packet-mark connection-state connection-type connection-nat-state"),
    Property("routing-mark", Kind.TABLE, values=("main", "no-mark")),
    Property("routing-table", Kind.TABLE, values=("main",), until=V7),
    *texts("connection-bytes connection-limit connection-rate layer7-protocol content dscp"),
    *texts("fragment helper hotspot icmp-options ingress-priority ipsec-policy ipv4-options limit"),
    *texts("nth p2p packet-size priority psd random realm tcp-flags tcp-mss time tls-host ttl"),
    *texts("dst-limit jump-target"),
    CLASSIFIER,
    Property("log", Kind.BOOLEAN, "false"),
    Property("log-prefix", default=""),
    DISABLED,
    COMMENT,
)
_COUNTERS = ("bytes", "packets")
_FLAGS = ("invalid", "dynamic", "disabled")

MANGLE_ACTIONS = (
    *("accept", "add-dst-to-address-list", "add-src-to-address-list", "change-dscp"),
    *("change-mss", "change-ttl", "clear-df", "fasttrack-connection", "jump", "log"),
    *("mark-connection", "mark-packet", "mark-routing", "passthrough", "return", "route"),
    *("set-priority", "sniff-pc", "sniff-tzsp", "strip-ipv4-options"),
)
FILTER_ACTIONS = (
    *("accept", "add-dst-to-address-list", "add-src-to-address-list", "drop"),
    *("fasttrack-connection", "jump", "log", "passthrough", "reject", "return", "tarpit"),
)
_NAT_ACTIONS = (
    *(
        "accept",
        "add-dst-to-address-list",
        "add-src-to-address-list",
        "dst-nat",
        "endpoint-independent-nat",
    ),
    *(
        "jump",
        "log",
        "masquerade",
        "netmap",
        "passthrough",
        "redirect",
        "return",
        "same",
        "src-nat",
    ),
)
RAW_ACTIONS = (
    *("accept", "add-dst-to-address-list", "add-src-to-address-list", "drop", "jump", "log"),
    *("notrack", "passthrough", "return"),
)
_PASSING = frozenset(
    {
        *("mark-connection", "mark-packet", "mark-routing", "change-dscp", "change-mss"),
        *("change-ttl", "clear-df", "set-priority", "strip-ipv4-options"),
        "change-hop-limit",
    }
)


def rules(
    path: str,
    actions: tuple[str, ...],
    *more: Property,
    matchers: tuple[Property, ...] = MATCHERS,
    since: Version = V6,
) -> Menu:
    """A menu of firewall rules with these actions, and properties beside the matchers."""
    action = Property("action", Kind.ENUM, "accept", actions)
    return Menu(
        path,
        (*(action if item.name == "action" else item for item in matchers), *more),
        commands=ORDERED | {"reset-counters", "reset-counters-all"},
        read_only=_COUNTERS,
        flags=_FLAGS,
        required=("chain",),
        noun="rule",
        conditional=(
            (("passthrough", "true", "action", _PASSING),) if path.endswith("mangle") else ()
        ),
        since=since,
    )


_TRACKING = Menu(
    "/ip/firewall/connection/tracking",
    (
        Property("enabled", Kind.ENUM, "auto", ("yes", "no", "auto")),
        *booleans("true", "loose-tcp-tracking"),
        *(
            Property(f"{name}-timeout", Kind.TIME, default)
            for name, default in (
                *(("tcp-syn-sent", "5s"), ("tcp-syn-received", "5s"), ("tcp-established", "1d")),
                *(("tcp-fin-wait", "10s"), ("tcp-close-wait", "10s"), ("tcp-last-ack", "10s")),
                *(("tcp-time-wait", "10s"), ("tcp-close", "10s"), ("tcp-max-retrans", "5m")),
                *(("tcp-unacked", "5m"), ("udp", "10s"), ("udp-stream", "3m"), ("icmp", "10s")),
                ("generic", "10m"),
            )
        ),
        Property("liberal-tcp-tracking", Kind.BOOLEAN, "false", since=Version(7, 20)),
    ),
    commands=SINGLETON,
    read_only=("max-entries", "total-entries", "active-ipv4", "active-ipv6"),
    flags=(),
)

CONNECTION_FIELDS = (
    "protocol src-address src-port dst-address dst-port reply-src-address reply-src-port "
    "reply-dst-address reply-dst-port tcp-state icmp-type icmp-code icmp-id gre-key gre-version "
    "gre-protocol connection-type connection-mark timeout orig-packets orig-bytes "
    "orig-fasttrack-packets orig-fasttrack-bytes repl-packets repl-bytes repl-fasttrack-packets "
    "repl-fasttrack-bytes orig-rate repl-rate expected seen-reply assured confirmed dying "
    "fasttrack hw-offload srcnat dstnat p2p"
)

FIREWALL = (
    rules(
        "/ip/firewall/mangle",
        MANGLE_ACTIONS,
        Property("passthrough", Kind.BOOLEAN),
        *texts("new-connection-mark new-packet-mark new-dscp new-mss new-priority new-ttl"),
        Property("new-routing-mark", Kind.TABLE, values=("main",)),
        *texts("route-dst sniff-id sniff-target sniff-target-port"),
    ),
    rules(
        "/ip/firewall/nat",
        _NAT_ACTIONS,
        *texts("to-addresses to-ports same-not-by-dst randomise-ports"),
    ),
    rules(
        "/ip/firewall/filter",
        FILTER_ACTIONS,
        Property("reject-with"),
        Property("hw-offload", Kind.BOOLEAN, since=V7),
    ),
    rules("/ip/firewall/raw", RAW_ACTIONS),
    Menu(
        "/ip/firewall/address-list",
        (
            Property("list"),
            Property("address"),
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
        "/ip/firewall/connection",
        commands=frozenset({"print", "getall", "remove"}),
        read_only=tuple(CONNECTION_FIELDS.split()),
        flags=(),
        noun="connection",
    ),
    _TRACKING,
)
