"""Connection marks that no rule turns into a routing mark where their packets pass."""

from collections.abc import Iterator

from wanwatch.core.lint.leading import OUTPUT, PREROUTING
from wanwatch.core.lint.mark_facts import MarkFacts
from wanwatch.core.lint.pcc_rules import PccSet
from wanwatch.core.lint.picture import MANGLE
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

_HANDS_ON = frozenset({"mark-connection"})
_LEADS = frozenset({"mark-routing", "jump", "mark-packet"})


def marks_never_routed(
    facts: MarkFacts, sets: tuple[PccSet, ...], told: frozenset[str]
) -> Iterator[Finding]:
    """PCC groups whose connection marks are routed nowhere, or not where their packets pass."""
    for pcc in sets:
        if pcc.action != "mark-connection":
            continue
        passes = _passes(facts, pcc.chain)
        rules = [rule for rule, _ in pcc.sound]
        marks = [m for m in dict.fromkeys(r.mark for r in rules) if m in facts.setters]
        lost = [
            mark
            for mark in marks
            if mark not in told
            and not facts.is_scripted(mark)
            and not _is_handed_on(facts, mark)
            and not (passes and passes <= _routed_in(facts, mark))
        ]
        if not lost or not passes:
            continue
        routed = [mark for mark in marks if facts.leading.routing.get(mark)]
        if not routed and all(mark in facts.mentioned for mark in marks):
            continue
        first = next(rule for rule in rules if rule.mark == lost[0])
        chain = OUTPUT if passes == {OUTPUT} else PREROUTING
        data = (
            ("chain", pcc.chain),
            ("classifier", first.text),
            ("connection_marks", ", ".join(lost[:6])),
            ("routing_chain", chain),
        )
        yield Finding("unrouted-pcc-marks", Severity.ERROR, first.id, data, menu=MANGLE)


def marks_never_matched(facts: MarkFacts, told: frozenset[str]) -> Iterator[Finding]:
    """Marks that rules without a classifier set, and that nothing on the router asks for.

    Of marks that are set on arrival only those beside others that are routed: where none is, it is
    the rules of chain output that lack, not the mark.
    """
    arrivals = {
        mark: rule
        for mark, rules in facts.setters.items()
        for rule in rules
        if rule.properties.get("in-interface") in facts.uplinks
    }
    some_are_routed = any(facts.leading.routing.get(mark) for mark in arrivals)
    for mark, rules in facts.setters.items():
        if mark in told or mark in facts.mentioned or facts.is_scripted(mark):
            continue
        if any(rule.classifier for rule in rules):
            continue
        arrival = arrivals.get(mark)
        rule = arrival or rules[0]
        data: tuple[tuple[str, str], ...] = (
            ("connection_mark", mark),
            ("chain", rule.chain),
            ("rules", str(len(rules))),
        )
        if arrival is None:
            yield Finding("unused-connection-mark", Severity.INFO, rule.id, data, menu=MANGLE)
        elif some_are_routed:
            data = (*data, ("interface", rule.properties["in-interface"]))
            yield Finding("unrouted-arrival-mark", Severity.WARNING, rule.id, data, menu=MANGLE)


def _passes(facts: MarkFacts, chain: str) -> set[str]:
    """Where packets of the chain's connections are routed: on their way in, or from the router."""
    roots = facts.leading.roots.get(chain, frozenset())
    found = {OUTPUT} if OUTPUT in roots else set()
    if roots & {PREROUTING, "forward"}:
        found.add(PREROUTING)
    return found


def _routed_in(facts: MarkFacts, mark: str) -> set[str]:
    rules: list[MangleRule] = [
        rule for rule in facts.matchers.get(mark, ()) if rule.action in _LEADS
    ]
    roots = {root for rule in rules for root in facts.leading.roots.get(rule.chain, ())}
    return roots | facts.routed_openly


def _is_handed_on(facts: MarkFacts, mark: str) -> bool:
    """True when other rules give the mark's connections another mark, as nested PCC does."""
    return any(rule.action in _HANDS_ON for rule in facts.matchers.get(mark, ()))
