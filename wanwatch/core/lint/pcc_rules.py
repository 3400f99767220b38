"""The PCC rules of a mangle menu as the linter judges them: all of them, also faulty ones.

Planning leaves out what it cannot plan with; here that is the point. Rules are of one set when
they stand in one chain, do the same and match the same; which fields they hash and by which
denominator may differ, and then is a fault. What wanwatch changed is read back through its tags,
and rules that wanwatch added are no fault of the operator's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from wanwatch.core.classifier import Classifier, ClassifierError, Fault
from wanwatch.core.goals import MARK_PROPERTY
from wanwatch.core.originals import original
from wanwatch.core.snapshot import MangleRule, Snapshot
from wanwatch.core.tags import split_comment

Condition = tuple[str, str]
"""A property a rule matches, and its value."""
Conditions = frozenset[Condition]
"""What a rule matches, apart from the hash."""

_NO_CONDITION = frozenset(
    {
        *("chain", "action", "per-connection-classifier", *MARK_PROPERTY.values()),
        *("passthrough", "log", "log-prefix"),
    }
)
_FROM = ("in-interface", "in-interface-list")


@dataclass(frozen=True, slots=True)
class PccRule:
    """A rule with a classifier, as the operator wrote it."""

    rule: MangleRule
    mark: str
    """The connection or routing mark it sets."""
    conditions: Conditions
    classifier: Classifier | None
    fault: Fault | None = None

    @property
    def id(self) -> str:
        """The row's id."""
        return self.rule.id

    @property
    def text(self) -> str:
        """The classifier as it is written."""
        return original(self.rule)["per-connection-classifier"]


@dataclass(slots=True)
class PccSet:
    """The PCC rules of one chain that do the same and match the same."""

    chain: str
    action: str
    conditions: Conditions
    """Without the interfaces that traffic must not come from."""
    rules: list[PccRule] = field(default_factory=list)

    @property
    def sound(self) -> list[tuple[PccRule, Classifier]]:
        """The rules whose classifier names one bucket."""
        return [(rule, rule.classifier) for rule in self.rules if rule.classifier is not None]

    @property
    def is_faulty(self) -> bool:
        """True when a rule of it has a classifier that names no single bucket."""
        return any(rule.fault is not None for rule in self.rules)


def pcc_rules(snapshot: Snapshot, *, disabled: bool = False) -> Iterator[PccRule]:
    """The enabled rules that set a mark by a classifier, or the disabled ones, in their order.

    Of the rules that the router calls invalid, only those with a faulty classifier are there.
    """
    for rule in snapshot.mangle:
        tag = split_comment(rule.comment)[1]
        if rule.dynamic or rule.disabled != disabled or (tag is not None and tag.added):
            continue
        words = original(rule)
        text = words.get("per-connection-classifier", "")
        if not text or rule.action not in MARK_PROPERTY:
            continue
        mark = words.get(MARK_PROPERTY[rule.action], "")
        try:
            parsed = Classifier.parse(text)
        except ClassifierError as error:
            yield PccRule(rule, mark, conditions(rule), None, error.fault)
        else:
            if not rule.invalid:
                yield PccRule(rule, mark, conditions(rule), parsed)


def pcc_sets(rules: Iterable[PccRule]) -> tuple[PccSet, ...]:
    """The rules by what they match, in the order of their first rules."""
    found: dict[tuple[str, str, Conditions], PccSet] = {}
    for pcc in rules:
        match = frozenset(
            (name, value)
            for name, value in pcc.conditions
            if not (name in _FROM and value.startswith("!"))
        )
        rule = pcc.rule
        key = (rule.chain, rule.action, match)
        found.setdefault(key, PccSet(rule.chain, rule.action, match)).rules.append(pcc)
    return tuple(found.values())


def conditions(rule: MangleRule) -> Conditions:
    """What a rule matches, apart from its chain and its hash."""
    return frozenset((n, v) for n, v in original(rule).items() if n not in _NO_CONDITION)


def exclude_each_other(first: Conditions, second: Conditions, snapshot: Snapshot) -> bool:
    """True when it is plain that no packet fits both: other interfaces, networks or lists."""
    ours, theirs = dict(first), dict(second)
    for name, value in ours.items():
        other = theirs.get(name)
        if other is not None and other != value and _differ(name, value, other):
            return True
    return _outside(ours, theirs, snapshot) or _outside(theirs, ours, snapshot)


def _differ(name: str, value: str, other: str) -> bool:
    if value.startswith("!") or other.startswith("!"):
        return value.removeprefix("!") == other.removeprefix("!")
    if name in ("src-address", "dst-address"):
        here, there = _network(value), _network(other)
        if here is not None and there is not None and here.version == there.version:
            return not (here.supernet_of(there) or there.supernet_of(here))  # type: ignore[arg-type]
    return True


@lru_cache(maxsize=8192)
def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _outside(ours: dict[str, str], theirs: dict[str, str], snapshot: Snapshot) -> bool:
    interface = ours.get("in-interface", "!")
    members = snapshot.interface_lists.get(theirs.get("in-interface-list", ""))
    return members is not None and not interface.startswith("!") and interface not in members
