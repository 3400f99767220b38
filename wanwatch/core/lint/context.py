"""What the checks of the mangle rules' flow share, worked out once for a router."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wanwatch.core.classifier import Classifier, ClassifierError
from wanwatch.core.lint.fixes import MangleFixes
from wanwatch.core.lint.matching import Lists, Span, holds_interface, matchers, span
from wanwatch.core.lint.passage import Passage, Way, rules_in_force
from wanwatch.core.lint.picture import MANGLE, NAT, ROUTE, Picture
from wanwatch.core.lint.sides import Network, connected
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MAIN_TABLE, MangleRule

_MOST_NAMED = 40
"""Rules a finding names; its ``count`` tells how many there are."""
_HOST = 32
_TO_INSIDE = frozenset({"dst-nat", "netmap"})
_ROUTING_RULES = ("/routing/rule", "/ip/route/rule")
_EVERYWHERE = (0, (1 << _HOST) - 1)
ADDRESS_LIST = "/ip/firewall/address-list"


@dataclass(frozen=True, slots=True)
class PccGroup:
    """PCC rules that stand in one chain, do the same and match the same."""

    rules: tuple[MangleRule, ...]
    ways: tuple[Way, ...]
    origins: tuple[Way, ...] = ()
    """Where they ask for a connection mark: the ways to the rules that set it."""

    @property
    def first(self) -> MangleRule:
        """The first of them, which matches what all of them match."""
        return self.rules[0]

    @property
    def is_whole(self) -> bool:
        """True when the rules share out the whole hash space of one set of fields."""
        buckets, fields = set(), set()
        for rule in self.rules:
            try:
                classifier = Classifier.parse(rule.classifier)
            except ClassifierError:
                continue
            buckets.add(classifier.bucket)
            fields.add(classifier.fields)
        return len(fields) == 1 and sum(bucket.size for bucket in buckets) >= 1

    @property
    def entries(self) -> tuple[tuple[Way, ...], ...]:
        """What a packet has to pass: a way to the rules, and to one that sets what they ask."""
        return (self.ways, self.origins) if self.origins else (self.ways,)

    @property
    def roots(self) -> frozenset[str]:
        """The built-in chains whose packets come to them."""
        return frozenset(way.root for way in self.ways)


@dataclass(frozen=True, slots=True)
class Flow:
    """The mangle rules in force, and what is around them."""

    picture: Picture
    passage: Passage
    fixes: MangleFixes
    lists: Lists
    lines: Mapping[str, str]
    """Interface -> the WAN whose it is."""
    inside: tuple[Network, ...]
    """Connected networks that are no WAN's."""
    outside: tuple[Network, ...]
    """Connected networks of WANs."""
    groups: tuple[PccGroup, ...]
    routing: Mapping[str, tuple[MangleRule, ...]] = field(default_factory=dict)
    """Connection mark -> the rules that route by it, those with a classifier left out."""
    marking_inbound: tuple[MangleRule, ...] = ()
    """mark-connection rules without a classifier."""
    addresses: Mapping[str, tuple[Span | None, ...]] = field(default_factory=dict)
    """Address list -> its entries, for the lists that mangle rules name; None is a DNS name."""
    homes: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """Table -> the networks that it, and not only main, has routes to; those of routing rules
    under an empty name."""

    @property
    def has_tables(self) -> bool:
        """True for RouterOS 7, where marked packets to the router itself are routed by the mark."""
        return self.picture.snapshot.version.major > 6

    def routed(self, mark: str, root: str) -> tuple[Way, ...]:
        """The ways to the mark-routing rules for a connection mark, from one built-in chain."""
        return tuple(
            way
            for rule in self.routing.get(mark, ())
            for way in self.passage.ways(rule)
            if way.root == root
        )

    def forwards_in(self) -> bool:
        """True when connections from outside are passed on to hosts inside."""
        return any(
            row.get("action") in _TO_INSIDE and row.get("chain") != "srcnat"
            for row in self.picture.survey.enabled(NAT)
        )


