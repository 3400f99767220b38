"""The PCC groups of a router: which rules share out one hash space, and who owns each bucket.

Rules are of one group when they stand in one chain, do the same, match the same and classify by
the same fields and denominator. What wanwatch changed is read back through its tags, so a group
shows the operator's rules whatever has been done to them since.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import lcm

from wanwatch.core.classifier import Bucket, Classifier, ClassifierError, Fault, coalesce
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule, Snapshot
from wanwatch.core.tags import Tag, split_comment
from wanwatch.core.wans import Wan, Wans, original

MARK_PROPERTY = {"mark-connection": "new-connection-mark", "mark-routing": "new-routing-mark"}
"""Which property says where a PCC rule of an action sends its bucket."""

BLOCKING = frozenset({Fault.SEVERAL_REMAINDERS, Fault.MALFORMED, Fault.REMAINDER_TOO_LARGE})
"""Faults that leave the share of the hash space unknown, so that nothing is planned."""

_NOT_OF_THE_GROUP = frozenset(
    {"per-connection-classifier", *MARK_PROPERTY.values(), "log", "log-prefix"}
)


@dataclass(frozen=True, slots=True)
class BaseRule:
    """One of the operator's PCC rules: as it was, as it is, and what wanwatch added beside it."""

    rule: MangleRule
    operators_comment: str
    classifier: Classifier
    mark: str
    mark_property: str
    owner: Wan | None
    added: tuple[MangleRule, ...] = ()

    @property
    def bucket(self) -> Bucket:
        """The operator's bucket."""
        return self.classifier.bucket


@dataclass(slots=True)
class Group:
    """The rules that share out one hash space."""

    chain: str
    fields: str
    denominator: int
    rules: list[BaseRule] = field(default_factory=list)

    def own(self) -> dict[str, tuple[Bucket, ...]]:
        """Each WAN's buckets in the operator's rules."""
        result: dict[str, list[Bucket]] = {}
        for base in self.rules:
            if base.owner is not None:
                result.setdefault(base.owner.name, []).append(base.bucket)
        return {name: tuple(dict.fromkeys(buckets)) for name, buckets in result.items()}

    def mark_of(self, wan: str) -> str | None:
        """The mark the operator's rules of this group use for a WAN."""
        return next((b.mark for b in self.rules if b.owner and b.owner.name == wan), None)


@dataclass(frozen=True, slots=True)
class Groups:
    """Every PCC group of a router, and what stands in the way of planning."""

    groups: tuple[Group, ...]
    orphans: tuple[MangleRule, ...]
    """Rules wanwatch added whose operator's rule is gone."""
    findings: tuple[Finding, ...]

    @property
    def blocked(self) -> bool:
        """True when a rule's fault forbids any step."""
        return any(f.code == "pcc-classifier-invalid" for f in self.findings)


def find_groups(snapshot: Snapshot, wans: Wans) -> Groups:
    """Read the PCC groups in the order of their first rules."""
    findings: list[Finding] = []
    bases: list[BaseRule] = []
    added: list[tuple[int, MangleRule]] = []
    for rule in snapshot.mangle:
        comment, tag = split_comment(rule.comment)
        if tag is not None and tag.added:
            added.append((len(bases), rule))
        elif base := _base_rule(rule, comment, wans, findings):
            bases.append(base)
    beside: dict[str, list[MangleRule]] = {}
    orphans = []
    for place, rule in added:
        parent = _parent(rule, bases[place:]) or _parent(rule, bases[:place])
        if parent is None:
            orphans.append(rule)
        else:
            beside.setdefault(parent.rule.id, []).append(rule)
    groups: dict[tuple[object, ...], Group] = {}
    for base in bases:
        key = (_matchers(base.rule), base.classifier.fields, base.bucket.denominator)
        group = groups.setdefault(
            key, Group(base.rule.chain, base.classifier.fields, base.bucket.denominator)
        )
        group.rules.append(replace(base, added=tuple(beside.get(base.rule.id, ()))))
    for group in groups.values():
        _drop_contested(group, findings)
    return Groups(tuple(groups.values()), tuple(orphans), tuple(findings))


def current_shares(snapshot: Snapshot, wans: Wans) -> dict[str, float]:
    """Each WAN's share of the hash space as the rules are now, the mean over the PCC groups.

    Groups in chain output, which are the router's own traffic, count only where there is no other.
    """
    groups = [g for g in find_groups(snapshot, wans).groups if g.own()]
    groups = [g for g in groups if g.chain != "output"] or groups
    shares = dict.fromkeys((wan.name for wan in wans.wans), 0.0)
    for group in groups:
        for name, buckets in current_owners(group, wans).items():
            shares[name] += float(sum(b.size for b in buckets)) / len(groups)
    return shares


def current_owners(group: Group, wans: Wans) -> dict[str, list[Bucket]]:
    """Who gets which bucket of a group as its rules are now; a rule added beside another is first."""
    result: dict[str, list[Bucket]] = {}
    for base in group.rules:
        taken: list[Bucket] = []
        for rule in (*base.added, base.rule):
            wan = _owner(base.rule.action, rule.properties.get(base.mark_property, ""), wans)
            bucket = _bucket(rule)
            if bucket is None or rule.disabled:
                continue
            if wan is not None:
                result.setdefault(wan.name, []).extend(_without(bucket, taken))
            taken.append(bucket)
    return result


