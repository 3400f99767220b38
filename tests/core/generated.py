"""Generated routers: what operators build with PCC, in all the ways that matter to planning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from hypothesis import strategies as st

from tests.core.first_packets import Traffic, matchers_of
from tests.core.model_router import ModelRouter
from tests.factories import CARRY, LAN, OUT, SPARE
from wanwatch.core.model import Disposition, WanSpec
from wanwatch.core.snapshot import (
    MAIN_TABLE,
    Address,
    MangleRule,
    NextHop,
    Route,
    Snapshot,
    Version,
)

COMMENTS = st.sampled_from(
    ["", "", "PCC", "Línea 1 ", " ÿ\x01", "[disabled]", 'a "b" $c', "x [wanwatch: off]"]
)
FIELDS = st.sampled_from(["both-addresses", "src-address", "both-addresses-and-ports"])
Dispositions = Mapping[str, Disposition]


@dataclass(frozen=True)
class Line:
    """A WAN as the generator knows it."""

    name: str
    interface: str
    gateway: str
    hop: NextHop
    table: str
    mark: str


@dataclass(frozen=True)
class World:
    """A generated router, and what the laws ask of it."""

    router: ModelRouter
    specs: tuple[WanSpec, ...]
    lines: tuple[Line, ...]
    traffic: tuple[Traffic, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its WANs."""
        return tuple(line.name for line in self.lines)

    def wan_of_table(self, table: str) -> str:
        """The WAN a table is for; empty for main."""
        return next((line.name for line in self.lines if line.table == table), "")


@dataclass
class Builder:
    """The rows of a router in the making."""

    ids: Iterator[int] = field(default_factory=lambda: count(1))
    routes: list[Route] = field(default_factory=list)
    mangle: list[MangleRule] = field(default_factory=list)
    traffic: list[Traffic] = field(default_factory=list)
    hops: dict[str, NextHop] = field(default_factory=dict)
    """Gateways beside the lines' own, and where each leads."""

    def rule(self, chain: str, comment: str = "", **words: str) -> MangleRule:
        """Add a mangle rule; an empty word is left out."""
        properties = {name.replace("_", "-"): value for name, value in words.items() if value}
        rule = MangleRule(f"*{next(self.ids):X}", {"chain": chain, **properties}, comment)
        self.mangle.append(rule)
        return rule

    def route(self, gateways: tuple[str, ...], table: str, distance: int, comment: str) -> Route:
        """Add a default route."""
        row_id = f"*8{next(self.ids):07X}"
        route = Route(row_id, "0.0.0.0/0", gateways, table, distance, comment)
        self.routes.append(route)
        return route


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A router with two to five WANs."""
    major = draw(st.sampled_from([6, 7]))
    lines = draw_lines(draw, 5)
    made = Builder()
    _probes(made, lines)
    made.rule("prerouting", draw(COMMENTS), action="accept", dst_address="192.168.88.0/24")
    for line in lines:
        made.rule(
            "input",
            draw(COMMENTS),
            action="mark-connection",
            in_interface=line.interface,
            new_connection_mark=line.mark,
        )
    for number in range(draw(st.integers(1, 2))):
        _group(draw, made, lines, number)
    _foreign(draw, made)
    for line in lines:
        _table(draw, made, lines, line)
    _main(draw, made, lines, major)
    return finished(draw, made, lines, major)


def draw_lines(draw: st.DrawFn, most: int) -> list[Line]:
    """Two lines or more."""
    spaced = draw(st.booleans())
    numbers = range(1, draw(st.integers(2, most)) + 1)
    return [_line(draw, number, spaced=spaced) for number in numbers]


def finished(draw: st.DrawFn, made: Builder, lines: list[Line], major: int) -> World:
    """The router with these rows, and its WANs as a configuration names them."""
    hops = {line.gateway: line.hop for line in lines} | made.hops
    snapshot = Snapshot(
        version=Version(major, 20 if major == 7 else 49),
        routes=tuple(made.routes),
        mangle=tuple(made.mangle),
        addresses=(LAN, *(_address(line) for line in lines)),
        tables=(MAIN_TABLE, *(line.table for line in lines)) if major == 7 else (),
    )
    weighted = draw(st.booleans())
    specs = tuple(
        WanSpec(line.name, line.interface, draw(st.integers(1, 4)) if weighted else None)
        for line in lines
    )
    router = ModelRouter(_with_recursion(snapshot, lines), hops).settled()
    return World(router, specs, tuple(lines), tuple(made.traffic))


def histories(world: World, most: int = 3) -> st.SearchStrategy[list[Dispositions]]:
    """What the WANs should do, time after time; somebody always carries."""
    each = st.fixed_dictionaries(
        {name: st.sampled_from([CARRY, CARRY, OUT, OUT, SPARE]) for name in world.names}
    ).filter(lambda states: CARRY in states.values())
    return st.lists(each, min_size=1, max_size=most)


def _line(draw: st.DrawFn, number: int, *, spaced: bool) -> Line:
    kind = draw(st.sampled_from(["static", "static", "pppoe", "recursive", "pinned"]))
    interface = f"Port{number}: WAN{number}" if spaced else f"ether{number}"
    neighbour = f"203.0.{number}.1"
    gateway = {
        "static": neighbour,
        "pppoe": interface,
        "recursive": f"9.9.9.{number}",
        "pinned": f"{neighbour}%{interface}",
    }[kind]
    hop = NextHop("" if kind == "pppoe" else neighbour, interface)
    table, mark = (
        (f"to {number}", f"wan {number}, conn") if spaced else (f"t{number}", f"c{number}")
    )
    return Line(f"isp{number}", interface, gateway, hop, table, mark)


def _address(line: Line) -> Address:
    if not line.hop.address:
        return Address(f"198.51.100.{line.name[-1]}/32", line.interface, "198.51.100.254")
    network = line.hop.address.rpartition(".")[0]
    return Address(f"{network}.2/30", line.interface, f"{network}.0")


def _probes(made: Builder, lines: list[Line]) -> None:
    """Probe tables, reached by the probes' source addresses alone, each with a blackhole."""
    for number, line in enumerate(lines, 1):
        made.rule(
            "prerouting",
            action="mark-routing",
            src_address=f"192.168.88.{200 + number}",
            new_routing_mark=f"probe{number}",
            passthrough="no",
        )
        made.route((line.gateway,), f"probe{number}", 1, "")
        stop = made.route((), f"probe{number}", 254, "")
        made.routes[-1] = replace(stop, blackhole=True)


