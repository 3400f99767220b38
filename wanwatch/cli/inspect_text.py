"""What ``wanwatch inspect`` shows of a router: its WANs, its hash space, its tables."""

from collections.abc import Mapping, Sequence

from rich.text import Text

from wanwatch.cli.console import out, say
from wanwatch.cli.inspect_bars import UNKNOWN, UNOWNED, Letters, bar, owners, unowned
from wanwatch.cli.inspect_wans import wans_table
from wanwatch.cli.inspect_words import (
    classifier,
    counted,
    fallback_chain,
    ipv6_groups,
    kind_reason,
    matchers,
    style,
)
from wanwatch.core.discovery.found import Discovery, FoundTable, TableKind
from wanwatch.core.groups import Group, find_groups
from wanwatch.core.snapshot import MAIN_TABLE
from wanwatch.core.survey import Survey
from wanwatch.routeros.text import display_text

_MOST_RUNS = 6
_MOST_GROUPS = 20
_WAN_TABLES = (TableKind.MAIN, TableKind.WAN, TableKind.SEVERAL)


def print_router(
    survey: Survey,
    discovery: Discovery,
    *,
    version_guessed: bool = False,
    configured: Mapping[str, str] | None = None,
) -> None:
    """The router, its WANs, its hash space and its tables.

    ``configured`` are the names of found WANs in a configuration.
    """
    say(_title(survey, version_guessed=version_guessed))
    if survey.refused:
        say(f"This login may not read {', '.join(sorted(survey.refused))}.")
    say()
    letters = Letters(discovery.wans)
    if discovery.wans:
        console = out()
        console.print(wans_table(discovery, letters, configured or {}, console.width))
    else:
        say("No WAN was found: no default route leads anywhere that can be told.")
    say()
    blocked = find_groups(survey.snapshot, discovery.bound).blocked
    if discovery.groups:
        _print_groups("Hash space", discovery.groups, letters)
    else:
        _print_without_groups(survey, discovery, blocked=blocked)
    if blocked:
        say(
            "  Nothing can be planned on this router until the PCC rules that it refuses are mended."
        )
    say()
    if ipv6 := ipv6_groups(survey, discovery):
        _print_groups("Hash space of IPv6", ipv6, letters)
        say()
    _print_tables(discovery, survey)


def _title(survey: Survey, *, version_guessed: bool) -> str:
    name = display_text(survey.snapshot.identity) or "Router"
    version = f"RouterOS {survey.snapshot.version}"
    if version_guessed:
        version += " (a guess by its words: the export does not name its version)"
    return f"{name}, {version}" + ("" if survey.is_live else ", as exported")


def _print_groups(heading: str, groups: Sequence[Group], letters: Letters) -> None:
    out().print(Text(heading, style="bold"))
    width = max(len(classifier(group)) for group in groups)
    for group in groups[:_MOST_GROUPS]:
        line = Text(f"  {classifier(group):<{width}}  ")
        line.append_text(bar(group, letters))
        line.append(f"  {_legend(group, letters)}")
        out().print(line)
        say(f"  {'':<{width}}  {style(group)}{_of_what(group)}")
    if len(groups) > _MOST_GROUPS:
        say(f"  and {len(groups) - _MOST_GROUPS} groups more, which --json lists")


def _legend(group: Group, letters: Letters) -> str:
    parts = [
        f"{letters.of(name)} {float(sum(b.size for b in buckets)):.0%}"
        for name, buckets in group.own().items()
    ]
    found = owners(group)
    if unknown := sorted(value for value, name in found.items() if name == UNKNOWN):
        parts.append(f"{UNKNOWN} {_values(unknown)}: rules whose mark leads to no one WAN")
    if runs := [*unowned(group)]:
        shown = ", ".join(_run(run) for run in runs[:_MOST_RUNS])
        more = ", ..." if len(runs) > _MOST_RUNS else ""
        parts.append(f"{UNOWNED} {shown}{more}: no rule")
    return ", ".join(parts)


def _values(values: Sequence[int]) -> str:
    more = ", ..." if len(values) > _MOST_RUNS else ""
    return ", ".join(map(str, values[:_MOST_RUNS])) + more


def _run(run: range) -> str:
    return str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"


def _of_what(group: Group) -> str:
    words = " ".join(f"{name}={display_text(value)}" for name, value in matchers(group).items())
    return f" of {words}" if words else " of everything"


def _print_without_groups(survey: Survey, discovery: Discovery, *, blocked: bool) -> None:
    """What the router does instead of PCC, and what that means."""
    rules = [rule for rule in survey.snapshot.mangle if rule.classifier and not rule.dynamic]
    disabled = sum(rule.disabled for rule in rules)
    if len(rules) > disabled:
        say(
            f"No part of the hash space is known to be shared out, although"
            f" {counted(len(rules) - disabled, 'PCC rule is', 'PCC rules are')} enabled: none of them can be used."
        )
    else:
        say("No PCC rule is enabled: nothing is shared out by hash.")
    if disabled:
        say(f"  {counted(disabled, 'PCC rule is', 'PCC rules are')} disabled and left alone.")
    main = discovery.table(MAIN_TABLE)
    first = fallback_chain(main, survey.snapshot).partition(", then ")[0] if main else ""
    if first.endswith(" together"):
        say(f"  Table main uses {first}, by default routes of one distance.")
    if not blocked:
        say(
            "  Here wanwatch can disable the routes of a dead line and remove its connections, but it"
        )
        say("  has no buckets to move.")


def _print_tables(discovery: Discovery, survey: Survey) -> None:
    if not discovery.tables:
        return
    out().print(Text("Routing tables", style="bold"))
    width = max(len(display_text(table.name)) for table in discovery.tables)
    for table in discovery.tables:
        say(f"  {display_text(table.name):<{width}}  {_table(table, survey)}")
    say()


def _table(table: FoundTable, survey: Survey) -> str:
    way = fallback_chain(table, survey.snapshot)
    if table.kind in _WAN_TABLES:
        return way
    return f"no WAN's: {kind_reason(table)}" + (f" ({way})" if table.fallbacks else "")
