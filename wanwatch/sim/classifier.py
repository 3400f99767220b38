"""The key PCC takes of a packet, and its hash.

The key holds the source before the destination, ports only of protocols that have them, and none
for an ICMP packet (MikroTik's GPL sources, ``xt_misc.c``).
"""

from collections.abc import Mapping

from wanwatch.sim.jhash import jhash
from wanwatch.sim.packet import Packet

KEYS: Mapping[str, tuple[str, ...]] = {
    "src-address": ("src",),
    "dst-address": ("dst",),
    "both-addresses": ("src", "dst"),
    "src-port": ("src_port",),
    "dst-port": ("dst_port",),
    "both-ports": ("src_port", "dst_port"),
    "src-address-and-port": ("src", "src_port"),
    "dst-address-and-port": ("dst", "dst_port"),
    "both-addresses-and-ports": ("src", "dst", "src_port", "dst_port"),
}
"""RouterOS's word for the fields, and the fields in their order."""


def classifier_hash(fields: str, packet: Packet, initval: int) -> int:
    """The hash PCC takes of a packet; raises KeyError on fields that RouterOS does not have."""
    key = b""
    for name in KEYS[fields]:
        if not name.endswith("port"):
            key += getattr(packet, name).to_bytes(4, "big")
        elif packet.has_ports:
            key += getattr(packet, name).to_bytes(2, "big")
    return jhash(key, initval)
