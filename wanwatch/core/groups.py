"""The PCC groups of a router: which rules share out one hash space, and who owns each bucket.

Rules are of one group when they stand in one chain, do the same, match the same and classify by
the same fields and denominator. Groups that differ in the denominator alone are a family: they
share one hash, so the order of their rules decides who gets a value. What wanwatch changed is read
back through its tags, so a group shows the operator's rules whatever has been done to them since.

A rule that RouterOS would refuse stops planning for the family it would be of: who has which part
of its hash space cannot be told. Its lines' buckets stay, and as their routes are taken out all
the same, their connections fall through to main (RouterOS manual, "Policy Routing"), which is
better than a dead line. Where no group is left, nothing at all is planned: a file whose every PCC
rule would be refused says nothing of a router's marks.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import lcm

from wanwatch.core.added_rules import MENU
from wanwatch.core.base_rule import BaseRule, Faulty, Matchers, matchers, read_rule, traffic
from wanwatch.core.chains import entered_from
from wanwatch.core.classifier import Bucket, Classifier, ClassifierError, coalesce
from wanwatch.core.effective import Claim, effective_shares
from wanwatch.core.goals import Goals
from wanwatch.core.mark_routing import MarkRouting
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule, Snapshot
from wanwatch.core.tags import Tag, split_comment
from wanwatch.core.wans import Wan, Wans

_NONE: frozenset[str] = frozenset()


@dataclass(slots=True)
class Group:
    """The rules that share out one hash space by one denominator."""

    chain: str
    fields: str
    denominator: int
    rules: list[BaseRule] = field(default_factory=list)

    def own(self) -> dict[str, tuple[Bucket, ...]]:
        """Each WAN's buckets in the operator's rules."""
        return buckets_of(self.rules)

    def mark_of(self, wan: str) -> str | None:
        """The mark the operator's rules of this group use for a WAN."""
        return next((b.mark for b in self.rules if b.owner and b.owner.name == wan), None)


@dataclass(frozen=True, slots=True)
class Family:
    """Groups over one hash: they differ in their denominators alone."""

    groups: tuple[Group, ...]
    rules: tuple[BaseRule, ...]
    """The rules of its groups in the order of evaluation."""

    def own(self) -> dict[str, tuple[Bucket, ...]]:
        """Each WAN's buckets in the operator's rules."""
        return buckets_of(self.rules)

    def live(self) -> Iterator[tuple[BaseRule, MangleRule]]:
        """Every row of it as it is now, each with the operator's rule it stands for."""
        for base in self.rules:
            for rule in (*base.added, base.rule):
                yield base, rule

    @property
    def chain(self) -> str:
        """The chain its rules stand in."""
        return self.rules[0].rule.chain


@dataclass(frozen=True, slots=True)
class Groups:
    """Every PCC group of a router, and what stands in the way of planning."""

    groups: tuple[Group, ...]
    orphans: tuple[MangleRule, ...]
    """Rules wanwatch added whose operator's rule is gone."""
    findings: tuple[Finding, ...]
    families: tuple[Family, ...] = ()
    """The same groups, by the hash they share."""
    refused: tuple[Family, ...] = ()
    """Those that are not planned, as a rule of theirs is one that RouterOS would refuse."""

    @property
    def blocked(self) -> bool:
        """True when rules that RouterOS would refuse leave nothing that can be planned."""
        return any(f.code == "pcc-classifier-invalid" for f in self.findings)


def find_groups(snapshot: Snapshot, wans: Wans) -> Groups:
    """Read the PCC groups in the order of their first rules."""
    findings: list[Finding] = []
    bases: list[BaseRule] = []
    faulty: list[Faulty] = []
    added: list[tuple[int, MangleRule]] = []
    goals = Goals(snapshot.mangle, wans)
    for rule in snapshot.mangle:
        tag = split_comment(rule.comment)[1]
        if tag is not None and tag.added and not rule.dynamic:
            added.append((len(bases), rule))
            continue
        found = read_rule(rule, wans, goals, findings)
        if isinstance(found, Faulty):
            faulty.append(found)
        elif found is not None:
            bases.append(found)
    beside, orphans = _beside(added, bases)
    families = _families(replace(b, added=tuple(beside.get(b.rule.id, ()))) for b in bases)
    bad = {(traffic(f.rule.properties), f.fields) for f in faulty if f.is_blocking}
    is_refused = {key: key in bad or (key[0], "") in bad for key in families}
    planned = [family for key, family in families.items() if not is_refused[key]]
    refused = [family for key, family in families.items() if is_refused[key]]
    is_blocked = not any(family.own() for family in planned)
    findings += [_finding(each, is_blocked=is_blocked) for each in faulty]
    places = {base.rule.id: place for place, base in enumerate(bases)}
    groups = sorted(
        (group for family in families.values() for group in family.groups),
        key=lambda group: places[group.rules[0].rule.id],
    )
    return Groups(tuple(groups), tuple(orphans), tuple(findings), tuple(planned), tuple(refused))


