"""How RouterOS reads a value: what it refuses, and the form in which it keeps the rest.

Sources: RouterOS manual, Command Line Interface (value types), PCC ("ValuesToHash:Denominator/
Remainder", one remainder for each rule), CLI reference of ``/ip/route`` and ``/ip/firewall``.
"""

import ipaddress
import re
from typing import Protocol

from wanwatch.sim.menu import Kind, Property
from wanwatch.sim.traps import invalid_value, missing_parameter, no_match, out_of_range

TRUE_WORDS = frozenset({"yes", "true"})
FALSE_WORDS = frozenset({"no", "false"})

_UNITS = (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_TIME = re.compile(
    r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?(?:(\d+)us)?"
)
_CLOCK = re.compile(r"(?:(\d+)d\s*)?(\d{1,2}):(\d{2}):(\d{2})")
_CLASSIFIER = re.compile(
    r"!?(?:src-address|dst-address|both-addresses|src-port|dst-port|both-ports"
    r"|src-address-and-port|dst-address-and-port|both-addresses-and-ports):(\d+)/(\d+)"
)
_LARGEST = 4294967295


class Names(Protocol):
    """The names that other menus hold and values may refer to."""

    is_v7: bool

    def interfaces(self) -> frozenset[str]:
        """The interfaces of every kind."""
        ...

    def interface_lists(self) -> frozenset[str]:
        """The interface lists, built-in ones included."""
        ...

    def tables(self) -> frozenset[str]:
        """The routing tables that RouterOS 7 knows."""
        ...


def parse_time(text: str) -> float | None:
    """Seconds of ``1w2d3h``, ``90``, ``00:01:30`` or ``500ms``; None for anything else."""
    if text.isdecimal():
        return int(text)
    if clock := _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return days * 86400 + hours * 3600 + minutes * 60 + seconds
    match = _TIME.fullmatch(text)
    if not text or match is None:
        return None
    *whole, millis, micros = (int(part or 0) for part in match.groups())
    seconds = sum(count * size for count, (_, size) in zip(whole, _UNITS, strict=True))
    return seconds + millis / 1e3 + micros / 1e6 if millis or micros else seconds


def format_time(seconds: float) -> str:
    """Seconds as RouterOS prints them: ``1d2h3s``, ``0s``, ``1s500ms``."""
    left, parts = int(seconds), []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    if millis := round((seconds - int(seconds)) * 1000):
        parts.append(f"{millis}ms")
    return "".join(parts) or "0s"


def canonical(prop: Property, text: str, names: Names) -> str:
    """The value as the router keeps it; raises Trap on one that it refuses."""
    reader = _READERS.get(prop.kind)
    return text if reader is None else reader(prop, text, names)


def _boolean(prop: Property, text: str, _names: Names) -> str:
    if text in TRUE_WORDS:
        return "true"
    if text in FALSE_WORDS:
        return "false"
    raise no_match(prop.name)


def _switch(_prop: Property, _text: str, _names: Names) -> str:
    return "true"


def _number(prop: Property, text: str, _names: Names) -> str:
    if not text.isdecimal():
        raise invalid_value(prop.name)
    low, high = prop.limits
    if not low <= int(text) <= high:
        raise out_of_range(prop.name, low, high)
    return str(int(text))


def _time(prop: Property, text: str, _names: Names) -> str:
    if text in prop.values:
        return text
    seconds = parse_time(text)
    if seconds is None:
        raise invalid_value(prop.name)
    return format_time(seconds)


def _enum(prop: Property, text: str, _names: Names) -> str:
    if not all(part in prop.values for part in text.removeprefix("!").split(",")):
        raise no_match(prop.name)
    return text


def _address(prop: Property, text: str, _names: Names) -> str:
    _check_address(prop, text, 4)
    return text.removesuffix("/32") if "/32" in text else text


def _address6(prop: Property, text: str, _names: Names) -> str:
    _check_address(prop, text, 6)
    return text


def _check_address(prop: Property, text: str, version: int) -> None:
    low, _, high = text.removeprefix("!").partition("-")
    try:
        ends = map(ipaddress.ip_address, (low, high)) if high else [ipaddress.ip_interface(low)]
        is_good = all(end.version == version for end in ends)
    except ValueError:
        is_good = False
    if not is_good:
        raise invalid_value(prop.name)


def _prefix(prop: Property, text: str, _names: Names) -> str:
    try:
        return str(ipaddress.IPv4Network(text, strict=False))
    except ValueError:
        raise invalid_value(prop.name) from None


def _prefix6(prop: Property, text: str, _names: Names) -> str:
    try:
        return str(ipaddress.IPv6Network(text, strict=False))
    except ValueError:
        raise invalid_value(prop.name) from None


def _classifier(prop: Property, text: str, _names: Names) -> str:
    match = _CLASSIFIER.fullmatch(text)
    if match is None:
        raise invalid_value(prop.name)
    denominator, remainder = int(match[1]), int(match[2])
    if not 1 <= denominator <= _LARGEST:
        raise out_of_range(prop.name, 1, _LARGEST)
    if remainder > _LARGEST:
        raise out_of_range(prop.name, 0, _LARGEST)
    return text


def _gateway(prop: Property, text: str, names: Names) -> str:
    hops = text.split(",")
    if names.is_v7 and len(hops) > 1:
        raise invalid_value(prop.name)
    for hop in hops:
        address, percent, interface = hop.partition("%")
        if names.is_v7 and not percent:
            address, at, table = hop.partition("@")
            if at and table not in names.tables():
                raise no_match(prop.name)
        if _version(address) != (6 if prop.kind is Kind.GATEWAY6 else 4) and (
            percent or address not in names.interfaces()
        ):
            raise no_match(prop.name)
        if percent and interface not in names.interfaces():
            raise no_match(prop.name)
    return text


def _version(address: str) -> int:
    """4 or 6; 0 for what is no address."""
    try:
        return ipaddress.ip_address(address).version
    except ValueError:
        return 0


def _interface(prop: Property, text: str, names: Names) -> str:
    wanted = text.removeprefix("!")
    if wanted not in prop.values and wanted not in names.interfaces():
        raise no_match(prop.name)
    return text


def _interface_list(prop: Property, text: str, names: Names) -> str:
    if text.removeprefix("!") not in names.interface_lists():
        raise no_match(prop.name)
    return text


def _table(prop: Property, text: str, names: Names) -> str:
    if not text:
        raise missing_parameter(prop.name)
    wanted = text.removeprefix("!")
    if names.is_v7 and wanted not in names.tables() and wanted not in prop.values:
        raise no_match(prop.name)
    return text


_READERS = {
    Kind.BOOLEAN: _boolean,
    Kind.SWITCH: _switch,
    Kind.NUMBER: _number,
    Kind.TIME: _time,
    Kind.ENUM: _enum,
    Kind.ADDRESS: _address,
    Kind.ADDRESS6: _address6,
    Kind.PREFIX: _prefix,
    Kind.PREFIX6: _prefix6,
    Kind.CLASSIFIER: _classifier,
    Kind.GATEWAY: _gateway,
    Kind.GATEWAY6: _gateway,
    Kind.INTERFACE: _interface,
    Kind.INTERFACE_LIST: _interface_list,
    Kind.TABLE: _table,
}
