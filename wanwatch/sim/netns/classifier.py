"""PCC on real packets: which expressions say that a packet falls into ``denominator/remainder``.

RouterOS takes ``jhash(key) % denominator``, so that ``3/0`` is exactly ``6/0`` and ``6/3``
together. The ``jhash .. mod n`` of nftables is no remainder: it is the hash scaled to n parts,
``hash * n >> 32`` (``reciprocal_scale`` in include/linux/kernel.h), and scaled parts of 3 and of 6
do not nest like that. So the remainder is built of parts that do, by the Chinese remainder theorem:

* A denominator is a product of powers of different primes, and a remainder is known by its
  remainders by each of them. Every prime has a hash of its own: the same key, another seed.
* For a power ``p^a``, the hash scaled to ``p^a`` parts is a number of ``a`` digits to the base p. A
  finer scale only adds digits at its end (``floor(floor(x * p) / p) = floor(x)``), while a finer
  remainder only adds digits at its front. So the digits are read backwards: the packet falls into
  the remainder whose digits, from the last to the first, are those of the scaled hash.

Thus ``d/r`` is, for every prime power of d, one comparison, for every denominator that RouterOS
takes; ``d/r`` is exactly the union of ``dk/(r + dj)`` for j < k; and all remainders of d are equally
likely. What differs from RouterOS is only which bucket a key falls into, which nobody can predict
there either: its seed is drawn at boot.

The key holds the addresses, and the ports where the protocol has any. A key without ports may be
empty (``both-ports`` of an ICMP packet): its hash is a constant of the seed, as in RouterOS.
"""

import hashlib
import re
from collections.abc import Mapping

from wanwatch.sim.classifier import KEYS
from wanwatch.sim.jhash import jhash
from wanwatch.sim.matchers import InvalidRuleError
from wanwatch.sim.netns.conditions import EVERY, NEVER, PORTED, Condition, Term

_CLASSIFIER = re.compile(r"(!?)([a-z-]+):(\d+)/(\d+)")
_WORDS: Mapping[str, str] = {
    "src": "saddr",
    "dst": "daddr",
    "src_port": "th sport",
    "dst_port": "th dport",
}


def classifier_condition(text: str, family: str, seed: int) -> Condition:
    """The condition of ``per-connection-classifier``; raises InvalidRuleError.

    ``family`` is ``ip`` or ``ip6``; ``seed`` is the one of this boot.
    """
    parts = _CLASSIFIER.fullmatch(text)
    if parts is None or parts[2] not in KEYS or int(parts[3]) == 0:
        raise InvalidRuleError(text)
    denominator, remainder = int(parts[3]), int(parts[4])
    is_negated = bool(parts[1])
    names = KEYS[parts[2]]
    addresses = [f"{family} {_WORDS[name]}" for name in names if not name.endswith("port")]
    ports = [_WORDS[name] for name in names if name.endswith("port")]
    if not ports:
        return _terms(addresses, EVERY, denominator, remainder, seed, is_negated=is_negated)
    return (
        *_terms(addresses + ports, PORTED, denominator, remainder, seed, is_negated=is_negated),
        *_terms(addresses, EVERY - PORTED, denominator, remainder, seed, is_negated=is_negated),
    )


def _terms(
    key: list[str],
    protocols: frozenset[int],
    denominator: int,
    remainder: int,
    seed: int,
    *,
    is_negated: bool,
) -> Condition:
    if remainder >= denominator:
        return (Term((), protocols),) if is_negated else NEVER
    if not key:
        is_met = falls_into(b"", denominator, remainder, seed) != is_negated
        return (Term((), protocols),) if is_met else NEVER
    parts = [
        (f"jhash {' . '.join(key)} mod {power} seed {seed_of(seed, prime):#x}", str(digits))
        for prime, power, digits in components(denominator, remainder)
    ]
    if not is_negated:
        return (Term(tuple(f"{hashed} {digits}" for hashed, digits in parts), protocols),)
    return tuple(
        Term(
            (
                *(f"{hashed} {digits}" for hashed, digits in parts[:index]),
                f"{parts[index][0]} != {parts[index][1]}",
            ),
            protocols,
        )
        for index in range(len(parts))
    )


def components(denominator: int, remainder: int) -> list[tuple[int, int, int]]:
    """For each prime power of the denominator: prime, power, and what its scaled hash must be."""
    found = []
    for prime, exponent in _factors(denominator):
        power = prime**exponent
        left, backwards = remainder % power, 0
        for _ in range(exponent):
            left, digit = divmod(left, prime)
            backwards = backwards * prime + digit
        found.append((prime, power, backwards))
    return found


def seed_of(seed: int, prime: int) -> int:
    """The seed of a prime's hash, 32 bits made of the seed of this boot."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{prime}".encode()).digest()[:4])


def falls_into(key: bytes, denominator: int, remainder: int, seed: int) -> bool:
    """Whether the kernel finds a key in a bucket; the key as its registers hold it.

    Every field starts at a multiple of four bytes, in the order of the network.
    """
    return remainder < denominator and all(
        jhash(key, seed_of(seed, prime)) * power >> 32 == digits
        for prime, power, digits in components(denominator, remainder)
    )


def _factors(number: int) -> list[tuple[int, int]]:
    """The prime factors of a number with their exponents."""
    found = []
    prime = 2
    while prime * prime <= number:
        exponent = 0
        while number % prime == 0:
            number //= prime
            exponent += 1
        if exponent:
            found.append((prime, exponent))
        prime += 1
    if number > 1:
        found.append((number, 1))
    return found