def _group(draw: st.DrawFn, made: Builder, lines: list[Line], number: int) -> None:
    """A PCC group: its bucket rules, and its mark-routing rules after them or in between."""
    chain = ("prerouting", draw(st.sampled_from(["prerouting", "output", "lan2"])))[number]
    is_direct = draw(st.booleans())
    interface = "" if chain == "output" else f"bridge{number}"
    guard = draw(st.sampled_from(["no-mark", ""]))
    interleaved = not is_direct and draw(st.booleans())
    last = draw(st.sampled_from(["no", "yes"]))
    fields = draw(FIELDS)
    counts = draw(st.lists(st.integers(0, 3), min_size=len(lines), max_size=len(lines)).filter(any))
    if number == 0:
        counts = [max(1, each) for each in counts]
    remainders = draw(st.permutations(range(sum(counts))))
    if chain not in ("prerouting", "output"):
        made.rule("prerouting", action="jump", jump_target=chain, in_interface=interface)
    at = 0
    first: MangleRule | None = None
    for line, buckets in zip(lines, counts, strict=True):
        for remainder in sorted(remainders[at : at + buckets]):
            rule = made.rule(
                chain,
                draw(COMMENTS),
                action="mark-routing" if is_direct else "mark-connection",
                connection_mark="" if is_direct else guard,
                connection_state="new",
                in_interface=interface,
                new_routing_mark=line.table if is_direct else "",
                new_connection_mark="" if is_direct else line.mark,
                passthrough="no" if is_direct else "yes",
                per_connection_classifier=f"{fields}:{sum(counts)}/{remainder}",
            )
            first = first or rule
        at += buckets
        if interleaved:
            _routing(made, chain, line, interface, last)
    if not interleaved and not is_direct:
        for line in lines:
            _routing(made, "prerouting" if chain == "lan2" else chain, line, interface, last)
    if first is not None:
        entry = "output" if chain == "output" else "prerouting"
        made.traffic.append(Traffic(entry, matchers_of(first), interface))


def _routing(made: Builder, chain: str, line: Line, interface: str, passthrough: str) -> None:
    made.rule(
        chain,
        "",
        action="mark-routing",
        connection_mark=line.mark,
        in_interface=interface,
        new_routing_mark=line.table,
        passthrough=passthrough,
    )


def _foreign(draw: st.DrawFn, made: Builder) -> None:
    """Rules that are none of wanwatch's business."""
    words = {
        "action": "mark-connection",
        "in_interface": "bridge0",
        "new_connection_mark": "c1",
    }
    negated = made.rule("forward", **words, per_connection_classifier="!src-address:2/0")
    off = made.rule("prerouting", draw(COMMENTS), **words, per_connection_classifier="src-port:2/1")
    counters = made.rule("prerouting", "special dummy rule", action="passthrough")
    made.rule("forward", draw(COMMENTS), action="mark-packet", new_packet_mark="voip")
    changed = {
        off.id: replace(off, disabled=True),
        counters.id: replace(counters, dynamic=True),
        negated.id: negated,
    }
    made.mangle = [changed.get(rule.id, rule) for rule in made.mangle]


def _table(draw: st.DrawFn, made: Builder, lines: list[Line], own: Line) -> None:
    made.route((own.gateway,), own.table, 1, draw(COMMENTS))
    if draw(st.booleans()):
        for distance, line in enumerate((line for line in lines if line is not own), 2):
            made.route((line.gateway,), own.table, distance, draw(COMMENTS))
    if draw(st.booleans()):
        off = made.route((lines[0].gateway,), own.table, 9, "maintenance")
        made.routes[-1] = replace(off, disabled=True)


def _main(draw: st.DrawFn, made: Builder, lines: list[Line], major: int) -> None:
    style = draw(st.sampled_from(["chain", "ecmp", "some", "none", "dynamic"]))
    comment = draw(COMMENTS)
    if style == "ecmp" and major == 6:
        made.route(tuple(line.gateway for line in lines), MAIN_TABLE, 1, comment)
        return
    has = {"some": lines[: draw(st.integers(1, len(lines)))], "none": []}.get(style, lines)
    for distance, line in enumerate(has, 1):
        route = made.route((line.gateway,), MAIN_TABLE, 1 if style == "ecmp" else distance, comment)
        if style == "dynamic" and distance == 1:
            made.routes[-1] = replace(route, dynamic=True)


def _with_recursion(snapshot: Snapshot, lines: list[Line]) -> Snapshot:
    """Add the host routes that recursive gateways are reached by."""
    hosts = tuple(
        Route(f"*9{line.name}", f"{line.gateway}/32", (line.hop.address,), MAIN_TABLE)
        for line in lines
        if line.gateway.startswith("9.")
    )
    return replace(snapshot, routes=snapshot.routes + hosts)
