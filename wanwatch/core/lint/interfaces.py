"""The interfaces of a router: which there are, what they are, and what each runs over."""

import re
from collections.abc import Mapping

from wanwatch.core.discovery.clients import PPP_CLIENTS
from wanwatch.core.lint.evidence import is_known, is_whole
from wanwatch.core.survey import Survey

ETHERNET = "/interface/ethernet"
BRIDGE_PORT = "/interface/bridge/port"
LIST = "/interface/list"
MEMBER = "/interface/list/member"

BROADCAST = frozenset(
    f"/interface/{kind}"
    for kind in (
        *("ethernet", "bridge", "vlan", "bonding", "vrrp", "macvlan", "veth", "eoip", "vxlan"),
        *("wireless", "wifi", "wifiwave2"),
    )
)
"""Menus of interfaces behind which many neighbours may be: a packet needs a neighbour's address."""
POINT_TO_POINT = frozenset(
    (
        *PPP_CLIENTS,
        *(f"/interface/{kind}" for kind in ("lte", "gre", "ipip", "6to4", "wireguard")),
    )
)
"""Menus of interfaces with one neighbour at the other end, who need not be named."""

_LIVE_KINDS = {"ether": ETHERNET, "wlan": "/interface/wireless", "pppoe-out": PPP_CLIENTS[0]}
_FACTORY = re.compile(r"(ether|sfp|sfp-sfpplus|sfp28-|qsfp|qsfpplus|combo|wlan|wifi|lte)[\d-]*")
"""What RouterOS names physical interfaces; an export does not list one that was not changed."""
_PORT = re.compile(r"(ether|sfp|sfp-sfpplus|sfp28-|qsfp|qsfpplus|combo)\d+")
"""What the name of a physical port goes on from, when somebody says there what it is for."""
_MADE = re.compile(r"(bridge|vlan|bonding|vrrp|macvlan|pppoe-out|l2tp-out|pptp-out|sstp-out)\d*")
_MADE_BY = {"pppoe-out": "pppoe-client", "l2tp-out": "l2tp-client", "pptp-out": "pptp-client"}


class Interfaces:
    """The interfaces of one survey, by name."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._kinds: dict[str, str] = {}
        for menu in (*BROADCAST, *POINT_TO_POINT):
            for row in survey.of(menu):
                self._kinds[row.get("name", "")] = menu
        for row in survey.of("/interface"):
            kind = row.get("type", "")
            menu = _LIVE_KINDS.get(kind, f"/interface/{kind}")
            self._kinds.setdefault(row.get("name", ""), menu)
        self._kinds.setdefault("lo", "")
        for menu, rows in survey.rows.items():
            is_of_interfaces = menu.startswith("/interface/") or menu.endswith("/interface")
            if is_of_interfaces and menu not in ("/interface", LIST, MEMBER):
                for row in rows:
                    self._kinds.setdefault(row.get("name", ""), "")
        self._listed = {row.get("default-name", "") for row in survey.of(ETHERNET)}
        self._renamed = {
            row["default-name"]
            for row in survey.of(ETHERNET)
            if row.get("default-name", "") not in ("", row.get("name", ""))
        } - self._kinds.keys()
        self.masters: Mapping[str, str] = {
            row["interface"]: row.get("bridge", "")
            for row in survey.enabled(BRIDGE_PORT)
            if row.get("interface")
        }
        """Port -> its bridge."""

    def is_broadcast(self, name: str) -> bool:
        """True where a packet needs the address of a neighbour."""
        return self._kind(name) in BROADCAST

    def is_point_to_point(self, name: str) -> bool:
        """True where there is one neighbour."""
        return self._kind(name) in POINT_TO_POINT

    def is_missing(self, name: str) -> bool:
        """True when the router certainly has no interface of that name."""
        survey = self._survey
        if not name or name in self._kinds or name.startswith("*"):
            return False
        if survey.is_live:
            return is_known(survey, "/interface") and bool(survey.of("/interface"))
        return name in self._renamed or (
            not self._may_be_a_port(name) and self._would_be_listed(name)
        )

    def _may_be_a_port(self, name: str) -> bool:
        """True for a name that RouterOS gives, or that goes on from one of a port not listed."""
        port = _PORT.match(name)
        is_unlisted = port is not None and port[0] not in self._listed
        return is_unlisted or _FACTORY.fullmatch(name) is not None

    def _would_be_listed(self, name: str) -> bool:
        """True where the export lists interfaces of the kind that the name tells, or all."""
        survey = self._survey
        if made := _MADE.fullmatch(name):
            kind = _MADE_BY.get(made[1], made[1])
            return bool(survey.of(f"/interface/{kind}"))
        return is_whole(survey) and bool(survey.of(ETHERNET))

    def _kind(self, name: str) -> str:
        known = self._kinds.get(name)
        if known is not None:
            return known
        made = _FACTORY.fullmatch(name)
        if made is None or name in self._renamed:
            return ""
        return "/interface/lte" if made[1] == "lte" else ETHERNET


def parents(survey: Survey) -> dict[str, tuple[str, str]]:
    """Interface -> (what it runs over, the VLAN it is there; empty where it is no VLAN)."""
    found: dict[str, tuple[str, str]] = {}
    for kind in ("pppoe-client", "vrrp", "macvlan", "vlan"):
        for row in survey.of(f"/interface/{kind}"):
            if row.get("name") and row.get("interface"):
                vlan = row.get("vlan-id", "") if kind == "vlan" else ""
                found[row["name"]] = (row["interface"], vlan)
    return found
