"""Whether the WANs of a configuration are those of the router.

A configured WAN is a found one when it has its interface and, where several lines share that, one of
its gateways. What a configuration leaves out is read from the router and cannot differ.
"""

from collections.abc import Iterator, Mapping, Sequence

from wanwatch.core.discovery.found import Discovery, FoundWan
from wanwatch.core.model import Finding, Severity, WanSpec


def matches(specs: Sequence[WanSpec], discovery: Discovery) -> Mapping[str, str]:
    """Found WAN -> the configured WAN that it is, by their names."""
    result: dict[str, str] = {}
    for spec in specs:
        found = _found(spec, discovery)
        if found is not None:
            result.setdefault(found.name, spec.name)
    return result


def disagreements(specs: Sequence[WanSpec], discovery: Discovery) -> Iterator[Finding]:
    """What the configuration says otherwise than the router, in the order of the configuration.

    A configured WAN that the router does not have is ``wans.bind``'s finding.
    """
    for spec in specs:
        wan = _found(spec, discovery)
        if wan is not None:
            yield from _differences(spec, wan)
    known = matches(specs, discovery)
    for wan in discovery.wans:
        if wan.name not in known:
            data = (("interface", wan.interface), ("gateway", ", ".join(wan.gateways)))
            yield Finding("wan-not-configured", Severity.WARNING, wan.name, data)


def _found(spec: WanSpec, discovery: Discovery) -> FoundWan | None:
    same = [wan for wan in discovery.wans if spec.interface in wan.interfaces]
    if len(same) > 1:
        same = [wan for wan in same if set(spec.gateways) & set(wan.gateways)]
    return same[0] if len(same) == 1 else None


def _differences(spec: WanSpec, wan: FoundWan) -> Iterator[Finding]:
    pairs = (
        ("gateways", spec.gateways, wan.gateways),
        ("routing_tables", spec.routing_tables, wan.routing_tables),
        ("connection_marks", spec.connection_marks, wan.connection_marks),
        ("addresses", spec.addresses, wan.addresses),
    )
    for key, configured, found in pairs:
        if configured and found and set(configured) != set(found):
            data = (
                ("key", key),
                ("configured", ", ".join(configured)),
                ("found", ", ".join(found)),
            )
            yield Finding("configuration-differs", Severity.WARNING, spec.name, data)
