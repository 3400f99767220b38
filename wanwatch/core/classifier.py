"""RouterOS's per-connection-classifier: its text, its buckets, and how a bucket is cut in parts.

A classifier ``fields:denominator/remainder`` matches a connection whose hash over ``fields`` is
``remainder`` modulo ``denominator`` (RouterOS manual, "Per connection classifier"). A bucket is
one remainder. ``h mod d = r`` is exactly the union over j < k of ``h mod (d*k) = r + d*j``, so a
bucket can be cut in k equal parts without moving any hash value that is not in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

FIELDS = frozenset(
    {
        "src-address",
        "dst-address",
        "both-addresses",
        "src-port",
        "dst-port",
        "both-ports",
        "src-address-and-port",
        "dst-address-and-port",
        "both-addresses-and-ports",
    }
)

_MOST_DIGITS = 10


class Fault(StrEnum):
    """Why a classifier's text cannot be planned with."""

    NEGATED = "negated"
    SEVERAL_REMAINDERS = "several-remainders"
    REMAINDER_TOO_LARGE = "remainder-too-large"
    UNKNOWN_FIELDS = "unknown-fields"
    MALFORMED = "malformed"


class ClassifierError(ValueError):
    """A classifier's text that names no single bucket."""

    def __init__(self, text: str, fault: Fault) -> None:
        super().__init__(f"{text!r}: {fault}")
        self.text = text
        self.fault = fault


@dataclass(frozen=True, slots=True, order=True)
class Bucket:
    """The hash values that are ``remainder`` modulo ``denominator``."""

    denominator: int
    remainder: int

    @property
    def size(self) -> Fraction:
        """Its part of the whole hash space."""
        return Fraction(1, self.denominator)

    def parts(self, count: int) -> tuple["Bucket", ...]:
        """Cut into ``count`` buckets of equal size that cover exactly the same hash values."""
        d = self.denominator
        return tuple(Bucket(d * count, self.remainder + d * j) for j in range(count))

    def covers(self, other: "Bucket") -> bool:
        """True when every hash value of the other bucket is in this one."""
        return (
            other.denominator % self.denominator == 0
            and other.remainder % self.denominator == self.remainder
        )

    def holds(self, hash_value: int) -> bool:
        """True when the hash value is in this bucket."""
        return hash_value % self.denominator == self.remainder


@dataclass(frozen=True, slots=True, order=True)
class Classifier:
    """A per-connection-classifier that names one bucket."""

    fields: str
    bucket: Bucket

    @classmethod
    def parse(cls, text: str) -> "Classifier":
        """Read RouterOS's text; raises ClassifierError where it names no single bucket."""
        if text.startswith("!"):
            raise ClassifierError(text, Fault.NEGATED)
        fields, colon, numbers = text.partition(":")
        denominator, slash, remainder = numbers.partition("/")
        if not colon or not slash or not _is_number(denominator):
            raise ClassifierError(text, Fault.MALFORMED)
        if fields not in FIELDS:
            raise ClassifierError(text, Fault.UNKNOWN_FIELDS)
        if "," in remainder and all(_is_number(part) for part in remainder.split(",")):
            raise ClassifierError(text, Fault.SEVERAL_REMAINDERS)
        if not _is_number(remainder) or int(denominator) == 0:
            raise ClassifierError(text, Fault.MALFORMED)
        if int(remainder) >= int(denominator):
            raise ClassifierError(text, Fault.REMAINDER_TOO_LARGE)
        return cls(fields, Bucket(int(denominator), int(remainder)))

    def __str__(self) -> str:
        return f"{self.fields}:{self.bucket.denominator}/{self.bucket.remainder}"


def by_whole(wholes: Iterable[Bucket], parts: Iterable[Bucket]) -> dict[Bucket, list[Bucket]]:
    """Whole bucket -> the parts that it covers, in their order; a part of none is left out."""
    found: dict[Bucket, list[Bucket]] = {whole: [] for whole in wholes}
    denominators = {whole.denominator for whole in found}
    for part in parts:
        for d in denominators:
            whole = Bucket(d, part.remainder % d)
            if whole in found and part.denominator % d == 0:
                found[whole].append(part)
    return found


def coalesce(buckets: Iterable[Bucket]) -> tuple[Bucket, ...]:
    """The fewest buckets found that cover the same hash values, in a stable order.

    The buckets must not overlap. Complete sets of parts are joined, the finest first.
    """
    left = set(buckets)
    joined = True
    while joined:
        joined = False
        for bucket in sorted(left, reverse=True):
            whole = _joinable(bucket, left)
            if whole is not None:
                left.difference_update(whole.parts(bucket.denominator // whole.denominator))
                left.add(whole)
                joined = True
                break
    return tuple(sorted(left))


def _joinable(bucket: Bucket, present: set[Bucket]) -> Bucket | None:
    for prime in _prime_factors(bucket.denominator):
        d = bucket.denominator // prime
        whole = Bucket(d, bucket.remainder % d)
        if present.issuperset(whole.parts(prime)):
            return whole
    return None


def _prime_factors(number: int) -> list[int]:
    factors, candidate = [], 2
    while candidate * candidate <= number:
        if number % candidate == 0:
            factors.append(candidate)
            while number % candidate == 0:
                number //= candidate
        candidate += 1
    if number > 1:
        factors.append(number)
    return factors


def _is_number(text: str) -> bool:
    """True for a number RouterOS could take: it has ten digits at most (RouterOS manual)."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
