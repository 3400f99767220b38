"""Rows and values as the RouterOS console takes them."""

from collections.abc import Mapping

_NO_LOG = (("log", "false"), ("log", "no"))


def rsc_line(properties: Mapping[str, str], comment: str = "") -> str:
    """A mangle rule as the console takes it: yes and no, and nothing of a log that is off."""
    given = {name: value for name, value in properties.items() if (name, value) not in _NO_LOG}
    for name in given.keys() & {"passthrough", "log"}:
        given[name] = "yes" if given[name] in ("true", "yes") else "no"
    pairs = [*given.items(), *([("comment", comment)] if comment else [])]
    return "/ip firewall mangle add " + " ".join(f"{n}={rsc_value(v)}" for n, v in pairs)


def rsc_value(value: str) -> str:
    """A value as the RouterOS console takes it: quoted and escaped where it has to be."""
    if value and all(c.isascii() and (c.isalnum() or c in "-_.:/!,*@+%") for c in value):
        return value
    escaped = "".join(
        f"\\{c}" if c in '"\\$?' else c if " " <= c <= "~" else f"\\{ord(c):02X}" for c in value
    )
    return f'"{escaped}"'
