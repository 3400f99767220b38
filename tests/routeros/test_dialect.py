"""The words each RouterOS takes, and the lists that must be whole."""

import pytest

from wanwatch.core.plan import Attributes, Command
from wanwatch.routeros import mangle_properties
from wanwatch.routeros.dialect import (
    IPV6_MANGLE_MENU,
    IPV6_ROUTE_MENU,
    MANGLE_MENU,
    ROUTE_MENU,
    V6,
    V7,
    Dialect,
)

MANUAL_7 = """
chain action jump-target new-packet-mark new-connection-mark new-routing-mark new-mss new-dscp
new-priority new-ttl passthrough tcp-flags p2p connection-state connection-nat-state sniff-target
sniff-target-port sniff-id route-dst tls-host connection-limit layer7-protocol realm protocol
src-address dst-address fragment psd ipv4-options src-address-type dst-address-type
src-address-list dst-address-list hotspot address-list address-list-timeout ttl connection-mark
connection-type connection-bytes connection-rate routing-mark in-interface out-interface
in-interface-list out-interface-list in-bridge-port out-bridge-port in-bridge-port-list
out-bridge-port-list packet-mark src-port dst-port port icmp-options src-mac-address content
ingress-priority priority dscp tos limit dst-limit time random nth tcp-mss
per-connection-classifier packet-size log log-prefix ipsec-policy
"""
"""Every argument of ip/firewall/mangle in the RouterOS manual's CLI reference."""


def test_every_mangle_property_of_the_manual_is_asked_for() -> None:
    assert set(MANUAL_7.split()) <= set(V7.mangle_properties)
    assert set(MANUAL_7.split()) <= set(V6.mangle_properties)


def test_no_property_is_asked_for_twice_and_none_that_cannot_be_set() -> None:
    for dialect in (V6, V7):
        assert len(set(dialect.mangle_properties)) == len(dialect.mangle_properties)
        assert not mangle_properties.READ_ONLY & set(dialect.mangle_settable)


def test_routeros_6_is_never_asked_in_the_words_of_7() -> None:
    assert not {"routing-table", "immediate-gw", "blackhole"} & set(V6.route_properties)
    assert not {"routing-mark", "gateway-status", "type"} & set(V7.route_properties)


def test_ipv6s_routes_have_no_routing_mark_on_routeros_6() -> None:
    assert "routing-mark" in V6.properties_of(ROUTE_MENU)
    assert "routing-mark" not in V6.properties_of(IPV6_ROUTE_MENU)
    assert V7.properties_of(IPV6_ROUTE_MENU) == V7.properties_of(ROUTE_MENU)


def test_ipv6s_rules_are_read_whole() -> None:
    assert V6.properties_of(IPV6_MANGLE_MENU) == V7.properties_of(IPV6_MANGLE_MENU) == ()


def test_what_the_router_shows_is_asked_for_first() -> None:
    seen = V7.with_seen(["a-matcher-of-tomorrow", "realm"])
    assert seen.mangle_settable[:2] == ("a-matcher-of-tomorrow", "realm")
    assert seen.mangle_settable.count("realm") == 1
    assert set(V7.mangle_settable) < set(seen.mangle_settable)


@pytest.mark.parametrize(
    ("dialect", "menu", "command", "attributes", "words"),
    [
        (V7, ROUTE_MENU, Command.SET, [("disabled", "yes")], ["=disabled=yes"]),
        (V7, ROUTE_MENU, Command.SET, [("disabled", "true")], ["=disabled=yes"]),
        (V7, MANGLE_MENU, Command.SET, [("comment", "")], ["=comment="]),
        (V7, MANGLE_MENU, Command.SET, [("src-address", "")], ["=!src-address="]),
        (V7, MANGLE_MENU, Command.ADD, [("src-address", ""), ("comment", "")], []),
        (V7, MANGLE_MENU, Command.ADD, [("passthrough", "false")], ["=passthrough=no"]),
        (V7, MANGLE_MENU, Command.ADD, [("comment", "true")], ["=comment=true"]),
        (V7, MANGLE_MENU, Command.ADD, [("routing-mark", "main")], ["=routing-mark=main"]),
        (V7, ROUTE_MENU, Command.ADD, [("blackhole", "yes")], ["=blackhole="]),
        (V7, ROUTE_MENU, Command.ADD, [("blackhole", "no")], []),
        (V7, ROUTE_MENU, Command.SET, [("blackhole", "no")], ["=!blackhole="]),
        (V6, ROUTE_MENU, Command.ADD, [("blackhole", "yes")], ["=type=blackhole"]),
        (V6, ROUTE_MENU, Command.SET, [("blackhole", "no")], ["=type=unicast"]),
        (V6, ROUTE_MENU, Command.ADD, [("routing-table", "to_1")], ["=routing-mark=to_1"]),
        (V6, ROUTE_MENU, Command.ADD, [("routing-table", "main")], []),
        (V6, ROUTE_MENU, Command.SET, [("routing-table", "main")], ["=!routing-mark="]),
        (V7, ROUTE_MENU, Command.SET, [("routing-mark", "to_1")], ["=routing-table=to_1"]),
        (V7, IPV6_ROUTE_MENU, Command.SET, [("blackhole", "no")], ["=!blackhole="]),
        (V7, IPV6_MANGLE_MENU, Command.ADD, [("passthrough", "true")], ["=passthrough=yes"]),
    ],
)
def test_a_steps_attributes_become_the_words_of_the_version(
    dialect: Dialect, menu: str, command: Command, attributes: Attributes, words: list[str]
) -> None:
    assert dialect.attribute_words(menu, command, attributes) == words
