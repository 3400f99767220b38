"""Rules that cannot match where they stand: chains, interfaces and texts that lead nowhere.

Sources: RouterOS manual, "Common Firewall Matchers and Actions" (which interface is known in which
chain), "Mangle" (mark-routing in prerouting and output only) and "Bridging and Switching" (a port
of a bridge is no interface of the router's own traffic).
"""

from collections.abc import Iterator

from wanwatch.core.lint.context import Flow, found_rules
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule

_NO_OUT = frozenset({"prerouting", "input"})
_NO_IN = frozenset({"output", "postrouting"})
_OUT = ("out-interface", "out-interface-list", "out-bridge-port", "out-bridge-port-list")
_IN = ("in-interface", "in-interface-list", "in-bridge-port", "in-bridge-port-list")
_ROUTING = frozenset({"prerouting", "output"})
_BRIDGE_PORT = "/interface/bridge/port"
_BONDING = "/interface/bonding"
_PPPOE = "/interface/pppoe-client"
_DHCP = "/ip/dhcp-client"
_PLACEHOLDER_ACTIONS = frozenset({"passthrough", "return", "log"})


def chain_never_entered(flow: Flow) -> Iterator[Finding]:
    """Chains that nothing jumps to."""
    for chain, rules in flow.passage.chains.items():
        if not chain or flow.passage.roots(chain):
            continue
        if all(rule.action in _PLACEHOLDER_ACTIONS for rule in rules):
            continue
        marks = any(rule.classifier or rule.action == "mark-routing" for rule in rules)
        severity = Severity.ERROR if marks else Severity.WARNING
        yield found_rules("chain-never-entered", severity, rules, chain=chain)


def jump_to_nothing(flow: Flow) -> Iterator[Finding]:
    """Jumps to a chain that has no rule, not even a disabled one."""
    filled = {rule.chain for rule in flow.picture.snapshot.mangle}
    for target, jumps in flow.passage.jumps.items():
        if target not in filled:
            yield found_rules("jump-to-empty-chain", Severity.WARNING, jumps, chain=target or "-")


def mark_routing_misplaced(flow: Flow) -> Iterator[Finding]:
    """mark-routing where RouterOS does not take it, or where it comes after the routing."""
    found = []
    for rule in flow.passage.rules:
        if rule.action == "mark-routing":
            roots = flow.passage.roots(rule.chain)
            if roots and not roots & _ROUTING:
                found.append(rule)
    if found:
        chains = ", ".join(dict.fromkeys(rule.chain for rule in found))
        yield found_rules("mark-routing-misplaced", Severity.ERROR, found, chains=chains)


def interface_not_known(flow: Flow) -> Iterator[Finding]:
    """Interface matchers in chains that do not know the interface."""
    found: dict[str, MangleRule] = {}
    names: dict[str, None] = {}
    for rule in flow.passage.rules:
        roots = flow.passage.roots(rule.chain)
        for unknown_in, matchers in ((_NO_OUT, _OUT), (_NO_IN, _IN)):
            if roots and roots <= unknown_in:
                for name in matchers:
                    if rule.properties.get(name):
                        found[rule.id] = rule
                        names[f"{name} in {rule.chain}"] = None
    if found:
        yield found_rules(
            "matcher-unknown-in-chain", Severity.ERROR, found.values(), matchers=", ".join(names)
        )


def interface_of_others(flow: Flow) -> Iterator[Finding]:
    """Rules that name a port of a bridge or bond, or the port below a PPPoE line."""
    masters = _masters(flow)
    carriers = carriers_of_lines(flow)
    for code, owners in (("in-interface-is-port", masters), ("in-interface-below-pppoe", carriers)):
        found: dict[str, list[MangleRule]] = {}
        for rule in flow.passage.rules:
            named = rule.properties.get("in-interface", "")
            if named in owners:
                found.setdefault(named, []).append(rule)
        for named, rules in found.items():
            yield found_rules(code, Severity.ERROR, rules, interface=named, master=owners[named])


def _masters(flow: Flow) -> dict[str, str]:
    survey = flow.picture.survey
    own = {row.interface for row in flow.picture.snapshot.addresses if not row.disabled}
    found = {
        row["interface"]: row.get("bridge", "")
        for row in survey.enabled(_BRIDGE_PORT)
        if row.get("interface")
    }
    for row in survey.enabled(_BONDING):
        for slave in row.get("slaves", "").split(","):
            found[slave] = row.get("name", "")
    return {name: master for name, master in found.items() if master and name not in own}


def carriers_of_lines(flow: Flow) -> dict[str, str]:
    """Interface -> the PPPoE line over it, where nothing else of the router's runs there."""
    survey = flow.picture.survey
    own = {row.interface for row in flow.picture.snapshot.addresses if not row.disabled}
    own |= {row.get("interface", "") for row in survey.enabled(_DHCP)}
    own |= set(flow.lines)
    return {
        row["interface"]: row.get("name", "")
        for row in survey.enabled(_PPPOE)
        if row.get("interface") and row["interface"] not in own
    }
