"""The steps that give each PCC rule the mark its bucket should have now.

A closed WAN's rule is rewritten to a survivor; where its bucket is shared, rules for the other
parts are added directly before it. Where the survivor's mark-routing rule stands before the closed
WAN's rule, a rule for the part is added ahead of it, for the first packet of a connection to be
routed too. Rules are added before any shrinks and removed after all have grown, so that no hash
value that had a rule is ever without one.
"""

from collections.abc import Mapping, Sequence

from wanwatch.core.added_rules import remove_added
from wanwatch.core.classifier import Bucket, Classifier
from wanwatch.core.groups import Group, Groups
from wanwatch.core.mark_routing import MarkRouting
from wanwatch.core.model import Disposition, Finding, Severity
from wanwatch.core.plan import Reason, Step
from wanwatch.core.rewrite import Piece, Rewrite
from wanwatch.core.shares import share_out
from wanwatch.core.snapshot import MangleRule
from wanwatch.core.tags import split_comment
from wanwatch.core.wans import Wan, Wans

_CLOSED = (Disposition.SPARE, Disposition.OUT)


def plan_buckets(
    mangle: Sequence[MangleRule],
    groups: Groups,
    wans: Wans,
    dispositions: Mapping[str, Disposition],
    *,
    whole: bool,
) -> tuple[list[Step], list[Finding]]:
    """Steps for every group; findings where a closed WAN's buckets have nowhere to go."""
    steps: list[Step] = []
    findings: list[Finding] = []
    routing = MarkRouting(mangle)
    surplus = [rule for rule in groups.orphans if not _is_kept(rule, dispositions)]
    for group in groups.groups:
        pieces = _pieces(group, wans, dispositions, findings, whole=whole)
        for base in group.rules:
            if base.owner is None or dispositions.get(base.owner.name) is Disposition.KEEP:
                continue
            rewrite = Rewrite(base, base.owner, pieces.get(base.rule.id, ()), routing)
            steps += rewrite.steps()
            surplus += rewrite.surplus()
    return [*steps, *remove_added(mangle, surplus, Reason.SHARE_ENDED)], findings


def _is_kept(rule: MangleRule, dispositions: Mapping[str, Disposition]) -> bool:
    tag = split_comment(rule.comment)[1]
    return tag is not None and dispositions.get(tag.wan) is Disposition.KEEP


def _pieces(
    group: Group,
    wans: Wans,
    dispositions: Mapping[str, Disposition],
    findings: list[Finding],
    *,
    whole: bool,
) -> dict[str, tuple[Piece, ...]]:
    """Rule id -> where the parts of its bucket go, for every rule whose owner is closed."""
    own = dict(group.own())
    closed = {name for name in own if dispositions.get(name) in _CLOSED}
    if not closed:
        return {}
    kept = {name for name in own if dispositions.get(name) is Disposition.KEEP}
    weights = {w.name: _weight(w, len(own[w.name])) for w in wans.wans if w.name in own}
    marks = {name: group.mark_of(name) for name in own}
    if closed | kept == own.keys():
        property_of = group.rules[0].mark_property
        for wan in wans.wans:
            mark = _mark(wan, property_of)
            if mark and wan.name not in own and dispositions.get(wan.name) is Disposition.CARRY:
                own[wan.name], weights[wan.name], marks[wan.name] = (), _weight(wan, 1), mark
    if closed | kept >= own.keys():
        findings.append(
            Finding(
                "no-survivor-in-group",
                Severity.ERROR,
                ", ".join(sorted(closed)),
                (("chain", group.chain), ("classifier", f"{group.fields}:{group.denominator}")),
            )
        )
        return {}
    shares = share_out(own, weights, closed, kept=kept, whole=whole)
    return {
        base.rule.id: tuple(
            Piece(str(Classifier(group.fields, part)), marks[name] or "", name)
            for part, name in _parts(base.bucket, shares)
        )
        for base in group.rules
        if base.owner is not None and base.owner.name in closed
    }


def _parts(bucket: Bucket, shares: Mapping[str, Sequence[Bucket]]) -> list[tuple[Bucket, str]]:
    return sorted(
        {(b, name) for name, buckets in shares.items() for b in buckets if bucket.covers(b)}
    )


def _mark(wan: Wan, mark_property: str) -> str | None:
    marks = wan.connection_marks if mark_property == "new-connection-mark" else wan.routing_tables
    return min(marks, default=None)


def _weight(wan: Wan, derived: int) -> int:
    return derived if wan.weight is None else wan.weight