def _bucket(rule: MangleRule) -> Bucket | None:
    try:
        return Classifier.parse(rule.classifier).bucket
    except ClassifierError:
        return None


def _without(bucket: Bucket, taken: list[Bucket]) -> tuple[Bucket, ...]:
    """What of a bucket is left when others were taken out of it."""
    finest = lcm(bucket.denominator, *(other.denominator for other in taken))
    parts = bucket.parts(finest // bucket.denominator)
    return coalesce(p for p in parts if not any(other.covers(p) for other in taken))


def _parent(rule: MangleRule, bases: Iterable[BaseRule]) -> BaseRule | None:
    """The operator's rule that wanwatch added this one beside: it matches the same."""
    of = _tag(rule).added
    return next(
        (b for b in bases if str(b.classifier) == of and _matchers(b.rule) == _matchers(rule)),
        None,
    )


def _drop_contested(group: Group, findings: list[Finding]) -> None:
    """Leave a bucket alone that the operator's rules give to several WANs at once."""
    owners: dict[Bucket, set[str]] = {}
    for base in group.rules:
        owners.setdefault(base.bucket, set()).add(base.owner.name if base.owner else "")
    contested = {bucket for bucket, names in owners.items() if len(names) > 1}
    for base in group.rules:
        if base.bucket in contested:
            data = (
                ("classifier", str(base.classifier)),
                ("fault", "bucket-of-several-wans"),
                ("mark", base.mark),
            )
            findings.append(
                Finding("pcc-classifier-unsupported", Severity.WARNING, base.rule.id, data)
            )
    group.rules = [base for base in group.rules if base.bucket not in contested]


def _base_rule(
    rule: MangleRule, comment: str, wans: Wans, findings: list[Finding]
) -> BaseRule | None:
    if rule.disabled or rule.dynamic or not rule.classifier:
        return None
    mark_property = MARK_PROPERTY.get(rule.action)
    if mark_property is None:
        return None
    properties = original(rule)
    mark = properties.get(mark_property, "")
    try:
        classifier = Classifier.parse(properties["per-connection-classifier"])
    except ClassifierError as error:
        findings.append(_fault(rule, mark_property, error))
        return None
    if rule.invalid:
        findings.append(
            Finding("mangle-rule-invalid", Severity.WARNING, rule.id, (("mark", mark),))
        )
        return None
    owner = wans.named(_tag(rule).wan) or _owner(rule.action, mark, wans)
    return BaseRule(rule, comment, classifier, mark, mark_property, owner)


def _owner(action: str, mark: str, wans: Wans) -> Wan | None:
    return wans.of_connection_mark(mark) if action == "mark-connection" else wans.of_table(mark)


def _fault(rule: MangleRule, mark_property: str, error: ClassifierError) -> Finding:
    data = (
        ("classifier", error.text),
        ("fault", error.fault.value),
        ("mark", rule.properties.get(mark_property, "")),
    )
    if error.fault not in BLOCKING:
        return Finding("pcc-classifier-unsupported", Severity.WARNING, rule.id, data)
    fix: tuple[str, ...] = ()
    if error.fault is Fault.SEVERAL_REMAINDERS:
        stem, _, remainders = error.text.partition("/")
        fix = tuple(
            rsc_line({**rule.properties, "per-connection-classifier": f"{stem}/{r}"}, rule.comment)
            for r in remainders.split(",")
        )
    return Finding("pcc-classifier-invalid", Severity.ERROR, rule.id, data, fix)


def rsc_line(properties: Mapping[str, str], comment: str = "") -> str:
    """A mangle rule as the console takes it: yes and no, and nothing of a log that is off."""
    given = {name: value for name, value in properties.items() if (name, value) not in _NO_LOG}
    for name in given.keys() & {"passthrough", "log"}:
        given[name] = "yes" if given[name] in ("true", "yes") else "no"
    pairs = [*given.items(), *([("comment", comment)] if comment else [])]
    return "/ip firewall mangle add " + " ".join(f"{n}={rsc_value(v)}" for n, v in pairs)


_NO_LOG = (("log", "false"), ("log", "no"))


def rsc_value(value: str) -> str:
    """A value as the RouterOS console takes it: quoted and escaped where it has to be."""
    if value and all(c.isascii() and (c.isalnum() or c in "-_.:/!,*@+%") for c in value):
        return value
    escaped = "".join(
        f"\\{c}" if c in '"\\$?' else c if " " <= c <= "~" else f"\\{ord(c):02X}" for c in value
    )
    return f'"{escaped}"'


def _matchers(rule: MangleRule) -> frozenset[tuple[str, str]]:
    """What a rule matches and does, apart from its bucket, where that goes, and its log."""
    return frozenset((n, v) for n, v in rule.properties.items() if n not in _NOT_OF_THE_GROUP)


def _tag(rule: MangleRule) -> Tag:
    return split_comment(rule.comment)[1] or Tag("")
