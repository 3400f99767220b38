"""Both ways of logging in, with librouteros's own methods."""

import asyncio
import functools

import pytest
from librouteros.login import plain, token

from wanwatch.core.snapshot import Version
from wanwatch.sim.login import FULL, Login, User
from wanwatch.sim.request import Request
from wanwatch.sim.traps import Trap

from .tiny_router import V7, TinyRouter, librouteros_says, serving

USERS = (User("wanwatch", "s3cret"),)
OLD = Version(6, 42, 12)


@pytest.mark.parametrize(
    ("version", "method"), [(V7, plain), (Version(6, 43), plain), (OLD, token)]
)
async def test_librouteros_logs_in(version: Version, method: object) -> None:
    async with serving(TinyRouter(version), users=USERS) as (_server, port):
        says = functools.partial(librouteros_says, port, username="wanwatch", login_method=method)
        rows = await asyncio.to_thread(says, "/system/identity/print", password="s3cret")
        refused = await asyncio.to_thread(says, "/system/identity/print", password="wrong")
    assert rows == [{"name": "MikroTik"}]
    assert refused == ("cannot log in" if version == OLD else "invalid user name or password (6)")


def test_an_old_router_answers_the_new_form_with_a_challenge() -> None:
    login = Login(OLD, USERS, strict=True)
    reply = login.answer(Request.parse(("/login", "=name=wanwatch", "=password=s3cret")))
    assert len(reply[1].removeprefix("=ret=")) == 32
    assert login.user is None


def test_a_world_that_is_not_strict_takes_the_new_form_at_any_version() -> None:
    login = Login(OLD, USERS)
    assert login.answer(Request.parse(("/login", "=name=wanwatch", "=password=s3cret"))) == (
        "!done",
    )
    assert login.user is not None


def test_a_challenge_serves_once() -> None:
    login = Login(OLD, USERS, strict=True)
    login.answer(Request.parse(("/login",)))
    for _ in range(2):
        with pytest.raises(Trap):
            login.answer(Request.parse(("/login", "=name=wanwatch", "=response=00ff")))
    assert login.user is None


@pytest.mark.parametrize("words", [("=name=nobody", "=password=x"), ("=password=s3cret",), ()])
def test_others_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(Trap, match="invalid user name or password"):
        Login(V7, USERS).answer(Request.parse(("/login", *words)))


def test_a_user_without_the_api_policy_is_refused() -> None:
    login = Login(V7, (User("web", "", FULL - {"api"}),))
    with pytest.raises(Trap):
        login.answer(Request.parse(("/login", "=name=web", "=password=")))
    assert not login.has_policy("read")