def flow_of(picture: Picture) -> Flow:
    """Work out what the checks share."""
    snapshot = picture.snapshot
    passage = Passage(rules_in_force(snapshot))
    lines = {
        interface: wan.name
        for wan in picture.discovery.wans
        for interface in wan.interfaces
        if interface
    }
    inside, outside = connected(picture, lines)
    routing: dict[str, list[MangleRule]] = {}
    for rule in passage.rules:
        if rule.action == "mark-routing" and rule.connection_mark and not rule.classifier:
            routing.setdefault(rule.connection_mark, []).append(rule)
    return Flow(
        picture=picture,
        passage=passage,
        fixes=MangleFixes(snapshot.mangle),
        lists=snapshot.interface_lists,
        lines=lines,
        inside=inside,
        outside=outside,
        groups=_groups(passage),
        routing={mark: tuple(rules) for mark, rules in routing.items()},
        marking_inbound=tuple(
            rule
            for rule in passage.rules
            if rule.action == "mark-connection" and not rule.classifier
        ),
        addresses=_address_lists(picture, passage),
        homes=_homes(picture),
    )


def found_rules(
    code: str,
    severity: Severity,
    rules: Iterable[MangleRule],
    fix: tuple[str, ...] = (),
    **data: str,
) -> Finding:
    """A finding about the first of some mangle rules that names the others: ``rules``, ``count``."""
    ids = [rule.id for rule in rules]
    named = (("rules", ", ".join(ids[:_MOST_NAMED])), ("count", str(len(ids))))
    return Finding(code, severity, ids[0], (*named, *sorted(data.items())), fix, MANGLE)


def from_interface(way: Way, interface: str, lists: Lists) -> bool | None:
    """Whether packets that come in by an interface pass a way; None where it cannot be told."""
    result: bool | None = True
    for name in ("in-interface", "in-interface-list"):
        for text in way.values(name):
            held = holds_interface(name, text, interface, lists)
            if held is False:
                return False
            result = None if held is None else result
    return result


def _groups(passage: Passage) -> tuple[PccGroup, ...]:
    found: dict[object, list[MangleRule]] = {}
    setters: dict[str, list[MangleRule]] = {}
    for rule in passage.rules:
        if rule.classifier and rule.action in ("mark-connection", "mark-routing"):
            asked = matchers(rule.properties)
            del asked["per-connection-classifier"]
            key = (rule.chain, rule.action, frozenset(asked.items()))
            found.setdefault(key, []).append(rule)
        elif rule.action == "mark-connection":
            setters.setdefault(rule.new_connection_mark, []).append(rule)
    result = []
    for rules in found.values():
        ways = passage.ways(rules[0])
        asked_marks = {mark for way in ways for mark in way.values("connection-mark")}
        origins = [setter for mark in asked_marks for setter in setters.get(mark, ())]
        from_there = tuple(way for setter in origins for way in passage.ways(setter))
        result.append(PccGroup(tuple(rules), ways, from_there))
    return tuple(result)


def _address_lists(picture: Picture, passage: Passage) -> dict[str, tuple[Span | None, ...]]:
    named = {
        text.removeprefix("!")
        for rule in passage.rules
        for name in ("src-address-list", "dst-address-list")
        if (text := rule.properties.get(name))
    }
    found: dict[str, list[Span | None]] = {}
    for row in picture.survey.enabled(ADDRESS_LIST):
        name = row.get("list", "")
        if name in named:
            found.setdefault(name, []).append(span(row.get("address", "")))
    return {name: tuple(spans) for name, spans in found.items()}


def _homes(picture: Picture) -> dict[str, tuple[Span, ...]]:
    """A rule of the routing policy counts as a route of every table."""
    found: dict[str, list[Span]] = {}
    for menu in (ROUTE, *_ROUTING_RULES):
        for row in picture.survey.enabled(menu):
            table = row.get("routing-table") or row.get("routing-mark") or MAIN_TABLE
            if menu != ROUTE:
                table = ""
            destination = span(row.get("dst-address", "")) if row.get("dst-address") else None
            if destination is None or table == MAIN_TABLE or destination[0] == destination[1]:
                continue
            if destination != _EVERYWHERE:
                found.setdefault(table, []).append(destination)
    return {table: tuple(spans) for table, spans in found.items()}
