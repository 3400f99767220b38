"""What takes packets past the marks, or marks packets where connections should be marked.

Fasttracked packets pass by mangle and are routed by main (RouterOS manual, "Connection tracking",
FastTrack); ``nth`` and ``random`` choose anew for every packet (RouterOS manual, "NTH in
RouterOS").
"""

from collections.abc import Iterator, Mapping

from wanwatch.core.lint.context import Flow, found_rules
from wanwatch.core.lint.fixes import quoted
from wanwatch.core.lint.picture import FILTER
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule
from wanwatch.core.survey import Row

_HARMLESS = frozenset(
    {
        *("chain", "action", "connection-state", "comment", "disabled", "log", "log-prefix"),
        *("hw-offload", ".id", ".line", "invalid", "dynamic", "bytes", "packets", ".nextid"),
    }
)
_TELLING = ("chain", "action", "comment")


def fasttrack(flow: Flow) -> Iterator[Finding]:
    """fasttrack-connection that takes connections that are to be routed by their mark."""
    if not any("prerouting" in group.roots for group in flow.groups):
        return
    survey = flow.picture.survey
    marks_connections = any(group.first.action == "mark-connection" for group in flow.groups)
    for row in survey.enabled(FILTER):
        if row.get("dynamic") in ("true", "yes"):
            continue
        if row.get("action") == "accept" and _takes_marked(row):
            return
        if row.get("action") != "fasttrack-connection" or _leaves_marked(flow, row):
            continue
        is_wide = all(name in _HARMLESS for name in row)
        fix = _for_unmarked_alone(row, flow) if marks_connections else ()
        severity = Severity.ERROR if is_wide else Severity.WARNING
        yield Finding("fasttrack-passes-marks", severity, row.get(".id", ""), (), fix, FILTER)


def packets_spread(flow: Flow) -> Iterator[Finding]:
    """Rules by nth or random over the packets of one connection, that lead to different lines."""
    packets = {
        rule.properties.get("packet-mark", "")
        for rule in flow.passage.rules
        if rule.action == "mark-routing"
    }
    found = [rule for rule in flow.passage.rules if _spreads(rule, flow, packets - {""})]
    if found:
        yield found_rules("packets-spread-over-lines", Severity.ERROR, found)


def classified_by_packet(flow: Flow) -> Iterator[Finding]:
    """PCC that sets the routing mark itself, without a mark on the connection."""
    rules = [
        rule
        for group in flow.groups
        if group.first.action == "mark-routing" and "prerouting" in group.roots
        for rule in group.rules
    ]
    if rules:
        yield found_rules("pcc-without-connection-mark", Severity.INFO, rules)


def _spreads(rule: MangleRule, flow: Flow, packet_marks: set[str]) -> bool:
    properties = rule.properties
    if not (properties.get("nth") or properties.get("random")):
        return False
    if "new" in properties.get("connection-state", "").split(","):
        return False
    if properties.get("connection-mark") == "no-mark" and rule.action == "mark-connection":
        return False
    if rule.action == "mark-routing":
        return True
    if rule.action == "mark-packet":
        return properties.get("new-packet-mark") in packet_marks
    return rule.action == "mark-connection" and rule.new_connection_mark in flow.routing


def _for_unmarked_alone(row: Row, flow: Flow) -> tuple[str, ...]:
    """The command that leaves marked connections out; an export's row is told by what it is."""
    address = row.get(".id", "")
    if not flow.picture.survey.is_live:
        told = {name: row[name] for name in _TELLING if row.get(name)}
        alike = [r for r in flow.picture.survey.of(FILTER) if told.items() <= r.items()]
        if any(other.get("connection-mark") for other in alike):
            return ()
        address = f"[find where {' and '.join(f'{n}={quoted(t)}' for n, t in told.items())}]"
    return (f"/ip firewall filter set {address} connection-mark=no-mark",)


def _takes_marked(row: Row) -> bool:
    """True for an accept of all marked connections."""
    asked = {name for name in row if name not in _HARMLESS}
    return asked == {"connection-mark"} and row["connection-mark"] == "!no-mark"


def _leaves_marked(flow: Flow, row: Mapping[str, str]) -> bool:
    """True when a fasttrack rule says which marked connections it is for."""
    mark = row.get("connection-mark", "")
    set_by_pcc = {r.new_connection_mark for g in flow.groups for r in g.rules}
    if mark and (mark.startswith("!") or mark not in set_by_pcc):
        return True
    return bool(row.get("routing-mark") or row.get("routing-table"))
