"""Rules kept so that those that match all that another one matches are found at once.

A rule is kept under one value that every rule it covers names too or lies in; so a search looks at
few rules, however many there are.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from wanwatch.core.lint.matching import VARYING, Lists, implies, span

_TELLING = (
    *("src-address", "dst-address", "per-connection-classifier", "src-address-list"),
    *("dst-address-list", "connection-mark", "src-mac-address", "dst-port", "in-interface"),
    *("in-interface-list", "out-interface", "out-interface-list", "protocol"),
)
_BY_PREFIX = frozenset({"src-address", "dst-address"})
_MOST_TRIED = 64
"""Rules that are compared under one value; what lies beyond is not found."""
_UNIVERSAL = ("", "")

_T = TypeVar("_T")


class Wider(Generic[_T]):
    """Rules by what they ask, each with whatever belongs to it."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._kept: dict[tuple[str, str], list[tuple[Mapping[str, str], _T]]] = {}
        self._holders: dict[str, list[str]] = defaultdict(list)
        for name, members in lists.items():
            for member in members:
                self._holders[member].append(name)

    def keep(self, asked: Mapping[str, str], what: _T) -> None:
        """Keep a rule; one that asks what varies covers nothing."""
        if not VARYING & asked.keys():
            self._kept.setdefault(_anchor(asked), []).append((asked, what))

    def covering(self, asked: Mapping[str, str]) -> Iterator[tuple[Mapping[str, str], _T]]:
        """The kept rules that match every packet that a rule which asks this matches."""
        for key in self._keys(asked):
            for wide, what in self._kept.get(key, ())[:_MOST_TRIED]:
                if implies(asked, wide, self._lists):
                    yield wide, what

    def _keys(self, asked: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """The values under which rules that cover this one may be kept."""
        yield _UNIVERSAL
        for name in _TELLING:
            text = asked.get(name)
            if not text or text.startswith("!"):
                continue
            if name in _BY_PREFIX:
                yield from _prefixes(name, text)
                continue
            yield name, text
            if name.endswith("-interface"):
                yield from ((f"{name}-list", holder) for holder in self._holders.get(text, ()))
            elif name.endswith("-interface-list") and self._lists.get(text):
                member = self._lists[text][0]
                yield name.removesuffix("-list"), member
                yield from ((name, holder) for holder in self._holders.get(member, ()))


def _prefixes(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Every prefix that holds all of an address text."""
    found = span(text)
    if found is not None:
        for bits in range(33):
            size = 1 << bits
            if size > found[1] - found[0]:
                yield name, f"{found[0] - found[0] % size}/{size}"


def _anchor(asked: Mapping[str, str]) -> tuple[str, str]:
    """The value a wider rule is kept under: one that every rule it covers names or lies in."""
    for name in _TELLING:
        text = asked.get(name)
        if not text or text.startswith("!"):
            continue
        if name not in _BY_PREFIX:
            return name, text
        found = span(text)
        if found is not None:
            size = found[1] - found[0] + 1
            if size & (size - 1) == 0 and found[0] % size == 0:
                return name, f"{found[0]}/{size}"
    return _UNIVERSAL
