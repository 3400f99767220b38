"""Where a PCC rule sends its bucket: the property that says so, and the WANs behind its value.

A rule may mark the connection, mark for routing at once, or jump to a chain that marks (RouterOS
manual, "Mangle"). A chain is a WAN's when everything in it that marks for a line marks for that
one; a chain that shares traffic out itself, or marks for lines that cannot be told, is nobody's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wanwatch.core.snapshot import MangleRule
from wanwatch.core.wans import Wan, Wans

MARK_PROPERTY: Mapping[str, str] = {
    "mark-connection": "new-connection-mark",
    "mark-routing": "new-routing-mark",
    "jump": "jump-target",
}
"""Which property says where a PCC rule of an action sends its bucket."""


@dataclass(slots=True)
class ChainGoal:
    """What the rules of a chain do to a packet that jumps there."""

    wans: frozenset[str] = frozenset()
    """Every WAN that a rule of it marks for."""
    is_clear: bool = True
    """False where a rule of it marks for a line that cannot be told."""
    shares_out: bool = False
    """True where it has PCC rules of its own."""
    connection_marks: list[str] = field(default_factory=list)
    routes: bool = False
    """True when it sets a routing mark itself."""
    ends: bool = False
    """True when a packet that it marked is not looked at by the rules after the jump."""

    @property
    def marks(self) -> bool:
        """True when it marks anything at all."""
        return self.routes or bool(self.connection_marks)

    @property
    def is_one_goal(self) -> bool:
        """True when everything that it marks goes one way."""
        return self.is_clear and not self.shares_out


class Goals:
    """Reads the goals of PCC rules in one snapshot."""

    def __init__(self, mangle: Sequence[MangleRule], wans: Wans) -> None:
        self._wans = wans
        self._chains: dict[str, list[MangleRule]] = {}
        self._matched: set[str] = set()
        for rule in mangle:
            if not (rule.disabled or rule.dynamic or rule.invalid):
                self._chains.setdefault(rule.chain, []).append(rule)
                if rule.action == "mark-routing":
                    self._matched.add(rule.connection_mark)
        self._known: dict[str, ChainGoal] = {}
        self._of: dict[tuple[str, str], frozenset[str]] = {}

    def wans_of(self, name: str, value: str) -> frozenset[str]:
        """Every WAN that a rule with this property and value sends connections to."""
        found = self._of.get((name, value))
        if found is None:
            found = self._of[name, value] = self._find(name, value)
        return found

    def owner(self, name: str, value: str) -> Wan | None:
        """The one WAN of a property's value; None where there is none or cannot be told."""
        found = self.wans_of(name, value)
        if len(found) != 1:
            return None
        if name == "jump-target" and not self.chain(value).is_one_goal:
            return None
        return self._wans.named(next(iter(found)))

    def marks(self, name: str, value: str) -> bool:
        """True where a connection sent there bears a mark afterwards."""
        if name == "jump-target":
            return bool(self.chain(value).connection_marks)
        return name == "new-connection-mark"

    def value_for(self, name: str, wan: Wan) -> str | None:
        """A value of the property that sends connections to the WAN; None where there is none."""
        if name == "new-connection-mark":
            return min(wan.connection_marks, default=None)
        if name == "new-routing-mark":
            return min(wan.routing_tables, default=None)
        chains = (chain for chain in sorted(self._chains) if self.owner(name, chain) is wan)
        return next(chains, None)

    def chain(self, name: str) -> ChainGoal:
        """What the rules of a chain do, those of the chains it jumps to included."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = ChainGoal()
            chains, seen = [name], {name}
            for each in chains:
                for rule in self._chains.get(each, ()):
                    self._read(rule, known)
                    target = rule.properties.get("jump-target", "")
                    if rule.action == "jump" and target not in seen:
                        chains.append(target)
                        seen.add(target)
        return known

    def _find(self, name: str, value: str) -> frozenset[str]:
        if name == "jump-target":
            return self.chain(value).wans
        of_mark = name == "new-connection-mark"
        wan = self._wans.of_connection_mark(value) if of_mark else self._wans.of_table(value)
        return frozenset({wan.name} if wan else ())

    def _read(self, rule: MangleRule, goal: ChainGoal) -> None:
        goal.shares_out |= bool(rule.classifier)
        goal.ends |= rule.action == "accept"
        if rule.action not in ("mark-connection", "mark-routing"):
            return
        name = MARK_PROPERTY[rule.action]
        value = rule.properties.get(name, "")
        found = self.wans_of(name, value)
        goal.wans |= found
        goal.ends |= is_last(rule)
        if rule.action == "mark-routing":
            goal.routes = True
            goal.is_clear &= bool(found)
        else:
            goal.connection_marks.append(value)
            goal.is_clear &= bool(found) or value not in self._matched


def is_last(rule: MangleRule) -> bool:
    """True for a marking rule after which no further rule is met: ``passthrough`` is off."""
    return rule.properties.get("passthrough", "yes") in ("no", "false")
