"""The properties of a mangle rule that can be set, by RouterOS version.

A rule is copied when a bucket is shared; a matcher missing here would be missing in the copy, and
the copy would catch more than the original. Therefore every settable property stands here, and
``observe`` asks once a connection for full rows and puts the names it finds first.

RouterOS 6 leaves out every property from the first name on that it does not know, so names stand
from the oldest to the newest. Sources: RouterOS manual, CLI reference, ip/firewall/mangle (7);
MikroTik wiki, Manual:IP/Firewall/Mangle (6).
"""

READ_ONLY = frozenset(
    {
        ".id",
        ".nextid",
        ".about",
        "about",
        "builtin",
        "bytes",
        "creation-time",
        "dynamic",
        "invalid",
        "packets",
    }
)
"""What a print shows of a rule and nobody can set."""

COMMON = (
    "chain",
    "action",
    "jump-target",
    "new-packet-mark",
    "new-connection-mark",
    "new-routing-mark",
    "new-mss",
    "new-dscp",
    "new-priority",
    "new-ttl",
    "passthrough",
    "protocol",
    "src-address",
    "dst-address",
    "src-address-type",
    "dst-address-type",
    "src-address-list",
    "dst-address-list",
    "src-port",
    "dst-port",
    "port",
    "src-mac-address",
    "in-interface",
    "out-interface",
    "in-bridge-port",
    "out-bridge-port",
    "connection-mark",
    "connection-state",
    "connection-type",
    "connection-bytes",
    "connection-rate",
    "connection-limit",
    "packet-mark",
    "routing-mark",
    "per-connection-classifier",
    "layer7-protocol",
    "content",
    "dscp",
    "ingress-priority",
    "priority",
    "tcp-flags",
    "tcp-mss",
    "icmp-options",
    "ipv4-options",
    "fragment",
    "packet-size",
    "ttl",
    "hotspot",
    "limit",
    "dst-limit",
    "time",
    "random",
    "nth",
    "psd",
    "address-list",
    "address-list-timeout",
    "log-prefix",
    "log",
    "sniff-target",
    "sniff-target-port",
    "sniff-id",
    "route-dst",
    "ipsec-policy",
    "connection-nat-state",
    "in-interface-list",
    "out-interface-list",
    "in-bridge-port-list",
    "out-bridge-port-list",
    "tls-host",
)
"""Known to every RouterOS from 6.41 on; the last ones came during version 6."""

VERSION_6 = (*COMMON, "realm", "routing-table", "p2p", "tos")
VERSION_7 = (*COMMON, "realm", "p2p", "tos")

BOOLEANS = frozenset({"disabled", "passthrough", "log", "fragment"})
"""Properties that RouterOS prints as ``true`` and takes as ``yes``."""
