"""IPv6 that nobody balances: clients prefer it, and take one line past every PCC rule.

Source: RFC 6724 (a client with both families prefers IPv6), RouterOS manual, "IPv6".
"""

from collections.abc import Iterator
from ipaddress import IPv6Interface

from wanwatch.core.lint.picture import Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.survey import is_on

_ADDRESS = "/ipv6/address"
_CLIENT = "/ipv6/dhcp-client"
_ROUTE = "/ipv6/route"
_MANGLE = "/ipv6/firewall/mangle"


def unbalanced(picture: Picture) -> Iterator[Finding]:
    """Global IPv6 addresses or prefixes with a way out, and no mangle rule that marks."""
    survey = picture.survey
    settings = survey.of("/ipv6/settings")
    is_off = bool(settings) and is_on(settings[0], "disable-ipv6")
    if is_off or not picture.discovery.groups or _MANGLE in survey.refused:
        return
    if any(
        row.get("action", "").startswith("mark-")
        for row in survey.enabled(_MANGLE)
        if row.get("action") != "mark-packet"
    ):
        return
    ways_out = (
        *(
            (_CLIENT, row)
            for row in survey.enabled(_CLIENT)
            if "prefix" in row.get("request", "prefix") or is_on(row, "add-default-route")
        ),
        *((_ROUTE, row) for row in survey.enabled(_ROUTE) if _is_way_out(row.get("dst-address"))),
    )
    inside = [row for row in survey.enabled(_ADDRESS) if _is_for_clients(row.get("address", ""))]
    is_delegated = any(menu == _CLIENT and row.get("pool-name") for menu, row in ways_out)
    if ways_out and (inside or is_delegated):
        menu, row = ways_out[0]
        yield Finding("ipv6-not-balanced", Severity.WARNING, row[".id"], menu=menu)


def _is_way_out(destination: str | None) -> bool:
    return destination in (None, "", "::/0", "2000::/3")


def _is_for_clients(text: str) -> bool:
    """True for a global address; one whose prefix comes from a pool is written ``::1/64``."""
    try:
        address = IPv6Interface(text)
    except ValueError:
        return False
    return not (address.ip.is_link_local or address.ip.is_loopback or address.ip.is_multicast)
