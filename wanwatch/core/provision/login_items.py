"""The login that wanwatch uses: a group that may read, write and use the API, and a user in it.

``read`` prints, ``write`` changes rows, ``api`` logs in (RouterOS manual, "User"); nothing else is
used. The user can log in from wanwatch's host alone. api-ssl is opened for that host where the user
is wanwatch's own; what it was before stands in the user's comment, so that it can be put back.
"""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address, ip_network
from urllib.parse import quote, unquote

from wanwatch.core.provision.items import Blocked, Item, Kind, LoginWish
from wanwatch.core.provision.marker import Key, comment_of, key_of, text_of
from wanwatch.core.survey import Row, Survey, is_on

GROUPS, USERS, SERVICES = "/user/group", "/user", "/ip/service"
GROUP = "wanwatch"
POLICIES = "read,write,api"
TLS = "api-ssl"
CERTIFICATE = "wanwatch-api"
"""The name that the printed script gives to a certificate that it makes."""
_FACTORY = {"name": TLS, "disabled": "no"}
"""The service of a factory-new router, which an export does not list."""


def login_items(survey: Survey, wish: LoginWish) -> Iterator[Item]:
    """The group, the user and the service, where the user is not somebody's already."""
    if {GROUPS, USERS} & survey.refused:
        for kind, menu in ((Kind.GROUP, GROUPS), (Kind.USER, USERS)):
            yield Item(kind, "", menu, blocked=Blocked.UNREADABLE, data=(("menu", menu),))
        return
    user = user_row(survey, wish.user)
    if user is not None and not is_own(user):
        return
    yield Item(
        Kind.GROUP, "", GROUPS, (("name", GROUP), ("policy", POLICIES)), name=("name", GROUP)
    )
    blocked = None if wish.host else Blocked.HOST_UNKNOWN
    service = next((row for row in survey.of(SERVICES) if row.get("name") == TLS), None)
    if service is None and not survey.is_live:
        service = _FACTORY
    original = text_of(user.get("comment", "")) if user is not None else _original(service)
    yield Item(
        Kind.USER,
        "",
        USERS,
        (("name", wish.user), ("group", GROUP), ("address", _prefix(wish.host))),
        name=("name", wish.user),
        comment=comment_of(Key(Kind.USER), original),
        blocked=blocked,
        secret=True,
    )
    if service is not None:
        yield replace(_service(service, wish.host, blocked), optional=not wish.needs_tls)


def user_row(survey: Survey, name: str) -> Row | None:
    """The user of that name."""
    return next((row for row in survey.of(USERS) if row.get("name") == name), None)


def is_own(user: Row) -> bool:
    """True for a user that ``provision`` made."""
    key = key_of(user.get("comment", ""))
    return key is not None and key.kind is Kind.USER


def original_service(user: Row) -> dict[str, str]:
    """What api-ssl was before; empty where that is not known."""
    found = {}
    for word in text_of(user.get("comment", "")).removeprefix("api-ssl was ").split():
        name, equals, value = word.partition("=")
        if equals:
            found[name] = unquote(value)
    return found


def lets_in(addresses: str, host: str) -> bool:
    """True when a service with these ``address=`` answers the host; none of them is everybody."""
    if not addresses:
        return True
    try:
        return any(
            ip_address(host) in ip_network(part, strict=False) for part in addresses.split(",")
        )
    except ValueError:
        return False


def _service(service: Row, host: str, blocked: Blocked | None) -> Item:
    """A service that nobody can use yet is for wanwatch's host; one in use lets the host in as well."""
    addresses = service.get("address", "")
    certificate = service.get("certificate", "")
    unused = certificate in ("", "none") or is_on(service, "disabled")
    if addresses and not lets_in(addresses, host):
        wanted = f"{addresses},{_prefix(host)}"
    else:
        wanted = _prefix(host) if unused and not addresses else addresses
    if blocked is None and certificate in ("", "none"):
        blocked = Blocked.CERTIFICATE
    return Item(
        Kind.SERVICE,
        "",
        SERVICES,
        (("name", TLS), ("address", wanted), ("disabled", "no")),
        name=("name", TLS),
        blocked=blocked,
    )


def _original(service: Row | None) -> str:
    if service is None:
        return "api-ssl is not there"
    disabled = "yes" if is_on(service, "disabled") else "no"
    return (
        f"api-ssl was disabled={disabled} address={quote(service.get('address', ''), safe='/,.:')}"
    )


def _prefix(host: str) -> str:
    if not host:
        return ""
    return f"{host}/{128 if ':' in host else 32}"
