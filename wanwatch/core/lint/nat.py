"""NAT: whether every WAN translates what leaves by it, and whether nothing else does.

Source: RouterOS manual, "NAT" (srcnat, masquerade), "Firewall" (interface matchers).
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from wanwatch.core.console import rsc_value
from wanwatch.core.lint.console import command
from wanwatch.core.lint.evidence import is_whole
from wanwatch.core.lint.interfaces import Interfaces, parents
from wanwatch.core.lint.picture import NAT, Picture
from wanwatch.core.lint.values import ADDRESS, is_blank
from wanwatch.core.model import Finding, Severity
from wanwatch.core.survey import Row, is_on

_TRANSLATING = ("masquerade", "src-nat", "netmap", "same")
_NOTHING_MATCHED = frozenset(
    {
        *(".id", ".line", ".nextid", "chain", "action", "comment", "disabled", "log", "log-prefix"),
        *("to-addresses", "to-ports", "bytes", "packets", "dynamic", "invalid", "ipsec-policy"),
    }
)
_TELLING_LINES = frozenset(
    {
        "routing-mark",
        "connection-mark",
        "packet-mark",
        "src-address",
        "src-address-list",
        "routing-table",
    }
)
"""Matchers that may hold a rule to the traffic of one line."""
_NARROW = ("dst-address", "dst-address-list", "protocol", "dst-port", "dst-address-type")
"""Matchers of a rule that translates only some of what leaves."""


def missing(picture: Picture) -> Iterator[Finding]:
    """WANs that nothing is translated for."""
    survey = picture.survey
    rules = [row for row in survey.enabled(NAT) if _translates(row)]
    if not rules and not (survey.is_live or is_whole(survey)):
        return
    if NAT in survey.refused or not _may_hold_private_addresses(picture):
        return
    interfaces = Interfaces(survey)
    for wan in picture.discovery.wans:
        names = [n for n in wan.interfaces if not is_blank(n) and not interfaces.is_missing(n)]
        if not names or any(_covers(row, name, picture) for row in rules for name in names):
            continue
        is_used = wan.share > 0 or bool(wan.routing_tables)
        fix = command(
            NAT, f"add chain=srcnat action=masquerade out-interface={rsc_value(names[0])}"
        )
        yield Finding(
            "wan-without-nat",
            Severity.ERROR if is_used else Severity.WARNING,
            wan.name,
            (("interface", names[0]),),
            (fix,) if is_used else (),
        )


def _may_hold_private_addresses(picture: Picture) -> bool:
    """False where every address on the LAN's side is known and public: nothing is to translate."""
    lines = {name for wan in picture.discovery.wans for name in wan.interfaces}
    inside = [
        address.address.partition("/")[0]
        for address in picture.snapshot.addresses
        if not address.disabled and address.interface not in lines
    ]
    return not inside or any(_is_private(text) for text in inside)


def _is_private(text: str) -> bool:
    try:
        return not IPv4Address(text).is_global
    except ValueError:
        return True


def superfluous(picture: Picture) -> Iterator[Finding]:
    """Masquerading for an interface that is no line, and for every interface at once."""
    survey = picture.survey
    busy = {name for wan in picture.discovery.wans for name in wan.interfaces}
    busy |= {row.get("interface", "") for row in survey.of(ADDRESS)}
    busy |= {row.get("interface", "") for row in survey.of("/ip/dhcp-client")}
    busy |= {below for below, _ in parents(survey).values()}
    interfaces = Interfaces(survey)
    for row in survey.enabled(NAT):
        if not _hides(row) or is_on(row, "dynamic"):
            continue
        matchers = row.keys() - _NOTHING_MATCHED
        name = row.get("out-interface", "")
        if not matchers:
            yield Finding("masquerade-everywhere", Severity.INFO, row[".id"], menu=NAT)
        elif matchers == {"out-interface"} and is_whole(survey):
            is_idle = name not in busy and not name.startswith(("!", "*")) and not is_blank(name)
            if is_idle and interfaces.is_broadcast(name) and not interfaces.is_missing(name):
                data = (("interface", name),)
                yield Finding("nat-of-no-wan", Severity.INFO, row[".id"], data, menu=NAT)


def crossed(picture: Picture) -> Iterator[Finding]:
    """Rules that give what leaves by one line the address of another, or of one to all lines."""
    survey = picture.survey
    owners = {
        address.address.partition("/")[0]: address.interface
        for address in picture.snapshot.addresses
        if not address.disabled
    }
    lines = {name for wan in picture.discovery.wans for name in wan.interfaces if name}
    for row in survey.enabled(NAT):
        given = row.get("to-addresses", "")
        owner = owners.get(given.removesuffix("/32"), "")
        if row.get("action") != "src-nat" or row.get("chain") != "srcnat" or owner not in lines:
            continue
        leaving = _lines_left_by(row, lines, picture) - {owner}
        data = (("address", given), ("owner", owner), ("interfaces", ", ".join(sorted(leaving))))
        if leaving:
            where = row[".id"]
            yield Finding("nat-address-of-another-line", Severity.ERROR, where, data, menu=NAT)


def _lines_left_by(row: Row, lines: set[str], picture: Picture) -> set[str]:
    """Lines that a rule translates for; none where marks or sources may tell their traffic apart."""
    if row.keys() & _TELLING_LINES:
        return set()
    name = row.get("out-interface-list", "")
    if name and name not in picture.snapshot.interface_lists:
        return set()
    return {line for line in lines if _covers(row, line, picture)}


def _hides(row: Row) -> bool:
    return row.get("chain") == "srcnat" and row.get("action") == "masquerade"


def _translates(row: Row) -> bool:
    return row.get("chain") != "dstnat" and row.get("action") in _TRANSLATING


def _covers(row: Row, interface: str, picture: Picture) -> bool:
    """True where a rule may translate what leaves by an interface."""
    if any(row.get(name) for name in _NARROW):
        return False
    out = row.get("out-interface", "")
    if out.startswith("all-"):
        return True
    if out and (interface == out[1:] if out.startswith("!") else interface != out):
        return False
    name = row.get("out-interface-list", "")
    if not name or name.lstrip("!") in ("all", "dynamic", "static"):
        return True
    members = picture.snapshot.interface_lists.get(name.lstrip("!"))
    # A list that is empty or not there has a finding of its own, or lies outside an export.
    return not members or (interface in members) != name.startswith("!")
