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
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wanwatch.core.groups import find_groups
from wanwatch.core.model import Disposition, WanSpec
from wanwatch.core.plan import Flush, Plan
from wanwatch.core.plan_buckets import plan_buckets
from wanwatch.core.plan_routes import plan_routes
from wanwatch.core.readiness import for_buckets
from wanwatch.core.snapshot import Snapshot
from wanwatch.core.wans import Wans, bind


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How the operator wants failovers made.

    ``whole_buckets`` moves whole buckets only, so that no rule is ever added.
    """

    whole_buckets: bool = False
    disable_routes: bool = True
    flush_connections: bool = True


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
    wans = bind(specs, snapshot)
    groups = find_groups(snapshot, wans)
    findings = [*wans.findings, *groups.findings]
    if groups.blocked:
        return Plan((), (), tuple(findings))
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
    return Plan((*returns, *rules, *removals), flushes, tuple(findings))


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
