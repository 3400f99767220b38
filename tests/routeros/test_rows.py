"""Rows as real routers print them, in both dialects, as the core's values."""

import pytest

from wanwatch.core.snapshot import NextHop, Version
from wanwatch.routeros import rows
from wanwatch.routeros.dialect import V6, V7, dialect_for
from wanwatch.routeros.errors import UnsupportedVersion

V7_ROW = {
    ".id": "*80000060",
    "active": "true",
    "disabled": "false",
    "distance": "1",
    "dst-address": "0.0.0.0/0",
    "dynamic": "false",
    "gateway": "172.16.1.1",
    "immediate-gw": "172.16.1.1%ether8",
    "routing-table": "to_WAN1",
    "check-gateway": "none",
}
V6_ROW = {
    ".id": "*30000001",
    "dst-address": "0.0.0.0/0",
    "gateway": "10.0.0.1,10.0.1.1",
    "gateway-status": "10.0.0.1 reachable via  ether1,10.0.1.1 unreachable",
    "distance": "2",
    "active": "yes",
    "static": "yes",
    "check-gateway": "ping",
    "routing-mark": "to_WAN1",
}


def test_a_route_of_routeros_7() -> None:
    route = rows.route(V7_ROW, V7)
    assert (route.table, route.distance, route.active, route.disabled) == (
        "to_WAN1",
        1,
        True,
        False,
    )
    assert route.next_hops == (NextHop("172.16.1.1", "ether8"),)
    assert (route.is_default, route.blackhole, route.check_gateway) == (True, False, "")


def test_a_route_of_routeros_6_with_two_gateways() -> None:
    route = rows.route(V6_ROW, V6)
    assert route.gateways == ("10.0.0.1", "10.0.1.1")
    assert route.next_hops == (NextHop("10.0.0.1", "ether1"), NextHop("10.0.1.1", ""))
    assert (route.table, route.active, route.check_gateway) == ("to_WAN1", True, "ping")


def test_a_route_without_a_table_stands_in_main() -> None:
    bare = {".id": "*1", "dst-address": "0.0.0.0/0", "gateway": "ether1"}
    assert rows.route(bare, V6).table == "main"
    assert rows.route(bare, V7).table == "main"


def test_a_disabled_route_has_no_next_hop() -> None:
    row = {**V6_ROW, "disabled": "true", "gateway-status": "10.0.0.1 inactive"}
    assert rows.route(row, V6).next_hops == ()
    assert rows.route({**V7_ROW, "disabled": "true", "immediate-gw": ""}, V7).next_hops == ()


@pytest.mark.parametrize(
    ("extra", "is_blackhole"),
    [
        ({"blackhole": ""}, True),
        ({"blackhole": "true"}, True),
        ({"blackhole": "false"}, False),
        ({"type": "blackhole"}, True),
        ({"type": "unreachable"}, True),
        ({"type": "unicast"}, False),
        ({}, False),
    ],
)
def test_a_blackhole_is_a_switch_or_a_type(extra: dict[str, str], is_blackhole: bool) -> None:  # noqa: FBT001 - the expected value
    assert rows.route({".id": "*1", **extra}, V7).blackhole is is_blackhole


def test_a_mangle_rule_holds_what_is_set_and_nothing_that_cannot_be() -> None:
    rule = rows.mangle_rule(
        {
            ".id": "*1",
            "action": "mark-connection",
            "bytes": "31611",
            "chain": "prerouting",
            "comment": "WAN1",
            "disabled": "false",
            "dynamic": "false",
            "invalid": "true",
            "log": "false",
            "log-prefix": "",
            "packets": "325",
            "per-connection-classifier": "both-addresses:3/0",
            "a-matcher-of-tomorrow": "x",
        }
    )
    assert rule.properties == {
        "action": "mark-connection",
        "chain": "prerouting",
        "log": "false",
        "per-connection-classifier": "both-addresses:3/0",
        "a-matcher-of-tomorrow": "x",
    }
    assert (rule.comment, rule.disabled, rule.invalid) == ("WAN1", False, True)


@pytest.mark.parametrize(
    "row",
    [
        {"reply-dst-address": "198.51.100.7:51514"},
        {"reply-dst-address": "198.51.100.7", "reply-dst-port": "51514"},
        {"reply-dst-address": "198.51.100.7"},
    ],
    ids=["joined", "split", "icmp"],
)
def test_a_connection_is_read_in_every_shape(row: dict[str, str]) -> None:
    entry = rows.connection({".id": "*A", "connection-mark": "WAN1", **row})
    assert (entry.reply_dst_address, entry.connection_mark) == ("198.51.100.7", "WAN1")


@pytest.mark.parametrize(
    "endpoint", ["2001:db8::7", "[2001:db8::7]:443", "[2001:db8::7]", "2001:db8::7/128"]
)
def test_an_ipv6_connection_is_read_in_every_shape(endpoint: str) -> None:
    entry = rows.connection({".id": "*A", "reply-dst-address": endpoint})
    assert entry.reply_dst_address == "2001:db8::7"


@pytest.mark.parametrize(("text", "dialect"), [("6.49.6 (stable)", V6), ("7.12.2 (stable)", V7)])
def test_the_version_alone_chooses_the_dialect(text: str, dialect: object) -> None:
    assert dialect_for(Version.parse(text)) is dialect


@pytest.mark.parametrize("text", ["5.26", "8.0beta1"])
def test_an_unknown_major_version_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedVersion, match="speaks 6 and 7"):
        dialect_for(Version.parse(text))
