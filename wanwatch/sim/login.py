"""Who may use the router, and the two ways a client says who it is.

RouterOS 6.43 and later take name and password in one sentence. Older ones give a challenge first and
want ``00`` and the MD5 of a zero byte, the password and the challenge, whatever the sentence holds.
A world of an old version takes the new form too unless it is strict, so that today's clients can
read it without ado.
Source: RouterOS manual, API, "Initial login".
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from wanwatch.core.snapshot import Version
from wanwatch.routeros.wire import Sentence
from wanwatch.sim.request import Request
from wanwatch.sim.traps import Trap

FULL = frozenset(
    {
        *("local", "telnet", "ssh", "ftp", "reboot", "read", "write", "policy", "test", "winbox"),
        *("password", "web", "sniff", "sensitive", "api", "romon", "rest-api"),
    }
)
_PLAIN_SINCE = Version(6, 43)
_CHALLENGE_UNTIL = Version(6, 45)


@dataclass(frozen=True, slots=True)
class User:
    """A user of the router; ``policies`` are those of the group."""

    name: str = "admin"
    password: str = ""
    policies: frozenset[str] = FULL


class Login:
    """The login of one connection."""

    def __init__(self, version: Version, users: Iterable[User], *, strict: bool = False) -> None:
        self._version = version
        self._plain_since = _PLAIN_SINCE if strict else Version(0)
        self._users = {user.name: user for user in users}
        self._challenge = b""
        self.user: User | None = None

    def answer(self, request: Request) -> Sentence:
        """The reply to a ``/login`` sentence; raises Trap when the client is refused."""
        name = request.attributes.get("name", "")
        response = request.attributes.get("response")
        if response is not None:
            self._accept(name, self._fits(name, response))
        elif self._version < self._plain_since or (
            not request.attributes and self._version < _CHALLENGE_UNTIL
        ):
            self._challenge = secrets.token_bytes(16)
            return ("!done", f"=ret={self._challenge.hex()}")
        else:
            user = self._users.get(name)
            password = request.attributes.get("password", "")
            self._accept(name, user is not None and _same(user.password, password))
        return ("!done",)

    def refusal(self) -> Trap:
        """What this version says to a wrong name or password."""
        if self._version < _PLAIN_SINCE:
            return Trap("cannot log in")
        return Trap("invalid user name or password (6)")

    def has_policy(self, policy: str) -> bool:
        """True when the logged-in user's group has the policy."""
        return self.user is not None and policy in self.user.policies

    def _accept(self, name: str, is_right: bool) -> None:  # noqa: FBT001 (the verdict itself)
        user = self._users.get(name)
        if user is None or not is_right or "api" not in user.policies:
            raise self.refusal()
        self.user = user

    def _fits(self, name: str, response: str) -> bool:
        user, challenge = self._users.get(name), self._challenge
        self._challenge = b""
        if user is None or not challenge:
            return False
        secret = b"\x00" + user.password.encode("latin-1") + challenge
        digest = hashlib.md5(secret, usedforsecurity=False).hexdigest()
        return _same(response, "00" + digest)


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(
        left.encode("latin-1", "replace"), right.encode("latin-1", "replace")
    )
