"""What the demo's router sees: the API sentences that change it, and when its rows changed.

Stamped with wall time, as the daemon stamps its own history.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from wanwatch.routeros.wire import Sentence

WRITES = frozenset({"set", "unset", "add", "remove", "enable", "disable", "move"})
MANGLE = "/ip/firewall/mangle"
ROUTE = "/ip/route"
CONNECTION = "/ip/firewall/connection"


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence that changes something, as it arrived."""

    at: float
    words: Sentence

    @property
    def menu(self) -> str:
        """The menu it is about."""
        return self.words[0].rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a connection is."""

    line: str
    is_probe: bool = False


class Record:
    """Everything since the start of the demo.

    ``owner_of`` tells by which line a connection with this id leaves, and whether it is a probe's;
    it is asked before the sentence is carried out, so that the entry is still there.
    """

    def __init__(self, clock: Callable[[], float], owner_of: Callable[[str], Owner | None]) -> None:
        self._clock = clock
        self._owner_of = owner_of
        self.writes: list[Heard] = []
        self.reads = 0
        self.removed: Counter[str] = Counter()
        """Connections of clients that were removed over the API, by line."""
        self.removed_probes = 0
        """Connections that were the probes' own."""
        self.changed_at: dict[str, float] = {}
        """When a menu's rows last changed."""

    def sentence(self, words: Sentence) -> None:
        """Note a sentence that arrived."""
        if not words or words[0].rpartition("/")[2] not in WRITES:
            self.reads += 1
            return
        self.writes.append(Heard(self._clock(), words))
        if words[0] == f"{CONNECTION}/remove":
            for item in ids_of(words):
                owner = self._owner_of(item)
                if owner is not None and owner.is_probe:
                    self.removed_probes += 1
                elif owner is not None:
                    self.removed[owner.line] += 1

    def change(self, menu: str) -> None:
        """Note that a menu's rows changed."""
        self.changed_at[menu] = self._clock()

    def first_write(self, since: float) -> float | None:
        """When the first sentence since a moment arrived that changes the configuration."""
        times = (h.at for h in self.writes if h.at >= since and h.menu != CONNECTION)
        return next(times, None)

    def last_write(self, menu: str, since: float) -> float | None:
        """When the last changing sentence about a menu since a moment arrived."""
        times = [heard.at for heard in self.writes if heard.menu == menu and heard.at >= since]
        return max(times, default=None)

    def last_change(self, menu: str, since: float) -> float | None:
        """When a menu's rows last changed, if that was since a moment."""
        at = self.changed_at.get(menu)
        return at if at is not None and at >= since else None


def ids_of(words: Sentence) -> list[str]:
    """The ids a sentence names."""
    for word in words[1:]:
        for name in ("=.id=", "=numbers="):
            if word.startswith(name):
                return [item for item in word.removeprefix(name).split(",") if item]
    return []


def shown(words: Sentence) -> str:
    """A sentence for people: its words in one line, a long list of ids shortened."""
    parts = []
    for word in words:
        items = word.split(",")
        many = word.startswith("=.id=") and len(items) > 3
        parts.append(f"{','.join(items[:3])},... ({len(items)} ids)" if many else word)
    return " ".join(parts)
