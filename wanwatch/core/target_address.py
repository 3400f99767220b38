"""Where a probe may be sent: one host's own address, and a port; never a name."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

_BROADCAST = IPv4Address("255.255.255.255")
_PORTS = range(1, 65536)
_BRACKETED = re.compile(r"\[(?P<host>[^\[\]]*)\](?::(?P<port>.*))?", re.DOTALL)
_NAME_LIKE = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_.-]+")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")


def host_address(text: str) -> str:
    """Return a host's address in its canonical form; raise ValueError naming the remedy."""
    try:
        address = ip_address(text)
    except ValueError:
        if _NAME_LIKE.fullmatch(text):
            raise ValueError(name_sentence(text)) from None
        raise ValueError(f"{text!r} is no IP address: write one such as 1.1.1.1") from None
    if isinstance(address, IPv6Address) and (address.scope_id or address.is_link_local):
        raise ValueError(f"{text} reaches one link only: probe an address beyond the line")
    if address.is_multicast or address.is_unspecified or address == _BROADCAST:
        raise ValueError(f"{text} is no address of one host: probe a host's own address")
    return str(address)


def is_address(text: str) -> bool:
    """Return whether a text is an IP address of any sort."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def in_brackets(address: str) -> str:
    """Return an address as it stands before a port: an IPv6 one in brackets."""
    return f"[{address}]" if ":" in address else address


def host_name(text: str) -> str | None:
    """Return a DNS name in lower case and without a dot at its end, None where it is none.

    The labels are those of RFC 1035 with the underscore of RFC 2782; what has other letters is
    written in its ASCII form (xn--, RFC 5891).
    """
    name = text.lower().removesuffix(".")
    return name if _HOST_NAME.fullmatch(name) else None


def name_sentence(name: str) -> str:
    """Return why a name is refused where an address is wanted."""
    return (
        f"{name!r} is a name: write the address instead, for a name cannot be looked up when a "
        f"line is down ('getent ahosts {name}' shows it)"
    )


def split_port(text: str, *, example: str) -> tuple[str, int | None]:
    """Take the port off an address; IPv6 addresses stand in brackets before a port.

    ``example`` is an address in brackets with a port, for the sentence of the ValueError.
    """
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed is not None:
        return bracketed["host"], read_port(bracketed["port"], text)
    if text.count(":") > 1:
        raise ValueError(
            f"{text!r} does not tell the address from the port: write an IPv6 address in "
            f"brackets, as in {example}"
        )
    host, colon, port = text.partition(":")
    return host, read_port(port if colon else None, text)


def read_port(text: str | None, whole: str) -> int | None:
    """Return the number that a port's text names; raise ValueError where it names none."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} in {whole!r} is no port: write a number from 1 to 65535")
    return int(text)


def check_port(port: int) -> None:
    """Raise ValueError for a number that no port has."""
    if port not in _PORTS:
        raise ValueError(f"port {port} is outside 1..65535")
