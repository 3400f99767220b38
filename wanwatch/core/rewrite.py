"""What one of the operator's PCC rules becomes, and the rules that stand beside it meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass

from wanwatch.core.added_rules import MENU
from wanwatch.core.base_rule import BaseRule
from wanwatch.core.mark_routing import MarkRouting
from wanwatch.core.plan import Command, Reason, Step, Undo
from wanwatch.core.snapshot import MangleRule
from wanwatch.core.tags import Tag, join_comment
from wanwatch.core.wans import Wan


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bucket and the WAN and mark it goes to."""

    classifier: str
    mark: str
    wan: str


class Rewrite:
    """One of the operator's rules, the rules added for it, and the pieces they should become."""

    def __init__(
        self, base: BaseRule, owner: Wan, pieces: Sequence[Piece], routing: MarkRouting
    ) -> None:
        self._base = base
        self._owner = owner
        self._routing = routing
        pieces = pieces or (Piece(str(base.classifier), base.mark, owner.name),)
        self._own, others = self._parted(pieces)
        there = {piece: self._find(piece) for piece in others}
        self._missing = [piece for piece, rule in there.items() if rule is None]
        self._in_place = [rule for rule in there.values() if rule is not None]

    def steps(self) -> list[Step]:
        """Add what is missing, then set the operator's rule."""
        return [*(self._add(piece) for piece in self._missing), *self._set()]

    def surplus(self) -> list[MangleRule]:
        """Rules added earlier that are no longer needed."""
        return [rule for rule in self._base.added if rule not in self._in_place]

    def _parted(self, pieces: Sequence[Piece]) -> tuple[Piece, list[Piece]]:
        """The piece that the operator's rule becomes, and those that need an added rule.

        A piece whose mark is routed only before the operator's rule needs an added rule in any
        case; where all do, the operator's rule becomes one of them all the same.
        """
        ahead = [p for p in pieces if self._routed_before(self._base.rule, p) is not None]
        candidates = [p for p in pieces if p not in ahead] or ahead
        own = next((p for p in candidates if self._is(self._base.rule, p)), candidates[0])
        return own, [p for p in pieces if p in ahead or p is not own]

    def _routed_before(self, rule: MangleRule, piece: Piece) -> MangleRule | None:
        """The mark-routing rule that connections marked by this rule would miss."""
        return late(self._base, rule, piece, self._routing)

    def _is(self, rule: MangleRule, piece: Piece) -> bool:
        mark = rule.properties.get(self._base.mark_property, "")
        return (rule.classifier, mark) == (piece.classifier, piece.mark)

    def _find(self, piece: Piece) -> MangleRule | None:
        return next(
            (
                rule
                for rule in self._base.added
                if self._is(rule, piece)
                and not rule.disabled
                and self._routed_before(rule, piece) is None
            ),
            None,
        )

    def _set(self) -> list[Step]:
        base, piece, rule = self._base, self._own, self._base.rule
        is_original = (piece.classifier, piece.mark) == (str(base.classifier), base.mark)
        originals = {} if is_original else {base.mark_property: base.mark}
        if piece.classifier != str(base.classifier):
            originals["per-connection-classifier"] = str(base.classifier)
        tag = Tag(self._owner.name, originals) if originals else None
        wanted = {
            "per-connection-classifier": piece.classifier,
            base.mark_property: piece.mark,
            "comment": join_comment(base.operators_comment, tag),
        }
        now = {**rule.properties, "comment": rule.comment}
        changed = {name: value for name, value in wanted.items() if now.get(name, "") != value}
        if not changed:
            return []
        undo = tuple((name, now.get(name, "")) for name in changed)
        return [
            Step(
                menu=MENU,
                command=Command.SET,
                reason=Reason.BUCKET_RETURNED if is_original else Reason.BUCKET_MOVED,
                wan=self._owner.name,
                undo=Undo(Command.SET, rule.id, undo),
                id=rule.id,
                attributes=tuple(changed.items()),
                data=self._data(piece),
            )
        ]

    def _add(self, piece: Piece) -> Step:
        base = self._base
        tag = Tag(self._owner.name, added=str(base.classifier))
        properties = {
            **base.rule.properties,
            "per-connection-classifier": piece.classifier,
            base.mark_property: piece.mark,
            "comment": join_comment(base.operators_comment, tag),
        }
        missed = self._routed_before(base.rule, piece)
        return Step(
            menu=MENU,
            command=Command.ADD,
            reason=Reason.BUCKET_SHARED if missed is None else Reason.BUCKET_MOVED,
            wan=self._owner.name,
            undo=Undo(Command.REMOVE),
            attributes=tuple(properties.items()),
            place_before=base.rule.id if missed is None else missed.id,
            data=self._data(piece),
        )

    def _data(self, piece: Piece) -> tuple[tuple[str, str], ...]:
        return (("bucket", piece.classifier), ("to", piece.wan), ("chain", self._base.rule.chain))


def late(base: BaseRule, rule: MangleRule, piece: Piece, routing: MarkRouting) -> MangleRule | None:
    """The mark-routing rule ahead of which a piece has to be marked; None where it need not be.

    Where the operator's own goal is routed too early as well, no first packet was ever routed, and
    the rule is rewritten in its place.
    """
    name = base.mark_property
    if piece.mark == base.mark or routing.missed_by(base.rule, name, base.mark) is not None:
        return None
    return routing.missed_by(rule, name, piece.mark)
