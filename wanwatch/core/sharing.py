"""Where the parts of closed WANs' buckets go, for the rules that share one hash.

Receivers are the WANs of the whole family, those of other denominators too; where none of them
carries, every WAN that the router has a mark for.
"""

from collections.abc import Mapping, Sequence
from math import lcm

from wanwatch.core.added_rules import MENU
from wanwatch.core.base_rule import BaseRule
from wanwatch.core.classifier import Bucket, Classifier, by_whole
from wanwatch.core.goals import Goals
from wanwatch.core.groups import Family, Group, buckets_of
from wanwatch.core.layers import layers_of, rivals
from wanwatch.core.mark_routing import MarkRouting
from wanwatch.core.model import Disposition, Finding, Severity
from wanwatch.core.rewrite import Piece, late
from wanwatch.core.shares import share_out
from wanwatch.core.wans import Wans

CLOSED = (Disposition.SPARE, Disposition.OUT)

Pieces = dict[str, tuple[Piece, ...]]


class Sharing:
    """One family of PCC rules while some of its WANs are closed."""

    def __init__(
        self,
        family: Family,
        wans: Wans,
        dispositions: Mapping[str, Disposition],
        goals: Goals,
        routing: MarkRouting,
    ) -> None:
        self.findings: list[Finding] = []
        self._family = family
        self._routing = routing
        self._own = family.own()
        self._closed = {name for name in self._own if dispositions.get(name) in CLOSED}
        self._kept = {name for name in self._own if dispositions.get(name) is Disposition.KEEP}
        self._marks: dict[str, str] = {}
        self._weights: dict[str, int] = {}
        if self._closed:
            self._read_weights(wans)
            if self._closed | self._kept == self._own.keys():
                self._admit_others(wans, dispositions, goals)

    def pieces(self, *, whole: bool) -> Pieces:
        """Rule id -> where the parts of its bucket go, for every rule whose owner is closed."""
        if not self._closed:
            return {}
        if self._closed | self._kept >= self._marks.keys():
            self.findings += [
                self._nowhere_to_go(group.denominator) for group in self._hit_groups()
            ]
            return {}
        layers = layers_of(self._family.rules)
        overlapping = len(layers) > 1 or any(base.owner is None for base in self._family.rules)
        result: Pieces = {}
        for layer in layers:
            own = dict.fromkeys(self._marks, ()) | buckets_of(layer)
            if not any(own[name] for name in self._closed):
                continue
            shares = share_out(own, self._weights, self._closed, kept=self._kept, whole=whole)
            wholes = {b.bucket for b in layer if b.owner and b.owner.name in self._closed}
            taken = {name: by_whole(wholes, buckets) for name, buckets in shares.items()}
            for base in layer:
                if base.bucket in wholes:
                    parts = sorted({(b, name) for name in taken for b in taken[name][base.bucket]})
                    pieces = tuple(self._piece(base, part, name) for part, name in parts)
                    result[base.rule.id] = self._fitting(base, pieces, overlapping=overlapping)
        return result

    def _read_weights(self, wans: Wans) -> None:
        """What each WAN of the family receives by: its weight, or the size of what it has."""
        finest = lcm(*{base.bucket.denominator for base in self._family.rules})
        for base in self._family.rules:
            if base.owner is not None:
                self._marks.setdefault(base.owner.name, base.mark)
        for wan in wans.wans:
            if wan.name in self._own:
                size = sum(finest // bucket.denominator for bucket in self._own[wan.name])
                self._weights[wan.name] = size if wan.weight is None else wan.weight

    def _admit_others(
        self, wans: Wans, dispositions: Mapping[str, Disposition], goals: Goals
    ) -> None:
        """Let WANs that have no rule here receive; those that are closed too keep their place."""
        for wan in wans.wans:
            mark = goals.value_for(self._family.rules[0].mark_property, wan)
            if wan.name not in self._own and mark:
                self._marks[wan.name] = mark
                self._weights[wan.name] = 1 if wan.weight is None else wan.weight
                if dispositions.get(wan.name) in CLOSED:
                    self._closed.add(wan.name)
                elif dispositions.get(wan.name) is not Disposition.CARRY:
                    self._kept.add(wan.name)

    def _piece(self, base: BaseRule, part: Bucket, name: str) -> Piece:
        return Piece(str(Classifier(base.classifier.fields, part)), self._marks[name], name)

    def _fitting(
        self, base: BaseRule, pieces: tuple[Piece, ...], *, overlapping: bool
    ) -> tuple[Piece, ...]:
        """The pieces, or a WAN that can take the bucket whole where one of them does not fit."""
        against = rivals(base, self._family.rules) if overlapping else []
        if all(self._fits(base, piece, against) for piece in pieces):
            return pieces
        for name in self._marks:
            if name not in self._closed | self._kept and self._weights[name] > 0:
                piece = self._piece(base, base.bucket, name)
                if self._fits(base, piece, against):
                    return (piece,)
        self.findings.append(self._left(base))
        return ()

    def _fits(self, base: BaseRule, piece: Piece, against: Sequence[BaseRule]) -> bool:
        """True when the piece is routed and takes no packet that another rule took before."""
        missed = late(base, base.rule, piece, self._routing)
        if missed is not None:
            ids = {rule.id for _, rule in self._family.live()}
            return not against and self._routing.may_stand(base.rule, missed, ids)
        if not self._is_routed(base, piece.mark) and self._is_routed(base, base.mark):
            return False
        ends = self._routing.ends_after(base.rule, base.mark_property, piece.mark)
        ended = self._routing.ends_after(base.rule, base.mark_property, base.mark)
        places = [self._routing.place(other.rule) for other in against]
        return all((ends < place) == (ended < place) for place in places)

    def _is_routed(self, base: BaseRule, mark: str) -> bool:
        return self._routing.is_routed(base.rule, base.mark_property, mark)

    def _hit_groups(self) -> list[Group]:
        return [g for g in self._family.groups if self._closed & g.own().keys()]

    def _nowhere_to_go(self, denominator: int) -> Finding:
        fields = self._family.rules[0].classifier.fields
        return Finding(
            "no-survivor-in-group",
            Severity.ERROR,
            ", ".join(sorted(self._closed & self._own.keys())),
            (("chain", self._family.chain), ("classifier", f"{fields}:{denominator}")),
        )

    def _left(self, base: BaseRule) -> Finding:
        data = (
            ("classifier", str(base.classifier)),
            ("chain", base.rule.chain),
            ("wan", base.owner.name if base.owner else ""),
        )
        return Finding("pcc-bucket-left", Severity.WARNING, base.rule.id, data, menu=MENU)
