"""TLS of an HTTP probe: the contexts, made once, and what a failed handshake means.

A context that verifies trusts the authorities of this host. A host that knows no authority is at
fault itself, and so, most likely, is one for which a certificate is not valid yet: its clock is
behind. Everything else about a certificate is a loss: somebody else answered.
"""

import hashlib
import ssl
import threading
from functools import cache
from pathlib import Path

from wanwatch.core.http_page import HttpPage
from wanwatch.probes.remote_text import shown
from wanwatch.probes.results import ErrorReason, LocalFault, ProbeError, ProbeResult, Timeout

# X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED of openssl/x509_vfy.h.
_NOT_YET_VALID = 9
_EXPIRED = 10
_making = threading.Lock()


def context_for(*, verifies: bool) -> ssl.SSLContext:
    """Return the context that verifies or not; the first of its sort takes some milliseconds.

    Raises LocalFault where certificates are to be verified and this host trusts no authority.
    """
    with _making:
        return _verified() if verifies else _unverified()


@cache
def _verified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not knows_authorities(context, ssl.get_default_verify_paths().capath):
        raise LocalFault(
            ProbeError(
                ErrorReason.UNSUPPORTED,
                "this host trusts no certificate authority: install ca-certificates, or give the "
                "target a fingerprint",
            )
        )
    return _of_http(context)


@cache
def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _of_http(context)


def _of_http(context: ssl.SSLContext) -> ssl.SSLContext:
    context.set_alpn_protocols(["http/1.1"])
    return context


def knows_authorities(context: ssl.SSLContext, folder: str | None) -> bool:
    """Return whether authorities are loaded, or lie in the folder that is looked into on demand."""
    if context.cert_store_stats()["x509_ca"]:
        return True
    return folder is not None and Path(folder).is_dir() and any(Path(folder).iterdir())


def wrong_certificate(page: HttpPage, certificate: bytes | None) -> str | None:
    """Return why a certificate, in DER, is not the pinned one; None where it is or none is."""
    if not page.fingerprint:
        return None
    found = hashlib.sha256(certificate or b"").hexdigest()
    return None if found == page.fingerprint else f"certificate: not the pinned one but {found}"


def tls_failure(error: ssl.SSLError) -> ProbeResult:
    """Return what it means that TLS failed, in the handshake or after it."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        words = (error.reason or str(error)).replace("_", " ").lower()
        return Timeout(f"TLS: {shown(words)}")
    words = shown(error.verify_message.rstrip("."))
    if error.verify_code == _NOT_YET_VALID:
        return ProbeError(ErrorReason.CLOCK, f"{words}: set the clock of this host")
    hint = ", or the clock of this host is ahead" if error.verify_code == _EXPIRED else ""
    return Timeout(f"certificate: {words}{hint}")
