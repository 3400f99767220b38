"""Whether the PCC rules that match the same traffic share its hash space out, each value once."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from wanwatch.core.classifier import Bucket, Classifier
from wanwatch.core.lint.hash_space import is_partition, missing, named
from wanwatch.core.lint.pcc_rules import (
    PccRule,
    PccSet,
    exclude_each_other,
)
from wanwatch.core.lint.picture import MANGLE
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import Snapshot

_MOST_BESIDE = 64
"""So many sets beside one are not compared with it one by one."""

SameLine = Callable[[str, str, str], bool]
"""True when two marks that an action sets are known to lead to one line."""
TakesRest = Callable[[PccSet], bool]
"""True when a rule without a classifier gives the values that a set leaves out to somebody."""
IsMeant = Callable[[PccSet, Collection[int]], bool]
"""True when remainders that nobody owns look meant: their rules are disabled, or main has them."""

_Family = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Place:
    chain: str
    action: str
    fields: str
    denominator: int


def mixed_classifiers(pcc: PccSet) -> Iterator[Finding]:
    """Rules that match the same and hash differently: other fields, denominators that do not fit.

    It is worth knowing of disabled rules too: whoever enables them expects them to balance.
    """
    if not _is_mixed(pcc):
        return
    families: dict[_Family, list[PccRule]] = defaultdict(list)
    for rule, classifier in pcc.sound:
        families[classifier.fields, classifier.bucket.denominator].append(rule)
    usual = max(families, key=lambda family: len(families[family]))
    severity = Severity.INFO if pcc.rules[0].rule.disabled else Severity.WARNING
    odd = next(rule for family, rules in families.items() if family != usual for rule in rules)
    yield Finding(
        "mixed-classifiers",
        severity,
        odd.id,
        (
            ("chain", pcc.chain),
            ("classifier", odd.text),
            ("classifiers", ", ".join(f"{f}:{d}" for f, d in list(families)[:4])),
            ("rules", str(len(pcc.rules))),
        ),
        menu=MANGLE,
    )


def owned_twice(pcc: PccSet, same_line: SameLine) -> Iterator[Finding]:
    """Hash values that two rules own: for different lines, or for the same."""
    if _is_mixed(pcc):
        return
    first: dict[Bucket, PccRule] = {}
    pairs: dict[bool, list[tuple[PccRule, PccRule]]] = {True: [], False: []}
    for rule, classifier in pcc.sound:
        before = first.setdefault(classifier.bucket, rule)
        if before is not rule:
            same = before.mark == rule.mark or same_line(pcc.action, before.mark, rule.mark)
            pairs[same].append((before, rule))
    if pairs[False]:
        before, rule = pairs[False][0]
        data = (
            ("chain", pcc.chain),
            ("classifier", rule.text),
            ("mark", rule.mark),
            ("first_mark", before.mark),
            ("rules", str(len(pairs[False]))),
        )
        yield Finding("contested-hash-values", Severity.WARNING, rule.id, data, menu=MANGLE)
    if pairs[True]:
        yield _repeated(pcc, [rule for _, rule in pairs[True]])


def repeated_sets(sets: Sequence[PccSet]) -> Iterator[Finding]:
    """A set that gives the same buckets the same marks as one that matches all its traffic."""
    known = {(pcc.chain, pcc.action, pcc.conditions): pcc for pcc in sets}
    for pcc in sets:
        if pcc.is_faulty:
            continue
        wider = (
            known.get((pcc.chain, pcc.action, pcc.conditions - {condition}))
            for condition in sorted(pcc.conditions)
        )
        if any(other is not None and _buckets(other) == _buckets(pcc) for other in wider):
            yield _repeated(pcc, pcc.rules)


def not_owned(
    sets: Sequence[PccSet], snapshot: Snapshot, takes_rest: TakesRest, is_meant: IsMeant
) -> Iterator[Finding]:
    """Hash values that no rule owns, and sets that own all only together with unlike rules."""
    known = [(pcc, _places(pcc)) for pcc in sets]
    beside: dict[_Place, list[tuple[PccSet, set[int]]]] = defaultdict(list)
    anywhere: dict[_Place, set[int]] = defaultdict(set)
    for pcc, places in known:
        for place, remainders in places.items():
            beside[place].append((pcc, remainders))
            anywhere[place] |= remainders
    told: set[_Place] = set()
    for pcc, places in known:
        if len(places) != 1 or pcc.is_faulty:
            continue
        ((place, own),) = places.items()
        holes = missing(place.denominator, own)
        if not holes or takes_rest(pcc):
            continue
        candidates = beside[place][:_MOST_BESIDE] if anywhere[place].intersection(holes) else []
        others = [
            (other, remainders)
            for other, remainders in candidates
            if other is not pcc
            and not exclude_each_other(pcc.conditions, other.conditions, snapshot)
        ]
        together = own.union(*(remainders for _, remainders in others))
        if left := missing(place.denominator, together):
            if not any(other.is_faulty for other, _ in others):
                severity = Severity.INFO if is_meant(pcc, left) else Severity.WARNING
                yield _unowned(pcc, place, own, left, severity)
        elif place not in told and all(missing(place.denominator, r) for _, r in others):
            told.add(place)
            yield _uneven(pcc, [other for other, _ in others])


def _unowned(
    pcc: PccSet, place: _Place, own: Collection[int], left: Collection[int], severity: Severity
) -> Finding:
    data = (
        ("chain", pcc.chain),
        ("classifier", f"{place.fields}:{place.denominator}"),
        ("remainders", named(left)),
        ("owned", named(own)),
    )
    return Finding("unowned-hash-values", severity, pcc.rules[0].id, data, menu=MANGLE)


def _uneven(pcc: PccSet, others: Sequence[PccSet]) -> Finding:
    """The set that matches unlike the rest is the one with the fewest rules."""
    odd = min((*others, pcc), key=lambda one: len(one.rules))
    usual = max((*others, pcc), key=lambda one: len(one.rules))
    usual = usual if usual is not odd else pcc if odd is not pcc else others[0]
    differing = sorted(odd.conditions ^ usual.conditions)
    data = (
        ("chain", pcc.chain),
        ("classifier", odd.rules[0].text),
        ("differing", ", ".join(f"{name}={value}" for name, value in differing)),
    )
    return Finding("uneven-pcc-rules", Severity.WARNING, odd.rules[0].id, data, menu=MANGLE)


def _repeated(pcc: PccSet, rules: Sequence[PccRule]) -> Finding:
    data = (
        ("chain", pcc.chain),
        ("classifier", rules[0].text),
        ("mark", rules[0].mark),
        ("rules", str(len(rules))),
    )
    return Finding("repeated-pcc-rules", Severity.INFO, rules[0].id, data, menu=MANGLE)


def _is_mixed(pcc: PccSet) -> bool:
    classifiers = {classifier for _, classifier in pcc.sound}
    if len({(c.fields, c.bucket.denominator) for c in classifiers}) <= 1:
        return False
    if len({c.fields for c in classifiers}) > 1:
        return True
    return not is_partition([c.bucket for c in classifiers])


def _places(pcc: PccSet) -> dict[_Place, set[int]]:
    """The remainders that a set owns, by what they are remainders of."""
    found: dict[_Place, set[int]] = {}
    for _, c in pcc.sound:
        place = _Place(pcc.chain, pcc.action, c.fields, c.bucket.denominator)
        found.setdefault(place, set()).add(c.bucket.remainder)
    return found


def _buckets(pcc: PccSet) -> set[tuple[Classifier, str]]:
    return {(classifier, rule.mark) for rule, classifier in pcc.sound}
