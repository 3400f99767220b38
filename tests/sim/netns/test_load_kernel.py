"""nftables and the kernel take every matcher and every action, in every chain and both families.

A single rule that they refused would keep all others from the kernel, too.
"""

import pytest

from tests.sim.netns.crossing import refused, why_not
from tests.sim.netns.rendering import ruleset
from tests.sim.small_world import V7, SmallRouter, put

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

MATCHERS = {
    "src_address_list": ("a list", "!a list", "grown", "!grown", "none"),
    "dst_address_type": ("local", "!local,broadcast", "unicast,multicast"),
    "in_interface": ("bridge", "!bridge", "all", "!all"),
    "out_interface": ("ether1", "!ether1"),
    "in_interface_list": ("WAN", "!WAN", "all", "none", "!none"),
    "connection_mark": ("m", "!m", "no-mark"),
    "packet_mark": ("p", "!p"),
    "routing_mark": ("t", "!t", "main"),
    "connection_state": ("new", "!new", "invalid,untracked", "!established,related"),
    "connection_nat_state": ("srcnat", "!srcnat,dstnat"),
    "connection_bytes": ("0-1000", "1000-0", "!10-20"),
    "protocol": ("tcp", "!tcp", "gre", "icmp", "!icmp", "47"),
    "src_port": ("1", "!1", "1,2,5-9", "!1,2,5-9", "0-65535"),
    "port": ("53", "!53", "53,60-70"),
    "dscp": ("1", "!1"),
    "ttl": ("equal:1", "less-than:5", "greater-than:9", "not-equal:9"),
    "packet_size": ("0-100", "!100", "1500"),
    "tcp_flags": ("syn", "syn,!ack", "!fin,!syn,!rst,!ack"),
    "tcp_mss": ("0-500", "!500"),
    "icmp_options": ("8:0-255", "3:4", "!3:0-2", "!8:0-255", "0"),
    "ipsec_policy": ("in,none", "out,ipsec"),
    "random": ("1", "!99"),
    "nth": ("2,1", "!3,3"),
    "limit": ("10,5:packet", "10/1m,0", "!1/5s,5"),
    "src_mac_address": ("00:11:22:33:44:55", "!00:11:22:33:44:55"),
    "fragment": ("true", "false"),
    "per_connection_classifier": (
        *("both-addresses-and-ports:3/1", "!both-ports:12/5", "src-port:97/3", "src-address:1/0"),
        *("dst-address:4294967291/7", "!both-addresses:30/1"),
    ),
}
ADDRESSES = {
    "ip": ("10.0.0.0/8", "!10.0.0.1", "10.0.0.1-10.0.0.9", "0.0.0.0/0"),
    "ipv6": ("2001:db8::/64", "!2001:db8::1", "2001:db8::1-2001:db8::9", "::/0"),
}
CHAINS = {
    "mangle": ("prerouting", "input", "forward", "output", "postrouting", "my châîn"),
    "nat": ("srcnat", "dstnat", "my châîn"),
    "filter": ("input", "forward", "output"),
    "raw": ("prerouting", "output"),
}
ACTIONS = {
    "mangle": (
        *({"action": "mark-routing", "new_routing_mark": "t"}, {"action": "clear-df"}),
        *({"action": "change-mss", "new_mss": mss} for mss in ("1400", "clamp-to-pmtu")),
        *({"action": "change-ttl", "new_ttl": "set:64"}, {"action": "fasttrack-connection"}),
        {"action": "add-dst-to-address-list", "address_list": "grown"},
    ),
    "nat": (
        {"action": "masquerade", "to_ports": "1024-65535"},
        {"action": "src-nat", "to_addresses": "1.1.1.1", "to_ports": "1024-2000"},
        {"action": "src-nat", "to_addresses": "1.1.1.0/29"},
        {"action": "dst-nat", "to_addresses": "10.0.0.5-10.0.0.9", "to_ports": "80"},
        *({"action": "dst-nat", "to_ports": "80"}, {"action": "redirect"}),
        *(
            {"action": "redirect", "to_ports": "3128"},
            {"action": "same", "to_addresses": "9.9.9.9"},
        ),
        {"action": "netmap", "to_addresses": "10.9.0.0/24"},
    ),
    "filter": tuple(
        {"action": "reject", "reject_with": word}
        for word in ("icmp-host-prohibited", "icmp-protocol-unreachable", "tcp-reset")
    ),
    "raw": ({"action": "notrack"}, {"action": "drop"}),
}


KNOWN = frozenset({"prerouting", "input", "forward", "output", "postrouting", "srcnat", "dstnat"})
PLACES = [(menu, chain) for menu, chains in CHAINS.items() for chain in chains]


@pytest.mark.parametrize("family", ["ip", "ipv6"])
@pytest.mark.parametrize(("menu", "chain"), PLACES)
def test_the_kernel_takes_every_matcher_and_action(family: str, menu: str, chain: str) -> None:
    router = SmallRouter(V7, 1)
    router.table("t")
    put(router.store, "/interface/list", name="WAN")
    put(router.store, "/interface/list/member", list="WAN", interface="ether1")
    put(router.store, "/interface/list/member", list="WAN", interface="bridge")
    put(router.store, "/ip/firewall/address-list", list="a list", address="255.255.255.255")
    put(router.store, "/ip/firewall/address-list", list="a list", address="0.0.0.0/4")
    put(router.store, "/ipv6/firewall/address-list", list="a list", address="ff00::/8")
    path, rows = f"/{family}/firewall/{menu}", 0
    for name, texts in {**MATCHERS, "dst_address": ADDRESSES[family]}.items():
        if family == "ipv6" and name == "fragment":
            continue
        for text in texts:
            rows += 1
            router.row(path, chain=chain, action="accept", **{name: text})
    for row in ACTIONS[menu]:
        if family == "ip" or "." not in row.get("to_addresses", ""):
            router.row(path, chain=chain, **row)
    if chain not in KNOWN:
        router.row(path, chain=CHAINS[menu][0], action="jump", jump_target=chain)
    text = ruleset(router).text
    assert text.count("add rule") > rows
    assert refused(text * 2) == ""
