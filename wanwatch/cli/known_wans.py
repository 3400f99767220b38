"""Which WAN a word on the command line means: its name, or something that only it has.

A name comes first. Failing that an interface, a gateway, a routing table or a connection mark is
taken where one WAN alone has it: who looks at a router that fails has those before their eyes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from wanwatch.cli.console import Failure
from wanwatch.core.discovery.found import FoundWan
from wanwatch.core.model import WanSpec
from wanwatch.routeros.text import display_text, router_text


@dataclass(frozen=True, slots=True)
class KnownWan:
    """A WAN's name, and the words beside it that may mean it: word -> what it is of the WAN."""

    name: str
    words: Mapping[str, str] = field(default_factory=dict)


def configured(specs: Iterable[WanSpec]) -> tuple[KnownWan, ...]:
    """The WANs of a configuration, as far as it describes them."""
    return tuple(
        _known(
            spec.name,
            [spec.interface] if spec.interface else [],
            spec.gateways,
            spec.routing_tables,
            spec.connection_marks,
        )
        for spec in specs
    )


def discovered(wans: Iterable[FoundWan]) -> tuple[KnownWan, ...]:
    """The WANs that were found on a router."""
    return tuple(
        _known(wan.name, wan.interfaces, wan.gateways, wan.routing_tables, wan.connection_marks)
        for wan in wans
    )


def meant(asked: Sequence[str], known: Sequence[KnownWan]) -> tuple[str, ...]:
    """The names of the WANs that were asked for, each once.

    Raises Failure on a word that means none of them, or several.
    """
    return tuple(dict.fromkeys(_meant(word, known) for word in asked))


def _known(
    name: str,
    interfaces: Iterable[str],
    gateways: Iterable[str],
    tables: Iterable[str],
    marks: Iterable[str],
) -> KnownWan:
    kinds = {
        "connection mark": marks,
        "routing table": tables,
        "gateway": gateways,
        "interface": interfaces,
    }
    return KnownWan(name, {word: kind for kind, words in kinds.items() for word in words})


def _meant(word: str, known: Sequence[KnownWan]) -> str:
    spellings = (word, router_text(word))
    for wan in known:
        if wan.name in spellings:
            return wan.name
    found = {
        wan.name: kind
        for wan in known
        for spelling in spellings
        if (kind := wan.words.get(spelling)) is not None
    }
    if len(found) == 1:
        return next(iter(found))
    if found:
        kinds = " or ".join(dict.fromkeys(found.values()))
        names = ", ".join(map(display_text, found))
        raise Failure(f"--down {word}: {kinds} of several WANs; give one of the names {names}")
    names = ", ".join(display_text(wan.name) for wan in known)
    near = _nearest(word, known)
    hint = f'; did you mean "{near}"?' if near else ""
    raise Failure(f"--down {word}: no such WAN; known are {names}{hint}")


def _nearest(word: str, known: Sequence[KnownWan]) -> str:
    """The likeliest word that would have been understood, the names before the others."""
    for words in ([wan.name for wan in known], [word for wan in known for word in wan.words]):
        shown = {display_text(text).lower(): display_text(text) for text in words}
        near = get_close_matches(word.lower(), shown, n=1, cutoff=0.5)
        if near:
            return shown[near[0]]
    return ""
