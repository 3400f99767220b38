"""Whether a WAN's probes really leave by that WAN, told by the router's own connection entries.

The far end answers to the address that a connection was translated to, and that is the line's. So a
probe's entry that shows an address which is not its WAN's proves that what was measured was another
line; the verdict must not be acted on (RouterOS manual, "Connection tracking").

An entry keeps its translation for life, so an old one says how probes were steered once. Every probe
is a connection of its own (a fresh ICMP id or port), so what counts is those that arose since the
reading before. The first strange address makes a WAN *suspected* only, which already keeps it from
being acted on; only one that arose after that makes it *unproven*. To be proven again it takes two
readings without one, since a path that balances may show the WAN's own by chance.

=============  ====================================================  ===========
state          what was seen last                                    acted on
=============  ====================================================  ===========
``unknown``    no entry of its probes yet                            yes
``proven``     its own addresses and no other                        yes
``suspected``  an address that is not its own, perhaps an old one    no
``unproven``   an address that is not its own, and it is fresh       no
``unprovable`` nothing that tells lines apart (``cause``)            yes
=============  ====================================================  ===========

Where no entry is seen nothing changes: probes through a line that is unplugged reach the blackhole
of their table and leave no entry, and such a line has to be acted on after a restart too.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

_CLEAN_READINGS = 2
"""So many in a row without a strange address take a doubt back."""


class PathState(StrEnum):
    """How well it is known that a WAN's probes leave by it."""

    UNKNOWN = "unknown"
    PROVEN = "proven"
    SUSPECTED = "suspected"
    UNPROVEN = "unproven"
    UNPROVABLE = "unprovable"


class Unprovable(StrEnum):
    """Why entries cannot tell the line."""

    NOT_TRANSLATED = "not-translated"
    """The line is routed without NAT: every entry shows the probe's own source."""
    ADDRESS_UNKNOWN = "address-unknown"
    """No address of the line is known, so none is its own."""
    ADDRESS_SHARED = "address-shared"
    """The address is that of another WAN too."""
    SOURCE_SHARED = "source-shared"
    """Probes of another WAN leave from the same address, and an entry shows no DSCP or mark."""
    IPV6 = "ipv6"
    """IPv6 is not translated as a rule, so nothing in an entry is the line's."""


@dataclass(frozen=True, slots=True)
class ProbePath:
    """By what a WAN's probes are known among the router's connections."""

    wan: str
    source: str
    """The address they leave wanwatch's host from; empty where it is not known just now."""
    targets: frozenset[str]
    """The addresses they go to; other connections of the same source are not probes."""


@dataclass(frozen=True, slots=True)
class ProbeEntry:
    """A connection that may be a probe's."""

    key: str
    """Tells it from every other connection, for as long as it lives."""
    source: str
    target: str
    translated_to: str


@dataclass(frozen=True, slots=True)
class PathProof:
    """What is known of one WAN's path."""

    state: PathState = PathState.UNKNOWN
    address: str = ""
    """The address that was seen: the WAN's own, or the strange one."""
    other: str = ""
    """The WAN that a strange address belongs to, where it is one's."""
    cause: str = ""
    """Why it is unprovable, as one of the words of ``Unprovable``."""
    clean: int = 0
    """Readings in a row without a strange address."""

    @property
    def may_act(self) -> bool:
        """False while the WAN's verdicts may be those of another line."""
        return self.state not in (PathState.SUSPECTED, PathState.UNPROVEN)

    @property
    def is_settled(self) -> bool:
        """False while another reading soon would tell more."""
        return self.state in (PathState.PROVEN, PathState.UNPROVABLE)


class PathProofs:
    """What is known of every WAN's path, from reading to reading."""

    def __init__(self, wans: Iterable[str]) -> None:
        self.proofs = {wan: PathProof() for wan in wans}
        self._seen: frozenset[str] = frozenset()

    def read(
        self,
        paths: Collection[ProbePath],
        entries: Collection[ProbeEntry],
        addresses: Mapping[str, Collection[str]],
    ) -> None:
        """Take one reading; ``addresses`` are those that each WAN's connections may be given."""
        sources = [path.source for path in paths]
        for path in paths:
            before = self.proofs[path.wan]
            if ":" in path.source:
                self.proofs[path.wan] = _unprovable(Unprovable.IPV6)
            elif path.source and sources.count(path.source) > 1:
                self.proofs[path.wan] = _unprovable(Unprovable.SOURCE_SHARED)
            else:
                fresh = [e for e in entries if e.key not in self._seen and _is_of(e, path)]
                seen = list(dict.fromkeys(e.translated_to for e in fresh))
                self.proofs[path.wan] = _judged(before, path, seen, addresses)
        self._seen = frozenset(entry.key for entry in entries)

    @property
    def held_back(self) -> frozenset[str]:
        """The WANs that must not be acted on."""
        return frozenset(wan for wan, proof in self.proofs.items() if not proof.may_act)


def _is_of(entry: ProbeEntry, path: ProbePath) -> bool:
    return entry.source == path.source and entry.target in path.targets


def _judged(
    before: PathProof,
    path: ProbePath,
    seen: Collection[str],
    addresses: Mapping[str, Collection[str]],
) -> PathProof:
    """What fresh entries, translated to these addresses, make of the proof."""
    own = addresses.get(path.wan, ())
    owners = {a: wan for wan, them in addresses.items() if wan != path.wan for a in them}
    says_nothing: list[Unprovable] = []
    clean = ""
    for address in seen:
        if address == path.source:
            says_nothing.append(Unprovable.NOT_TRANSLATED)
        elif address in own and address in owners:
            says_nothing.append(Unprovable.ADDRESS_SHARED)
        elif address in own:
            clean = address
        elif not own and address not in owners:
            says_nothing.append(Unprovable.ADDRESS_UNKNOWN)
        else:
            confirmed = not before.may_act
            state = PathState.UNPROVEN if confirmed else PathState.SUSPECTED
            return PathProof(state, address, owners.get(address, ""))
    if not seen:
        return before
    if not before.may_act and before.clean + 1 < _CLEAN_READINGS:
        return replace(before, clean=before.clean + 1)
    return PathProof(PathState.PROVEN, clean) if clean else _unprovable(says_nothing[0])


def _unprovable(cause: Unprovable) -> PathProof:
    return PathProof(PathState.UNPROVABLE, cause=cause.value)
