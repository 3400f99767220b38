"""Interfaces, addresses, clients, services, system and users as data.

Source: RouterOS manual, CLI reference; replies seen on RouterOS 6.49 and 7.x.
"""

from wanwatch.core.snapshot import Version
from wanwatch.sim.menu import (
    COMMENT,
    DISABLED,
    FIXED,
    LIST,
    SHOWN,
    SINGLETON,
    V7,
    Kind,
    Menu,
    Property,
    booleans,
    texts,
)

_NAME_TAKEN = "already have interface with such name"
_INTERFACE_FLAGS = ("running", "disabled")
_MTU = Property("mtu", default="1500")
_INTERFACE = Property("interface", Kind.INTERFACE)
_DEFAULT_ROUTE = Property("default-route-distance", Kind.NUMBER, "1", limits=(0, 255))


def _interfaces(kind: str, *more: Property, commands: frozenset[str] = LIST) -> Menu:
    required = ("name",) if kind not in ("ethernet", "pppoe-client") else ()
    return Menu(
        f"/interface/{kind}",
        (Property("name"), _MTU, *more, COMMENT, DISABLED),
        commands=commands,
        read_only=(
            *("default-name", "mac-address", "orig-mac-address", "slave", "status", "uptime"),
            "inactive",
        ),
        flags=_INTERFACE_FLAGS,
        required=required,
        unique=("name",),
        duplicate=_NAME_TAKEN,
        noun="interface",
        has_builtin_rows=kind == "ethernet",
        starts_disabled=kind == "pppoe-client",
    )


INTERFACES = (
    Menu(
        "/interface",
        (Property("name"), _MTU, COMMENT, DISABLED),
        commands=FIXED,
        read_only=("type", "default-name", "mac-address", "actual-mtu", "link-downs", "slave"),
        flags=("running", "dynamic", "disabled"),
        noun="interface",
    ),
    _interfaces(
        "ethernet",
        *texts(
            "l2mtu arp auto-negotiation speed advertise full-duplex mac-address rx-flow-control"
        ),
        *texts("tx-flow-control master-port switch bandwidth poe-out loop-protect"),
        commands=FIXED | {"monitor"},
    ),
    _interfaces(
        "bridge",
        *texts("protocol-mode priority arp admin-mac auto-mac fast-forward igmp-snooping"),
        *texts("vlan-filtering pvid dhcp-snooping arp-timeout ageing-time ether-type frame-types"),
    ),
    Menu(
        "/interface/bridge/port",
        (
            Property("bridge", Kind.INTERFACE),
            _INTERFACE,
            *texts("pvid path-cost priority hw"),
            *texts("horizon edge frame-types ingress-filtering learn trusted bpdu-guard"),
            COMMENT,
            DISABLED,
        ),
        flags=("inactive", "dynamic", "disabled"),
        required=("bridge", "interface"),
        unique=("interface",),
        duplicate="device already added as bridge port",
    ),
    Menu(
        "/interface/bridge/settings",
        booleans("false", "use-ip-firewall use-ip-firewall-for-vlan use-ip-firewall-for-pppoe")
        + booleans("true", "allow-fast-path"),
        commands=SINGLETON,
        read_only=("bridge-fast-path-active", "bridge-fast-forward-packets"),
        flags=(),
    ),
    _interfaces("vlan", Property("vlan-id", Kind.NUMBER, "1"), _INTERFACE, *texts("arp")),
    _interfaces(
        "pppoe-client",
        _INTERFACE,
        *texts("max-mtu max-mru mrru user password service-name ac-name allow"),
        Property("profile", default="default"),
        Property("keepalive-timeout", default="10"),
        *booleans("false", "add-default-route dial-on-demand use-peer-dns"),
        _DEFAULT_ROUTE,
    ),
    Menu(
        "/interface/list",
        (
            Property("name"),
            Property("include", default=""),
            Property("exclude", default=""),
            COMMENT,
        ),
        flags=("builtin", "dynamic"),
        required=("name",),
        unique=("name",),
        duplicate="already have list with such name",
    ),
    Menu(
        "/interface/list/member",
        (Property("list", Kind.INTERFACE_LIST), _INTERFACE, COMMENT, DISABLED),
        required=("list", "interface"),
        unique=("list", "interface"),
    ),
)

