"""From the router as it is to the router as it should be, in steps that are safe one by one.

Theory of operation. The plan is made from one snapshot and from what each WAN should do; it knows
nothing of what happened before, so after a crash, a reboot or a hand edit the next plan converges.
The order is:

1. default routes of WANs that carry again come back;
2. once those are active (whoever carries the plan out waits for it), PCC rules get the marks their buckets should have;
3. default routes of WANs that are out are disabled, per-table ones before those of main;
4. then, outside the steps, the connections of WANs that are out are removed (``Plan.flushes``).

After every step main has a default route through a WAN that is not out, if it had one, and every
hash value that had a rule has one. A router that already is as it should be gets no steps.

IPv4 and IPv6 are planned each on its own by the same rules, and joined in that order: what is safe
for one family is nothing to the other. A family that no carrying WAN has is kept as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from wanwatch.core.families import ipv6_finding, ipv6_flush, ipv6_step
from wanwatch.core.groups import find_groups
from wanwatch.core.ipv6_side import ipv6_specs, specs_of_family
from wanwatch.core.model import Disposition, Finding, Severity, WanSpec
from wanwatch.core.plan import Flush, Plan, Step
from wanwatch.core.plan_buckets import plan_buckets
from wanwatch.core.plan_routes import plan_routes
from wanwatch.core.readiness import for_buckets
from wanwatch.core.snapshot import MAIN_TABLE, Snapshot
from wanwatch.core.wans import Wans, bind

_NOT_OF_IPV6 = frozenset({"wan-not-found", "wan-without-address"})
"""A line need not have IPv6, nor an address of its own where a prefix is delegated to it."""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How the operator wants failovers made.

    ``whole_buckets`` moves whole buckets only, so that no rule is ever added.
    """

    whole_buckets: bool = False
    disable_routes: bool = True
    flush_connections: bool = True


@dataclass(frozen=True, slots=True)
class _Side:
    """What is planned for one family."""

    returns: Sequence[Step] = ()
    rules: Sequence[Step] = ()
    removals: Sequence[Step] = ()
    flushes: Sequence[Flush] = ()
    findings: Sequence[Finding] = ()
    managed_tables: frozenset[str] = field(default_factory=frozenset)


def make_plan(
    snapshot: Snapshot,
    specs: Sequence[WanSpec],
    dispositions: Mapping[str, Disposition],
    options: PlanOptions | None = None,
) -> Plan:
    """Plan for one router; ``dispositions`` names every WAN of ``specs``.

    Where no WAN carries there is nobody to move anything to, and everything is kept as it is.
    """
    options = options or PlanOptions()
    if Disposition.CARRY not in dispositions.values():
        dispositions = dict.fromkeys(dispositions, Disposition.KEEP)
    side = _side(snapshot, specs_of_family(specs, 4), dispositions, options)
    sides = [side]
    if snapshot.ipv6 is not None:
        sides.append(_ipv6(snapshot.ipv6, specs, dispositions, options, side.managed_tables))
    removals = [step for side in sides for step in side.removals]
    removals.sort(key=lambda step: ("table", MAIN_TABLE) in step.data)
    return Plan(
        steps=(
            *(step for side in sides for step in side.returns),
            *(step for side in sides for step in side.rules),
            *removals,
        ),
        flushes=tuple(flush for side in sides for flush in side.flushes),
        findings=tuple(finding for side in sides for finding in side.findings),
    )


def _side(
    snapshot: Snapshot,
    specs: Sequence[WanSpec],
    dispositions: Mapping[str, Disposition],
    options: PlanOptions,
    also_managed: frozenset[str] = frozenset(),
) -> _Side:
    """The plan for the rows of one family, in IPv4's menus."""
    wans = bind(specs, snapshot)
    wans = replace(wans, managed_tables=wans.managed_tables | also_managed)
    groups = find_groups(snapshot, wans)
    findings = [*wans.findings, *groups.findings]
    if groups.blocked:
        return _Side(findings=findings, managed_tables=wans.managed_tables)
    by_buckets, waiting = for_buckets(dispositions, snapshot, wans, groups)
    rules, rule_findings = plan_buckets(
        snapshot.mangle, groups, wans, by_buckets, whole=options.whole_buckets
    )
    by_routes = dispositions
    if not options.disable_routes:
        by_routes = {n: _without_out(state) for n, state in dispositions.items()}
    returns, removals, route_findings = plan_routes(snapshot, wans, by_routes)
    flushes = _flushes(wans, specs, dispositions) if options.flush_connections else ()
    findings += [*waiting, *rule_findings, *route_findings]
    return _Side(returns, rules, removals, flushes, findings, wans.managed_tables)


def _ipv6(
    snapshot: Snapshot,
    specs: Sequence[WanSpec],
    dispositions: Mapping[str, Disposition],
    options: PlanOptions,
    managed_tables: frozenset[str],
) -> _Side:
    """The plan for the IPv6 rows; routing tables are IPv4's too, so those it manages count."""
    own = ipv6_specs(specs, snapshot)
    states = {spec.name: dispositions[spec.name] for spec in own}
    stranded: list[Finding] = []
    if Disposition.CARRY not in states.values():
        out = sorted(n for n, state in states.items() if state is Disposition.OUT)
        if out:
            stranded = [Finding("no-ipv6-survivor", Severity.WARNING, ", ".join(out))]
        states = dict.fromkeys(states, Disposition.KEEP)
    side = _side(snapshot, own, states, options, managed_tables)
    known = [_of_ipv6(f, snapshot) for f in side.findings if f.code not in _NOT_OF_IPV6]
    return _Side(
        returns=[ipv6_step(step) for step in side.returns],
        rules=[ipv6_step(step) for step in side.rules],
        removals=[ipv6_step(step) for step in side.removals],
        flushes=[
            ipv6_flush(flush) for flush in side.flushes if flush.addresses or flush.connection_marks
        ],
        findings=[*stranded, *known],
    )


def _of_ipv6(finding: Finding, snapshot: Snapshot) -> Finding:
    """The finding as IPv6's; where nothing is balanced, no rules do what a route cannot."""
    is_balanced = any(rule.classifier for rule in snapshot.mangle)
    if finding.code == "dynamic-default-route" and not is_balanced:
        return Finding("ipv6-default-route-stays", Severity.WARNING, finding.where, finding.data)
    return ipv6_finding(finding, snapshot)


def _without_out(state: Disposition) -> Disposition:
    return Disposition.SPARE if state is Disposition.OUT else state


def _flushes(
    wans: Wans, specs: Sequence[WanSpec], dispositions: Mapping[str, Disposition]
) -> tuple[Flush, ...]:
    """Every WAN that is out; there is a survivor, since else none would be out."""
    probes = frozenset(spec.probe_source for spec in specs if spec.probe_source)
    return tuple(
        Flush(
            wan=wan.name,
            addresses=wan.addresses - _others(wans, wan.name),
            connection_marks=wan.flush_marks,
            other_addresses=_others(wans, wan.name),
            probe_sources=probes,
        )
        for wan in wans.wans
        if dispositions.get(wan.name) is Disposition.OUT
    )


def _others(wans: Wans, name: str) -> frozenset[str]:
    return frozenset(a for wan in wans.wans if wan.name != name for a in wan.addresses)
