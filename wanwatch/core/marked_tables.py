"""Which routing tables traffic is marked for: by a connection mark, by PCC, or directly."""

from collections.abc import Iterable, Sequence

from wanwatch.core.originals import original
from wanwatch.core.snapshot import MAIN_TABLE, MangleRule, Snapshot


def routed_marks(rules: Sequence[MangleRule]) -> dict[str, frozenset[str]]:
    """Connection mark -> the tables it is routed by, before routing or, failing that, in output."""
    by_chain: dict[bool, dict[str, set[str]]] = {True: {}, False: {}}
    for rule in in_force(rules):
        mark = rule.connection_mark
        if rule.action != "mark-routing" or mark in ("", "no-mark") or mark.startswith("!"):
            continue
        if rule.new_routing_mark and not rule.classifier:
            of_chain = by_chain[rule.chain != "output"]
            of_chain.setdefault(mark, set()).add(rule.new_routing_mark)
    return {mark: frozenset(t) for mark, t in (by_chain[False] | by_chain[True]).items()}


def managed_tables(snapshot: Snapshot) -> frozenset[str]:
    """The tables that clients' traffic is marked for, by a connection mark, by PCC or directly.

    A table that a single host or a DSCP is marked for, or that ends in a blackhole, may be one
    that probes use: it is never among them.
    """
    found = {t for tables in routed_marks(snapshot.mangle).values() for t in tables}
    policy = set()
    for rule in in_force(snapshot.mangle):
        if rule.action == "mark-routing":
            table = original(rule).get("new-routing-mark", "")
            if rule.classifier:
                found.add(table)
            elif not (rule.connection_mark or _chooses_few(rule)):
                policy.add(table)
    ending = {route.table for route in snapshot.routes if route.is_default and route.blackhole}
    return frozenset(found | (policy - ending)) - {"", MAIN_TABLE}


def _chooses_few(rule: MangleRule) -> bool:
    """True for a rule that matches by DSCP, or by the address of a single host."""
    source = rule.properties.get("src-address", "")
    host = "128" if ":" in source else "32"
    single = source and "-" not in source and source.partition("/")[2] in ("", host)
    return "dscp" in rule.properties or bool(single)


def in_force(rules: Iterable[MangleRule]) -> Iterable[MangleRule]:
    """The rules that are enabled and somebody's own."""
    return (r for r in rules if not (r.disabled or r.dynamic))
