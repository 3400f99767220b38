"""Settings of the whole router that several lines do not go with."""

from collections.abc import Iterator

from wanwatch.core.discovery.clients import DHCP_CLIENT, PPP_CLIENTS
from wanwatch.core.lint.picture import Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.survey import Survey, is_on

_SETTINGS = "/ip/settings"
_DETECT = "/interface/detect-internet"


def strict_source_check(picture: Picture) -> Iterator[Finding]:
    """Strict rp-filter drops what arrives by a line that main does not answer by (RFC 3704)."""
    strict = picture.survey.setting(_SETTINGS, "rp-filter") == "strict"
    if strict and len(picture.discovery.wans) > 1:
        fix = ("/ip settings set rp-filter=loose",)
        yield Finding("rp-filter-strict", Severity.ERROR, "rp-filter", fix=fix)


def detection(picture: Picture) -> Iterator[Finding]:
    """detect-internet (RouterOS manual, "Detect Internet") adds DHCP clients and list members."""
    watched = picture.survey.setting(_DETECT, "detect-interface-list")
    if watched in ("", "none"):
        return
    members = picture.snapshot.interface_lists.get(watched, ())
    wans = {name for wan in picture.discovery.wans for name in wan.interfaces}
    if watched == "all" or wans.intersection(members):
        stands_alone = wans <= _addressed(picture.survey)
        fix = ("/interface detect-internet set detect-interface-list=none",) if stands_alone else ()
        data = (("list", watched),)
        yield Finding("detect-internet-on-wan", Severity.INFO, "detect-internet", data, fix)


def _addressed(survey: Survey) -> set[str]:
    """Interfaces that have an address by a row that somebody made."""
    rows = [row for menu in ("/ip/address", DHCP_CLIENT) for row in survey.enabled(menu)]
    made = {row.get("interface", "") for row in rows if not is_on(row, "dynamic")}
    return made | {row.get("name", "") for menu in PPP_CLIENTS for row in survey.enabled(menu)}
