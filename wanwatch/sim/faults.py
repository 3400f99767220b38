"""What can go wrong between a client and the router's API, to be switched on at any time.

The server looks at this object for every sentence; everything is off at first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from wanwatch.routeros.wire import Sentence


@dataclass(slots=True)
class Faults:
    """The switches. Change them while the server runs; they count from the next sentence on."""

    latency: float = 0.0
    """Seconds before each command is carried out."""
    stall_on: str = ""
    """A command word such as ``/ip/route/print``, or ``*`` for any: half of its reply is sent, then
    nothing more on that connection."""
    refuse_login: bool = False
    """Every login is answered as a wrong password is."""
    deny_write: bool = False
    """Every user lacks the ``write`` policy."""
    refuse_listen: bool = False
    """Every ``listen`` is answered as in a menu that has none."""
    refuse_connections: bool = False
    """Connections are accepted and closed without a word, as an address filter does."""
    drop_before: int | None = None
    """The connection is closed when this many more sentences came; the last is not carried out."""
    drop_after: int | None = None
    """As ``drop_before``, but the last is carried out and only its reply is lost."""
    on_sentence: Callable[[Sentence], None] | None = None
    """Called with every sentence that arrives, before it is carried out."""
    sentences_seen: int = 0
    """How many sentences arrived, over all connections."""

    def note(self, words: Sentence) -> tuple[bool, bool]:
        """Count a sentence; tells whether to drop the connection before or after its command."""
        self.sentences_seen += 1
        if self.on_sentence is not None:
            self.on_sentence(words)
        before = after = False
        if self.drop_before is not None:
            self.drop_before = self.drop_before - 1 or None
            before = self.drop_before is None
        if self.drop_after is not None:
            self.drop_after = self.drop_after - 1 or None
            after = self.drop_after is None
        return before, after

    def stalls(self, command: str) -> bool:
        """True when the reply to this command stops half-way."""
        return bool(self.stall_on) and self.stall_on in ("*", command)
