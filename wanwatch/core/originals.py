"""Rows as the operator set them, whatever wanwatch has changed since: read back through its tags."""

from collections.abc import Mapping

from wanwatch.core.snapshot import MangleRule, Route, Snapshot
from wanwatch.core.tags import split_comment


def is_enabled(route: Route) -> bool:
    """True for a route that is enabled, or that only wanwatch disabled."""
    if not route.disabled:
        return True
    tag = split_comment(route.comment)[1]
    return tag is not None and "disabled" in tag.originals


def nearest_defaults(table: str, snapshot: Snapshot) -> list[Route]:
    """The default routes of a table that it uses when all is well; several share a distance."""
    rows = [
        route
        for route in snapshot.routes
        if route.table == table and route.is_default and not route.blackhole and is_enabled(route)
    ]
    nearest = min((route.distance for route in rows), default=0)
    return [route for route in rows if route.distance == nearest]


def original_gateways(route: Route) -> tuple[str, ...]:
    """The route's gateways as the operator set them; a later edit of theirs stands."""
    tag = split_comment(route.comment)[1]
    if tag is None or "gateway" not in tag.originals:
        return route.gateways
    gateways = tuple(tag.originals["gateway"].split(","))
    return gateways if set(route.gateways) <= set(gateways) else route.gateways


def original(rule: MangleRule) -> Mapping[str, str]:
    """The rule's properties as the operator set them."""
    tag = split_comment(rule.comment)[1]
    if tag is None:
        return rule.properties
    return {**rule.properties, **tag.originals}
