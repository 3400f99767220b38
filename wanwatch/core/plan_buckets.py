"""The steps that give each PCC rule the mark its bucket should have now.

A closed WAN's rule is rewritten to a survivor; where its bucket is shared, rules for the other
parts are added directly before it. Parts are added before the rule shrinks and removed after it
has grown, so that no hash value that had a rule is ever without one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wanwatch.core.classifier import Bucket, Classifier
from wanwatch.core.groups import BaseRule, Group, Groups
from wanwatch.core.model import Disposition, Finding, Severity
from wanwatch.core.plan import Attributes, Command, Reason, Step, Undo
from wanwatch.core.shares import share_out
from wanwatch.core.snapshot import MangleRule
from wanwatch.core.tags import Tag, join_comment
from wanwatch.core.wans import Wan, Wans

MENU = "/ip/firewall/mangle"

_CLOSED = (Disposition.SPARE, Disposition.OUT)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bucket and the WAN and mark it goes to."""

    classifier: str
    mark: str
    wan: str


def plan_buckets(
    groups: Groups,
    wans: Wans,
    dispositions: Mapping[str, Disposition],
    *,
    whole: bool,
) -> tuple[list[Step], list[Finding]]:
    """Steps for every group; findings where a closed WAN's buckets have nowhere to go."""
    steps: list[Step] = []
    findings: list[Finding] = []
    for group in groups.groups:
        pieces = _pieces(group, wans, dispositions, findings, whole=whole)
        for base in group.rules:
            if base.owner is None or dispositions.get(base.owner.name) is Disposition.KEEP:
                continue
            wanted = pieces.get(base.rule.id) or (
                Piece(str(base.classifier), base.mark, base.owner.name),
            )
            steps += _steps(base, base.owner, wanted)
    steps += [_remove(rule, "", "") for rule in groups.orphans]
    return steps, findings


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
    weights = {w.name: w.weight or len(own[w.name]) for w in wans.wans if w.name in own}
    marks = {name: group.mark_of(name) for name in own}
    if closed | kept == own.keys():
        property_of = group.rules[0].mark_property
        for wan in wans.wans:
            mark = _mark(wan, property_of)
            if mark and wan.name not in own and dispositions.get(wan.name) is Disposition.CARRY:
                own[wan.name], weights[wan.name], marks[wan.name] = (), wan.weight or 1, mark
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


def _steps(base: BaseRule, owner: Wan, wanted: Sequence[Piece]) -> list[Step]:
    """What turns a rule, and those added beside it, into the wanted pieces."""
    rule = base.rule
    now = Piece(rule.classifier, rule.properties.get(base.mark_property, ""), "")
    first = next((p for p in wanted if (p.classifier, p.mark) == (now.classifier, now.mark)), None)
    first = first or wanted[0]
    others = [p for p in wanted if p is not first]
    present = {(r.classifier, r.properties.get(base.mark_property, "")): r for r in base.added}
    adds = [
        _add(base, owner, piece)
        for piece in others
        if (piece.classifier, piece.mark) not in present
    ]
    keep = {(p.classifier, p.mark) for p in others}
    surplus = [r for key, r in present.items() if key not in keep]
    surplus += [r for r in base.added if r not in present.values()]
    removes = [_remove(r, owner.name, rule.id) for r in surplus]
    return [*adds, *_set(base, owner, first), *removes]


def _set(base: BaseRule, owner: Wan, piece: Piece) -> list[Step]:
    rule = base.rule
    is_original = piece == Piece(str(base.classifier), base.mark, owner.name)
    originals = {} if is_original else {base.mark_property: base.mark}
    if piece.classifier != str(base.classifier):
        originals["per-connection-classifier"] = str(base.classifier)
    tag = Tag(owner.name, originals) if originals else None
    wanted = {
        "per-connection-classifier": piece.classifier,
        base.mark_property: piece.mark,
        "comment": join_comment(base.operators_comment, tag),
    }
    now = {**rule.properties, "comment": rule.comment}
    changed = {name: value for name, value in wanted.items() if now.get(name, "") != value}
    if not changed:
        return []
    return [
        Step(
            menu=MENU,
            command=Command.SET,
            reason=Reason.BUCKET_RETURNED if is_original else Reason.BUCKET_MOVED,
            wan=owner.name,
            undo=Undo(Command.SET, rule.id, tuple((name, now.get(name, "")) for name in changed)),
            id=rule.id,
            attributes=tuple(changed.items()),
            data=(("bucket", piece.classifier), ("to", piece.wan), ("chain", rule.chain)),
        )
    ]


def _add(base: BaseRule, owner: Wan, piece: Piece) -> Step:
    comment = join_comment(base.operators_comment, Tag(owner.name, added=str(base.classifier)))
    properties = {
        **base.rule.properties,
        "per-connection-classifier": piece.classifier,
        base.mark_property: piece.mark,
        "comment": comment,
    }
    return Step(
        menu=MENU,
        command=Command.ADD,
        reason=Reason.BUCKET_SHARED,
        wan=owner.name,
        undo=Undo(Command.REMOVE),
        attributes=tuple(properties.items()),
        place_before=base.rule.id,
        data=(("bucket", piece.classifier), ("to", piece.wan), ("chain", base.rule.chain)),
    )


def _remove(rule: MangleRule, wan: str, before: str) -> Step:
    attributes: Attributes = (*rule.properties.items(), ("comment", rule.comment))
    return Step(
        menu=MENU,
        command=Command.REMOVE,
        reason=Reason.SHARE_ENDED,
        wan=wan,
        undo=Undo(Command.ADD, "", attributes, before),
        id=rule.id,
        data=(("bucket", rule.classifier), ("chain", rule.chain)),
    )
