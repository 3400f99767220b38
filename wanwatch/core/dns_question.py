"""What a DNS probe asks, and what it takes for an answer.

By default the name servers of the root: every resolver holds them at all times (RFC 8109), so that
the question costs it nothing, is answered without asking anybody else, and fits into a datagram.

Which answers count is decided by who can have given them. NOERROR, NXDOMAIN and REFUSED are a
server's own word. SERVFAIL is not: a forwarder on the way, such as the box at the customer's end of
the line, says it in the server's stead when its own way out is dead.
"""

from dataclasses import dataclass
from ipaddress import ip_address

from wanwatch.core.target_address import host_name, is_address

DNS_PORT = 53
ROOT = "."
TYPES = (
    *("A", "AAAA", "CAA", "CNAME", "DNSKEY", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA"),
    *("SRV", "SVCB", "TLSA", "TXT"),
)
"""The types of record that can be asked for."""
COMPARED_TYPES = ("A", "AAAA", "CNAME", "NS", "PTR", "TXT")
"""The types whose records have one plain value to be compared."""
RCODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")
"""The response codes that a query can come to (RFC 1035, 4.1.1)."""
ACCEPTED = ("NOERROR", "NXDOMAIN", "REFUSED")
"""Those that count as an answer unless it is said otherwise."""

_ADDRESS_TYPES = {"A": 4, "AAAA": 6}
_LONGEST_TEXT = 255


@dataclass(frozen=True, slots=True)
class DnsQuestion:
    """A name and a type of record, and which answers count.

    ``type`` empty is NS for the root and A for any other name. With ``expect`` at least one of
    these values has to be among the records of the answer; ``accept`` are the response codes that
    count without it. Raises ValueError with the remedy in its sentence.
    """

    name: str = ROOT
    type: str = ""
    expect: tuple[str, ...] = ()
    accept: tuple[str, ...] = ACCEPTED

    def __post_init__(self) -> None:
        """Refuse what cannot be asked and bring everything to its canonical form."""
        name = ROOT if self.name == ROOT else host_name(self.name)
        if name is None:
            raise ValueError(
                f"{self.name!r} is no DNS name: write one such as example.com, other letters than "
                "a to z in the form that begins with xn--"
            )
        kind = self.type.upper() or ("NS" if name == ROOT else "A")
        if kind not in TYPES:
            raise ValueError(f"{self.type!r} is no type of record: write one of {', '.join(TYPES)}")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "type", kind)
        object.__setattr__(self, "accept", _accepted(self.accept, self.expect))
        values = tuple(_value(text, kind) for text in self.expect)
        object.__setattr__(self, "expect", tuple(dict.fromkeys(values)))

    @classmethod
    def parse(cls, text: str) -> "DnsQuestion":
        """Read NAME or NAME/TYPE; nothing is the default question."""
        name, slash, kind = text.partition("/")
        if slash and not kind:
            raise ValueError(f"{text!r} lacks its type of record: write {name} or {name}/A")
        return cls(name or ROOT, kind)

    def __str__(self) -> str:
        """Return the shortest form that asks the same; empty for the default question."""
        if self.type == ("NS" if self.name == ROOT else "A"):
            return "" if self.name == ROOT else self.name
        return f"{self.name}/{self.type}"


def canonical_value(text: str, kind: str) -> str:
    """Return a record's value as it is compared: addresses and names in one spelling only."""
    if kind in _ADDRESS_TYPES:
        return str(ip_address(text))
    return text if kind == "TXT" else text.lower().removesuffix(".") or ROOT


def _accepted(codes: tuple[str, ...], expect: tuple[str, ...]) -> tuple[str, ...]:
    upper = {code.upper() for code in codes}
    unknown = sorted(upper - set(RCODES))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no response code: write some of {', '.join(RCODES)}")
    if not upper:
        raise ValueError("nothing would count as an answer: write accept with at least NOERROR")
    if expect and upper != set(ACCEPTED):
        raise ValueError(
            "accept has no meaning beside expect, which only NOERROR can meet: write one of the two"
        )
    return tuple(code for code in RCODES if code in upper)


def _value(text: str, kind: str) -> str:
    if kind not in COMPARED_TYPES:
        raise ValueError(
            f"a record of type {kind} cannot be compared: write expect with one of the types "
            f"{', '.join(COMPARED_TYPES)}"
        )
    if kind in _ADDRESS_TYPES:
        try:
            address = ip_address(text)
        except ValueError:
            address = None
        if address is None or address.version != _ADDRESS_TYPES[kind]:
            raise ValueError(
                f"{text!r} is no value of {kind} records: write an "
                f"IPv{_ADDRESS_TYPES[kind]} address"
            )
        return str(address)
    if kind == "TXT":
        if not (0 < len(text) <= _LONGEST_TEXT and text.isprintable()):
            raise ValueError(f"{text!r} is no value to wait for: write 1 to 255 plain characters")
        return text
    value = ROOT if text == ROOT else host_name(text)
    if value is None or is_address(text):
        raise ValueError(
            f"{text!r} is no value of {kind} records: write a DNS name, or another name and type to ask for"
        )
    return value
