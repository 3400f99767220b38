"""Marks and tables: whether every mark that is set leads where it should."""

from collections.abc import Iterator

from wanwatch.core.lint.cross_wired import crossings
from wanwatch.core.lint.fixes import MangleFixes
from wanwatch.core.lint.idle_tables import declared_for_nothing, idle_tables
from wanwatch.core.lint.mark_facts import MarkFacts
from wanwatch.core.lint.mark_names import marks_alike, marks_never_set, misspelt
from wanwatch.core.lint.mark_routes import marks_never_matched, marks_never_routed
from wanwatch.core.lint.mark_tables import unroutable_marks
from wanwatch.core.lint.pcc_rules import pcc_rules, pcc_sets
from wanwatch.core.lint.picture import Check, Picture
from wanwatch.core.model import Finding


def mark_findings(picture: Picture) -> Iterator[Finding]:
    """Everything about the marks and tables of IPv4; a mark at fault twice is said once."""
    facts = MarkFacts(picture)
    fixes = MangleFixes(picture.snapshot.mangle)
    yield from unroutable_marks(facts, fixes)
    crossed = tuple(crossings(facts, fixes))
    yield from (crossing.finding for crossing in crossed)
    yield from marks_never_set(facts, fixes)
    told = misspelt(facts) | {crossing.mark_put_to_use for crossing in crossed}
    yield from marks_never_routed(facts, pcc_sets(pcc_rules(picture.snapshot)), told)
    yield from marks_never_matched(facts, told)
    yield from marks_alike(facts)
    yield from idle_tables(facts)
    yield from declared_for_nothing(facts)


CHECKS: tuple[Check, ...] = (mark_findings,)
