"""What clients write down: one JSON line for each attempt, read again by the runner.

Times are CLOCK_MONOTONIC seconds, which is one clock for all processes of a machine.
"""

import json
from dataclasses import asdict, dataclass
from typing import IO

_ALWAYS = ("kind", "flow", "client", "started")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that a client tried: a connection, a query, one packet of a call, one exchange."""

    kind: str
    """``tcp``, ``http``, ``dns``, ``call`` (a packet of a UDP flow), ``long`` (an exchange on a
    connection that is held) or ``idle`` (a connection that is opened and kept)."""
    flow: str
    """Which five-tuple it used; the same text, the same five-tuple. Empty when it is used once."""
    client: str
    """The client's address."""
    started: float
    ended: float | None = None
    """When the answer was there; None for never."""
    seen: str = ""
    """The address the server saw it from, which tells the line."""
    error: str = ""
    """``reset``, ``refused``, ``timeout``, ``stopped``, ``unanswered`` and so on; empty when it succeeded."""
    life: int = 0
    """Of a long flow: which connection in a row this is; a client that is told opens the next."""

    @property
    def completed(self) -> bool:
        """True when the answer came."""
        return self.ended is not None and not self.error

    @property
    def duration(self) -> float | None:
        """Seconds until the answer, None without one."""
        return self.ended - self.started if self.ended is not None and not self.error else None

    def line(self) -> str:
        """The JSON line, without what says nothing."""
        fields = asdict(self).items()
        return json.dumps({k: v for k, v in fields if v or k in _ALWAYS}) + "\n"


class Tail:
    """Reads records while they are written."""

    def __init__(self, source: IO[str]) -> None:
        self._source = source
        self._rest = ""
        self.attempts: list[Attempt] = []

    def read(self) -> list[Attempt]:
        """Take what is new and return it; a line that is half written waits for its end."""
        text = self._rest + self._source.read()
        *lines, self._rest = text.split("\n")
        new = [Attempt(**json.loads(line)) for line in lines if line]
        self.attempts += new
        return new

    def close(self) -> None:
        """Close what is read from."""
        self._source.close()
