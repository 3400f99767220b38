"""Undo everything that bears a tag: the router as it was, from the router alone.

Needs no configuration and no history: each tag says what its row was. Routes come back first, then
rules get back their own marks and classifiers, and rules that wanwatch added go last, so that no
hash value is ever without a rule.
"""

from collections.abc import Iterable, Mapping

from wanwatch.core import added_rules, plan_routes
from wanwatch.core.added_rules import remove_added
from wanwatch.core.families import ipv6_step
from wanwatch.core.plan import Attributes, Command, Plan, Reason, Step, Undo
from wanwatch.core.snapshot import Route, Snapshot
from wanwatch.core.tags import Tag, split_comment


def restore_plan(snapshot: Snapshot) -> Plan:
    """The steps that take away every tag and what it stands for, on both families' rows."""
    sides = [_side(snapshot)]
    if snapshot.ipv6 is not None:
        sides.append(tuple([ipv6_step(step) for step in steps] for steps in _side(snapshot.ipv6)))
    return Plan(
        tuple(step for phase in zip(*sides, strict=True) for steps in phase for step in steps)
    )


def _side(snapshot: Snapshot) -> tuple[list[Step], ...]:
    """The steps for routes, for the operator's rules, and for wanwatch's own, in IPv4's menus."""
    routes = [
        _set(plan_routes.MENU, route.id, tag, _route_now(route), comment)
        for route in snapshot.routes
        for comment, tag in [split_comment(route.comment)]
        if tag is not None and not route.dynamic
    ]
    tagged = [(rule, *split_comment(rule.comment)) for rule in snapshot.mangle if not rule.dynamic]
    sets = [
        _set(added_rules.MENU, rule.id, tag, {**rule.properties, "comment": rule.comment}, comment)
        for rule, comment, tag in tagged
        if tag is not None and not tag.added
    ]
    added = [rule for rule, _, tag in tagged if tag is not None and tag.added]
    return routes, sets, remove_added(snapshot.mangle, added, Reason.RESTORED)


def _route_now(route: Route) -> dict[str, str]:
    return {
        "disabled": "yes" if route.disabled else "no",
        "gateway": ",".join(route.gateways),
        "comment": route.comment,
    }


def _set(menu: str, row_id: str, tag: Tag, now: dict[str, str], comment: str) -> Step:
    attributes: Attributes = (*_still_wanted(tag, now), ("comment", comment))
    return Step(
        menu=menu,
        command=Command.SET,
        reason=Reason.RESTORED,
        wan=tag.wan,
        undo=Undo(Command.SET, row_id, tuple((n, now.get(n, "")) for n, _ in attributes)),
        id=row_id,
        attributes=attributes,
    )


def _still_wanted(tag: Tag, now: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """The originals, but for gateways that somebody has set anew since."""
    for name, value in tag.originals.items():
        if name != "gateway" or set(now[name].split(",")) <= set(value.split(",")):
            yield name, value
