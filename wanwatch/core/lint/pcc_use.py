"""What a router's PCC rules are used for: groups that rest, that balance nothing, or that lack a line."""

import re
from collections.abc import Iterator, Sequence

from wanwatch.core.discovery.found import Discovery
from wanwatch.core.goals import MARK_PROPERTY
from wanwatch.core.lint.leading import OUTPUT, Leading, table_of
from wanwatch.core.lint.partitions import mixed_classifiers
from wanwatch.core.lint.pcc_rules import PccRule, PccSet
from wanwatch.core.lint.picture import MANGLE, NAT, Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MAIN_TABLE, MangleRule, Snapshot
from wanwatch.core.survey import Survey

_PORTS_ONLY = frozenset({"src-port", "dst-port", "both-ports"})
NO_MARK = "no-mark"
_HOLLOW = re.compile(r"!?(\*[0-9A-Fa-f]+$|[<$(\[{])")
_V7 = 7
_LONGEST = 120
"""How much of a rule is shown."""


def resting_groups(enabled: Sequence[PccRule], disabled: Sequence[PccSet]) -> Iterator[Finding]:
    """Groups that are disabled as a whole, said once.

    A disabled bucket of a group that works without it is maintenance, and no matter of the linter.
    """
    families = {_family(rule) for rule in enabled}
    owned = {(_family(rule), rule.classifier) for rule in enabled}
    whole = []
    for pcc in disabled:
        resting = [
            rule
            for rule in pcc.rules
            if _family(rule) not in families or (_family(rule), rule.classifier) in owned
        ]
        if len(resting) > 1:
            whole.append((pcc, resting))
    if not whole:
        return
    pcc, rules = whole[0]
    data = (
        ("chain", pcc.chain),
        ("classifier", rules[0].text),
        ("mark", rules[0].mark),
        ("rules", str(sum(len(resting) for _, resting in whole))),
    )
    if enabled:
        yield Finding("stale-pcc-group", Severity.INFO, rules[0].id, data, menu=MANGLE)
    else:
        yield Finding("pcc-disabled", Severity.INFO, rules[0].id, data, menu=MANGLE)
    for pcc, _ in whole:
        yield from mixed_classifiers(pcc)


def classifiers_in_nat(survey: Survey, enabled: Sequence[PccRule]) -> Iterator[Finding]:
    """Classifiers in NAT rules, on a router whose mangle rules have none."""
    rows = [row for row in survey.enabled(NAT) if row.get("per-connection-classifier")]
    if rows and not enabled:
        data = (
            ("action", rows[0].get("action", "accept")),
            ("classifier", rows[0]["per-connection-classifier"]),
            ("rules", str(len(rows))),
        )
        yield Finding("pcc-in-nat", Severity.INFO, rows[0].get(".id", ""), data, menu=NAT)


def groups_of_one_line(sets: Sequence[PccSet], leading: Leading) -> Iterator[Finding]:
    """Groups whose marks all lead to one line, though they have several buckets.

    Not where a default route is disabled: then it is so for the time being.
    """
    for pcc in sets:
        marks = dict.fromkeys(rule.mark for rule in pcc.rules)
        if len(pcc.rules) < 2 or pcc.is_faulty:
            continue
        lines = [leading.lines_of(pcc.action, mark) for mark in marks]
        tables = [table for mark in marks for table in _tables_of(pcc, mark, leading)]
        if any(leading.resting_lines(table) for table in tables):
            continue
        if len(lines[0]) == 1 and all(found == lines[0] for found in lines):
            data = (
                ("chain", pcc.chain),
                ("classifier", pcc.rules[0].text),
                ("line", next(iter(lines[0]))),
                ("marks", ", ".join(list(marks)[:6])),
            )
            yield Finding(
                "single-line-pcc-group", Severity.INFO, pcc.rules[0].id, data, menu=MANGLE
            )


def lines_without_buckets(
    picture: Picture, sets: Sequence[PccSet], resting: Sequence[PccSet], leading: Leading
) -> Iterator[Finding]:
    """WANs with a default route in main that no bucket leads to, where others have buckets.

    Not where a bucket leads nowhere or to a line that cannot be told, nor where the WAN's own
    buckets are disabled: then it is that which is wrong, or meant.
    """
    discovery, snapshot = picture.discovery, picture.snapshot
    if not any(wan.share for wan in discovery.wans):
        return
    if any(pcc.is_faulty or not all(_led_to(pcc, leading)) for pcc in sets):
        return
    led_to = frozenset(
        line for pcc in (*sets, *resting) for lines in _led_to(pcc, leading) for line in lines
    )
    led_to |= _led_to_by_others(discovery, snapshot, leading)
    for wan in discovery.wans:
        if wan.share or led_to.intersection(wan.interfaces):
            continue
        if any(route.table == MAIN_TABLE and not route.disabled for route in wan.routes):
            yield Finding("wan-outside-pcc", Severity.INFO, wan.name)


