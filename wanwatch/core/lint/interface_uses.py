"""Interfaces that rows name: those that are not there, and those that are ports of a bridge.

Source: RouterOS manual, "Bridge": a packet that arrives by a port has the bridge as its interface.
"""

from collections.abc import Iterator

from wanwatch.core.discovery.clients import DHCP_CLIENT
from wanwatch.core.lint.interfaces import Interfaces
from wanwatch.core.lint.paths import ip
from wanwatch.core.lint.picture import MANGLE, NAT, ROUTE, Picture
from wanwatch.core.lint.values import ADDRESS, is_blank
from wanwatch.core.model import Finding, Severity
from wanwatch.core.survey import Row

_USES = (
    (ROUTE, ("gateway",)),
    (ADDRESS, ("interface",)),
    (DHCP_CLIENT, ("interface",)),
    (MANGLE, ("in-interface", "out-interface")),
    (NAT, ("in-interface", "out-interface")),
)
_NO_INTERFACE = ("all", "none", "dynamic", "static")
_IPV6 = 2
"""Colons in the shortest IPv6 address; a route may have one as its gateway on RouterOS 7."""

_Use = tuple[str, Row, str]


def unusable(picture: Picture) -> Iterator[Finding]:
    """Each interface once, at the first row that names it: routes first, then addresses."""
    interfaces = Interfaces(picture.survey)
    uses = _uses(picture)
    for name, found in uses.items():
        if interfaces.is_missing(name):
            yield _finding("interface-missing", Severity.ERROR, name, found)
        elif bridge := interfaces.masters.get(name):
            yield _finding("interface-is-bridge-port", Severity.WARNING, name, found, bridge)


def _uses(picture: Picture) -> dict[str, list[_Use]]:
    found: dict[str, list[_Use]] = {}
    for menu, properties in _USES:
        for row in picture.survey.enabled(menu):
            for name in properties:
                text = row.get(name, "")
                for part in text.split(",") if menu == ROUTE else (text,):
                    interface = _interface(part)
                    if interface:
                        found.setdefault(interface, []).append((menu, row, name))
    return found


def _interface(text: str) -> str:
    name = text.removeprefix("!").partition("@")[0]
    name = name.rpartition("%")[2]
    is_name = name and name not in _NO_INTERFACE and ip(name) is None and name.count(":") < _IPV6
    return name if is_name and not is_blank(name) and not name.startswith("*") else ""


def _finding(
    code: str, severity: Severity, name: str, uses: list[_Use], bridge: str = ""
) -> Finding:
    menu, row, prop = uses[0]
    data = [("interface", name), ("property", prop), ("row_menu", menu), ("uses", str(len(uses)))]
    if bridge:
        data.append(("bridge", bridge))
    return Finding(code, severity, row[".id"], tuple(data), menu=menu)
