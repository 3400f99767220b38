"""What ``wanwatch inspect --json`` prints, for other programs.

Keys are only ever added. Texts of the router are UTF-8 where they are valid UTF-8; commands in
``fix`` are exact in any case. ``rule`` and ``id`` are the ids of rows: a live router's own, and in
an export ids that count its rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from wanwatch.cli.inspect_bars import owners, unowned
from wanwatch.cli.inspect_places import Places
from wanwatch.cli.inspect_words import ipv6_groups, matchers, style
from wanwatch.cli.sentences import finding_sentence
from wanwatch.core.discovery.found import Discovery, FoundTable, FoundWan
from wanwatch.core.groups import Group, find_groups
from wanwatch.core.model import Finding
from wanwatch.core.snapshot import Route
from wanwatch.core.survey import Survey
from wanwatch.routeros.text import display_text

_MOST_UNOWNED = 1000


def inspect_document(
    survey: Survey,
    discovery: Discovery,
    findings: Iterable[Finding],
    *,
    version_guessed: bool = False,
    configured: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The document of one router; ``configured`` are the names of WANs in a configuration."""
    places = Places(survey)
    return {
        "routeros": str(survey.snapshot.version),
        "routeros_guessed": version_guessed,
        "identity": display_text(survey.snapshot.identity),
        "live": survey.is_live,
        "refused": sorted(survey.refused),
        "wans": [
            {**_wan(wan, discovery.groups), "configured_as": (configured or {}).get(wan.name, "")}
            for wan in discovery.wans
        ],
        "groups": [_group(group) for group in discovery.groups],
        "ipv6_groups": [_group(group) for group in ipv6_groups(survey, discovery)],
        "tables": [_table(table) for table in discovery.tables],
        "planning_blocked": find_groups(survey.snapshot, discovery.bound).blocked,
        "findings": [_finding(finding, places) for finding in findings],
        "unread": [
            {"line": line.line, "text": display_text(line.text), "reason": line.reason}
            for line in survey.unread
        ],
    }


def _wan(wan: FoundWan, groups: Sequence[Group]) -> dict[str, Any]:
    return {
        "name": wan.name,
        "interfaces": _texts(wan.interfaces),
        "gateways": _texts(wan.gateways),
        "addresses": list(wan.addresses),
        "routing_tables": _texts(wan.routing_tables),
        "routing_marks": _texts(wan.routing_marks),
        "connection_marks": _texts(wan.connection_marks),
        "share": round(wan.share, 6),
        "buckets": [
            {
                "chain": display_text(group.chain),
                "fields": base.classifier.fields,
                "denominator": base.bucket.denominator,
                "remainder": base.bucket.remainder,
                "rule": base.rule.id,
            }
            for group in groups
            for base in group.rules
            if base.owner is not None and base.owner.name == wan.name
        ],
        "routes": [_route(route) for route in wan.routes],
        "nat": list(wan.nat),
    }


def _route(route: Route) -> dict[str, Any]:
    return {
        "id": route.id,
        "table": display_text(route.table),
        "gateway": display_text(",".join(route.gateways)),
        "distance": route.distance,
        "dynamic": route.dynamic,
        "disabled": route.disabled,
        "active": route.active,
    }


def _group(group: Group) -> dict[str, Any]:
    free = list(islice(chain.from_iterable(unowned(group)), _MOST_UNOWNED))
    return {
        "chain": display_text(group.chain),
        "fields": group.fields,
        "denominator": group.denominator,
        "style": style(group),
        "matchers": {name: display_text(value) for name, value in matchers(group).items()},
        "shares": {
            name: round(float(sum(bucket.size for bucket in buckets)), 6)
            for name, buckets in group.own().items()
        },
        "owners": {str(value): name for value, name in sorted(owners(group).items())},
        "unowned": free,
        "unowned_count": sum(len(run) for run in unowned(group)),
        "rules": [base.rule.id for base in group.rules],
    }


def _table(table: FoundTable) -> dict[str, Any]:
    return {
        "name": display_text(table.name),
        "kind": table.kind.value,
        "wans": list(table.wans),
        "fallbacks": [{"distance": distance, "wan": wan} for distance, wan in table.fallbacks],
    }


def _finding(finding: Finding, places: Places) -> dict[str, Any]:
    place = places.of_finding(finding)
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding_sentence(places.readable(finding)),
        "where": str(place) if place else display_text(finding.where),
        "fix": list(finding.fix),
        "menu": finding.menu,
        "id": place.id if place else "",
        "number": place.number if place else None,
        "line": place.line if place else None,
        "data": {name: display_text(value) for name, value in finding.data},
    }


def _texts(values: Iterable[str]) -> list[str]:
    return [display_text(value) for value in values]
