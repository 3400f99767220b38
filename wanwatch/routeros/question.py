"""Which commands only read, as the words that are sent, and what comes back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wanwatch.routeros.errors import CommandRefused
from wanwatch.routeros.protocol import Row

Words = tuple[str, ...]
"""A whole sentence, the command first."""
Attributes = Mapping[str, str] | Iterable[tuple[str, str]]
Answer = list[Row] | CommandRefused
"""The rows, or the refusal, which leaves everybody else's answer as it is."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete reply: its rows, and what came with ``!done``."""

    rows: list[Row]
    done: Row = field(default_factory=dict)

    @property
    def ret(self) -> str:
        """The value RouterOS returned: the id of an added row, a count; empty where none came."""
        return self.done.get("ret", "")


def reading(
    command: str,
    attributes: Attributes = (),
    *,
    queries: Iterable[str] = (),
    proplist: Iterable[str] = (),
) -> Words:
    """The words of a reading command; raises ValueError on one that could change the router."""
    require_reading(command)
    pairs = attributes.items() if isinstance(attributes, Mapping) else attributes
    words = [command, *(f"={name}={value}" for name, value in pairs)]
    names = ",".join(proplist)
    if names:
        words.append(f"=.proplist={names}")
    words += (f"?{query}" for query in queries)
    return tuple(words)


def require_reading(command: str) -> None:
    """Return for a command that cannot change the router; raises ValueError on any other."""
    if command.rpartition("/")[2] not in ("print", "getall"):
        raise ValueError(f"{command} is not a print; writes go through RouterSession.write")


def rows_of(answer: Answer) -> list[Row]:
    """The rows of an answer; raises the refusal, which is a CommandRefused."""
    if isinstance(answer, CommandRefused):
        raise answer
    return answer
