"""What a RouterOS script changes of what a failover changes too, by what its text does.

Source: RouterOS manual, "Scripting" and "Console": commands may be abbreviated, menus may be
parted by spaces or slashes, and a menu alone on a line holds for the lines that follow.
"""

import re
from enum import StrEnum
from functools import lru_cache


class Effect(StrEnum):
    """What of the router a script changes."""

    ROUTES = "routes"
    GATEWAYS = "gateways of routes"
    """Nothing but where routes lead: that is what follows a DHCP lease, and no failover."""
    MANGLE = "mangle rules"
    NAT = "NAT rules"
    CONNECTIONS = "connections"
    CLIENTS = "DHCP or PPP clients"
    INTERFACES = "interfaces"


_WRITES = r"(set|add|remove|rem|enable|en|disable|dis|move|unset)\b"
_COMMANDS = {
    Effect.ROUTES: (
        rf"(ip|ipv6) (route|ro|rou|rout)( rule)? {_WRITES}",
        rf"routing (rule|table|filter) {_WRITES}",
    ),
    Effect.MANGLE: (rf"(ip|ipv6) (firewall|fire|fir|fi|f) (mangle|mang|man|ma) {_WRITES}",),
    Effect.NAT: (rf"(ip|ipv6) (firewall|fire|fir|fi|f) (nat|na) {_WRITES}",),
    Effect.CONNECTIONS: (
        r"(ip|ipv6) (firewall|fire|fir|fi|f) (connection|conn|con) (remove|rem)\b",
    ),
    Effect.CLIENTS: (
        r"(ip|ipv6) dhcp-client (set|add|remove|enable|disable|release|renew)\b",
        r"interface (pppoe|l2tp|pptp|sstp|ovpn|ppp)-client (set|add|remove|enable|disable)\b",
        r"ppp active (remove|rem)\b",
    ),
    Effect.INTERFACES: (
        r"(interface|int) ((ethernet|eth|vlan|lte|bonding|vrrp) )?(enable|disable)\b",
    ),
}
_PATTERNS = {
    effect: re.compile("|".join(rf"(?:^|[^\w-])(?:{pattern})" for pattern in patterns))
    for effect, patterns in _COMMANDS.items()
}
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_REMARK = re.compile(r"(^|[;\n{])\s*#[^\n]*")
_STATEMENT = re.compile(r"[;\n\r{}\[\]()]+")
_MENU = re.compile(r"/?(ip|ipv6|routing|interface|ppp)( [a-z][a-z0-9-]*)*")
_VERB = re.compile(rf"{_WRITES}|(release|renew)\b")
_STEERS = re.compile(
    r"\b(disabled|distance|routing-mark|routing-table)="
    r"|\b(add|remove|rem|enable|en|disable|dis|move|unset)\b"
)
_RUN = re.compile(r"(?:system|sys) (?:script|scr) run (\"[^\"]*\"|[^\s;\]})]+)")
_LONGEST = 64 * 1024
"""RouterOS takes no longer script."""


@lru_cache(maxsize=512)
def effects_of(text: str) -> frozenset[Effect]:
    """What the script changes; what it only says, in quotes or behind ``#``, does not count."""
    bare = _REMARK.sub(r"\1", _STRING.sub('""', text[:_LONGEST]))
    found = set()
    menu = ""
    for part in _STATEMENT.split(bare):
        statement = " ".join(part.replace("/", " ").split())
        if not statement:
            continue
        if _MENU.fullmatch(statement):
            menu = statement
        full = f"{menu} {statement}" if menu and _VERB.match(statement) else statement
        found |= {effect for effect, pattern in _PATTERNS.items() if pattern.search(full)}
    if Effect.ROUTES in found and _only_follows(bare):
        found = found - {Effect.ROUTES} | {Effect.GATEWAYS}
    return frozenset(found)


def _only_follows(bare: str) -> bool:
    """True for a script that sets the gateway of routes, and not whether or when they are used."""
    return "gateway=" in bare and not _STEERS.search(bare)


def scripts_run_by(text: str) -> tuple[str, ...]:
    """The names of the scripts that a script runs."""
    words = " ".join(text[:_LONGEST].replace("/", " ").split())
    return tuple(match.strip('"') for match in _RUN.findall(words))
