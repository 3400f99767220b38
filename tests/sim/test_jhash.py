"""The jenkins hash, against its author's own vectors and against a second way to compute it."""

import random

import pytest

from wanwatch.sim.jhash import jhash

TEXT = b"Four score and seven years ago"
MASK = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("key", "initval", "value"),
    [
        (b"", 0, 0xDEADBEEF),
        (b"", 0xDEADBEEF, 0xBD5B7DDE),
        (TEXT, 0, 0x17770551),
        (TEXT, 1, 0xCD628161),
    ],
)
def test_the_vectors_that_bob_jenkins_published(key: bytes, initval: int, value: int) -> None:
    assert jhash(key, initval) == value


def by_bytes(key: bytes, initval: int) -> int:
    """Lookup3 written byte by byte with a state list, to share no line with the other."""
    state = [(0xDEADBEEF + len(key) + initval) & MASK] * 3

    def rot(value: int, by: int) -> int:
        bits = f"{value:032b}"
        return int(bits[by:] + bits[:by], 2)

    def absorb(block: bytes) -> None:
        for at, byte in enumerate(block):
            word = at // 4
            state[word] = (state[word] + (byte << 8 * (at % 4))) & MASK

    left = key
    while len(left) > 12:
        absorb(left[:12])
        left = left[12:]
        for at, by in enumerate((4, 6, 8, 16, 19, 4)):
            x, y, z = at % 3, (at + 1) % 3, (at + 2) % 3
            state[x] = ((state[x] - state[z]) & MASK) ^ rot(state[z], by)
            state[z] = (state[z] + state[y]) & MASK
    if not left:
        return state[2]
    absorb(left)
    for at, by in enumerate((14, 11, 25, 16, 4, 14, 24)):
        x, y = (2 + at) % 3, (1 + at) % 3
        state[x] = ((state[x] ^ state[y]) - rot(state[y], by)) & MASK
    return state[2]


def test_keys_of_every_length_agree_with_the_other_way() -> None:
    chance = random.Random(7)  # noqa: S311 (keys to compare with, no secret)
    for length in range(40):
        key = chance.randbytes(length)
        initval = chance.getrandbits(32)
        assert jhash(key, initval) == by_bytes(key, initval)


def test_hashes_spread_evenly_over_a_small_denominator() -> None:
    buckets = [0] * 3
    for number in range(6000):
        buckets[jhash(number.to_bytes(8, "big"), 99) % 3] += 1
    assert min(buckets) > 1850


def test_another_initval_moves_keys_to_other_buckets() -> None:
    keys = [number.to_bytes(8, "big") for number in range(1000)]
    moved = sum(jhash(key, 1) % 2 != jhash(key, 2) % 2 for key in keys)
    assert 400 < moved < 600
