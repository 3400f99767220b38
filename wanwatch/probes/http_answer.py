"""Whether an answer by HTTP is one that counts, and who else may have given it.

A redirect to another host, where nothing proves who answered, is a captive portal's: it sends
whoever is not logged in to its own page. RFC 6585 gives such portals a status of their own, 511.
"""

from urllib.parse import urljoin, urlsplit

from wanwatch.core.http_page import HttpPage
from wanwatch.probes.remote_text import shown

BODY_READ = 65536
"""Bytes of a body that are looked at."""
_REDIRECTS = (301, 302, 303, 307, 308)
_LOGIN_NEEDED = 511


def wrong_status(page: HttpPage, url: str, status: int, location: str | None) -> str | None:
    """Return why the head of an answer does not count, None where it does.

    ``url`` was asked for, ``location`` is where the answer redirects to.
    """
    if status == _LOGIN_NEEDED:
        return "captive portal: status 511, a login is needed"
    where = _destination(url, location) if status in _REDIRECTS and location else None
    if where is not None and not page.proves_its_host:
        _, host = where
        if host != urlsplit(url).hostname:
            return f"captive portal: redirected to {shown(host)}"
    if page.counts(status):
        return None
    return f"status {status}" + (f", to {shown(where[0])}" if where else "")


def wrong_body(page: HttpPage, beginning: bytes) -> str | None:
    """Return what the beginning of a body lacks, None where it lacks nothing."""
    if page.body.encode() in beginning:
        return None
    return f'body without "{shown(page.body)}"'


def _destination(url: str, location: str) -> tuple[str, str]:
    """Return the whole URL of a redirect and its host, which may be empty."""
    try:
        whole = urljoin(url, location)
        return whole, urlsplit(whole).hostname or ""
    except ValueError:
        return location, ""
