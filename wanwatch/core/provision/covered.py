"""Whether the operator's own srcnat rules translate what a probe source sends by a WAN.

A rule counts when nothing but the out-interface, an interface list or the source's own network
narrows it. Source: RouterOS manual, "NAT".
"""

from ipaddress import ip_address, ip_network

from wanwatch.core.discovery.translation import TRANSLATING, leaves_by
from wanwatch.core.provision.marker import key_of
from wanwatch.core.survey import Row, Survey, is_on

_HARMLESS = frozenset(
    {
        *("chain", "action", "comment", "disabled", "dynamic", "invalid", "log", "log-prefix"),
        *("bytes", "packets", "to-addresses", "to-address", "to-ports", "same-not-by-dst"),
        *("randomise-ports", "out-interface", "out-interface-list", "src-address"),
        *("ipsec-policy",),
    }
)
"""``ipsec-policy=out,none`` stands in RouterOS's own default configuration and holds for a probe."""


def is_covered(survey: Survey, menu: str, interface: str, source: str) -> bool:
    """True when a rule of the operator's translates this source on this interface."""
    return any(_covers(row, survey, interface, source) for row in survey.enabled(menu))


def _covers(row: Row, survey: Survey, interface: str, source: str) -> bool:
    if row.get("chain") != "srcnat" or row.get("action") not in TRANSLATING:
        return False
    if key_of(row.get("comment", "")) is not None or is_on(row, "invalid"):
        return False
    narrowing = {name for name, value in row.items() if value and not name.startswith(".")}
    if narrowing - _HARMLESS:
        return False
    return leaves_by(row, survey, interface) and _is_from(row.get("src-address", ""), source)


def _is_from(matcher: str, source: str) -> bool:
    if not matcher:
        return True
    text = matcher.removeprefix("!")
    try:
        address = ip_address(source)
        low, dash, high = text.partition("-")
        if dash:
            inside = int(ip_address(low)) <= int(address) <= int(ip_address(high))
        else:
            inside = address in ip_network(text, strict=False)
    except ValueError:
        return False
    return inside != matcher.startswith("!")
