"""The operator's PCC rules, read one by one: what each was, and why one cannot be planned with.

A rule that wanwatch changed is read back through its tag, so it shows what the operator wrote. A
classifier that RouterOS would refuse (several remainders, or no classifier at all) cannot stand on
a live router; in an export it leaves the share of its group unknown. One whose remainder is not
below its denominator never matches: it is left alone, and nobody's share depends on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wanwatch.core.added_rules import MENU
from wanwatch.core.classifier import FIELDS, Bucket, Classifier, ClassifierError, Fault
from wanwatch.core.console import rsc_line
from wanwatch.core.goals import MARK_PROPERTY, Goals
from wanwatch.core.model import Finding, Severity
from wanwatch.core.originals import original
from wanwatch.core.snapshot import MangleRule
from wanwatch.core.tags import Tag, split_comment
from wanwatch.core.wans import Wan, Wans

BLOCKING = frozenset({Fault.SEVERAL_REMAINDERS, Fault.MALFORMED})
"""Faults that leave the share of the hash space unknown, so that its group is not planned."""

_NO_MATCHERS = frozenset(
    {"per-connection-classifier", *MARK_PROPERTY.values(), "log", "log-prefix"}
)

_ARRIVAL = ("in-interface", "in-interface-list")

Matchers = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class BaseRule:
    """One of the operator's PCC rules: as it was, as it is, and what wanwatch added beside it."""

    rule: MangleRule
    operators_comment: str
    classifier: Classifier
    mark: str
    """Where it sends its bucket: a connection mark, a routing mark, or the chain it jumps to."""
    mark_property: str
    owner: Wan | None
    added: tuple[MangleRule, ...] = ()

    @property
    def bucket(self) -> Bucket:
        """The operator's bucket."""
        return self.classifier.bucket


@dataclass(frozen=True, slots=True)
class Faulty:
    """A rule of the operator's whose classifier names no single bucket."""

    rule: MangleRule
    mark: str
    error: ClassifierError

    @property
    def is_blocking(self) -> bool:
        """True when the group it would be of is not planned."""
        return self.error.fault in BLOCKING

    @property
    def fields(self) -> str:
        """The fields it begins with, as far as they can be told; empty where they cannot."""
        text = self.error.text.lstrip("!")
        return max((name for name in FIELDS if text.startswith(name)), key=len, default="")

    @property
    def data(self) -> tuple[tuple[str, str], ...]:
        """What a finding about it says."""
        return (
            ("classifier", self.error.text),
            ("fault", self.error.fault.value),
            ("mark", self.mark),
        )

    def valid_rules(self) -> tuple[str, ...]:
        """For several remainders: the rules that were meant, one for each."""
        if self.error.fault is not Fault.SEVERAL_REMAINDERS:
            return ()
        stem, _, remainders = self.error.text.partition("/")
        words = self.rule.properties
        return tuple(
            rsc_line({**words, "per-connection-classifier": f"{stem}/{r}"}, self.rule.comment)
            for r in remainders.split(",")
        )


def read_rule(
    rule: MangleRule, wans: Wans, goals: Goals, findings: list[Finding]
) -> BaseRule | Faulty | None:
    """One row; None where it is no PCC rule that takes part."""
    if rule.disabled or rule.dynamic or not rule.classifier:
        return None
    mark_property = MARK_PROPERTY.get(rule.action)
    if mark_property is None:
        return None
    comment, tag = split_comment(rule.comment)
    properties = original(rule)
    mark = properties.get(mark_property, "")
    try:
        classifier = Classifier.parse(properties["per-connection-classifier"])
    except ClassifierError as error:
        return Faulty(rule, mark, error)
    if rule.invalid:
        data = (("mark", mark),)
        findings.append(Finding("mangle-rule-invalid", Severity.WARNING, rule.id, data, menu=MENU))
        return None
    owner = wans.named((tag or Tag("")).wan) or goals.owner(mark_property, mark)
    return BaseRule(rule, comment, classifier, mark, mark_property, owner)


def matchers(rule: MangleRule) -> Matchers:
    """What a rule matches and does, apart from its bucket, where that goes, and its log."""
    return frozenset((n, v) for n, v in rule.properties.items() if n not in _NO_MATCHERS)


def traffic(properties: Mapping[str, str]) -> Matchers:
    """What shares one hash space: what a rule matches and does, whatever comes after it.

    ``in-interface=!ether1`` counts for nothing: rules that each leave out what arrives from their
    own line share the clients' traffic all the same.
    """
    return frozenset(
        (name, value)
        for name, value in properties.items()
        if name not in _NO_MATCHERS and name != "passthrough"
        if not (name in _ARRIVAL and value.startswith("!"))
    )
