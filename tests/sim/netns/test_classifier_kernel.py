"""The kernel puts real connections into the buckets that the model of PCC says."""

import pytest

from tests.sim.netns.crossing import crossing, key_of, why_not
from tests.sim.small_world import V7, SmallRouter
from wanwatch.sim.classifier import KEYS
from wanwatch.sim.netns.classifier import falls_into
from wanwatch.sim.netns.numbers import Numbers
from wanwatch.sim.netns.ruleset import render
from wanwatch.sim.packet import Packet, to_number

SEED = 0x5EED
pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


def sent(number: int, protocol: str = "tcp") -> Packet:
    return Packet(
        to_number("192.168.88.10") + number % 40,
        to_number("1.1.1.1") + number % 7,
        protocol,
        20000 + number if protocol != "icmp" else 0,
        443 if protocol != "icmp" else 0,
        "bridge",
        icmp_id=3000 + number if protocol == "icmp" else 0,
    )


def key_in_registers(fields: str, packet: Packet) -> bytes:
    """The key as nftables holds it: every field at a multiple of four bytes."""
    key = b""
    for name in KEYS[fields]:
        if not name.endswith("port"):
            key += getattr(packet, name).to_bytes(4, "big")
        elif packet.has_ports:
            key += getattr(packet, name).to_bytes(2, "big") + b"\0\0"
    return key


def bucket(fields: str, packet: Packet, denominator: int) -> int:
    key = key_in_registers(fields, packet)
    return next(r for r in range(denominator) if falls_into(key, denominator, r, SEED))


def rendered(*rules: tuple[str, str]) -> tuple[str, dict[str, int]]:
    """Rules that mark connections by a classifier, and the numbers of the marks."""
    router = SmallRouter(V7, 1)
    for classifier, mark in rules:
        router.mangle(
            "mark-connection",
            connection_mark="no-mark",
            in_interface="bridge",
            new_connection_mark=mark,
            per_connection_classifier=classifier,
        )
    world, numbers = router.world(), Numbers()
    text = render(router.store, world.state(), numbers, is_v7=True, seed=SEED).text
    return text, {mark: numbers.connection.number(mark) for _, mark in rules}


@pytest.mark.parametrize("fields", ["both-addresses-and-ports", "both-addresses", "src-address"])
def test_tcp_connections_fall_into_the_buckets_of_the_model(fields: str) -> None:
    text, marks = rendered(*((f"{fields}:6/{r}", f"m{r}") for r in range(6)))
    packets = [sent(number) for number in range(120)]
    seen = crossing([text], packets)
    assert {key_of(p): seen.marks[key_of(p)] for p in packets} == {
        key_of(p): marks[f"m{bucket(fields, p, 6)}"] for p in packets
    }
    assert len(set(seen.marks.values())) == 6


def test_a_third_split_into_sixths_takes_the_same_connections() -> None:
    packets = [sent(number, "udp") for number in range(90)]
    fields = "both-addresses-and-ports"
    whole, marks = rendered((f"{fields}:3/1", "one"))
    split, _ = rendered((f"{fields}:6/1", "one"), (f"{fields}:6/4", "one"))
    taken = [
        {key for key, mark in crossing([text], packets).marks.items() if mark == marks["one"]}
        for text in (whole, split)
    ]
    assert taken[0] == taken[1]
    assert 10 < len(taken[0]) < 60


def test_a_negated_bucket_takes_all_other_connections_once() -> None:
    packets = [sent(number, "udp") for number in range(60)]
    text, marks = rendered(("!both-addresses-and-ports:6/2", "others"))
    seen = crossing([text], packets)
    others = {key for key, mark in seen.marks.items() if mark == marks["others"]}
    assert others == {key_of(p) for p in packets if bucket("both-addresses-and-ports", p, 6) != 2}
    assert seen.counters["mangle_1"] == len(others)


def test_echoes_hash_without_ports_and_by_ports_alone_into_one_bucket() -> None:
    echoes = [sent(number, "icmp") for number in range(12)]
    by_all, marks = rendered(*((f"both-addresses-and-ports:5/{r}", f"m{r}") for r in range(5)))
    seen = crossing([by_all], echoes)
    assert seen.marks == {key_of(p): marks[f"m{bucket('both-addresses', p, 5)}"] for p in echoes}
    by_ports, marks = rendered(*((f"both-ports:5/{r}", f"m{r}") for r in range(5)))
    seen = crossing([by_ports], echoes)
    assert set(seen.marks.values()) == {marks[f"m{bucket('both-ports', echoes[0], 5)}"]}