def ports_alone(sets: Sequence[PccSet]) -> Iterator[Finding]:
    """The first group that hashes ports and no address."""
    for pcc in sets:
        for rule, classifier in pcc.sound:
            if classifier.fields in _PORTS_ONLY:
                data = (("chain", pcc.chain), ("classifier", rule.text))
                yield Finding("port-only-classifier", Severity.INFO, rule.id, data, menu=MANGLE)
                return


def buckets_without_mark(sets: Sequence[PccSet]) -> Iterator[Finding]:
    """PCC rules that set no mark, or the word for none."""
    for pcc in sets:
        rules = [rule for rule in pcc.rules if rule.mark in ("", NO_MARK)]
        if rules:
            data = (
                ("chain", pcc.chain),
                ("classifier", rules[0].text),
                ("rules", str(len(rules))),
            )
            yield Finding("bucket-without-mark", Severity.WARNING, rules[0].id, data, menu=MANGLE)


def invalid_rules(snapshot: Snapshot, told: frozenset[str]) -> Iterator[Finding]:
    """The enabled mangle rules that the router does not accept, said once.

    Not those of which another check says why: a table that is not declared, a value that was never
    filled in, an id of what is gone.
    """
    rules: list[MangleRule] = [
        rule
        for rule in snapshot.mangle
        if rule.invalid
        and not (rule.disabled or rule.dynamic)
        and rule.id not in told
        and not any(_HOLLOW.match(value) for value in rule.properties.values())
        and not _lacks_table(rule, snapshot)
    ]
    if rules:
        words = rules[0].properties
        shown = " ".join(f"{name}={value}" for name, value in words.items() if name != "log")
        data = (
            ("rule", shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."),
            ("rules", str(len(rules))),
        )
        yield Finding("invalid-mangle-rule", Severity.WARNING, rules[0].id, data, menu=MANGLE)


def _led_to_by_others(discovery: Discovery, snapshot: Snapshot, leading: Leading) -> frozenset[str]:
    """The lines that rules without a classifier give connections to, other than arrivals."""
    uplinks = {interface for wan in discovery.wans for interface in wan.interfaces}
    found: set[str] = set()
    for rule in leading.rules:
        if rule.action not in MARK_PROPERTY or rule.classifier or rule.chain == OUTPUT:
            continue
        words = rule.properties
        members = snapshot.interface_lists.get(words.get("in-interface-list", ""), ())
        arrives = uplinks.intersection([words.get("in-interface", ""), *members])
        if not arrives and rule.connection_mark in ("", NO_MARK):
            found |= leading.lines_of(rule.action, rule.new_connection_mark or table_of(rule))
    return frozenset(found)


def _lacks_table(rule: MangleRule, snapshot: Snapshot) -> bool:
    """True for a rule that is invalid as its table is not declared (RouterOS 7)."""
    return (
        snapshot.version.major >= _V7
        and rule.action == "mark-routing"
        and table_of(rule) not in (*snapshot.tables, MAIN_TABLE, "")
    )


def _family(rule: PccRule) -> tuple[object, ...]:
    """What rules of one group have in common, apart from their remainder."""
    hashed = rule.classifier and (rule.classifier.fields, rule.classifier.bucket.denominator)
    return (rule.rule.chain, rule.rule.action, rule.conditions, hashed)


def _tables_of(pcc: PccSet, mark: str, leading: Leading) -> frozenset[str]:
    """The tables that a mark of a set is looked up in."""
    return frozenset({mark}) if pcc.action == "mark-routing" else leading.tables_of(mark)


def _led_to(pcc: PccSet, leading: Leading) -> list[frozenset[str]]:
    """The lines that each mark of a set leads to, none where a table of it leads nowhere.

    Those of disabled default routes too: the operator has put them to rest for a while.
    Of jumps nothing is said.
    """
    if pcc.action == "jump":
        return []
    found = []
    for mark in dict.fromkeys(rule.mark for rule in pcc.rules):
        tables = _tables_of(pcc, mark, leading)
        lines = [leading.lines(table) | leading.resting_lines(table) for table in tables]
        found.append(frozenset[str]().union(*lines) if all(lines) else frozenset())
    return found
