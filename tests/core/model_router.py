"""A small working model of a router: takes steps, resolves gateways, knows which route is active."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from wanwatch.core.plan import Attributes, Command, Step, Undo
from wanwatch.core.snapshot import MangleRule, NextHop, Route, Snapshot

MANGLE = "/ip/firewall/mangle"
ROUTE = "/ip/route"
Content = tuple[object, ...]

_fresh = count(0x100000)


@dataclass(frozen=True)
class ModelRouter:
    """A router with lines: ``hops`` says where each gateway leads."""

    snapshot: Snapshot
    hops: Mapping[str, NextHop] = field(default_factory=dict)

    def apply(self, steps: Iterable[Step]) -> "ModelRouter":
        """The router after these steps."""
        router = self
        for step in steps:
            router = router.step(step)[0]
        return router

    def step(self, step: Step) -> tuple["ModelRouter", str]:
        """The router after one step, and the id of the step's row."""
        item = step.id or f"*{next(_fresh):X}"
        changed = apply_sentence(
            self.snapshot, step.menu, step.command, item, step.attributes, before=step.place_before
        )
        return replace(self, snapshot=changed).settled(), item

    def undo(self, menu: str, undo: Undo, item: str) -> "ModelRouter":
        """The router after a step is taken back; ``item`` is the id of the row it worked on."""
        target = item if undo.command is Command.REMOVE else undo.id or f"*{next(_fresh):X}"
        changed = apply_sentence(
            self.snapshot, menu, undo.command, target, undo.attributes, before=undo.place_before
        )
        return replace(self, snapshot=changed).settled()

    def settled(self) -> "ModelRouter":
        """The router once it has resolved its routes."""
        resolved = [self._resolved(route) for route in self.snapshot.routes]
        routes = tuple(replace(r, active=_is_active(r, resolved)) for r in resolved)
        return replace(self, snapshot=replace(self.snapshot, routes=routes))

    def _resolved(self, route: Route) -> Route:
        if route.disabled or route.blackhole:
            return replace(route, next_hops=())
        hops = tuple(self.hops.get(gateway, NextHop(gateway)) for gateway in route.gateways)
        return replace(route, next_hops=hops)


def _is_active(route: Route, routes: Iterable[Route]) -> bool:
    usable = [
        r.distance
        for r in routes
        if (r.table, r.dst_address) == (route.table, route.dst_address)
        and not r.disabled
        and (r.blackhole or any(hop.interface for hop in r.next_hops))
    ]
    leads = route.blackhole or any(hop.interface for hop in route.next_hops)
    return not route.disabled and leads and route.distance == min(usable)


def apply_sentence(
    snapshot: Snapshot, menu: str, command: Command, item: str, words: Attributes, *, before: str
) -> Snapshot:
    """One sentence to the router; what RouterOS would refuse is an assertion error."""
    if menu == ROUTE:
        assert command is Command.SET
        return replace(snapshot, routes=_set_route(snapshot.routes, item, dict(words)))
    assert menu == MANGLE
    rules = list(snapshot.mangle)
    if command is Command.ADD:
        place = len(rules) if not before else _place(rules, before)
        rules.insert(place, _with_words(MangleRule(item), dict(words)))
    else:
        place = _place(rules, item)
        assert not rules[place].dynamic, "can not change dynamic"
        if command is Command.REMOVE:
            del rules[place]
        else:
            rules[place] = _with_words(rules[place], dict(words))
    return replace(snapshot, mangle=tuple(rules))


def _place(rules: list[MangleRule], item: str) -> int:
    places = [place for place, rule in enumerate(rules) if rule.id == item]
    assert places, f"no such item {item}"
    return places[0]


def _with_words(rule: MangleRule, words: dict[str, str]) -> MangleRule:
    comment = words.pop("comment", rule.comment)
    disabled = words.pop("disabled", "yes" if rule.disabled else "no") == "yes"
    properties = {n: v for n, v in {**rule.properties, **words}.items() if v}
    return replace(rule, properties=properties, comment=comment, disabled=disabled)


def _set_route(routes: tuple[Route, ...], item: str, words: dict[str, str]) -> tuple[Route, ...]:
    assert words.keys() <= {"disabled", "gateway", "comment"}
    assert any(route.id == item for route in routes), f"no such item {item}"
    changed = []
    for route in routes:
        if route.id == item:
            assert not route.dynamic, "can not change dynamic"
            disabled = words.get("disabled", "yes" if route.disabled else "no") == "yes"
            gateways = tuple(words.get("gateway", ",".join(route.gateways)).split(","))
            comment = words.get("comment", route.comment)
            route = replace(route, disabled=disabled, gateways=gateways, comment=comment)  # noqa: PLW2901 - the row as it is now
        changed.append(route)
    return tuple(changed)


def content(snapshot: Snapshot) -> Content:
    """What the rows say, byte for byte and in order, without ids and what the router computes."""
    return (
        *(replace(r, id="", active=False, next_hops=()) for r in snapshot.routes),
        *(
            (r.comment, r.disabled, r.dynamic, r.invalid, tuple(sorted(r.properties.items())))
            for r in snapshot.mangle
        ),
    )
