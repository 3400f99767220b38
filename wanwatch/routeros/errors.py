"""The errors of the conversation with the router: every foreign exception ends here as one of these.

``reason`` is a stable word for metrics and status. ``retrying_helps`` tells whether the same call
may succeed later without a person changing something; a caller that keeps trying regardless (a
daemon does) tries more slowly where it is False. What RouterOS answers is matched by its text,
since the category is often missing (RouterOS manual, API, "Reply word").
"""

from collections.abc import Sequence
from typing import ClassVar

from librouteros.exceptions import MultiTrapError, TrapError

from wanwatch.routeros.wire import WireError


class RouterError(Exception):
    """The router could not be read or changed; never says anything about a WAN."""

    reason: ClassVar[str] = "router-error"
    retrying_helps: ClassVar[bool] = True
    is_silence: ClassVar[bool] = False
    """True for what a cut LAN looks like: no word of the router at all, not even a refusal."""


class RouterUnreachable(RouterError):  # noqa: N818 - named by what is so, not by its kind
    """No connection: refused, no route, name not found, or no answer in time."""

    reason = "unreachable"
    is_silence = True


class LoginRefused(RouterError):  # noqa: N818 - as RouterUnreachable
    """The router does not accept the user or the password, or closed before the login's end."""

    reason = "login-refused"
    retrying_helps = False


class TlsRefused(RouterError):  # noqa: N818 - as RouterUnreachable
    """No TLS session, or the router's certificate is not the one that is trusted."""

    reason = "tls-refused"
    retrying_helps = False


class UnsupportedVersion(RouterError):  # noqa: N818 - as RouterUnreachable
    """The router runs a RouterOS that wanwatch does not know."""

    reason = "unsupported-version"
    retrying_helps = False


class RouterStalled(RouterError):  # noqa: N818 - as RouterUnreachable
    """The router stopped in the middle of an answer, or did not answer in time."""

    reason = "stalled"
    is_silence = True


class ConnectionLost(RouterError):  # noqa: N818 - as RouterUnreachable
    """The connection ended or got out of step while a command was under way."""

    reason = "connection-lost"
    is_silence = True


class WriteForbidden(RouterError):  # noqa: N818 - as RouterUnreachable
    """The write permit was not given; nothing was sent."""

    reason = "write-forbidden"


class CommandRefused(RouterError):  # noqa: N818 - as RouterUnreachable
    """RouterOS answered a command with a trap; the connection is in step and stays.

    ``message`` holds RouterOS's own words, ``sentence`` the words that were sent.
    """

    reason = "command-refused"
    retrying_helps = False

    def __init__(self, message: str, sentence: Sequence[str] = ()) -> None:
        self.message = message
        self.sentence = tuple(sentence)
        command = f" ({self.sentence[0]})" if self.sentence else ""
        super().__init__(f"the router refused: {message}{command}")


class PermissionMissing(CommandRefused):
    """The user's group lacks a policy that the command needs."""

    reason = "permission-missing"


class ItemVanished(CommandRefused):
    """The row with this id is not there any more; reading again helps."""

    reason = "item-vanished"
    retrying_helps = True


class CommandUnknown(CommandRefused):
    """The menu or the property does not exist on this RouterOS."""

    reason = "command-unknown"


_KINDS: tuple[tuple[str, type[CommandRefused]], ...] = (
    ("no such item", ItemVanished),
    ("not enough permissions", PermissionMissing),
    ("no such command", CommandUnknown),
    ("unknown parameter", CommandUnknown),
    ("expected end of command", CommandUnknown),
)

_LOGIN_TEXTS = ("invalid user name or password", "cannot log in")


def says_login_refused(message: str) -> bool:
    """True for the traps that answer a login with a wrong user or password."""
    lower = message.lower()
    return any(text in lower for text in _LOGIN_TEXTS)


def _kind(message: str) -> type[CommandRefused]:
    lower = message.lower()
    return next((kind for text, kind in _KINDS if text in lower), CommandRefused)


def refusal(error: TrapError | MultiTrapError, sentence: Sequence[str]) -> CommandRefused:
    """The typed error for one or several traps of one command.

    Several traps share a type only when all of them agree; a missing permission outweighs the rest.
    """
    traps = error.traps if isinstance(error, MultiTrapError) else (error,)
    messages = [str(trap.message) for trap in traps]
    kinds = {_kind(message) for message in messages}
    if PermissionMissing in kinds:
        kind: type[CommandRefused] = PermissionMissing
    else:
        kind = kinds.pop() if len(kinds) == 1 else CommandRefused
    return kind("; ".join(messages), sentence)


def failure(error: Exception, sentence: Sequence[str]) -> RouterError:
    """The typed error for anything but a trap that ended the exchange of this command."""
    if isinstance(error, TimeoutError):
        return RouterStalled(f"no complete answer to {sentence[0]} in time")
    if isinstance(error, UnicodeError | WireError):
        return CommandRefused(f"the sentence cannot be sent: {error}", sentence)
    return ConnectionLost(f"the connection was lost during {sentence[0]}: {error}")
