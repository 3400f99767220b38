"""The router's firewall as one transaction of nftables: what the kernel is told after a change.

The text empties the rules of our own two tables and fills them anew, so a packet meets the old
rules or the new ones and never half of them; the counters of rows that stay, connections, and
addresses that rules have put on lists are kept. Chains and sets that are needed no more stay behind,
empty. The same rows give the same text.

The hooks are those of netfilter, whose order is that of RouterOS's packet flow: raw, connection
tracking, mangle, then NAT or the filter. Mangle's chain output is a ``route`` chain, so that a mark
set there is looked up. How marks are numbered is told in ``numbers``, how PCC is kept in
``classifier``.

A transaction is one message to the kernel. In a user namespace nftables 1.0.6 may not send one
longer than ``net.core.wmem_default`` (about 170 rules of PCC with its default of 212,992 bytes) and
says "Message too long"; root has no such limit (10,000 rules in 1.5 s).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from wanwatch.sim.netns.actions import deed_of
from wanwatch.sim.netns.actions_nat import nat_deed_of
from wanwatch.sim.netns.chains import Hook, Part, PartText
from wanwatch.sim.netns.matchers import Surroundings
from wanwatch.sim.netns.numbers import Numbers
from wanwatch.sim.netns.sets import NamedSets
from wanwatch.sim.route_table import declared_tables
from wanwatch.sim.state import State
from wanwatch.sim.store import Item, Store

TABLE = "wanwatch-sim"

_FILTER = "filter"
_RAW_HOOKS = tuple(Hook(name, _FILTER, name, -300) for name in ("prerouting", "output"))
_MANGLE_HOOKS = tuple(
    Hook(name, "route" if name == "output" else _FILTER, name, -150)
    for name in ("prerouting", "input", "forward", "output", "postrouting")
)
_NAT_HOOKS = (
    Hook("dstnat", "nat", "prerouting", -100),
    Hook("srcnat", "nat", "postrouting", 100),
)
_FILTER_HOOKS = tuple(Hook(name, _FILTER, name, 0) for name in ("input", "forward", "output"))
_ADDING = frozenset({"add-src-to-address-list", "add-dst-to-address-list"})


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One transaction for ``nft -f``, and which rules are rendered as matching nothing."""

    text: str
    unsupported: tuple[tuple[str, str, str], ...]
    """(menu path, id of the row, property or action), in the order of the menus."""


def render(store: Store, state: State, numbers: Numbers, *, is_v7: bool, seed: int) -> Ruleset:
    """The firewall of a state; ``seed`` is PCC's of this boot, ``numbers`` names the marks.

    Raises OverflowError when there are more marks than numbers.
    """
    invalid = {
        "/ip/firewall/mangle": frozenset(state.mangle.invalid),
        "/ip/firewall/nat": frozenset(state.nat.invalid),
    }
    lines: list[str] = []
    unsupported: list[tuple[str, str, str]] = []
    for family in ("ip", "ip6"):
        menu = "/ip/firewall" if family == "ip" else "/ipv6/firewall"
        parts = (
            Part(f"{menu}/raw", _RAW_HOOKS, deed_of),
            Part(f"{menu}/mangle", _MANGLE_HOOKS, deed_of),
            Part(f"{menu}/nat", _NAT_HOOKS, nat_deed_of),
            Part(f"{menu}/filter", _FILTER_HOOKS, deed_of),
        )
        around = Surroundings(
            family,
            interfaces=state.interfaces.names,
            lists=state.interfaces.lists,
            tables=declared_tables(store) if is_v7 else None,
            numbers=numbers,
            sets=NamedSets(
                family,
                store.items(f"{menu}/address-list"),
                _grown(item for part in parts for item in store.items(part.path)),
            ),
            seed=seed,
        )
        table = f"{family} {TABLE}"
        body: list[str] = []
        for part in parts:
            text = PartText(part, around, invalid.get(part.path, frozenset()))
            text.read(store.items(part.path))
            body.extend(text.lines(table))
            unsupported.extend((part.path, *what) for what in text.unsupported)
        lines += [f"add table {table}", f"flush table {table}", *around.sets.lines(table), *body]
    return Ruleset("\n".join(lines) + "\n", tuple(unsupported))


def _grown(items: Iterable[Item]) -> frozenset[str]:
    return frozenset(
        item.properties["address-list"]
        for item in items
        if item.properties.get("action") in _ADDING
        and item.properties.get("address-list")
        and not item.disabled
    )
