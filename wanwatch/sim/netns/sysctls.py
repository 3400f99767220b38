"""The kernel settings that make a namespace a router, from the rows of the settings menus.

Sources: RouterOS manual, "IP Settings" and "Connection tracking"; Linux Documentation/networking,
ip-sysctl and nf_conntrack-sysctl. Linux's ``nf_conntrack_tcp_loose`` is RouterOS's
``loose-tcp-tracking``, ``nf_conntrack_tcp_be_liberal`` is ``liberal-tcp-tracking``.
"""

from collections.abc import Mapping
from pathlib import Path

from wanwatch.sim.store import Store
from wanwatch.sim.values import parse_time

_ROOT = Path("/proc/sys/net")
_TRACKING = "/ip/firewall/connection/tracking"
_TRACK = "netfilter/nf_conntrack_"
_TIMEOUTS = {
    "tcp-syn-sent": ("tcp_timeout_syn_sent", "5s"),
    "tcp-syn-received": ("tcp_timeout_syn_recv", "5s"),
    "tcp-established": ("tcp_timeout_established", "1d"),
    "tcp-fin-wait": ("tcp_timeout_fin_wait", "10s"),
    "tcp-close-wait": ("tcp_timeout_close_wait", "10s"),
    "tcp-last-ack": ("tcp_timeout_last_ack", "10s"),
    "tcp-time-wait": ("tcp_timeout_time_wait", "10s"),
    "tcp-close": ("tcp_timeout_close", "10s"),
    "tcp-max-retrans": ("tcp_timeout_max_retrans", "5m"),
    "tcp-unacked": ("tcp_timeout_unacknowledged", "5m"),
    "udp": ("udp_timeout", "10s"),
    "udp-stream": ("udp_timeout_stream", "3m"),
    "icmp": ("icmp_timeout", "10s"),
    "generic": ("generic_timeout", "10m"),
}
"""RouterOS's name -> Linux's, and RouterOS's default."""
_RP_FILTER = {"no": "0", "loose": "2", "strict": "1"}


def wanted_settings(store: Store) -> dict[str, str]:
    """Path below /proc/sys/net -> value, for what the rows say now."""
    ip, track = _row(store, "/ip/settings"), _row(store, _TRACKING)
    ipv6 = _row(store, "/ipv6/settings")
    wanted = {
        "ipv4/ip_forward": _flag(ip, "ip-forward", default=True),
        "ipv4/conf/all/rp_filter": _RP_FILTER.get(ip.get("rp-filter", "no"), "0"),
        "ipv4/conf/all/promote_secondaries": "1",
        "ipv4/conf/all/send_redirects": _flag(ip, "send-redirects", default=True),
        "ipv4/conf/all/accept_redirects": _flag(ip, "accept-redirects", default=False),
        "ipv6/conf/all/forwarding": "0"
        if ipv6.get("disable-ipv6") == "true"
        else _flag(ipv6, "forward", default=True),
        f"{_TRACK}acct": "1",
        f"{_TRACK}tcp_loose": _flag(track, "loose-tcp-tracking", default=True),
        f"{_TRACK}tcp_be_liberal": _flag(track, "liberal-tcp-tracking", default=False),
    }
    for name, (kernel_name, default) in _TIMEOUTS.items():
        seconds = parse_time(track.get(f"{name}-timeout", default))
        if seconds is not None and seconds > 0:
            wanted[_TRACK + kernel_name] = str(max(1, round(seconds)))
    wanted[f"{_TRACK}icmpv6_timeout"] = wanted[f"{_TRACK}icmp_timeout"]
    return wanted


def device_settings(device: str, rp_filter: str) -> dict[str, str]:
    """What has to be said of each device, since the greater of ``all`` and its own counts."""
    return {f"ipv4/conf/{device}/rp_filter": rp_filter}


def write_settings(wanted: Mapping[str, str]) -> list[str]:
    """Write settings that differ; returns a sentence for each that the kernel does not take."""
    refused = []
    for name, value in wanted.items():
        path = _ROOT / name
        try:
            if path.read_text(encoding="ascii").strip() != value:
                path.write_text(value, encoding="ascii")
        except OSError as error:
            refused.append(f"{path} cannot be set to {value}: {error.strerror}")
    return refused


def connection_count() -> int:
    """How many connections the kernel tracks in this namespace."""
    return int((_ROOT / f"{_TRACK}count").read_text(encoding="ascii"))


def _row(store: Store, path: str) -> Mapping[str, str]:
    rows = store.items(path)
    return rows[0].properties if rows else {}


def _flag(row: Mapping[str, str], name: str, *, default: bool) -> str:
    word = row.get(name)
    return str(int(default if word is None else word in ("true", "yes")))
