"""The lease of a router: who holds it, for how long that may be relied on, and how it is written.

One entry of an address list, with a timeout, is the lease. Adding it is a test-and-set (RouterOS
refuses a second entry of the same list and address), it lives in the router's RAM only, and its
timeout ends it when nobody sets it anew (RouterOS manual, "Address lists").

Safety. Two instances must never write at a time, though they share no clock. Let ``T`` be the
timeout, and ``s`` the moment, by the holder's own clock, *before* it sent the sentence that made or
renewed the entry: the router counts ``T`` from later on, so the entry lives until ``s + T`` at
least. ``GRACE`` is taken off for a timer that counts whole seconds and for clocks that drift.
Between the last look at the clock and the end of a write pass at most ``W`` seconds: sending it and
awaiting the answer are each given up after the session's timeout, and the connection with them. So
a write is begun at ``t`` only while

    t + W + GRACE <= s + T

and it is over before anybody else can add an entry. The entry is renewed every ``T / 3``, so a
write need never wait for it where ``T / 3 + W + GRACE <= T``: that is the shortest ``T`` allowed.
The clock is one that goes on while the host sleeps. Before the first write of a plan the entry is
renewed, so that a machine that was frozen together with its clock notices then. What is left is a
machine frozen in the middle of a plan for longer than the lease lasts: RouterOS has no means to
refuse its next write.
"""

import re
from dataclasses import dataclass

LEASE_LIST = "wanwatch-lease"
LEASE_ADDRESS = "192.0.2.1"
"""An address for documentation (RFC 5737), which no packet bears."""
GRACE = 1.0
"""Seconds."""
_RENEWALS = 3
_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
_COMMENT = re.compile(r"wanwatch lease of (?P<name>\S+) (?P<token>\S+)(?P<given_up> given up)?")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lease: the instance as people call it, and what tells this process apart."""

    name: str
    token: str = ""
    given_up: bool = False
    """True when it ended and left the entry to whoever comes first."""

    @property
    def comment(self) -> str:
        """The comment of its entry."""
        text = f"wanwatch lease of {self.name} {self.token}"
        return f"{text} given up" if self.given_up else text


def holder_of(comment: str) -> Holder:
    """Who an entry's comment names; a comment of somebody else's is a holder without a token."""
    match = _COMMENT.fullmatch(comment)
    if match is None:
        return Holder(comment or "an entry without a comment")
    return Holder(match["name"], match["token"], match["given_up"] is not None)


def instance_name(text: str) -> str:
    """A host's name as an instance is called: 1 to 32 characters that fit a label."""
    return _NAME.sub("-", text).strip("-")[:32] or "wanwatch"


@dataclass(frozen=True, slots=True)
class LeaseTerm:
    """How long a lease lasts and a write takes at most, in seconds."""

    length: float
    write: float

    @classmethod
    def of(cls, length: float, timeout: float) -> "LeaseTerm":
        """The term for a session whose sentences are given up after ``timeout``."""
        return cls(length, 2 * timeout)

    @property
    def renew_every(self) -> float:
        """Seconds from one renewal to the next."""
        return self.length / _RENEWALS

    def is_valid(self, sent_at: float, now: float) -> bool:
        """True while an entry that was renewed by a sentence sent then is surely there."""
        return now + GRACE < sent_at + self.length

    def may_write(self, sent_at: float, now: float) -> bool:
        """True when a write that begins now ends while the entry is surely there."""
        return now + self.write + GRACE <= sent_at + self.length


def shortest_lease(timeout: float) -> float:
    """The shortest lease under which a write need never wait, for a session's timeout."""
    return (2 * timeout + GRACE) * _RENEWALS / (_RENEWALS - 1)
