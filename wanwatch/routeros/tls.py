"""How the API connection is encrypted, and what that proves about the router.

Four ways: not at all; TLS with a certificate that a CA file vouches for; TLS with one certificate
pinned by its SHA-256; and TLS with anonymous Diffie-Hellman, which RouterOS offers on api-ssl
without a certificate and which anybody in between can imitate (RouterOS manual, API, "API SSL").
"""

import hashlib
import hmac
import re
import ssl
from dataclasses import dataclass
from enum import StrEnum

from wanwatch.core.model import Finding, Severity
from wanwatch.routeros.errors import TlsRefused


class TlsMode(StrEnum):
    """What the router has to prove."""

    CA = "ca"
    PINNED = "pinned"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """TLS for api-ssl; make it with ``with_ca``, ``pinned`` or ``anonymous``."""

    mode: TlsMode
    ca_file: str = ""
    server_name: str = ""
    """The name in the certificate where it differs from the router's address."""
    fingerprint: str = ""
    """SHA-256 of the certificate (DER), lower-case hex without colons."""

    @classmethod
    def with_ca(cls, ca_file: str, server_name: str = "") -> "TlsOptions":
        """Trust certificates that this PEM file vouches for, bearing the router's name."""
        return cls(TlsMode.CA, ca_file=ca_file, server_name=server_name)

    @classmethod
    def pinned(cls, fingerprint: str) -> "TlsOptions":
        """Trust one certificate, by its SHA-256; raises ValueError on anything but 64 hex digits."""
        digits = fingerprint.replace(":", "").replace(" ", "").lower()
        if not re.fullmatch(r"[0-9a-f]{64}", digits):
            raise ValueError("a SHA-256 fingerprint has 64 hexadecimal digits")
        return cls(TlsMode.PINNED, fingerprint=digits)

    @classmethod
    def anonymous(cls) -> "TlsOptions":
        """Encrypt without knowing with whom."""
        return cls(TlsMode.ANONYMOUS)

    def context(self) -> ssl.SSLContext:
        """The TLS context; raises TlsRefused when the CA file or the cipher cannot be used."""
        try:
            if self.mode is TlsMode.CA:
                return ssl.create_default_context(cafile=self.ca_file)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            if self.mode is TlsMode.ANONYMOUS:
                context.maximum_version = ssl.TLSVersion.TLSv1_2
                context.set_ciphers("ADH:@SECLEVEL=0")
        except ssl.SSLError as error:
            raise TlsRefused(f"TLS cannot be set up: {error}") from error
        except OSError as error:
            raise TlsRefused(f"the CA file {self.ca_file} cannot be read: {error}") from error
        return context

    def check(self, certificate: bytes | None) -> None:
        """Compare the router's certificate (DER) with the pin; raises TlsRefused."""
        if self.mode is not TlsMode.PINNED:
            return
        seen = hashlib.sha256(certificate or b"").hexdigest()
        if not hmac.compare_digest(seen, self.fingerprint):
            raise TlsRefused(
                f"the router's certificate has the SHA-256 {seen}, not the pinned {self.fingerprint}"
            )


def transport_finding(tls: TlsOptions | None, address: str) -> Finding | None:
    """What the operator must know about the connection's safety, None when all is well."""
    if tls is None:
        return Finding("router-plain-api", Severity.INFO, where=address)
    if tls.mode is TlsMode.ANONYMOUS:
        return Finding("router-tls-anonymous", Severity.WARNING, where=address)
    return None
