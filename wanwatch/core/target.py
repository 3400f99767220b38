"""What is probed: the kinds of target, how an operator writes one, and how it is printed.

A target is an address, never a name: a name has to be looked up before each probe, and the lookup
fails, or answers from a cache, exactly when a line is down. Text forms::

    1.1.1.1                icmp:1.1.1.1            ICMP echo, IPv4
    2620:fe::fe            icmp:[2620:fe::fe]      ICMP echo, IPv6
    tcp:9.9.9.9:853        tcp:[2620:fe::fe]:853   TCP connect
    udp:192.0.2.1:7        udp:[2001:db8::7]:7     UDP echo (RFC 862)
    dns:9.9.9.9            dns:[2620:fe::fe]:53    DNS query, the default question
    dns:9.9.9.9/example.com/AAAA                   DNS query, a name and a type of record
    http://192.0.2.1/      https://[2001:db8::7]:8443/health
    https://example.com/health at 192.0.2.1        a URL, and the address where it is asked for
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypeAlias

from wanwatch.core.dns_question import DNS_PORT, DnsQuestion
from wanwatch.core.http_page import HttpPage, read_url
from wanwatch.core.target_address import (
    check_port,
    host_address,
    host_name,
    in_brackets,
    is_address,
    name_sentence,
    split_port,
)

_PREFIX = re.compile(r"(?P<kind>[a-z]+):(?P<rest>.*)", re.DOTALL)
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://", re.DOTALL)
_EXAMPLE_PORT = {"dns": 53, "udp": 7}


class TargetKind(StrEnum):
    """How a target is asked whether it is there."""

    ICMP = "icmp"
    TCP = "tcp"
    UDP = "udp"
    DNS = "dns"
    HTTP = "http"
    """By TLS as well."""

    @property
    def has_port(self) -> bool:
        """Whether a target of this kind has a port."""
        return self is not TargetKind.ICMP

    @property
    def needs_port(self) -> bool:
        """Whether a target of this kind has no port of its own accord."""
        return self in (TargetKind.TCP, TargetKind.UDP)


Request: TypeAlias = DnsQuestion | HttpPage
_REQUESTS: dict[TargetKind, type[DnsQuestion | HttpPage]] = {
    TargetKind.DNS: DnsQuestion,
    TargetKind.HTTP: HttpPage,
}
_PREFIXES = tuple(kind.value for kind in TargetKind if kind is not TargetKind.HTTP)


@dataclass(frozen=True, slots=True)
class Target:
    """One address to probe, in one way.

    ``address`` is kept in its canonical form, and ``port`` and ``request`` are filled in where the
    kind has some of its own accord. Targets that differ only in which answers count print alike.
    Raises ValueError, with the remedy in its sentence, for what cannot be probed.
    """

    kind: TargetKind
    address: str
    port: int | None = None
    request: Request | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be probed and bring everything to its canonical form."""
        object.__setattr__(self, "kind", TargetKind(self.kind))
        object.__setattr__(self, "address", host_address(self.address))
        self._fill_request()
        if not self.kind.has_port and self.port is not None:
            raise ValueError(
                f"{self.kind} target {self.address} has a port, which ICMP does not know: "
                f"write {self.address}, or tcp:{self._host}:{self.port}"
            )
        if self.port is None and self.kind.needs_port:
            raise ValueError(
                f"{self.kind} target {self.address} lacks its port: "
                f"write {self.kind}:{self._host}:PORT"
            )
        if self.port is None and self.kind.has_port:
            object.__setattr__(self, "port", self._own_port)
        if self.port is not None:
            check_port(self.port)

    def _fill_request(self) -> None:
        wanted = _REQUESTS.get(self.kind)
        if self.request is None and wanted is not None:
            object.__setattr__(self, "request", wanted())
        if type(self.request) is not (wanted or type(None)):
            raise ValueError(f"{self.kind} targets cannot be asked for {self.request!r}")
        if isinstance(self.request, HttpPage) and self.request.host == self.address:
            raise ValueError("the host of a page is its name: leave it out where it has none")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a target as an operator writes it; raise ValueError naming the remedy."""
        text = text.strip()
        if not text:
            raise ValueError("a target is empty: write an address such as 1.1.1.1")
        if _URL.match(text):
            url, separator, address = text.partition(" at ")
            return cls.of_page(url.strip(), address.strip() if separator else None)
        kind, rest = _split_kind(text)
        if kind is TargetKind.ICMP:
            return cls(kind, _without_port(rest))
        if kind is TargetKind.DNS:
            server, slash, question = rest.partition("/")
            return cls.of_question(server, DnsQuestion.parse(question) if slash else DnsQuestion())
        host, port = split_port(rest, example=_example(kind))
        return cls(kind, host, port)

    @classmethod
    def of_question(cls, server: str, question: DnsQuestion) -> Self:
        """Return the DNS target of ADDRESS or ADDRESS:PORT; raise ValueError naming the remedy."""
        host, port = split_port(server, example=_example("dns"))
        return cls(TargetKind.DNS, host, port, question)

    @classmethod
    def of_page(
        cls,
        url: str,
        address: str | None,
        *,
        status: tuple[int, ...] = (),
        body: str = "",
        verify: bool = True,
        fingerprint: str = "",
    ) -> Self:
        """Return the HTTP target of a URL, which has to have an address where its host is a name.

        The rest is as in ``HttpPage``. Raises ValueError naming the remedy.
        """
        tls, host, port, path = read_url(url)
        is_named = not is_address(host)
        if is_named and address is None:
            raise ValueError(
                f"{host!r} is a name: write its address behind the URL, as in "
                f'"{url} at 192.0.2.1", for a name cannot be looked up when a line is down '
                f"('getent ahosts {host}' shows it)"
            )
        name = str(host_name(host)) if is_named else host_address(host)
        where = host_address(address or name)
        page = HttpPage(
            tls=tls,
            host="" if name == where else name,
            path=path,
            status=status,
            body=body,
            verify=verify,
            fingerprint=fingerprint,
        )
        return cls(TargetKind.HTTP, where, port, page)

    @property
    def is_ipv6(self) -> bool:
        """Whether the address is an IPv6 address."""
        return ":" in self.address

    @property
    def url(self) -> str:
        """The URL of an HTTP target; empty for other kinds."""
        if not isinstance(self.request, HttpPage) or self.port is None:
            return ""
        return self.request.url(self.address, self.port)

    @property
    def _host(self) -> str:
        return in_brackets(self.address)

    @property
    def _own_port(self) -> int:
        return self.request.default_port if isinstance(self.request, HttpPage) else DNS_PORT

    def __str__(self) -> str:
        """Return a short text that is read as this target, but for which answers count."""
        match self.request:
            case HttpPage(host=host):
                return f"{self.url} at {self.address}" if host else self.url
            case DnsQuestion() as question:
                port = "" if self.port == DNS_PORT else f":{self.port}"
                return f"dns:{self._host}{port}" + (f"/{question}" if str(question) else "")
        return self.address if self.port is None else f"{self.kind}:{self._host}:{self.port}"


def _split_kind(text: str) -> tuple[TargetKind, str]:
    match = _PREFIX.fullmatch(text)
    if match is None or is_address(text):
        return TargetKind.ICMP, text
    kind, rest = match["kind"], match["rest"]
    if kind in ("http", "https"):
        raise ValueError(f"{text!r} is not a whole URL: write {kind}://{rest.lstrip('/')}")
    if kind not in _PREFIXES:
        if rest.isdigit():
            raise ValueError(name_sentence(kind))
        known = ", ".join((*_PREFIXES, "http", "https"))
        raise ValueError(f"{kind!r} is no kind of target: it is one of {known}")
    return TargetKind(kind), rest


def _without_port(text: str) -> str:
    """Return the address of an ICMP target, which may stand in brackets; refuse a port."""
    if is_address(text):
        return text
    if text.count(":") > 1 and not text.startswith("["):
        return text
    host, port = split_port(text, example=_example("tcp"))
    if port is None:
        return host
    if ":" in host:
        raise ValueError(f"{text!r} has a port, which ICMP does not know: write {host}")
    if is_address(host):
        raise ValueError(f"{text!r} has a port but no kind that has one: write tcp:{text}")
    return host


def _example(kind: str) -> str:
    return f"{kind}:[2620:fe::fe]:{_EXAMPLE_PORT.get(kind, 853)}"
