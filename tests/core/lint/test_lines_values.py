"""Values that no router can use are told from those that only look strange."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.lint.surveys import codes, found_in, picture_of
from wanwatch.core.discovery.discover import discover
from wanwatch.core.lint import interface_uses, nat, unread, values
from wanwatch.core.lint.picture import Picture
from wanwatch.core.survey import Unread

V6 = "# feb/01/2026 08:00:00 by RouterOS 6.49.17\n"
ADDRESS = V6 + "/ip address\nadd address=192.0.2.2/30 interface=ether1\n"
ROUTE = "/ip route\nadd dst-address=0.0.0.0/0 gateway=192.0.2.1\n"


@pytest.mark.parametrize(
    "text",
    ["<gateway>", "$gw", '($a->"gw")', "x.x.x.x", "203.0.113.x", "[find]", "{gateway}"],
)
def test_what_was_never_filled_in_is_told_from_a_name(text: str) -> None:
    assert values.is_blank(text)


@pytest.mark.parametrize(
    "text", ["ether1", "Port1: WAN1", "198.51.100.1", "lan (2nd floor)", "LAN->WAN", "<pppoe-ann>"]
)
def test_a_name_is_no_blank(text: str) -> None:
    assert not values.is_blank(text)


def test_many_unread_lines_are_told_in_sum_by_reason() -> None:
    survey = replace(
        picture_of(ADDRESS).survey,
        unread=(
            *(Unread(line, "prose", "no command") for line in range(1, 31)),
            Unread(40, "[erased]", "an expression"),
            Unread(44, "[erased]", "an expression"),
        ),
    )
    found = list(unread.unread(Picture(survey, discover(survey))))
    assert [finding.where for finding in found] == ["line 1", "line 40"]


def test_a_few_unread_lines_are_named_singly() -> None:
    found = found_in(ADDRESS + "this is prose\nand so is this\n", unread.unread)
    assert [finding.where for finding in found] == ["line 4", "line 5"]


@pytest.mark.parametrize(
    "text",
    ["192.168.300.0/24", "192.168.1720.0/24", "10.0.0.0/33", "10.0.0.1.2", "1.2.3.256-1.2.3.4"],
)
def test_digits_that_are_no_address_are_found(text: str) -> None:
    export = f"{ADDRESS}/ip firewall address-list\nadd address={text} list=some\n"
    assert codes(found_in(export, values.malformed)) == ["address-malformed"]


@pytest.mark.parametrize(
    "text",
    [
        *("192.168.1.0/24", "10.0.0.9/8", "10.0.0.1-10.0.0.9", "192.168.1.0/255.255.255.0"),
        *("mail.example.net", "1.2.3.4.example.net", "2001:db8::/32", "10.1"),
    ],
)
def test_what_may_be_an_address_or_a_name_is_left_alone(text: str) -> None:
    export = f"{ADDRESS}/ip firewall address-list\nadd address={text} list=some\n"
    assert found_in(export, values.malformed) == []


@pytest.mark.parametrize("builtin", ["*0", "*FFFFFFFE"])
def test_the_rows_that_routeros_brings_along_are_no_dangling_references(builtin: str) -> None:
    export = f"{V6}/interface l2tp-server server\nset default-profile={builtin}\n"
    assert found_in(export, values.dangling) == []


def test_one_lost_pool_of_many_leases_is_one_finding() -> None:
    rows = "".join(
        f"add address=192.168.88.{n} server=*3 mac-address=00:00:5E:00:53:{n}\n" for n in (10, 11)
    )
    (finding,) = found_in(f"{V6}/ip dhcp-server lease\n{rows}", values.dangling)
    assert dict(finding.data)["count"] == "2"


def test_every_point_to_point_line_is_no_missing_interface_and_is_translated() -> None:
    export = (
        f"{ADDRESS}/interface pppoe-client\nadd disabled=no interface=ether2 name=dsl\n"
        "/ip firewall nat\nadd action=masquerade chain=srcnat out-interface=all-ppp\n"
        "/ip route\nadd dst-address=0.0.0.0/0 gateway=dsl\n/system identity\nset name=edge\n"
    )
    assert found_in(export, interface_uses.unusable, nat.missing) == []


def test_an_interface_is_missing_where_the_export_lists_its_kind() -> None:
    listed = "/interface bridge\nadd name=bridge-one\nadd name=bridge1\n"
    uses = "/ip address\nadd address=192.168.9.1/24 interface=bridge7\n"
    assert codes(found_in(V6 + listed + uses, interface_uses.unusable)) == ["interface-missing"]
    assert found_in(V6 + uses, interface_uses.unusable) == []


def test_a_port_goes_by_the_name_it_was_given() -> None:
    renamed = "/interface ethernet\nset [ find default-name=ether4 ] name=uplink\n"
    uses = "/ip address\nadd address=192.168.9.1/24 interface=ether4\n"
    assert codes(found_in(V6 + renamed + uses, interface_uses.unusable)) == ["interface-missing"]


@given(st.text(max_size=20))
def test_any_text_is_judged(text: str) -> None:
    values.is_blank(text)


def test_public_addresses_on_the_lan_need_no_nat() -> None:
    inside = "/ip address\nadd address={}/28 interface=lan\n"
    nat_rules = "/ip firewall nat\nadd action=masquerade chain=srcnat out-interface=other\n"
    export = ADDRESS + ROUTE + nat_rules
    assert codes(found_in(export + inside.format("10.1.1.1"), nat.missing)) == ["wan-without-nat"]
    assert found_in(export + inside.format("9.9.8.1"), nat.missing) == []
