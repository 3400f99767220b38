"""Loads an ``/export`` into the rows of a router.

Takes every row it can read, also such as RouterOS itself would refuse: those keep their text and
are marked ``invalid=true``, so that the router behaves as if they matched nothing. Menus that the
API does not serve are kept as plain rows, so that nothing of a configuration is lost.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from wanwatch.core.snapshot import Version
from wanwatch.sim.export_rows import Doubt, Loader
from wanwatch.sim.names import interface_names
from wanwatch.sim.rsc_parser import Command, ParsedExport, Unreadable, parse_export
from wanwatch.sim.store import Store

_HEADER = re.compile(r"RouterOS\s{1,9}v?(\d{1,3}(?:\.\d{1,3}){1,3})(?!\d)")
_HEADER_LINES = 5
_GUESSED_V6, _GUESSED_V7 = Version(6, 49), Version(7, 20)
_NAMES_OF_INTERFACES = (
    *("interface", "in-interface", "out-interface", "in-bridge-port", "out-bridge-port"),
    *("master-port", "master-interface", "vrf-interface"),
)
_NO_INTERFACE = frozenset({"", "all", "none", "dynamic", "static", "any", "*"})
_PLACEHOLDER = tuple("<$([{*")
_DEFAULT_NAME = re.compile(r"(?:ether|sfp|sfp-sfpplus|combo|qsfp)\d+")


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What came of loading an export."""

    version: Version
    """As the export's header says, or as its dialect lets guess."""
    commands: int
    unreadable: tuple[Unreadable, ...]
    """Lines that were passed over, with their number and the reason."""
    doubts: tuple[Doubt, ...]
    """Rows that were kept although RouterOS would not accept them."""
    referenced_interfaces: tuple[str, ...]
    """Interfaces that the configuration names but does not list."""

    @property
    def invalid(self) -> tuple[str, ...]:
        """The doubts as sentences."""
        return tuple(map(str, self.doubts))


def load_export(
    text: str, store: Store, version: Version | None = None, *, add_ports: bool = True
) -> ExportReport:
    """Add an export's rows to a store; the text is latin-1 decoded by the caller. Never raises.

    ``version`` overrides the header's. ``add_ports`` makes an ethernet port of every interface
    that is named and not listed, as a world needs them; without it nothing is made up.
    """
    parsed = parse_export(text)
    version = version or export_version(parsed)
    loader = Loader(store, version)
    for command in parsed.commands:
        loader.apply(command)
    loader.finish()
    missing = _missing_interfaces(store)
    if add_ports:
        _add_ports(store, missing)
    return ExportReport(
        version,
        len(parsed.commands),
        tuple(sorted((*parsed.unreadable, *loader.unreadable), key=lambda entry: entry.line)),
        tuple(loader.doubts),
        missing,
    )


def export_version(parsed: ParsedExport) -> Version:
    """The RouterOS version of an export: its header's, or one that fits its dialect."""
    for comment in parsed.comments[:_HEADER_LINES]:
        if match := _HEADER.search(comment):
            return Version.parse(match[1])
    return _GUESSED_V7 if any(map(_is_v7, parsed.commands)) else _GUESSED_V6


def _is_v7(command: Command) -> bool:
    if command.path in ("/routing/table", "/routing/rule"):
        return True
    return command.path == "/ip/route" and any(n == "routing-table" for n, _ in command.args)


def _missing_interfaces(store: Store) -> tuple[str, ...]:
    """The interfaces that rows name and no row is, by name."""
    found: set[str] = set()
    gateways: set[str] = set()
    for path in store.paths():
        for item in store.items(path):
            row = item.properties
            found.update(
                row[name].removeprefix("!") for name in _NAMES_OF_INTERFACES if name in row
            )
            if path == "/ip/route" and "gateway" in row:
                gateways.add(row["gateway"])
    for gateway in gateways:
        found.update(_gateway_interfaces(gateway))
    found -= interface_names(store) | _NO_INTERFACE
    return tuple(sorted(name for name in found if not name.startswith(_PLACEHOLDER)))


def _gateway_interfaces(gateway: str) -> Iterable[str]:
    if gateway.startswith(("(", "[", "{")):
        return
    for hop in gateway.split(","):
        address, percent, interface = hop.partition("%")
        if percent:
            yield interface
            continue
        try:
            ipaddress.ip_address(address.partition("@")[0])
        except ValueError:
            if "/" not in address:
                yield address


def _add_ports(store: Store, names: tuple[str, ...]) -> None:
    """A port for each name; one that looks like a default name is its own."""
    ports = store.items("/interface/ethernet")
    taken = {item.properties.get("default-name", "") for item in ports}
    own = {name for name in names if _DEFAULT_NAME.fullmatch(name)} - taken
    taken |= own
    free = (name for name in map("ether{}".format, count(1)) if name not in taken)
    for name in names:
        default = name if name in own else next(free)
        row = {"default-name": default, "name": name, "disabled": "false"}
        store.add("/interface/ethernet", row)
