"""Rows of connections from the bytes that a kernel sent (Linux 6.18, x86-64)."""

import errno
import socket
from collections.abc import Iterator

import pytest

from wanwatch.core.snapshot import Version
from wanwatch.sim.netns import ctnetlink
from wanwatch.sim.netns.connections import KernelConntrack
from wanwatch.sim.netns.netlink import attribute
from wanwatch.sim.netns.numbers import Names

TCP = bytes.fromhex(
    "3400018014000180080001007f000001080002007f0000031c000280050001000600000006000200a968000006000300"
    "005100003400028014000180080001007f000001080002007f0000011c0002800500010006000000060002001f910000"
    "06000300a968000008000300000001ae080008000000000508000c00a68679cd08000b0000000001080007000006977f"
    "300004802c0001800500010003000000050002000a000000050003000a00000006000400230000000600050023000000"
    "1c0009800c00010000000000000000030c00020000000000000000a91c000a800c00010000000000000000020c000200"
    "0000000000000070"
)
ICMP = bytes.fromhex(
    "3c00018014000180080001007f000001080002007f000004240002800500010001000000060004005d75000005000500"
    "0800000005000600000000003c00028014000180080001007f000004080002007f000001240002800500010001000000"
    "060004005d75000005000500000000000500060000000000080003000000018a080008000000000508000c005864a752"
    "08000b0000000001080007000000001d1c0009800c00010000000000000000010c00020000000000000000541c000a80"
    "0c00010000000000000000010c0002000000000000000054"
)
UDP6 = bytes.fromhex(
    "4c0001802c00018014000300000000000000000000000000000000011400040000000000000000000000000000000001"
    "1c000280050001001100000006000200e01b000006000300003500004c0002802c000180140003000000000000000000"
    "000000000000000114000400000000000000000000000000000000011c0002800500010011000000060002000035000006"
    "000300e01b00000800030000000188080008000000000508000c005b1b5f7108000b0000000001080007000000001d1c00"
    "09800c00010000000000000000010c00020000000000000000311c000a800c00010000000000000000000c000200000000"
    "0000000000"
)
NEW, OLD = Version(7, 20, 8), Version(6, 49, 7)
FOUR = "-4"


class Table:
    """A kernel's table: sends its entries, and removes one that is named by its tuple and id."""

    def __init__(self, *entries: bytes) -> None:
        self.entries = list(entries)
        self.bodies: list[bytes] = []

    def dump(self, kind: int, family: int, body: bytes = b"") -> Iterator[tuple[bytes, int, int]]:
        assert (kind, family) == (ctnetlink.GET, socket.AF_INET)
        self.bodies.append(body)
        for entry in self.entries:
            yield b"header" + entry + b"next", 6, 6 + len(entry)

    def order(self, kind: int, family: int, body: bytes = b"") -> int:
        assert (kind, family) == (ctnetlink.DELETE, socket.AF_INET)
        for entry in self.entries:
            if body[:-8] in entry and body[-8:] in entry:
                self.entries.remove(entry)
                return 0
        return errno.ENOENT

    def close(self) -> None:
        """Nothing is open."""


def marks() -> Names:
    names = Names()
    for name in ("a", "b", "c", "d", "wan one"):
        names.number(name)
    return names


def conntrack(*entries: bytes, version: Version = NEW) -> tuple[Table, KernelConntrack]:
    table = Table(*entries)
    return table, KernelConntrack(table, marks(), version)


def rows(
    entry: bytes, *queries: str, version: Version = NEW, names: tuple[str, ...] | None = None
) -> list[dict[str, str]]:
    _, tracked = conntrack(entry, version=version)
    return [item.properties for item in tracked.of_family(FOUR).rows(queries, names)]


def test_a_tcp_connection_is_told_in_full() -> None:
    assert rows(TCP) == [
        {
            "protocol": "tcp",
            "src-address": "127.0.0.1",
            "src-port": "43368",
            "dst-address": "127.0.0.3",
            "dst-port": "81",
            "reply-src-address": "127.0.0.1",
            "reply-src-port": "8081",
            "reply-dst-address": "127.0.0.1",
            "reply-dst-port": "43368",
            "tcp-state": "established",
            "connection-mark": "wan one",
            "timeout": "4d23h59m59s",
            "orig-packets": "3",
            "orig-bytes": "169",
            "repl-packets": "2",
            "repl-bytes": "112",
            "expected": "false",
            "confirmed": "true",
            "seen-reply": "true",
            "assured": "true",
            "dying": "false",
            "srcnat": "false",
            "dstnat": "true",
            "fasttrack": "false",
        }
    ]


def test_before_the_split_ports_follow_the_address() -> None:
    (row,) = rows(TCP, version=OLD)
    assert row["src-address"] == "127.0.0.1:43368"
    assert row["reply-src-address"] == "127.0.0.1:8081"
    assert "src-port" not in row


@pytest.mark.parametrize("version", [OLD, NEW])
def test_an_echo_has_an_identifier_and_no_port(version: Version) -> None:
    (row,) = rows(ICMP, version=version)
    assert row["protocol"] == "icmp"
    assert row["dst-address"] == "127.0.0.4"
    assert (row["icmp-type"], row["icmp-code"], row["icmp-id"]) == ("8", "0", "23925")
    assert not {"src-port", "tcp-state"} & set(row)


