"""The router on the command line: its address, its login, and what contradicts."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.routers import TWO_LINES_7, served
from wanwatch.cli.console import Failure
from wanwatch.cli.login import Login, place_of
from wanwatch.sim.login import User


def identity(login: Login) -> str:
    async def ask() -> str:
        async with login.open() as router:
            return (await router.observe()).identity

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("192.168.88.1", ("192.168.88.1", 8728)),
        ("router.lan:99", ("router.lan", 99)),
        ("[fe80::1%eth0]:8729", ("fe80::1%eth0", 8729)),
    ],
)
def test_a_place_is_host_and_port(text: str, place: tuple[str, int]) -> None:
    assert place_of(text, 8728) == place


@pytest.mark.parametrize("text", ["", "fe80::1", "host:0", "host:70000", "http://host", "a b"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="is not HOST"):
        place_of(text, 8728)


def test_without_a_password_option_and_a_terminal_the_password_is_empty() -> None:
    with served(TWO_LINES_7) as router:
        assert identity(Login(router=f"127.0.0.1:{router.port}")) == "MikroTik"


@pytest.mark.parametrize("password", ["geheim", ""])
def test_a_person_at_a_terminal_is_asked_and_may_say_nothing(password: str) -> None:
    keyboard, terminal = os.openpty()
    with served(TWO_LINES_7, User("boss", password)) as router:
        command = ["restore", "--router", f"127.0.0.1:{router.port}", "--user", "boss"]
        asking = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "wanwatch", *command],
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        with asking:
            shown = b""
            while not shown.endswith(b"Password of boss (empty for none): "):
                shown += os.read(keyboard, 4096)
            os.write(keyboard, f"{password}\n".encode())
            said, _ = asking.communicate(timeout=30)
    os.close(keyboard)
    assert asking.returncode == 0
    assert said.decode().startswith("Nothing to restore")


def test_an_empty_password_file_is_an_empty_password(tmp_path: Path) -> None:
    empty = tmp_path / "password"
    empty.write_text("\n", encoding="utf-8")
    with served(TWO_LINES_7, User("boss", "")) as router:
        login = Login(router=f"127.0.0.1:{router.port}", user="boss", password_file=empty)
        assert identity(login) == "MikroTik"


def test_an_empty_variable_is_an_empty_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTER_PASSWORD", "")
    with served(TWO_LINES_7) as router:
        login = Login(router=f"127.0.0.1:{router.port}", password_env="ROUTER_PASSWORD")
        assert identity(login) == "MikroTik"


@pytest.mark.parametrize(
    ("login", "sentence"),
    [
        (Login(user="boss"), "--user goes with --router HOST"),
        (Login(tls_fingerprint="ab"), "--tls-fingerprint goes with --router HOST"),
        (
            Login(router="a", password_file=Path("p"), password_env="P"),
            "both name the password; give one",
        ),
        (Login(router="a b"), "is not HOST"),
    ],
)
def test_options_that_contradict_are_refused(login: Login, sentence: str) -> None:
    with pytest.raises(Failure, match=sentence):
        login.check()
