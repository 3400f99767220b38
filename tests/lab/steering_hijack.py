"""Providers that answer in somebody else's name: a portal, an advertisement, a forged host, a liar.

What the first line's customer sends is led elsewhere (``dnat`` at the provider); the same probe by
the second line finds the real host.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from tests.lab.network import LINE
from tests.lab.steering_cases import Case, Kind, cases
from tests.lab.steering_ground import Ground
from tests.lab.steering_host import as_list, lines_of
from tests.lab.steering_servers import (
    ADVERT_PORT,
    LIAR_PORT,
    NAME,
    PORTAL_PORT,
    STRANGER_PORT,
    TRUTH,
)
from tests.lab.steering_states import WAN
from tests.lab.steering_ways import Way

PAGE = "203.0.113.249"
_HIJACK = """
table ip hijack
delete table ip hijack
table ip hijack {{
    chain prerouting {{
        type nat hook prerouting priority -100
        iifname "{line}" {what} dnat to :{port}
    }}
}}
"""


class Deceit(StrEnum):
    """What the provider of the first line does."""

    PORTAL = "every page redirected to a login"
    ADVERT = "another page, status 200"
    FORGERY = "a certificate that nobody vouches for"
    LIE = "DNS answered with another address"


_RULES = {
    Deceit.PORTAL: ("tcp dport 80", PORTAL_PORT),
    Deceit.ADVERT: ("tcp dport 80", ADVERT_PORT),
    Deceit.FORGERY: ("tcp dport 443", STRANGER_PORT),
    Deceit.LIE: ("udp dport 53", LIAR_PORT),
}


@dataclass(frozen=True, slots=True)
class Deceived:
    """What one probe came to by the line of the deceiver, and by an honest one."""

    deceit: Deceit
    target: str
    outcome: str
    detail: str
    elsewhere: str
    """The outcome by the honest line."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@contextmanager
def deceiving(ground: Ground, deceit: Deceit) -> Iterator[None]:
    """Let the first line's provider do it."""
    what, port = _RULES[deceit]
    isp = ground.network.isps[WAN]
    isp.nft(_HIJACK.format(line=LINE, what=what, port=port))
    try:
        yield
    finally:
        isp.nft("delete table ip hijack\n")


def deceive(ground: Ground) -> list[Deceived]:
    """Go through all deceits, each with a target that notices and one that does not look."""
    found = []
    for deceit in Deceit:
        with deceiving(ground, deceit):
            for name, target in _targets(ground, deceit):
                found.append(_probed(ground, deceit, name, target))
    return found


def _targets(ground: Ground, deceit: Deceit) -> Iterator[tuple[str, Any]]:
    url = f"http://{PAGE}/"
    match deceit:
        case Deceit.PORTAL:
            yield "http", url
        case Deceit.ADVERT:
            yield "http", url
            # The real page says by which line it is read.
            yield "http, body", {"url": url, "body": "198.18.8"}
        case Deceit.FORGERY:
            url = f"https://{_address(ground, Kind.HTTPS)}/"
            yield "https", url
            yield "https, verify = false", {"url": url, "verify": False}
        case Deceit.LIE:
            server = _address(ground, Kind.DNS)
            yield "dns", f"dns:{server}/{NAME}/A"
            yield "dns, expect", {"dns": server, "name": NAME, "type": "A", "expect": TRUTH}


def _address(ground: Ground, kind: Kind) -> str:
    """An address that has a certificate, or serves DNS."""
    found: Case = next(
        case for case in cases(ground.topology) if (case.way, case.kind) == (Way.ALIAS, kind)
    )
    return found.address


def _probed(ground: Ground, deceit: Deceit, name: str, target: object) -> Deceived:
    lines = [line for line in lines_of(ground.topology) if line.family == 4]
    asked = [
        {"id": line.wan, "steering": as_list(Way.ALIAS, line), "engine": "auto", "target": target}
        for line in lines
    ]
    results = ground.ask(asked, 2.0)
    own, other = results[lines[0].wan], results[lines[1].wan]
    return Deceived(deceit, name, own["outcome"], own["detail"], other["outcome"])
