"""Generated routers with what the field builds beside the manual's layout.

PCC rules that jump to a chain for each line, denominators mixed over one hash, two lines on one
remainder, custom chains two jumps deep, tables that two lines carry, weighted ECMP rows, recursive
gateways by two lines, dynamic defaults.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.core.first_packets import Traffic, matchers_of
from tests.core.generated import COMMENTS, FIELDS, Builder, Line, World, draw_lines, finished
from wanwatch.core.snapshot import MAIN_TABLE, MangleRule

SHARED = "both"
"""The mark and the table that the first two lines carry together."""
VIRTUAL = "10.1.1.1"
"""A gateway that leads through the first line, and through the second when that is gone."""


@dataclass(frozen=True)
class _Style:
    """How one group of PCC rules is written."""

    number: int
    action: str
    chain: str
    entry: str
    interface: str
    guard: str
    fields: str
    routed: str
    """Where mark-routing rules stand: after all, between, or in the chains jumped to."""


@st.composite
def structures(draw: st.DrawFn) -> World:
    """A router with two to four WANs and one or two groups of such rules."""
    major = draw(st.sampled_from([6, 7]))
    lines = draw_lines(draw, 4)
    made = Builder()
    for number in range(draw(st.integers(1, 2))):
        _group(draw, made, lines, number)
    for line in lines:
        _table(draw, made, lines, line)
    _ecmp(draw, made, lines[:2], SHARED, major)
    _main(draw, made, lines, major)
    return finished(draw, made, lines, major)


def owner_of(rule: MangleRule, lines: Sequence[Line]) -> str:
    """The WAN that a PCC rule's goal is for; empty where it is none's."""
    goal = rule.new_connection_mark or rule.new_routing_mark or rule.properties["jump-target"]
    return next((n.name for n in lines if goal in (n.mark, n.table) or goal.endswith(n.name)), "")


def _group(draw: st.DrawFn, made: Builder, lines: Sequence[Line], number: int) -> None:
    style = _style(draw, number)
    _way_in(made, style)
    if style.action == "jump":
        for line in lines:
            _chain(made, style, line)
    last = draw(st.sampled_from(["no", "yes"]))
    rules = []
    for classifier, owner in _buckets(draw, lines):
        rules.append(_pcc(draw, made, style, f"{style.fields}:{classifier}", owner))
        if style.routed == "between" and owner is not None:
            _routing(made, style, style.chain, (owner.mark, owner.table), last)
    if style.routed in ("after", "between"):
        for line in lines if style.routed == "after" else ():
            _routing(made, style, style.entry, (line.mark, line.table), last)
        _routing(made, style, style.entry, (SHARED, SHARED), last)
    made.traffic.append(Traffic(style.entry, matchers_of(rules[0]), style.interface))


def _style(draw: st.DrawFn, number: int) -> _Style:
    action = draw(st.sampled_from(["mark-connection", "mark-routing", "jump"]))
    entry = "prerouting" if number == 0 else draw(st.sampled_from(["prerouting", "output"]))
    routed = {"mark-connection": ["after", "between"], "jump": ["after", "between", "inside"]}
    return _Style(
        number=number,
        action=action,
        chain=draw(st.sampled_from([entry, f"lan{number}"])),
        entry=entry,
        interface="" if entry == "output" else f"bridge{number}",
        guard="" if action == "mark-routing" else draw(st.sampled_from(["no-mark", ""])),
        fields=draw(FIELDS),
        routed=draw(st.sampled_from(routed.get(action, [""]))),
    )


def _way_in(made: Builder, style: _Style) -> None:
    """Two jumps to a custom chain, the second chain with a rule that lets some of it return."""
    if style.chain != style.entry:
        middle = f"{style.chain}, first"
        made.rule(style.entry, action="jump", jump_target=middle, in_interface=style.interface)
        made.rule(middle, action="return", in_interface="guests")
        made.rule(middle, action="jump", jump_target=style.chain)


def _target(style: _Style, name: str) -> str:
    return f"{style.number} {name}"


def _chain(made: Builder, style: _Style, line: Line) -> None:
    """The chain of a line: it marks the connection, and routes it where no rule after it does."""
    chain = _target(style, line.name)
    made.rule(chain, action="mark-connection", new_connection_mark=line.mark)
    if style.routed == "inside":
        made.rule(chain, action="mark-routing", new_routing_mark=line.table, passthrough="no")


def _buckets(draw: st.DrawFn, lines: Sequence[Line]) -> list[tuple[str, Line | None]]:
    """(classifier, line) in the order of the rules; no line is for the table that two carry."""
    owners = draw(st.lists(st.sampled_from([*lines, *lines, None]), min_size=1, max_size=6))
    found = [(f"{len(owners)}/{r}", owner) for r, owner in enumerate(owners)]
    for _ in range(draw(st.integers(0, 2))):
        denominator = draw(st.sampled_from([len(owners), 2, 3, 4, 6]))
        bucket = f"{denominator}/{draw(st.integers(0, denominator - 1))}"
        place = draw(st.integers(0, len(found)))
        found.insert(place, (bucket, draw(st.sampled_from([*lines]))))
    return found


def _pcc(
    draw: st.DrawFn, made: Builder, style: _Style, classifier: str, line: Line | None
) -> MangleRule:
    marks = {
        "mark-connection": ("new_connection_mark", line.mark if line else SHARED),
        "mark-routing": ("new_routing_mark", line.table if line else SHARED),
        "jump": ("jump_target", _target(style, line.name if line else SHARED)),
    }
    name, goal = marks[style.action]
    words = {
        "action": style.action,
        "connection_mark": style.guard,
        "in_interface": style.interface,
        "per_connection_classifier": classifier,
        "passthrough": "" if style.action == "jump" else draw(st.sampled_from(["", "yes"])),
        name: goal,
    }
    if style.action == "mark-routing":
        words["passthrough"] = draw(st.sampled_from(["no", "yes"]))
    return made.rule(style.chain, draw(COMMENTS), **words)


def _routing(
    made: Builder, style: _Style, chain: str, goal: tuple[str, str], passthrough: str
) -> None:
    made.rule(
        chain,
        action="mark-routing",
        connection_mark=goal[0],
        in_interface=style.interface,
        new_routing_mark=goal[1],
        passthrough=passthrough,
    )


def _table(draw: st.DrawFn, made: Builder, lines: Sequence[Line], own: Line) -> None:
    first = made.route((own.gateway,), own.table, 1, draw(COMMENTS))
    if draw(st.integers(0, 4)) == 0:
        made.routes[-1] = replace(first, dynamic=True)
    for distance, line in enumerate((line for line in lines if line is not own), 2):
        if draw(st.booleans()):
            made.route((line.gateway,), own.table, distance, draw(COMMENTS))


def _ecmp(draw: st.DrawFn, made: Builder, lines: Sequence[Line], table: str, major: int) -> None:
    """Several lines at one distance: weighted gateways in one row (6) or a row for each (7)."""
    if major == 7:
        for line in lines:
            made.route((line.gateway,), table, 1, draw(COMMENTS))
    else:
        twice = draw(st.sampled_from([*lines, None]))
        gateways = [
            n.gateway for line in lines for n in ((line, line) if line is twice else (line,))
        ]
        made.route(tuple(gateways), table, 1, draw(COMMENTS))


def _main(draw: st.DrawFn, made: Builder, lines: Sequence[Line], major: int) -> None:
    if draw(st.booleans()):
        _ecmp(draw, made, lines, MAIN_TABLE, major)
    else:
        for distance, line in enumerate(lines, 1):
            made.route((line.gateway,), MAIN_TABLE, distance, draw(COMMENTS))
    if draw(st.booleans()):
        made.route((VIRTUAL,), MAIN_TABLE, 60, draw(COMMENTS))
        for distance, line in enumerate(lines[:2], 1):
            host = made.route((line.gateway,), MAIN_TABLE, distance, "")
            made.routes[-1] = replace(host, dst_address=f"{VIRTUAL}/32")
        made.hops[VIRTUAL] = lines[0].hop
