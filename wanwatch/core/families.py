"""The two address families of one router: the same structures, in menus of their own.

Everything is planned in IPv4's menus; what is meant for IPv6 is then said in IPv6's, which bear
the same names below ``/ipv6`` (RouterOS manual, "IPv6"). Routing tables, interface lists and
connection marks by name are shared; rules, routes, addresses and connections are not.
"""

from dataclasses import replace
from functools import lru_cache
from ipaddress import ip_interface

from wanwatch.core.model import Finding
from wanwatch.core.plan import Flush, Step
from wanwatch.core.snapshot import Snapshot

IPV6 = "IPv6"
"""The value of a finding's ``family`` where it is not about IPv4."""

_ROUTES, _MANGLE = "/ipv6/route", "/ipv6/firewall/mangle"


def ipv6_menu(menu: str) -> str:
    """IPv6's menu for one of IPv4's; a menu that is IPv6's already stays."""
    return f"/ipv6/{menu.removeprefix('/ip/')}" if menu.startswith("/ip/") else menu


def is_ipv6(menu: str) -> bool:
    """True for a menu of IPv6."""
    return menu.startswith("/ipv6/")


def ipv6_step(step: Step) -> Step:
    """The step on the row of the same id in IPv6's menu."""
    return replace(step, menu=ipv6_menu(step.menu))


def ipv6_flush(flush: Flush) -> Flush:
    """The flush of IPv6's connection table."""
    return replace(flush, menu=ipv6_menu(flush.menu))


def ipv6_finding(finding: Finding, snapshot: Snapshot) -> Finding:
    """The finding as one about the IPv6 side, whose rows ``snapshot`` holds."""
    menu = ipv6_menu(finding.menu)
    if not menu and any(rule.id == finding.where for rule in snapshot.mangle):
        menu = _MANGLE
    if not menu and any(route.id == finding.where for route in snapshot.routes):
        menu = _ROUTES
    fix = tuple(
        f"/ipv6 {line.removeprefix('/ip ')}" if line.startswith("/ip ") else line
        for line in finding.fix
    )
    return replace(finding, data=(*finding.data, ("family", IPV6)), fix=fix, menu=menu)


@lru_cache(maxsize=4096)
def version_of(address: str) -> int:
    """4 or 6 for an address or prefix, ``%interface`` and ``@table`` aside; 0 for another text."""
    try:
        return ip_interface(address.partition("@")[0].partition("%")[0]).version
    except ValueError:
        return 0