ADDRESSES = (
    Menu(
        "/ip/address",
        (
            Property("address"),
            Property("network"),
            _INTERFACE,
            *texts("netmask broadcast"),
            COMMENT,
            DISABLED,
        ),
        read_only=("actual-interface",),
        flags=("invalid", "dynamic", "disabled"),
        required=("address", "interface"),
        unique=("address", "interface"),
        duplicate="already have such address",
        noun="address",
    ),
    Menu(
        "/ip/dhcp-client",
        (
            _INTERFACE,
            *booleans("true", "use-peer-dns use-peer-ntp"),
            Property("add-default-route", Kind.ENUM, "yes", ("yes", "no", "special-classless")),
            _DEFAULT_ROUTE,
            Property("default-route-tables", since=Version(7, 18)),
            Property("check-gateway", since=Version(7, 19)),
            *texts("dhcp-options script name"),
            COMMENT,
            DISABLED,
        ),
        read_only=(
            *("status", "address", "gateway", "dhcp-server", "primary-dns", "secondary-dns"),
            "expires-after",
        ),
        flags=("invalid", "dynamic", "disabled"),
        required=("interface",),
        unique=("interface",),
        duplicate="dhcp-client on that interface already exists",
        noun="dhcp client",
    ),
    Menu(
        "/ip/service",
        (
            Property("name"),
            Property("port", Kind.NUMBER),
            Property("address", default=""),
            *texts("certificate tls-version vrf"),
            Property("max-sessions", Kind.NUMBER, "20", since=Version(7, 16)),
            DISABLED,
        ),
        commands=FIXED,
        flags=("invalid", "disabled"),
        has_builtin_rows=True,
    ),
    Menu(
        "/ip/dns",
        (
            Property("servers", default=""),
            Property("allow-remote-requests", Kind.BOOLEAN, "false"),
            Property("cache-size", default="2048KiB"),
            Property("cache-max-ttl", Kind.TIME, "1w"),
            *texts("max-udp-packet-size query-server-timeout use-doh-server verify-doh-cert"),
        ),
        commands=SINGLETON,
        read_only=("dynamic-servers", "cache-used"),
        flags=(),
    ),
)

SYSTEM = (
    Menu(
        "/system/resource",
        commands=SHOWN,
        read_only=(
            *("uptime", "version", "build-time", "factory-software", "free-memory"),
            *("total-memory", "cpu", "cpu-count", "cpu-frequency", "cpu-load", "free-hdd-space"),
            *("total-hdd-space", "write-sect-since-reboot", "write-sect-total", "bad-blocks"),
            *("architecture-name", "board-name", "platform"),
        ),
        flags=(),
    ),
    Menu("/system/identity", (Property("name", default="MikroTik"),), commands=SINGLETON, flags=()),
    Menu(
        "/system/clock",
        (
            *texts("time date time-zone-name"),
            Property("time-zone-autodetect", Kind.BOOLEAN, "true"),
        ),
        commands=SINGLETON,
        read_only=("gmt-offset", "dst-active"),
        flags=(),
    ),
    Menu(
        "/system/script",
        (
            *texts("name source policy owner"),
            Property("dont-require-permissions", Kind.BOOLEAN, "false"),
            COMMENT,
        ),
        read_only=("run-count", "last-started"),
        flags=("invalid",),
        required=("name",),
        unique=("name",),
        duplicate="item with this name already exists",
        noun="script",
    ),
    Menu(
        "/system/scheduler",
        (
            *texts("name start-date start-time on-event policy owner"),
            Property("interval", Kind.TIME, "0s"),
            COMMENT,
            DISABLED,
        ),
        read_only=("run-count", "next-run"),
        flags=("disabled",),
        required=("name",),
        unique=("name",),
        duplicate="item with this name already exists",
    ),
    Menu(
        "/user",
        (*texts("name group password"), Property("address", default=""), COMMENT, DISABLED),
        read_only=("last-logged-in", "expired"),
        flags=("disabled",),
        required=("name", "group"),
        unique=("name",),
        duplicate="user with the same name already exists",
        has_builtin_rows=True,
        noun="user",
    ),
    Menu(
        "/user/group",
        (*texts("name policy"), Property("skin", default="default"), COMMENT),
        flags=(),
        required=("name",),
        unique=("name",),
        duplicate="group with this name already exists",
        has_builtin_rows=True,
        noun="group",
    ),
    Menu(
        "/tool/netwatch",
        (
            Property("host"),
            Property("type", default="simple", since=V7),
            Property("interval", Kind.TIME, "1m"),
            Property("timeout", Kind.TIME, "1s"),
            *texts("up-script down-script test-script src-address port packet-count"),
            COMMENT,
            DISABLED,
        ),
        read_only=("status", "since", "done-tests", "failed-tests", "loss-percent", "rtt-avg"),
        flags=("disabled",),
        required=("host",),
        noun="netwatch host",
    ),
)
