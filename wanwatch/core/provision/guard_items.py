"""What keeps probes whole on their way: no FastTrack, and translation on the line they leave by.

FastTrack takes a connection past mangle once one packet of it, of either direction, meets the rule
(RouterOS manual, "FastTrack"); so what probe sources send and get is accepted before it. The
exemption matches the connection states that the FastTrack rule matches, and no others, so it lets
nothing through that the operator's rules behind it would stop.
"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network

from wanwatch.core.families import ipv6_menu, version_of
from wanwatch.core.plan import Attributes
from wanwatch.core.provision.covered import is_covered
from wanwatch.core.provision.items import Item, Kind, Place, Steered
from wanwatch.core.provision.probe_items import row
from wanwatch.core.snapshot import Version
from wanwatch.core.survey import Row, Survey, is_on
from wanwatch.core.wans import Wans

FILTER, LISTS, NAT = "/ip/firewall/filter", "/ip/firewall/address-list", "/ip/firewall/nat"
PROBES = "wanwatch-probes"
"""The address list of the probe sources."""
FASTTRACK = "fasttrack-connection"
_LOCAL = ip_network("fc00::/7")


def fasttrack_rules(survey: Survey, menu: str) -> list[Row]:
    """The enabled rules that fasttrack, the router's own dummy rules left out."""
    return [
        found
        for found in survey.enabled(menu)
        if found.get("action") == FASTTRACK and not is_on(found, "dynamic")
    ]


def fasttrack_items(survey: Survey, steered: Sequence[Steered], host: str) -> Iterator[Item]:
    """The exemptions of both families, where there is something to be exempt from."""
    for version in (4, 6):
        menu = FILTER if version == 4 else ipv6_menu(FILTER)
        rules = fasttrack_rules(survey, menu)
        sources = {
            each.source or host: each.wan
            for each in steered
            if version_of(each.source or host) == version
        }
        if not rules or not sources:
            continue
        lists = LISTS if version == 4 else ipv6_menu(LISTS)
        for address, wan in sources.items():
            yield row(Kind.MEMBER, wan, lists, (("list", PROBES), ("address", address)))
        by_chain: dict[str, list[Row]] = {}
        for rule in rules:
            by_chain.setdefault(rule.get("chain", ""), []).append(rule)
        for chain, found in by_chain.items():
            states = _states(found)
            for kind, matcher in ((Kind.OUT, "src-address-list"), (Kind.BACK, "dst-address-list")):
                wanted: Attributes = (
                    ("chain", chain),
                    *((("connection-state", states),) if states else ()),
                    (matcher, PROBES),
                    ("action", "accept"),
                )
                yield row(kind, chain, menu, wanted, place=Place.BEFORE_FASTTRACK)


def nat_items(survey: Survey, bound: Wans, steered: Sequence[Steered]) -> Iterator[Item]:
    """Translation for sources that no rule of the operator's translates on their WAN.

    A source that the internet routes by itself needs none.
    """
    for each in steered:
        version = version_of(each.source)
        wan = bound.named(each.wan)
        if not version or wan is None or not wan.interface:
            continue
        if not _needs_translation(each.source):
            continue
        if version == 6 and survey.snapshot.version < Version(7):
            continue
        menu = NAT if version == 4 else ipv6_menu(NAT)
        wanted = (
            ("chain", "srcnat"),
            ("src-address", each.source),
            ("out-interface", wan.interface),
            ("action", "masquerade"),
        )
        if not is_covered(survey, menu, wan.interface, each.source):
            yield row(Kind.NAT, each.wan, menu, wanted, place=Place.FIRST)


def _states(rules: Sequence[Row]) -> str:
    """The connection states that the rules of one chain fasttrack; empty for every state."""
    found: dict[str, None] = {}
    for rule in rules:
        states = rule.get("connection-state", "")
        if not states or states.startswith("!"):
            return ""
        found.update(dict.fromkeys(states.split(",")))
    return ",".join(found)


def _needs_translation(source: str) -> bool:
    """True for an IPv4 address that is not the internet's, and an IPv6 one that is local (RFC 4193)."""
    address = ip_address(source)
    return address in _LOCAL if address.version == 6 else not address.is_global
