"""Where each flow belongs: the line that the router's classifier gave it before anything happened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.lab.records import Attempt

Key = tuple[str, int]
"""A flow, and which of its connections in a row."""


def key_of(attempt: Attempt) -> Key:
    """What holds on to one line: a five-tuple, or one connection that is held."""
    return attempt.flow, attempt.life


@dataclass(frozen=True, slots=True)
class Homes:
    """The line of every flow."""

    wans: Mapping[Key, str]
    restless: frozenset[Key] = field(default_factory=frozenset)
    """Flows that were seen on two lines although nothing had happened."""

    def of(self, attempt: Attempt) -> str:
        """The WAN of the attempt's flow, empty when it is not known."""
        return self.wans.get(key_of(attempt), "")


def find_homes(attempts: Iterable[Attempt], wan_of: Mapping[str, str], until: float) -> Homes:
    """Where flows belong, by what was answered before ``until``; ``wan_of`` maps seen addresses."""
    seen: dict[Key, set[str]] = {}
    for attempt in attempts:
        if attempt.flow and attempt.completed and (attempt.ended or 0.0) < until:
            seen.setdefault(key_of(attempt), set()).add(wan_of.get(attempt.seen, attempt.seen))
    return Homes(
        {key: next(iter(wans)) for key, wans in seen.items() if len(wans) == 1},
        frozenset(key for key, wans in seen.items() if len(wans) > 1),
    )
