"""How a connection tracking entry reads over the API, in both wire shapes."""

from wanwatch.core.snapshot import Version
from wanwatch.sim.conntrack import Entry
from wanwatch.sim.packet import PORT_PROTOCOLS, to_text
from wanwatch.sim.store import Item
from wanwatch.sim.values import format_time

PORTS_SPLIT_SINCE = Version(7, 18)
"""From here on ports are properties of their own instead of following the address after a colon.

Captures show the joined shape up to about 7.15 and the split one on 7.20.8; the exact version in
between is not known, so a client must read both."""

_BYTES_PER_PACKET = 400


def connection_row(entry: Entry, now: float, *, split: bool) -> Item:
    """The row of an entry; optional properties are absent, not empty."""
    row = {"protocol": entry.protocol}
    has_ports = entry.protocol in PORT_PROTOCOLS
    for name, number, port in (
        ("src", entry.src, entry.src_port),
        ("dst", entry.dst, entry.dst_port),
        ("reply-src", entry.dst, entry.dst_port),
        ("reply-dst", entry.nat_src, entry.nat_port),
    ):
        if has_ports and not split:
            row[f"{name}-address"] = f"{to_text(number)}:{port}"
            continue
        row[f"{name}-address"] = to_text(number)
        if has_ports:
            row[f"{name}-port"] = str(port)
    if entry.protocol == "icmp":
        row.update({"icmp-type": "8", "icmp-code": "0", "icmp-id": str(entry.icmp_id)})
    if entry.tcp_state:
        row["tcp-state"] = entry.tcp_state
    if entry.mark:
        row["connection-mark"] = entry.mark
    row["timeout"] = format_time(int(max(0.0, entry.expires_at - now)))
    row["orig-packets"] = str(entry.packets)
    row["orig-bytes"] = str(entry.packets * _BYTES_PER_PACKET)
    row["repl-packets"] = str(entry.replies)
    row["repl-bytes"] = str(entry.replies * _BYTES_PER_PACKET)
    row["confirmed"] = "true"
    row["seen-reply"] = _word(entry.seen_reply)
    row["assured"] = _word(entry.is_assured)
    row["srcnat"] = _word(entry.nat_src != entry.src)
    row["dstnat"] = "false"
    row["fasttrack"] = "false"
    return Item(f"*{entry.number:X}", row, dynamic=True)


def _word(claim: bool) -> str:  # noqa: FBT001 (the claim is the whole argument)
    return "true" if claim else "false"
