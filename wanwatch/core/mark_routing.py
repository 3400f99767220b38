"""Where in the chains a connection mark becomes a routing mark, and which rules come too late for it.

A connection's first packet is routed by its mark only when a mark-routing rule for that mark still
follows the rule that set it (RouterOS manual, "Mangle": rules of a chain are matched in order). A
rule that is rewritten to a survivor's mark may stand behind the survivor's mark-routing rule; its
connections would start out by main and be translated for the wrong line.
"""

from collections.abc import Iterable, Mapping, Sequence

from wanwatch.core.snapshot import MangleRule

_NO_MATCHERS = frozenset(
    {
        "chain",
        "action",
        "connection-mark",
        "connection-state",
        "new-routing-mark",
        "passthrough",
        "log",
        "log-prefix",
    }
)


class MarkRouting:
    """The mark-routing rules of one snapshot, by their places in the chains."""

    def __init__(self, mangle: Sequence[MangleRule]) -> None:
        self._rules = [rule for rule in mangle if not (rule.disabled or rule.dynamic)]
        self._places = {rule.id: place for place, rule in enumerate(self._rules)}

    def missed_by(self, rule: MangleRule, mark: str) -> MangleRule | None:
        """The mark-routing rule for the mark that stands before a rule, where none follows it."""
        place = self._places.get(rule.id)
        if place is None:
            return None
        serving = [q for q in self._rules if _serves(q, rule.properties, mark)]
        following = self._following(place, frozenset())
        if any(q.id in following for q in serving):
            return None
        earlier = [q for q in serving if q.chain == rule.chain and self._places[q.id] < place]
        return earlier[-1] if earlier else None

    def _following(self, place: int, seen: frozenset[str]) -> set[str]:
        """The ids of the rules a packet may meet later: down the chain, then back where it came."""
        chain = self._rules[place].chain
        found = {rule.id for rule in self._rules[place + 1 :] if rule.chain == chain}
        for caller in self._callers(chain):
            if caller.chain not in seen:
                found |= self._following(self._places[caller.id], seen | {chain})
        return found

    def _callers(self, chain: str) -> Iterable[MangleRule]:
        return (
            rule
            for rule in self._rules
            if rule.action == "jump" and rule.properties.get("jump-target") == chain
        )


def _serves(rule: MangleRule, like: Mapping[str, str], mark: str) -> bool:
    """True for a mark-routing rule that packets matching ``like`` may match once they are marked."""
    if rule.action != "mark-routing" or rule.connection_mark != mark or rule.classifier:
        return False
    return all(
        like.get(name, value) == value
        for name, value in rule.properties.items()
        if name not in _NO_MATCHERS
    )
