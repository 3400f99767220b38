"""What mangle and source NAT do to a packet: marks, its class, and the address it leaves with.

Sources: RouterOS manual, "Mangle" (``mark-routing`` works in prerouting and output, ``passthrough``
defaults to yes for marks) and "NAT" (masquerade takes the address of the interface the packet
leaves by; entries it made are purged when that interface goes down, those of ``src-nat`` are not).
"""

from collections.abc import Iterable, Mapping

from wanwatch.sim.matchers import Walk, dscp_number
from wanwatch.sim.packet import to_number
from wanwatch.sim.rules import Chains, Rule, Verdict
from wanwatch.sim.store import Item

_ENDS = frozenset({"accept", "drop"})


def act_mangle(rule: Rule, walk: Walk) -> Verdict:
    """Carry out a mangle rule that matched."""
    if rule.action in _ENDS:
        return Verdict.STOP
    if rule.action == "mark-connection":
        walk.entry.mark = _mark(rule.text("new-connection-mark"))
    elif rule.action == "mark-routing":
        mark = _mark(rule.text("new-routing-mark"))
        walk.routing_mark = "" if mark == "main" else mark
    elif rule.action == "mark-packet":
        walk.packet_mark = _mark(rule.text("new-packet-mark"))
    elif rule.action == "change-dscp":
        walk.packet = walk.packet.with_dscp(dscp_number(rule.text("new-dscp")))
    return Verdict.CONTINUE


def _mark(text: str) -> str:
    return "" if text == "no-mark" else text


def act_nat(rule: Rule, walk: Walk) -> Verdict:
    """Carry out a rule of chain srcnat that matched; the address itself is chosen by the caller."""
    if rule.action in ("masquerade", "src-nat"):
        walk.entry.nat_rule = rule.item
    elif rule.action in ("log", "passthrough"):
        return Verdict.CONTINUE
    return Verdict.STOP


def translated(walk: Walk, chains: Chains, own_address: int) -> int:
    """The source address of a new connection: its own, or the one srcnat gives it.

    ``own_address`` is the router's on the interface the packet leaves by, 0 where it has none.
    """
    entry = walk.entry
    entry.nat_rule = None
    hits, walk.hits = walk.hits, None
    chains.walk("srcnat", walk)
    walk.hits = hits
    if entry.nat_rule is None:
        return entry.src
    if entry.nat_rule.properties.get("action") == "masquerade":
        entry.is_masqueraded = True
        return own_address or entry.src
    return first_address(entry.nat_rule.properties.get("to-addresses", "")) or entry.src


def first_address(text: str) -> int:
    """The first address of ``to-addresses``: an address, a range or a prefix; 0 for none."""
    if not text:
        return 0
    try:
        return to_number(text.partition("-")[0].partition("/")[0])
    except ValueError:
        return 0


def classified_interfaces(
    rules: Iterable[Item], lists: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """The interfaces that rules with a classifier take packets from: the LAN, most likely."""
    found: set[str] = set()
    for rule in rules:
        row = rule.properties
        if row.get("per-connection-classifier") and not rule.disabled:
            found.add(row.get("in-interface", ""))
            found |= lists.get(row.get("in-interface-list", ""), frozenset())
    return frozenset(found)
