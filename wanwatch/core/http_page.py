"""What an HTTP probe asks for, and what it takes for an answer.

A page is a URL without its address: who is asked stands beside it, so that a probe never has to
look a name up. The URL's host goes into the request and, with TLS, into the handshake.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from wanwatch.core.target_address import check_port, host_name, in_brackets, is_address, read_port

_PLAIN_PORT = 80
_TLS_PORT = 443
_STATUSES = range(200, 600)
_SUCCESSES = range(200, 300)
_LONGEST_URL = 1024
_LONGEST_BODY = 1024
# The characters of RFC 3986 for a path and a query.
_PATH = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]*")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HttpPage:
    """A page of a host, and which answers count.

    ``host`` empty is the address itself. ``status`` empty is any success, 200 to 299; ``body`` has
    to be within the beginning of the answer's body. ``verify`` says whether the certificate has to
    be vouched for by an authority that this host trusts; ``fingerprint`` is the SHA-256 of the only
    certificate that counts, in hexadecimal digits, and needs no authority. Raises ValueError with
    the remedy in its sentence.
    """

    tls: bool = False
    host: str = ""
    path: str = "/"
    status: tuple[int, ...] = ()
    body: str = ""
    verify: bool = True
    fingerprint: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be asked for or met."""
        if not self.path.startswith("/") or not _PATH.fullmatch(self.path):
            raise ValueError(
                f"{self.path!r} is no path of a URL: write it from /, other characters than those "
                "of URLs as %XX"
            )
        for status in self.status:
            if status not in _STATUSES:
                raise ValueError(f"status {status} is no final one: write numbers from 200 to 599")
        object.__setattr__(self, "status", tuple(sorted(set(self.status))))
        if len(self.body) > _LONGEST_BODY:
            raise ValueError(
                f"body is {len(self.body)} characters long: write at most {_LONGEST_BODY}"
            )
        if not self.tls and (self.fingerprint or not self.verify):
            raise ValueError("verify and fingerprint have no meaning without TLS: write https://")
        if self.fingerprint:
            self._pin()

    def _pin(self) -> None:
        digits = self.fingerprint.lower().replace(":", "")
        if not _FINGERPRINT.fullmatch(digits):
            raise ValueError(
                f"fingerprint {self.fingerprint[:20]!r} is no SHA-256: write its 64 hexadecimal "
                "digits, with or without colons"
            )
        if not self.verify:
            raise ValueError(
                "verify = false has no meaning beside a fingerprint, which vouches for the "
                "certificate alone: write one of the two"
            )
        object.__setattr__(self, "fingerprint", digits)

    @property
    def default_port(self) -> int:
        """The port where none is written."""
        return _TLS_PORT if self.tls else _PLAIN_PORT

    @property
    def needs_authority(self) -> bool:
        """Whether an authority has to vouch for the certificate."""
        return self.tls and self.verify and not self.fingerprint

    @property
    def proves_its_host(self) -> bool:
        """Whether nobody but the host can have given the answer."""
        return self.tls and self.verify

    def counts(self, status: int) -> bool:
        """Return whether an answer with this status is one."""
        return status in (self.status or _SUCCESSES)

    def url(self, address: str, port: int) -> str:
        """Return the URL, the address standing for a host that has no name."""
        scheme = "https" if self.tls else "http"
        end = "" if port == self.default_port else f":{port}"
        path = "" if self.path == "/" else self.path
        return f"{scheme}://{in_brackets(self.host or address)}{end}{path}"


def read_url(text: str) -> tuple[bool, str, int | None, str]:
    """Take a URL apart: whether by TLS, its host, port and path; raise ValueError otherwise."""
    if len(text) > _LONGEST_URL:
        raise ValueError(f"a URL of {len(text)} characters: write at most {_LONGEST_URL}")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError(f"{text!r} is no URL: write other characters than those of URLs as %XX")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        raise ValueError(f"{text!r} is no URL: write one such as http://192.0.2.1/") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{text!r} is neither http:// nor https://: write one of these")
    if "@" in parts.netloc:
        raise ValueError("a login in a URL is never sent: write the URL without it")
    if parts.fragment or "#" in text:
        raise ValueError(f"{text!r} has a part after #, which no server sees: remove it")
    _, _, after = parts.netloc.rpartition("]")
    port = read_port(after.partition(":")[2], text) if ":" in after else None
    if port is not None:
        check_port(port)
    if not is_address(host) and host_name(host) is None:
        raise ValueError(f"{host!r} in {text!r} is no host: write a name or an address")
    path = parts.path or "/"
    query = text[text.index("?") :] if "?" in text else ""
    return parts.scheme == "https", host, port, path + query
