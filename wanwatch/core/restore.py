"""Undo everything that bears a tag: the router as it was, from the router alone.

Needs no configuration and no history: each tag says what its row was. Routes come back first, then
rules get back their own marks and classifiers, and rules that wanwatch added go last, so that no
hash value is ever without a rule.
"""

from wanwatch.core import plan_buckets, plan_routes
from wanwatch.core.plan import Attributes, Command, Plan, Reason, Step, Undo
from wanwatch.core.snapshot import MangleRule, Route, Snapshot
from wanwatch.core.tags import Tag, split_comment


def restore_plan(snapshot: Snapshot) -> Plan:
    """The steps that take away every tag and what it stands for."""
    routes = [
        _set(plan_routes.MENU, route.id, tag, _route_now(route), comment)
        for route in snapshot.routes
        for comment, tag in [split_comment(route.comment)]
        if tag is not None
    ]
    tagged = [(rule, *split_comment(rule.comment)) for rule in snapshot.mangle]
    sets = [
        _set(plan_buckets.MENU, rule.id, tag, {**rule.properties, "comment": rule.comment}, comment)
        for rule, comment, tag in tagged
        if tag is not None and not tag.added
    ]
    removes = [_remove(rule, tag) for rule, _, tag in tagged if tag is not None and tag.added]
    return Plan((*routes, *sets, *removes))


def _route_now(route: Route) -> dict[str, str]:
    return {
        "disabled": "yes" if route.disabled else "no",
        "gateway": ",".join(route.gateways),
        "comment": route.comment,
    }


def _set(menu: str, row_id: str, tag: Tag, now: dict[str, str], comment: str) -> Step:
    attributes: Attributes = (*tag.originals.items(), ("comment", comment))
    return Step(
        menu=menu,
        command=Command.SET,
        reason=Reason.RESTORED,
        wan=tag.wan,
        undo=Undo(Command.SET, row_id, tuple((n, now.get(n, "")) for n, _ in attributes)),
        id=row_id,
        attributes=attributes,
    )


def _remove(rule: MangleRule, tag: Tag) -> Step:
    attributes: Attributes = (*rule.properties.items(), ("comment", rule.comment))
    return Step(
        menu=plan_buckets.MENU,
        command=Command.REMOVE,
        reason=Reason.RESTORED,
        wan=tag.wan,
        undo=Undo(Command.ADD, "", attributes),
        id=rule.id,
    )
