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

_PPPOE_CLIENT = "/interface/pppoe-client"
_USES = (
    (ROUTE, ("gateway",)),
    (ADDRESS, ("interface",)),
    (DHCP_CLIENT, ("interface",)),
    (_PPPOE_CLIENT, ("interface",)),
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
        # A mangle rule that asks for a port has a finding of its own, among those of the flow.
        on_port = [use for use in found if use[0] != MANGLE]
        if interfaces.is_missing(name):
            menu, where, data = _told(name, found)
            yield Finding("interface-missing", Severity.ERROR, where, data, menu=menu)
        elif on_port and (bridge := interfaces.masters.get(name)):
            menu, where, data = _told(name, on_port)
            told = (*data, ("bridge", bridge))
            yield Finding("interface-is-bridge-port", Severity.WARNING, where, told, menu=menu)


def _told(name: str, uses: list[_Use]) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    menu, row, named_as = uses[0]
    data = (("interface", name), ("property", named_as), ("row_menu", menu))
    return menu, row.get(".id", ""), (*data, ("uses", str(len(uses))))


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
    if name in _NO_INTERFACE or name.startswith(("all-", "*")) or is_blank(name):
        return ""
    return "" if ip(name) is not None or name.count(":") >= _IPV6 else name
