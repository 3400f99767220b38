"""The router serves its API in a namespace, and packets go where its rows say."""

from typing import Any

import pytest

from tests.sim.netns.packet_client import CLIENTS
from tests.sim.netns.packet_story import observed, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "namespaces work")


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    return observed()


def test_clients_are_spread_over_the_lines_by_the_classifier(seen: dict[str, Any]) -> None:
    assert set(seen["ways"]) == set(CLIENTS)
    assert set(seen["ways"].values()) == {"ether1", "ether2"}


def test_a_connection_is_listed_with_its_mark_and_its_translated_address(
    seen: dict[str, Any],
) -> None:
    (row,) = seen["row of the first"]
    assert row["protocol"] == "udp"
    assert (row["src-address"], row["src-port"]) == (seen["first"], str(seen["port"]))
    assert (row["dst-address"], row["dst-port"]) == ("9.9.9.9", "7007")
    assert row["reply-dst-address"] == "203.0.113.2"
    assert row["connection-mark"] == "one"
    assert (row["seen-reply"], row["srcnat"], row["dstnat"]) == ("true", "true", "false")
    assert row["orig-packets"] == "1"


def test_a_query_by_mark_finds_the_connections_of_one_line(seen: dict[str, Any]) -> None:
    by_way = list(seen["ways"].values())
    assert seen["by mark"] == {
        "one": by_way.count("ether1"),
        "two": by_way.count("ether2"),
        "never given": 0,
    }


def test_connections_are_counted_as_they_are_listed(seen: dict[str, Any]) -> None:
    assert seen["counted by mark"] == f"=ret={seen['by mark']['one']}"
    assert int(seen["counted with ports"].removeprefix("=ret=")) >= len(CLIENTS)


def test_a_rewritten_rule_holds_for_the_first_packet_after_its_answer(seen: dict[str, Any]) -> None:
    assert seen["ways while remapped"] == ["ether2", "ether1"] * 15


def test_a_marked_table_without_a_route_falls_through_to_main(seen: dict[str, Any]) -> None:
    assert seen["new, with the table empty"] == "ether1"
    assert seen["new, with main's first disabled too"] == "ether2"


def test_an_old_connection_keeps_its_address_and_hangs_on_another_line(
    seen: dict[str, Any],
) -> None:
    assert seen["old, with main's first disabled too"] == "none"
    assert seen["enabled"] == [[["!done"]], "ether1", "ether1"]


def test_a_list_of_connections_is_removed_and_the_next_packet_makes_a_new_one(
    seen: dict[str, Any],
) -> None:
    assert seen["flush"] == [["!done"]]
    assert seen["left"] == 0
    assert seen["way after the flush"] == "ether1"
    assert len(set(seen["ids of the flow"])) == 2


def test_a_connection_that_is_gone_is_no_such_item(seen: dict[str, Any]) -> None:
    gone = [["!trap", "=message=no such item (4)"], ["!done"]]
    assert seen["removed twice"] == gone
    assert seen["never there"] == gone


def test_an_interface_without_a_carrier_is_not_running_and_its_routes_are_inactive(
    seen: dict[str, Any],
) -> None:
    assert seen["interfaces"] == {"ether1": "true", "ether2": "true", "bridge": "true"}
    assert seen["interfaces without a cable"]["ether1"] == "false"
    assert seen["active without a cable"] == "false"


def test_masqueraded_connections_of_a_lost_link_move_at_once(seen: dict[str, Any]) -> None:
    assert seen["ways before the cable is out"] == ["ether1", "ether2"]
    assert seen["masqueraded without a cable"] == 0
    assert seen["ways without a cable"] == ["ether2"]


def test_a_cable_that_is_back_is_used_again(seen: dict[str, Any]) -> None:
    assert seen["interfaces with the cable again"]["ether1"] == "true"
    assert seen["new with the cable again"] == ["ether1", "ether2"]


def test_a_reboot_forgets_connections_and_changes_ids(seen: dict[str, Any]) -> None:
    assert seen["ids after a reboot"] == 0
    assert seen["connections after a reboot"] == 0
    assert seen["ways after a reboot"] == ["ether1", "ether2"]


def test_lines_cannot_be_cut_by_hand_where_they_are_real(seen: dict[str, Any]) -> None:
    assert seen["lines menu"] == []


def test_what_the_kernel_refuses_is_a_trap_and_told_once_and_holds_up_nothing_else(
    seen: dict[str, Any],
) -> None:
    (kind, message), done = seen["refused"]
    assert (kind, done) == ("!trap", ["!done"])
    assert message.startswith("=message=failure: ip route replace 224.0.0.0/24 ")
    assert seen["after the refusal"] == [[["!done"]], [["!done"]]]
    assert seen["stderr"].splitlines() == [message.removeprefix("=message=failure: ")]


def test_a_route_to_a_lan_host_is_taken(seen: dict[str, Any]) -> None:
    assert seen["route added"][0][0] == "!done"


def test_the_count_of_connections_is_the_kernels(seen: dict[str, Any]) -> None:
    assert seen["total entries"] >= seen["by mark"]["two"]


def test_the_end_is_clean_and_leaves_the_namespace_forwarding(seen: dict[str, Any]) -> None:
    assert seen["rc"] == 0
    assert seen["after the end"].startswith("default via 203.0.113.1 dev ether1")


def test_a_gateway_that_answers_echoes_is_kept(seen: dict[str, Any]) -> None:
    assert seen["given up while it answers"] == -1
    assert seen["complaints"] == []


def test_a_gateway_is_given_up_after_two_silent_echoes_and_restored_by_one_answer(
    seen: dict[str, Any],
) -> None:
    assert 0.2 <= seen["given up"] <= 1.5
    assert 0 <= seen["restored"] <= 1.0
