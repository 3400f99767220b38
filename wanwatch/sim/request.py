"""One sentence of a client, taken apart: menu, command, attributes, queries, tag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """A command. ``attributes`` keeps ``!name`` words as they came, API words included."""

    path: str
    command: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    queries: tuple[str, ...] = ()
    tag: str | None = None

    @classmethod
    def parse(cls, words: Sequence[str]) -> "Request":
        """Read a sentence; words of no known form are passed over, as RouterOS does."""
        path, _, command = words[0].rpartition("/")
        attributes: dict[str, str] = {}
        queries: list[str] = []
        tag: str | None = None
        for word in words[1:]:
            if word.startswith("?"):
                queries.append(word)
                continue
            name, _, value = word.removeprefix("=").partition("=")
            if name == ".tag":
                tag = value
            elif word.startswith(("=", ".")) and name:
                attributes[name] = value
        return cls(path, command, attributes, tuple(queries), tag)

    @property
    def ids(self) -> tuple[str, ...]:
        """The items the command is about: ``.id`` or ``numbers``, a comma list."""
        text = self.attributes.get(".id", self.attributes.get("numbers", ""))
        return tuple(part for part in text.split(",") if part)
