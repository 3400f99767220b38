"""What the linter says no packet does, no packet does in the built-in router's own walk."""

from hypothesis import given, settings
from hypothesis import strategies as st

from wanwatch.core.discovery.discover import discover
from wanwatch.core.lint.context import Flow, flow_of
from wanwatch.core.lint.overwriting import overwritten
from wanwatch.core.lint.passage import ends_chain
from wanwatch.core.lint.picture import MANGLE, Picture
from wanwatch.core.lint.shadowing import shadowed
from wanwatch.core.snapshot import Version
from wanwatch.core.survey import Row
from wanwatch.routeros.survey import survey_of_export
from wanwatch.sim.conntrack import Entry
from wanwatch.sim.mangle import act_mangle
from wanwatch.sim.matchers import Facts, Walk
from wanwatch.sim.packet import Packet
from wanwatch.sim.rules import Chains, compile_chains
from wanwatch.sim.store import Item

INTERFACES = ("ether1", "ether2", "lan", "guest")
LISTS = {"WAN": ("ether1", "ether2"), "LAN": ("lan", "guest"), "ONE": ("ether1",), "NONE": ()}
ADDRESSES = ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3", "10.1.2.0-10.1.2.9")
MARKS = ("one", "two")

MATCHERS = {
    "in-interface": st.sampled_from([*INTERFACES, "!ether1", "!lan", "all"]),
    "in-interface-list": st.sampled_from([*LISTS, "!WAN", "!LAN", "!NONE", "all"]),
    "src-address": st.sampled_from([*ADDRESSES, "!10.1.0.0/16", "0.0.0.0/0"]),
    "dst-address": st.sampled_from([*ADDRESSES, "!10.1.2.0/24"]),
    "connection-mark": st.sampled_from([*MARKS, "no-mark", "!no-mark", "!one"]),
    "packet-mark": st.sampled_from([*MARKS, "no-mark"]),
    "connection-state": st.sampled_from(["new", "established,related", "!new", "new,established"]),
    "per-connection-classifier": st.sampled_from(
        ["both-addresses:2/0", "both-addresses:2/1", "src-address:1/0"]
    ),
    "protocol": st.sampled_from(["tcp", "udp"]),
}
ACTIONS: tuple[Row, ...] = (
    {"action": "accept"},
    {"action": "accept"},
    {"action": "return"},
    {"action": "log"},
    {"action": "jump", "jump-target": "apart"},
    *({"action": "mark-connection", "new-connection-mark": mark} for mark in MARKS),
    *({"action": "mark-packet", "new-packet-mark": mark} for mark in MARKS),
    *({"action": "mark-routing", "new-routing-mark": mark} for mark in MARKS),
    {"action": "mark-connection", "new-connection-mark": "one", "passthrough": "false"},
    {"action": "mark-routing", "new-routing-mark": "one", "passthrough": "false"},
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, str]:
    names = draw(st.lists(st.sampled_from(sorted(MATCHERS)), max_size=3, unique=True))
    asked = {name: draw(MATCHERS[name]) for name in names}
    chain = draw(st.sampled_from(["prerouting", "prerouting", "prerouting", "apart"]))
    return {"chain": chain, **draw(st.sampled_from(ACTIONS)), **asked}


@st.composite
def packets(draw: st.DrawFn) -> Walk:
    address = st.sampled_from([0x0A010203, 0x0A010205, 0x0A010300, 0x0A020000, 0x08080808])
    packet = Packet(
        src=draw(address),
        dst=draw(address),
        protocol=draw(st.sampled_from(["tcp", "udp"])),
        src_port=draw(st.integers(1, 4)),
        in_interface=draw(st.sampled_from(INTERFACES)),
    )
    entry = Entry(packet.protocol, packet.src, packet.src_port, packet.dst, packet.dst_port)
    entry.mark = draw(st.sampled_from(["", *MARKS]))
    return Walk(packet, entry, draw(st.sampled_from(["new", "established"])), hits=[])


def flow_and_chains(table: list[dict[str, str]]) -> tuple[Flow, Chains]:
    rows = {
        MANGLE: tuple({**row, ".id": f"*{place}"} for place, row in enumerate(table)),
        "/interface/list": tuple({"name": name} for name in LISTS),
        "/interface/list/member": tuple(
            {"list": name, "interface": member}
            for name, members in LISTS.items()
            for member in members
        ),
    }
    survey = survey_of_export(Version(7, 18), rows)
    lists = {name: frozenset(members) for name, members in LISTS.items()}
    facts = Facts(interfaces=frozenset(INTERFACES), lists=lists)
    items = [Item(f"*{place}", row) for place, row in enumerate(table)]
    return flow_of(Picture(survey, discover(survey))), compile_chains(items, facts, act_mangle)


def hits_of(chains: Chains, walk: Walk) -> list[str]:
    chains.walk("prerouting", walk)
    return walk.hits or []


@settings(max_examples=200, deadline=None)
@given(st.lists(rules(), min_size=2, max_size=8), st.lists(packets(), min_size=5, max_size=20))
def test_a_rule_that_is_never_reached_matches_no_packet(
    table: list[dict[str, str]], walks: list[Walk]
) -> None:
    flow, chains = flow_and_chains(table)
    dead = {
        rule for f in shadowed(flow) for rule in dict(f.data)["rules"].split(", ")
    } - chains.invalid.keys()
    for walk in walks:
        assert dead.isdisjoint(hits_of(chains, walk))


@settings(max_examples=200, deadline=None)
@given(st.lists(rules(), min_size=2, max_size=8), st.lists(packets(), min_size=5, max_size=20))
def test_a_mark_that_does_not_last_is_always_replaced(
    table: list[dict[str, str]], walks: list[Walk]
) -> None:
    flow, chains = flow_and_chains([row for row in table if row["action"] != "jump"])
    found = list(overwritten(flow))
    ending = {rule.id for rule in flow.passage.rules if ends_chain(rule)}
    for walk in walks:
        hits = hits_of(chains, walk)
        for finding in found:
            data = dict(finding.data)
            lost, by = data["rules"].split(", "), set(data["by"].split(", "))
            for place, hit in enumerate(hits):
                is_replaced = by & set(hits[place + 1 :])
                assert hit not in lost or is_replaced or hits[-1] in ending
