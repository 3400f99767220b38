"""Classifiers that name no single bucket, one finding for a rule.

Source: RouterOS manual, "Per connection classifier": ``ValuesToHash:Denominator/Remainder``, one
remainder, and a rule matches where the hash leaves exactly that remainder.
"""

from collections.abc import Iterator

from wanwatch.core.classifier import FIELDS, Classifier, ClassifierError, Fault
from wanwatch.core.lint.fixes import MangleFixes
from wanwatch.core.lint.hash_space import missing, named
from wanwatch.core.lint.pcc_rules import PccRule, PccSet
from wanwatch.core.lint.picture import MANGLE
from wanwatch.core.model import Finding, Severity


def faulty_classifiers(pcc: PccSet, fixes: MangleFixes) -> Iterator[Finding]:
    """The faults of one set's classifiers; what needs no fix of its own is said once a set."""
    faulty: dict[Fault, list[PccRule]] = {}
    for rule in pcc.rules:
        if rule.fault is not None:
            faulty.setdefault(rule.fault, []).append(rule)
    for fault, rules in faulty.items():
        where = rules[0].id
        data = (*_said(rules[0]), ("rules", str(len(rules))))
        if fault is Fault.NEGATED:
            yield Finding("negated-classifier", Severity.WARNING, where, data, menu=MANGLE)
        elif fault is Fault.UNKNOWN_FIELDS:
            yield Finding("unknown-classifier-fields", Severity.ERROR, where, data, menu=MANGLE)
        elif fault is Fault.MALFORMED:
            yield Finding("malformed-classifier", Severity.ERROR, where, data, menu=MANGLE)
        elif fault is Fault.SEVERAL_REMAINDERS:
            yield from _several_remainders(rules, fixes)
        elif fault is Fault.REMAINDER_TOO_LARGE:
            yield from _remainder_too_large(pcc, rules, fixes)


def _several_remainders(rules: list[PccRule], fixes: MangleFixes) -> Iterator[Finding]:
    for rule in rules:
        data = (*_said(rule), ("remainders", rule.text.partition("/")[2]))
        yield Finding(
            "several-remainders",
            Severity.ERROR,
            rule.id,
            data,
            _one_rule_each(rule, fixes),
            MANGLE,
        )


def _remainder_too_large(
    pcc: PccSet, rules: list[PccRule], fixes: MangleFixes
) -> Iterator[Finding]:
    for rule in rules:
        yield Finding(
            "remainder-not-below-denominator",
            Severity.ERROR,
            rule.id,
            _said(rule),
            _the_one_left(rule, pcc, fixes),
            MANGLE,
        )


def _said(rule: PccRule) -> tuple[tuple[str, str], ...]:
    return (("chain", rule.rule.chain), ("classifier", rule.text), ("mark", rule.mark))


def _one_rule_each(rule: PccRule, fixes: MangleFixes) -> tuple[str, ...]:
    stem, _, remainders = rule.text.partition("/")
    texts = [f"{stem}/{remainder}" for remainder in dict.fromkeys(remainders.split(","))]
    if not all(_is_valid(text) for text in texts):
        return ()
    return fixes.instead(rule.rule, ({"per-connection-classifier": text} for text in texts))


def _the_one_left(rule: PccRule, pcc: PccSet, fixes: MangleFixes) -> tuple[str, ...]:
    """The remainder that nobody owns, where exactly one is left and this rule alone is wrong."""
    fields, _, numbers = rule.text.partition(":")
    denominator = int(numbers.partition("/")[0])
    if sum(other.fault is not None for other in pcc.rules) != 1:
        return ()
    buckets = [c.bucket for _, c in pcc.sound if c.fields == fields]
    if any(bucket.denominator != denominator for bucket in buckets):
        return ()
    left = missing(denominator, {bucket.remainder for bucket in buckets})
    if len(left) != 1:
        return ()
    text = f"{fields}:{denominator}/{named(left)}"
    return fixes.set(rule.rule, {"per-connection-classifier": text})


def _is_valid(text: str) -> bool:
    try:
        return Classifier.parse(text).fields in FIELDS
    except ClassifierError:
        return False
