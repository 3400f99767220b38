"""``wanwatch check``: is the configuration usable, and with ``--live``: does it fit the router."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from wanwatch.cli.check_live import check_live
from wanwatch.cli.console import EXIT_ERROR, EXIT_OK, EXIT_PENDING, note, out, say
from wanwatch.cli.plan_text import print_findings
from wanwatch.cli.source import live_router
from wanwatch.config import Config, ConfigError, derived, load, warnings
from wanwatch.core.groups import current_owners, current_shares, find_groups
from wanwatch.core.ipv6_side import specs_of_family
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import Snapshot
from wanwatch.core.wans import Wan, Wans, bind
from wanwatch.probes.icmp import describe_engine
from wanwatch.routeros.text import display_text
from wanwatch.service.build import specs


def run_check(path: Path, *, live: bool) -> int:
    """Check a configuration; raises ConfigError and RouterError."""
    config = load(path)
    unready: list[str] = []
    for require in (config.require_router, config.require_steering):
        try:
            require()
        except ConfigError as error:
            unready += error.problems
    if config.router is not None:
        config.router.password()
    facts = [*derived(config), ("ICMP probes", describe_engine(config.probe.engine))]
    width = max(len(label) for label, _ in facts)
    say(f"{path}: OK")
    for label, value in facts:
        say(f"  {label:<{width}}  {value}")
    for sentence in warnings(config):
        note(f"warning: {sentence}")
    for sentence in unready:
        note(f"warning: {sentence} (plan and check work without, run does not)")
    return asyncio.run(_live(config, path)) if live else EXIT_OK


async def _live(config: Config, path: Path) -> int:
    async with live_router(config) as router:
        snapshot = await router.observe()
        findings = [*router.state.findings]
        wans = bind(specs_of_family(specs(config), 4), snapshot)
        has_errors = _show(snapshot, wans, findings)
        stands = await check_live(config, path, router, wans)
    if has_errors:
        return EXIT_ERROR
    return EXIT_OK if stands else EXIT_PENDING


def _show(snapshot: Snapshot, wans: Wans, findings: list[Finding]) -> bool:
    """The WANs as they stand and the findings; True when one of those is an error."""
    groups = find_groups(snapshot, wans)
    found = [*findings, *wans.findings, *groups.findings]
    say()
    say(f"Router {display_text(snapshot.identity)}, RouterOS {snapshot.version}")
    out().print(wans_table(snapshot, wans))
    if not groups.groups:
        say("No PCC rule was found: wanwatch has nothing to move, only routes.")
    print_findings(found)
    return any(finding.severity is Severity.ERROR for finding in found)


def wans_table(snapshot: Snapshot, wans: Wans) -> Table:
    """Each WAN as it stands on the router."""
    shares = current_shares(snapshot, wans)
    buckets = _buckets(snapshot, wans)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("WAN", "interface", "gateways", "tables", "marks", "addresses", "buckets"):
        table.add_column(heading, overflow="fold")
    table.add_column("share", justify="right")
    for wan in wans.wans:
        table.add_row(*_cells(wan), "\n".join(buckets[wan.name]) or "-", f"{shares[wan.name]:.0%}")
    return table


def _cells(wan: Wan) -> list[str]:
    texts = [wan.name, display_text(wan.interface)]
    lists = (wan.gateways, wan.routing_tables, wan.connection_marks, wan.addresses)
    return texts + ["\n".join(sorted(map(display_text, values))) or "-" for values in lists]


def _buckets(snapshot: Snapshot, wans: Wans) -> Mapping[str, Sequence[str]]:
    """WAN -> what it has in each group: ``prerouting both-addresses 3/0 3/1``."""
    result: dict[str, list[str]] = {wan.name: [] for wan in wans.wans}
    for group in find_groups(snapshot, wans).groups:
        for name, owned in current_owners(group, wans).items():
            numbers = " ".join(f"{b.denominator}/{b.remainder}" for b in sorted(set(owned)))
            result[name].append(f"{display_text(group.chain)} {group.fields} {numbers}")
    return result
