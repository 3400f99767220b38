"""Connection marks that are written in two ways, or that no rule sets."""

from collections import defaultdict
from collections.abc import Iterator

from wanwatch.core.lint.fixes import MangleFixes
from wanwatch.core.lint.mark_facts import MarkFacts, plain
from wanwatch.core.lint.picture import MANGLE
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule


def marks_never_set(facts: MarkFacts, fixes: MangleFixes) -> Iterator[Finding]:
    """Marks that rules match and none sets: misspelt ones, and others."""
    spellings = _spellings(facts.setters)
    for mark, rules in facts.matchers.items():
        if mark in facts.setters or mark in facts.excused or facts.is_scripted(mark):
            continue
        data = [
            ("connection_mark", mark),
            ("chain", rules[0].chain),
            ("action", rules[0].action),
            ("rules", str(len(rules))),
        ]
        meant = spellings.get(plain(mark), [])
        if not meant:
            yield Finding(
                "connection-mark-never-set",
                Severity.WARNING,
                rules[0].id,
                tuple(data),
                menu=MANGLE,
            )
            continue
        fix = _spelt(rules, meant[0], fixes) if len(meant) == 1 else ()
        yield Finding(
            "misspelt-connection-mark",
            Severity.ERROR,
            rules[0].id,
            (*data, ("set_mark", meant[0])),
            fix,
            MANGLE,
        )


def marks_alike(facts: MarkFacts) -> Iterator[Finding]:
    """Marks that are all set and differ in case or spaces alone; said once."""
    alike: dict[str, list[str]] = defaultdict(list)
    for mark in facts.setters:
        alike["".join(mark.split()).casefold()].append(mark)
    pairs = [names for names in alike.values() if len(names) > 1]
    if pairs:
        data = (("connection_marks", "; ".join(" / ".join(names) for names in pairs[:4])),)
        where = facts.setters[pairs[0][1]][0].id
        yield Finding("marks-alike", Severity.INFO, where, data, menu=MANGLE)


def misspelt(facts: MarkFacts) -> frozenset[str]:
    """The marks that are set, and that other rules match in another spelling only."""
    wrong = {plain(mark) for mark in facts.matchers if mark not in facts.setters}
    return frozenset(mark for mark in facts.setters if plain(mark) in wrong)


def _spelt(rules: list[MangleRule], meant: str, fixes: MangleFixes) -> tuple[str, ...]:
    return tuple(line for rule in rules for line in fixes.set(rule, {"connection-mark": meant}))


def _spellings(setters: dict[str, list[MangleRule]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for mark in setters:
        found[plain(mark)].append(mark)
    return found
