"""The PCC classifiers themselves: whether they share the hash space out, each value once."""

from collections.abc import Iterator

from wanwatch.core.families import ipv6_finding
from wanwatch.core.lint.classifier_faults import faulty_classifiers
from wanwatch.core.lint.fixes import MangleFixes
from wanwatch.core.lint.leading import Leading
from wanwatch.core.lint.leftovers import Leftovers
from wanwatch.core.lint.partitions import mixed_classifiers, not_owned, owned_twice, repeated_sets
from wanwatch.core.lint.pcc_rules import pcc_rules, pcc_sets
from wanwatch.core.lint.pcc_use import (
    buckets_without_mark,
    classifiers_in_nat,
    groups_of_one_line,
    invalid_rules,
    lines_without_buckets,
    ports_alone,
    resting_groups,
)
from wanwatch.core.lint.picture import Check, Picture
from wanwatch.core.model import Finding
from wanwatch.core.snapshot import MAIN_TABLE, Snapshot


def classifier_findings(picture: Picture) -> Iterator[Finding]:
    """Everything about the classifiers of the mangle rules, of IPv4 and of IPv6."""
    snapshot = picture.snapshot
    found = tuple(_of_one_family(snapshot))
    yield from found
    if snapshot.ipv6 is not None:
        for finding in _of_one_family(snapshot.ipv6):
            yield ipv6_finding(finding, snapshot.ipv6)
    has_rest = any(finding.code == "unowned-hash-values" for finding in found)
    yield from _of_the_lines(picture, has_rest=has_rest)
    yield from classifiers_in_nat(picture.survey, tuple(pcc_rules(snapshot)))


CHECKS: tuple[Check, ...] = (classifier_findings,)


def _of_one_family(snapshot: Snapshot) -> Iterator[Finding]:
    enabled = tuple(pcc_rules(snapshot))
    sets = pcc_sets(enabled)
    resting = pcc_sets(pcc_rules(snapshot, disabled=True))
    leading = Leading(snapshot)
    fixes = MangleFixes(snapshot.mangle)
    leftovers = Leftovers(leading, resting)

    def same_line(action: str, first: str, second: str) -> bool:
        lines = leading.lines_of(action, first)
        return bool(lines) and lines == leading.lines_of(action, second)

    for pcc in sets:
        yield from faulty_classifiers(pcc, fixes)
        yield from mixed_classifiers(pcc)
        yield from owned_twice(pcc, same_line)
    yield from not_owned(sets, snapshot, leftovers.takes, leftovers.is_meant)
    yield from buckets_without_mark(sets)
    yield from repeated_sets(sets)
    yield from ports_alone(sets)
    yield from resting_groups(enabled, resting)
    told = frozenset(rule.id for rule in enabled if rule.fault is not None)
    yield from invalid_rules(snapshot, told)


def _of_the_lines(picture: Picture, *, has_rest: bool) -> Iterator[Finding]:
    """Lines and buckets that miss each other; a group of one line leaves others without, once.

    ``has_rest`` says that hash values are left over: main's line carries those.
    """
    snapshot, discovery = picture.snapshot, picture.discovery
    if len(discovery.wans) < 2:
        return
    leading = Leading(snapshot)
    sets = pcc_sets(pcc_rules(snapshot))
    alone = tuple(groups_of_one_line(sets, leading))
    yield from alone
    if not alone:
        resting = pcc_sets(pcc_rules(snapshot, disabled=True))
        carried = leading.lines(MAIN_TABLE) if has_rest else frozenset()
        for finding in lines_without_buckets(picture, sets, resting, leading):
            wan = discovery.wan(finding.where)
            if wan is None or not carried.intersection(wan.interfaces):
                yield finding
