"""Matchers and actions as nftables reads them; that it takes them so is tested with the kernel."""

import pytest

from tests.sim.netns.rendering import rendered


@pytest.mark.parametrize(
    ("name", "text", "rules"),
    [
        ("protocol", "tcp", ["meta l4proto 6"]),
        ("protocol", "!ipsec-esp", ["meta l4proto != 50"]),
        ("protocol", "89", ["meta l4proto 89"]),
        ("dst_port", "80", ["meta l4proto @ported th dport 80"]),
        ("src_address", "10.0.0.9", ["ip saddr 10.0.0.9"]),
        ("dst_address", "!10.0.0.0/30", ["ip daddr != 10.0.0.0-10.0.0.3"]),
        ("in_interface", "!bridge", ['iifname != "bridge"']),
        ("connection_state", "established,related", ["ct state & (established|related) != 0"]),
        ("connection_nat_state", "srcnat,dstnat", ["ct status & (dnat|snat) != 0"]),
        ("connection_nat_state", "!dstnat", ["ct status & (dnat) == 0"]),
        ("connection_bytes", "1000-0", ["ct bytes >= 1000"]),
        ("connection_bytes", "1000-2000", ["ct bytes 1000-2000"]),
        ("dst_address_type", "!local", ["fib daddr type != local"]),
        ("dscp", "46", ["ip dscp 46"]),
        ("ttl", "less-than:5", ["ip ttl < 5"]),
        ("packet_size", "0-100", ["meta length 0-100"]),
        ("tcp_flags", "syn,!ack", ["meta l4proto 6 tcp flags & 0x12 == 0x2"]),
        ("tcp_mss", "1300-65535", ["meta l4proto 6 tcp option maxseg size 1300-65535"]),
        ("icmp_options", "8:0-255", ["meta l4proto 1 icmp type 8"]),
        ("icmp_options", "3:4", ["meta l4proto 1 icmp type 3 icmp code 4"]),
        ("ipsec_policy", "in,none", [""]),
        ("ipsec_policy", "in,ipsec", []),
        ("random", "30", ["numgen random mod 100 < 30"]),
        ("nth", "3,2", ["numgen inc mod 3 1"]),
        ("limit", "10,5:packet", ["limit rate 10/second burst 5 packets"]),
        ("limit", "1/5s,2:packet", ["limit rate 12/minute burst 2 packets"]),
        ("src_mac_address", "AA:BB:CC:00:11:22", ["ether saddr aa:bb:cc:00:11:22"]),
        ("fragment", "true", ["ip frag-off & 0x1fff != 0"]),
    ],
)
def test_a_matcher_becomes_expressions(name: str, text: str, rules: list[str]) -> None:
    assert rendered("mangle", action="passthrough", **{name: text}) == rules


def test_ports_either_way_are_two_rules_that_exclude_each_other() -> None:
    ported = "meta l4proto @ported"
    assert rendered("mangle", action="passthrough", port="53") == [
        f"{ported} th sport 53",
        f"{ported} th sport != 53-53 th dport 53",
    ]


def test_ports_are_translated_by_a_rule_for_each_protocol() -> None:
    rules = rendered("nat", "dstnat", action="dst-nat", to_addresses="10.0.0.2", to_ports="80")
    assert rules[:2] == [
        "meta l4proto 6 dnat to 10.0.0.2:80",
        "meta l4proto 17 dnat to 10.0.0.2:80",
    ]
    assert len(rules) == 5


def test_protocols_that_no_packet_has_leave_no_rule() -> None:
    assert rendered("mangle", action="passthrough", protocol="icmp", dst_port="80") == []
    assert rendered("mangle", action="passthrough", protocol="udp", tcp_flags="syn") == []


def test_a_negated_port_of_a_known_protocol_is_one_rule() -> None:
    assert rendered("mangle", action="passthrough", protocol="tcp", dst_port="!80") == [
        "meta l4proto 6 th dport != 80-80"
    ]


@pytest.mark.parametrize(
    ("menu", "chain", "row", "rules"),
    [
        ("mangle", "", {"action": "change-dscp", "new_dscp": "10"}, ["ip dscp set 10"]),
        ("mangle", "", {"action": "change-ttl", "new_ttl": "set:64"}, ["ip ttl set 64"]),
        ("mangle", "", {"action": "log", "log_prefix": "x"}, [""]),
        ("mangle", "", {"action": "set-priority", "passthrough": "false"}, ["accept"]),
        (
            *("mangle", "forward", {"action": "change-mss", "new_mss": "1400"}),
            ["meta l4proto 6 tcp option maxseg size set 1400"],
        ),
        ("filter", "", {"action": "fasttrack-connection"}, ["accept"]),
        ("filter", "", {"action": "reject"}, ["reject with icmp net-unreachable"]),
        (
            *("filter", "", {"action": "reject", "reject_with": "tcp-reset"}),
            ["meta l4proto 6 reject with tcp reset"],
        ),
        ("filter", "input", {"action": "drop", "log": "true"}, ["drop"]),
        ("raw", "", {"action": "notrack"}, ["notrack"]),
        (
            "nat",
            "",
            {"action": "masquerade", "out_interface": "ether1"},
            ['oifname "ether1" masquerade'],
        ),
        (
            "nat",
            "",
            {"action": "src-nat", "to_addresses": "1.1.1.1-1.1.1.3"},
            ["snat to 1.1.1.1-1.1.1.3"],
        ),
        ("nat", "", {"action": "src-nat"}, ["accept"]),
        (
            "nat",
            "",
            {"action": "same", "to_addresses": "1.1.1.0/30"},
            ["snat to 1.1.1.0-1.1.1.3 persistent"],
        ),
        (
            *("nat", "dstnat"),
            {
                "action": "dst-nat",
                "protocol": "tcp",
                "to_addresses": "10.0.0.2",
                "to_ports": "8080",
            },
            ["meta l4proto 6 dnat to 10.0.0.2:8080"],
        ),
        (
            *("nat", "dstnat", {"action": "redirect", "protocol": "udp", "to_ports": "53"}),
            ["meta l4proto 17 redirect to :53"],
        ),
        (
            *("nat", "dstnat", {"action": "netmap", "to_addresses": "10.9.0.0/24"}),
            ["dnat ip prefix to ip daddr map { 0.0.0.0/0 : 10.9.0.0/24 }"],
        ),
    ],
)
def test_an_action_becomes_statements(
    menu: str, chain: str, row: dict[str, str], rules: list[str]
) -> None:
    assert rendered(menu, chain, **row) == rules
