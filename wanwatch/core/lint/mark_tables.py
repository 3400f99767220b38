"""Routing marks whose table cannot route: not declared, without ``fib``, or without a default route.

A lookup that fails in the marked table goes on to main, so the packet is not lost and the mark
does nothing (RouterOS manual, "Policy Routing"). On RouterOS 7 a table is declared in
``/routing/table``, with ``fib``; on 6 it is there when a route stands in it.
"""

from collections import defaultdict
from collections.abc import Iterator
from enum import Enum, auto

from wanwatch.core.lint.fixes import MangleFixes, quoted
from wanwatch.core.lint.mark_facts import TABLE, MarkFacts, plain, table_rows
from wanwatch.core.lint.picture import MANGLE, ROUTE
from wanwatch.core.model import Finding, Severity
from wanwatch.core.originals import is_enabled
from wanwatch.core.snapshot import MangleRule
from wanwatch.core.survey import is_on

_V7 = 7


def unroutable_marks(facts: MarkFacts, fixes: MangleFixes) -> Iterator[Finding]:
    """One finding for each table that rules mark for and that cannot route."""
    tables = _Tables(facts)
    for table, rules in facts.markers.items():
        if table in facts.redirected or table in facts.vrfs:
            continue
        fault = tables.fault(table)
        where = rules[0].id
        data = (
            ("routing_mark", table),
            ("chain", rules[0].chain),
            ("rules", str(len(rules))),
        )
        if fault in (_Fault.NOT_DECLARED, _Fault.NO_ROUTE) and (meant := tables.meant(table)):
            yield Finding(
                "misspelt-routing-mark",
                Severity.ERROR,
                where,
                (*data, ("table", meant)),
                _spelt(rules, meant, fixes),
                MANGLE,
            )
        elif fault is _Fault.NOT_DECLARED:
            fix = tables.declaration(table)
            yield Finding("table-not-declared", Severity.ERROR, where, data, fix, MANGLE)
        elif fault is _Fault.NO_FIB:
            fix = (f"/routing table set [find where name={quoted(table)}] fib",)
            yield Finding("table-without-fib", Severity.ERROR, where, data, fix, MANGLE)
        elif fault is _Fault.NO_ROUTE:
            severity = Severity.WARNING if facts.is_scripted(table) else Severity.ERROR
            yield Finding("table-without-route", severity, where, data, menu=MANGLE)
        elif fault is _Fault.DEFAULT_DISABLED:
            yield Finding("table-default-disabled", Severity.WARNING, where, data, menu=MANGLE)
        elif fault is _Fault.NO_DEFAULT:
            yield Finding("table-without-default", Severity.WARNING, where, data, menu=MANGLE)


def _spelt(rules: list[MangleRule], meant: str, fixes: MangleFixes) -> tuple[str, ...]:
    return tuple(line for rule in rules for line in fixes.set(rule, {"new-routing-mark": meant}))


class _Fault(Enum):
    NOT_DECLARED = auto()
    NO_FIB = auto()
    NO_ROUTE = auto()
    DEFAULT_DISABLED = auto()
    NO_DEFAULT = auto()


class _Tables:
    def __init__(self, facts: MarkFacts) -> None:
        self._facts = facts
        survey, snapshot = facts.survey, facts.snapshot
        self._declared = table_rows(survey)
        self._tells_tables = snapshot.version.major >= _V7 and TABLE not in survey.refused
        if not survey.is_live and TABLE not in survey.rows:
            self._tells_tables = False
        self._tells_routes = ROUTE not in survey.refused and (
            survey.is_live or bool(snapshot.routes)
        )
        word = "routing-table" if snapshot.version.major >= _V7 else "routing-mark"
        self._with_rows = {row.get(word, "") for row in survey.of(ROUTE)}
        self._with_rows |= set(facts.leading.routes)
        self._spellings: dict[str, list[str]] = defaultdict(list)
        for name in facts.leading.routes:
            if facts.leading.defaults(name):
                self._spellings[plain(name)].append(name)

    def fault(self, table: str) -> _Fault | None:
        """What is wrong with a table that is marked for."""
        fault = self._declaration_fault(table) if self._tells_tables else None
        if fault or not self._tells_routes:
            return fault
        if table not in self._with_rows:
            # An export does not hold the routes that a protocol brings into a table.
            is_filled = not self._facts.survey.is_live and table in self._facts.selected
            return None if is_filled else _Fault.NO_ROUTE
        defaults = [
            route for route in self._facts.leading.routes.get(table, ()) if route.is_default
        ]
        if any(is_enabled(route) for route in defaults):
            return None
        if defaults:
            return _Fault.DEFAULT_DISABLED
        return _Fault.NO_DEFAULT if self._takes_buckets(table) else None

    def _declaration_fault(self, table: str) -> _Fault | None:
        row = self._declared.get(table)
        if row is None or is_on(row, "disabled"):
            return _Fault.NOT_DECLARED
        return _Fault.NO_FIB if row.get("fib", "no") in ("false", "no") else None

    def meant(self, table: str) -> str:
        """The table with a default route that the mark is a misspelling of, where it is one."""
        found = self._spellings.get(plain(table), [])
        return found[0] if len(found) == 1 and found[0] != table else ""

    def declaration(self, table: str) -> tuple[str, ...]:
        """The command that declares a table, where the operator did not disable it."""
        if table in self._declared:
            return ()
        return (f"/routing table add name={quoted(table)} fib",)

    def _takes_buckets(self, table: str) -> bool:
        """True when PCC rules lead to the table, by themselves or by a connection mark."""
        for rule in self._facts.markers.get(table, ()):
            setters = self._facts.setters.get(rule.connection_mark, ())
            if rule.classifier or any(setter.classifier for setter in setters):
                return True
        return False