def test_ipv6_addresses_are_told_as_such() -> None:
    (row,) = rows(UDP6)
    assert (row["src-address"], row["src-port"], row["dst-port"]) == ("::1", "57371", "53")
    assert row["seen-reply"] == "false"


def test_a_connection_that_was_made_anew_through_another_line_is_not_the_one_that_was_listed() -> (
    None
):
    table, tracked = conntrack(TCP)
    (item,) = tracked.of_family(FOUR).rows((), None)
    reply = TCP.index(bytes.fromhex("34000280"))
    translated = TCP.index(bytes.fromhex("080002007f000001"), reply)
    elsewhere = TCP[: translated + 4] + bytes.fromhex("7f000009") + TCP[translated + 8 :]
    table.entries[:] = [elsewhere]
    assert not tracked.of_family(FOUR).remove(item.id)
    assert table.entries == [elsewhere]
    (again,) = tracked.of_family(FOUR).rows((), None)
    assert again.id == item.id


def test_only_what_is_asked_for_is_told() -> None:
    assert rows(TCP, names=("connection-mark", "nonsense")) == [{"connection-mark": "wan one"}]


def test_query_words_decide_which_rows_are_told() -> None:
    assert rows(TCP, "?reply-dst-address=127.0.0.1", "?protocol=tcp")
    assert not rows(TCP, "?protocol=udp")
    assert rows(TCP, "?protocol=udp", "?connection-mark=wan one", "?#|")
    assert not rows(ICMP, "?reply-dst-port")


def test_a_query_by_id_is_left_to_who_knows_the_ids() -> None:
    assert rows(TCP, "?.id=*A68679CD", "?protocol=tcp", names=("protocol",)) == [
        {"protocol": "tcp"}
    ]


def test_what_a_query_asks_about_is_told_even_to_who_only_counts() -> None:
    assert rows(TCP, "?reply-dst-port", names=()) == [{"reply-dst-port": "43368"}]


def test_a_query_by_mark_alone_is_the_kernels_to_answer() -> None:
    table, tracked = conntrack(TCP)
    assert len(list(tracked.of_family(FOUR).rows(("?connection-mark=wan one",), ()))) == 1
    assert table.bodies == [ctnetlink.only_mark(5)]


def test_a_mark_that_is_one_of_two_wishes_is_not_asked_of_the_kernel() -> None:
    table, tracked = conntrack(TCP)
    words = ("?connection-mark=a", "?protocol=tcp", "?#|")
    assert len(list(tracked.of_family(FOUR).rows(words, ()))) == 1
    assert table.bodies == [b""]


def test_a_mark_that_no_rule_ever_set_has_no_connections_and_the_table_is_not_read() -> None:
    table, tracked = conntrack(TCP)
    assert list(tracked.of_family(FOUR).rows(("?connection-mark=other",), None)) == []
    assert table.bodies == []


def test_an_entry_that_was_listed_is_removed_once() -> None:
    table, tracked = conntrack(TCP, ICMP)
    menu = tracked.of_family(FOUR)
    first, second = [item.id for item in menu.rows((), (".id",))]
    assert first == "*A68679CD"
    assert menu.remove(first)
    assert table.entries == [ICMP]
    assert not menu.remove(first)
    assert menu.remove(second)
    assert not menu.remove("*123")
    assert not menu.remove("nonsense")


def test_a_connection_made_anew_has_another_id_though_the_kernel_gives_it_the_same() -> None:
    table, tracked = conntrack(TCP)
    menu = tracked.of_family(FOUR)
    (first,) = [item.id for item in menu.rows((), (".id",))]
    assert menu.remove(first)
    table.entries.append(TCP)
    (second,) = [item.id for item in menu.rows((), (".id",))]
    assert second != first
    assert not menu.remove(first)
    assert menu.remove(second)


def test_a_removal_reads_no_table() -> None:
    table, tracked = conntrack(TCP, ICMP)
    ids = [item.id for item in tracked.of_family(FOUR).rows((), (".id",))]
    for item_id in ids:
        tracked.remove(item_id)
    assert len(table.bodies) == 1


def test_a_layout_seen_before_is_not_mistaken_for_another_of_the_same_length() -> None:
    reordered = bytearray(TCP)
    mark = TCP.index(attribute(8, bytes((0, 0, 0, 5))))
    reordered[mark : mark + 16] = TCP[mark + 8 : mark + 16] + TCP[mark : mark + 8]
    _, tracked = conntrack(TCP, bytes(reordered), TCP)
    found = list(tracked.of_family(FOUR).rows((), None))
    assert [item.id for item in found] == ["*A68679CD"] * 3
    assert [item.properties["connection-mark"] for item in found] == ["wan one"] * 3


def test_entries_translated_to_an_address_are_forgotten() -> None:
    translated = bytearray(TCP)
    status = TCP.index(attribute(3, bytes((0, 0, 1, 0xAE))))
    translated[status + 4 : status + 8] = (0x1AE | ctnetlink.SRC_NAT).to_bytes(4, "big")
    table, tracked = conntrack(bytes(translated), ICMP)
    tracked.forget_translated({"10.0.0.1"})
    assert len(table.entries) == 2
    tracked.forget_translated({"127.0.0.1"})
    assert table.entries == [ICMP]
