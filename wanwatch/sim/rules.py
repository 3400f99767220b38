"""The rules of a firewall menu made ready to walk: chains, jumps, and which rules are invalid.

Shared by mangle and NAT; what an action does to a packet is told by the caller's ``act``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from wanwatch.sim.matchers import (
    Facts,
    InvalidRuleError,
    Match,
    UnsupportedError,
    Walk,
    compile_match,
    dscp_number,
)
from wanwatch.sim.store import Item

NOT_MATCHERS = frozenset(
    {
        *("chain", "action", "comment", "disabled", "invalid", "dynamic", "passthrough", "log"),
        *("log-prefix", "jump-target", "new-connection-mark", "new-routing-mark", "bytes"),
        *("new-packet-mark", "to-addresses", "to-ports", "new-dscp", "new-mss", "new-ttl"),
        *("new-priority", "address-list", "address-list-timeout", "packets", "route-dst"),
        *("sniff-id", "sniff-target", "sniff-target-port", "same-not-by-dst", "randomise-ports"),
        *("reject-with", "hw-offload", "to-address", "new-hop-limit", "dst-prefix", "src-prefix"),
    }
)
"""Properties of a rule that say what it does, or nothing, but not which packets it takes."""

_UNSIMULATED = frozenset({"add-src-to-address-list", "add-dst-to-address-list", "route"})


class Verdict(Enum):
    """What a rule that matched says about the rest of the walk."""

    CONTINUE = "continue"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Rule:
    """One enabled, valid rule."""

    item: Item
    action: str
    matches: tuple[Match, ...]
    is_last: bool
    """True for ``passthrough=no``: a match ends the walk."""

    def text(self, name: str) -> str:
        """A property of the row, empty where it is not set."""
        return self.item.properties.get(name, "")


Act = Callable[[Rule, Walk], Verdict]


@dataclass(slots=True)
class Chains:
    """The chains of one menu; ``invalid`` and ``unsupported`` tell which rules match nothing."""

    act: Act
    chains: dict[str, list[Rule]] = field(default_factory=dict)
    invalid: dict[str, str] = field(default_factory=dict)
    """Id of an invalid rule to the reason."""
    unsupported: dict[str, str] = field(default_factory=dict)
    """Id of a rule with a property that the world cannot match, to that property."""

    def walk(self, chain: str, walk: Walk) -> bool:
        """Take a packet through a chain; True when a rule ended the walk for good."""
        for rule in self.chains.get(chain, ()):
            for match in rule.matches:
                if not match(walk):
                    break
            else:
                if walk.hits is not None:
                    walk.hits.append(rule.item.id)
                if rule.action == "jump":
                    if self.walk(rule.text("jump-target"), walk):
                        return True
                elif rule.action == "return":
                    return False
                elif self.act(rule, walk) is Verdict.STOP or rule.is_last:
                    return True
        return False


def compile_chains(items: Iterable[Item], facts: Facts, act: Act) -> Chains:
    """Make the rows of a menu ready to walk."""
    chains = Chains(act)
    for item in items:
        try:
            rule = _rule(item, facts)
        except InvalidRuleError as error:
            chains.invalid[item.id] = str(error)
            continue
        except UnsupportedError as error:
            chains.unsupported[item.id] = str(error)
            continue
        if not item.disabled:
            chains.chains.setdefault(rule.text("chain"), []).append(rule)
    _drop_loops(chains)
    return chains


def _rule(item: Item, facts: Facts) -> Rule:
    properties = item.properties
    if properties.get("invalid") == "true":
        raise InvalidRuleError("refused by RouterOS")
    action = properties.get("action", "accept")
    if action in _UNSIMULATED:
        raise UnsupportedError(f"action={action}")
    mark = properties.get("new-routing-mark", "")
    known = facts.tables
    if mark and mark != "main" and known is not None and mark not in known:
        raise InvalidRuleError(f"no routing table {mark}")
    if action == "change-dscp":
        dscp_number(properties.get("new-dscp", ""))
    matches = tuple(
        compile_match(name, text, facts)
        for name, text in properties.items()
        if text and name not in NOT_MATCHERS and not name.startswith(".")
    )
    is_last = properties.get("passthrough") in ("false", "no")
    return Rule(item, action, matches, is_last)


def _drop_loops(chains: Chains) -> None:
    """Take out jumps that lead back into their own chain; RouterOS calls them invalid too."""
    for name, rules in chains.chains.items():
        for rule in list(rules):
            if rule.action == "jump" and _reaches(chains, rule.text("jump-target"), name, set()):
                rules.remove(rule)
                chains.invalid[rule.item.id] = "jump loop"


def _reaches(chains: Chains, start: str, wanted: str, seen: set[str]) -> bool:
    if start == wanted:
        return True
    if start in seen:
        return False
    seen.add(start)
    return any(
        _reaches(chains, rule.text("jump-target"), wanted, seen)
        for rule in chains.chains.get(start, ())
        if rule.action == "jump"
    )