def buckets_of(rules: Iterable[BaseRule]) -> dict[str, tuple[Bucket, ...]]:
    """Each WAN's buckets, every one once."""
    result: dict[str, dict[Bucket, None]] = {}
    for base in rules:
        if base.owner is not None:
            result.setdefault(base.owner.name, {})[base.bucket] = None
    return {name: tuple(buckets) for name, buckets in result.items()}


def current_shares(snapshot: Snapshot, wans: Wans) -> dict[str, float]:
    """Each WAN's share of the hash space as the rules are now, the mean over what shares one hash.

    Where rules overlap, who really gets a value counts. The router's own traffic, in output and in
    chains that only output leads to, counts where there is no other, and so do chains that no
    traffic enters.
    """
    found = find_groups(snapshot, wans)
    goals = Goals(snapshot.mangle, wans)
    routing = MarkRouting(snapshot.mangle, goals)
    entries = entered_from(snapshot.mangle)
    families = [f for f in (*found.families, *found.refused) if f.own()]
    forwarded = [f for f in families if entries.get(f.chain, _NONE) - {"output"}]
    counted = forwarded or [f for f in families if f.chain in entries] or families
    shares = dict.fromkeys((wan.name for wan in wans.wans), 0.0)
    for family in counted:
        for name, share in effective_shares(claims_of(family, goals, routing)).items():
            if name in shares:
                shares[name] += float(share) / len(counted)
    return shares


def claims_of(family: Family, goals: Goals, routing: MarkRouting) -> list[Claim]:
    """What each rule of a family takes as it is now, in the order of evaluation."""
    claims = []
    for base, rule in family.live():
        bucket = _bucket(rule)
        if bucket is None or rule.disabled:
            continue
        value = rule.properties.get(base.mark_property, "")
        if base.mark_property == "jump-target" and not goals.chain(value).marks:
            continue
        wan = goals.owner(base.mark_property, value)
        claims.append(
            Claim(
                bucket,
                wan.name if wan else "",
                routing.place(rule),
                rule.connection_mark == "no-mark" and goals.marks(base.mark_property, value),
                routing.ends_after(rule, base.mark_property, value),
            )
        )
    return sorted(claims, key=lambda claim: claim.place)


def current_owners(group: Group, wans: Wans) -> dict[str, list[Bucket]]:
    """Who gets which bucket of a group as its rules are now; a rule added beside another is first."""
    result: dict[str, list[Bucket]] = {}
    for base in group.rules:
        taken: list[Bucket] = []
        for rule in (*base.added, base.rule):
            wan = _current_owner(base, rule, group, wans)
            bucket = _bucket(rule)
            if bucket is None or rule.disabled:
                continue
            if wan is not None:
                result.setdefault(wan.name, []).extend(_without(bucket, taken))
            taken.append(bucket)
    return result


def _current_owner(base: BaseRule, rule: MangleRule, group: Group, wans: Wans) -> Wan | None:
    value = rule.properties.get(base.mark_property, "")
    if base.mark_property == "new-connection-mark":
        return wans.of_connection_mark(value)
    if base.mark_property == "new-routing-mark":
        return wans.of_table(value)
    return next((b.owner for b in (base, *group.rules) if b.mark == value), None)


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


def _beside(
    added: Iterable[tuple[int, MangleRule]], bases: Sequence[BaseRule]
) -> tuple[dict[str, list[MangleRule]], list[MangleRule]]:
    """Operator's rule id -> the rules wanwatch added for it, which match the same; and the rest."""
    alike: dict[tuple[str, Matchers], list[int]] = {}
    if added:
        for place, base in enumerate(bases):
            alike.setdefault((str(base.classifier), matchers(base.rule)), []).append(place)
    beside: dict[str, list[MangleRule]] = {}
    orphans = []
    for place, rule in added:
        tag = split_comment(rule.comment)[1] or Tag("")
        parents = alike.get((tag.added, matchers(rule)))
        if parents:
            parent = next((at for at in parents if at >= place), parents[0])
            beside.setdefault(bases[parent].rule.id, []).append(rule)
        else:
            orphans.append(rule)
    return beside, orphans


def _families(bases: Iterable[BaseRule]) -> dict[tuple[Matchers, str], Family]:
    rules: dict[tuple[Matchers, str], list[BaseRule]] = {}
    for base in bases:
        rules.setdefault((traffic(base.rule.properties), base.classifier.fields), []).append(base)
    return {key: _family(of_key) for key, of_key in rules.items()}


def _family(rules: Sequence[BaseRule]) -> Family:
    groups: dict[int, Group] = {}
    for base in rules:
        denominator = base.bucket.denominator
        fresh = Group(base.rule.chain, base.classifier.fields, denominator)
        groups.setdefault(denominator, fresh).rules.append(base)
    return Family(tuple(groups.values()), tuple(rules))


def _finding(bad: Faulty, *, is_blocked: bool) -> Finding:
    row, data = bad.rule.id, bad.data
    fix = bad.valid_rules()
    if not bad.is_blocking:
        return Finding("pcc-classifier-unsupported", Severity.WARNING, row, data, menu=MENU)
    if is_blocked:
        return Finding("pcc-classifier-invalid", Severity.ERROR, row, data, fix, MENU)
    return Finding("pcc-group-refused", Severity.ERROR, row, data, fix, MENU)
