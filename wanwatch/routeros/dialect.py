"""What differs between RouterOS 6 and 7: names, presence switches, and what may be asked for.

Chosen by the version alone, the first thing read after a login: RouterOS 7 answers a question in
RouterOS 6's words with no rows and no error. RouterOS 6 leaves out every property from the first
unknown name of a ``.proplist`` on, so each version has lists of its own.
Source: RouterOS manual, IP routing and Moving from ROSv6 to v7 with examples.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from wanwatch.core.plan import Attributes, Command
from wanwatch.core.snapshot import MAIN_TABLE, Version
from wanwatch.routeros import mangle_properties
from wanwatch.routeros.errors import UnsupportedVersion

ROUTE_MENU = "/ip/route"
MANGLE_MENU = "/ip/firewall/mangle"
NAT_MENU = "/ip/firewall/nat"
CONNECTION_MENU = "/ip/firewall/connection"
IPV6_ROUTE_MENU = "/ipv6/route"
IPV6_MANGLE_MENU = "/ipv6/firewall/mangle"
IPV6_NAT_MENU = "/ipv6/firewall/nat"
IPV6_CONNECTION_MENU = "/ipv6/firewall/connection"
ROUTE_MENUS = (ROUTE_MENU, IPV6_ROUTE_MENU)

NAT_PROPERTIES = (
    ".id",
    "chain",
    "action",
    "out-interface",
    "to-addresses",
    "disabled",
    "out-interface-list",
)
IPV6_NAT_PROPERTIES = (*NAT_PROPERTIES, "to-address")
"""IPv6's NAT came with RouterOS 7, which passes over a name that it does not know."""
ADDRESS_PROPERTIES = ("address", "network", "interface", "disabled")
IPV6_ADDRESS_PROPERTIES = ("address", "interface", "disabled")

_CLEARED_BY_EMPTY = frozenset({"comment", "log-prefix"})
"""Texts, which are cleared by an empty value; everything else is unset by its name."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of one major version."""

    major: int
    table_property: str
    route_properties: tuple[str, ...]
    mangle_settable: tuple[str, ...]
    has_ipv6: bool | None = None
    """Whether this router carries IPv6; None where it was not asked."""

    @property
    def mangle_properties(self) -> tuple[str, ...]:
        """What to ask of a mangle rule, the planner's needs first."""
        return (".id", "comment", "disabled", "dynamic", "invalid", *self.mangle_settable)

    def properties_of(self, menu: str) -> tuple[str, ...]:
        """What to ask of a row of a menu; empty where everything is.

        Nobody wrote down which properties RouterOS 6 has in IPv6's mangle, and one that it does
        not know would cost those behind it; so there all are asked for, in both versions.
        """
        if menu == MANGLE_MENU:
            return self.mangle_properties
        if menu == ROUTE_MENU:
            return self.route_properties
        if menu == IPV6_ROUTE_MENU:
            return tuple(name for name in self.route_properties if name != "routing-mark")
        return ()

    def with_seen(self, names: Iterable[str]) -> "Dialect":
        """The dialect with properties first that were seen on the router's own mangle rules.

        The router knows these for certain, so none of them is lost behind a name it does not know.
        """
        return replace(self, mangle_settable=tuple(dict.fromkeys((*names, *self.mangle_settable))))

    @property
    def has_tables(self) -> bool:
        """True where routing tables are declared."""
        return self.major >= 7

    def attribute_words(
        self, menu: str, command: Command, attributes: Attributes | Iterable[tuple[str, str]]
    ) -> list[str]:
        """A step's attributes as the words this version takes.

        An empty value unsets the property (``=!name=``) on a set and is left out of an add.
        """
        words = []
        for given, value in attributes:
            name = given
            if menu in ROUTE_MENUS:
                if name == "blackhole":
                    words += self._blackhole(command, wanted=value in ("yes", "true"))
                    continue
                if name in ("routing-table", "routing-mark"):
                    name = self.table_property
                    if self.major < 7 and value == MAIN_TABLE:
                        words += _unset(name, command)
                        continue
            if not value:
                words += _unset(name, command)
            elif name in mangle_properties.BOOLEANS:
                words.append(f"={name}={'yes' if value in ('yes', 'true') else 'no'}")
            else:
                words.append(f"={name}={value}")
        return words

    def _blackhole(self, command: Command, *, wanted: bool) -> list[str]:
        """The switch: on RouterOS 7 its presence makes a blackhole, whatever the value."""
        if self.major >= 7:
            return ["=blackhole="] if wanted else _unset("blackhole", command)
        return ["=type=blackhole"] if wanted else ["=type=unicast"]


def _unset(name: str, command: Command) -> list[str]:
    if command is Command.ADD:
        return []
    return [f"={name}="] if name in _CLEARED_BY_EMPTY else [f"=!{name}="]


_ROUTE_START = (".id", "dst-address", "gateway", "distance", "active", "disabled", "dynamic")

V6 = Dialect(
    major=6,
    table_property="routing-mark",
    route_properties=(
        *_ROUTE_START,
        "comment",
        "gateway-status",
        "check-gateway",
        "routing-mark",
        "type",
    ),
    mangle_settable=mangle_properties.VERSION_6,
)
V7 = Dialect(
    major=7,
    table_property="routing-table",
    route_properties=(
        *_ROUTE_START,
        "comment",
        "immediate-gw",
        "check-gateway",
        "routing-table",
        "blackhole",
    ),
    mangle_settable=mangle_properties.VERSION_7,
)


def dialect_for(version: Version) -> Dialect:
    """The dialect of a version; raises UnsupportedVersion before 6 and after 7."""
    for dialect in (V6, V7):
        if version.major == dialect.major:
            return dialect
    raise UnsupportedVersion(f"RouterOS {version} is not known; wanwatch speaks 6 and 7")
