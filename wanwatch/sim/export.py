"""Loads an ``/export`` into the rows of a router.

Takes every row it can read, also such as RouterOS itself would refuse: those keep their text and
are marked ``invalid=true``, so that the router behaves as if they matched nothing. Menus that the
API does not serve are kept as plain rows, so that nothing of a configuration is lost.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from wanwatch.core.snapshot import Version
from wanwatch.sim.export_rows import Loader
from wanwatch.sim.names import interface_names
from wanwatch.sim.rsc_parser import Command, ParsedExport, Unreadable, parse_export
from wanwatch.sim.store import Store

_HEADER = re.compile(r"RouterOS\s+v?(\d+(?:\.\d+)+)")
_GUESSED_V6, _GUESSED_V7 = Version(6, 49), Version(7, 20)
_NAMES_OF_INTERFACES = frozenset(
    {
        *("interface", "in-interface", "out-interface", "in-bridge-port", "out-bridge-port"),
        *("master-port", "master-interface", "vrf-interface"),
    }
)
_NO_INTERFACE = frozenset({"", "all", "none", "dynamic", "static", "any", "*"})
_PLACEHOLDER = tuple("<$([{*")


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What came of loading an export."""

    version: Version
    """As the export's header says, or as its dialect lets guess."""
    commands: int
    unreadable: tuple[Unreadable, ...]
    """Lines that were passed over, with their number and the reason."""
    invalid: tuple[str, ...]
    """Rows that RouterOS would not accept, each as a sentence."""
    referenced_interfaces: tuple[str, ...]
    """Interfaces that the configuration names but does not list; they are ethernet rows now."""


def load_export(text: str, store: Store, version: Version | None = None) -> ExportReport:
    """Add an export's rows to a store; the text is latin-1 decoded by the caller. Never raises.

    ``version`` overrides the header's.
    """
    parsed = parse_export(text)
    version = version or export_version(parsed)
    loader = Loader(store, version)
    for command in parsed.commands:
        loader.apply(command)
    loader.finish()
    missing = _missing_interfaces(store)
    for name in missing:
        store.add(
            "/interface/ethernet",
            {"default-name": _free_default_name(store, name), "name": name, "disabled": "false"},
        )
    return ExportReport(
        version,
        len(parsed.commands),
        tuple(sorted((*parsed.unreadable, *loader.unreadable), key=lambda entry: entry.line)),
        tuple(loader.invalid),
        missing,
    )


def export_version(parsed: ParsedExport) -> Version:
    """The RouterOS version of an export: its header's, or one that fits its dialect."""
    for comment in parsed.comments[:5]:
        if match := _HEADER.search(comment):
            return Version.parse(match[1])
    return _GUESSED_V7 if any(map(_is_v7, parsed.commands)) else _GUESSED_V6


def _is_v7(command: Command) -> bool:
    if command.path in ("/routing/table", "/routing/rule"):
        return True
    return command.path == "/ip/route" and any(n == "routing-table" for n, _ in command.args)


def _missing_interfaces(store: Store) -> tuple[str, ...]:
    """The interfaces that rows name and no row is, in the order of their first mention."""
    known = interface_names(store)
    found: dict[str, None] = {}
    for path in store.paths():
        for item in store.items(path):
            for name in _NAMES_OF_INTERFACES & item.properties.keys():
                found.update(dict.fromkeys([item.properties[name].removeprefix("!")]))
            if path == "/ip/route":
                found.update(dict.fromkeys(_gateway_interfaces(item.properties.get("gateway", ""))))
    return tuple(
        name
        for name in sorted(found)
        if name not in known and name not in _NO_INTERFACE and not name.startswith(_PLACEHOLDER)
    )


def _gateway_interfaces(gateway: str) -> Iterable[str]:
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


def _free_default_name(store: Store, name: str) -> str:
    taken = {item.properties.get("default-name") for item in store.items("/interface/ethernet")}
    if re.fullmatch(r"(ether|sfp|sfp-sfpplus|combo|qsfp)\d+", name) and name not in taken:
        return name
    named = _missing_ether_names(store)
    number = 1
    while f"ether{number}" in taken | named:
        number += 1
    return f"ether{number}"


def _missing_ether_names(store: Store) -> set[str]:
    """Default names that a port yet to be added will want for itself."""
    return {name for name in _missing_interfaces(store) if re.fullmatch(r"ether\d+", name)}
