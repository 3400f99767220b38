"""Which of RouterOS's own chains lead to a custom one, by its jump rules."""

from collections.abc import Sequence

from wanwatch.core.snapshot import MangleRule

BUILT_IN = ("prerouting", "input", "forward", "output", "postrouting")
"""The chains that packets enter by themselves (RouterOS manual, "Mangle")."""


def entered_from(mangle: Sequence[MangleRule]) -> dict[str, frozenset[str]]:
    """Chain -> the built-in chains that a packet may come to it from; absent where there is none."""
    jumps: dict[str, set[str]] = {}
    for rule in mangle:
        if rule.action == "jump" and not (rule.disabled or rule.invalid):
            jumps.setdefault(rule.chain, set()).add(rule.properties.get("jump-target", ""))
    found: dict[str, set[str]] = {}
    for entry in BUILT_IN:
        chains, seen = [entry], {entry}
        for chain in chains:
            found.setdefault(chain, set()).add(entry)
            fresh = jumps.get(chain, set()) - seen
            chains += sorted(fresh)
            seen |= fresh
    return {chain: frozenset(entries) for chain, entries in found.items()}
